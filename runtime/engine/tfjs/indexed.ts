import type { Tensor } from "@tensorflow/tfjs-core";
import type { Engine, Handle } from "../engine.ts";
import { addedShape, takenShape, type IndexedShape } from "../indexed.ts";
import type { Heap } from "./heap.ts";
import { type Instance, refuse, run } from "./instance.ts";
import { repeated } from "./movement.ts";

/** Rows by indices that are numbers of the engine. */
export function indexedOf(instance: Instance): Pick<Engine, "takeRows" | "addRows"> {
  const { heap, tf } = instance;
  const fitting = (operation: string, shape: IndexedShape | null, handles: readonly Handle[]) => {
    if (shape !== null) return shape;
    throw refuse(
      instance,
      operation,
      handles.map((handle) => handle.shape),
      "they do not fit",
    );
  };
  return {
    takeRows: (rows, indices) =>
      run(instance, "takeRows", [rows, indices], (x, chosen) => {
        const shape = fitting("takeRows", takenShape(rows, indices), [rows, indices]);
        const { samples, count, entries } = shape;
        if (samples * count * entries === 0) return tf.zeros([samples, count, entries]);
        return heap === null ? taken(instance, x, chosen, shape) : takenOnHeap(heap, x, chosen, shape);
      }),
    addRows: (rows, indices, extent) =>
      run(instance, "addRows", [rows, indices], (x, chosen) => {
        const shape = fitting("addRows", addedShape(rows, indices, extent), [rows, indices]);
        const { samples, count, entries } = shape;
        if (samples * extent * count * entries === 0) return tf.zeros([samples, extent, entries]);
        return heap === null ? added(instance, x, chosen, shape) : addedOnHeap(heap, x, chosen, shape);
      }),
  };
}

function taken(instance: Instance, x: Tensor, chosen: Tensor, shape: IndexedShape): Tensor {
  const { tf } = instance;
  const { rows, samples, extent, count, entries } = shape;
  const places = placesOf(instance, chosen, shape, rows);
  const all = tf.reshape(x, [rows * extent, entries]);
  return tf.reshape(tf.gather(all, tf.reshape(places, [samples * count])), [samples, count, entries]);
}

function added(instance: Instance, x: Tensor, chosen: Tensor, shape: IndexedShape): Tensor {
  const { tf } = instance;
  const { samples, extent, count, entries } = shape;
  const places = tf.reshape(placesOf(instance, chosen, shape, samples), [samples * count, 1]);
  const updates = tf.reshape(repeated(instance, x, [samples, count, entries]), [samples * count, entries]);
  const sums = tf.scatterND(places, updates, [samples * extent, entries]);
  return tf.reshape(sums, [samples, extent, entries]);
}

/** The rows that indices choose among those of `rows` samples, counted through: int32 [samples, count]. */
function placesOf(
  instance: Instance,
  indices: Tensor,
  { samples, extent, count }: IndexedShape,
  rows: number,
): Tensor {
  const { tf } = instance;
  const inside = tf.floor(tf.clipByValue(indices, 0, extent - 1));
  const all = tf.cast(repeated(instance, inside, [samples, count]), "int32");
  if (rows === 1) return all;
  const starts = Array.from({ length: samples }, (_, sample) => sample * extent);
  return tf.add(all, tf.tensor2d(starts, [samples, 1], "int32"));
}

/** What is done for each index: with the first entries of its row among those of `rows`, and of its own row. */
type Visit = (chosen: number, own: number) => void;

/** Visits the indices of all samples; `rows` are the samples of what is chosen from, `others` of what stands in order. */
function visitRows(
  indices: Float32Array,
  { indices: lists, samples, extent, count, entries }: IndexedShape,
  [rows, others]: readonly [number, number],
  visit: Visit,
): void {
  for (let sample = 0; sample < samples; sample++) {
    const list = lists === 1 ? 0 : sample;
    const [from, own] = [rows === 1 ? 0 : sample, others === 1 ? 0 : sample];
    for (let at = 0; at < count; at++) {
      const index = Math.floor(indices[list * count + at] ?? 0);
      const row = index > 0 ? Math.min(index, extent - 1) : 0;
      visit((from * extent + row) * entries, (own * count + at) * entries);
    }
  }
}

function takenOnHeap(heap: Heap, x: Tensor, chosen: Tensor, shape: IndexedShape): Tensor {
  const { rows, samples, count, entries } = shape;
  return heap.make([samples, count, entries], [x, chosen], (result, source, indices) => {
    visitRows(indices, shape, [rows, samples], (from, to) => {
      if (entries === 1) result[to] = source[from] ?? NaN;
      else result.set(source.subarray(from, from + entries), to);
    });
  });
}

function addedOnHeap(heap: Heap, x: Tensor, chosen: Tensor, shape: IndexedShape): Tensor {
  const { rows, samples, extent, entries } = shape;
  return heap.make([samples, extent, entries], [x, chosen], (result, source, indices) => {
    result.fill(0);
    visitRows(indices, shape, [samples, rows], (to, from) => {
      for (let i = 0; i < entries; i++) result[to + i] = (result[to + i] ?? 0) + (source[from + i] ?? 0);
    });
  });
}
