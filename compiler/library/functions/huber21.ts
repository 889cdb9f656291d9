import { zeroInside } from "./dualBall.ts";
import { shrunkGroups } from "./groups.ts";
import { huberOfSize, huberShare } from "./huber.ts";
import { numberOf, type LibraryFunction } from "./entry.ts";

export const huber21: LibraryFunction = {
  name: "huber21",
  definition: "the Huber function of the 2-norm over the last axis, summed over all other axes",
  citation:
    "Huber, Ann. Math. Statist. 35 (1964); Beck, First-Order Methods in Optimization, section 6.7 (2017)",
  evaluate: (b, x, parameters) => {
    const squares = b.groupNorm(x);
    return b.sum(huberOfSize(b, squares, numberOf(parameters, "delta")));
  },
  gradientLipschitz: 1,
  kink: false,
  stronglyConvex: 0,
  separable: false,
  prox: (b, x, t, parameters) =>
    b.elementwise("mul", [huberShare(b, b.groupNorm(x), t, numberOf(parameters, "delta")), x]),
  conjugateProx: null,
  // |p|^2/2 where the 2-norms of all groups are at most delta
  conjugate: (b, p, parameters) => {
    const outside = shrunkGroups(b, p, b.groupNorm(p), numberOf(parameters, "delta"));
    return b.elementwise("add", [
      b.elementwise("mul", [b.constant(0.5), b.dot(p, p)]),
      zeroInside(b, p, outside),
    ]);
  },
};
