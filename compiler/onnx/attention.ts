import { softmax } from "../lower/layers.ts";
import { constant } from "../types/dimension.ts";
import { arraySpace } from "../types/space.ts";
import type { Flow, NodePlace, Shape } from "./place.ts";
import { fromPlain, plainOf } from "./shapes.ts";

/** More entries than the sums of one product of arrays may have. */
const MOST_TERMS = 2 ** 26;

/** `MatMul` of two arrays that are both computed, [..., n, k] and [..., k, m], with the same axes in front. */
export function productOfTwo(place: NodePlace): Flow {
  const { b } = place;
  const [left, right] = [place.example(0), place.example(1)];
  const [n = 1, k = 1] = left.slice(-2);
  const [rows = 1, m = 1] = right.slice(-2);
  const front = left.slice(0, -2);
  if (left.length < 2 || k !== rows || front.join() !== right.slice(0, -2).join()) {
    throw place.fault(`It is of [${left.join(", ")}] and [${right.join(", ")}].`);
  }
  const count = sizeOf(front);
  if (count * n * k * m > MOST_TERMS) throw place.fault("It is of arrays that are too large.");
  const seen = (index: number, shape: Shape) =>
    b.reshape(plainOf(place, computed(place, index)), arraySpace("real", shape.map(constant)));
  const terms = b.elementwise("mul", [seen(0, [count, n, k, 1]), seen(1, [count, 1, k, m])]);
  const sums = b.sumTo(terms, arraySpace("real", [count, n, 1, m].map(constant)));
  const plain = b.reshape(sums, arraySpace("real", [constant(count * n * m)]));
  return fromPlain(place, plain, [...front, n, m]);
}

/** `Softmax` over the last axis, whatever the shape is. */
export function softmaxOfRows(place: NodePlace): Flow {
  const { b } = place;
  const shape = place.example();
  const last = shape.at(-1) ?? 1;
  if (place.axis(place.number("axis", -1)) !== shape.length - 1) {
    throw place.fault("It is over another axis than the last.");
  }
  const size = sizeOf(shape);
  const rows = b.reshape(
    plainOf(place, computed(place, 0)),
    arraySpace("real", [constant(size / last), constant(last)]),
  );
  return fromPlain(place, b.reshape(softmax(b, rows), arraySpace("real", [constant(size)])), shape);
}

function computed(place: NodePlace, index: number): Exclude<Flow, { kind: "tensor" }> {
  const flow = place.flow(index);
  if (flow.kind === "tensor") throw place.fault("It is of an array of the file.");
  return flow;
}

function sizeOf(shape: Shape): number {
  return shape.reduce((size, extent) => size * extent, 1);
}
