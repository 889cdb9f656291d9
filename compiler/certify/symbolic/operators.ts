import type { Expression } from "../../ast/tree.ts";
import { expressionText } from "../../check/expressionText.ts";
import type { Fact } from "../../types/property.ts";
import { namesOf } from "../../types/dimension.ts";
import { isReal, type Space } from "../../types/space.ts";
import { type Type, typeText } from "../../types/type.ts";
import type { Typed } from "../../types/typing.ts";
import { multiply, number, ONE, scale, type Scalar } from "../scalar/polynomial.ts";
import { reciprocal, simplified, unknown } from "../scalar/unknowns.ts";
import {
  type Combination,
  combinationKey,
  entrywise,
  isConstant,
  type Leaf,
  minus,
  NOTHING,
  plus,
  times,
} from "./combination.ts";
import { type Context, freshName, isFixed, isRealNumberType, symbolKey } from "./context.ts";
import { after, NO_OPERATOR, type NormProduct, normOfProduct, turned } from "./composedNorm.ts";
import { applyLeaf } from "./linear.ts";

type Operator = Expression<Typed>;

/** An operator expression at a combination. */
export function applyOperator(
  context: Context,
  operator: Operator,
  adjoint: boolean,
  a: Combination,
): Combination {
  const resolved = renamed(context, operator);
  switch (resolved.kind) {
    case "adjoint":
      return applyOperator(context, resolved.operand, !adjoint, a);
    case "negate":
      return minus(NOTHING, applyOperator(context, resolved.operand, adjoint, a));
    case "sum": {
      const left = applyOperator(context, resolved.left, adjoint, a);
      const right = applyOperator(context, resolved.right, adjoint, a);
      return resolved.operator === "-" ? minus(left, right) : plus(left, right);
    }
    case "product":
      return applyProduct(context, resolved, adjoint, a);
    default:
      return isIdentity(resolved) ? a : applyLeaf(leafOf(context, resolved), adjoint, a);
  }
}

function applyProduct(
  context: Context,
  operator: Extract<Operator, { kind: "product" }>,
  adjoint: boolean,
  a: Combination,
): Combination {
  if (operator.product === "compose") {
    const [first, second] = adjoint ? [operator.left, operator.right] : [operator.right, operator.left];
    return applyOperator(context, second, adjoint, applyOperator(context, first, adjoint, a));
  }
  const by = operator.operator === "/" ? operator.right : operator.left;
  if (operator.product !== "scaleOperator" || !isRealNumberType(by.note.type)) {
    return applyLeaf(leafOf(context, operator), adjoint, a);
  }
  if (operator.operator === "/") {
    const factor = reciprocal(context.unknowns, context.read.number(context, operator.right));
    return times(factor, applyOperator(context, operator.left, adjoint, a));
  }
  return times(
    context.read.number(context, operator.left),
    applyOperator(context, operator.right, adjoint, a),
  );
}

/** What a name stands for, where its `let` only gives another name: `let At = A'`, `let K : linear X -> Y = gradient`. */
function renamed(context: Context, operator: Operator): Operator {
  if (operator.kind !== "name" || operator.reference.kind !== "symbol") return operator;
  const definition = context.definitions.get(operator.reference.symbol);
  if (definition?.kind !== "let") return operator;
  const { initial } = definition;
  const inner = initial.kind === "adjoint" ? initial.operand : initial;
  return inner.kind === "name" && inner.reference.kind !== "unknown" ? renamed(context, initial) : operator;
}

/** The text of an operator; one of the library that acts on other spaces than before has another one. */
function textOf(context: Context, operator: Operator): string {
  const text = expressionText(operator);
  const isLibrary =
    (operator.kind === "name" && operator.reference.kind === "library") ||
    (operator.kind === "call" && operator.call.kind === "library");
  if (!isLibrary || !isOfHeader(context, operator.note.type)) return text;
  const type = typeText(operator.note.type);
  const first = context.operatorTypes.get(text) ?? type;
  context.operatorTypes.set(text, first);
  return first === type ? text : `(${text} : ${type})`;
}

/** Whether a type is written in sizes of the program; in a function of the file, the same size has another name. */
function isOfHeader({ header }: Context, type: Type): boolean {
  const known = (space: Space): boolean =>
    space.kind === "array"
      ? space.dimensions.every((dimension) => namesOf(dimension).every((size) => header.has(size)))
      : space.kind === "named"
        ? header.has(space.name)
        : space.parts.every(known);
  return type.kind === "operator" && known(type.domain) && known(type.codomain);
}

function isIdentity(operator: Operator): boolean {
  return operator.kind === "name" && operator.reference.kind === "library" && operator.reference.name === "I";
}

function leafOf(context: Context, operator: Operator): Leaf {
  const entries = entriesOf(operator);
  if (entries !== null && isFixed(operator)) {
    return diagonalLeaf(context, context.read.vector(context, entries), entries);
  }
  const varies = !isFixed(operator);
  const text = textOf(context, operator);
  const key = varies ? freshName(context, text) : text;
  const product = productOfOperator(context, operator, false);
  const { unknowns } = context;
  return { key, norm: normOfProduct(unknowns, product), product, unknowns, symmetric: false, varies };
}

/** d of `diag(d)`. */
function entriesOf(operator: Operator): Operator | null {
  if (operator.kind !== "call" || operator.call.kind !== "library" || operator.call.name !== "diag")
    return null;
  return operator.call.arguments[0] ?? null;
}

/** The norm of an operator expression, as the program computes it. */
export function normOf(context: Context, operator: Operator): Scalar {
  return simplified(
    context.unknowns,
    normOfProduct(context.unknowns, productOfOperator(context, operator, false)),
  );
}

