import { arrayOf, flatIndex, indexAt, type ReferenceArray } from "./array.ts";

/** Where the filter lies for one output pixel: zeros around, so that ceil(size/stride) pixels remain. */
function before(size: number, kernel: number, stride: number): number {
  const outputs = Math.ceil(size / stride);
  return Math.floor(Math.max((outputs - 1) * stride + kernel - size, 0) / 2);
}

type Visit = (image: number, filter: number, output: number) => void;

/** Calls back with the flat indices of all terms of a convolution. */
function forEachTerm(
  image: readonly number[],
  filter: readonly number[],
  stride: number,
  visit: Visit,
): void {
  const [height = 0, width = 0, channels = 0] = image;
  const [rows = 0, columns = 0, , outputs = 0] = filter;
  const out = [Math.ceil(height / stride), Math.ceil(width / stride), outputs];
  const [top, left] = [before(height, rows, stride), before(width, columns, stride)];
  const output = arrayOf(out, "real", () => ({ re: 0, im: 0 }));
  for (let o = 0; o < output.re.length; o += 1) {
    const [i = 0, j = 0, k = 0] = indexAt(out, o);
    for (let p = 0; p < rows; p += 1) {
      for (let q = 0; q < columns; q += 1) {
        const [y, x] = [i * stride + p - top, j * stride + q - left];
        if (y < 0 || y >= height || x < 0 || x >= width) continue;
        for (let c = 0; c < channels; c += 1) {
          visit(flatIndex(image, [y, x, c]), flatIndex(filter, [p, q, c, k]), o);
        }
      }
    }
  }
}

function accumulated(
  shape: readonly number[],
  image: readonly number[],
  filter: readonly number[],
  stride: number,
  term: (sum: Float64Array, image: number, filter: number, output: number) => void,
): ReferenceArray {
  const result = arrayOf(shape, "real", () => ({ re: 0, im: 0 }));
  forEachTerm(image, filter, stride, (i, f, o) => {
    term(result.re, i, f, o);
  });
  return result;
}

function at(array: ReferenceArray, index: number): number {
  return array.re[index] ?? Number.NaN;
}

/** Convolution (correlation) of an image R[h, w, c] with filters R[a, b, c, n]. */
export function convolve(image: ReferenceArray, filters: ReferenceArray, stride: number): ReferenceArray {
  const [height = 0, width = 0] = image.shape;
  const shape = [Math.ceil(height / stride), Math.ceil(width / stride), filters.shape[3] ?? 0];
  return accumulated(shape, image.shape, filters.shape, stride, (sum, i, f, o) => {
    sum[o] = (sum[o] ?? 0) + at(image, i) * at(filters, f);
  });
}

/** The adjoint of `convolve` in the image. */
export function convolveInput(
  cotangent: ReferenceArray,
  filters: ReferenceArray,
  image: readonly number[],
  stride: number,
): ReferenceArray {
  return accumulated(image, image, filters.shape, stride, (sum, i, f, o) => {
    sum[i] = (sum[i] ?? 0) + at(cotangent, o) * at(filters, f);
  });
}

/** The adjoint of `convolve` in the filters. */
export function convolveFilter(
  image: ReferenceArray,
  cotangent: ReferenceArray,
  filters: readonly number[],
  stride: number,
): ReferenceArray {
  return accumulated(filters, image.shape, filters, stride, (sum, i, f, o) => {
    sum[f] = (sum[f] ?? 0) + at(cotangent, o) * at(image, i);
  });
}

/** For each window of q by q pixels and each channel the flat index of its first largest entry. */
function winners(image: ReferenceArray, q: number): readonly number[] {
  const [height = 0, width = 0, channels = 0] = image.shape;
  const out = [Math.floor(height / q), Math.floor(width / q), channels];
  return Array.from({ length: out.reduce((product, extent) => product * extent, 1) }, (_, o) => {
    const [i = 0, j = 0, c = 0] = indexAt(out, o);
    let best = flatIndex(image.shape, [i * q, j * q, c]);
    for (let p = 0; p < q * q; p += 1) {
      const candidate = flatIndex(image.shape, [i * q + Math.floor(p / q), j * q + (p % q), c]);
      if (at(image, candidate) > at(image, best)) best = candidate;
    }
    return best;
  });
}

/** The largest entry of each window. */
export function maxPool(image: ReferenceArray, q: number): ReferenceArray {
  const [height = 0, width = 0, channels = 0] = image.shape;
  const best = winners(image, q);
  return arrayOf([Math.floor(height / q), Math.floor(width / q), channels], "real", (o) => ({
    re: at(image, best[o] ?? 0),
    im: 0,
  }));
}

/** The adjoint of `maxPool` at an image: each cotangent at the first largest entry of its window. */
export function maxPoolGradient(image: ReferenceArray, cotangent: ReferenceArray, q: number): ReferenceArray {
  const result = arrayOf(image.shape, "real", () => ({ re: 0, im: 0 }));
  winners(image, q).forEach((index, o) => {
    result.re[index] = (result.re[index] ?? 0) + at(cotangent, o);
  });
  return result;
}
