import { arrayOf, flatIndex, indexAt, type ReferenceArray } from "./array.ts";

/** Calls back with the flat indices of all terms of a convolution of each channel with its own filter, zeros around. */
function forEachTerm(
  image: readonly number[],
  filter: readonly number[],
  visit: (image: number, filter: number, output: number) => void,
): void {
  const [height = 0, width = 0, channels = 0] = image;
  const [rows = 0, columns = 0] = filter;
  for (let o = 0; o < height * width * channels; o += 1) {
    const [i = 0, j = 0, c = 0] = indexAt(image, o);
    for (let tap = 0; tap < rows * columns; tap += 1) {
      const [p, q] = [Math.floor(tap / columns), tap % columns];
      const y = i + p - Math.floor((rows - 1) / 2);
      const x = j + q - Math.floor((columns - 1) / 2);
      if (y < 0 || y >= height || x < 0 || x >= width) continue;
      visit(flatIndex(image, [y, x, c]), flatIndex(filter, [p, q, c]), o);
    }
  }
}

/** Each channel of an image R[h, w, c] correlated with its filter of R[kh, kw, c]. */
export function depthwise(image: ReferenceArray, filters: ReferenceArray): ReferenceArray {
  const result = arrayOf(image.shape, "real", () => ({ re: 0, im: 0 }));
  forEachTerm(image.shape, filters.shape, (i, f, o) => {
    result.re[o] = (result.re[o] ?? 0) + (image.re[i] ?? 0) * (filters.re[f] ?? 0);
  });
  return result;
}

/** The adjoint of `depthwise` in the image. */
export function depthwiseInput(cotangent: ReferenceArray, filters: ReferenceArray): ReferenceArray {
  const result = arrayOf(cotangent.shape, "real", () => ({ re: 0, im: 0 }));
  forEachTerm(cotangent.shape, filters.shape, (i, f, o) => {
    result.re[i] = (result.re[i] ?? 0) + (cotangent.re[o] ?? 0) * (filters.re[f] ?? 0);
  });
  return result;
}

/** The adjoint of `depthwise` in the filters. */
export function depthwiseFilter(
  image: ReferenceArray,
  cotangent: ReferenceArray,
  filters: readonly number[],
): ReferenceArray {
  const result = arrayOf(filters, "real", () => ({ re: 0, im: 0 }));
  forEachTerm(image.shape, filters, (i, f, o) => {
    result.re[f] = (result.re[f] ?? 0) + (image.re[i] ?? 0) * (cotangent.re[o] ?? 0);
  });
  return result;
}

/** R[h, w, q^2 c] to R[q h, q w, c]: channel (k q + i) q + j is pixel (i, j) of channel k. */
export function shuffle(image: ReferenceArray, q: number): ReferenceArray {
  const [height = 0, width = 0, channels = 0] = image.shape;
  const shape = [height * q, width * q, channels / (q * q)];
  return arrayOf(shape, "real", (o) => {
    const [y = 0, x = 0, k = 0] = indexAt(shape, o);
    const channel = (k * q + (y % q)) * q + (x % q);
    return {
      re: image.re[flatIndex(image.shape, [Math.floor(y / q), Math.floor(x / q), channel])] ?? NaN,
      im: 0,
    };
  });
}

/** The inverse of `shuffle`. */
export function unshuffle(image: ReferenceArray, q: number): ReferenceArray {
  const [height = 0, width = 0, channels = 0] = image.shape;
  const shape = [height / q, width / q, channels * q * q];
  return arrayOf(shape, "real", (o) => {
    const [y = 0, x = 0, channel = 0] = indexAt(shape, o);
    const [i, j] = [Math.floor(channel / q) % q, channel % q];
    const k = Math.floor(channel / (q * q));
    return { re: image.re[flatIndex(image.shape, [y * q + i, x * q + j, k])] ?? NaN, im: 0 };
  });
}
