import { innerProduct, type DenseMatrix } from "./gram.ts";

/**
 * The lower Cholesky factor L of a symmetric matrix, M = L L', by inner products; only the lower half of M is read.
 * Null where a pivot is not greater than `least` times the diagonal entry that it comes from: for `least` = 0, where
 * the factorisation in floating point breaks down.
 */
export function cholesky({ rows, data }: DenseMatrix, least = 0): DenseMatrix | null {
  const factor = new Float64Array(rows * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < row; column++) {
      const rest = (data[row * rows + column] ?? 0) - innerProduct(factor, row * rows, column * rows, column);
      factor[row * rows + column] = rest / (factor[column * rows + column] ?? 1);
    }
    const diagonal = data[row * rows + row] ?? 0;
    const pivot = diagonal - innerProduct(factor, row * rows, row * rows, row);
    if (!(pivot > least * diagonal) || !(pivot > 0)) return null;
    factor[row * rows + row] = Math.sqrt(pivot);
  }
  return { rows, columns: rows, data: factor };
}

/** The columns of X in L L' X = B, for a lower factor L: [rows, B.columns]. */
export function solveCholesky({ rows, data: factor }: DenseMatrix, right: DenseMatrix): DenseMatrix {
  const { columns } = right;
  const x = Float64Array.from(right.data);
  for (let row = 0; row < rows; row++) {
    for (let before = 0; before < row; before++) {
      subtractRow(x, columns, row, before, factor[row * rows + before] ?? 0);
    }
    divideRow(x, columns, row, factor[row * rows + row] ?? 1);
  }
  for (let row = rows - 1; row >= 0; row--) {
    for (let after = row + 1; after < rows; after++) {
      subtractRow(x, columns, row, after, factor[after * rows + row] ?? 0);
    }
    divideRow(x, columns, row, factor[row * rows + row] ?? 1);
  }
  return { rows, columns, data: x };
}

function subtractRow(x: Float64Array, columns: number, row: number, other: number, factor: number): void {
  for (let column = 0; column < columns; column++) {
    const at = row * columns + column;
    x[at] = (x[at] ?? 0) - factor * (x[other * columns + column] ?? 0);
  }
}

function divideRow(x: Float64Array, columns: number, row: number, divisor: number): void {
  for (let at = row * columns; at < (row + 1) * columns; at++) x[at] = (x[at] ?? 0) / divisor;
}
