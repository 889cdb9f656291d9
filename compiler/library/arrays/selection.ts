import { UNIT } from "../../types/interval.ts";
import type { ArraySignature } from "./signature.ts";

export const soft: ArraySignature = {
  definition: "sign(v) max(|v| - theta, 0)",
  parameters: ["v", "theta"],
  settings: {},
  rule: { kind: "shrinkage" },
};
export const hard: ArraySignature = {
  definition: "v where |v| > theta, else 0",
  parameters: ["v", "theta"],
  settings: {},
  rule: { kind: "shrinkage" },
};
/** Chen, Liu, Wang, Yin, NeurIPS 2018. */
export const softSelect: ArraySignature = {
  definition: "soft, but of the floor(keep n) entries of largest modulus those above theta pass whole",
  parameters: ["v", "theta"],
  settings: { keep: { kind: "expression", within: UNIT, required: true } },
  rule: { kind: "shrinkage" },
};
export const choose: ArraySignature = {
  definition: "a where m is 1, b where it is 0",
  parameters: ["m", "a", "b"],
  settings: {},
  rule: { kind: "choose" },
};
export const stopGradient: ArraySignature = {
  definition: "x, without a derivative",
  parameters: ["x"],
  settings: {},
  rule: { kind: "same" },
};
