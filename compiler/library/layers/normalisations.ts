import type { LayerSignature } from "./signature.ts";

function normalisation(definition: string, mixesSamples: boolean): LayerSignature {
  return {
    definition,
    parameters: [],
    optional: 0,
    settings: {},
    shape: "same",
    smooth: true,
    convex: false,
    nondecreasing: false,
    slope: null,
    range: null,
    mixesSamples,
  };
}

export const batchnorm = normalisation("mean and variance over the batch and the image", true);
export const instancenorm = normalisation("mean and variance over the image", false);
export const layernorm = normalisation("mean and variance over image and channels", false);
export const groupnorm: LayerSignature = {
  ...normalisation("mean and variance over the image and groups of channels", false),
  settings: { groups: { kind: "count", initial: 8 } },
};
