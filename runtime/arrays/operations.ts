import type { Engine } from "../engine/engine.ts";
import type { Extension } from "../operators/blur/extension.ts";
import type { Operator } from "../operators/operator.ts";
import type { RampWindow } from "../operators/library.ts";
import type { LibrarySettings, LibraryOperatorName } from "../operators/library.ts";
import type { ResultEndings } from "./expression.ts";
import type { GivenMap } from "./givenMap.ts";
import type { Applied } from "./applied.ts";
import type { ArrayValue, Space, Value } from "./value.ts";

/** The iterative solves for M x = b with a definite M. */
export interface SolveSettings {
  readonly by: "cg";
  /** stop at |b - M x| <= tolerance |b|, per sample */
  readonly tolerance: number;
  readonly maximum: number;
}

/** Points before and after both image axes, or `only` one of them, and what stands there. */
export interface ImageMargins {
  readonly boundary: Extension;
  readonly before: number;
  readonly after: number;
  readonly only?: 0 | 1;
}

/** As many values as `T` has. */
export type Each<T extends readonly Value[]> = { readonly [I in keyof T]: Value };

export interface WhileResult<T extends readonly Value[] = readonly Value[]> {
  readonly carried: Each<T>;
  /** 1 for the samples that the cap stopped, else 0 */
  readonly capped: ArrayValue;
}

/** What the reverse of a loop needs: the carried values before each round, and which samples were still running. */
export interface LoopTrace {
  readonly rounds: readonly { readonly carried: readonly Value[]; readonly active: ArrayValue }[];
}

/** The operations that refuse what a program asks of its operators. */
export type PlacedMethod = "library" | "filteredBackprojection" | "rowNorms";

/**
 * The operations that emitted code and plans call: values of the language, vectorised over the batch, on one engine.
 * A result is batched if one of its arguments is. Arrays repeat numbers and align shapes from the last axis.
 * A law for every one of them: each sample's result is what it would be alone.
 */
export interface Operations {
  readonly engine: Engine;

  /** These operations for calls at a place in a program, `file:line:column`, which their errors name. */
  at(place: string): Pick<Operations, PlacedMethod>;

  /** The number `value`. */
  number(value: number): ArrayValue;
  /** An array of the space, every entry `value` (a number, or a value of shape []). */
  fill(value: number | Value, space: Space): Value;
  /** For each entry of a real space its index along an axis, minus that of the middle, (n - 1)/2. */
  coordinate(space: Space, axis: number): ArrayValue;
  /** An elementwise expression of named inputs, such as `"soft(x - t*g, t*lambda)"`; products entry by entry. */
  map(expression: string, inputs: Readonly<Record<string, Value | Applied>>): Value;
  /**
   * several expressions of the same inputs at once, by name; one may name those before it, and all go together. `endings`
   * names results that are reduced as they are made; no other names them.
   */
  mapAll<K extends string>(
    expressions: Readonly<Record<K, string>>,
    inputs: Readonly<Record<string, Value | Applied>>,
    endings?: ResultEndings,
  ): Readonly<Record<K, Value>>;
  /** A product of values, and its parts. */
  product(parts: readonly Value[]): Value;
  part(value: Value, index: number): Value;

  /** Reductions of one sample to a number. `dot` is Re<x, y>; `norm2` has derivative 0 at 0. */
  sum(x: Value): ArrayValue;
  maximum(x: Value): ArrayValue;
  minimum(x: Value): ArrayValue;
  dot(x: Value, y: Value): ArrayValue;
  norm2(x: Value): ArrayValue;
  /** the number of entries of one sample */
  count(x: Value): ArrayValue;
  /** the sums of the first 1, 2, ... entries of R[n] */
  cumulativeSum(x: Value): ArrayValue;
  /** 2-norm over the last axis, which stays with length 1: F[d, c] -> R[d, 1] */
  groupNorm(x: Value): Value;
  /** sum of the entries onto a smaller space with which the array aligns from the last axis; real if it is real */
  /** the number of samples in the batch of a value; 1 without a batch */
  samples(x: Value): ArrayValue;
  /** the largest entry over the last axis, which stays with length 1 */
  channelMaximum(x: Value): Value;
  sumTo(x: Value, space: Space): Value;
  /** of a matrix F[m, n] with singular values s: the sum of s; U max(s - t, 0) V'; its derivative by x, at g */
  nuclearNorm(x: Value): ArrayValue;
  shrinkSingular(x: Value, t: Value): ArrayValue;
  shrinkSingularGradient(x: Value, t: Value, g: Value): ArrayValue;
  /** sum over the samples of a batch: a shared value */
  sumSamples(x: Value): Value;
  /**
   * The slices F[d] of F[d, c] along its last axis as samples, those of a sample of `like` side by side, and back. Of
   * values of each sample: a copy for each of `count` slices, and the adjoint, their sum; what is shared stays so.
   */
  slices(x: Value, like: Value): Value;
  joinSlices(y: Value, count: number, like: Value): Value;
  repeatSlices(v: Value, count: number): Value;
  sumSlices(y: Value, count: number, like: Value): Value;
  /** 1 where the entry is among the floor(share*n) of largest modulus, else 0 */
  largest(x: Value, share: Value): Value;

