import type { Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { type Type } from "../../types/type.ts";
import type { Typed } from "../../types/typing.ts";
import { type Environment, report } from "../context.ts";
import { describe } from "../expectations.ts";
import { checkExpression } from "../expression.ts";
import { expressionText, operandOf, within } from "../expressionText.ts";
import { isLayerExpression, pipeIntoLayer } from "../layers/layer.ts";
import { meaningOf, readSymbol } from "../names.ts";
import { checkProgramCall, WEIGHTS } from "../programs/call.ts";
import { checkWeights } from "../programs/weights.ts";
import { named } from "../references.ts";
import { lookUp } from "../scope.ts";
import { resolveType, sortOf, unknownTyping } from "../typed.ts";
import { checkDerivative, derivativeIn } from "./derivative.ts";
import { checkFunctionCall } from "./functions.ts";
import { checkLibraryCall } from "./library.ts";
import { unknownCall } from "./unknown.ts";

type Call = Extract<Expression, { kind: "call" }>;

/** `f(x)`: what is called, and how its arguments match. */
export function checkCall(environment: Environment, expression: Call): Expression<Typed> {
  const { callee } = expression;
  const derivative = derivativeIn(environment, callee);
  if (derivative !== null) return checkDerivative(environment, expression, derivative);
  if (callee.kind === "name" && callee.name === WEIGHTS && lookUp(environment.scope, WEIGHTS) === null) {
    return checkWeights(environment, expression);
  }
  if (callee.kind !== "name") return callOf(environment, expression, checkExpression(environment, callee));
  const meaning = meaningOf(environment, callee.name, callee.span);
  switch (meaning.kind) {
    case "unknown":
      return unknownCall(environment, expression, named(callee, { kind: "unknown" }, unknownTyping()));
    case "library":
      return checkLibraryCall(environment, expression, callee, meaning.name);
    case "symbol":
      return callOfSymbol(environment, expression, callee, meaning.found);
  }
}

function callOfSymbol(
  environment: Environment,
  expression: Call,
  callee: Extract<Expression, { kind: "name" }>,
  found: Parameters<typeof readSymbol>[1],
): Expression<Typed> {
  const { symbol } = found;
  if (symbol.origin.kind === "net") {
    report(environment, diagnose("IPX2010", callee.span, { name: callee.name, isNet: true }));
    return unknownCall(environment, expression, named(callee, { kind: "unknown" }, unknownTyping()));
  }
  if (symbol.origin.kind === "item" && symbol.origin.item === "program") {
    return checkProgramCall(environment, expression, callee, symbol);
  }
  const note = readSymbol(environment, found, callee.span);
  return callOf(environment, expression, named(callee, { kind: "symbol", symbol }, note));
}

/** A call of what is no name of the library. */
function callOf(environment: Environment, expression: Call, callee: Expression<Typed>): Expression<Typed> {
  const type = resolveType(environment.run, callee.note.type);
  switch (type.kind) {
    case "function":
      return checkFunctionCall(environment, expression, callee, type);
    case "unknown":
      return unknownCall(environment, expression, callee);
    case "operator":
      reportApplied(environment, expression, callee);
      return unknownCall(environment, expression, callee, true);
    default:
      reportNoFunction(environment, expression, callee, type);
      return unknownCall(environment, expression, callee, true);
  }
}

function reportApplied(environment: Environment, expression: Call, callee: Expression<Typed>): void {
  const [argument] = expression.arguments;
  const operator = within(callee, operandOf.product);
  const value = argument?.value;
  const product =
    value === undefined || value.kind === "targetCall"
      ? `${operator}*x`
      : `${operator}*${within(value, operandOf.factor)}`;
  const edits = expression.arguments.length === 1 ? [{ span: expression.span, newText: product }] : [];
  report(environment, diagnose("IPX2009", expression.span, { operator, product }, {}, edits));
}

function reportNoFunction(
  environment: Environment,
  expression: Call,
  callee: Expression<Typed>,
  type: Type,
): void {
  const [argument] = expression.arguments;
  const value = argument?.value;
  const single = expression.arguments.length === 1 && value !== undefined && value.kind !== "targetCall";
  const product =
    single && sortOf(environment.run, type) === "number"
      ? `${within(callee, operandOf.product)}*${within(value, operandOf.factor)}`
      : null;
  const args = { name: expressionText(callee), actual: describe(environment, type), product };
  const edits = product === null ? [] : [{ span: expression.span, newText: product }];
  report(environment, diagnose("IPX2012", callee.span, args, {}, edits));
}

/** `u |> conv(16)`, `x |> f`: a value into a layer, a function or a network. */
export function checkPipe(
  environment: Environment,
  expression: Extract<Expression, { kind: "pipe" }>,
): Expression<Typed> {
  const value = checkExpression(environment, expression.value);
  if (environment.place === "net" && isLayerExpression(environment, expression.into)) {
    return pipeIntoLayer(environment, expression, value);
  }
  const into = checkExpression(environment, expression.into);
  const type = resolveType(environment.run, into.note.type);
  if (type.kind !== "function") {
    if (type.kind !== "unknown") {
      const args = { name: expressionText(into), actual: describe(environment, type), product: null };
      report(environment, diagnose("IPX2012", into.span, args));
    }
    return { ...expression, value, into, call: { kind: "unknown" }, note: unknownTyping(value.note.level) };
  }
  const call: Call = {
    kind: "call",
    callee: expression.into,
    arguments: [{ kind: "argument", name: null, value: expression.value, span: expression.value.span }],
    call: null,
    note: null,
    span: expression.span,
  };
  const applied = checkFunctionCall({ ...environment, silent: environment.silent }, call, into, type);
  const meaning = applied.kind === "call" ? applied.call : ({ kind: "unknown" } as const);
  return { ...expression, value, into, call: meaning, note: applied.note };
}
