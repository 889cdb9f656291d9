import type { NetSignature } from "./signature.ts";

export const unet: NetSignature = {
  definition: "convolutions in pairs, maxpool(2), upconv and skips; no normalisation; `padded`: any size",
  citation: "Ronneberger, Fischer, Brox, MICCAI 2015",
  settings: {
    levels: { kind: "count", initial: 4, least: 1 },
    width: { kind: "count", initial: 32, least: 1 },
    residual: { kind: "truth", initial: false },
    padded: { kind: "truth", initial: true },
  },
  result: "image",
  smooth: false,
};
