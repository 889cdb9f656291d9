import { arrayValue, asArray } from "../../arrays/layout.ts";
import type { Operations } from "../../arrays/operations.ts";
import type { ArrayValue, Space } from "../../arrays/value.ts";
import type { Engine, Handle } from "../../engine/engine.ts";
import type { SparseMatrix } from "../../io/sparse.ts";
import { sizeOf } from "../../engine/shape.ts";
import {
  composedSparse,
  handlesOfSparse,
  MOST_ENTRIES,
  sparseRowsOf,
  type SparseRows,
} from "../../engine/sparseRows.ts";
import { smallerBound } from "../bounds.ts";
import { defineOperator } from "../define.ts";
import { measuredNorm } from "../norm.ts";
import type { NormBound, Operator } from "../operator.ts";
import { OperatorError } from "../operatorError.ts";
import { spaceText, type ArraySpace } from "../spaces.ts";

/**
 * The operator of a sparse real matrix [m, n], between R[n] and R[m] or other real arrays with as many entries. A
 * product is one sweep over the entries, by rows, and the adjoint another by columns, for which the entries are kept a
 * second time. Norm: the smallest of sqrt(|A|_1 |A|_inf), which is proved, the Frobenius norm, and a probabilistic
 * bound.
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
  const { rows, columns, rowIndices, columnIndices, values } = matrix;
  const isNumbered = values.length <= MOST_ENTRIES;
  const along = sparseRowsOf(engine, [rows, columns], matrix);
  const swapped = { rowIndices: columnIndices, columnIndices: rowIndices, values };
  const across = sparseRowsOf(engine, [columns, rows], swapped);
  const product =
    (by: SparseRows, space: ArraySpace) =>
    (using: Operations, x: ArrayValue): ArrayValue => {
      const products = isNumbered ? using.engine : composedSparse(using.engine);
      const sums = products.sparseProduct(by, samplesLast(using.engine, x));
      return samplesFirst(using.engine, sums, x.batch, space);
    };
  const [forth, back] = [product(along, codomain), product(across, domain)];
  const operator: Operator = defineOperator({
    text,
    domain,
    codomain,
    handles: [...handlesOfSparse(along), ...handlesOfSparse(across)],
    norm: () => normOf(operations, operator, matrix),
    properties: () => (values.every((value) => value >= 0) ? ["nonnegative"] : []),
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
