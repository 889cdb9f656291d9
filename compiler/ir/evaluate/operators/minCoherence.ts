import { realArray, type ReferenceArray } from "../array.ts";

/**
 * The W of least |W'A| (Frobenius) with diag(W'A) = 1: its columns are G a / (a'G a) for the columns a of A, where G is
 * the inverse of A A'. Source: Liu, Chen, Wang, Yin, 2019.
 */
export function minCoherence(matrix: ReferenceArray): ReferenceArray {
  const [m = 0, n = 0] = matrix.shape;
  const at = (i: number, j: number): number => matrix.re[i * n + j] ?? 0;
  const inner = (i: number, k: number): number =>
    Array.from({ length: n }, (_, j) => at(i, j) * at(k, j)).reduce((sum, term) => sum + term, 0);
  const gram = Array.from({ length: m }, (_, i) => Array.from({ length: m }, (__, k) => inner(i, k)));
  const columns = Array.from({ length: n }, (_, j) => {
    const a = Array.from({ length: m }, (__, i) => at(i, j));
    const direction = solved(gram, a);
    const size = direction.reduce((sum, entry, i) => sum + entry * (a[i] ?? 0), 0);
    return direction.map((entry) => entry / size);
  });
  return realArray(
    [m, n],
    Array.from({ length: m * n }, (_, flat) => columns[flat % n]?.[Math.floor(flat / n)] ?? 0),
  );
}

/** The solution of a definite system, by elimination. */
function solved(matrix: readonly (readonly number[])[], right: readonly number[]): readonly number[] {
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0]);
  rows.forEach((pivotRow, k) => {
    const pivot = pivotRow[k] ?? 0;
    rows.forEach((row, i) => {
      if (i === k) return;
      const factor = (row[k] ?? 0) / pivot;
      pivotRow.forEach((entry, j) => {
        row[j] = (row[j] ?? 0) - factor * entry;
      });
    });
  });
  return rows.map((row, i) => (row.at(-1) ?? 0) / (row[i] ?? 0));
}
