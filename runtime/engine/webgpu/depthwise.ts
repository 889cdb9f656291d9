import type { Engine } from "../engine.ts";
import { refuse } from "./device.ts";
import { type Kernel, LANES } from "./kernel.ts";
import type { Store } from "./store.ts";

type Depthwise = "depthwise" | "depthwiseFilterGradient";
type Padding = Parameters<Engine["depthwise"]>[2];

/** Images [b, h, w, c], filters [kh, kw, c], results [b, rows, columns, c]. */
const numbers = ["h", "w", "c", "kh", "kw", "rows", "columns", "top", "left"];

const FORWARD: Kernel = {
  form: "entries",
  reads: ["f32", "f32"],
  writes: 1,
  numbers,
  body: `
  let channel = i % c;
  let column = i / c % columns;
  let row = i / (c * columns) % rows;
  let b = i / (c * columns * rows);
  var sum = 0.0;
  for (var k = 0u; k < kh; k++) {
    for (var l = 0u; l < kw; l++) {
      let y = row + k - top;
      let x = column + l - left;
      if (y < h && x < w) { sum += a0[((b * h + y) * w + x) * c + channel] * a1[(k * kw + l) * c + channel]; }
    }
  }
  r0[i] = sum;`,
};

const BY_FILTERS: Kernel = {
  form: "groups",
  reads: ["f32", "f32"],
  writes: 1,
  numbers: [...numbers, "batch"],
  body: `
  let channel = group % c;
  let l = group / c % kw;
  let k = group / (c * kw);
  var sum = 0.0;
  for (var at = lane; at < batch * rows * columns; at += ${LANES.groups}u) {
    let y = at / columns % rows + k - top;
    let x = at % columns + l - left;
    if (y < h && x < w) { sum += a0[((at / (columns * rows) * h + y) * w + x) * c + channel] * a1[at * c + channel]; }
  }
  let all = total(lane, sum);
  if (lane == 0u) { r0[group] = all; }`,
};

/** Convolutions of each channel with its own filter, by their definition. */
export function depthwiseOf(store: Store): Pick<Engine, Depthwise> {
  return {
    depthwise(images, filters, padding) {
      const result = shapeOf(images.shape, filters.shape, padding);
      const words = wordsOf(images.shape, filters.shape, result, padding);
      return store.compute(
        { operation: "depthwise", kernel: FORWARD, inputs: [images, filters], words },
        result,
      );
    },
    depthwiseFilterGradient(images, cotangent, shape, padding) {
      const words = [...wordsOf(images.shape, shape, cotangent.shape, padding), images.shape[0] ?? 0];
      const inputs = [images, cotangent];
      return store.compute(
        { operation: "depthwiseFilterGradient", kernel: BY_FILTERS, inputs, words },
        shape,
      );
    },
  };
}

function wordsOf(
  [, h = 0, w = 0, c = 0]: readonly number[],
  [kh = 0, kw = 0]: readonly number[],
  [, rows = 0, columns = 0]: readonly number[],
  [[top], [left]]: Padding,
): readonly number[] {
  return [h, w, c, kh, kw, rows, columns, top, left];
}

function shapeOf(
  images: readonly number[],
  filters: readonly number[],
  [[top, bottom], [left, right]]: Padding,
): readonly number[] {
  const [batch = 0, h = 0, w = 0, c = 0] = images;
  const [kh = 0, kw = 0, channels = 0] = filters;
  if (images.length !== 4 || filters.length !== 3 || c !== channels) {
    throw refuse("depthwise", [images, filters], "not [b, h, w, c] with [kh, kw, c]");
  }
  return [batch, h + top + bottom - kh + 1, w + left + right - kw + 1, c];
}
