import type { LibraryFunction } from "./entry.ts";

export const normInf: LibraryFunction = {
  name: "norm_inf",
  definition: "largest |x_i|",
  citation: "Parikh and Boyd, Proximal Algorithms, section 6.5.2 (2014)",
  evaluate: (b, x) => b.maximum(b.elementwise("abs", [x])),
  gradientLipschitz: null,
  stronglyConvex: 0,
  separable: false,
  prox: null,
  conjugateProx: null,
};
