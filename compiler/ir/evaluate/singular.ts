import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { arrayOf, entryOf, numberArray, type ReferenceArray } from "./array.ts";

/** The sum of the singular values. */
export function nuclearNorm(x: ReferenceArray): ReferenceArray {
  const { values } = decomposed(realForm(x));
  const sum = values.reduce((total, value) => total + value, 0);
  return numberArray(x.im !== null ? sum / 2 : sum);
}

/** U max(S - t, 0) V'. */
export function shrinkSingular(x: ReferenceArray, t: number): ReferenceArray {
  const { left, right, values } = decomposed(realForm(x));
  const shrunk = Matrix.diag(values.map((value) => Math.max(value - t, 0)));
  return fromRealForm(left.mmul(shrunk).mmul(right.transpose()), x);
}

/** The derivative of `shrinkSingular` by x at g; see runtime/arrays/singular.ts for the formula and its source. */
export function shrinkSingularGradient(x: ReferenceArray, t: number, g: ReferenceArray): ReferenceArray {
  const { left, right, values } = decomposed(realForm(x));
  const shrink = (value: number): number => Math.max(value - t, 0);
  const turned = realForm(g).mmul(right);
  const inner = left.transpose().mmul(turned);
  const parts = Matrix.zeros(values.length, values.length);
  values.forEach((a, i) => {
    values.forEach((b, j) => {
      const equal = Math.abs(a - b) <= 1e-13 * (a + b);
      const even = equal ? Number(a > t) : (shrink(a) - shrink(b)) / (a - b);
      const odd = a + b === 0 ? 0 : (shrink(a) + shrink(b)) / (a + b);
      const [p, q] = [inner.get(i, j), inner.get(j, i)];
      parts.set(i, j, 0.5 * even * (p + q) + 0.5 * odd * (p - q));
    });
  });
  const shares = Matrix.diag(values.map((value) => (value === 0 ? 0 : shrink(value) / value)));
  const outside = Matrix.sub(turned, left.mmul(inner)).mmul(shares);
  return fromRealForm(Matrix.add(left.mmul(parts), outside).mmul(right.transpose()), x);
}

interface Decomposed {
  readonly left: Matrix;
  readonly right: Matrix;
  readonly values: number[];
}

function decomposed(matrix: Matrix): Decomposed {
  const { leftSingularVectors, rightSingularVectors, diagonal } = new SingularValueDecomposition(matrix);
  return { left: leftSingularVectors, right: rightSingularVectors, values: diagonal };
}

/** The real matrix [[Re, -Im], [Im, Re]] of a complex one, at least as high as wide. */
function realForm(x: ReferenceArray): Matrix {
  const [m = 0, n = 0] = x.shape;
  const entry = (row: number, column: number) => entryOf(x, row * n + column);
  const part = (of: (row: number, column: number) => number): Matrix =>
    new Matrix(
      Array.from({ length: m }, (_, row) => Array.from({ length: n }, (__, column) => of(row, column))),
    );
  const re = part((row, column) => entry(row, column).re);
  const im = part((row, column) => entry(row, column).im);
  const whole = x.im !== null ? blocks(re, im) : re;
  return m >= n ? whole : whole.transpose();
}

function blocks(re: Matrix, im: Matrix): Matrix {
  const whole = Matrix.zeros(2 * re.rows, 2 * re.columns);
  whole.setSubMatrix(re, 0, 0);
  whole.setSubMatrix(im, re.rows, 0);
  whole.setSubMatrix(Matrix.mul(im, -1), 0, re.columns);
  whole.setSubMatrix(re, re.rows, re.columns);
  return whole;
}

function fromRealForm(matrix: Matrix, like: ReferenceArray): ReferenceArray {
  const [m = 0, n = 0] = like.shape;
  const whole = m >= n ? matrix : matrix.transpose();
  return arrayOf(like.shape, like.im === null ? "real" : "complex", (at) => {
    const [row, column] = [Math.floor(at / n), at % n];
    return { re: whole.get(row, column), im: like.im === null ? 0 : whole.get(row + m, column) };
  });
}
