/** What is reported of a participant's rounds, in seconds. */
export interface Statistics {
  readonly rounds: number;
  readonly least: number;
  readonly firstQuartile: number;
  readonly median: number;
  readonly thirdQuartile: number;
}

/**
 * The quantile of numbers at a share in [0, 1], between neighbours by the line through them (type 7 of Hyndman and Fan,
 * 1996: that of numpy).
 * @throws RangeError where there are no numbers
 */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (below === undefined || above === undefined) throw new RangeError("no numbers have no quantiles");
  return below + (place - Math.floor(place)) * (above - below);
}

/** The least, the quartiles and the number of some times. */
export function statisticsOf(seconds: readonly number[]): Statistics {
  return {
    rounds: seconds.length,
    least: quantile(seconds, 0),
    firstQuartile: quantile(seconds, 0.25),
    median: quantile(seconds, 0.5),
    thirdQuartile: quantile(seconds, 0.75),
  };
}

/** |a - b| / |b| in the 2-norm; infinite where a has other entries than numbers, or another count of them. */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let [difference, size] = [0, 0];
  for (let index = 0; index < a.length; index += 1) {
    difference += ((a[index] ?? 0) - (b[index] ?? 0)) ** 2;
    size += (b[index] ?? 0) ** 2;
  }
  if (difference === 0) return 0;
  const relative = Math.sqrt(difference / size);
  return Number.isNaN(relative) ? Infinity : relative;
}
