import { zeroInside } from "./dualBall.ts";
import type { LibraryFunction } from "./entry.ts";

export const norm1: LibraryFunction = {
  name: "norm1",
  definition: "sum of |x_i|",
  citation: "Daubechies, Defrise, De Mol, Comm. Pure Appl. Math. 57 (2004)",
  evaluate: (b, x) => b.sum(b.elementwise("abs", [x])),
  gradientLipschitz: null,
  kink: true,
  stronglyConvex: 0,
  separable: true,
  prox: (b, x, t) => b.elementwise("soft", [x, t]),
  // the projection onto |p_i| <= c
  conjugateProx: (b, p, _s, c) =>
    b.elementwise("div", [
      p,
      b.elementwise("max", [b.constant(1), b.elementwise("div", [b.elementwise("abs", [p]), c])]),
    ]),
  // 0 on the ball of norm_inf
  conjugate: (b, p) => zeroInside(b, p, b.elementwise("soft", [p, b.constant(1)])),
};
