import type { NetSignature } from "./signature.ts";

export const istaTransform: NetSignature = {
  definition:
    "two convolutions without biases, relu between: the transform of ISTA-Net and ISTA-Net+ to channels, and the one back",
  citation: "Zhang and Ghanem, CVPR 2018",
  settings: { width: { kind: "count", initial: 32, least: 1 } },
  result: "image",
  smooth: false,
};
