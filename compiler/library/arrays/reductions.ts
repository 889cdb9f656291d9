import type { ArraySignature } from "./signature.ts";

function reduction(definition: string, ordered: boolean, sums: boolean): ArraySignature {
  return { definition, parameters: ["x"], settings: {}, rule: { kind: "reduction", ordered, sums } };
}

export const dot: ArraySignature = {
  definition: "the real inner product Re<x, y>",
  parameters: ["x", "y"],
  settings: {},
  rule: { kind: "dot" },
};
export const sum = reduction("the sum of all entries", false, true);
export const mean = reduction("the mean of all entries", false, false);
export const maximum = reduction("the largest entry", true, false);
export const minimum = reduction("the smallest entry", true, false);
export const norm: ArraySignature = {
  definition: "an upper bound of the norm of an operator",
  parameters: ["A"],
  settings: {},
  rule: { kind: "operatorNorm" },
};
export const lip: ArraySignature = {
  definition: "a Lipschitz constant of a map",
  parameters: ["M"],
  settings: {},
  rule: { kind: "lipschitz" },
};
export const rowNorms: ArraySignature = {
  definition: "the 2-norm of each row",
  parameters: ["A"],
  settings: {},
  rule: { kind: "rowNorms" },
};
