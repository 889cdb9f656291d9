import { zeroInside } from "./dualBall.ts";
import type { LibraryFunction } from "./entry.ts";
import { ontoNorm1Ball } from "./threshold.ts";

export const normInf: LibraryFunction = {
  name: "norm_inf",
  definition: "largest |x_i|",
  citation: "Parikh and Boyd, Proximal Algorithms, section 6.5.2 (2014)",
  evaluate: (b, x) => b.maximum(b.elementwise("abs", [x])),
  gradientLipschitz: null,
  kink: true,
  stronglyConvex: 0,
  separable: false,
  // x less its projection onto the ball of norm1 with radius t
  prox: (b, x, t) => b.elementwise("sub", [x, ontoNorm1Ball(b, x, t)]),
  // the projection onto norm1(p) <= c
  conjugateProx: (b, p, _s, c) => ontoNorm1Ball(b, p, c),
  // 0 on the ball of norm1
  conjugate: (b, p) => zeroInside(b, p, b.elementwise("sub", [p, ontoNorm1Ball(b, p, b.constant(1))])),
};
