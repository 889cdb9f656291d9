import { type ArrayValue, type HostArray, libraryOperator, R } from "ipc/runtime";
import { diskKernel, gaussianKernel, motionKernel } from "../../../runtime/operators/blur/kernels.ts";
import type { DataSet } from "../case.ts";
import { normals } from "../draw.ts";
import { save } from "../files.ts";
import type { Applicable, OperatorCase } from "./case.ts";
import { FLOAT, fourierFlops, IMAGE, images, PIXELS, SIDE, VOLUME, volumes } from "./data.ts";

const PATCH = 8;
const FILTERS = 8;
const FILTER = 5;

/** Kernels for `blur`, and an image and filters for `convolution`. */
const kernels: DataSet = {
  name: "kernels",
  write: async (folder) => {
    await images.write(folder);
    for (const { name, kernel } of [GAUSSIAN, MOTION, SMALL_DISK, LARGE_DISK]) {
      await save(folder, name, kernel.shape, Float64Array.from(kernel.data));
    }
    const count = FILTER ** 2 * FILTERS;
    await save(folder, "filters", [FILTER, FILTER, 1, FILTERS], normals(count, "filters"));
    await save(folder, "part", [SIDE / 2, SIDE / 2], normals(PIXELS / 4, "part"));
  },
};

const GAUSSIAN = { name: "gaussian_kernel", kernel: gaussianKernel(9, 2) } as const;
const MOTION = { name: "motion_kernel", kernel: motionKernel(15, 15, 0.5) } as const;
const SMALL_DISK = { name: "small_disk", kernel: diskKernel(9, 4) } as const;
const LARGE_DISK = { name: "large_disk", kernel: diskKernel(31, 15) } as const;

/** A blur; its floor is what is least: entry by entry, by rows and columns, or two real Fourier transforms. */
function blur(
  name: string,
  text: string,
  boundary: string,
  of: { readonly name: string; readonly kernel: HostArray },
  isSeparable = false,
): OperatorCase {
  const [height = 0, width = 0] = of.kernel.shape;
  const entries = isSeparable ? height + width : of.kernel.data.filter((value) => value !== 0).length;
  return {
    name,
    title: `${text} of ${height} x ${width}, ${boundary} boundary, ${SIDE} x ${SIDE}`,
    data: kernels,
    arrays: ["image"],
    work: { flops: 2 * Math.min(2 * entries * PIXELS, fourierFlops(PIXELS)), bytes: 4 * FLOAT * PIXELS },
    build: async (operations, put) =>
      libraryOperator(operations, "blur", { boundary }, IMAGE, [await put(of.name)]),
  };
}

/** Operators that look at neighbours, and those that change the size of an image. */
export const stencils: readonly OperatorCase[] = [
  {
    name: "gradient",
    title: `finite differences, ${SIDE} x ${SIDE}`,
    data: images,
    arrays: ["image"],
    work: { flops: 0, bytes: 6 * FLOAT * PIXELS },
    build: (operations) => libraryOperator(operations, "gradient", {}, IMAGE, []),
  },
  {
    name: "gradient-3d",
    title: `finite differences, ${VOLUME.join(" x ")}`,
    data: volumes,
    arrays: ["volume"],
    work: { flops: 0, bytes: 8 * FLOAT * PIXELS },
    build: (operations) => libraryOperator(operations, "gradient", { axes: 3 }, R(...VOLUME), []),
  },
  {
    name: "symmetrised",
    title: `symmetrised gradient of a field, ${SIDE} x ${SIDE} x 2`,
    data: images,
    arrays: ["field"],
    work: { flops: 0, bytes: 10 * FLOAT * PIXELS },
    build: (operations) => libraryOperator(operations, "symmetrised_gradient", {}, R(SIDE, SIDE, 2), []),
  },
  blur("blur-zero", "blur by a Gaussian kernel", "zero", GAUSSIAN, true),
  blur("blur-reflect", "blur by a disk", "reflect", SMALL_DISK),
  blur("blur-motion", "motion blur by a kernel", "neumann", MOTION),
  blur("blur-circular", "blur by a disk", "periodic", LARGE_DISK),
  {
    name: "convolution",
    title: `${FILTERS} filters of ${FILTER} x ${FILTER}, periodic, ${SIDE / 2} x ${SIDE / 2}`,
    data: kernels,
    arrays: ["part"],
    work: {
      flops: 2 * 2 * FILTER ** 2 * FILTERS * (PIXELS / 4),
      bytes: (2 + 2 * FILTERS) * FLOAT * (PIXELS / 4),
    },
    build: async (_, put) => filtering(await put("filters")),
  },
  {
    name: "downsample",
    title: `downsampling by 2 with antialiasing (cubic, 8 taps on each axis), ${SIDE} x ${SIDE}`,
    data: images,
    arrays: ["image"],
    work: { flops: 2 * 2 * 8 * (PIXELS / 2 + PIXELS / 4), bytes: 2.5 * FLOAT * PIXELS },
    build: (operations) =>
      libraryOperator(operations, "downsample", { q: 2, antialias: "bicubic" }, IMAGE, []),
  },
  {
    name: "every-second",
    title: `every second pixel of ${SIDE} x ${SIDE}`,
    data: images,
    arrays: ["image"],
    // memory is read by lines: rows whole
    work: { flops: 0, bytes: 2 * FLOAT * PIXELS },
    build: (operations) => libraryOperator(operations, "downsample", { q: 2 }, IMAGE, []),
  },
  {
    name: "bicubic",
    title: `cubic interpolation (4 taps on each axis) to ${SIDE} x ${SIDE}`,
    data: kernels,
    arrays: ["part"],
    work: { flops: 2 * 2 * 4 * (PIXELS / 2 + PIXELS), bytes: 2.5 * FLOAT * PIXELS },
    build: (operations) => libraryOperator(operations, "bicubic", { q: 2 }, R(SIDE / 2, SIDE / 2), []),
  },
  {
    name: "patches",
    title: `patches of ${PATCH} x ${PATCH} at every fourth pixel, ${SIDE} x ${SIDE}`,
    data: images,
    arrays: ["image"],
    work: { flops: 0, bytes: (2 + 2 * (PATCH / 4) ** 2) * FLOAT * PIXELS },
    build: (operations) => libraryOperator(operations, "patches", { size: PATCH, stride: 4 }, IMAGE, []),
  },
];

/** `convolution(n; kernel, boundary = periodic)`, which has no operator at run time: the compiler writes these calls. */
function filtering(filters: ArrayValue): Applicable {
  const half = (FILTER - 1) / 2;
  const side = SIDE / 2;
  const around = { boundary: "periodic", before: half, after: half } as const;
  const none = { ...around, boundary: "zero" } as const;
  const extended = R(side + 2 * half, side + 2 * half, 1);
  return {
    handles: [],
    apply: (using, x) => {
      const wide = using.reshape(using.extendImage(x, around), extended);
      return using.foldImage(using.convolve(wide, filters, 1), none);
    },
    adjoint: (using, y) => {
      const wide = using.convolveInputGradient(using.extendImage(y, none), filters, extended, 1);
      const image = using.reshape(wide, R(side + 2 * half, side + 2 * half));
      return using.foldImage(image, around);
    },
  };
}
