import type { ElementwiseExpression } from "../../../arrays/expression.ts";
import type { Engine, Handle } from "../../engine.ts";
import { broadcastShape, sameShape, sizeOf, stridesOf } from "../../shape.ts";
import { elementwiseOf } from "./elementwise.ts";
import { axesOf, joinedAxes, move } from "./move.ts";
import type { Store } from "../store.ts";

/** Entries of an item of a fill or a gathering. */
const ITEM = 32768;

type Movement = "transpose" | "slice" | "concat" | "pad" | "broadcast" | "gather";

const REPEATED: ElementwiseExpression = { kind: "input", name: "array" };

/** Moving and repeating entries. Arrays whose entries stay in order are reshaped, without a copy. */
export function movementOf(store: Store): Pick<Engine, Movement> {
  const { elementwise } = elementwiseOf(store);

  /** an array of `shape` whose entries lie in another at a start and at strides, all in floats */
  const taken = (
    source: Handle,
    shape: readonly number[],
    start: number,
    from: readonly number[],
  ): Handle => {
    const axes = joinedAxes(axesOf(shape, stridesOf(shape), from));
    const [first] = axes;
    const inOrder = axes.length === 0 || (axes.length === 1 && first?.from === 1);
    if (inOrder && sizeOf(shape) === sizeOf(source.shape)) return store.reshape(source, shape);
    const result = store.make(shape);
    move(store, { to: store.offsetOf(result), from: store.offsetOf(source) + 4 * start }, axes);
    return result;
  };

  return {
    transpose(array, permutation) {
      const { shape } = array;
      const axes = [...permutation].sort((a, b) => a - b);
      if (axes.length !== shape.length || axes.some((axis, at) => axis !== at)) {
        throw store.refuse("transpose", [array], `[${permutation.join(", ")}] is no permutation of its axes`);
      }
      const strides = stridesOf(shape);
      return taken(
        array,
        permutation.map((axis) => shape[axis] ?? 1),
        0,
        permutation.map((axis) => strides[axis] ?? 0),
      );
    },
    slice(array, begin, size) {
      const inside = array.shape.every(
        (extent, axis) => (begin[axis] ?? -1) >= 0 && (begin[axis] ?? 0) + (size[axis] ?? NaN) <= extent,
      );
      if (!inside || size.length !== array.shape.length) {
        throw store.refuse("slice", [array, { shape: size }], `out of range from [${begin.join(", ")}]`);
      }
      const strides = stridesOf(array.shape);
      const start = strides.reduce((sum, stride, axis) => sum + stride * (begin[axis] ?? 0), 0);
      return taken(array, size, start, strides);
    },
    concat: (arrays, axis) => concatenated(store, arrays, axis),
    pad: (array, widths) => padded(store, array, widths),
    broadcast(array, shape) {
      const joint = broadcastShape(array.shape, shape);
      if (joint === null || !sameShape(joint, shape)) {
        throw store.refuse("broadcast", [array, { shape }], "the shapes do not align");
      }
      if (sizeOf(array.shape) === sizeOf(shape)) return store.reshape(array, shape);
      return elementwise(REPEATED, { array, target: { shape } });
    },
    gather: (array, indices, axis) => gathered(store, array, indices, axis),
  };
}

function concatenated(store: Store, arrays: readonly Handle[], axis: number): Handle {
  const [first, second] = arrays;
  if (first === undefined) throw store.refuse("concat", [], "no arrays");
  const alike = (array: Handle): boolean =>
    array.shape.length === first.shape.length &&
    array.shape.every((extent, at) => at === axis || extent === first.shape[at]);
  for (const array of arrays) {
    if (!alike(array)) throw store.refuse("concat", [first, array], `they differ beside axis ${axis}`);
  }
  const total = arrays.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0);
  const shape = first.shape.map((extent, at) => (at === axis ? total : extent));
  const result = store.make(shape);
  const to = store.offsetOf(result);
  const outer = sizeOf(shape.slice(0, axis));
  const inner = sizeOf(shape.slice(axis + 1));
  const single = arrays.every((array) => array.shape[axis] === 1);
  if (second !== undefined && arrays.length === 2 && single && inner === 1) {
    const from = store.offsetOf(first);
    const between = (store.offsetOf(second) - from) / 4;
    move(store, { to, from }, [
      { extent: outer, to: 2, from: 1 },
      { extent: 2, to: 1, from: between },
    ]);
    return result;
  }
  let start = 0;
  for (const array of arrays) {
    const run = (array.shape[axis] ?? 0) * inner;
    move(store, { to: to + 4 * start, from: store.offsetOf(array) }, [
      { extent: outer, to: total * inner, from: run },
      { extent: run, to: 1, from: 1 },
    ]);
    start += run;
  }
  return result;
}

function padded(store: Store, array: Handle, widths: Parameters<Engine["pad"]>[1]): Handle {
  if (widths.some(([before, after]) => before < 0 || after < 0))
    throw store.refuse("pad", [array], "a negative width");
  const width = (axis: number): readonly [number, number] => widths[axis] ?? [0, 0];
  const shape = array.shape.map((extent, axis) => width(axis)[0] + extent + width(axis)[1]);
  if (sameShape(shape, array.shape)) return store.reshape(array, shape);
  const result = store.make(shape);
  const place = store.offsetOf(result);
  const entries = sizeOf(shape);
  store.machine.run("fill", [place, entries, 0, ITEM], Math.ceil(entries / ITEM), 2 * entries);
  const strides = stridesOf(shape);
  const start = strides.reduce((sum, stride, axis) => sum + stride * width(axis)[0], 0);
  const ends = { to: place + 4 * start, from: store.offsetOf(array) };
  move(store, ends, axesOf(array.shape, strides, stridesOf(array.shape)));
  return result;
}

function gathered(store: Store, array: Handle, indices: readonly number[], axis: number): Handle {
  const extent = array.shape[axis] ?? 0;
  if (indices.some((index) => index < 0 || index >= extent)) {
    throw store.refuse("gather", [array], `an index out of range on axis ${axis}`);
  }
  const result = store.make(array.shape.map((size, at) => (at === axis ? indices.length : size)));
  if (sizeOf(result.shape) === 0) return result;
  const outer = sizeOf(array.shape.slice(0, axis));
  const inner = sizeOf(array.shape.slice(axis + 1));
  const rows = outer * indices.length;
  const ofItem = 2 * Math.max(1, Math.floor(ITEM / 2 / inner));
  store.constants(Uint32Array.from(indices), (table) => {
    const places = [store.offsetOf(result), store.offsetOf(array), table];
    const words = [...places, outer, extent, indices.length, inner, ofItem];
    store.machine.run("gather", words, Math.ceil(rows / ofItem), 4 * rows * inner);
  });
  return result;
}
