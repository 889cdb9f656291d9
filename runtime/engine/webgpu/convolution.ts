import type { ConvolutionOptions, Engine } from "../engine.ts";
import { refuse } from "./device.ts";
import { type Kernel, LANES } from "./kernel.ts";
import type { Store } from "./store.ts";

type Convolutions = "convolve" | "convolveInputGradient" | "convolveFilterGradient";

/** Images [b, h, w, c], filters [kh, kw, c, o], results [b, rows, columns, o]. */
const numbers = ["h", "w", "c", "kh", "kw", "o", "rows", "columns", "stride", "top", "left"];

/** An invocation for each entry of the result, which takes every tap inside of the image. */
const FORWARD: Kernel = {
  form: "entries",
  reads: ["f32", "f32"],
  writes: 1,
  numbers,
  body: `
  let out = i % o;
  let column = i / o % columns;
  let row = i / (o * columns) % rows;
  let b = i / (o * columns * rows);
  var sum = 0.0;
  for (var k = 0u; k < kh; k++) {
    let y = row * stride + k - top;
    if (y >= h) { continue; }
    for (var l = 0u; l < kw; l++) {
      let x = column * stride + l - left;
      if (x >= w) { continue; }
      let image = ((b * h + y) * w + x) * c;
      let filters = (k * kw + l) * c * o + out;
      for (var each = 0u; each < c; each++) { sum += a0[image + each] * a1[filters + each * o]; }
    }
  }
  r0[i] = sum;`,
};

/** An invocation for each entry of the images, which finds the results that took it. */
const BY_IMAGES: Kernel = {
  form: "entries",
  reads: ["f32", "f32"],
  writes: 1,
  numbers,
  body: `
  let channel = i % c;
  let x = i / c % w;
  let y = i / (c * w) % h;
  let b = i / (c * w * h);
  var sum = 0.0;
  for (var k = 0u; k < kh; k++) {
    let down = y + top - k;
    if (down % stride != 0u || down / stride >= rows) { continue; }
    for (var l = 0u; l < kw; l++) {
      let across = x + left - l;
      if (across % stride != 0u || across / stride >= columns) { continue; }
      let result = ((b * rows + down / stride) * columns + across / stride) * o;
      let filters = ((k * kw + l) * c + channel) * o;
      for (var each = 0u; each < o; each++) { sum += a0[result + each] * a1[filters + each]; }
    }
  }
  r0[i] = sum;`,
};

/** A group for each entry of the filters, whose lanes share the results. */
const BY_FILTERS: Kernel = {
  form: "groups",
  reads: ["f32", "f32"],
  writes: 1,
  numbers: [...numbers, "batch"],
  body: `
  let out = group % o;
  let channel = group / o % c;
  let l = group / (o * c) % kw;
  let k = group / (o * c * kw);
  var sum = 0.0;
  for (var at = lane; at < batch * rows * columns; at += ${LANES.groups}u) {
    let y = at / columns % rows * stride + k - top;
    let x = at % columns * stride + l - left;
    if (y >= h || x >= w) { continue; }
    sum += a0[((at / (columns * rows) * h + y) * w + x) * c + channel] * a1[at * o + out];
  }
  let all = total(lane, sum);
  if (lane == 0u) { r0[group] = all; }`,
};

/** Convolutions by their definition, a sum over the taps of each entry; coordinates before 0 wrap around, and so lie outside. */
export function convolutionOf(store: Store): Pick<Engine, Convolutions> {
  return {
    convolve(images, filters, options) {
      const result = convolvedShape(images.shape, filters.shape, options);
      const words = wordsOf(images.shape, filters.shape, result, options);
      const inputs = [images, filters];
      return store.compute({ operation: "convolve", kernel: FORWARD, inputs, words }, result);
    },
    convolveInputGradient(cotangent, filters, shape, options) {
      const words = wordsOf(shape, filters.shape, cotangent.shape, options);
      const inputs = [cotangent, filters];
      return store.compute({ operation: "convolveInputGradient", kernel: BY_IMAGES, inputs, words }, shape);
    },
    convolveFilterGradient(images, cotangent, shape, options) {
      const words = [...wordsOf(images.shape, shape, cotangent.shape, options), images.shape[0] ?? 0];
      const inputs = [images, cotangent];
      return store.compute({ operation: "convolveFilterGradient", kernel: BY_FILTERS, inputs, words }, shape);
    },
  };
}

function wordsOf(
  [, h = 0, w = 0, c = 0]: readonly number[],
  [kh = 0, kw = 0, , o = 0]: readonly number[],
  [, rows = 0, columns = 0]: readonly number[],
  { stride, padding: [[top], [left]] }: ConvolutionOptions,
): readonly number[] {
  return [h, w, c, kh, kw, o, rows, columns, stride, top, left];
}

function convolvedShape(
  images: readonly number[],
  filters: readonly number[],
  { stride, padding: [[top, bottom], [left, right]] }: ConvolutionOptions,
): readonly number[] {
  const [batch = 0, h = 0, w = 0, c = 0] = images;
  const [kh = 0, kw = 0, channels = 0, count = 0] = filters;
  if (images.length !== 4 || filters.length !== 4 || c !== channels) {
    throw refuse("convolve", [images, filters], "channels differ, or not [b, h, w, c] with [kh, kw, c, out]");
  }
  const extent = (free: number): number => Math.floor(free / stride) + 1;
  return [batch, extent(h + top + bottom - kh), extent(w + left + right - kw), count];
}
