import type { Expression } from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import {
  add,
  constant,
  constantValue,
  type Dimension,
  divideBy,
  multiply,
  name as nameDimension,
  subtract,
  text,
} from "../types/dimension.ts";
import type { Symbol, Typed } from "../types/typing.ts";
import type { Definitions } from "../library/calculus/analyse.ts";
import { type Environment, report } from "./context.ts";
import { describe } from "./expectations.ts";
import { checkExpression } from "./expression.ts";
import { reportUnknownName } from "./names.ts";
import { lookUp, visibleSymbols } from "./scope.ts";
import { isLibraryName } from "./symbols.ts";
import { isUnknown } from "./typed.ts";

/** What is known of names by their definitions. */
interface Defined {
  readonly definitions: Definitions;
}

/** The size that an expression stands for; null where it is no polynomial over sizes. */
export function sizeOf(knowledge: Defined, expression: Expression<Typed>): Dimension | null {
  const size = (part: Expression<Typed>): Dimension | null => sizeOf(knowledge, part);
  switch (expression.kind) {
    case "number":
      return Number.isInteger(expression.value) ? constant(expression.value) : null;
    case "name":
      return expression.reference.kind === "symbol"
        ? sizeOfSymbol(knowledge, expression.reference.symbol)
        : null;
    case "negate": {
      const operand = size(expression.operand);
      return operand && subtract(constant(0), operand);
    }
    case "sum": {
      const left = size(expression.left);
      const right = size(expression.right);
      if (left === null || right === null || expression.operator.startsWith(".")) return null;
      return expression.operator === "+" ? add(left, right) : subtract(left, right);
    }
    case "product":
      return sizeOfProduct(expression, size(expression.left), size(expression.right));
    case "power":
      return sizeOfPower(size(expression.base), size(expression.exponent));
    default:
      return null;
  }
}

function sizeOfSymbol(knowledge: Defined, symbol: Symbol): Dimension | null {
  if (symbol.origin.kind === "size") return symbol.origin.stands ?? nameDimension(symbol.name);
  const definition = knowledge.definitions.get(symbol);
  return definition?.kind === "let" ? sizeOf(knowledge, definition.initial) : null;
}

function sizeOfProduct(
  expression: Extract<Expression<Typed>, { kind: "product" }>,
  left: Dimension | null,
  right: Dimension | null,
): Dimension | null {
  if (left === null || right === null) return null;
  if (expression.operator === "*") return multiply(left, right);
  const divisor = constantValue(right);
  if (expression.operator !== "/" || divisor === null || divisor === 0) return null;
  return divideBy(left, divisor);
}

function sizeOfPower(base: Dimension | null, exponent: Dimension | null): Dimension | null {
  const times = exponent === null ? null : constantValue(exponent);
  if (base === null || times === null || times < 0 || times > 8 || !Number.isInteger(times)) return null;
  return Array.from({ length: times }, () => base).reduce(multiply, constant(1));
}

/** Checks an expression that stands for a size, such as an entry of `R[2*h, w]`. */
export function checkSize(
  environment: Environment,
  expression: Expression,
): { readonly tree: Expression<Typed>; readonly size: Dimension | null } {
  if (expression.kind === "name" && isUndeclared(environment, expression.name)) {
    const sizes = visibleSymbols(environment.scope).filter(({ origin }) => origin.kind === "size");
    reportUnknownName(
      environment,
      expression.name,
      expression.span,
      sizes.map(({ name }) => name),
      { header: "size" },
    );
  }
  const tree = checkExpression(environment, expression);
  const size = sizeOf(environment.run.knowledge, tree);
  if (size === null && !isUnknown(tree.note.type)) reportNoSize(environment, tree);
  const number = size === null ? null : constantValue(size);
  if (size === null || number === null || isExtent(number)) return { tree, size };
  report(environment, diagnose("IPX2025", tree.span, { actual: `this is ${text(size)}` }));
  return { tree, size: null };
}

function isUndeclared({ run, scope }: Environment, name: string): boolean {
  return lookUp(scope, name) === null && !run.later.has(name) && !isLibraryName(name);
}

/** Whether an axis of an array can be as long as a number. */
export function isExtent(number: number): boolean {
  return Number.isInteger(number) && number >= 1;
}

/** Reports that an expression is no size. */
export function reportNoSize(environment: Environment, tree: Expression<Typed>): void {
  const actual =
    tree.note.level > 0
      ? "this is known only while the program runs"
      : `this is ${describe(environment, tree.note.type)}`;
  report(environment, diagnose("IPX2025", tree.span, { actual }));
}
