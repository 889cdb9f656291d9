import type { OperatorSignature } from "../signature.ts";

export const convolution: OperatorSignature = {
  definition: "n learned filters",
  parameters: [{ kind: "count", name: "n" }],
  settings: {
    kernel: { kind: "count", initial: 3, least: 1 },
    boundary: { kind: "word", words: ["periodic", "neumann", "reflect", "zero"], initial: "periodic" },
    init: { kind: "word", words: ["xavier", "he", "dct", "zero"], initial: "xavier" },
  },
  domain: () => "F[h, w]",
  codomain: () => "F[h, w, n]",
  properties: () => [],
};
