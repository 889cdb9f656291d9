import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";
import { entriesOf } from "../../ir/inputs.ts";
import { constant, divideBy, multiply } from "../../types/dimension.ts";
import type { Dimension } from "../../types/dimension.ts";
import { arraySpace } from "../../types/space.ts";
import type { Space } from "../../types/space.ts";
import { hintOf } from "./layerContext.ts";
import type { LayerContext } from "./layerContext.ts";
import { imageAxes } from "./layers.ts";
import { spaceOfVariable } from "../values.ts";

/** What is added to a variance before its root is taken, as in the papers and their code. */
const EPSILON = 1e-5;

/** Mean and variance over the image, for each channel (Ulyanov, Vedaldi, Lempitsky, 2016); then scale and shift. */
export function instanceNorm(b: IrBuilder, context: LayerContext, u: Variable): Variable {
  const [h, w, c] = imageAxes(u);
  return affine(
    b,
    context,
    context.layer("instancenorm"),
    standardised(b, u, arraySpace("real", [c]), multiply(h, w)),
  );
}

/** Mean and variance over all entries (Ba, Kiros, Hinton, 2016); scale and shift for each channel. */
export function layerNorm(b: IrBuilder, context: LayerContext, u: Variable): Variable {
  const entries = entriesOf(spaceOfVariable(u));
  if (entries === null) throw new Error("a normalisation of a space of unknown size");
  return affine(b, context, context.layer("layernorm"), standardised(b, u, arraySpace("real", []), entries));
}

/** Mean and variance over the image and each group of neighbouring channels (Wu, He, 2018); then scale and shift. */
export function groupNorm(b: IrBuilder, context: LayerContext, u: Variable, groups: number): Variable {
  const [h, w, c] = imageAxes(u);
  const [count, each] = [constant(groups), divideBy(c, groups)];
  const grouped = b.reshape(u, arraySpace("real", [h, w, count, each]));
  const size = multiply(multiply(h, w), each);
  const image = standardised(b, grouped, arraySpace("real", [count, constant(1)]), size);
  return affine(b, context, context.layer("groupnorm"), b.reshape(image, spaceOfVariable(u)));
}

/**
 * Mean and variance over the batch and the image while training, and their running averages while running (Ioffe,
 * Szegedy, 2015), of which the variance is without bias; then scale and shift.
 */
export function batchNorm(b: IrBuilder, context: LayerContext, u: Variable): Variable {
  const space = spaceOfVariable(u);
  const channels = space.kind === "array" ? space.dimensions.slice(-1) : [];
  const pixels = space.kind === "array" ? space.dimensions.slice(0, -1) : [];
  const onto = arraySpace("real", channels);
  const layer = context.layer("batchnorm");
  const average = { average: `${layer}.batches` };
  const batches = context.weight(layer, "batches", [], "zero", average);
  const runningMean = context.weight(layer, "mean", channels, "zero", average);
  const runningVariance = context.weight(layer, "variance", channels, { value: 1 }, average);
  const count = b.elementwise("mul", [b.samples(u), b.size(pixels.reduce(multiply, constant(1)))]);
  const over = (v: Variable): Variable => b.elementwise("div", [b.sumSamples(b.sumTo(v, onto)), count]);
  const mean = over(u);
  const variance = over(b.elementwise("square", [b.elementwise("sub", [u, mean])]));
  const others = b.elementwise("max", [b.elementwise("sub", [count, b.constant(1)]), b.constant(1)]);
  const unbiased = b.elementwise("mul", [variance, b.elementwise("div", [count, others])]);
  const seen = b.observed(
    b.observed(mean, runningMean, mean),
    batches,
    b.elementwise("add", [batches, b.constant(1)]),
  );
  const centred = b.elementwise("sub", [u, b.inTraining(runningMean, seen)]);
  const spread = b.inTraining(runningVariance, b.observed(variance, runningVariance, unbiased));
  return affine(b, context, layer, divided(b, centred, spread));
}

/** (u - m)/sqrt(v + eps) with mean m and variance v over the `count` entries that fall onto each one of `onto`. */
export function standardised(
  b: IrBuilder,
  u: Variable,
  onto: Space,
  count: Dimension,
  epsilon = EPSILON,
): Variable {
  const mean = meanOnto(b, u, onto, count);
  const centred = b.elementwise("sub", [u, mean]);
  return divided(b, centred, meanOnto(b, b.elementwise("square", [centred]), onto, count), epsilon);
}

function meanOnto(b: IrBuilder, u: Variable, onto: Space, count: Dimension): Variable {
  return b.elementwise("div", [b.sumTo(u, onto), b.size(count)]);
}

function divided(b: IrBuilder, centred: Variable, variance: Variable, epsilon = EPSILON): Variable {
  const deviation = b.elementwise("sqrt", [b.elementwise("add", [variance, b.constant(epsilon)])]);
  return b.elementwise("div", [centred, deviation]);
}

/** Scale and shift of each channel, weights of `layer`. */
function affine(b: IrBuilder, context: LayerContext, layer: string, u: Variable): Variable {
  const space = spaceOfVariable(u);
  const channels = space.kind === "array" ? space.dimensions.slice(-1) : [];
  const scale = context.weight(layer, "scale", channels, { value: 1 });
  const shift = context.weight(layer, "shift", channels, "zero");
  return b.named(b.elementwise("add", [b.elementwise("mul", [scale, u]), shift]), hintOf(layer));
}
