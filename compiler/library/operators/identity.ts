import type { OperatorSignature } from "../signature.ts";

export const identity: OperatorSignature = {
  definition: "x",
  parameters: [],
  settings: {},
  domain: () => "T",
  codomain: () => "T",
  properties: () => [
    { property: "norm", bound: 1 },
    { property: "orthonormal", bound: null },
    { property: "symmetric", bound: null },
    { property: "positive", bound: null },
  ],
};
