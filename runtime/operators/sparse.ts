import { arrayValue, asArray } from "../arrays/layout.ts";
import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue, Space } from "../arrays/value.ts";
import type { Engine, Handle } from "../engine/engine.ts";
import { realArray } from "../io/hostArray.ts";
import type { SparseMatrix } from "../io/sparse.ts";
import { sizeOf } from "../engine/shape.ts";
import { smallerBound } from "./bounds.ts";
import { defineOperator } from "./define.ts";
import { uploadShared } from "./host.ts";
import { measuredNorm } from "./norm.ts";
import type { NormBound, Operator } from "./operator.ts";
import { OperatorError } from "./operatorError.ts";
import { spaceText, type ArraySpace } from "./spaces.ts";

/**
 * The operator of a sparse real matrix [m, n], between R[n] and R[m] or other real arrays with as many entries. A
 * product takes the entries of x that the columns name, multiplies, and adds them by rows; the adjoint the other way
 * round: a number of operations for each entry that is not zero. Norm: the smallest of sqrt(|A|_1 |A|_inf), which is
 * proved, the Frobenius norm, and a probabilistic bound.
 * Source: Saad, Iterative Methods for Sparse Linear Systems, 2nd ed., 2003, 3.4.
 * @throws OperatorError IPX8204 where the matrix does not fit the spaces
 */
export function sparseOperator(
  operations: Operations,
  matrix: SparseMatrix,
  options: { readonly text: string; readonly domain: Space; readonly codomain: Space },
): Operator {
  const { text } = options;
  const domain = requireEntries(text, options.domain, matrix.columns);
  const codomain = requireEntries(text, options.codomain, matrix.rows);
  const { engine } = operations;
  const count = matrix.values.length;
  const indices = (numbers: Float64Array): Handle => engine.upload(numbers, [1, count]);
  const [rows, columns] = [indices(matrix.rowIndices), indices(matrix.columnIndices)];
  const values = uploadShared(engine, realArray([1, count, 1], Float64Array.from(matrix.values)));
  const product =
    (from: Handle, to: Handle, space: ArraySpace) =>
    (using: Operations, x: ArrayValue): ArrayValue => {
      const lines = samplesLast(using.engine, x);
      if (count === 0)
        return arrayValue(using.engine, using.engine.fill(0, fullShape(x, space)), x.batch, space.shape);
      const taken = arrayValue(using.engine, using.engine.takeRows(lines, from), null, [
        1,
        count,
        x.batch ?? 1,
      ]);
      const weighted = asArray(text, using.map("w*x", { w: values, x: taken }));
      const sums = using.engine.addRows(weighted.handle, to, sizeOf(space.shape));
      return samplesFirst(using.engine, sums, x.batch, space);
    };
  const [forth, back] = [product(columns, rows, codomain), product(rows, columns, domain)];
  const operator: Operator = defineOperator({
    text,
    domain,
    codomain,
    handles: [rows, columns, values.handle],
    norm: () => normOf(operations, operator, matrix),
    properties: () => (matrix.values.every((value) => value >= 0) ? ["nonnegative"] : []),
    apply: (using, x) => forth(using, asArray(text, x)),
    adjoint: (using, y) => back(using, asArray(text, y)),
  });
  return operator;
}

function requireEntries(text: string, space: Space, entries: number): ArraySpace {
  if (space.kind === "array" && space.field === "real" && sizeOf(space.shape) === entries) return space;
  throw new OperatorError("IPX8204", {
    what: `\`${text}\` has ${entries} real entries where the space is ${spaceText(space)}.`,
  });
}

function fullShape({ batch }: ArrayValue, { shape }: ArraySpace): readonly number[] {
  return batch === null ? shape : [batch, ...shape];
}

/** [1, entries, samples] */
function samplesLast(engine: Engine, x: ArrayValue): Handle {
  const samples = x.batch ?? 1;
  const entries = sizeOf(x.shape);
  const flat = engine.reshape(x.handle, [samples, entries]);
  return engine.reshape(samples === 1 ? flat : engine.transpose(flat, [1, 0]), [1, entries, samples]);
}

function samplesFirst(engine: Engine, sums: Handle, batch: number | null, space: ArraySpace): ArrayValue {
  const [samples, entries] = [batch ?? 1, sizeOf(space.shape)];
  const flat = engine.reshape(sums, [entries, samples]);
  return arrayValue(engine, samples === 1 ? flat : engine.transpose(flat, [1, 0]), batch, space.shape);
}

function normOf(operations: Operations, operator: Operator, matrix: SparseMatrix): NormBound {
  const { rows, columns, rowIndices, columnIndices, values } = matrix;
  const [rowSums, columnSums] = [new Float64Array(rows), new Float64Array(columns)];
  let squares = 0;
  for (const [entry, value] of values.entries()) {
    const [row, column] = [rowIndices[entry] ?? 0, columnIndices[entry] ?? 0];
    rowSums[row] = (rowSums[row] ?? 0) + Math.abs(value);
    columnSums[column] = (columnSums[column] ?? 0) + Math.abs(value);
    squares += value * value;
  }
  const largest = (sums: Float64Array): number => sums.reduce((top, value) => Math.max(top, value), 0);
  const room = 1 + (values.length + 8) * 2 ** -53;
  // entries that stand at one place twice may add up to more than the root of their squares
  const bySums = Math.sqrt(largest(rowSums) * largest(columnSums));
  const known = isSimple(matrix) ? Math.min(bySums, Math.sqrt(squares)) : bySums;
  const rule = { value: known * room, provenance: { kind: "proved" } } as const;
  return smallerBound(rule, measuredNorm(operations, operator, rule));
}

/** Whether no place has two entries. */
function isSimple({ columns, rowIndices, columnIndices }: SparseMatrix): boolean {
  const last = new Float64Array(columns).fill(-1);
  return rowIndices.every((row, entry) => {
    const column = columnIndices[entry] ?? 0;
    const isNew = last[column] !== row;
    last[column] = row;
    return isNew;
  });
}
