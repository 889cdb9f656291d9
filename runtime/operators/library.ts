/**
 * The operators of the language's library by their names in a program (docs/language.md, section 9), and
 * `fourier_multiplier`, which the compiler makes.
 */
export type LibraryOperatorName =
  | "I"
  | "diag"
  | "mask"
  | "real"
  | "imag"
  | "fourier"
  | "fourier_multiplier"
  | "gradient"
  | "blur"
  | "downsample"
  | "bicubic"
  | "coils"
  | "wavelet"
  | "radon"
  | "fan_beam"
  | "patches"
  | "over_channels"
  | "over_pixels"
  | "over_axes"
  | "reshape"
  | "crop"
  | "gaussian"
  | "bernoulli"
  | "symmetrised_gradient"
  | "pinv"
  | "min_coherence";

/** Settings of a library operator: numbers, words, and lists of numbers (`axes = (0, 1)`). */
export type LibrarySettings = Readonly<Record<string, number | string | boolean | readonly number[]>>;

/** The windows by which the ramp falls towards the highest frequency, under the names of scikit-image. */
export const RAMP_WINDOWS = ["ramp", "shepp_logan", "cosine", "hann"] as const;
export type RampWindow = (typeof RAMP_WINDOWS)[number];
