import type { NetSignature } from "./signature.ts";

export const drunet: NetSignature = {
  definition:
    "a U-Net of residual blocks without biases, at each of `levels` sizes `blocks` on either side: convolutions of stride 2 down, `upconv` up, skips that are added; `padded`: any size",
  citation: "Zhang, Li, Zuo, Zhang, Van Gool, Timofte, IEEE Trans. Pattern Anal. Mach. Intell. 44 (2022)",
  settings: {
    levels: { kind: "count", initial: 4, least: 1 },
    width: { kind: "count", initial: 64, least: 1 },
    blocks: { kind: "count", initial: 4, least: 1 },
    activation: { kind: "word", words: ["relu", "elu", "softplus"], initial: "relu" },
    padded: { kind: "truth", initial: true },
  },
  result: "image",
  smooth: { setting: "activation", words: ["elu", "softplus"] },
};
