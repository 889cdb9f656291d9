import { Matrix, SingularValueDecomposition } from "ml-matrix";
import type { DenseMatrix } from "./gram.ts";

/**
 * The pseudo-inverse [n, m] of a real matrix [m, n] on its `rank` largest singular values, of these at most those above
 * `tolerance` times the largest one: V S^-1 U'. Source: Golub and Van Loan, Matrix Computations, 4th ed., 2013, 5.5.
 */
export function pseudoInverse(
  { rows, columns, data }: DenseMatrix,
  rank: number,
  tolerance: number,
): DenseMatrix {
  const result = new Float64Array(columns * rows);
  const matrix = Matrix.from1DArray(rows, columns, Array.from(data));
  const { leftSingularVectors, rightSingularVectors, diagonal } = new SingularValueDecomposition(matrix, {
    autoTranspose: true,
  });
  const order = diagonal.map((_, index) => index).sort((a, b) => (diagonal[b] ?? 0) - (diagonal[a] ?? 0));
  const least = tolerance * (diagonal[order[0] ?? 0] ?? 0);
  for (const index of order.slice(0, rank)) {
    const value = diagonal[index] ?? 0;
    if (value <= least || value === 0) break;
    for (let row = 0; row < columns; row++) {
      const factor = rightSingularVectors.get(row, index) / value;
      for (let column = 0; column < rows; column++) {
        const at = row * rows + column;
        result[at] = (result[at] ?? 0) + factor * leftSingularVectors.get(column, index);
      }
    }
  }
  return { rows: columns, columns: rows, data: result };
}
