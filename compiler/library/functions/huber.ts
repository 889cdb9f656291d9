import { zeroInside } from "./dualBall.ts";
import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";
import { numberOf, type LibraryFunction } from "./entry.ts";

export const huber: LibraryFunction = {
  name: "huber",
  definition: "sum of |x_i|^2/2 where |x_i| <= d, else d |x_i| - d^2/2",
  citation:
    "Huber, Ann. Math. Statist. 35 (1964); prox: Beck, First-Order Methods in Optimization, section 6.7 (2017)",
  evaluate: (b, x, parameters) =>
    b.sum(huberOfSize(b, b.elementwise("abs", [x]), numberOf(parameters, "delta"))),
  gradientLipschitz: 1,
  kink: false,
  stronglyConvex: 0,
  separable: true,
  prox: (b, x, t, parameters) =>
    b.elementwise("mul", [huberShare(b, b.elementwise("abs", [x]), t, numberOf(parameters, "delta")), x]),
  conjugateProx: null,
  // |p|^2/2 where all |p_i| <= delta
  conjugate: (b, p, parameters) => {
    const outside = b.elementwise("soft", [p, numberOf(parameters, "delta")]);
    return b.elementwise("add", [
      b.elementwise("mul", [b.constant(0.5), b.dot(p, p)]),
      zeroInside(b, p, outside),
    ]);
  },
};

/** s^2/2 where s <= delta, else delta s - delta^2/2, entry by entry for sizes s >= 0. */
export function huberOfSize(b: IrBuilder, size: Variable, delta: Variable): Variable {
  const inside = b.elementwise("mul", [b.constant(0.5), b.elementwise("square", [size])]);
  const half = b.elementwise("mul", [b.constant(0.5), b.elementwise("square", [delta])]);
  const outside = b.elementwise("sub", [b.elementwise("mul", [delta, size]), half]);
  return b.elementwise("select", [b.elementwise("lessEqual", [size, delta]), inside, outside]);
}

/** What the prox with step t leaves of a point of size s: 1 - t/max(s/delta, 1 + t). */
export function huberShare(b: IrBuilder, size: Variable, t: Variable, delta: Variable): Variable {
  const relative = b.elementwise("div", [size, delta]);
  const scale = b.elementwise("max", [relative, b.elementwise("add", [b.constant(1), t])]);
  return b.elementwise("sub", [b.constant(1), b.elementwise("div", [t, scale])]);
}
