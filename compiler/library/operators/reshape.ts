import type { OperatorSignature } from "../signature.ts";

export const reshape: OperatorSignature = {
  definition: "the same entries in another shape, typed by its declaration",
  parameters: [],
  settings: {},
  domain: () => "F[d..]",
  codomain: () => "F[e..]",
  properties: () => [
    { property: "norm", bound: 1 },
    { property: "orthonormal", bound: null },
  ],
};
