import type { ElementwiseExpression, ElementwiseResults } from "../arrays/expression.ts";
import type { DifferencesOptions } from "./differences.ts";
import { type Place, placedText } from "./place.ts";
import type { PairInputs, PartExpressions } from "./pairs.ts";
import type { PatchOptions } from "./patches.ts";
import type { ProjectionOptions } from "./projection.ts";
import type { FilterOptions } from "./realFourier.ts";
import type { SparseRows } from "./sparseRows.ts";
import type { SymmetrisedOptions } from "./symmetrised.ts";
import type { Updated, UpdateRule } from "./update.ts";
import type { WaveletOptions } from "./wavelet.ts";

/**
 * An array that lives on an engine: real numbers, row-major, of a fixed shape. Opaque to everybody but its engine.
 * Complex arrays are pairs on a last axis of 2; that reading belongs to runtime/arrays, not to engines.
 */
export interface Handle {
  readonly shape: readonly number[];
}

export type Reduction = "sum" | "max" | "min";

/** What a result of elementwise expressions is joined by, over which axes of the shape that their inputs share. */
export interface Ending {
  readonly by: Reduction;
  readonly axes: readonly number[];
}

export interface MatrixProductOptions {
  readonly transposeLeft?: boolean;
  readonly transposeRight?: boolean;
}

/** A 2-D convolution as networks mean it (cross-correlation), on [batch, h, w, c] with filters [kh, kw, c, out]. */
export interface ConvolutionOptions {
  readonly stride: number;
  /** zeros added before and after each image axis: [[top, bottom], [left, right]] */
  readonly padding: readonly [readonly [number, number], readonly [number, number]];
}

/**
 * What stands between the runtime and a device. Every engine implements all of it; whatever an engine cannot do, it
 * throws an EngineError that names the operation and the sizes. All methods but `read` are synchronous and pure: they
 * return new handles. Axes are counted from 0; shapes broadcast as numpy's.
 */
export interface Engine {
  readonly name: string;
  /** significand in bits of the numbers: 24 for single, 53 for double precision */
  readonly significand: 24 | 53;
  /** whether its numbers are computed: not where it rehearses, so that tests of them mean nothing */
  readonly computes: boolean;

  upload(data: Float32Array | Float64Array, shape: readonly number[]): Handle;
  read(array: Handle): Promise<Float32Array | Float64Array>;
  /** The values at once, or null on an engine that can only read asynchronously. */
  readNow(array: Handle): Float32Array | Float64Array | null;
  dispose(arrays: readonly Handle[]): void;
  /** Runs `body` and frees every handle that it made, but those that `kept` finds in its result. Nests. */
  scope<T>(body: () => T, kept: (result: T) => readonly Handle[]): T;
  memory(): { readonly arrays: number; readonly bytes: number };
  /** null on engines that cannot repeat operations unasked */
  readonly recorder: Recorder | null;
  /** What a computation will take, without computing it; null on engines that cannot tell. See `Rehearsal`. */
  readonly rehearse: ((answer: Answer, within?: "room") => Rehearsal) | null;

  fill(value: number, shape: readonly number[]): Handle;
  /** inputs may stand for the differences of arrays; see `Differenced` */
  elementwise(expression: ElementwiseExpression, inputs: Readonly<Record<string, Handle>>): Handle;
  /** several results in one pass where the engine can, in order, each of the shape that all inputs share */
  elementwiseAll(results: ElementwiseResults, inputs: Readonly<Record<string, Handle>>): readonly Handle[];
  /** a complex expression by its parts: pairs on a last axis of 2, or real numbers where it has no imaginary part */
  elementwisePairs(parts: PartExpressions, inputs: PairInputs): Handle;
  /** the same, where the results that `endings` names are reduced, and are not written down where the engine can do without */
  elementwiseReduced(
    results: ElementwiseResults,
    endings: Readonly<Record<string, Ending>>,
    inputs: Readonly<Record<string, Handle>>,
  ): readonly Handle[];
  reduce(kind: Reduction, array: Handle, axes: readonly number[]): Handle;
  /** sum of a b over `axes` in one pass */
  dot(a: Handle, b: Handle, axes: readonly number[]): Handle;

  reshape(array: Handle, shape: readonly number[]): Handle;
  transpose(array: Handle, permutation: readonly number[]): Handle;
  slice(array: Handle, begin: readonly number[], size: readonly number[]): Handle;
  concat(arrays: readonly Handle[], axis: number): Handle;
  pad(array: Handle, widths: readonly (readonly [number, number])[]): Handle;
  broadcast(array: Handle, shape: readonly number[]): Handle;
  gather(array: Handle, indices: readonly number[], axis: number): Handle;

