import type { Operations } from "../../runtime/arrays/operations.ts";
import { C, R, productOf } from "../../runtime/arrays/spaces.ts";
import type { Space, Value } from "../../runtime/arrays/value.ts";
import {
  adjoint,
  blockdiag,
  compose,
  hstack,
  scale,
  sum,
  vstack,
} from "../../runtime/operators/algebra/algebra.ts";
import { libraryOperator } from "../../runtime/operators/create.ts";
import { inverse } from "../../runtime/operators/algebra/inverse.ts";
import type { LibraryOperatorName, LibrarySettings } from "../../runtime/operators/library.ts";
import { matrixOperator } from "../../runtime/operators/matrices/matrix.ts";
import { minCoherence } from "../../runtime/operators/matrices/minCoherence.ts";
import { sparseOperator } from "../../runtime/operators/matrices/sparse.ts";
import type { SparseMatrix } from "../../runtime/io/sparse.ts";
import { pseudoInverseOf } from "../../runtime/operators/algebra/pseudoInverse.ts";
import type { Operator } from "../../runtime/operators/operator.ts";
import type { RampWindow } from "../../runtime/operators/library.ts";
import { array, complexArray, gaussianArray, gaussianNumbers } from "./support.ts";

/** An operator to be tested; `tight`: its bound is the norm, up to 1e-5. */
export interface Case {
  readonly name: string;
  readonly tight: boolean;
  readonly build: (using: Operations) => Operator;
}

function library(
  name: LibraryOperatorName,
  domain: Space,
  settings: LibrarySettings = {},
  arrays: (using: Operations) => readonly Value[] = () => [],
): (using: Operations) => Operator {
  return (using) => libraryOperator(using, name, settings, domain, arrays(using));
}

const tight = (name: string, build: Case["build"]): Case => ({ name, tight: true, build });
const bounded = (name: string, build: Case["build"]): Case => ({ name, tight: false, build });

const KERNEL_3X3 = [0.1, 0.2, 0.1, 0, 0.3, 0.25, 0.05, -0.2, 0.1];
const EVEN_3X3 = [0.05, 0.1, 0.05, 0.1, 0.4, 0.1, 0.05, 0.1, 0.05];
const kernel = (shape: readonly number[], entries: readonly number[]) => (using: Operations) => [
  array(using, shape, entries),
];
/** Too large for the direct method. */
const wide = (using: Operations) => [array(using, [13, 11], Array.from(gaussianNumbers(143, 9)))];
const wideNonnegative = (using: Operations) => [
  array(
    using,
    [13, 11],
    Array.from(gaussianNumbers(143, 9), (entry) => Math.abs(entry) / 100),
  ),
];

const angles = (radians: readonly number[]) => (using: Operations) => [
  array(using, [radians.length], radians),
];
const TURN = [0, 1, 2.3, Math.PI, 4, 5.5];

function inverseOf(
  domain: Space,
  settings: LibrarySettings,
  filter: RampWindow,
  radians: readonly number[],
): Case["build"] {
  return (using) =>
    using.filteredBackprojection(
      libraryOperator(using, "radon", settings, domain, angles(radians)(using)),
      filter,
    );
}

/** A row without entries, and two entries at one place. */
const SPARSE: SparseMatrix = {
  kind: "sparse",
  rows: 5,
  columns: 4,
  rowIndices: Float64Array.of(0, 0, 1, 3, 3, 3, 4),
  columnIndices: Float64Array.of(3, 0, 1, 2, 2, 0, 3),
  values: Float64Array.of(1.5, -2, 0.25, 3, 1, -1, 2),
};

const gaussian34 = (using: Operations): Operator =>
  libraryOperator(using, "gaussian", { m: 3, n: 4 }, R(4), []);
const gradient5 = library("gradient", R(5, 4));
const wavelet84 = library("wavelet", R(8, 4), { name: "db4", levels: 2 });

