import type { Variable } from "../ir/block.ts";
import { spaceOf } from "../ir/spaces.ts";
import { constant, constantValue } from "../types/dimension.ts";
import { arraySpace } from "../types/space.ts";
import {
  type Flow,
  imageFlow,
  imageSpace,
  type ImageSizes,
  type NodePlace,
  type Shape,
  sizesOfImage,
  tensorFlow,
} from "./place.ts";

/** `Reshape` to a shape of the file, or one that follows from sizes: 0 keeps an axis, -1 is what is left. */
export function reshaped(place: NodePlace): Flow {
  const wanted = place.sizes(1);
  if (wanted === null) throw place.fault("Its shape is not in the file.");
  const own = place.example();
  const kept = wanted.map((size, axis) =>
    size === 0 && place.number("allowzero", 0) === 0 ? (own[axis] ?? 0) : size,
  );
  const rest = kept.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  return seenAs(
    place,
    kept.map((size) => (size === -1 ? sizeOf(own) / rest : size)),
  );
}

/** `Squeeze`: without axes of one entry. */
export function squeezed(place: NodePlace): Flow {
  const own = place.example();
  const axes = place.list("axes", 1)?.map((axis) => place.axis(axis));
  return seenAs(
    place,
    own.filter((size, axis) => !(axes === undefined ? size === 1 : axes.includes(axis))),
  );
}

/** `Unsqueeze`: with further axes of one entry. */
export function unsqueezed(place: NodePlace): Flow {
  const own = place.example();
  const axes = place.list("axes", 1) ?? [];
  const at = axes.map((axis) => place.axis(axis, own.length + axes.length)).toSorted((a, b) => a - b);
  const shape = [...own];
  for (const axis of at) shape.splice(axis, 0, 1);
  return seenAs(place, shape);
}

/** `Flatten` of all axes but that of the samples. */
export function flattened(place: NodePlace): Flow {
  const own = place.example();
  const axis = place.number("axis", 1);
  if ((axis < 0 ? axis + own.length : axis) !== 1) throw place.fault("It keeps further axes.");
  return seenAs(place, [1, sizeOf(own)]);
}

/** `Transpose`: channels last and back are no change of an image; any other order is a copy. */
export function transposed(place: NodePlace): Flow {
  const flow = place.flow();
  const own = place.example();
  const order = place.counts("perm", own.map((_, axis) => axis).toReversed());
  const text = order.join();
  if (flow.kind === "image" && text === "0,2,3,1") return { kind: "last", variable: flow.variable };
  if (flow.kind === "last" && text === "0,3,1,2") return imageFlow(flow.variable);
  if (flow.kind === "tensor") throw place.fault("It is of an array of the file.");
  const moved = order.map((axis) => own[axis] ?? 1);
  const strides = own.map((_, axis) => sizeOf(own.slice(axis + 1)));
  const plain = picked(
    place,
    plainOf(place, flow),
    moved,
    order.map((axis) => strides[axis] ?? 1),
  );
  return fromPlain(place, plain, moved);
}

/** `Shape`: the sizes of the example. */
export function sizesOf(place: NodePlace): Flow {
  const shape = place.example();
  const part = shape.slice(place.number("start", 0), place.number("end", shape.length));
  return tensorFlow({ name: "", shape: [part.length], values: Float64Array.from(part), whole: true }, true);
}

/** What flows, with the same entries in the order of ONNX, under another shape. */
function seenAs(place: NodePlace, shape: Shape): Flow {
  const flow = place.flow();
  const own = place.example();
  if (sizeOf(shape) !== sizeOf(own) || shape.some((size) => !Number.isInteger(size))) {
    throw place.fault(`It cannot see [${own.join(", ")}] as [${shape.join(", ")}].`);
  }
  if (flow.kind === "tensor") return { ...flow, tensor: { ...flow.tensor, shape } };
  if (shape.join() === own.join()) return flow;
  if (flow.kind === "image") return viewOfImage(place, flow.variable, own, shape);
  if (flow.kind === "view" && flow.from !== null) {
    return viewOfImage(place, flow.variable, flow.from, shape);
  }
  if (flow.kind === "vector" && flow.flattened !== null) {
    const [h, w, c] = flow.flattened;
    const image = place.b.reshape(flow.variable, imageSpace(constant(h), constant(w), constant(c)));
    return viewOfImage(place, image, [1, c, h, w], shape);
  }
  return fromPlain(place, plainOf(place, flow), shape);
}

