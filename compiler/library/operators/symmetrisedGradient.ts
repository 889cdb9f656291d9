import type { OperatorSignature } from "../signature.ts";

export const symmetrisedGradient: OperatorSignature = {
  definition:
    "the symmetric part of the forward differences of a vector field: the diagonal, then sqrt(2) times what is above it",
  parameters: [],
  settings: {
    boundary: { kind: "word", words: ["neumann", "periodic", "zero"], initial: "neumann" },
  },
  domain: () => "F[h, w, 2]",
  codomain: () => "F[h, w, 3]",
  properties: () => [{ property: "norm", bound: Math.sqrt(8) }],
};