  /** whether products of few rows cost no more where the right side is transposed: one copy of a matrix serves both */
  readonly readsTransposed: boolean;
  /** [m, k] x [k, n], or batched [b, m, k] x [b, k, n]; one of the two may lack the batch */
  matmul(left: Handle, right: Handle, options?: MatrixProductOptions): Handle;
  convolve(images: Handle, filters: Handle, options: ConvolutionOptions): Handle;
  /** gradient of <convolve(images, filters), cotangent> by the images; `shape` is the images' */
  convolveInputGradient(
    cotangent: Handle,
    filters: Handle,
    shape: readonly number[],
    options: ConvolutionOptions,
  ): Handle;
  /** gradient of <convolve(images, filters), cotangent> by the filters; `shape` is the filters' */
  convolveFilterGradient(
    images: Handle,
    cotangent: Handle,
    shape: readonly number[],
    options: ConvolutionOptions,
  ): Handle;
  /** each channel of [batch, h, w, c] with a filter of its own, [kh, kw, c] */
  depthwise(images: Handle, filters: Handle, padding: ConvolutionOptions["padding"]): Handle;
  /** gradient of <depthwise(images, filters), cotangent> by the filters; `shape` is the filters' */
  depthwiseFilterGradient(
    images: Handle,
    cotangent: Handle,
    shape: readonly number[],
    padding: ConvolutionOptions["padding"],
  ): Handle;
  /** largest of each q x q tile of [batch, h, w, c]; q divides h and w */
  maxPool(images: Handle, q: number): Handle;
  /** cotangent moved to the first largest entry of each tile */
  maxPoolGradient(images: Handle, cotangent: Handle, q: number): Handle;
  /** unnormalised discrete Fourier transform of pairs [..., 2] over `axes` (not the pair axis); inverse has the sign + */
  fourier(pairs: Handle, axes: readonly number[], inverse: boolean): Handle;
  /**
   * the same of a real array [...] over `axes`, ascending: pairs at the frequencies 0 to n/2 of the last of them, for n
   * entries, since those of the others are conjugate
   */
  realFourier(array: Handle, axes: readonly number[]): Handle;
  /**
   * unnormalised inverse of `realFourier`, the last of `axes` having `extent` entries: the real array whose spectrum has
   * these pairs and the conjugate ones. What is imaginary where the last frequency is its own opposite does not count.
   */
  inverseRealFourier(pairs: Handle, axes: readonly number[], extent: number): Handle;
  /**
   * a real array multiplied in frequency: `inverseRealFourier` of `realFourier` times factors, numbers or pairs that
   * repeat along axes of 1. A periodic convolution, its adjoint with the conjugate factors.
   */
  filterFourier(array: Handle, factors: Handle, options: FilterOptions): Handle;
  /** argument in (-pi, pi] of each pair of [..., 2], 0 at 0: [...] */
  phase(pairs: Handle): Handle;
  /**
   * periodic wavelet transform over neighbouring axes, all levels, separable: each level takes the corner of averages
   * of the one before to n/2 averages, then n/2 details along each axis; average k is sum_j low_j x_(2k + F/2 - j) for
   * F taps (see levelMatrix). Other axes are batches.
   */
  wavelet(array: Handle, options: WaveletOptions): Handle;
  /**
   * forward differences x_(j+1) - x_j along each of some axes, side by side on a new axis `at`; the adjoint sums what
   * stands on that axis to minus a divergence
   */
  differences(array: Handle, options: DifferencesOptions): Handle;
  /**
   * the symmetric part of the forward differences of fields [samples, h, w, 2, p]: d_0 v_0, d_1 v_1 and
   * (d_0 v_1 + d_1 v_0)/sqrt(2), [samples, h, w, 3, p]; or the adjoint
   */
  symmetrised(array: Handle, options: SymmetrisedOptions): Handle;
  /**
   * patches of images [samples, h, w, deep, p] whose first pixels stand at multiples of a stride, those that lie within:
   * [samples, size, size, deep, down, across, p]; or the adjoint, which adds them where they lie
   */
  patches(array: Handle, options: PatchOptions): Handle;
  /** product of a sparse matrix [m, n] with the middle axis of [outer, n, inner]: [outer, m, inner] */
  sparseProduct(matrix: SparseRows, lines: Handle): Handle;
  /**
   * the X-ray transform of images [n, h, w] along the lines of a geometry, [n, views, cells], by Joseph's method, or
   * its adjoint; see projection.ts and joseph.ts
   */
  project(array: Handle, options: ProjectionOptions): Handle;
  /** one step of an optimiser: a new array and new slots, in one pass where the engine can; see UpdateRule */
  update(rule: UpdateRule, value: Handle, gradient: Handle, slots: readonly Handle[]): Updated;
  /**
   * rows of [s, m, r] by the indices [t, b]: [max(s, t), b, r], where s and t agree or one of them is 1. An index is
   * rounded down; one outside 0 to m - 1 stands for the nearest inside.
   */
  takeRows(rows: Handle, indices: Handle): Handle;
  /** adjoint of `takeRows`: rows [s, b, r] summed to where the indices [t, b] point, in zeros [max(s, t), extent, r] */
  addRows(rows: Handle, indices: Handle, extent: number): Handle;
  /** for each row of [rows, n] the k-th largest entry, k from 1: [rows] */
  kthLargest(rows: Handle, k: number): Handle;
  /** the right singular vectors of matrices [count, m, n], a vector a row, in any order and sign: [count, n, n] */
  rightSingular(matrices: Handle): Handle;
}

