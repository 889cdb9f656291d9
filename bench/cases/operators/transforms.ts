import { C, compose, libraryOperator, R } from "ipc/runtime";
import { radialMask } from "../../../runtime/data/samplingMasks.ts";
import { stream } from "../../../runtime/random/stream.ts";
import type { DataSet } from "../case.ts";
import { normals, uniforms } from "../draw.ts";
import { save } from "../files.ts";
import type { OperatorCase } from "./case.ts";
import { COMPLEX_IMAGE, FLOAT, fourierFlops, IMAGE, images, PIXELS, SIDE, VOLUME, volumes } from "./data.ts";

const COILS = 8;
const COIL_SIDE = 256;
const COIL_PIXELS = COIL_SIDE ** 2;
const SPOKES = 96;
/** filter taps of db4 and sym4 */
const TAPS = 8;

const mri: DataSet = {
  name: "mri",
  write: async (folder) => {
    const [side, count] = [COIL_SIDE, 2 * COIL_PIXELS];
    await save(folder, "coil_image", [side, side, 2], normals(count, "coil image"));
    await save(folder, "coil_maps", [side, side, COILS, 2], normals(COILS * count, "maps"));
    await save(
      folder,
      "lines",
      [side, side],
      uniforms(COIL_PIXELS, "lines").map((value) => (value < 0.25 ? 1 : 0)),
    );
    const radial = radialMask(SIDE, SIDE, SPOKES, "corner")(stream(1, "spokes"));
    await save(folder, "spokes", [SIDE, SIDE], Float64Array.from(radial.data));
    await save(folder, "field", [SIDE, SIDE, 2], normals(2 * PIXELS, "field"));
  },
};

/** Wavelets and Fourier transforms, and what MRI makes of them. */
export const transforms: readonly OperatorCase[] = [
  {
    name: "wavelet",
    title: `wavelets db4, 4 levels, ${SIDE} x ${SIDE}`,
    data: images,
    arrays: ["image"],
    work: { flops: 2 * (4 / 3) * 2 * 2 * TAPS * PIXELS, bytes: 4 * FLOAT * PIXELS },
    build: (operations) => libraryOperator(operations, "wavelet", { name: "db4", levels: 4 }, IMAGE, []),
  },
  {
    name: "wavelet-3d",
    title: `wavelets sym4, 3 levels, ${VOLUME.join(" x ")}`,
    data: volumes,
    arrays: ["volume"],
    work: { flops: 2 * (8 / 7) * 3 * 2 * TAPS * PIXELS, bytes: 4 * FLOAT * PIXELS },
    build: (operations) =>
      libraryOperator(operations, "wavelet", { name: "sym4", levels: 3, axes: 3 }, R(...VOLUME), []),
  },
  {
    name: "fourier",
    title: `orthonormal Fourier transform of complex ${SIDE} x ${SIDE}`,
    data: images,
    arrays: ["field"],
    field: "complex",
    work: { flops: 2 * fourierFlops(PIXELS), bytes: 8 * FLOAT * PIXELS },
    floor: "fftw",
    build: (operations) => libraryOperator(operations, "fourier", {}, COMPLEX_IMAGE, []),
  },
  {
    name: "fourier-3d",
    title: `orthonormal Fourier transform of complex ${VOLUME.join(" x ")}`,
    data: volumes,
    arrays: ["complex_volume"],
    field: "complex",
    work: { flops: 2 * fourierFlops(PIXELS), bytes: 8 * FLOAT * PIXELS },
    floor: "fftw",
    build: (operations) => libraryOperator(operations, "fourier", { axes: [0, 1, 2] }, C(...VOLUME), []),
  },
  {
    name: "fourier-radial",
    title: `Fourier transform at ${SPOKES} spokes of complex ${SIDE} x ${SIDE}`,
    data: mri,
    arrays: ["field"],
    field: "complex",
    work: { flops: 2 * fourierFlops(PIXELS), bytes: 8 * FLOAT * PIXELS },
    build: async (operations, put) =>
      compose(
        libraryOperator(operations, "mask", {}, COMPLEX_IMAGE, [await put("spokes")]),
        libraryOperator(operations, "fourier", {}, COMPLEX_IMAGE, []),
      ),
  },
  {
    name: "fourier-multiplier",
    title: `product with ${SIDE} x ${SIDE} real numbers in Fourier space`,
    data: images,
    arrays: ["image"],
    // two real transforms each
    work: { flops: 2 * fourierFlops(PIXELS), bytes: 6 * FLOAT * PIXELS },
    build: async (operations, put) =>
      libraryOperator(operations, "fourier_multiplier", {}, IMAGE, [await put("other")]),
  },
  {
    name: "coils",
    title: `${COILS} coil sensitivities, ${COIL_SIDE} x ${COIL_SIDE}`,
    data: mri,
    arrays: ["coil_image"],
    field: "complex",
    work: { flops: 0, bytes: (2 + 4 * COILS) * 2 * FLOAT * COIL_PIXELS },
    build: async (operations, put) => {
      const maps = await put("coil_maps", "complex");
      return libraryOperator(operations, "coils", {}, C(COIL_SIDE, COIL_SIDE), [maps]);
    },
  },
  {
    name: "fourier-coils",
    title: `a quarter of the Fourier transforms of ${COILS} coils, ${COIL_SIDE} x ${COIL_SIDE}`,
    data: mri,
    arrays: ["coil_image"],
    field: "complex",
    work: {
      flops: 2 * COILS * fourierFlops(COIL_PIXELS),
      bytes: (2 + 4 * COILS) * 2 * FLOAT * COIL_PIXELS,
    },
    build: async (operations, put) => {
      const [image, coiled] = [C(COIL_SIDE, COIL_SIDE), C(COIL_SIDE, COIL_SIDE, COILS)];
      const maps = await put("coil_maps", "complex");
      const lines = libraryOperator(operations, "mask", {}, coiled, [await put("lines")]);
      const transform = libraryOperator(operations, "fourier", { axes: [0, 1] }, coiled, []);
      return compose(lines, compose(transform, libraryOperator(operations, "coils", {}, image, [maps])));
    },
  },
];
