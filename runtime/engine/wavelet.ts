import type { Handle } from "./engine.ts";
import type { SparseEntry } from "./sparseRows.ts";

/** What `wavelet` of an engine is told; see there. */
export interface WaveletOptions {
  /** one to three neighbouring axes, ascending */
  readonly axes: readonly number[];
  /** the filter of the averages, orthonormal; an odd number of taps is completed by a 0 */
  readonly lowpass: readonly number[];
  /** 2^levels divides the extents of the axes */
  readonly levels: number;
  /** the adjoint, which is the inverse of an orthonormal transform */
  readonly adjoint: boolean;
}

/** The filters of averages and of details, of one even length: the second is (-1)^(j + 1) low[F - 1 - j]. */
export function waveletFilters(lowpass: readonly number[]): readonly [readonly number[], readonly number[]] {
  const low = lowpass.length % 2 === 0 ? lowpass : [...lowpass, 0];
  return [low, low.map((_, j) => (j % 2 === 0 ? -1 : 1) * (low[low.length - 1 - j] ?? 0))];
}

/**
 * The entries of the matrix of one level of the periodic transform on n points, n even: n/2 rows of averages, then n/2
 * of details, row k with tap j of F at column (2k + F/2 - j) mod n: PyWavelets' mode `periodization`. Orthonormal, also
 * where the filter is longer than the signal: entries at one place add.
 */
export function levelEntries(lowpass: readonly number[], n: number): readonly SparseEntry[] {
  return waveletFilters(lowpass).flatMap((filter, band) =>
    Array.from({ length: n / 2 }, (_, k) => k).flatMap((k) =>
      filter.map((value, j) => ({
        row: band * (n / 2) + k,
        column: (((2 * k + filter.length / 2 - j) % n) + n) % n,
        value,
      })),
    ),
  );
}

/** The matrix of `levelEntries`, row by row. */
export function levelMatrix(lowpass: readonly number[], n: number): Float64Array {
  const matrix = new Float64Array(n * n);
  for (const { row, column, value } of levelEntries(lowpass, n)) {
    matrix[row * n + column] = (matrix[row * n + column] ?? 0) + value;
  }
  return matrix;
}

/** Why an array has no such transform, or null. */
export function waveletRefusal({ shape }: Pick<Handle, "shape">, options: WaveletOptions): string | null {
  const { axes, levels, lowpass } = options;
  const [first = 0] = axes;
  const neighbours = axes.every((axis, at) => axis === first + at && axis >= 0 && axis < shape.length);
  if (!neighbours || axes.length < 1 || axes.length > 3) return `no neighbouring axes [${axes.join(", ")}]`;
  if (lowpass.length < 2) return "a filter has two taps or more";
  if (!Number.isInteger(levels) || levels < 0) return `no number of levels: ${levels}`;
  const divides = axes.every((axis) => (shape[axis] ?? 0) % 2 ** levels === 0);
  return divides ? null : `2^${levels} does not divide the extents of the axes [${axes.join(", ")}]`;
}
