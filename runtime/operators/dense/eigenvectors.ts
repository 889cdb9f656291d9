import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { gramOfRows, transposed, type DenseMatrix } from "./gram.ts";

/** B = W'W with W W' = diag(squares) for a positive B of rank at most that of W, or B = W' diag(squares) W, W W' = I. */
export interface Eigenvectors {
  /** [r, n] */
  readonly rows: DenseMatrix;
  /** the eigenvalues of B that W stands for, not negative */
  readonly squares: Float64Array;
  /** whether W is orthogonal, of all n eigenvectors, or has rows as long as the roots of the eigenvalues */
  readonly isComplete: boolean;
}

/**
 * The eigenvectors of A'A of a real matrix A [m, n], in double precision, some 10 min(m, n)³ operations: all of them
 * where m >= n, as the rows of an orthogonal W; else W = U'A, with the eigenvectors U of A A'.
 * Source: Golub and Van Loan, Matrix Computations, 4th ed., 2013, 8.3.
 */
export function eigenvectorsOfGram(matrix: DenseMatrix): Eigenvectors {
  const isComplete = matrix.rows >= matrix.columns;
  const { vectors, squares } = decomposed(gramOfRows(isComplete ? transposed(matrix) : matrix));
  const U = transposed(vectors);
  return { rows: isComplete ? U : product(U, matrix), squares, isComplete };
}

function decomposed({ rows, data }: DenseMatrix): {
  readonly vectors: DenseMatrix;
  readonly squares: Float64Array;
} {
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(
    Matrix.from1DArray(rows, rows, Array.from(data)),
    { assumeSymmetric: true },
  );
  return {
    vectors: { rows, columns: rows, data: Float64Array.from(eigenvectorMatrix.to1DArray()) },
    squares: Float64Array.from(realEigenvalues, (value) => Math.max(0, value)),
  };
}

function product(left: DenseMatrix, right: DenseMatrix): DenseMatrix {
  const { rows } = left;
  const { columns } = right;
  const data = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let inner = 0; inner < left.columns; inner++) {
      const factor = left.data[row * left.columns + inner] ?? 0;
      for (let column = 0; column < columns; column++) {
        const at = row * columns + column;
        data[at] = (data[at] ?? 0) + factor * (right.data[inner * columns + column] ?? 0);
      }
    }
  }
  return { rows, columns, data };
}
