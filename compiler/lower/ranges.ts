import type { IntervalDeclaration } from "../../runtime/program/definition.ts";
import type { Bounds, Expression } from "../ast/tree.ts";
import type { Variable } from "../ir/block.ts";
import type { IrBuilder } from "../ir/build.ts";
import type { Typed } from "../types/typing.ts";

/** An interval that is written with plain numbers; null for any other, and for none. */
export function plainInterval(bounds: Bounds<Typed> | null): IntervalDeclaration | null {
  if (bounds === null || bounds.kind !== "interval") return null;
  const low = numberOf(bounds.low);
  const high = numberOf(bounds.high);
  if (low === null || high === null) return null;
  return { low, high, lowOpen: bounds.lowOpen, highOpen: bounds.highOpen };
}

function numberOf(expression: Expression<Typed>): number | null {
  if (expression.kind === "number") return expression.value;
  if (expression.kind === "infinity") return Infinity;
  if (expression.kind !== "negate") return null;
  const inner = numberOf(expression.operand);
  return inner === null ? null : -inner;
}

/** softplus onto a half-line, a scaled sigmoid into an open interval, clipping into a closed one. */
export function intoRange(builder: IrBuilder, raw: Variable, range: IntervalDeclaration | null): Variable {
  if (range === null || (range.low === -Infinity && range.high === Infinity)) return raw;
  if (!range.lowOpen && !range.highOpen) {
    const low = builder.constant(range.low);
    const high = builder.constant(range.high);
    return builder.elementwise("min", [builder.elementwise("max", [raw, low]), high]);
  }
  return intoInterior(builder, raw, range);
}

/** softplus onto a half-line, a scaled sigmoid into a bounded interval: smooth and increasing, entry by entry. */
function intoInterior(builder: IrBuilder, raw: Variable, range: IntervalDeclaration): Variable {
  const low = builder.constant(range.low);
  const high = builder.constant(range.high);
  if (range.high === Infinity)
    return builder.elementwise("add", [builder.elementwise("softplus", [raw]), low]);
  if (range.low === -Infinity) {
    const mirrored = builder.elementwise("softplus", [builder.elementwise("neg", [raw])]);
    return builder.elementwise("sub", [high, mirrored]);
  }
  const width = builder.constant(range.high - range.low);
  return builder.elementwise("add", [
    low,
    builder.elementwise("mul", [width, builder.elementwise("sigmoid", [raw])]),
  ]);
}

/** How far inside its interval a value counts as that is moved: 1, or this share of the interval's length. */
const INSIDE = 1e-3;

/**
 * `start` moved by `change` within an interval: by softplus (half-line) or a scaled sigmoid (bounded) and its inverse,
 * so that no change gives the start; a start at an end counts as 1e-3 inside (of the length, where it is finite).
 */
export function movedWithin(
  builder: IrBuilder,
  start: Variable,
  change: Variable,
  range: IntervalDeclaration | null,
): Variable {
  const apply = (
    operation: "add" | "sub" | "mul" | "div" | "max" | "min",
    a: Variable,
    b: Variable,
  ): Variable => builder.elementwise(operation, [a, b]);
  const number = (value: number): Variable => builder.constant(value);
  if (range === null || (range.low === -Infinity && range.high === Infinity))
    return apply("add", start, change);
  if (range.low !== -Infinity && range.high !== Infinity) {
    const share = apply("div", apply("sub", start, number(range.low)), number(range.high - range.low));
    const inside = apply("min", apply("max", share, number(INSIDE)), number(1 - INSIDE));
    const odds = apply("div", inside, apply("sub", number(1), inside));
    const raw = builder.elementwise("log", [odds]);
    return intoInterior(builder, apply("add", raw, change), range);
  }
  const isAbove = range.low !== -Infinity;
  const distance = isAbove ? apply("sub", start, number(range.low)) : apply("sub", number(range.high), start);
  const raw = inverseSoftplus(builder, apply("max", distance, number(INSIDE)));
  return intoInterior(
    builder,
    apply("add", isAbove ? raw : builder.elementwise("neg", [raw]), change),
    range,
  );
}

/** v + log(1 - e^-v), for v > 0. */
function inverseSoftplus(builder: IrBuilder, v: Variable): Variable {
  const power = builder.elementwise("exp", [builder.elementwise("neg", [v])]);
  const rest = builder.elementwise("sub", [builder.constant(1), power]);
  return builder.elementwise("add", [v, builder.elementwise("log", [rest])]);
}
