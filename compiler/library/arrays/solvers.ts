import type { ArraySignature } from "./signature.ts";

export const prox: ArraySignature = {
  definition: "prox(t*g)(x) = argmin t g(z) + 1/2 |z - x|^2",
  parameters: ["g"],
  settings: {
    scaling: { kind: "value" },
    by: { kind: "method", methods: ["inner", "cg"], initial: null },
  },
  rule: { kind: "prox" },
};
export const proj: ArraySignature = {
  definition: "the nearest point of a set",
  parameters: ["C"],
  settings: {},
  rule: { kind: "projection" },
};
export const solve: ArraySignature = {
  definition: "the x with M x = b, M definite",
  parameters: ["M", "b"],
  settings: {
    by: { kind: "method", methods: ["cg"], initial: null },
    start: { kind: "value" },
  },
  rule: { kind: "solve" },
};
export const change: ArraySignature = {
  definition: "|x - x_last| / max(|x|, |x_last|), or `change(x, absolute)` without the denominator",
  parameters: ["x"],
  settings: {},
  rule: { kind: "change" },
};
export const each: ArraySignature = {
  definition: "`each(f)` : F[d, c] -> G[e, c], f : F[d] -> G[e] on each slice along the last axis",
  parameters: ["f"],
  settings: {},
  rule: { kind: "each" },
};
export const derivative: ArraySignature = {
  definition:
    "`derivative(F)(x)` : linear X -> Y, the derivative of a smooth map F at x; of `grad f` the Hessian",
  parameters: ["F"],
  settings: {},
  rule: { kind: "derivative" },
};
