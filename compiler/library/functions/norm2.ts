import type { LibraryFunction } from "./entry.ts";

export const norm2: LibraryFunction = {
  name: "norm2",
  definition: "(sum of |x_i|^2)^(1/2)",
  citation: "Bauschke and Combettes, Example 24.20 (2017)",
  evaluate: (b, x) => b.norm2(x),
  gradientLipschitz: null,
  stronglyConvex: 0,
  separable: false,
  // x max(1 - t/|x|, 0), written as |x| > t ? x - t x/|x| : 0 so that x = 0 is no exception
  prox: (b, x, t) => {
    const length = b.norm2(x);
    const shrunk = b.elementwise("max", [b.elementwise("sub", [length, t]), b.constant(0)]);
    const safe = b.elementwise("max", [length, t]);
    return b.elementwise("mul", [b.elementwise("div", [shrunk, safe]), x]);
  },
  // the projection onto |p| <= c
  conjugateProx: (b, p, _s, c) =>
    b.elementwise("div", [p, b.elementwise("max", [b.constant(1), b.elementwise("div", [b.norm2(p), c])])]),
};
