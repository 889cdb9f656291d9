import { UNIT } from "../../types/interval.ts";
import type { LayerSignature } from "./signature.ts";

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
export const dropout: LayerSignature = {
  ...AS_INSIDE,
  definition: "entries left out at random while training",
  settings: { rate: { kind: "number", initial: 0.5, within: UNIT } },
  shape: "same",
  smooth: true,
  convex: true,
  nondecreasing: true,
};
