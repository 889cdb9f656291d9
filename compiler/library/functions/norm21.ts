import type { LibraryFunction } from "./entry.ts";

export const norm21: LibraryFunction = {
  name: "norm21",
  definition: "sum over all but the last axis of the 2-norm over the last axis",
  citation: "Yuan and Lin, J. Royal Stat. Soc. B 68 (2006); Rudin, Osher, Fatemi (1992) for total variation",
  evaluate: (b, x) => b.sum(b.groupNorm(x)),
  gradientLipschitz: null,
  stronglyConvex: 0,
  separable: false,
  prox: (b, x, t) => {
    const length = b.groupNorm(x);
    const shrunk = b.elementwise("max", [b.elementwise("sub", [length, t]), b.constant(0)]);
    const safe = b.elementwise("max", [length, t]);
    return b.elementwise("mul", [b.elementwise("div", [shrunk, safe]), x]);
  },
  // the projection of each group onto the ball of radius c
  conjugateProx: (b, p, _s, c) =>
    b.elementwise("div", [
      p,
      b.elementwise("max", [b.constant(1), b.elementwise("div", [b.groupNorm(p), c])]),
    ]),
};
