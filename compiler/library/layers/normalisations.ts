import type { LayerShape, LayerSignature } from "./signature.ts";

function normalisation(definition: string, shape: LayerShape, mixesSamples: boolean): LayerSignature {
  return {
    definition,
    parameters: [],
    optional: 0,
    settings: {},
    shape,
    smooth: true,
    convex: false,
    nondecreasing: false,
    slope: null,
    range: null,
    mixesSamples,
  };
}

export const batchnorm = normalisation("mean and variance over the batch and the image", "same", true);
export const instancenorm = normalisation("mean and variance over the image", "image", false);
export const layernorm = normalisation("mean and variance over image and channels", "same", false);
export const groupnorm: LayerSignature = {
  ...normalisation("mean and variance over the image and groups of channels", "image", false),
  settings: { groups: { kind: "count", initial: 8, least: 1 } },
};
