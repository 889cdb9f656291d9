/**
 * The least-squares problem of GMRES for one sample: min |b e1 - H y| for a Hessenberg matrix that grows by columns,
 * kept triangular by Givens rotations.
 */
export class LeastSquares {
  private readonly columns: Float64Array[] = [];
  private readonly rotations: (readonly [cosine: number, sine: number])[] = [];
  private readonly right: Float64Array;

  constructor(norm: number, depth: number) {
    this.right = new Float64Array(depth + 1);
    this.right[0] = norm;
  }

  /** Adds a column, its subdiagonal entry last; gives the norm of the residual. */
  add(entries: readonly number[]): number {
    const column = Float64Array.from(entries);
    const row = this.columns.length;
    this.rotations.forEach(([c, s], index) => {
      const [a, b] = [column[index] ?? 0, column[index + 1] ?? 0];
      column[index] = c * a + s * b;
      column[index + 1] = -s * a + c * b;
    });
    const [a, b] = [column[row] ?? 0, column[row + 1] ?? 0];
    const length = Math.hypot(a, b);
    const [c, s] = length === 0 ? [1, 0] : [a / length, b / length];
    column[row] = length;
    this.rotations.push([c, s]);
    this.columns.push(column);
    const value = this.right[row] ?? 0;
    this.right[row] = c * value;
    this.right[row + 1] = -s * value;
    return Math.abs(s * value);
  }

  /** The minimiser: a number for each column. A column without a pivot takes 0. */
  solve(): Float64Array {
    const count = this.columns.length;
    const y = new Float64Array(count);
    for (let row = count - 1; row >= 0; row--) {
      let rest = this.right[row] ?? 0;
      for (let column = row + 1; column < count; column++) {
        rest -= (this.columns[column]?.[row] ?? 0) * (y[column] ?? 0);
      }
      const pivot = this.columns[row]?.[row] ?? 0;
      y[row] = pivot === 0 ? 0 : rest / pivot;
    }
    return y;
  }
}