/**
 * Computations that are repeated on new numbers without being asked for once more: the operations of an iteration, its
 * arrays staying where they are.
 */
export interface Recorder {
  /**
   * Runs `body`, and remembers the operations. Arrays that it makes stay in place, with new numbers at each replay;
   * arrays from outside are read anew. Null where the body reads numbers: then nothing is left of it, nor of the record
   * that it follows. A record `after` another, with which it takes turns, uses the places that the other has freed.
   */
  record<T>(body: () => T, after?: Recorded<unknown>): Recorded<T> | null;
  /** Overwrites the entries of an array by those of another of as many entries; may stand in a body. */
  copy(from: Handle, to: Handle): void;
  /** `Engine.update`; `renumber` gives it the numbers of another rule of its kind for the replays to come. */
  update(rule: UpdateRule, value: Handle, gradient: Handle, slots: readonly Handle[]): RenumberedUpdate;
  /** Overwrites the entries of an array from the host; not remembered. */
  write(to: Handle, numbers: Float64Array | Float32Array): void;
}

export interface RenumberedUpdate extends Updated {
  readonly renumber: (rule: UpdateRule) => void;
}

export interface Recorded<T> {
  readonly result: T;
  replay(): void;
  /** Frees the arrays of the body that are not disposed of, and what repeats it. */
  release(): void;
}

/**
 * An engine that makes the arrays of another and computes nothing. It takes arrays of the other as they are; what is
 * read of its own is an answer that it was made with. `within` its room it refuses the first array for which the other
 * would have none, as that one would; else it goes on, to find the peak.
 */
export interface Rehearsal {
  readonly engine: Engine;
  /** the most bytes that were in use at once, beside what the other engine holds */
  readonly peak: () => number;
  /** bytes that the other engine has left */
  readonly room: number;
}

/** The number that stands for an entry of what is read, by how often was read before. */
export type Answer = (reads: number, entry: number) => number;

/**
 * A device failure or an operation that an engine lacks: names the engine, the operation and the sizes, and the place
 * in the program that asks for it, where that is known.
 */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly engine: string;
  readonly operation: string;
  readonly shapes: readonly (readonly number[])[];
  readonly reason: string;
  readonly place: Place | null;
  constructor(
    engine: string,
    operation: string,
    shapes: readonly (readonly number[])[],
    reason: string,
    place: Place | null = null,
  ) {
    super(placedText(place, `${engine}: ${faultText(operation, shapes, reason)}`));
    this.engine = engine;
    this.operation = operation;
    this.shapes = shapes;
    this.reason = reason;
    this.place = place;
  }

  /** What failed, without the engine: `matmul of [2, 3] and [4, 5]: the sizes differ`. */
  get fault(): string {
    return faultText(this.operation, this.shapes, this.reason);
  }

  /** The same error at a place, unless it has one. */
  at(place: Place): EngineError {
    if (this.place !== null) return this;
    return new EngineError(this.engine, this.operation, this.shapes, this.reason, place);
  }
}

function faultText(operation: string, shapes: readonly (readonly number[])[], reason: string): string {
  const of = shapes.map((shape) => `[${shape.join(", ")}]`).join(" and ");
  return `${operation}${of === "" ? "" : ` of ${of}`}: ${reason}`;
}
