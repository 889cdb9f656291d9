import { realArray, type HostArray } from "../io/hostArray.ts";
import { cholesky } from "../operators/dense/cholesky.ts";
import { provedMatrixNorm } from "../operators/dense/norm.ts";

/**
 * A proved upper bound of the norm of a layer's linear map on images of any size: of a matrix [in, out] its 2-norm, of
 * filters [kh, kw, c, out] that of the convolution with zero padding, at any stride, of filters [kh, kw, c] that of
 * the convolution of each channel with its own.
 *
 * A convolution with zero padding is a part of the convolution on the whole plane, so its norm is at most the largest
 * norm of the symbol K(a, b) = sum over taps K_pq e^(i(pa + qb)), a matrix [c, out]. Per axis u'Kv is a trigonometric
 * polynomial with frequencies 0..k-1, that is of degree n = (k-1)/2 around its centre, and those are bounded by their
 * values at N >= 2n + 1 equispaced points times 1/cos(pi n/N) (Ehlich and Zeller, Math. Z. 86, 1964). At each point a
 * bound s of the symbol's norm is verified by a Cholesky factorisation of s^2 I - K*K, up to rounding in double
 * precision. The sum over taps of their norms is a bound too; the smaller one is taken.
 * @throws RangeError for arrays of other ranks
 */
export function layerNormBound(weights: HostArray): number {
  const { shape, data } = weights;
  if (shape.length === 2) return matrixNorm(shape[0] ?? 0, shape[1] ?? 0, Float64Array.from(data));
  if (shape.length === 4) return Math.min(tapSumBound(weights), symbolBound(weights));
  if (shape.length === 3) return Math.max(0, ...channelFilters(weights).map(layerNormBound));
  throw new RangeError(`A layer's weights have 2 to 4 axes, not ${shape.length}.`);
}

/** The filter of each channel alone, [kh, kw, 1, 1]. */
function channelFilters({ shape, data }: HostArray): readonly HostArray[] {
  const [height = 1, width = 1, channels = 1] = shape;
  return Array.from({ length: channels }, (_, channel) =>
    realArray(
      [height, width, 1, 1],
      Float64Array.from({ length: height * width }, (__, tap) => data[tap * channels + channel] ?? 0),
    ),
  );
}

/** The weights, scaled down where their norm bound exceeds `bound`; themselves otherwise. */
export function withinNorm(weights: HostArray, bound: number): HostArray {
  const norm = layerNormBound(weights);
  if (norm <= bound) return weights;
  const factor = (bound / norm) * (1 - 2 ** -20);
  return realArray(
    weights.shape,
    weights.data.map((value) => value * factor),
  );
}

function matrixNorm(rows: number, columns: number, data: Float64Array): number {
  return provedMatrixNorm({ rows, columns, data });
}

/** The sum of the norms of the taps: each is a shift, of norm at most 1, times a matrix. */
function tapSumBound({ shape, data }: HostArray): number {
  const [height = 1, width = 1, channels = 1, out = 1] = shape;
  let sum = 0;
  for (let tap = 0; tap < height * width; tap++) {
    const size = channels * out;
    sum += matrixNorm(channels, out, Float64Array.from(data.subarray(tap * size, (tap + 1) * size)));
  }
  return sum;
}

/** Points per axis of the grid on which the symbol is looked at, for an odd kernel of 3: cos^2(pi/16) = 0.96. */
const GRID = 16;

function symbolBound(weights: HostArray): number {
  const [height = 1, width = 1] = weights.shape;
  const [rows, columns] = [gridFor(height), gridFor(width)];
  const symbols: Symbol[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (isMirrored(row, column, rows, columns)) continue;
      symbols.push(symbolAt(weights, (2 * Math.PI * row) / rows, (2 * Math.PI * column) / columns));
    }
  }
  const room = ehlichZeller(height, rows) * ehlichZeller(width, columns);
  return verifiedNorm(symbols.map(gramOf)) * room;
}

function gridFor(taps: number): number {
  return taps === 1 ? 1 : Math.max(GRID, 4 * taps);
}

