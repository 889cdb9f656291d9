import type { ArraySignature } from "./signature.ts";

export const index: ArraySignature = {
  definition: "one index below m, uniform or by weights",
  parameters: ["m"],
  settings: { weights: { kind: "value" } },
  rule: { kind: "index" },
};
export const batch: ArraySignature = {
  definition: "`size` different indices below m, uniform",
  parameters: ["m"],
  settings: { size: { kind: "count", initial: null, least: 1, required: true } },
  rule: { kind: "batch" },
};
export const normal: ArraySignature = {
  definition: "normal with variance 1; complex with E|e|^2 = 1",
  parameters: [],
  settings: {},
  rule: { kind: "noise", arguments: 0 },
};
export const uniform: ArraySignature = {
  definition: "uniform on [a, b)",
  parameters: ["a", "b"],
  settings: {},
  rule: { kind: "noise", arguments: 2 },
};
export const rademacher: ArraySignature = {
  definition: "-1 or 1",
  parameters: [],
  settings: {},
  rule: { kind: "noise", arguments: 0 },
};
