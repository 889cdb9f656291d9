import type { IntervalDeclaration } from "../../../runtime/program/definition.ts";
import type { Bounds, Expression, Interval } from "../../ast/tree.ts";
import type { Variable } from "../../ir/block.ts";
import type { IrBuilder } from "../../ir/build.ts";
import type { Typed } from "../../types/typing.ts";

/** An interval that is written with plain numbers; null for any other, and for none. */
export function plainInterval(bounds: Bounds<Typed> | null): IntervalDeclaration | null {
  if (bounds === null || bounds.kind !== "interval") return null;
  const low = numberOf(bounds.low);
  const high = numberOf(bounds.high);
  if (low === null || high === null) return null;
  return { low, high, lowOpen: bounds.lowOpen, highOpen: bounds.highOpen };
}

/** An interval whose ends are computed; null for plain numbers, and for no interval. */
export function computedInterval(bounds: Bounds<Typed> | null): Interval<Typed> | null {
  return bounds?.kind === "interval" && plainInterval(bounds) === null ? bounds : null;
}

/** Whether an end of an interval is infinite. */
export function isInfinite(end: Expression<Typed>): boolean {
  return end.kind === "infinity" || (end.kind === "negate" && isInfinite(end.operand));
}

function numberOf(expression: Expression<Typed>): number | null {
  if (expression.kind === "number") return expression.value;
  if (expression.kind === "infinity") return Infinity;
  if (expression.kind !== "negate") return null;
  const inner = numberOf(expression.operand);
  return inner === null ? null : -inner;
}

/** An interval by its ends, null where it has none on that side. */
export interface Ends {
  readonly low: Variable | null;
  readonly high: Variable | null;
  readonly lowOpen: boolean;
  readonly highOpen: boolean;
}

/** softplus onto a half-line, a scaled sigmoid into an open interval, clipping into a closed one. */
export function intoRange(builder: IrBuilder, raw: Variable, range: IntervalDeclaration | null): Variable {
  return range === null ? raw : intoEnds(builder, raw, endsOf(builder, range));
}

function endsOf(builder: IrBuilder, { low, high, lowOpen, highOpen }: IntervalDeclaration): Ends {
  return {
    low: low === -Infinity ? null : builder.constant(low),
    high: high === Infinity ? null : builder.constant(high),
    lowOpen,
    highOpen,
  };
}

/** The same for ends that are computed; arrays are kept entry by entry. */
export function intoEnds(builder: IrBuilder, raw: Variable, ends: Ends): Variable {
  const { low, high, lowOpen, highOpen } = ends;
  if (low !== null && high !== null && !lowOpen && !highOpen) {
    return builder.elementwise("min", [builder.elementwise("max", [raw, low]), high]);
  }
  return intoInterior(builder, raw, ends);
}

/** softplus onto a half-line, a scaled sigmoid into a bounded interval: smooth and increasing, entry by entry. */
function intoInterior(builder: IrBuilder, raw: Variable, { low, high }: Ends): Variable {
  if (high === null) {
    return low === null ? raw : builder.elementwise("add", [builder.elementwise("softplus", [raw]), low]);
  }
  if (low === null) {
    const mirrored = builder.elementwise("softplus", [builder.elementwise("neg", [raw])]);
    return builder.elementwise("sub", [high, mirrored]);
  }
  const width = builder.elementwise("sub", [high, low]);
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
    return intoInterior(builder, apply("add", raw, change), endsOf(builder, range));
  }
  const isAbove = range.low !== -Infinity;
  const distance = isAbove ? apply("sub", start, number(range.low)) : apply("sub", number(range.high), start);
  const raw = inverseSoftplus(builder, apply("max", distance, number(INSIDE)));
  return intoInterior(
    builder,
    apply("add", isAbove ? raw : builder.elementwise("neg", [raw]), change),
    endsOf(builder, range),
  );
}

/** v + log(1 - e^-v), for v > 0. */
function inverseSoftplus(builder: IrBuilder, v: Variable): Variable {
  const power = builder.elementwise("exp", [builder.elementwise("neg", [v])]);
  const rest = builder.elementwise("sub", [builder.constant(1), power]);
  return builder.elementwise("add", [v, builder.elementwise("log", [rest])]);
}
