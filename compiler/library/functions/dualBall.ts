import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";

/** A point counts as inside a set up to rounding: so far outside, relative to its size. */
export const SLACK = 1e-6;

/** 0 where p is inside a set, inf elsewhere; `outside` is p less its projection onto the set. */
export function zeroInside(b: IrBuilder, p: Variable, outside: Variable): Variable {
  const distance = b.norm2(outside);
  const slack = b.elementwise("mul", [b.constant(SLACK), b.norm2(p)]);
  const inside = b.elementwise("lessEqual", [distance, slack]);
  return b.elementwise("select", [inside, b.constant(0), b.constant(Infinity)]);
}
