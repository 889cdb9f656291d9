import { type HostArray, hostArray, lanes } from "../io/hostArray.ts";
import type { RandomStream } from "../random/stream.ts";

/** White Gaussian noise; by its standard deviation, by SNR in dB, or relative to the mean magnitude. */
export type Noise =
  | { readonly kind: "sigma"; readonly sigma: number }
  /** 20 log10(|y| / expected norm of the noise); infinity for none. */
  | { readonly kind: "snr"; readonly decibel: number }
  /** Standard deviation = fraction times the mean of |y_i|. */
  | { readonly kind: "relative"; readonly fraction: number };

/**
 * The array with white Gaussian noise, in the array's precision. A complex entry gets circular noise: real and
 * imaginary part independent, each of variance sigma^2 / 2, so that its squared magnitude has mean sigma^2.
 */
export function addNoise(array: HostArray, noise: Noise, random: RandomStream): HostArray {
  const sigma = standardDeviation(array, noise);
  if (sigma === 0) return array;
  const scale = array.field === "complex" ? sigma * Math.SQRT1_2 : sigma;
  return hostArray(
    array.field,
    array.shape,
    array.data.map((value) => value + scale * random.normal()),
  );
}

/** The standard deviation per entry that a noise means for this array; 0 for an array without entries. */
function standardDeviation(array: HostArray, noise: Noise): number {
  const count = array.data.length / lanes(array.field);
  if (count === 0) return 0;
  switch (noise.kind) {
    case "sigma":
      return noise.sigma;
    case "snr":
      return Math.sqrt(energy(array) / count) * 10 ** (-noise.decibel / 20);
    case "relative":
      return noise.fraction * meanMagnitude(array, count);
  }
}

function energy(array: HostArray): number {
  let sum = 0;
  for (const value of array.data) sum += value * value;
  return sum;
}

function meanMagnitude(array: HostArray, count: number): number {
  const width = lanes(array.field);
  let sum = 0;
  for (let i = 0; i < array.data.length; i += width) {
    const real = array.data[i] ?? 0;
    const imaginary = width === 2 ? (array.data[i + 1] ?? 0) : 0;
    sum += Math.sqrt(real * real + imaginary * imaginary);
  }
  return sum / count;
}
