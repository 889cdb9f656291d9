import type { OperatorSignature } from "../signature.ts";

export const blur: OperatorSignature = {
  definition: "convolution with the kernel k, centred",
  parameters: [{ kind: "array", name: "k", scheme: "R[k..]" }],
  settings: {
    boundary: { kind: "word", words: ["periodic", "neumann", "reflect", "zero"], initial: "periodic" },
  },
  domain: () => "F[d..]",
  codomain: () => "F[d..]",
  properties: () => [],
};
