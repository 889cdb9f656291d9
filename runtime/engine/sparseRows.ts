import type { ElementwiseExpression } from "../arrays/expression.ts";
import { type Engine, EngineError, type Handle } from "./engine.ts";

/** Entries of a matrix up to which each has a number in single precision. */
export const MOST_ENTRIES = 2 ** 24;

/**
 * A sparse matrix by its rows, on an engine: the entries of row r are those from starts[r] to starts[r + 1]. These numbers
 * are exact in single precision up to `MOST_ENTRIES`.
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

/** The entries of a sparse matrix in lists, in any order. */
interface EntryLists {
  readonly rowIndices: Float64Array;
  readonly columnIndices: Float64Array;
  readonly values: Float32Array | Float64Array;
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
  return sortedLists(rows, listsOf(entries));
}

function listsOf(entries: readonly SparseEntry[]): EntryLists {
  return {
    rowIndices: Float64Array.from(entries, ({ row }) => row),
    columnIndices: Float64Array.from(entries, ({ column }) => column),
    values: Float64Array.from(entries, ({ value }) => value),
  };
}

/** The entries by rows; those of a row stay in order. */
function sortedLists(rows: number, { rowIndices, columnIndices, values: given }: EntryLists): SortedEntries {
  const count = given.length;
  const starts = new Float64Array(rows + 1);
  for (const row of rowIndices) starts[row + 1] = (starts[row + 1] ?? 0) + 1;
  for (let row = 0; row < rows; row++) starts[row + 1] = (starts[row + 1] ?? 0) + (starts[row] ?? 0);
  const next = starts.slice();
  const [rowOf, columnOf] = [new Float64Array(count), new Float64Array(count)];
  const values = new Float64Array(count);
  for (let entry = 0; entry < count; entry++) {
    const row = rowIndices[entry] ?? 0;
    const place = next[row] ?? 0;
    next[row] = place + 1;
    rowOf[place] = row;
    columnOf[place] = columnIndices[entry] ?? 0;
    values[place] = given[entry] ?? 0;
  }
  return { starts, rowOf, columnOf, values };
}

/** A matrix [rows, columns] of the given entries, in any order; entries at one place add. */
export function sparseRows(
  engine: Pick<Engine, "upload">,
  sizes: readonly [number, number],
  entries: readonly SparseEntry[],
): SparseRows {
  return sparseRowsOf(engine, sizes, listsOf(entries));
}

/** The same of entries in lists. */
export function sparseRowsOf(
  { upload }: Pick<Engine, "upload">,
  [rows, columns]: readonly [number, number],
  lists: EntryLists,
): SparseRows {
  const { starts, rowOf, columnOf, values } = sortedLists(rows, lists);
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
