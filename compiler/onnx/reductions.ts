import { softmax } from "../lower/networks/layers.ts";
import { softmaxAlong } from "./attention.ts";
import { constant, multiply } from "../types/dimension.ts";
import { arraySpace } from "../types/space.ts";
import { type Flow, imageFlow, type NodePlace, sizesOfImage } from "./place.ts";

/** `ReduceMean` and `ReduceSum` of an image over its channels, its pixels or all. */
export function summed(isMean: boolean) {
  return (place: NodePlace): Flow => {
    const { b } = place;
    const { image, axes, keeps } = reduction(place);
    const [h, w, c] = sizesOfImage(image);
    const one = constant(1);
    const [overChannels, overPixels] = [axes.includes(2), axes.includes(0) && axes.includes(1)];
    if (!overPixels && (axes.includes(0) || axes.includes(1)))
      throw place.fault("It is over rows or columns.");
    const sums = b.sumTo(
      image,
      arraySpace("real", [overPixels ? one : h, overPixels ? one : w, overChannels ? one : c]),
    );
    const count = multiply(overPixels ? multiply(h, w) : one, overChannels ? c : one);
    const result = isMean ? b.elementwise("div", [sums, b.size(count)]) : sums;
    if (keeps) return imageFlow(result);
    if (!overPixels || overChannels) throw place.fault("It drops the axes (`keepdims`).");
    return { kind: "vector", variable: b.reshape(result, arraySpace("real", [c])), flattened: null };
  };
}

/** `ReduceMax` over the channels. */
export function largestChannel(place: NodePlace): Flow {
  const { image, axes, keeps } = reduction(place);
  if (axes.join() !== "2" || !keeps) throw place.fault("It is over other axes than the channels.");
  return imageFlow(place.b.channelMaximum(image));
}

/** `Softmax` over the channels of an image, the entries of a vector, or any axis of what has sizes that are numbers. */
export function powersOverSum(place: NodePlace): Flow {
  const flow = place.flow();
  if (flow.kind === "view") return softmaxAlong(place);
  if (flow.kind === "tensor") throw place.fault("It is of no image and no vector.");
  const isLast = place.axis(place.number("axis", -1)) === { image: 1, last: 3, vector: 1 }[flow.kind];
  if (!isLast) return softmaxAlong(place);
  return { ...flow, variable: softmax(place.b, flow.variable) };
}

/** The axes of the image, which may have its channels last. */
function reduction(place: NodePlace): {
  readonly image: ReturnType<NodePlace["image"]>;
  readonly axes: readonly number[];
  readonly keeps: boolean;
} {
  const flow = place.flow();
  if (flow.kind !== "image") throw place.fault("It is of no image [1, c, h, w].");
  const named = place.list("axes", 1) ?? [1, 2, 3];
  const axes = named.map((axis) => [-1, 2, 0, 1][place.axis(axis)] ?? -1);
  if (axes.includes(-1)) throw place.fault("It is over the samples.");
  return { image: flow.variable, axes, keeps: place.number("keepdims", 1) !== 0 };
}
