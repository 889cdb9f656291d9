import { zeroInside } from "./dualBall.ts";
import type { LibraryFunction } from "./entry.ts";

export const nuclearNorm: LibraryFunction = {
  name: "nuclear_norm",
  definition: "sum of the singular values of a matrix",
  citation: "Cai, Candes, Shen, SIAM J. Optim. 20 (2010)",
  evaluate: (b, x) => b.nuclearNorm(x),
  gradientLipschitz: null,
  kink: true,
  stronglyConvex: 0,
  separable: false,
  prox: (b, x, t) => b.shrinkSingular(x, t),
  conjugateProx: null,
  // 0 where the largest singular value is at most 1
  conjugate: (b, p) => zeroInside(b, p, b.shrinkSingular(p, b.constant(1))),
};
