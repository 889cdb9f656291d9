import type { HostArray } from "../io/hostArray.ts";
import { nmseDb } from "./nmse.ts";

/**
 * Signal-to-noise ratio of one sample in dB: 20 log10(|truth| / |truth - estimate|), the negative of `nmseDb`;
 * larger is better.
 * @throws DataError where the shapes differ.
 */
export function snrDb(estimate: HostArray, truth: HostArray): number {
  return -nmseDb(estimate, truth);
}
