import type { OPERATOR_NAMES } from "../names.ts";
import type { OperatorSignature } from "../signature.ts";
import { blur } from "./blur.ts";
import { coils } from "./coils.ts";
import { convolution } from "./convolution.ts";
import { crop } from "./crop.ts";
import { diag } from "./diag.ts";
import { fourier } from "./fourier.ts";
import { bernoulli, gaussian } from "./gaussian.ts";
import { gradient } from "./gradient.ts";
import { identity } from "./identity.ts";
import { inv, pinv } from "./inverses.ts";
import { mask } from "./mask.ts";
import { minCoherence } from "./minCoherence.ts";
import { patches } from "./patches.ts";
import { imag, real } from "./parts.ts";
import { overAxes, overChannels, overPixels } from "./repetition.ts";
import { bicubic, downsample } from "./resampling.ts";
import { reshape } from "./reshape.ts";
import { fanBeam, filteredBackprojection, radon } from "./tomography.ts";
import { symmetrisedGradient } from "./symmetrisedGradient.ts";
import { wavelet } from "./wavelet.ts";

export type OperatorName = (typeof OPERATOR_NAMES)[number];

/** Operators without a scheme of this kind: stacks have any number of arguments. */
export type SpecialOperatorName = "vstack" | "hstack" | "blockdiag";

/** The signatures of the library's operators. */
export const OPERATORS: { readonly [N in Exclude<OperatorName, SpecialOperatorName>]: OperatorSignature } = {
  I: identity,
  diag,
  mask,
  real,
  imag,
  fourier,
  gradient,
  blur,
  downsample,
  bicubic,
  wavelet,
  radon,
  fan_beam: fanBeam,
  filtered_backprojection: filteredBackprojection,
  coils,
  convolution,
  over_channels: overChannels,
  over_pixels: overPixels,
  over_axes: overAxes,
  reshape,
  crop,
  inv,
  pinv,
  min_coherence: minCoherence,
  gaussian,
  bernoulli,
  patches,
  symmetrised_gradient: symmetrisedGradient,
};
