import type { OperatorSignature } from "../signature.ts";

export const wavelet: OperatorSignature = {
  definition: "the discrete wavelet transform; orthonormal with periodic boundaries",
  parameters: [{ kind: "word", name: "name", words: ["haar", "db4", "sym4", "sym8"] }],
  settings: {
    levels: { kind: "count", initial: 3 },
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
