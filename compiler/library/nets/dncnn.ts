import type { NetSignature } from "./signature.ts";

export const dncnn: NetSignature = {
  definition: "conv, relu, ..., conv; `residual`: u minus the stack of u",
  citation: "Zhang, Zuo, Chen, Meng, Zhang, IEEE Trans. Image Process. 26 (2017)",
  settings: {
    depth: { kind: "count", initial: 17, least: 1 },
    width: { kind: "count", initial: 64, least: 1 },
    residual: { kind: "truth", initial: false },
    normalise: { kind: "word", words: ["none", "batch", "spectral"], initial: "none" },
  },
  result: "image",
  smooth: false,
};
