import { stream } from "../../random/stream.ts";

/** What k steps of Lanczos know of the largest eigenvalue of a positive semidefinite operator. */
export interface EigenvalueBounds {
  /** the largest Ritz value: never above the eigenvalue, up to rounding */
  readonly lower: number;
  /** above the eigenvalue, but with probability `failure` over the random start */
  readonly upper: number;
  readonly steps: number;
}

export interface LanczosSettings {
  readonly seed: number;
  /** the probability with which `upper` may fail */
  readonly failure: number;
  /** relative size of the errors of a product: steps below it carry no information */
  readonly rounding: number;
  /** a bound that is known already, or Infinity: the search stops where it is as good as wanted */
  readonly known: number;
  /** stop where min(upper, known) <= (1 + gap) lower */
  readonly gap: number;
  /** stop after so many steps in any case */
  readonly maximum: number;
}

/**
 * Bounds of the largest eigenvalue of a symmetric positive semidefinite operator on R^n by the Lanczos method from a
 * start that is uniform on the sphere. `upper` is the smaller of two bounds, each allowed half of the failure:
 *
 * - a priori (Kuczynski, Wozniakowski, SIAM J. Matrix Anal. Appl. 13, 1992, Theorem 4.2): after k steps the relative
 *   error exceeds e with probability at most 1.648 sqrt(n) exp(-(2k - 1) sqrt(e));
 * - a posteriori (van Dorsselaer, Hochstenbach, van der Vorst, SIAM J. Matrix Anal. Appl. 22, 2001): the k-th Lanczos
 *   vector is p(B) start with the Lanczos polynomial p, so |p(eigenvalue)| |y| <= 1, where y is the start's component
 *   along the eigenvector; |y| < s has probability at most s sqrt(2n/pi), and p grows beyond its largest zero.
 *
 * There is no reorthogonalisation: in floating point the tridiagonal matrix is that of an exact run on a matrix whose
 * eigenvalues are clusters within rounding of the true ones (Greenbaum, Linear Algebra Appl. 113, 1989), so both
 * bounds hold up to rounding, for which the caller leaves room.
 */
export function lanczosBounds(
  product: (x: Float64Array) => Float64Array,
  dimension: number,
  settings: LanczosSettings,
): EigenvalueBounds {
  const diagonal: number[] = [];
  const offDiagonal: number[] = [];
  let previous = new Float64Array(dimension);
  let current = uniformOnSphere(dimension, settings.seed);
  for (let steps = 1; ; steps++) {
    const next = product(current);
    const alpha = inner(current, next);
    const beta = offDiagonal.at(-1) ?? 0;
    for (let i = 0; i < dimension; i++) {
      next[i] = (next[i] ?? 0) - alpha * (current[i] ?? 0) - beta * (previous[i] ?? 0);
    }
    diagonal.push(alpha);
    const lower = largestEigenvalue(diagonal, offDiagonal);
    const residual = Math.sqrt(inner(next, next));
    if (lower <= 0) return { lower: 0, upper: residual, steps };
    const floor = settings.rounding * lower;
    offDiagonal.push(Math.max(residual, floor));
    const upper = upperBound(diagonal, offDiagonal, lower, dimension, settings.failure);
    const reached = Math.min(upper, settings.known) <= (1 + settings.gap) * lower;
    if (reached || residual <= floor || steps >= settings.maximum) return { lower, upper, steps };
    previous = current;
    current = next.map((value) => value / residual);
  }
}

function upperBound(
  diagonal: readonly number[],
  offDiagonal: readonly number[],
  lower: number,
  dimension: number,
  failure: number,
): number {
  const half = failure / 2;
  const steps = diagonal.length;
  const error = (Math.log((1.648 * Math.sqrt(dimension)) / half) / (2 * steps - 1)) ** 2;
  const aPriori = error < 1 ? lower / (1 - error) : Infinity;
  const component = half * Math.sqrt(Math.PI / (2 * dimension));
  return Math.min(aPriori, beyondRitz(diagonal, offDiagonal, lower, -Math.log(component)));
}

/** The t > lower at which the logarithm of the Lanczos polynomial reaches `target`, from above. */
function beyondRitz(
  diagonal: readonly number[],
  offDiagonal: readonly number[],
  lower: number,
  target: number,
): number {
  let low = lower;
  let high = lower + (offDiagonal.at(-1) ?? 0);
  while (logPolynomial(diagonal, offDiagonal, high) < target) high = lower + 2 * (high - lower);
  while (high - low > 1e-9 * high) {
    const middle = (low + high) / 2;
    if (logPolynomial(diagonal, offDiagonal, middle) < target) low = middle;
    else high = middle;
  }
  return high;
}

/** log p(t), p the polynomial with p(B) start = the next Lanczos vector; -Infinity up to its largest zero. */
function logPolynomial(diagonal: readonly number[], offDiagonal: readonly number[], t: number): number {
  let sum = 0;
  let ratio = Infinity;
  for (const [index, alpha] of diagonal.entries()) {
    const before = offDiagonal[index - 1] ?? 0;
    ratio = (t - alpha - before / ratio) / (offDiagonal[index] ?? 1);
    if (!(ratio > 0)) return -Infinity;
    sum += Math.log(ratio);
  }
  return sum;
}

/** The largest eigenvalue of a symmetric tridiagonal matrix, by bisection on the signs of its leading minors. */
function largestEigenvalue(diagonal: readonly number[], offDiagonal: readonly number[]): number {
  const bound = (index: number): number => Math.abs(offDiagonal[index] ?? 0);
  let high = Math.max(
    ...diagonal.map((alpha, i) => alpha + (i + 1 < diagonal.length ? bound(i) : 0) + bound(i - 1)),
  );
  let low = Math.max(...diagonal);
  while (high - low > 1e-15 * Math.abs(high)) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (isAbove(diagonal, offDiagonal, middle)) high = middle;
    else low = middle;
  }
  return low;
}

/** Whether t is above all eigenvalues. */
function isAbove(diagonal: readonly number[], offDiagonal: readonly number[], t: number): boolean {
  let pivot = Infinity;
  for (const [index, alpha] of diagonal.entries()) {
    const before = index === 0 ? 0 : (offDiagonal[index - 1] ?? 0);
    pivot = t - alpha - (before * before) / pivot;
    if (!(pivot > 0)) return false;
  }
  return true;
}

function uniformOnSphere(dimension: number, seed: number): Float64Array<ArrayBuffer> {
  const random = stream(seed, "lanczos");
  const vector = Float64Array.from({ length: dimension }, () => random.normal());
  const length = Math.sqrt(inner(vector, vector));
  return vector.map((value) => value / length);
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
