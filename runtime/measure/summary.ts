/** What a list of values is reported by. */
export interface Summary {
  /** NaN if any value is NaN or there is none: a failed sample is never left out silently. */
  readonly mean: number;
  /** Of the sample, with n - 1; NaN for fewer than two values. */
  readonly standardDeviation: number;
  readonly n: number;
  /** How many values are NaN. */
  readonly undefinedCount: number;
}

/** Mean, standard deviation and count of values, for instance of an NMSE in dB over samples. */
export function summarise(values: readonly number[] | Float32Array | Float64Array): Summary {
  const list = Array.from(values);
  const n = list.length;
  const mean = list.reduce((sum, value) => sum + value, 0) / n;
  const squares = list.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    standardDeviation: n < 2 ? NaN : Math.sqrt(squares / (n - 1)),
    n,
    undefinedCount: list.filter((value) => Number.isNaN(value)).length,
  };
}