  /**
   * The entries of an array F[e, m, d] at indices along an axis (by default the first one), from 0: F[e, d] at one of
   * them, F[e, b, d] at b. The adjoint adds rows where the indices point, in an array of `space`.
   */
  rows(x: Value, indices: Value, axis?: number): Value;
  placeRows(y: Value, indices: Value, space: Space, axis?: number): Value;

  /** A bound operator. */
  apply(operator: Operator, x: Value): Value;
  applyAdjoint(operator: Operator, y: Value): Value;
  /** the same as inputs of one `map`, which may compute them as it goes */
  applied(operator: Operator, x: Value): Applied;
  appliedAdjoint(operator: Operator, y: Value): Applied;
  /** D(x) of a map that is given, and its vector-Jacobian product at x. */
  applyMap(map: GivenMap, x: Value): Value;
  applyMapReverse(map: GivenMap, x: Value, cotangent: Value): Value;
  /**
   * Some rows of an operator, at indices along the first axis of its codomain, and their adjoint. An operator without
   * access to its rows is applied whole, and restricted.
   */
  applyRows(operator: Operator, indices: Value, x: Value): Value;
  applyRowsAdjoint(operator: Operator, indices: Value, y: Value): Value;
  /** the 2-norm of each row of an operator between arrays, an array of its codomain's shape */
  rowNorms(operator: Operator): ArrayValue;
  /** the upper bound of an operator's norm */
  norm(operator: Operator): ArrayValue;
  /** the same of each map of an operator that may have one for each sample */
  norms(operator: Operator): ArrayValue;
  /** A'A, in the form that costs least where A is bound (`gram` of runtime/operators/algebra/algebra.ts) */
  gram(operator: Operator): Operator;
  /**
   * The product of operators, the outermost first, with the adjoints of those at the places `adjoints`. Its norm is
   * measured, where a product of norms is no tight bound (`composition` of runtime/operators/algebra/composition.ts).
   */
  composition(factors: readonly Operator[], settings?: { readonly adjoints: readonly number[] }): Operator;
  /**
   * An operator of the library, with the arrays that it takes, on its declared domain. The codomain is given for
   * those that do not know it otherwise: `over_channels`, `over_pixels`, `reshape`, `min_coherence`, `pinv`, `radon`,
   * `fan_beam`, and for those whose counts follow from the spaces: `downsample`, `bicubic`, `gaussian`.
   */
  library(
    name: LibraryOperatorName,
    settings: LibrarySettings,
    domain: Space,
    arrays: readonly Value[],
    codomain?: Space,
  ): Operator;
  /** The approximate inverse of an X-ray transform. */
  filteredBackprojection(operator: Operator, filter: RampWindow): Operator;
  /** A matrix of shape [entries of codomain, entries of domain] applied to a value; and its transpose. */
  matvec(matrix: Value, x: Value, codomain: Space): Value;
  matvecTransposed(matrix: Value, y: Value, domain: Space): Value;
  /** the matrix y x', summed over the samples: gradient of <W x, y> by a shared W */
  outerSum(y: Value, x: Value): Value;
  /** the matrix of a linear map of the given domain, column by column */
  materialise(domain: Space, map: (x: Value) => Value): Value;
  /** the Frobenius norm of a map that is linear over the reals: an entry of a complex array is two directions */
  frobenius(domain: Space, map: (x: Value) => Value): Value;
  /**
   * A'A, or W' diag(weights) W of an orthonormal W, with the basis in which it is diagonal, if one is known. The
   * eigenvectors of a matrix are one only if it is `alone`: see `solveDiagonalised` of runtime/operators/algebra/diagonalise.ts.
   */
  diagonalise(operator: Operator, weights: Value | null, setting: { readonly alone: boolean }): Operator;
  /** M x = b, per sample */
  solve(b: Value, start: Value | null, apply: (x: Value) => Value, settings: SolveSettings): Value;
  /**
   * The same of M = c_1 N_1 + c_2 N_2 + ... + d I, given the N, and the c and d: directly where the N, as `diagonalise`
   * made them, share a basis that is known; else as `solve`.
   */
  solveDiagonalised(
    b: Value,
    start: Value | null,
    apply: (x: Value) => Value,
    settings: SolveSettings,
    operators: readonly Operator[],
    factors: readonly Value[],
  ): Value;

