import type { Operations } from "../arrays/operations.ts";
import type { Space, Value } from "../arrays/value.ts";
import { bicubic } from "./resampling/bicubic.ts";
import { blur } from "./blur/blur.ts";
import type { LibraryRule } from "./call.ts";
import { coils } from "./coils.ts";
import { crop } from "./crop.ts";
import { imaginaryPart, realPart } from "./algebra/complexParts.ts";
import { diagonal } from "./matrices/diagonal.ts";
import { downsample } from "./resampling/downsample.ts";
import { fourier } from "./fourier/fourier.ts";
import { fourierMultiplier } from "./fourier/fourierMultiplier.ts";
import { bernoulli, gaussian } from "./matrices/gaussian.ts";
import { gradient } from "./differences/gradient.ts";
import { identity } from "./matrices/identity.ts";
import type { LibraryOperatorName, LibrarySettings } from "./library.ts";
import { mask } from "./mask.ts";
import { minCoherenceOfMatrix } from "./matrices/minCoherence.ts";
import type { Operator } from "./operator.ts";
import { patches } from "./patches.ts";
import { pinv } from "./algebra/pseudoInverse.ts";
import { overAxes, overChannels, overPixels } from "./algebra/repeat.ts";
import { fanBeam, radon } from "./tomography/radon.ts";
import { reshape } from "./algebra/reshape.ts";
import { symmetrisedGradient } from "./differences/symmetrisedGradient.ts";
import { wavelet } from "./wavelets/wavelet.ts";

const RULES: { readonly [N in LibraryOperatorName]: LibraryRule } = {
  I: identity,
  diag: diagonal,
  mask,
  real: realPart,
  imag: imaginaryPart,
  fourier,
  fourier_multiplier: fourierMultiplier,
  gradient,
  blur,
  downsample,
  bicubic,
  coils,
  wavelet,
  radon,
  fan_beam: fanBeam,
  patches,
  over_channels: overChannels,
  over_pixels: overPixels,
  over_axes: overAxes,
  reshape,
  crop,
  gaussian,
  bernoulli,
  symmetrised_gradient: symmetrisedGradient,
  pinv,
  min_coherence: minCoherenceOfMatrix,
};

/**
 * An operator of the library by its name, on a declared domain, with the arrays between its brackets (the mask of
 * `mask(P)`, the diagonal, the kernel, the matrix of `min_coherence`). Settings that the language gives by place go by
 * their names: `q`, `name`, `m`, `n`. The codomain is that of the declaration, for the operators that do not know
 * theirs otherwise; the setting `shape` may say its shape instead.
 * @throws OperatorError
 */
export function libraryOperator(
  operations: Operations,
  name: LibraryOperatorName,
  settings: LibrarySettings,
  domain: Space,
  arrays: readonly Value[],
  codomain: Space | null = null,
): Operator {
  return RULES[name]({ operations, settings, domain, arrays, codomain });
}
