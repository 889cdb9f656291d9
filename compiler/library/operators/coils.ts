import type { OperatorSignature } from "../signature.ts";

export const coils: OperatorSignature = {
  definition: "x times each sensitivity map, on a new last axis",
  parameters: [{ kind: "array", name: "S", scheme: "C[h, w, c]" }],
  settings: {},
  domain: () => "C[h, w]",
  codomain: () => "C[h, w, c]",
  properties: () => [],
};
