import type { SettingRule } from "../signature.ts";
import type { LayerSignature } from "./signature.ts";

const AFFINE = {
  smooth: true,
  convex: true,
  nondecreasing: false,
  slope: null,
  range: null,
  mixesSamples: false,
} as const;
const BIAS: SettingRule = { kind: "truth", initial: true };
const INIT: SettingRule = { kind: "word", words: ["he", "xavier", "dct", "zero"], initial: "he" };

export const conv: LayerSignature = {
  ...AFFINE,
  definition: "n channels by convolution; padding with zeros keeps the size",
  parameters: ["n"],
  optional: 0,
  settings: {
    kernel: { kind: "count", initial: 3, least: 1 },
    stride: { kind: "count", initial: 1, least: 1 },
    bias: BIAS,
    init: INIT,
  },
  shape: "channels",
};
export const upconv: LayerSignature = {
  ...AFFINE,
  definition: "n channels at twice the size by transposed convolution",
  parameters: ["n"],
  optional: 0,
  settings: { kernel: { kind: "count", initial: 2, least: 1 }, bias: BIAS, init: INIT },
  shape: "doubled",
};
export const depthwise: LayerSignature = {
  ...AFFINE,
  definition: "one filter for each channel",
  parameters: [],
  optional: 0,
  settings: { kernel: { kind: "count", initial: 3, least: 1 } },
  shape: "image",
};
export const dense: LayerSignature = {
  ...AFFINE,
  definition: "all entries to n numbers",
  parameters: ["n"],
  optional: 0,
  settings: { bias: BIAS },
  shape: "vector",
};
