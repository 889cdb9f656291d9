import type { LayerShape, LayerSignature } from "./signature.ts";

function pooling(
  definition: string,
  shape: LayerShape,
  parameters: readonly string[],
  smooth: boolean,
): LayerSignature {
  return {
    definition,
    parameters,
    optional: 0,
    settings: {},
    shape,
    smooth,
    convex: true,
    nondecreasing: true,
    slope: 1,
    range: null,
    mixesSamples: false,
  };
}

export const maxpool = pooling("the largest of q x q pixels", "pooled", ["q"], false);
export const avgpool = pooling("the mean of q x q pixels", "pooled", ["q"], true);
export const globalpool = pooling("the mean over the image", "mean", [], true);
export const shuffle = pooling("q^2 channels to q x q pixels", "shuffled", ["q"], true);
export const upsample: LayerSignature = {
  ...pooling("q times the size, by bilinear interpolation or the nearest point", "enlarged", ["q"], true),
  settings: {
    interpolation: { kind: "word", words: ["bilinear", "nearest"], initial: "bilinear" },
    align: { kind: "word", words: ["pixels", "corners"], initial: "pixels" },
  },
  slope: null,
};
