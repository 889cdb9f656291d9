import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";

/** a/b, and `otherwise` where b is 0, with a derivative that is finite there. */
export function quotient(builder: IrBuilder, a: Variable, b: Variable, otherwise: Variable): Variable {
  const vanishes = builder.elementwise("equal", [b, builder.constant(0)]);
  const divisor = builder.elementwise("select", [vanishes, builder.constant(1), b]);
  return builder.elementwise("select", [vanishes, otherwise, builder.elementwise("div", [a, divisor])]);
}

/** Beside other numbers it is 0, and the rules of functions can divide by it. */
const LEAST = 1e-30;

/** A weight that may be 0 as one that is not. */
export function awayFromZero(builder: IrBuilder, weight: Variable): Variable {
  return builder.elementwise("add", [weight, builder.constant(LEAST)]);
}
