import type { OperatorSignature } from "../signature.ts";

export const overChannels: OperatorSignature = {
  definition: "x in every channel; the adjoint sums",
  parameters: [],
  settings: {},
  domain: () => "F[d..]",
  codomain: () => "F[d.., c]",
  properties: () => [{ property: "nonnegative", bound: null }],
};

export const overPixels: OperatorSignature = {
  definition: "x at every pixel; the adjoint sums",
  parameters: [],
  settings: {},
  domain: () => "F[c]",
  codomain: () => "F[h, w, c]",
  properties: () => [{ property: "nonnegative", bound: null }],
};
