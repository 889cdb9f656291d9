import type { Expression, Statement, While } from "../../ast/tree.ts";
import { partsOf } from "../../ast/parts.ts";
import { expressionText } from "../../check/expressionText.ts";
import type { CheckedProgram } from "../../check/program.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { symbolOf } from "../../library/calculus/analyse.ts";
import { collectDefinitions } from "../../lower/program/definitions.ts";
import { cover, type Span } from "../../source/span.ts";
import type { Symbol, Typed } from "../../types/typing.ts";

/** A direction that comes from the prox of g: z = prox(c*g)(...) - x. */
interface ProxDirection {
  readonly symbol: Symbol;
  readonly span: Span;
  /** the nonsmooth function, as it is named */
  readonly nonsmooth: string;
  readonly state: string;
}

/** IPX7101: line searches that test f alone along a direction of f + g. */
export function lineSearches(program: CheckedProgram): readonly Diagnostic[] {
  const statements = program.step?.body.statements ?? [];
  const directions: ProxDirection[] = [];
  const found: Diagnostic[] = [];
  const visit = (statement: Statement<Typed>): void => {
    if (statement.kind === "let" || statement.kind === "var") {
      const direction = directionOf(symbolOf(statement.declaration), statement.initial, directions);
      if (direction !== null) directions.push(direction);
    }
    if (statement.kind === "while") {
      const lint = faultOf(program, statement, directions);
      if (lint !== null) found.push(lint);
    }
  };
  statements.forEach(visit);
  return found;
}

function directionOf(
  symbol: Symbol,
  value: Expression<Typed>,
  known: readonly ProxDirection[],
): ProxDirection | null {
  if (value.kind === "name" && value.reference.kind === "symbol") {
    const { symbol: source } = value.reference;
    const original = known.find((direction) => direction.symbol === source);
    return original === undefined ? null : { ...original, symbol };
  }
  if (value.kind !== "sum" || value.operator !== "-") return null;
  const { left, right } = value;
  if (left.kind !== "call" || left.call.kind !== "prox" || right.kind !== "name") return null;
  return {
    symbol,
    span: value.span,
    nonsmooth: functionName(left.call.function),
    state: right.name,
  };
}

/** `g` of `tL*g`. */
function functionName(expression: Expression<Typed>): string {
  return expression.kind === "product" ? functionName(expression.right) : expressionText(expression);
}

function faultOf(
  program: CheckedProgram,
  loop: While<Typed>,
  directions: readonly ProxDirection[],
): Diagnostic | null {
  const { condition } = loop;
  if (condition.kind !== "comparison" || condition.operator !== ">") return null;
  const tested = testedCall(condition.left);
  if (tested === null) return null;
  const direction = directions.find((each) => readsSymbol(tested.point, each.symbol));
  if (direction === undefined || includes(program, tested.callee, direction.nonsmooth)) return null;
  const name = expressionText(tested.callee);
  const slope = slopeIn(condition.right) ?? `dot(grad ${name}(${direction.state}), ${direction.symbol.name})`;
  return diagnose(
    "IPX7101",
    markOf(condition),
    {
      tested: name,
      descends: `${name} + ${direction.nonsmooth}`,
      nonsmooth: direction.nonsmooth,
      slope,
      state: direction.state,
      direction: direction.symbol.name,
    },
    { direction: direction.span },
  );
}

/** The test itself, without the slack of single precision. */
function markOf(condition: Extract<Expression<Typed>, { kind: "comparison" }>): Span {
  const { right } = condition;
  return right.kind === "sum" ? cover(condition.left.span, right.left.span) : condition.span;
}

/** `f(x + c*z)`. */
function testedCall(
  expression: Expression<Typed>,
): { readonly callee: Expression<Typed>; readonly point: Expression<Typed> } | null {
  if (expression.kind !== "call" || expression.call.kind !== "function") return null;
  const [point, ...others] = expression.call.arguments;
  return point === undefined || others.length > 0 ? null : { callee: expression.call.callee, point };
}

function readsSymbol(expression: Expression<Typed>, symbol: Symbol): boolean {
  if (expression.kind === "name") {
    return expression.reference.kind === "symbol" && expression.reference.symbol === symbol;
  }
  return partsOf(expression).some((part) => readsSymbol(part, symbol));
}

/** Whether a function is made with the nonsmooth one, directly or through others. */
function includes(program: CheckedProgram, callee: Expression<Typed>, nonsmooth: string): boolean {
  if (callee.kind !== "name" || callee.reference.kind !== "symbol") return true;
  if (callee.name === nonsmooth) return true;
  const definition = collectDefinitions(program).get(callee.reference.symbol);
  if (definition?.kind !== "fun" || definition.body.kind === "block") return definition?.kind !== "fun";
  return calls(definition.body).some((call) => includes(program, call, nonsmooth));
}

function calls(expression: Expression<Typed>): readonly Expression<Typed>[] {
  const inside = partsOf(expression).flatMap(calls);
  return expression.kind === "call" && expression.call.kind === "function"
    ? [expression.call.callee, ...inside]
    : inside;
}

/** `dot(grad f(x), z)`, as the user wrote it. */
function slopeIn(expression: Expression<Typed>): string | null {
  if (expression.kind === "call" && expression.call.kind === "library" && expression.call.name === "dot") {
    return expressionText(expression);
  }
  return partsOf(expression).reduce<string | null>((found, part) => found ?? slopeIn(part), null);
}
