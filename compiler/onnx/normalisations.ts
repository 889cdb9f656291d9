import type { Variable } from "../ir/block.ts";
import { entriesOf } from "../ir/inputs.ts";
import { spaceOf } from "../ir/spaces.ts";
import { standardised } from "../lower/networks/normalisationLayers.ts";
import { constant, divideBy, multiply } from "../types/dimension.ts";
import { arraySpace } from "../types/space.ts";
import { channelsOf, type Flow, imageFlow, type NodePlace, permuted, sizesOfImage } from "./place.ts";
import type { OnnxTensor } from "./tensor.ts";

/**
 * `BatchNormalization` by its averages, which stand still: one scale s/sqrt(v + e) and one shift b - m s/sqrt(v + e)
 * for each channel.
 */
export function batchNormalisation(place: NodePlace): Flow {
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((index) => place.tensor(index));
  if (scale === undefined || shift === undefined || mean === undefined || variance === undefined) {
    throw place.fault("It has no averages.");
  }
  if (place.number("training_mode", 0) !== 0) throw place.fault("It is one of training.");
  const epsilon = place.number("epsilon", 1e-5);
  const factors = scale.values.map((value, i) => value / Math.sqrt((variance.values[i] ?? 0) + epsilon));
  const offsets = shift.values.map((value, i) => value - (mean.values[i] ?? 0) * (factors[i] ?? 0));
  const name = [scale, shift, mean, variance].map((each) => each.name).join(" ");
  const sizes = [channelsOf(place)];
  return imageFlow(
    scaledAndShifted(place, "batchnorm", place.image(), sizes, {
      scale: { name, shape: sizes, values: factors },
      shift: { name, shape: sizes, values: offsets },
    }),
  );
}

/**
 * `InstanceNormalization`: to mean 0 and variance 1 over the image, then scale and shift. Of an image that is seen as
 * [1, groups, ...] it is one of groups of channels, as PyTorch writes its group normalisation.
 */
export function instanceNormalisation(place: NodePlace): Flow {
  const flow = place.flow();
  const affine = { scale: place.tensor(1), shift: place.tensor(2) };
  if (flow.kind === "view" && flow.from !== null && flow.shape[0] === 1) {
    const groups = flow.shape[1] ?? 1;
    return { ...flow, variable: ofGroups(place, flow.variable, groups, [groups, 1], affine) };
  }
  const u = place.image();
  const [h, w, c] = sizesOfImage(u);
  const image = standardised(place.b, u, arraySpace("real", [c]), multiply(h, w), epsilonOf(place));
  return imageFlow(scaledAndShifted(place, "instancenorm", image, [channelsOf(place)], affine));
}

/** `GroupNormalization`: scale and shift for each group up to version 20, for each channel from 21 on. */
export function groupNormalisation(place: NodePlace): Flow {
  const groups = place.number("num_groups", 1);
  const affine = { scale: place.tensor(1), shift: place.tensor(2) };
  const channels = channelsOf(place);
  const sizes = affine.scale.values.length === channels ? [groups, channels / groups] : [groups, 1];
  return imageFlow(ofGroups(place, place.image(), groups, sizes, affine));
}

/** `LayerNormalization` of all axes of a sample, or of the channels where they are last. */
export function layerNormalisation(place: NodePlace): Flow {
  const flow = place.flow();
  if (flow.kind === "tensor" || flow.kind === "view") throw place.fault("It is of no image and no vector.");
  const space = spaceOf(flow.variable);
  const own = place.example();
  const axis = place.axis(place.number("axis", -1));
  const isChannels = flow.kind === "last" && axis === 3;
  if (!isChannels && axis !== 1) throw place.fault(`It begins with the axis ${axis} of [${own.join(", ")}].`);
  if (flow.kind === "vector" && flow.flattened !== null) throw place.fault("It is of a flattened image.");
  const count = isChannels ? constant(channelsOf(place, flow.variable)) : entriesOf(space);
  if (space.kind !== "array" || count === null) throw place.fault("Its sizes are open.");
  const onto = arraySpace("real", isChannels ? [...space.dimensions.slice(0, -1), constant(1)] : []);
  const image = standardised(place.b, flow.variable, onto, count, epsilonOf(place));
  const [scale, shift] = [place.tensor(1), place.optionalTensor(2)];
  const sizes = isChannels ? [own[3] ?? 1] : flow.kind === "image" ? hwc(own) : own.slice(1);
  const ordered = (tensor: OnnxTensor): OnnxTensor =>
    flow.kind === "image"
      ? { ...tensor, values: permuted({ ...tensor, shape: own.slice(1) }, [1, 2, 0]) }
      : tensor;
  const zeros = { name: "", shape: scale.shape, values: scale.values.map(() => 0) };
  return {
    ...flow,
    variable: scaledAndShifted(place, "layernorm", image, sizes, {
      scale: ordered(scale),
      shift: ordered(shift ?? zeros),
    }),
  };
}

function hwc([, c = 1, h = 1, w = 1]: readonly number[]): readonly number[] {
  return [h, w, c];
}

function epsilonOf(place: NodePlace): number {
  return place.number("epsilon", 1e-5);
}

interface Affine {
  readonly scale: OnnxTensor;
  readonly shift: OnnxTensor;
}

/** Mean and variance over the image and groups of neighbouring channels; `sizes` are those of scale and shift. */
function ofGroups(
  place: NodePlace,
  u: Variable,
  groups: number,
  sizes: readonly number[],
  affine: Affine,
): Variable {
  const { b } = place;
  const [h, w, c] = sizesOfImage(u);
  const channels = channelsOf(place, u);
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    throw place.fault(`Its ${groups} groups do not divide ${channels} channels.`);
  }
  const [count, each] = [constant(groups), divideBy(c, groups)];
  const grouped = b.reshape(u, arraySpace("real", [h, w, count, each]));
  const onto = arraySpace("real", [count, constant(1)]);
  const image = standardised(b, grouped, onto, multiply(multiply(h, w), each), epsilonOf(place));
  const result = scaledAndShifted(place, "groupnorm", image, sizes, affine);
  return b.reshape(result, arraySpace("real", [h, w, c]));
}

/** Scale and shift, aligned from the last axis; none where they are 1 and 0, as PyTorch fills in what it lacks. */
function scaledAndShifted(
  place: NodePlace,
  sort: string,
  u: Variable,
  sizes: readonly number[],
  { scale, shift }: Affine,
): Variable {
  const { b } = place;
  const count = sizes.reduce((size, extent) => size * extent, 1);
  for (const { values } of [scale, shift]) {
    if (values.length !== count) throw place.fault(`It has ${values.length} scales or shifts for ${count}.`);
  }
  if (scale.values.every((value) => value === 1) && shift.values.every((value) => value === 0)) return u;
  const layer = place.layer(sort);
  const scaled = b.elementwise("mul", [place.weight(layer, "scale", scale.name, sizes, scale.values), u]);
  return b.elementwise("add", [scaled, place.weight(layer, "shift", shift.name, sizes, shift.values)]);
}
