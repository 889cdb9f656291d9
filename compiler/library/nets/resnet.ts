import type { NetSignature } from "./signature.ts";

export const resnet: NetSignature = {
  definition: "residual blocks",
  citation: "He, Zhang, Ren, Sun, CVPR 2016",
  settings: {
    blocks: { kind: "count", initial: 8, least: 1 },
    width: { kind: "count", initial: 64, least: 1 },
  },
  result: "image",
  smooth: false,
};
