import type { OPERATOR_NAMES } from "../../../compiler/library/names.ts";
import type { LibraryOperatorName } from "../../../runtime/operators/library.ts";
import type { Case } from "../case.ts";
import { caseOf } from "./case.ts";
import { matrices } from "./matrices.ts";
import { pointwise } from "./pointwise.ts";
import { stencils } from "./stencils.ts";
import { tomography } from "./tomography.ts";
import { transforms } from "./transforms.ts";

/** Operators beside their floors, and beside peers where there are some. */
export const operators: readonly Case[] = [
  ...pointwise,
  ...stencils,
  ...transforms,
  ...tomography,
  ...matrices,
].map(caseOf);

type Name = LibraryOperatorName | (typeof OPERATOR_NAMES)[number];

/** The cases in which each operator of the language is measured, or why it is in none. */
export const MEASURED: { readonly [N in Name]: readonly [string, ...string[]] | string } = {
  I: "It gives back what it is given.",
  diag: ["operator-diag"],
  mask: ["operator-mask"],
  real: ["operator-parts"],
  imag: ["operator-parts"],
  fourier: ["operator-fourier", "operator-fourier-3d", "operator-fourier-radial", "operator-fourier-coils"],
  fourier_multiplier: ["operator-fourier-multiplier"],
  gradient: ["operator-gradient", "operator-gradient-3d"],
  blur: ["operator-blur-zero", "operator-blur-reflect", "operator-blur-motion", "operator-blur-circular"],
  downsample: ["operator-downsample", "operator-every-second"],
  bicubic: ["operator-bicubic"],
  wavelet: ["operator-wavelet", "operator-wavelet-3d", "wavelet-256"],
  radon: ["xray", "xray-adjoint"],
  fan_beam: ["operator-fan-beam"],
  filtered_backprojection: ["operator-filtered-backprojection"],
  coils: ["operator-coils", "operator-fourier-coils"],
  convolution: ["operator-convolution"],
  over_channels: ["operator-over-channels"],
  over_pixels: ["operator-over-pixels"],
  over_axes: ["operator-over-axes"],
  reshape: "It names the same numbers anew, and moves none.",
  crop: ["operator-crop"],
  vstack: ["operator-vstack", "operator-parts"],
  hstack: ["operator-hstack"],
  blockdiag: ["operator-blockdiag"],
  inv: "It is bound as a matrix, a diagonal or an adjoint, which have cases; by `cg` it is a solver.",
  pinv: "It is bound as a dense matrix: `operator-dense`.",
  min_coherence: "It is bound as a dense matrix: `operator-dense`.",
  gaussian: "It is a dense matrix: `operator-dense`.",
  bernoulli: "It is a dense matrix: `operator-dense`.",
  symmetrised_gradient: ["operator-symmetrised"],
  patches: ["operator-patches"],
};
