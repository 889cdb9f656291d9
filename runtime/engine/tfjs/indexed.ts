import type { Tensor } from "@tensorflow/tfjs-core";
import type { Engine, Handle } from "../engine.ts";
import { addedShape, takenShape, type IndexedShape } from "../indexed.ts";
import { type Instance, refuse, run } from "./instance.ts";
import { repeated } from "./movement.ts";

/** Rows by indices that are numbers of the engine. */
export function indexedOf(instance: Instance): Pick<Engine, "takeRows" | "addRows"> {
  const { tf } = instance;
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
        const { samples, extent, count, entries } = shape;
        if (samples * count * entries === 0) return tf.zeros([samples, count, entries]);
        const places = placesOf(instance, chosen, shape, shape.rows);
        const all = tf.reshape(x, [shape.rows * extent, entries]);
        return tf.reshape(tf.gather(all, tf.reshape(places, [samples * count])), [samples, count, entries]);
      }),
    addRows: (rows, indices, extent) =>
      run(instance, "addRows", [rows, indices], (x, chosen) => {
        const shape = fitting("addRows", addedShape(rows, indices, extent), [rows, indices]);
        const { samples, count, entries } = shape;
        if (samples * extent * count * entries === 0) return tf.zeros([samples, extent, entries]);
        const places = tf.reshape(placesOf(instance, chosen, shape, samples), [samples * count, 1]);
        const updates = tf.reshape(repeated(instance, x, [samples, count, entries]), [
          samples * count,
          entries,
        ]);
        const sums = tf.scatterND(places, updates, [samples * extent, entries]);
        return tf.reshape(sums, [samples, extent, entries]);
      }),
  };
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
