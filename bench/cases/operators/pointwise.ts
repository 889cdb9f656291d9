import { compose, hstack, libraryOperator, R, vstack } from "ipc/runtime";
import { blockdiag } from "../../../runtime/operators/algebra/algebra.ts";
import { COMPLEX_IMAGE, FLOAT, IMAGE, images, PIXELS, SIDE } from "./data.ts";
import type { OperatorCase } from "./case.ts";

const COPIES = 8;
const CHANNELS = 32;
const PART = 768;

/** Operators that move numbers and multiply each by one at most, and what joins operators: memory bounds them. */
export const pointwise: readonly OperatorCase[] = [
  {
    name: "mask",
    title: `mask of ${SIDE} x ${SIDE} pixels`,
    data: images,
    arrays: ["image"],
    work: { flops: 0, bytes: 6 * FLOAT * PIXELS },
    build: async (operations, put) => libraryOperator(operations, "mask", {}, IMAGE, [await put("mask")]),
  },
  {
    name: "diag",
    title: `complex diagonal, ${SIDE} x ${SIDE}`,
    data: images,
    arrays: ["field"],
    field: "complex",
    work: { flops: 0, bytes: 6 * 2 * FLOAT * PIXELS },
    build: async (operations, put) =>
      libraryOperator(operations, "diag", {}, COMPLEX_IMAGE, [await put("field", "complex")]),
  },
  {
    name: "parts",
    title: `stack of real and imaginary part, ${SIDE} x ${SIDE}`,
    data: images,
    arrays: ["field"],
    field: "complex",
    work: { flops: 0, bytes: 4 * 2 * FLOAT * PIXELS },
    build: (operations) =>
      vstack(
        libraryOperator(operations, "real", {}, COMPLEX_IMAGE, []),
        libraryOperator(operations, "imag", {}, COMPLEX_IMAGE, []),
      ),
  },
  {
    name: "crop",
    title: `middle ${PART} x ${PART} of ${SIDE} x ${SIDE} pixels`,
    data: images,
    arrays: ["image"],
    work: { flops: 0, bytes: FLOAT * (3 * PART ** 2 + PIXELS) },
    build: (operations) => libraryOperator(operations, "crop", {}, IMAGE, [], R(PART, PART)),
  },
  {
    name: "over-channels",
    title: `repetition over ${COPIES} channels, ${SIDE} x ${SIDE}`,
    data: images,
    arrays: ["image"],
    work: { flops: 0, bytes: (2 + 2 * COPIES) * FLOAT * PIXELS },
    build: (operations) => {
      const channels = R(SIDE, SIDE, COPIES);
      return libraryOperator(operations, "over_channels", {}, IMAGE, [], channels);
    },
  },
  {
    name: "over-pixels",
    title: `repetition of ${CHANNELS} channels over ${SIDE / 2} x ${SIDE / 2} pixels`,
    data: images,
    arrays: ["image"],
    work: { flops: 0, bytes: (2 * CHANNELS * FLOAT * PIXELS) / 4 },
    build: (operations) => {
      // the first numbers of the image, one for each channel
      const first = libraryOperator(operations, "crop", { at: "corner" }, IMAGE, [], R(1, CHANNELS));
      const flat = libraryOperator(operations, "reshape", {}, R(1, CHANNELS), [], R(CHANNELS));
      const pixels = R(SIDE / 2, SIDE / 2, CHANNELS);
      const repeated = libraryOperator(operations, "over_pixels", {}, R(CHANNELS), [], pixels);
      return compose(repeated, compose(flat, first));
    },
  },
  {
    name: "over-axes",
    title: `repetition along a first axis of ${COPIES}, ${SIDE} x ${SIDE}`,
    data: images,
    arrays: ["image"],
    work: { flops: 0, bytes: (2 + 2 * COPIES) * FLOAT * PIXELS },
    build: (operations) =>
      libraryOperator(operations, "over_axes", { axes: 0 }, IMAGE, [], R(COPIES, SIDE, SIDE)),
  },
  {
    name: "vstack",
    title: `stack of the identity and finite differences, ${SIDE} x ${SIDE}`,
    data: images,
    arrays: ["image"],
    work: { flops: 0, bytes: 7 * FLOAT * PIXELS },
    build: (operations) =>
      vstack(
        libraryOperator(operations, "I", {}, IMAGE, []),
        libraryOperator(operations, "gradient", {}, IMAGE, []),
      ),
  },
  {
    name: "hstack",
    title: `sum of a masked image and one that is none, ${SIDE} x ${SIDE}`,
    data: images,
    arrays: ["image", "other"],
    work: { flops: 0, bytes: 7 * FLOAT * PIXELS },
    build: async (operations, put) =>
      hstack(
        libraryOperator(operations, "mask", {}, IMAGE, [await put("mask")]),
        libraryOperator(operations, "I", {}, IMAGE, []),
      ),
  },
  {
    name: "blockdiag",
    title: `blocks of a mask and of finite differences, ${SIDE} x ${SIDE} each`,
    data: images,
    arrays: ["image", "other"],
    work: { flops: 0, bytes: 12 * FLOAT * PIXELS },
    build: async (operations, put) =>
      blockdiag(
        libraryOperator(operations, "mask", {}, IMAGE, [await put("mask")]),
        libraryOperator(operations, "gradient", {}, IMAGE, []),
      ),
  },
];
