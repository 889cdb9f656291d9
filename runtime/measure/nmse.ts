import { type HostArray, requireAlike } from "../io/hostArray.ts";
import { squaredError, squaredNorm } from "./energy.ts";

/**
 * Normalised mean squared error of one sample in dB: 10 log10(|estimate - truth|^2 / |truth|^2); smaller is
 * better. -Infinity for an exact estimate, NaN for an estimate of zero by zero. Over samples, the values in dB
 * are averaged (`summarise`).
 * @throws DataError where the shapes differ.
 */
export function nmseDb(estimate: HostArray, truth: HostArray): number {
  requireAlike(estimate, truth);
  return 10 * Math.log10(squaredError(estimate.data, truth.data) / squaredNorm(truth.data));
}