/** An operator expression as a product whose norm has a bound, with its `let`s written out. */
export function productOfOperator(context: Context, written: Operator, adjoint: boolean): NormProduct {
  const operator = renamed(context, written);
  switch (operator.kind) {
    case "adjoint":
      return productOfOperator(context, operator.operand, !adjoint);
    case "negate":
      return productOfOperator(context, operator.operand, adjoint);
    case "product": {
      if (operator.product === "compose") {
        const left = productOfOperator(context, operator.left, adjoint);
        const right = productOfOperator(context, operator.right, adjoint);
        return adjoint ? after(right, left) : after(left, right);
      }
      if (operator.product !== "scaleOperator") return single(context, operator, adjoint);
      const [by, of] =
        operator.operator === "/" ? [operator.right, operator.left] : [operator.left, operator.right];
      const size = absolute(context, context.read.number(context, by), by);
      const factor = operator.operator === "/" ? reciprocal(context.unknowns, size) : size;
      const inner = productOfOperator(context, of, adjoint);
      return { ...inner, scale: simplified(context.unknowns, multiply(factor, inner.scale)) };
    }
    case "name": {
      const symbol = operator.reference.kind === "symbol" ? operator.reference.symbol : null;
      const definition = symbol === null ? undefined : context.definitions.get(symbol);
      return symbol !== null && normFact(symbol.typing.facts) === null && definition?.kind === "let"
        ? productOfOperator(context, definition.initial, adjoint)
        : single(context, operator, adjoint);
    }
    default:
      return single(context, operator, adjoint);
  }
}

/** An operator that is no product. */
function single(context: Context, operator: Operator, adjoint: boolean): NormProduct {
  if (isIdentity(operator)) return NO_OPERATOR;
  const entries = entriesOf(operator);
  if (entries !== null && isFixed(operator)) {
    const { product } = diagonalLeaf(context, context.read.vector(context, entries), entries);
    return adjoint ? turned(product) : product;
  }
  const symbol =
    operator.kind === "name" && operator.reference.kind === "symbol" ? operator.reference.symbol : null;
  const norm = ownNorm(context, operator, symbol && normFact(symbol.typing.facts));
  const text = symbol === null ? textOf(context, operator) : symbolKey(symbol);
  const key = isFixed(operator) ? text : freshName(context, text);
  const orthonormal = isOrthonormal(operator);
  return { scale: ONE, factors: [{ key, adjoint, symmetric: false, orthonormal, norm }] };
}

/** |c| as a number: c itself where its interval is positive. */
function absolute(context: Context, value: Scalar, expression: Operator): Scalar {
  const { interval } = expression.note;
  if (interval !== null && interval.low >= 0) return value;
  if (interval !== null && interval.high <= 0) return scale(value, -1);
  const label = `abs(${expressionText(expression)})`;
  return unknown(context.unknowns, freshName(context, label), { label, sign: "nonnegative" });
}

function ownNorm(context: Context, operator: Operator, declared: Fact | null): Scalar {
  if (isIdentity(operator) || isOrthonormal(operator)) return ONE;
  const fact = declared ?? normFact(operator.note.facts);
  const varies = !isFixed(operator);
  const name =
    operator.kind === "name" && operator.reference.kind === "symbol"
      ? symbolKey(operator.reference.symbol)
      : textOf(context, operator);
  const bound = fact?.bound ?? null;
  return unknown(context.unknowns, varies ? freshName(context, `norm(${name})`) : `norm(${name})`, {
    label: `norm(${expressionText(operator)})`,
    sign: "positive",
    upper: bound === null ? null : { value: number(bound), open: false },
    varies,
    witness: bound === null || fact?.provenance !== "assumed" ? null : number(bound),
  });
}

function normFact(facts: readonly Fact[]): Fact | null {
  return facts.find(({ property, bound }) => property === "norm" && bound !== null) ?? null;
}

function isOrthonormal(operator: Operator): boolean {
  const facts =
    operator.kind === "name" && operator.reference.kind === "symbol"
      ? operator.reference.symbol.typing.facts
      : operator.note.facts;
  return facts.some(({ property }) => property === "orthonormal");
}

/** a .* b. A constant a is a diagonal operator. */
export function productOf(context: Context, a: Combination, b: Combination, written: Operator): Combination {
  if (!isConstant(context.unknowns, a) || isConstant(context.unknowns, b)) return entrywise(a, b);
  return applyLeaf(diagonalLeaf(context, a, written), false, b);
}

/** The diagonal operator of constant entries. Its norm is the number that `maximum(abs(d))` is. */
function diagonalLeaf(context: Context, entries: Combination, written: Operator): Leaf {
  const { unknowns } = context;
  const key = `diag(${combinationKey(entries)})`;
  const { interval, type } = written.note;
  const size = interval === null ? Infinity : Math.max(Math.abs(interval.low), Math.abs(interval.high));
  const norm = unknown(unknowns, `max|${key}|`, {
    label: `maximum(abs(${expressionText(written)}))`,
    sign: "nonnegative",
    upper: Number.isFinite(size) ? { value: number(size), open: false } : null,
  });
  const symmetric = type.kind === "value" && isReal(type.space);
  const product = { scale: ONE, factors: [{ key, adjoint: false, symmetric, orthonormal: false, norm }] };
  return { key, norm, product, unknowns, symmetric, varies: false };
}

/** The diagonal operator of entries that are the same in every step, as a product. */
export function productOfDiagonal(context: Context, written: Operator): NormProduct {
  return diagonalLeaf(context, context.read.vector(context, written), written).product;
}
