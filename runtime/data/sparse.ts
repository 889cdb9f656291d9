import { realArray } from "../io/hostArray.ts";
import type { SampleGenerator } from "./sample.ts";

/**
 * Sparse vectors of length n: entries are independent, Bernoulli(rate) times N(0, 1). A vector in which all would be
 * zero gets one entry N(0, 1) at a random place, for no error is relative to nothing.
 * Source: Gregor and LeCun, 2010; Chen, Liu, Wang, Yin, 2018.
 */
export function sparse(n: number, rate: number): SampleGenerator {
  return (random) => {
    const data = Float64Array.from({ length: n }, () => (random.uniform() < rate ? random.normal() : 0));
    if (data.every((value) => value === 0)) data[Math.floor(random.uniform() * n)] = random.normal();
    return realArray([n], data);
  };
}