function viewOfImage(place: NodePlace, image: Variable, from: Shape, shape: Shape): Flow {
  if (shape.join() === from.join()) return imageFlow(image);
  const isVector = shape.length === 2 && shape[0] === 1;
  if (isVector || isImage(shape)) {
    const [h, w, c] = knownSizes(place, image);
    if (c === 1 || h * w === 1) {
      const flat = place.b.reshape(image, arraySpace("real", [constant(h * w * c)]));
      return fromPlain(place, flat, shape);
    }
    if (isVector) {
      const flat = place.b.reshape(image, arraySpace("real", [constant(h * w * c)]));
      return { kind: "vector", variable: flat, flattened: [h, w, c] };
    }
    return fromPlain(place, plainOf(place, imageFlow(image)), shape);
  }
  return { kind: "view", variable: image, from, shape };
}

/** A vector in the order of ONNX as an image, a vector or a view. */
export function fromPlain(place: NodePlace, plain: Variable, shape: Shape): Flow {
  const space = spaceOf(plain);
  const count = space.kind === "array" ? constantValue(space.dimensions[0] ?? constant(1)) : null;
  if (count !== sizeOf(shape)) throw place.fault("Its shape is for images of the size of the example.");
  if (shape.length === 2 && shape[0] === 1) return { kind: "vector", variable: plain, flattened: null };
  if (!isImage(shape)) return { kind: "view", variable: plain, from: null, shape };
  const [, c = 1, h = 1, w = 1] = shape;
  const ordered = c === 1 || h * w === 1 ? plain : picked(place, plain, [h, w, c], [w, 1, h * w]);
  return imageFlow(place.b.reshape(ordered, imageSpace(constant(h), constant(w), constant(c))));
}

/** The entries of what flows as a vector in the order of ONNX. */
export function plainOf(place: NodePlace, flow: Exclude<Flow, { kind: "tensor" }>): Variable {
  const flat = (image: Variable, size: number): Variable =>
    place.b.reshape(image, arraySpace("real", [constant(size)]));
  switch (flow.kind) {
    case "vector": {
      if (flow.flattened === null) return flow.variable;
      const [h, w, c] = flow.flattened;
      return picked(place, flow.variable, [c, h, w], [1, w * c, c]);
    }
    case "view":
      return flow.from === null ? flow.variable : plainOf(place, imageFlow(flow.variable));
    case "last": {
      const [h, w, c] = knownSizes(place, flow.variable);
      return flat(flow.variable, h * w * c);
    }
    case "image": {
      const [h, w, c] = knownSizes(place, flow.variable);
      const entries = flat(flow.variable, h * w * c);
      return c === 1 || h * w === 1 ? entries : picked(place, entries, [c, h, w], [1, w * c, c]);
    }
  }
}

/** A vector whose entry at the place (i, j, ...) of `shape` is that of another at i*strides[0] + j*strides[1] + ... */
export function picked(
  { b }: NodePlace,
  entries: Variable,
  shape: Shape,
  strides: readonly number[],
): Variable {
  const space = arraySpace("real", shape.map(constant));
  const from = shape.reduce<Variable | null>((sum, size, axis) => {
    const index = b.elementwise("add", [b.coordinate(space, axis), b.constant((size - 1) / 2)]);
    const term = b.elementwise("mul", [b.constant(strides[axis] ?? 0), index]);
    return sum === null ? term : b.elementwise("add", [sum, term]);
  }, null);
  if (from === null) return entries;
  return b.rows(entries, b.reshape(from, arraySpace("real", [constant(sizeOf(shape))])));
}

function knownSizes(place: NodePlace, image: Variable): ImageSizes {
  const [h, w, c] = sizesOfImage(image).map((size) => constantValue(size));
  if (typeof h !== "number" || typeof w !== "number" || typeof c !== "number") {
    throw place.fault("It needs sizes that are numbers: declare the network for R[64, 64, 1], for instance.");
  }
  return [h, w, c];
}

function isImage(shape: Shape): boolean {
  return shape.length === 4 && shape[0] === 1;
}

function sizeOf(shape: Shape): number {
  return shape.reduce((size, extent) => size * extent, 1);
}
