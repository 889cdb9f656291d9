import { modulus } from "../data/complexParts.ts";
import { DataError } from "../io/dataError.ts";
import { asFloat64, type HostArray, requireAlike, shapeText } from "../io/hostArray.ts";

/**
 * The local windows of SSIM. `gaussian`: 11 x 11, sigma 1.5, population covariance, as in the paper and in
 * scikit-image with gaussian_weights=True, sigma=1.5, use_sample_covariance=False. `uniform`: 7 x 7, sample
 * covariance, scikit-image's default.
 */
export type SsimWindow = "gaussian" | "uniform";

interface WindowRule {
  /** The weights along one axis; they sum to 1. */
  readonly weights: readonly number[];
  /** What makes the weighted covariance the wanted one. */
  readonly covarianceFactor: number;
}

const K1 = 0.01;
const K2 = 0.03;

const WINDOWS: { readonly [W in SsimWindow]: WindowRule } = {
  gaussian: { weights: gaussianWeights(1.5, 5), covarianceFactor: 1 },
  uniform: { weights: Array.from({ length: 7 }, () => 1 / 7), covarianceFactor: 49 / 48 },
};

/**
 * Mean structural similarity of pictures [height, width] or, as the mean over channels,
 * [height, width, channels]; 1 for equal ones. Complex pictures are compared by their moduli. `range` is the span of
 * possible values. Only windows that lie in the picture count, so no border rule enters.
 * Source: Wang, Bovik, Sheikh, Simoncelli, IEEE Trans. Image Processing 13, 2004 (K1 = 0.01, K2 = 0.03).
 * @throws DataError where the shapes differ, are none of pictures, or smaller than the window.
 */
export function ssim(
  estimate: HostArray,
  truth: HostArray,
  range: number,
  window: SsimWindow = "gaussian",
): number {
  requireAlike(estimate, truth);
  const rule = WINDOWS[window];
  const [height = 0, width = 0, channels = 1] = truth.shape;
  requirePicture(truth, rule.weights.length);
  const [left, right] = [asFloat64(modulus(estimate)).data, asFloat64(modulus(truth)).data];
  let sum = 0;
  for (let channel = 0; channel < channels; channel++) {
    const select = (data: Float64Array): Plane => ({
      height,
      width,
      data: channelOf(data, channel, channels),
    });
    sum += meanSimilarity(select(left), select(right), range, rule);
  }
  return sum / channels;
}

interface Plane {
  readonly height: number;
  readonly width: number;
  readonly data: Float64Array;
}

function requirePicture({ shape }: HostArray, side: number): void {
  const [height = 0, width = 0, channels = 1] = shape;
  const axes = shape.length === 2 || shape.length === 3;
  if (axes && height >= side && width >= side && channels > 0) return;
  throw new DataError(
    "IPX8108",
    {
      what: `SSIM compares pictures of at least ${side} x ${side}, not ${shapeText(shape)}.`,
    },
    { shape: [...shape], side },
  );
}

function channelOf(data: Float64Array, channel: number, channels: number): Float64Array {
  if (channels === 1) return data;
  return Float64Array.from({ length: data.length / channels }, (_, i) => data[i * channels + channel] ?? 0);
}

function meanSimilarity(
  x: Plane,
  y: Plane,
  range: number,
  { weights, covarianceFactor }: WindowRule,
): number {
  const [c1, c2] = [(K1 * range) ** 2, (K2 * range) ** 2];
  const meanX = filterInside(x, weights);
  const meanY = filterInside(y, weights);
  const xx = filterInside(times(x, x), weights);
  const yy = filterInside(times(y, y), weights);
  const xy = filterInside(times(x, y), weights);
  let sum = 0;
  for (let i = 0; i < meanX.length; i++) {
    const [mx, my] = [meanX[i] ?? 0, meanY[i] ?? 0];
    const covariance = covarianceFactor * ((xy[i] ?? 0) - mx * my);
    const variances = covarianceFactor * ((xx[i] ?? 0) - mx * mx + (yy[i] ?? 0) - my * my);
    sum += ((2 * mx * my + c1) * (2 * covariance + c2)) / ((mx * mx + my * my + c1) * (variances + c2));
  }
  return sum / meanX.length;
}

function times(x: Plane, y: Plane): Plane {
  return { ...x, data: x.data.map((value, i) => value * (y.data[i] ?? 0)) };
}

/** Weighted means over all windows that lie in the picture, rows first, then columns. */
function filterInside({ height, width, data }: Plane, weights: readonly number[]): Float64Array {
  const [innerHeight, innerWidth] = [height - weights.length + 1, width - weights.length + 1];
  const rows = new Float64Array(height * innerWidth);
  const result = new Float64Array(innerHeight * innerWidth);
  weights.forEach((weight, tap) => {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < innerWidth; column++) {
        const at = row * innerWidth + column;
        rows[at] = (rows[at] ?? 0) + weight * (data[row * width + column + tap] ?? 0);
      }
    }
  });
  weights.forEach((weight, tap) => {
    const shift = tap * innerWidth;
    for (let i = 0; i < result.length; i++) {
      result[i] = (result[i] ?? 0) + weight * (rows[i + shift] ?? 0);
    }
  });
  return result;
}

function gaussianWeights(sigma: number, radius: number): readonly number[] {
  const values = Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)),
  );
  const total = values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => value / total);
}
