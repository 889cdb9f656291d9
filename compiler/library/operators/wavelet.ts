import { WAVELET_NAMES } from "../../../runtime/operators/waveletFilters.ts";
import type { OperatorSignature } from "../signature.ts";

export const wavelet: OperatorSignature = {
  definition: "the discrete wavelet transform; orthonormal with periodic boundaries",
  parameters: [{ kind: "word", name: "name", words: WAVELET_NAMES }],
  settings: {
    levels: { kind: "count", initial: 3, least: 1 },
    axes: { kind: "count", initial: 2, least: 1 },
    boundary: { kind: "word", words: ["periodic", "symmetric"], initial: "periodic" },
  },
  domain: () => "F[d..]",
  codomain: () => "F[d..]",
  properties: (settings) =>
    settings.word("boundary") === "periodic"
      ? [
          { property: "norm", bound: 1 },
          { property: "orthonormal", bound: null },
        ]
      : [],
};