/** For real filters the symbol at the opposite frequency is the conjugate. */
function isMirrored(row: number, column: number, rows: number, columns: number): boolean {
  const [oppositeRow, oppositeColumn] = [(rows - row) % rows, (columns - column) % columns];
  return row > oppositeRow || (row === oppositeRow && column > oppositeColumn);
}

function ehlichZeller(taps: number, points: number): number {
  return 1 / Math.cos((Math.PI * (taps - 1)) / 2 / points);
}

/** A complex matrix [rows, columns]. */
interface Symbol {
  readonly rows: number;
  readonly columns: number;
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

function symbolAt({ shape, data }: HostArray, a: number, b: number): Symbol {
  const [height = 1, width = 1, rows = 1, columns = 1] = shape;
  const size = rows * columns;
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  for (let tap = 0; tap < height * width; tap++) {
    const angle = Math.floor(tap / width) * a + (tap % width) * b;
    const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
    for (let entry = 0; entry < size; entry++) {
      const value = data[tap * size + entry] ?? 0;
      real[entry] = (real[entry] ?? 0) + cosine * value;
      imaginary[entry] = (imaginary[entry] ?? 0) + sine * value;
    }
  }
  return { rows, columns, real, imaginary };
}

/**
 * The Gram matrix of a complex matrix on its shorter side, as the real symmetric [[Re, -Im], [Im, Re]] of twice the
 * order, which has the same eigenvalues.
 */
function gramOf({ rows, columns, real, imaginary }: Symbol): { order: number; data: Float64Array } {
  const order = Math.min(rows, columns);
  const along = Math.max(rows, columns);
  const at = (i: number, k: number): number => (rows <= columns ? i * columns + k : k * columns + i);
  const data = new Float64Array(4 * order * order);
  for (let i = 0; i < order; i++) {
    for (let j = 0; j < order; j++) {
      let [re, im] = [0, 0];
      for (let k = 0; k < along; k++) {
        const [p, q] = [at(i, k), at(j, k)];
        const [a, b] = [real[p] ?? 0, imaginary[p] ?? 0];
        const [c, d] = [real[q] ?? 0, imaginary[q] ?? 0];
        re += a * c + b * d;
        im += b * c - a * d;
      }
      data[i * 2 * order + j] = re;
      data[(i + order) * 2 * order + j + order] = re;
      data[(i + order) * 2 * order + j] = im;
      data[i * 2 * order + j + order] = -im;
    }
  }
  return { order: 2 * order, data };
}

/** The square root of a bound of the largest eigenvalue of some matrices, verified for each. */
function verifiedNorm(grams: readonly { readonly order: number; readonly data: Float64Array }[]): number {
  const estimates = grams.map(({ order, data }) => largestEigenvalue(order, data));
  let bound = Math.max(...estimates) * (1 + 1e-3);
  if (bound === 0) return 0;
  const open = grams.map((gram, index) => ({ gram, estimate: estimates[index] ?? 0 }));
  open.sort((left, right) => right.estimate - left.estimate);
  for (const { gram } of open) {
    while (!dominates(bound, gram.order, gram.data)) bound *= 1 + 5e-3;
  }
  return Math.sqrt(bound) * (1 + 1e-12);
}

const POWER_STEPS = 20;

/** A lower estimate by the power iteration. */
function largestEigenvalue(order: number, data: Float64Array): number {
  let vector = Float64Array.from({ length: order }, (_, index) => 1 + 0.1 * Math.sin(index + 1));
  let value = 0;
  for (let step = 0; step < POWER_STEPS; step++) {
    const image = new Float64Array(order);
    for (let row = 0; row < order; row++) {
      let sum = 0;
      for (let column = 0; column < order; column++) {
        sum += (data[row * order + column] ?? 0) * (vector[column] ?? 0);
      }
      image[row] = sum;
    }
    value = Math.hypot(...image) / Math.hypot(...vector);
    if (value === 0) return 0;
    vector = image.map((entry) => entry / value);
  }
  return value;
}

/** Whether bound I - M is positive definite, M symmetric. */
function dominates(bound: number, order: number, data: Float64Array): boolean {
  const shifted = data.map((value) => -value);
  for (let row = 0; row < order; row++) {
    shifted[row * order + row] = (shifted[row * order + row] ?? 0) + bound;
  }
  return cholesky({ rows: order, columns: order, data: shifted }) !== null;
}
