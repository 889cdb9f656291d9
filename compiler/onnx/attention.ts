import { softmax } from "../lower/networks/layers.ts";
import type { Variable } from "../ir/block.ts";
import { constant } from "../types/dimension.ts";
import { arraySpace } from "../types/space.ts";
import type { Flow, NodePlace, Shape } from "./place.ts";
import { fromPlain, picked, plainOf } from "./shapes.ts";

/** More entries than the sums of one product of arrays may have. */
const MOST_TERMS = 2 ** 26;

/**
 * `MatMul` of [..., n, k] and [..., k, m], axes in front of one entry repeated, missing ones too: both are computed, or
 * one is an array of the file.
 */
export function productOfTwo(place: NodePlace): Flow {
  const { b } = place;
  const [left, right] = [place.example(0), place.example(1)];
  const [n = 1, k = 1] = left.slice(-2);
  const [rows = 1, m = 1] = right.slice(-2);
  const rank = Math.max(left.length, right.length) - 2;
  const fronts = [left, right].map((shape) => [
    ...Array.from({ length: rank - (shape.length - 2) }, () => 1),
    ...shape.slice(0, -2),
  ]);
  const front = Array.from({ length: rank }, (_, axis) => Math.max(...fronts.map((each) => each[axis] ?? 1)));
  const fits = fronts.every((each) => each.every((size, axis) => size === 1 || size === front[axis]));
  if (Math.min(left.length, right.length) < 2 || k !== rows || !fits) {
    throw place.fault(`It is of [${left.join(", ")}] and [${right.join(", ")}].`);
  }
  const count = sizeOf(front);
  if (count * n * k * m > MOST_TERMS) throw place.fault("It is of arrays that are too large.");
  const repeats = fronts.some((each) => each.join() !== front.join());
  const axes = repeats ? front : [count];
  const seen = (index: number, own: Shape): Variable => {
    const before = repeats ? (fronts[index] ?? []) : axes;
    return b.reshape(factorOf(place, index), arraySpace("real", [...before, ...own].map(constant)));
  };
  const terms = b.elementwise("mul", [seen(0, [n, k, 1]), seen(1, [1, k, m])]);
  const sums = b.sumTo(terms, arraySpace("real", [...axes, n, 1, m].map(constant)));
  const plain = b.reshape(sums, arraySpace("real", [constant(count * n * m)]));
  return fromPlain(place, plain, [...front, n, m]);
}

/** A factor in the order of ONNX: what is computed, or a weight. */
function factorOf(place: NodePlace, index: number): Variable {
  const flow = place.flow(index);
  if (flow.kind !== "tensor") return plainOf(place, flow);
  const { name, shape, values } = place.tensor(index);
  return place.weight(place.layer("dense"), "matrix", name, shape, values);
}

/** `MatMul` of [..., n, k] by a matrix [k, m] of the file, its rows being pixels of an image. */
export function productOfRows(place: NodePlace): Flow {
  const { b } = place;
  const matrix = place.tensor(1);
  const shape = place.example();
  const [from = 0, to = 0] = matrix.shape;
  if (shape.at(-1) !== from) throw place.fault(`It is of [${shape.join(", ")}] and [${from}, ${to}].`);
  const count = sizeOf(shape.slice(0, -1));
  const space = arraySpace("real", [count, 1, from].map(constant));
  const image = b.reshape(plainOf(place, computed(place, 0)), space);
  const filter = place.weight(place.layer("conv"), "filter", matrix.name, [1, 1, from, to], matrix.values);
  const plain = b.reshape(b.convolve(image, filter, 1), arraySpace("real", [constant(count * to)]));
  return fromPlain(place, plain, [...shape.slice(0, -1), to]);
}

/** `Softmax` over one axis, whatever the shape is. */
export function softmaxAlong(place: NodePlace): Flow {
  const { b } = place;
  const shape = place.example();
  const axis = place.axis(place.number("axis", -1));
  const [outer, own, inner] = [sizeOf(shape.slice(0, axis)), shape[axis] ?? 1, sizeOf(shape.slice(axis + 1))];
  const plain = plainOf(place, computed(place, 0));
  const last = inner === 1 ? plain : picked(place, plain, [outer, inner, own], [own * inner, 1, inner]);
  const rows = b.reshape(last, arraySpace("real", [outer * inner, own].map(constant)));
  const powers = b.reshape(softmax(b, rows), arraySpace("real", [constant(sizeOf(shape))]));
  const back = inner === 1 ? powers : picked(place, powers, [outer, own, inner], [own * inner, 1, own]);
  return fromPlain(place, back, shape);
}

function computed(place: NodePlace, index: number): Exclude<Flow, { kind: "tensor" }> {
  const flow = place.flow(index);
  if (flow.kind === "tensor") throw place.fault("It is of an array of the file.");
  return flow;
}

function sizeOf(shape: Shape): number {
  return shape.reduce((size, extent) => size * extent, 1);
}
