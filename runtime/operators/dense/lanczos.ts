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

/** So many starts are taken while the Krylov spaces of all before have ended. */
const STARTS = 8;

/**
 * Bounds of the largest eigenvalue of a symmetric positive semidefinite operator on R^n by the Lanczos method from
 * starts that are uniform on the sphere. `upper` is the smallest of bounds that share the failure:
 *
 * - a priori (Kuczynski, Wozniakowski, SIAM J. Matrix Anal. Appl. 13, 1992, Theorem 4.2), of the first start, with half
 *   of it: after k steps the relative error exceeds e with probability at most 1.648 sqrt(n) exp(-(2k - 1) sqrt(e));
 * - a posteriori (van Dorsselaer, Hochstenbach, van der Vorst, SIAM J. Matrix Anal. Appl. 22, 2001): the k-th Lanczos
 *   vector is p(B) start with the Lanczos polynomial p, so |p(eigenvalue)| |y| <= 1, where y is the start's component
 *   along the eigenvector; |y| < s has probability at most s sqrt(2n/pi), and p grows beyond its largest zero.
 *
 * A Krylov space that ends early (of B = c I after one step) leaves p known up to rounding only, and its bound loose.
 * Then another start is taken: of m independent ones all have |y| < s with probability at most (s sqrt(2n/pi))^m, so
 * that the largest of their bounds holds with a far larger s. The m-th such bound has 2^-(m+1) of the failure.
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
  const ended: Run[] = [];
  let best: EigenvalueBounds = { lower: 0, upper: Infinity, steps: 0 };
  for (let start = 0; start < STARTS; start++) {
    const target = targetOf(dimension, settings.failure, start + 1);
    const others = Math.max(0, ...ended.map((run) => beyondRitz(run, target)));
    const before = best;
    for (const run of lanczosRun(
      product,
      uniformOnSphere(dimension, settings.seed, start),
      settings.rounding,
    )) {
      const steps = before.steps + run.diagonal.length;
      const lower = Math.max(before.lower, run.largest);
      const aPriori = start === 0 ? aPrioriBound(run, dimension, settings.failure / 2) : Infinity;
      best = {
        lower,
        upper: Math.min(before.upper, aPriori, Math.max(others, beyondRitz(run, target))),
        steps,
      };
      const reached = Math.min(best.upper, settings.known) <= (1 + settings.gap) * lower;
      if (reached || steps >= settings.maximum) return best;
      if (run.hasEnded) ended.push(run);
    }
  }
  return best;
}

/** The tridiagonal matrix of a start after some steps. */
interface Run {
  readonly diagonal: readonly number[];
  /** the last is the length of what is left behind the last step, or the size of its rounding */
  readonly offDiagonal: readonly number[];
  /** the largest Ritz value */
  readonly largest: number;
  /** whether nothing but rounding was left behind the last step */
  readonly hasEnded: boolean;
}

/** The steps of Lanczos from a start, until its Krylov space ends. */
function* lanczosRun(
  product: (x: Float64Array) => Float64Array,
  start: Float64Array,
  rounding: number,
): Generator<Run> {
  const diagonal: number[] = [];
  const offDiagonal: number[] = [];
  let previous: Float64Array = new Float64Array(start.length);
  let current = start;
  for (;;) {
    const next = product(current);
    const alpha = inner(current, next);
    const beta = offDiagonal.at(-1) ?? 0;
    for (let i = 0; i < next.length; i++) {
      next[i] = (next[i] ?? 0) - alpha * (current[i] ?? 0) - beta * (previous[i] ?? 0);
    }
    diagonal.push(alpha);
    const largest = Math.max(0, largestEigenvalue(diagonal, offDiagonal));
    const residual = Math.sqrt(inner(next, next));
    const floor = rounding * largest;
    offDiagonal.push(Math.max(residual, floor));
    const hasEnded = residual <= floor || largest === 0;
    yield { diagonal, offDiagonal, largest, hasEnded };
    if (hasEnded) return;
    previous = current;
    current = next.map((value) => value / residual);
  }
}

function aPrioriBound({ diagonal, largest }: Run, dimension: number, failure: number): number {
  const error = (Math.log((1.648 * Math.sqrt(dimension)) / failure) / (2 * diagonal.length - 1)) ** 2;
  return error < 1 ? largest / (1 - error) : Infinity;
}

/** -log s for the s below which all components of m starts are with probability failure/2^(m+1). */
function targetOf(dimension: number, failure: number, starts: number): number {
  return -Math.log(failure / 2 ** (starts + 1)) / starts - Math.log(Math.sqrt(Math.PI / (2 * dimension)));
}

/** The t above the largest Ritz value at which the logarithm of the Lanczos polynomial reaches `target`, from above. */
function beyondRitz({ diagonal, offDiagonal, largest }: Run, target: number): number {
  const residual = offDiagonal.at(-1) ?? 0;
  if (residual === 0) return largest;
  let low = largest;
  let high = largest + residual;
  while (logPolynomial(diagonal, offDiagonal, high) < target) high = largest + 2 * (high - largest);
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

function uniformOnSphere(dimension: number, seed: number, start: number): Float64Array<ArrayBuffer> {
  const random = start === 0 ? stream(seed, "lanczos") : stream(seed, "lanczos", start);
  const vector = Float64Array.from({ length: dimension }, () => random.normal());
  const length = Math.sqrt(inner(vector, vector));
  return vector.map((value) => value / length);
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
