import type { LAYER_NAMES } from "../names.ts";
import {
  elu,
  gelu,
  leakyRelu,
  piecewiseLinear,
  prelu,
  relu,
  sigmoid,
  silu,
  softmax,
  softplus,
  spline,
  tanh,
} from "./activations.ts";
import { conv, dense, depthwise, upconv } from "./affine.ts";
import { dropout, gradientStep, residual, skip } from "./combinators.ts";
import { batchnorm, groupnorm, instancenorm, layernorm } from "./normalisations.ts";
import { avgpool, globalpool, maxpool, shuffle, upsample } from "./pooling.ts";
import type { LayerSignature } from "./signature.ts";

/** Layers, and the functions of arrays that are layers, too. */
export type LayerName = (typeof LAYER_NAMES)[number] | "relu" | "tanh" | "sigmoid";

/** The signatures of all layers. */
export const LAYERS: { readonly [N in LayerName]: LayerSignature } = {
  conv,
  upconv,
  depthwise,
  dense,
  batchnorm,
  instancenorm,
  layernorm,
  groupnorm,
  relu,
  tanh,
  sigmoid,
  prelu,
  leaky_relu: leakyRelu,
  elu,
  gelu,
  silu,
  softplus,
  softmax,
  spline,
  piecewise_linear: piecewiseLinear,
  maxpool,
  avgpool,
  globalpool,
  upsample,
  shuffle,
  dropout,
  residual,
  skip,
  gradient_step: gradientStep,
};
