import { DataError } from "../io/dataError.ts";
import { type HostArray, hostArray, lanes, unravel } from "../io/hostArray.ts";
import { MAX_POISSON_MEAN, poissonCount } from "../random/poisson.ts";
import type { RandomStream } from "../random/stream.ts";

/** Noise on a measurement: white and Gaussian by one of three measures of its size, Poisson counts, or those behind an object. */
export type Noise =
  | GaussianNoise
  | { readonly kind: "poisson"; readonly counts: number }
  /** `photons` is how many reach a cell of the detector where nothing is in their way */
  | { readonly kind: "transmission"; readonly photons: number };

/** White Gaussian noise; by its standard deviation, by SNR in dB, or relative to the mean magnitude. */
export type GaussianNoise =
  | { readonly kind: "sigma"; readonly sigma: number }
  /** 20 log10(|y| / expected norm of the noise); infinity for none. */
  | { readonly kind: "snr"; readonly decibel: number }
  /** Standard deviation = fraction times the mean of |y_i|. */
  | { readonly kind: "relative"; readonly fraction: number };

/**
 * The array with noise, in the array's precision.
 *
 * Gaussian: a complex entry gets circular noise, real and imaginary part independent, each of variance sigma^2 / 2,
 * so that its squared magnitude has mean sigma^2. Poisson: an entry v becomes Poisson(counts v) / counts, with the
 * mean v and the variance v / counts; `counts` is how many photons the value 1 stands for.
 *
 * Transmission: an entry v is a line integral of the attenuation. Of `photons` on a line Poisson(photons e^-v) arrive
 * (Lambert and Beer), and the entry becomes log(photons / count), where a count of 0 is taken for 1: with a variance of
 * about e^v / photons (Sauer and Bouman, IEEE Trans. Signal Process. 41, 1993).
 * @throws DataError IPX8108 for Poisson noise on a complex or a negative entry, or on too large a one.
 */
export function addNoise(array: HostArray, noise: Noise, random: RandomStream): HostArray {
  if (noise.kind === "poisson") return withCounts(array, noise.counts, random);
  if (noise.kind === "transmission") {
    const { photons } = noise;
    const arriving = hostArray(
      array.field,
      array.shape,
      array.data.map((value) => Math.exp(-value)),
    );
    const shares = withCounts(arriving, photons, random);
    return hostArray(
      "real",
      array.shape,
      shares.data.map((share) => -Math.log(Math.max(share, 1 / photons))),
    );
  }
  const sigma = standardDeviation(array, noise);
  if (sigma === 0) return array;
  const scale = array.field === "complex" ? sigma * Math.SQRT1_2 : sigma;
  return hostArray(
    array.field,
    array.shape,
    array.data.map((value) => value + scale * random.normal()),
  );
}

function withCounts(array: HostArray, counts: number, random: RandomStream): HostArray {
  if (array.field === "complex") {
    throw new DataError("IPX8108", { what: "A complex entry has no Poisson counts.", hint: POISSON_HINT });
  }
  const data = array.data.map((value, index) => {
    const mean = counts * value;
    if (mean >= 0 && mean <= MAX_POISSON_MEAN) return poissonCount(random, mean) / counts;
    const place = unravel(index, array.shape).join(", ");
    const limit = `from 0 to ${MAX_POISSON_MEAN}`;
    throw new DataError("IPX8108", {
      what: `The measurement is ${value} at [${place}], which has no Poisson counts.`,
      why: `The mean count, ${counts} times the entry, must be ${limit}.`,
      hint: POISSON_HINT,
    });
  });
  return hostArray("real", array.shape, data);
}

const POISSON_HINT = "Measure what is real and not negative, such as intensities, or add Gaussian noise.";

/** The standard deviation per entry that a noise means for this array; 0 for an array without entries. */
function standardDeviation(array: HostArray, noise: GaussianNoise): number {
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
