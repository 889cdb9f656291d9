import type { ElementwiseExpression } from "../arrays/expression.ts";
import type { Engine, Handle } from "../engine/engine.ts";
import { sizeOf } from "../engine/shape.ts";
import type { DenseMatrix } from "./dense/gram.ts";
import { aroundAxis } from "./handles.ts";

/** A real matrix that multiplies one axis of arrays. */
export interface AxisProduct {
  readonly handles: readonly Handle[];
  /** [.., n, ..] to [.., m, ..], by the matrix [m, n] */
  readonly along: (engine: Engine, array: Handle, axis: number) => Handle;
}

/** Matrices of so many entries a row, and of far more columns, are multiplied entry by entry. */
const MOST_ENTRIES = 16;
const LEAST_SPARSENESS = 16;

/**
 * The product of a matrix [m, n] with an axis of extent n: by its entries that are not zero where there are few in each
 * row, as of interpolations, which takes some sweeps over memory; as a dense product otherwise.
 */
export function axisProduct(engine: Engine, matrix: DenseMatrix): AxisProduct {
  const rows = entriesOf(matrix);
  const most = rows.reduce((count, { length }) => Math.max(count, length), 1);
  const few = most <= MOST_ENTRIES && LEAST_SPARSENESS * most <= matrix.columns;
  return few ? sparseProduct(engine, rows, most) : denseProduct(engine, matrix);
}

interface Entry {
  readonly column: number;
  readonly value: number;
}

function entriesOf({ rows, columns, data }: DenseMatrix): readonly (readonly Entry[])[] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => ({
      column,
      value: data[row * columns + column] ?? 0,
    })).filter(({ value }) => value !== 0),
  );
}

/** The t-th entries of all rows are one gathering and one row of weights; their products are added in one pass. */
function sparseProduct(engine: Engine, rows: readonly (readonly Entry[])[], count: number): AxisProduct {
  const numbers = Array.from({ length: count }, (_, t) => t);
  const columns = numbers.map((t) => rows.map((row) => row[t]?.column ?? 0));
  const weights = numbers.map((t) =>
    engine.upload(
      Float64Array.from(rows, (row) => row[t]?.value ?? 0),
      [rows.length, 1],
    ),
  );
  const expression = weightedSum(count);
  return {
    handles: weights,
    along: (using, array, axis) => {
      const lines = aroundAxis(using, array, axis);
      const inputs = numbers.flatMap((t) => {
        const [indices, weight] = [columns[t], weights[t]];
        if (indices === undefined || weight === undefined) throw new RangeError("no such entry of a row");
        return [[`x${t}`, using.gather(lines, indices, 1)] as const, [`w${t}`, weight] as const];
      });
      const sums = using.elementwise(expression, Object.fromEntries(inputs));
      return using.reshape(sums, array.shape.with(axis, rows.length));
    },
  };
}

/** w0 x0 + w1 x1 + ... */
function weightedSum(count: number): ElementwiseExpression {
  const terms = Array.from({ length: count }, (_, t): ElementwiseExpression => ({
    kind: "apply",
    function: "mul",
    arguments: [
      { kind: "input", name: `w${t}` },
      { kind: "input", name: `x${t}` },
    ],
  }));
  return terms.reduce((sum, term) => ({ kind: "apply", function: "add", arguments: [sum, term] }));
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
