import { type HostArray, requireAlike, size } from "../io/hostArray.ts";
import { squaredError } from "./energy.ts";

/**
 * Peak signal-to-noise ratio in dB: 10 log10(range^2 / mean squared error). `range` is the span of possible
 * values (1 for pictures in [0, 1], 255 for bytes); it is always stated, never taken from the data. The error of a
 * complex entry is the modulus of the difference; all entries of all channels count alike.
 * @throws DataError where the shapes differ.
 */
export function psnrDb(estimate: HostArray, truth: HostArray, range: number): number {
  requireAlike(estimate, truth);
  const meanSquaredError = squaredError(estimate.data, truth.data) / size(truth);
  return 10 * Math.log10(range ** 2 / meanSquaredError);
}
