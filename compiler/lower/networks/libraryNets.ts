import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";
import { constant, multiply } from "../../types/dimension.ts";
import type { Dimension } from "../../types/dimension.ts";
import type { Space } from "../../types/space.ts";
import { batchNorm } from "./normalisationLayers.ts";
import type { LayerContext } from "./layerContext.ts";
import { convolution, imageAxes, PLAIN, upConvolution } from "./layers.ts";

/**
 * conv, relu, (depth - 2) times conv, relu, then conv; with `residual`, u minus that (Zhang et al., 2017). With
 * `batch` the convolutions in between have batch normalisation behind them, and no biases; with `spectral` the norm of
 * each convolution is kept at or below 1.
 */
export function dncnn(
  b: IrBuilder,
  context: LayerContext,
  u: Variable,
  out: Dimension,
  settings: {
    readonly depth: number;
    readonly width: Dimension;
    readonly residual: boolean;
    readonly normalise: "none" | "batch" | "spectral";
  },
): Variable {
  const { normalise } = settings;
  const linear = normalise === "spectral" ? { ...PLAIN, norm: 1 } : PLAIN;
  let v = u;
  for (let layer = 1; layer < settings.depth; layer += 1) {
    const batch = normalise === "batch" && layer > 1;
    const image = convolution(b, context, v, settings.width, { ...linear, bias: !batch });
    v = b.elementwise("relu", [batch ? batchNorm(b, context, image) : image]);
  }
  const last = convolution(b, context, v, out, linear);
  return settings.residual ? b.elementwise("sub", [u, last]) : last;
}

/** `blocks` times v + conv(relu(conv(v))) between two convolutions (He et al., 2016). */
export function resnet(
  b: IrBuilder,
  context: LayerContext,
  u: Variable,
  out: Dimension,
  settings: { readonly blocks: number; readonly width: Dimension },
): Variable {
  let v = convolution(b, context, u, settings.width, PLAIN);
  for (let count = 0; count < settings.blocks; count += 1) {
    const block = context.nextPlace("block");
    const inner = b.elementwise("relu", [convolution(b, block, v, settings.width, PLAIN)]);
    v = b.elementwise("add", [v, convolution(b, block, inner, settings.width, PLAIN)]);
  }
  return convolution(b, context, v, out, PLAIN);
}

/**
 * U-Net (Ronneberger, Fischer, Brox, 2015): convolutions in pairs, maxpool(2), upconv, skips. With `batch` the pairs
 * have batch normalisation behind each convolution, in place of its biases (Jin, McCann, Froustey, Unser, 2017).
 * `levels` counts the resolutions; with `padded` any image size is padded to a multiple of 2^(levels - 1) and cropped.
 * The last convolution begins small, as in the U-Net of fastMRI (Zbontar et al., arXiv:1811.08839): steps that each add
 * such a network would else begin by growing from one to the next.
 */
export function unet(
  b: IrBuilder,
  context: LayerContext,
  u: Variable,
  out: Dimension,
  settings: {
    readonly levels: number;
    readonly width: Dimension;
    readonly residual: boolean;
    readonly batch: boolean;
    readonly padded: boolean;
  },
): Variable {
  const padded = settings.padded ? b.named(b.padImage(u, 2 ** (settings.levels - 1)), "padded") : u;
  const image = level(b, context, padded, 1, settings);
  const last = convolution(b, context, image, out, { ...PLAIN, kernel: 1, start: "uniform" });
  const cropped = settings.padded ? croppedTo(b, last, u) : last;
  return settings.residual ? b.elementwise("add", [u, cropped]) : cropped;
}

function level(
  b: IrBuilder,
  context: LayerContext,
  u: Variable,
  depth: number,
  settings: { readonly levels: number; readonly width: Dimension; readonly batch: boolean },
): Variable {
  const { batch } = settings;
  const width = multiply(constant(2 ** (depth - 1)), settings.width);
  if (depth === settings.levels) return pair(b, context.place("bottom"), u, width, batch);
  const here = pair(b, context.place(`down${depth}`), u, width, batch);
  const pooled = b.named(b.maxPool(here, 2), `down${depth}_pooled`);
  const below = level(b, context, pooled, depth + 1, settings);
  const upwards = context.place(`up${depth}`);
  const up = upConvolution(b, upwards, below, width, 2, true, "he");
  return pair(b, upwards, b.named(b.concat([here, up]), `up${depth}_joined`), width, batch);
}

function pair(b: IrBuilder, context: LayerContext, u: Variable, width: Dimension, batch: boolean): Variable {
  const half = (v: Variable): Variable => {
    const image = convolution(b, context, v, width, { ...PLAIN, bias: !batch });
    return b.elementwise("relu", [batch ? batchNorm(b, context, image) : image]);
  };
  return half(half(u));
}

/** The middle of an image, of the size of another. */
export function croppedTo(b: IrBuilder, image: Variable, u: Variable): Variable {
  return b.named(b.cropImage(image, cropSpace(u, image)), "cropped");
}

function cropSpace(u: Variable, image: Variable): Space {
  const [h, w] = imageAxes(u);
  const [, , c] = imageAxes(image);
  return { kind: "array", element: "real", dimensions: [h, w, c] };
}
