import type { OperatorSignature } from "../signature.ts";

export const fourier: OperatorSignature = {
  definition:
    "the unitary discrete Fourier transform over the given axes; `centred`: zero frequency in the middle",
  parameters: [],
  settings: { axes: { kind: "axes", initial: [0, 1] }, centred: { kind: "truth", initial: false } },
  domain: () => "C[d..]",
  codomain: () => "C[d..]",
  properties: () => [
    { property: "norm", bound: 1 },
    { property: "orthonormal", bound: null },
  ],
};
