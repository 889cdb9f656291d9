import { zeroInside } from "./dualBall.ts";
import type { LibraryFunction } from "./entry.ts";
import { projectedGroups, shrunkGroups } from "./groups.ts";

export const norm21: LibraryFunction = {
  name: "norm21",
  definition: "sum over all but the last axis of the 2-norm over the last axis",
  citation: "Yuan and Lin, J. Royal Stat. Soc. B 68 (2006); Rudin, Osher, Fatemi (1992) for total variation",
  evaluate: (b, x) => b.sum(b.groupNorm(x)),
  gradientLipschitz: null,
  kink: true,
  stronglyConvex: 0,
  separable: false,
  prox: (b, x, t) => shrunkGroups(b, x, b.groupNorm(x), t),
  // the projection of each group onto the ball of radius c
  conjugateProx: (b, p, _s, c) => projectedGroups(b, p, b.groupNorm(p), c),
  conjugate: (b, p) => zeroInside(b, p, shrunkGroups(b, p, b.groupNorm(p), b.constant(1))),
};
