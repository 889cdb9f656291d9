import type { NetSignature } from "./signature.ts";

export const fbpconvnet: NetSignature = {
  definition:
    "u plus a U-Net of it with batch normalisation behind each convolution of a pair; `residual = false`: the U-Net alone; `padded`: any size",
  citation: "Jin, McCann, Froustey, Unser, IEEE Trans. Image Process. 26 (2017)",
  settings: {
    levels: { kind: "count", initial: 5, least: 1 },
    width: { kind: "count", initial: 64, least: 1 },
    residual: { kind: "truth", initial: true },
    normalise: { kind: "word", words: ["none", "batch"], initial: "batch" },
    padded: { kind: "truth", initial: true },
  },
  result: "image",
  smooth: false,
};
