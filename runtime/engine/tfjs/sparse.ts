import type { Tensor } from "@tensorflow/tfjs-core";
import type { Engine, Handle } from "../engine.ts";
import { sizeOf } from "../shape.ts";
import { sparseRefusal, type SparseRows } from "../sparseRows.ts";
import type { Heap } from "./heap.ts";
import { type Instance, refuse, run, tensorOf } from "./instance.ts";
import { transposed } from "./movement.ts";
import { product } from "./products.ts";

/** A sparse matrix [m, n] by its rows: of each entry its column and its value, those of row r from starts[r] on. */
export interface Rows {
  /** [m + 1] */
  readonly starts: Int32Array;
  readonly columnOf: Int32Array;
  readonly values: Float32Array;
}

/** Entries of a matrix that is made dense, at most. */
const MOST_DENSE = 2 ** 22;

/** Entries behind the axis from which on they are multiplied side by side. */
const LEAST_INNER = 8;

/**
 * Products of sparse matrices: entry by entry in the memory of WebAssembly. Other backends have dense products that
 * outrun their own gathering and scattering, so that matrices of moderate size are made dense for them; the rest is
 * left to `composed`.
 */
export function sparseOf(
  instance: Instance,
  composed: Pick<Engine, "sparseProduct">,
): Pick<Engine, "sparseProduct"> {
  const { heap } = instance;
  const known = new WeakMap<SparseRows, Rows>();
  const onHost = (matrix: SparseRows): Rows => {
    const rows = known.get(matrix) ?? rowsOf(instance, matrix);
    known.set(matrix, rows);
    return rows;
  };
  return {
    sparseProduct(matrix, lines) {
      if (heap === null && matrix.rows * matrix.columns > MOST_DENSE) {
        return composed.sparseProduct(matrix, lines);
      }
      return run(instance, "sparseProduct", [lines], (x) => {
        const reason = sparseRefusal(matrix, lines);
        if (reason !== null) throw refuse(instance, "sparseProduct", [x.shape], reason);
        const shape = x.shape.with(1, matrix.rows);
        if (sizeOf(shape) * sizeOf(matrix.values.shape) === 0) return instance.tf.zeros(shape);
        return heap === null ? timesDense(instance, matrix, x) : timesRows(instance, heap, onHost(matrix), x);
      });
    },
  };
}

function rowsOf(instance: Instance, { starts, columnOf, values }: SparseRows): Rows {
  const read = (handle: Handle) => tensorOf(instance, handle).dataSync();
  return {
    starts: Int32Array.from(read(starts)),
    columnOf: Int32Array.from(read(columnOf)),
    values: Float32Array.from(read(values)),
  };
}

/** By the matrix with its zeros: a product with what stands behind the axis, or with the lines themselves. */
function timesDense(instance: Instance, matrix: SparseRows, x: Tensor): Tensor {
  const { tf } = instance;
  const [outer = 1, columns = 1, inner = 1] = x.shape;
  const { rows, rowOf, columnOf, values } = matrix;
  const [row, column, value] = [rowOf, columnOf, values].map((handle) => tensorOf(instance, handle));
  if (row === undefined || column === undefined || value === undefined) throw new TypeError("three arrays");
  const places = tf.cast(tf.transpose(tf.concat([row, column], 0)), "int32");
  const full = tf.scatterND(places, tf.reshape(value, [value.size]), [rows, columns]);
  if (inner > 1) return product(instance, full, x, {});
  const sums = product(instance, tf.reshape(x, [outer, columns]), full, { transposeRight: true });
  return tf.reshape(sums, [outer, rows, 1]);
}

/** The product of a matrix by its rows with the middle axis of [outer, columns, inner]; short lines lie side by side. */
export function timesRows(instance: Instance, heap: Heap, matrix: Rows, x: Tensor): Tensor {
  const { tf } = instance;
  const [outer = 1, columns = 1, inner = 1] = x.shape;
  const rows = matrix.starts.length - 1;
  if (outer > 1 && inner < LEAST_INNER) {
    const beside = tf.reshape(transposed(instance, x, [1, 0, 2]), [1, columns, outer * inner]);
    const sums = tf.reshape(timesRows(instance, heap, matrix, beside), [rows, outer, inner]);
    return transposed(instance, sums, [1, 0, 2]);
  }
  return heap.make([outer, rows, inner], [x], (result, lines) => {
    result.fill(0);
    for (let line = 0; line < outer; line++) {
      for (let row = 0; row < rows; row++) {
        addRow(result, (line * rows + row) * inner, lines, line * columns * inner, matrix, row, inner);
      }
    }
  });
}

/** Adds a row of the matrix times lines, those of four entries in one pass. */
function addRow(
  result: Float32Array,
  to: number,
  lines: Float32Array,
  from: number,
  { starts, columnOf, values }: Rows,
  row: number,
  inner: number,
): void {
  const end = starts[row + 1] ?? 0;
  const place = (at: number): number => from + (columnOf[at] ?? 0) * inner;
  let at = starts[row] ?? 0;
  for (; at + 4 <= end; at += 4) {
    const [a, b, c, d] = [values[at] ?? 0, values[at + 1] ?? 0, values[at + 2] ?? 0, values[at + 3] ?? 0];
    const [p, q, r, s] = [place(at), place(at + 1), place(at + 2), place(at + 3)];
    for (let i = 0; i < inner; i++) {
      const first = (result[to + i] ?? 0) + a * (lines[p + i] ?? 0) + b * (lines[q + i] ?? 0);
      result[to + i] = first + c * (lines[r + i] ?? 0) + d * (lines[s + i] ?? 0);
    }
  }
  for (; at < end; at++) {
    const [a, p] = [values[at] ?? 0, place(at)];
    for (let i = 0; i < inner; i++) result[to + i] = (result[to + i] ?? 0) + a * (lines[p + i] ?? 0);
  }
}
