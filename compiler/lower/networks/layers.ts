import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";
import { entriesOf } from "../../ir/inputs.ts";
import { constant, multiply } from "../../types/dimension.ts";
import type { Dimension } from "../../types/dimension.ts";
import { arraySpace } from "../../types/space.ts";
import { hintOf } from "./layerContext.ts";
import type { LayerContext, WeightStart } from "./layerContext.ts";
import { spaceOfVariable } from "../values.ts";

/** The axes of an image R[h, w, c]. */
export function imageAxes(u: Variable): readonly [Dimension, Dimension, Dimension] {
  const space = spaceOfVariable(u);
  const [h, w, c] = space.kind === "array" ? space.dimensions : [];
  if (h === undefined || w === undefined || c === undefined)
    throw new Error(`${u.name} is no image R[h, w, c]`);
  return [h, w, c];
}

export interface ConvolutionSettings {
  readonly kernel: number;
  readonly stride: number;
  readonly bias: boolean;
  readonly start: WeightStart;
  /** whether the filters stay at or above 0 */
  readonly nonnegative?: boolean;
  /** the largest norm of the convolution */
  readonly norm?: number;
}

/** 3 x 3 filters with biases. */
export const PLAIN: ConvolutionSettings = { kernel: 3, stride: 1, bias: true, start: "he" };

/** n channels of 2-D convolutions (as networks mean it: correlations), zeros around. */
export function convolution(
  b: IrBuilder,
  context: LayerContext,
  u: Variable,
  n: Dimension,
  settings: ConvolutionSettings,
): Variable {
  const [, , c] = imageAxes(u);
  const layer = context.layer("conv");
  const k = constant(settings.kernel);
  const filter = context.weight(layer, "filter", [k, k, c, n], settings.start, settings);
  const image = b.named(b.convolve(u, filter, settings.stride), hintOf(layer));
  return settings.bias ? biased(b, context, layer, image, n) : image;
}

function biased(b: IrBuilder, context: LayerContext, layer: string, u: Variable, n: Dimension): Variable {
  const sum = b.elementwise("add", [u, context.weight(layer, "bias", [n], "zero")]);
  return b.named(sum, `${hintOf(layer)}_biased`);
}

/** Transposed convolution with a kernel of the stride's length 2: twice the size. */
export function upConvolution(
  b: IrBuilder,
  context: LayerContext,
  u: Variable,
  n: Dimension,
  kernel: number,
  bias: boolean,
  start: WeightStart,
): Variable {
  const [h, w, c] = imageAxes(u);
  const layer = context.layer("upconv");
  const k = constant(kernel);
  const filter = context.weight(layer, "filter", [k, k, n, c], start);
  const two = constant(2);
  const space = arraySpace("real", [multiply(two, h), multiply(two, w), n]);
  const image = b.named(b.convolveInput(u, filter, space, 2), hintOf(layer));
  return bias ? biased(b, context, layer, image, n) : image;
}

/** All entries to n numbers. */
export function dense(
  b: IrBuilder,
  context: LayerContext,
  u: Variable,
  n: Dimension,
  bias: boolean,
): Variable {
  const entries = entriesOf(spaceOfVariable(u));
  if (entries === null) throw new Error("a dense layer on a space of unknown size");
  const layer = context.layer("dense");
  const flat = b.reshape(u, arraySpace("real", [entries]));
  const matrix = context.weight(layer, "matrix", [n, entries], "he");
  const image = b.named(b.matvec(matrix, flat, false, arraySpace("real", [n])), hintOf(layer));
  return bias ? biased(b, context, layer, image, n) : image;
}

/** max(u, 0) + a min(u, 0), with a slope a for each channel. */
export function prelu(b: IrBuilder, context: LayerContext, u: Variable): Variable {
  const space = spaceOfVariable(u);
  const channels = space.kind === "array" ? space.dimensions.at(-1) : undefined;
  const slope = context.weight(context.layer("prelu"), "slope", channels === undefined ? [] : [channels], {
    value: 0.25,
  });
  return leaky(b, u, slope);
}

export function leaky(b: IrBuilder, u: Variable, slope: Variable): Variable {
  const below = b.elementwise("min", [u, b.constant(0)]);
  return b.elementwise("add", [b.elementwise("relu", [u]), b.elementwise("mul", [slope, below])]);
}

/** u where positive, e^u - 1 elsewhere. */
export function elu(b: IrBuilder, u: Variable): Variable {
  const below = b.elementwise("min", [u, b.constant(0)]);
  const curve = b.elementwise("sub", [b.elementwise("exp", [below]), b.constant(1)]);
  return b.elementwise("select", [b.elementwise("positive", [u]), u, curve]);
}

/** u sigmoid(u). */
export function silu(b: IrBuilder, u: Variable): Variable {
  return b.elementwise("mul", [u, b.elementwise("sigmoid", [u])]);
}

/** u (1 + erf(u/sqrt 2))/2. */
export function gelu(b: IrBuilder, u: Variable): Variable {
  const scaled = b.elementwise("mul", [b.constant(Math.SQRT1_2), u]);
  const share = b.elementwise("add", [b.constant(1), b.elementwise("erf", [scaled])]);
  return b.elementwise("mul", [b.constant(0.5), b.elementwise("mul", [u, share])]);
}

/** Each channel with a filter of its own, zeros around. */
export function depthwise(b: IrBuilder, context: LayerContext, u: Variable, kernel: number): Variable {
  const [, , c] = imageAxes(u);
  const layer = context.layer("depthwise");
  const k = constant(kernel);
  const filter = context.weight(layer, "filter", [k, k, c], "he");
  return b.named(b.depthwise(u, filter), hintOf(layer));
}

/**
 * While training each entry is 0 with the probability `rate`, else over 1 - rate, so that its mean stays; while running
 * u itself (Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, J. Mach. Learn. Res. 15, 2014).
 */
export function dropout(b: IrBuilder, context: LayerContext, u: Variable, rate: number): Variable {
  const layer = context.layer("dropout");
  if (rate === 0) return u;
  const drawn = context.mask(layer, spaceOfVariable(u));
  const scaled = b.elementwise("mul", [b.constant(1 / (1 - rate)), u]);
  const kept = b.elementwise("lessEqual", [b.constant(rate), drawn]);
  return b.inTraining(u, b.elementwise("select", [kept, scaled, b.constant(0)]));
}

/** e^u over its sum over the channels; the largest channel is taken off first, which changes nothing else. */
export function softmax(b: IrBuilder, u: Variable): Variable {
  const peak = b.stopGradient(b.channelMaximum(u));
  const powers = b.elementwise("exp", [b.elementwise("sub", [u, peak])]);
  return b.elementwise("div", [powers, b.sumTo(powers, spaceOfVariable(peak))]);
}

/** An image without channels as one of one channel; anything else as it is. */
export function asImage(b: IrBuilder, u: Variable): Variable {
  const space = spaceOfVariable(u);
  if (space.kind !== "array" || space.dimensions.length !== 2) return u;
  return b.reshape(u, arraySpace("real", [...space.dimensions, constant(1)]));
}
