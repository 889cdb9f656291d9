import type { NetSignature } from "./signature.ts";

export const primalDualBlock: NetSignature = {
  definition:
    "three convolutions, `prelu` between: what learned primal-dual adds to its primal and to its dual variables",
  citation: "Adler and Öktem, IEEE Trans. Med. Imaging 37 (2018)",
  settings: { width: { kind: "count", initial: 32, least: 1 } },
  result: "image",
  smooth: false,
};
