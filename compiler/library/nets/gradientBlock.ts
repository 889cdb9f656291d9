import type { NetSignature } from "./signature.ts";

export const gradientBlock: NetSignature = {
  definition:
    "three convolutions, relu between: the block of the learned gradient, on the image, its memory and both gradients",
  citation: "Adler and Öktem, Inverse Problems 33 (2017)",
  settings: { width: { kind: "count", initial: 32, least: 1 } },
  result: "image",
  smooth: false,
};
