import { C, R } from "ipc/runtime";
import type { DataSet } from "../case.ts";
import { normals, uniforms } from "../draw.ts";
import { save } from "../files.ts";

/** Sides of the images and of the volumes that operators are measured on: a million numbers each. */
export const SIDE = 1024;
export const PIXELS = SIDE * SIDE;
export const VOLUME = [64, 128, 128] as const;
/** bytes of a number */
export const FLOAT = 4;

export const IMAGE = R(SIDE, SIDE);
export const COMPLEX_IMAGE = C(SIDE, SIDE);

/** `image` and `other` [1024, 1024], a complex `field` of that size, which is also a field of vectors, and a `mask`. */
export const images: DataSet = {
  name: "images",
  write: async (folder) => {
    await save(folder, "image", [SIDE, SIDE], uniforms(PIXELS, "image"));
    await save(folder, "other", [SIDE, SIDE], uniforms(PIXELS, "other"));
    await save(folder, "field", [SIDE, SIDE, 2], normals(2 * PIXELS, "field"));
    const mask = uniforms(PIXELS, "mask").map((value) => (value < 0.5 ? 1 : 0));
    await save(folder, "mask", [SIDE, SIDE], mask);
  },
};

/** A real and a complex volume [64, 128, 128]. */
export const volumes: DataSet = {
  name: "volumes",
  write: async (folder) => {
    await save(folder, "volume", VOLUME, uniforms(PIXELS, "volume"));
    await save(folder, "complex_volume", [...VOLUME, 2], normals(2 * PIXELS, "complex volume"));
  },
};

/** Operations of a complex Fourier transform of so many numbers; of a real one half of them. */
export function fourierFlops(count: number): number {
  return 5 * count * Math.log2(count);
}
