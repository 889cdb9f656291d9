import type { Expression } from "../../ast/tree.ts";
import { expressionText } from "../../check/expressionText.ts";
import type { Fact } from "../../types/property.ts";
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

/** What a name stands for, where its `let` only gives another name: `let At = A'`. */
function renamed(context: Context, operator: Operator): Operator {
  if (operator.kind !== "name" || operator.reference.kind !== "symbol") return operator;
  const definition = context.definitions.get(operator.reference.symbol);
  if (definition?.kind !== "let") return operator;
  const { initial } = definition;
  const inner = initial.kind === "adjoint" ? initial.operand : initial;
  return inner.kind === "name" && inner.reference.kind === "symbol" ? renamed(context, initial) : operator;
}

function isIdentity(operator: Operator): boolean {
  return operator.kind === "name" && operator.reference.kind === "library" && operator.reference.name === "I";
}

function leafOf(context: Context, operator: Operator): Leaf {
  const varies = !isFixed(operator);
  const text = expressionText(operator);
  return { key: varies ? freshName(context, text) : text, norm: normOf(context, operator), varies };
}

/** The norm of an operator expression, as the program computes it: by the rules of products and multiples. */
export function normOf(context: Context, operator: Operator): Scalar {
  const resolved = renamed(context, operator);
  switch (resolved.kind) {
    case "adjoint":
    case "negate":
      return normOf(context, resolved.operand);
    case "product": {
      if (resolved.product === "compose") {
        return multiply(normOf(context, resolved.left), normOf(context, resolved.right));
      }
      if (resolved.product !== "scaleOperator") return ownNorm(context, resolved, null);
      const [by, of] =
        resolved.operator === "/" ? [resolved.right, resolved.left] : [resolved.left, resolved.right];
      const size = absolute(context, context.read.number(context, by), by);
      const factor = resolved.operator === "/" ? reciprocal(context.unknowns, size) : size;
      return simplified(context.unknowns, multiply(factor, normOf(context, of)));
    }
    case "name": {
      const fact =
        resolved.reference.kind === "symbol" ? normFact(resolved.reference.symbol.typing.facts) : null;
      const definition =
        resolved.reference.kind === "symbol" ? context.definitions.get(resolved.reference.symbol) : undefined;
      if (fact === null && definition?.kind === "let") return normOf(context, definition.initial);
      return ownNorm(context, resolved, fact);
    }
    default:
      return ownNorm(context, resolved, null);
  }
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
      : expressionText(operator);
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
  const key = `diag(${combinationKey(a)})`;
  const interval = written.note.interval;
  const size = interval === null ? Infinity : Math.max(Math.abs(interval.low), Math.abs(interval.high));
  const norm = unknown(context.unknowns, `max|${key}|`, {
    label: `maximum(abs(${expressionText(written)}))`,
    sign: "nonnegative",
    upper: Number.isFinite(size) ? { value: number(size), open: false } : null,
  });
  return applyLeaf({ key, norm, varies: false }, false, b);
}
