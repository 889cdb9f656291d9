import { naturalLog } from "./elementary.ts";
import type { RandomStream } from "./stream.ts";

/** Below this mean exponential intervals are counted, which takes a draw per count; above it, rejection takes few. */
const MANY = 30;
/** The largest mean: beyond it counts are no longer exact in double precision together with their logarithms. */
export const MAX_POISSON_MEAN = 1e12;

/**
 * A Poisson count of any mean, in a few draws however large the mean is.
 * Source: Hörmann, "The transformed rejection method for generating Poisson random variables", Insurance:
 * Mathematics and Economics 12, 1993 (algorithm PTRS).
 * @throws RangeError for a mean that is negative, not a number or above `MAX_POISSON_MEAN`.
 */
export function poissonCount(random: RandomStream, mean: number): number {
  if (!(mean >= 0 && mean <= MAX_POISSON_MEAN))
    throw new RangeError(`No Poisson count has the mean ${mean}.`);
  return mean < MANY ? random.poisson(mean) : transformedRejection(random, mean);
}

function transformedRejection(random: RandomStream, mean: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const logMean = naturalLog(mean);
  for (;;) {
    const u = random.uniform() - 0.5;
    const v = 1 - random.uniform();
    const room = 0.5 - Math.abs(u);
    if (room === 0) continue;
    const count = Math.floor(((2 * a) / room + b) * u + mean + 0.43);
    if (room >= 0.07 && v <= 0.9277 - 3.6224 / (b - 2)) return count;
    if (count < 0 || (room < 0.013 && v > room)) continue;
    const left = naturalLog(v) + naturalLog(inverseAlpha) - naturalLog(a / room ** 2 + b);
    if (left <= -mean + count * logMean - logFactorial(count)) return count;
  }
}

/** ln n!, by its product up to 9 and by Stirling's series beyond, with an error below 1e-10. */
function logFactorial(n: number): number {
  if (n < 10) {
    let product = 1;
    for (let factor = 2; factor <= n; factor++) product *= factor;
    return naturalLog(product);
  }
  const x = n + 1;
  const series = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5);
  return (x - 0.5) * naturalLog(x) - x + 0.5 * naturalLog(2 * Math.PI) + series;
}
