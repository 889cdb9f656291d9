import type { OperatorSignature } from "../signature.ts";

export const downsample: OperatorSignature = {
  definition: "every q-th pixel",
  parameters: [{ kind: "count", name: "q" }],
  settings: {},
  domain: () => "F[q*h, q*w, r..]",
  codomain: () => "F[h, w, r..]",
  properties: () => [
    { property: "norm", bound: 1 },
    { property: "nonnegative", bound: null },
  ],
};

export const bicubic: OperatorSignature = {
  definition: "cubic interpolation to q times the size",
  parameters: [{ kind: "count", name: "q" }],
  settings: {},
  domain: () => "F[h, w, r..]",
  codomain: () => "F[q*h, q*w, r..]",
  properties: () => [],
};
