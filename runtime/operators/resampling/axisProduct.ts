import type { Engine, Handle } from "../../engine/engine.ts";
import { sizeOf } from "../../engine/shape.ts";
import { handlesOfSparse, type SparseEntry, sparseRows } from "../../engine/sparseRows.ts";
import type { DenseMatrix } from "../dense/gram.ts";
import { aroundAxis } from "../handles.ts";

/** A real matrix that multiplies one axis of arrays. */
export interface AxisProduct {
  readonly handles: readonly Handle[];
  /** [.., n, ..] to [.., m, ..], by the matrix [m, n] */
  readonly along: (engine: Engine, array: Handle, axis: number) => Handle;
}

/** Matrices of so many times more columns than entries a row are multiplied entry by entry. */
const LEAST_SPARSENESS = 16;

/**
 * The product of a matrix [m, n] with an axis of extent n: by its entries that are not zero where they are few, as of
 * interpolations; as a dense product otherwise.
 */
export function axisProduct(engine: Engine, matrix: DenseMatrix): AxisProduct {
  const entries = entriesOf(matrix);
  const few = LEAST_SPARSENESS * entries.length <= matrix.rows * matrix.columns;
  return few ? sparseProduct(engine, matrix, entries) : denseProduct(engine, matrix);
}

function entriesOf({ rows, columns, data }: DenseMatrix): readonly SparseEntry[] {
  return Array.from({ length: rows * columns }, (_, at) => ({
    row: Math.floor(at / columns),
    column: at % columns,
    value: data[at] ?? 0,
  })).filter(({ value }) => value !== 0);
}

function sparseProduct(
  engine: Engine,
  { rows, columns }: DenseMatrix,
  entries: readonly SparseEntry[],
): AxisProduct {
  const matrix = sparseRows(engine, [rows, columns], entries);
  return {
    handles: handlesOfSparse(matrix),
    along: (using, array, axis) =>
      using.reshape(
        using.sparseProduct(matrix, aroundAxis(using, array, axis)),
        array.shape.with(axis, rows),
      ),
  };
}

function denseProduct(engine: Engine, { rows, columns, data }: DenseMatrix): AxisProduct {
  const matrix = engine.upload(data, [rows, columns]);
  const transposed = engine.transpose(matrix, [1, 0]);
  return {
    handles: [matrix, transposed],
    along: (using, array, axis) => {
      const extended = array.shape.with(axis, rows);
      if (sizeOf(array.shape.slice(axis + 1)) === 1) {
        const lines = using.reshape(array, [sizeOf(array.shape.slice(0, axis)), array.shape[axis] ?? 1]);
        return using.reshape(using.matmul(lines, transposed), extended);
      }
      return using.reshape(using.matmul(matrix, aroundAxis(using, array, axis)), extended);
    },
  };
}