export const CASES: readonly Case[] = [
  tight("I", library("I", R(3, 5))),
  tight("I on tuples", library("I", productOf(R(3), C(2, 2)))),
  tight("diag", library("diag", R(3, 4), {}, kernel([3], [1, -2.5, 0.5]))),
  tight(
    "diag, complex",
    library("diag", C(3, 2), {}, (using) => [complexArray(using, [3], [1, 0.5, -2], [0.5, 1, 1])]),
  ),
  tight("mask", library("mask", R(3, 4, 2), {}, kernel([3, 4], [1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 0]))),
  tight("mask on complex", library("mask", C(2, 3), {}, kernel([2, 3], [1, 0, 1, 0.5, 0, 1]))),
  tight("mask, drawn", library("mask", R(5, 7, 2), { rate: 0.4, seed: 3 })),
  tight("real", library("real", C(3, 2))),
  tight("imag", library("imag", C(5))),
  tight("fourier", library("fourier", C(5, 6, 2))),
  tight("fourier on one axis", library("fourier", C(7))),
  tight("fourier, axis 1", library("fourier", C(3, 5, 2), { axis: 1 })),
  tight("gradient, neumann", library("gradient", R(5, 4))),
  tight("gradient, periodic, odd", library("gradient", R(5, 7), { boundary: "periodic" })),
  tight("gradient, zero, channels", library("gradient", R(4, 3, 2), { boundary: "zero" })),
  tight("gradient on one axis, complex", library("gradient", C(7), { axes: 1, boundary: "zero" })),
  tight("gradient on three axes", library("gradient", R(3, 4, 2), { axes: 3 })),
  tight("gradient of complex images", library("gradient", C(3, 4, 2), { boundary: "periodic" })),
  tight("gradient where an axis has one point", library("gradient", R(1, 4))),
  tight("blur, periodic", library("blur", R(6, 5), {}, kernel([3, 3], KERNEL_3X3))),
  tight(
    "blur, even kernel sizes",
    library("blur", R(5, 6, 2), {}, kernel([2, 4], [1, 2, 0, 1, -1, 0.5, 0.25, 1])),
  ),
  tight(
    "blur, neumann, even kernel",
    library("blur", R(5, 4), { boundary: "neumann" }, kernel([3, 3], EVEN_3X3)),
  ),
  bounded("blur, neumann", library("blur", R(5, 4), { boundary: "neumann" }, kernel([3, 3], KERNEL_3X3))),
  bounded(
    "blur, neumann, nonnegative",
    library("blur", R(5, 4), { boundary: "neumann" }, kernel([2, 2], [0.5, 0.25, 0.125, 0.25])),
  ),
  bounded("blur, zero", library("blur", R(6, 5), { boundary: "zero" }, kernel([3, 3], KERNEL_3X3))),
  bounded("blur, reflect", library("blur", R(5, 4), { boundary: "reflect" }, kernel([3, 3], KERNEL_3X3))),
  bounded("blur, reflect, by Fourier", library("blur", R(9, 8), { boundary: "reflect" }, wide)),
  bounded("blur on one axis", library("blur", R(7), { boundary: "zero" }, kernel([3], [0.25, 0.5, 0.25]))),
  // the largest value of these transforms lies between the frequencies of the image's own grid
  bounded(
    "blur, zero, between frequencies",
    library("blur", R(3), { boundary: "zero" }, kernel([2], [1, -1])),
  ),
  tight(
    "blur, neumann, between frequencies",
    library("blur", R(4), { boundary: "neumann" }, kernel([5], [-0.5, -1, 1, -1, -0.5])),
  ),
  tight("blur of complex images", library("blur", C(5, 4, 2), {}, kernel([3, 3], KERNEL_3X3))),
  tight("blur by Fourier", library("blur", R(5, 7, 2), {}, wide)),
  tight("blur by Fourier, complex", library("blur", C(5, 4), {}, wide)),
  bounded("blur by Fourier, neumann", library("blur", R(9, 8), { boundary: "neumann" }, wide)),
  bounded("blur by Fourier, zero", library("blur", R(5, 8), { boundary: "zero" }, wideNonnegative)),
  tight("downsample", library("downsample", R(6, 9, 2), { q: 3 })),
  tight("downsample on one axis, complex", library("downsample", C(6), { q: 2 })),
  tight("downsample, antialiased", library("downsample", R(6, 9, 2), { q: 3, antialias: "bicubic" })),
  tight("downsample, antialiased, one axis", library("downsample", C(8), { q: 4, antialias: "bicubic" })),
  tight("bicubic", library("bicubic", R(3, 5, 2), { q: 2 })),
  tight("bicubic of complex images", library("bicubic", C(2, 3), { q: 3 })),
  tight("bicubic on one axis", library("bicubic", R(5), { q: 4 })),
  tight(
    "coils",
    library("coils", C(3, 2), {}, (using) => [
      complexArray(using, [3, 2, 2], Array.from(gaussianNumbers(12, 1)), Array.from(gaussianNumbers(12, 2))),
    ]),
  ),
  tight("fourier, centred, odd", library("fourier", C(5, 4), { centred: true })),
  tight("fourier on three axes, centred", library("fourier", C(3, 2, 5), { axes: [0, 1, 2], centred: true })),
  tight(
    "Fourier multiplier",
    library("fourier_multiplier", R(5, 6), {}, (using) => [gaussianArray(using, [5, 6], 3)]),
  ),
  tight(
    "Fourier multiplier, centred, complex factors, channels",
    library("fourier_multiplier", R(4, 5, 2), { centred: true }, (using) => [
      complexArray(using, [4, 5, 2], Array.from(gaussianNumbers(40, 1)), Array.from(gaussianNumbers(40, 2))),
    ]),
  ),
  tight(
    "Fourier multiplier on one axis",
    library("fourier_multiplier", R(3, 7), { axis: 1 }, (using) => [gaussianArray(using, [7], 5)]),
  ),
  tight("bernoulli", library("bernoulli", R(4), { m: 3, n: 4, seed: 5 })),
  bounded("symmetrised gradient", library("symmetrised_gradient", R(4, 3, 2))),
  bounded(
    "symmetrised gradient, periodic, complex",
    library("symmetrised_gradient", C(3, 4, 2), { boundary: "periodic" }),
  ),
  tight("wavelet on three axes", library("wavelet", R(4, 8, 4, 2), { name: "db2", levels: 1, axes: 3 })),
  bounded(
    "symmetric wavelet",
    library("wavelet", R(10, 6, 2), { name: "db2", levels: 2, boundary: "symmetric" }),
  ),
  bounded(
    "symmetric wavelet, complex",
    library("wavelet", C(8, 12), { name: "sym3", levels: 1, boundary: "symmetric" }),
  ),
  tight(
    "symmetric wavelet on one axis",
    library("wavelet", R(48), { name: "sym5", levels: 1, axes: 1, boundary: "symmetric" }),
  ),
  bounded(
    "symmetric wavelet on three axes",
    library("wavelet", R(4, 2, 6), { name: "db2", levels: 1, axes: 3, boundary: "symmetric" }),
  ),
  tight("wavelet haar", library("wavelet", R(8, 4), { name: "haar", levels: 2 })),
  tight("wavelet db4, channels", library("wavelet", R(8, 12, 3), { name: "db4", levels: 2 })),
  tight("wavelet sym4, complex", library("wavelet", C(4, 8), { name: "sym4", levels: 1 })),
  tight("wavelet sym8 on one axis", library("wavelet", R(24), { name: "sym8", levels: 3 })),
  tight("patches", library("patches", R(5, 7), { size: 3, stride: 1 })),
  tight("patches at a distance, complex channels", library("patches", C(6, 4, 2), { size: 2, stride: 2 })),
  tight("patches with gaps", library("patches", R(7, 7), { size: 1, stride: 3 })),
  tight("patches, periodic", library("patches", R(6, 4), { size: 3, stride: 2, boundary: "periodic" })),
  tight("over_channels, declared", (using) => using.library("over_channels", {}, R(3, 2), [], R(3, 2, 4))),
  tight("over_channels", library("over_channels", R(3, 2), { shape: [3, 2, 5] })),
  tight("over_channels, complex", library("over_channels", C(3), { shape: [3, 2] })),
  tight("over_pixels", library("over_pixels", R(3), { shape: [2, 5, 3] })),
  tight("over_pixels, complex", library("over_pixels", C(2), { shape: [3, 2, 2] })),
  tight("over_axes, the first", library("over_axes", R(3, 2), { shape: [4, 3, 2] })),
  tight("over_axes, two of four", library("over_axes", R(3, 2), { axes: [1, 2], shape: [3, 4, 5, 2] })),
  tight("over_axes, the last, complex", library("over_axes", C(3), { axes: 1, shape: [3, 4] })),
  tight("reshape", library("reshape", R(6, 2), { shape: [3, 4] })),
  tight("crop, odd from even", library("crop", R(6, 5, 2), { shape: [3, 4, 2] })),
  tight("crop at the corner, complex", library("crop", C(4, 3), { shape: [4, 2], at: "corner" })),
  tight("block-diagonal", (using) =>
    blockdiag(
      gaussian34(using),
      libraryOperator(using, "fourier", {}, C(2, 3), []),
      scale(0.5, gradient5(using)),
    ),
  ),
  bounded("rows of a projection, weighted", (using) =>
    compose(
      libraryOperator(using, "diag", {}, R(4, 6, 2), [gaussianArray(using, [4], 7)]),
      libraryOperator(using, "radon", { detectors: 6 }, R(4, 5, 2), angles([0.1, 1, 2, 2.7])(using)),
    ),
  ),
  tight("gaussian", gaussian34),
  tight("gaussian, columns", library("gaussian", R(7), { m: 5, n: 7, normalise: "columns", seed: 2 })),
  tight("min_coherence", (using) => minCoherence(using, gaussian34(using))),
  tight(
    "min_coherence of a matrix",
    library("min_coherence", R(4), {}, (using) => [gaussianArray(using, [3, 4], 5)]),
  ),
  bounded("radon", library("radon", R(9, 7), { detectors: 12 }, angles([0, 0.3, 1.1, Math.PI / 2, 2.6]))),
  bounded(
    "radon, channels, wide cells",
    library("radon", R(6, 7, 2), { detectors: 5, spacing: 1.7 }, angles([0.2, 1.9, -0.7])),
  ),
  bounded(
    "radon that sees a part",
    library("radon", R(8, 8), { detectors: 3, spacing: 0.4 }, angles([0.2, 0.4])),
  ),
  bounded(
    "fan_beam",
    library("fan_beam", R(7, 9), { detectors: 15, source: 8, detector: 4, spacing: 0.8 }, angles(TURN)),
  ),
  bounded(
    "fan_beam, channels",
    library("fan_beam", R(5, 4, 2, 2), { detectors: 6, source: 30, detector: 0 }, angles(TURN)),
  ),
  bounded("filtered_backprojection", inverseOf(R(6, 7), { detectors: 11 }, "ramp", [0, 0.4, 1.3, 2.2])),
  bounded(
    "filtered_backprojection, channels, fine cells",
    inverseOf(R(5, 4, 2), { detectors: 10, spacing: 0.25 }, "hann", [0.1, 1.1, 1.9, 3.3]),
  ),
  bounded("filtered_backprojection of fan beams", (using) =>
    using.filteredBackprojection(
      libraryOperator(
        using,
        "fan_beam",
        { detectors: 9, source: 12, detector: 6, spacing: 1.5 },
        R(5, 6),
        angles(TURN)(using),
      ),
      "hann",
    ),
  ),
  bounded("filtered_backprojection of a short scan", (using) =>
    using.filteredBackprojection(
      libraryOperator(
        using,
        "fan_beam",
        { detectors: 9, source: 12, detector: 6, spacing: 1.5 },
        R(5, 6),
        angles(Array.from({ length: 12 }, (_, view) => 0.3 + 0.4 * view))(using),
      ),
      "ramp",
    ),
  ),
  bounded("filtered_backprojection of one cell", inverseOf(R(3, 2), { detectors: 1 }, "cosine", [0.1])),
  tight("matrix", (using) => matrixOperator(using, gaussianArray(using, [5, 3], 1))),
  tight("matrix between images", (using) =>
    matrixOperator(using, gaussianArray(using, [6, 4], 2), { domain: R(2, 2), codomain: R(3, 2) }),
  ),
  tight("matrix, complex", (using) =>
    matrixOperator(using, complexArray(using, [3, 2], [1, 2, 0, -1, 0.5, 1], [0.5, 0, 1, 2, -1, 1])),
  ),
  bounded("sparse matrix", (using) =>
    sparseOperator(using, SPARSE, { text: "sparse", domain: R(2, 2), codomain: R(5) }),
  ),
  bounded("sparse matrix without entries", (using) =>
    sparseOperator(
      using,
      {
        ...SPARSE,
        rowIndices: new Float64Array(),
        columnIndices: new Float64Array(),
        values: new Float64Array(),
      },
      { text: "sparse", domain: R(4), codomain: R(5) },
    ),
  ),
  tight("min_coherence between images", (using) =>
    using.library("min_coherence", {}, R(2, 3), [gaussianArray(using, [4, 6], 5)], R(2, 2)),
  ),
  tight("adjoint", (using) => adjoint(gradient5(using))),
  tight("product with an orthonormal factor", (using) =>
    compose(
      libraryOperator(using, "mask", {}, R(8, 4), [gaussianArray(using, [8, 4], 4)]),
      adjoint(wavelet84(using)),
    ),
  ),
  bounded("product", (using) => {
    const A = gaussian34(using);
    return compose(matrixOperator(using, gaussianArray(using, [2, 3], 6)), A);
  }),
  bounded("A'P A", (using) => {
    const A = gaussian34(using);
    const P = libraryOperator(using, "mask", {}, R(3), [array(using, [3], [1, 0, 2])]);
    return compose(adjoint(A), compose(P, A));
  }),
  tight("A'A", (using) => {
    const A = gaussian34(using);
    return compose(adjoint(A), A);
  }),
  tight("multiple", (using) => scale(-2.5, gaussian34(using))),
  tight("multiple of a stack", (using) => scale(0.5, vstack(gaussian34(using)))),
  bounded("sum", (using) => sum(gaussian34(using), matrixOperator(using, gaussianArray(using, [3, 4], 8)))),
  bounded("vstack", (using) =>
    vstack(gaussian34(using), libraryOperator(using, "I", {}, R(4), []), scale(2, gaussian34(using))),
  ),
  bounded("hstack", (using) => {
    const A = gaussian34(using);
    return hstack(A, libraryOperator(using, "I", {}, R(3), []));
  }),
  bounded("vstack of hstack, complex parts", (using) => {
    const F = libraryOperator(using, "fourier", {}, C(3), []);
    const embed = adjoint(libraryOperator(using, "real", {}, C(3), []));
    return vstack(hstack(F, embed), hstack(scale(2, F), embed));
  }),
  tight("inverse of a diagonal", (using) =>
    inverse(using, libraryOperator(using, "diag", {}, R(3, 2), [array(using, [3], [2, -0.25, 1])])),
  ),
  tight("inverse of a matrix", (using) =>
    inverse(using, matrixOperator(using, gaussianArray(using, [4, 4], 3))),
  ),
  tight("inverse of a complex matrix", (using) =>
    inverse(using, matrixOperator(using, complexArray(using, [2, 2], [1, 2, 0, -1], [0.5, 0, 1, 2]))),
  ),
  tight("pseudo-inverse", (using) => pseudoInverseOf(using, gaussian34(using), 2)),
  tight("pseudo-inverse of a complex matrix", (using) =>
    using.library(
      "pinv",
      {},
      C(3),
      [complexArray(using, [3, 2], [1, 2, 0, -1, 0.5, 1], [0.5, 0, 1, 2, -1, 1]), using.number(1)],
      C(2),
    ),
  ),
  tight("inverse of an orthonormal operator", (using) => inverse(using, wavelet84(using))),
];

