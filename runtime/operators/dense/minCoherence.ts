import { cholesky, solveCholesky } from "./cholesky.ts";
import { gramOfRows, transposed, type DenseMatrix } from "./gram.ts";

/** A pivot below this part of its diagonal entry makes a matrix singular. */
const SINGULAR = 1e-12;

/**
 * The W that minimises |W'A|_F^2 over diag(W'A) = 1, for A [m, n] of full rank; null for others.
 *
 * The columns are apart: w_i minimises |A'w|^2 = w'Gw, G = A A', over a_i'w = 1. With Lagrange's multiplier G w is a
 * multiple of a_i, so for independent rows w_i = G^-1 a_i / (a_i'G^-1 a_i), where the denominator is positive. For
 * independent columns W = A (A'A)^-1 has W'A = I: the off-diagonal part vanishes, and none does better.
 * Source of the problem: Liu, Chen, Wang, Yin, ALISTA, ICLR 2019, equation (16).
 */
export function minCoherenceMatrix(matrix: DenseMatrix): DenseMatrix | null {
  const { rows, columns } = matrix;
  if (rows > columns) return pseudoInverseTransposed(matrix);
  const factor = cholesky(gramOfRows(matrix), SINGULAR);
  if (factor === null) return null;
  const solved = solveCholesky(factor, matrix);
  const data = new Float64Array(solved.data.length);
  for (let column = 0; column < columns; column++) {
    let product = 0;
    for (let at = column; at < data.length; at += columns)
      product += (matrix.data[at] ?? 0) * (solved.data[at] ?? 0);
    if (!(product > 0)) return null;
    for (let at = column; at < data.length; at += columns) data[at] = (solved.data[at] ?? 0) / product;
  }
  return { rows, columns, data };
}

/** A (A'A)^-1 for independent columns. */
function pseudoInverseTransposed(matrix: DenseMatrix): DenseMatrix | null {
  const turned = transposed(matrix);
  const factor = cholesky(gramOfRows(turned), SINGULAR);
  return factor === null ? null : transposed(solveCholesky(factor, turned));
}
