import { zeroInside } from "./dualBall.ts";
import type { LibraryFunction } from "./entry.ts";
import { projectedGroups, shrunkGroups } from "./groups.ts";

export const norm2: LibraryFunction = {
  name: "norm2",
  definition: "(sum of |x_i|^2)^(1/2)",
  citation: "Bauschke and Combettes, Example 24.20 (2017)",
  evaluate: (b, x) => b.norm2(x),
  gradientLipschitz: null,
  kink: true,
  stronglyConvex: 0,
  separable: false,
  prox: (b, x, t) => shrunkGroups(b, x, b.norm2(x), t),
  // the projection onto |p| <= c
  conjugateProx: (b, p, _s, c) => projectedGroups(b, p, b.norm2(p), c),
  conjugate: (b, p) => zeroInside(b, p, shrunkGroups(b, p, b.norm2(p), b.constant(1))),
};