/** Operators with one map for each of three samples. */
export const PER_SAMPLE: readonly Case[] = [
  bounded("angles of each sample", (using) =>
    libraryOperator(using, "radon", { detectors: 7 }, R(5, 4, 2), [gaussianArray(using, [4], 3, 3)]),
  ),
  bounded("filtered back-projection of the angles of each sample", (using) => {
    const A = libraryOperator(using, "radon", { detectors: 7 }, R(5, 4), [gaussianArray(using, [4], 5, 3)]);
    return using.filteredBackprojection(A, "shepp_logan");
  }),
  bounded("filtered back-projection of fans of each sample", (using) => {
    const settings = { detectors: 7, source: 9, detector: 2 };
    const A = libraryOperator(using, "fan_beam", settings, R(5, 4, 2), [gaussianArray(using, [4], 5, 3)]);
    return using.filteredBackprojection(A, "ramp");
  }),
  tight("mask of each sample", (using) =>
    libraryOperator(using, "mask", {}, R(3, 4, 2), [gaussianArray(using, [3, 4], 1, 3)]),
  ),
  tight("matrix of each sample", (using) => matrixOperator(using, gaussianArray(using, [4, 3], 2, 3))),
  tight("kernel of each sample", (using) =>
    libraryOperator(using, "blur", {}, R(5, 4, 2), [gaussianArray(using, [3, 3], 3, 3)]),
  ),
  tight("pseudo-inverse of each sample's matrix", (using) =>
    using.library("pinv", {}, R(4), [gaussianArray(using, [4, 3], 6, 3)], R(3)),
  ),
  tight("maps of each sample", (using) =>
    libraryOperator(using, "coils", {}, C(2, 3), [
      using.map("complex(x)", { x: gaussianArray(using, [2, 3, 2], 4, 3) }),
    ]),
  ),
  bounded("kernel of each sample, neumann", (using) =>
    libraryOperator(using, "blur", { boundary: "neumann" }, R(5, 4), [gaussianArray(using, [3, 3], 3, 3)]),
  ),
];
