import type { Tensor } from "@tensorflow/tfjs-core";
import type { Engine, Reduction } from "../engine.ts";
import { sameShape, sizeOf } from "../shape.ts";
import { type Instance, refuse, run } from "./instance.ts";
import { transposed } from "./movement.ts";
import { multiplied } from "./products.ts";
import { valuesOf } from "./values.ts";

const EMPTY: { readonly [R in Reduction]: number } = { sum: 0, max: -Infinity, min: Infinity };

/** Sums of more entries than this are taken in two stages, so that rounding grows with the root of their number. */
const LONG = 1024;

/** Reductions over axes, and order statistics. */
export function reductionsOf(instance: Instance): Pick<Engine, "reduce" | "dot" | "kthLargest"> {
  return {
    reduce: (kind, array, axes) => run(instance, kind, [array], (x) => reduced(instance, kind, x, axes)),
    dot: (a, b, axes) =>
      run(instance, "dot", [a, b], (x, y) => {
        if (!sameShape(x.shape, y.shape))
          throw refuse(instance, "dot", [x.shape, y.shape], "the shapes differ");
        return reduced(instance, "sum", instance.tf.mul(x, y), axes);
      }),
    kthLargest: (rows, k) => run(instance, "kthLargest", [rows], (x) => kthLargest(instance, x, k)),
  };
}

function reduced(instance: Instance, kind: Reduction, x: Tensor, axes: readonly number[]): Tensor {
  const { tf } = instance;
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const shape = kept.map((axis) => x.shape[axis] ?? 1);
  const [rows, count] = [sizeOf(shape), sizeOf(axes.map((axis) => x.shape[axis] ?? 1))];
  if (rows === 0 || count === 0) return tf.fill(shape, EMPTY[kind]);
  if (count === 1) return tf.reshape(x, shape);
  const leading = axes.every((axis) => axis < axes.length) && kind === "sum" && rows > 1;
  if (leading) {
    return tf.reshape(multiplied(instance, tf.ones([1, count]), tf.reshape(x, [count, rows])), shape);
  }
  const matrix = tf.reshape(transposed(instance, x, [...kept, ...axes]), [rows, count]);
  return tf.reshape(kind === "sum" ? rowSums(instance, matrix, count) : tf[kind](matrix, 1), shape);
}

function rowSums({ tf }: Instance, matrix: Tensor, count: number): Tensor {
  const block = count > LONG ? divisorBelowRoot(count) : 1;
  if (block < 16) return tf.sum(matrix, 1);
  return tf.sum(tf.sum(tf.reshape(matrix, [-1, count / block, block]), 2), 1);
}

function divisorBelowRoot(count: number): number {
  let divisor = Math.floor(Math.sqrt(count));
  while (count % divisor !== 0) divisor -= 1;
  return divisor;
}

function kthLargest(instance: Instance, rows: Tensor, k: number): Tensor {
  const { tf } = instance;
  const [count = 0, n = 0] = rows.shape;
  if (rows.rank !== 2 || k < 1 || k > n) throw refuse(instance, "kthLargest", [rows.shape], `k = ${k}`);
  const values = valuesOf(instance, rows);
  if (values === null) return tf.reshape(tf.slice(tf.topk(rows, k).values, [0, k - 1], [count, 1]), [count]);
  const kth = Float32Array.from({ length: count }, (_, row) =>
    select(values.subarray(row * n, (row + 1) * n), n - k),
  );
  return tf.tensor1d(kth);
}

/** The entry that would stand at `place` if the numbers were sorted; reorders them (Hoare's quickselect). */
function select(values: Float32Array, place: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1] ?? 0;
    let [i, j] = [low, high];
    while (i <= j) {
      while ((values[i] ?? 0) < pivot) i += 1;
      while ((values[j] ?? 0) > pivot) j -= 1;
      if (i > j) break;
      const moved = values[i] ?? 0;
      values[i++] = values[j] ?? 0;
      values[j--] = moved;
    }
    if (place <= j) high = j;
    else if (place >= i) low = i;
    else break;
  }
  return values[place] ?? NaN;
}
