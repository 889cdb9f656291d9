import { realArray } from "../io/hostArray.ts";
import type { SampleGenerator } from "./sample.ts";

/**
 * Sparse vectors of length n: entries are independent, Bernoulli(rate) times N(0, 1).
 * Source: Gregor and LeCun, 2010; Chen, Liu, Wang, Yin, 2018.
 */
export function sparse(n: number, rate: number): SampleGenerator {
  return (random) =>
    realArray(
      [n],
      Float64Array.from({ length: n }, () => (random.uniform() < rate ? random.normal() : 0)),
    );
}
