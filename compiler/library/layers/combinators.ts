import type { Interval } from "../../types/interval.ts";
import type { LayerSignature } from "./signature.ts";

/** Not all entries are left out. */
const SHARE: Interval = { low: 0, high: 1, lowOpen: false, highOpen: true };

const AS_INSIDE = {
  settings: {},
  parameters: [],
  optional: 0,
  smooth: null,
  convex: false,
  nondecreasing: false,
  slope: null,
  range: null,
  mixesSamples: false,
} as const;

export const residual: LayerSignature = { ...AS_INSIDE, definition: "u + l(u)", shape: "residual" };
export const skip: LayerSignature = { ...AS_INSIDE, definition: "concat(u, l(u))", shape: "skip" };
/** Hurault, Leclaire, Papadakis (2022): u minus its gradient is a denoiser. */
export const gradientStep: LayerSignature = {
  ...AS_INSIDE,
  definition: "half of the squared 2-norm of u - l(u), of as many channels of u, from the first, as l gives",
  shape: "distance",
};
export const dropout: LayerSignature = {
  ...AS_INSIDE,
  definition:
    "while training each entry is 0 with the probability `rate`, else over 1 - rate; while running nothing changes",
  settings: { rate: { kind: "number", initial: 0.5, within: SHARE } },
  shape: "same",
  smooth: true,
  convex: true,
  nondecreasing: true,
  slope: 1,
};