  /** Layers; images are R[h, w, c]; padding with zeros keeps ceil(size/stride). */
  convolve(images: Value, filters: Value, stride: number): Value;
  convolveInputGradient(cotangent: Value, filters: Value, image: Space, stride: number): Value;
  /** summed over the samples, or for each sample its own */
  convolveFilterGradient(
    images: Value,
    cotangent: Value,
    filters: Space,
    stride: number,
    samples?: "apart",
  ): Value;
  maxPool(images: Value, q: number): Value;
  maxPoolGradient(images: Value, cotangent: Value, q: number): Value;
  /** a filter [kh, kw, c] for each channel */
  depthwise(images: Value, filters: Value): Value;
  depthwiseInputGradient(cotangent: Value, filters: Value): Value;
  /** summed over the samples, or for each sample its own */
  depthwiseFilterGradient(images: Value, cotangent: Value, filters: Space, samples?: "apart"): Value;
  /** q^2 channels as q x q pixels: channel (c q + i) q + j to pixel (i, j) of channel c; and back */
  shuffle(images: Value, q: number): Value;
  unshuffle(images: Value, q: number): Value;
  concat(parts: readonly Value[]): Value;
  channels(x: Value, begin: number, size: number): Value;
  /** zeros around channels begin..begin+size of `count`: the adjoint of `channels` */
  placeChannels(x: Value, begin: number, count: number): Value;
  /** images continued beyond both image axes; and the adjoint, which adds the margins where they came from */
  extendImage(x: Value, margins: ImageMargins): Value;
  foldImage(x: Value, margins: ImageMargins): Value;
  /** zeros behind the image axes up to a multiple of q, and back to a given shape; adjoints of each other */
  padImage(x: Value, multiple: number): Value;
  cropImage(x: Value, space: Space): Value;
  padImageTo(x: Value, space: Space): Value;
  reshape(x: Value, space: Space): Value;

  /** Per-sample branch: each sample has the results of its own side. */
  branch<T extends readonly Value[]>(
    condition: Value,
    whenTrue: () => readonly [...T],
    whenFalse: () => readonly Value[],
  ): Each<T>;
  /** Per-sample loop: a sample stops where its condition fails; finished samples are left as they are. */
  loop<T extends readonly Value[]>(
    carried: readonly [...T],
    condition: (carried: Each<T>) => Value,
    body: (carried: Each<T>) => readonly Value[],
    maximum: number,
  ): WhileResult<T>;
  loopSaving<T extends readonly Value[]>(
    carried: readonly [...T],
    condition: (carried: Each<T>) => Value,
    body: (carried: Each<T>) => readonly Value[],
    maximum: number,
  ): WhileResult<T> & { readonly trace: LoopTrace };
  /**
   * Reverse of a loop: `body` maps the values carried into a round and the cotangents of those carried out to the
   * cotangents of those carried in, and to contributions for what the body read from outside, summed over rounds.
   * Samples that did not run a round pass their cotangents through, and contribute zeros.
   */
  loopAdjoint<T extends readonly Value[], U extends readonly Value[]>(
    trace: LoopTrace,
    cotangents: readonly [...T],
    body: (
      carried: Each<T>,
      cotangents: Each<T>,
      active: ArrayValue,
    ) => { readonly carried: readonly Value[]; readonly captured: readonly Value[] },
    captured: readonly [...U],
  ): { readonly carried: Each<T>; readonly captured: Each<U> };
}
