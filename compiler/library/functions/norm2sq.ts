import type { LibraryFunction } from "./entry.ts";

export const norm2sq: LibraryFunction = {
  name: "norm2sq",
  definition: "sum of |x_i|^2",
  citation: "Bauschke and Combettes, Convex Analysis and Monotone Operator Theory, Example 24.2 (2017)",
  evaluate: (b, x) => b.dot(x, x),
  gradientLipschitz: 2,
  kink: false,
  stronglyConvex: 2,
  separable: true,
  prox: (b, x, t) =>
    b.elementwise("div", [
      x,
      b.elementwise("add", [b.constant(1), b.elementwise("mul", [b.constant(2), t])]),
    ]),
  // (c |.|^2)* = |.|^2/(4c), so the prox of s times it is p/(1 + s/(2c))
  conjugateProx: (b, p, s, c) =>
    b.elementwise("div", [
      p,
      b.elementwise("add", [
        b.constant(1),
        b.elementwise("div", [s, b.elementwise("mul", [b.constant(2), c])]),
      ]),
    ]),
  // |p|^2/4
  conjugate: (b, p) => b.elementwise("mul", [b.constant(0.25), b.dot(p, p)]),
};
