import type { ElementwiseExpression } from "../arrays/expression.ts";
import { type Engine, EngineError, type Handle } from "./engine.ts";

/**
 * A sparse matrix by its rows, on an engine: the entries of row r are those from starts[r] to starts[r + 1]. These numbers
 * are exact in single precision up to 2^24 entries.
 */
export interface SparseRows {
  readonly rows: number;
  readonly columns: number;
  /** [rows + 1] */
  readonly starts: Handle;
  /** of each entry its row, its column and its value, [1, entries], by rows */
  readonly rowOf: Handle;
  readonly columnOf: Handle;
  readonly values: Handle;
}

/** An entry of a sparse matrix. */
export interface SparseEntry {
  readonly row: number;
  readonly column: number;
  readonly value: number;
}

/** Entries by rows: where each row begins, [rows + 1], and of each entry its row, its column and its value. */
export interface SortedEntries {
  readonly starts: Float64Array;
  readonly rowOf: Float64Array;
  readonly columnOf: Float64Array;
  readonly values: Float64Array;
}

/** Entries in any order, by their rows, of which there are so many. */
export function sortedEntries(rows: number, entries: readonly SparseEntry[]): SortedEntries {
  const sorted = entries.toSorted((a, b) => a.row - b.row);
  const starts = new Float64Array(rows + 1);
  for (const { row } of sorted) starts[row + 1] = (starts[row + 1] ?? 0) + 1;
  for (let row = 0; row < rows; row++) starts[row + 1] = (starts[row + 1] ?? 0) + (starts[row] ?? 0);
  return {
    starts,
    rowOf: Float64Array.from(sorted, ({ row }) => row),
    columnOf: Float64Array.from(sorted, ({ column }) => column),
    values: Float64Array.from(sorted, ({ value }) => value),
  };
}

/** A matrix [rows, columns] of the given entries, in any order; entries at one place add. */
export function sparseRows(
  { upload }: Pick<Engine, "upload">,
  [rows, columns]: readonly [number, number],
  entries: readonly SparseEntry[],
): SparseRows {
  const { starts, rowOf, columnOf, values } = sortedEntries(rows, entries);
  const line = (numbers: Float64Array): Handle => upload(numbers, [1, numbers.length]);
  return {
    rows,
    columns,
    starts: upload(starts, [rows + 1]),
    rowOf: line(rowOf),
    columnOf: line(columnOf),
    values: line(values),
  };
}

/** The arrays that a matrix stands on. */
export function handlesOfSparse({ starts, rowOf, columnOf, values }: SparseRows): readonly Handle[] {
  return [starts, rowOf, columnOf, values];
}

/** Why lines cannot be multiplied by a matrix, or null. */
export function sparseRefusal({ columns }: SparseRows, { shape }: Pick<Handle, "shape">): string | null {
  return shape.length === 3 && shape[1] === columns ? null : `not [outer, ${columns}, inner]`;
}

const PRODUCT: ElementwiseExpression = {
  kind: "apply",
  function: "mul",
  arguments: [
    { kind: "input", name: "w" },
    { kind: "input", name: "x" },
  ],
};

/** `sparseProduct` by what is taken at the columns, multiplied, and added at the rows. */
export function composedSparse(
  engine: Pick<Engine, "name" | "scope" | "fill" | "reshape" | "elementwise" | "takeRows" | "addRows">,
): Pick<Engine, "sparseProduct"> {
  return {
    sparseProduct: (matrix, lines) => {
      const reason = sparseRefusal(matrix, lines);
      if (reason !== null) throw new EngineError(engine.name, "sparseProduct", [lines.shape], reason);
      const [outer = 0, , inner = 0] = lines.shape;
      const entries = matrix.values.shape[1] ?? 0;
      if (entries * outer * inner === 0) return engine.fill(0, [outer, matrix.rows, inner]);
      return engine.scope(
        () => {
          const taken = engine.takeRows(lines, matrix.columnOf);
          const weights = engine.reshape(matrix.values, [entries, 1]);
          return engine.addRows(
            engine.elementwise(PRODUCT, { w: weights, x: taken }),
            matrix.rowOf,
            matrix.rows,
          );
        },
        (result) => [result],
      );
    },
  };
}
