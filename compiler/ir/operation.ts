import type {
  ElementwiseFunction,
  ElementwiseResults,
  ResultEndings,
} from "../../runtime/arrays/expression.ts";
import type { RampWindow } from "../../runtime/operators/library.ts";
import type { LibraryOperatorName, LibrarySettings } from "../../runtime/operators/library.ts";
import type { Extension } from "../../runtime/operators/blur/extension.ts";
import type { Dimension } from "../types/dimension.ts";
import type { Space } from "../types/space.ts";
import type { Block } from "./block.ts";
import type { FixedPointOptions } from "./fixedPoint.ts";

/**
 * The operations of the intermediate representation and their attributes. A program of the IR speaks of one sample;
 * a variable that is the same for all samples is `shared`. Inputs and outputs:
 *
 * | operation | inputs | output |
 * | --- | --- | --- |
 * | constant | | a number |
 * | size | | the value of a dimension, a number |
 * | coordinate | | for each entry of `space` its index along `axis`, minus that of the middle, (n - 1)/2 |
 * | fill | a number | an array of `space` with that entry everywhere |
 * | elementwise | 1 to 3 arrays, aligned from the last axis, numbers repeated | entry by entry |
 * | fused | arrays, named in order `inputs` | chains of elementwise functions as one kernel, a result each |
 * | product, part | values; a product | a product; its part `index` |
 * | sum, maximum, minimum, norm2, count | an array or product | a number |
 * | dot | two of one space | a number, Re<x, y> |
 * | cumulativeSum | R[n] | the sums of its first 1, 2, ..., n entries |
 * | groupNorm | F[d, c] | R[d, 1] |
 * | channelMaximum | R[d, c] | R[d, 1], the largest entries over the last axis |
 * | sumTo | an array | its entries summed onto `space`, real where that is real |
 * | sumSamples | an unshared value | the sum over the samples of a batch, shared |
 * | slices | F[d, c], and a value with the samples that it is for | F[d] for each of the slices, as samples of their own |
 * | joinSlices | F[d] of slices, the same value | F[d, count] |
 * | repeatSlices | a value, that value | the same for each slice of a sample; shared if it is |
 * | sumSlices | a value of slices, that value | the sum over the slices of each sample |
 * | nuclearNorm | F[m, n] | the sum of its singular values, a number |
 * | shrinkSingular | F[m, n], a number t | U max(s - t, 0) V' |
 * | shrinkSingularGradient | F[m, n], t, a cotangent | the derivative of the last by the matrix |
 * | samples | an array | the number of samples in its batch |
 * | inTraining | a, b of one type | a while running, b while training |
 * | observed | x, an average, a statistic | x; the reverse gives the average the cotangent average - statistic |
 * | largest | an array, a number p | 1 at the floor(p n) entries of largest modulus, else 0 |
 * | apply | an operator, a value | A x, or A' y |
 * | applyMap | a given map, a value | D(x) |
 * | applyMapReverse | a given map, a value, a cotangent of D(x) | the cotangent of x |
 * | rows | F[e, m, d], one index or b of them | F[e, d], or F[e, b, d], where m is the extent of `axis` |
 * | placeRows | F[e, d] or F[e, b, d], indices | the adjoint: rows added where the indices point, in `space` |
 * | applyRows | an operator to F[m, d], indices, a value | A[i] x, or A[i]' y |
 * | rowNorms | an operator to R[m, d] | the 2-norm of each row |
 * | norm | an operator | an upper bound of its norm, a number |
 * | gram | an operator A | the operator A'A |
 * | diagonalise | an operator A; or W, orthonormal, and an array d | A'A, or W' diag(d) W, with its basis: `alone` if a solve has no other |
 * | composition | operators, the outermost first | their product, with the adjoints of those at the places `adjoints` |
 * | library | arrays | an operator of the library on `domain` |
 * | filteredBackprojection | an operator | an approximate inverse, if it is an X-ray transform |
 * | matvec | W, x | W x or W' x, in `space` |
 * | outerSum | y, x | the matrix y x' of `space`, summed over the samples if they are not shared |
 * | materialise | | the matrix of the linear map `map` on `domain` |
 * | frobenius | | the Frobenius norm of the R-linear `map` on `domain`, whose complex entries are two directions each |
 * | solve | b, a start if `started`, `terms` operators N, `terms` numbers c and a number d | M x = b, M x given by the block `map`; with terms M = c_1 N_1 + ... + d I |
 * | convolve | images, filters | |
 * | convolveInput | cotangent, filters | gradient by images, of `space` |
 * | convolveFilter | images, cotangent | gradient by filters of `space`, summed over samples if not `apart` |
 * | maxPool, maxPoolGradient | images; images, cotangent | |
 * | depthwise | images, a filter R[kh, kw, c] for each channel | |
 * | depthwiseInput | cotangent, filters | gradient by images |
 * | depthwiseFilter | images, cotangent | gradient by filters of `space`, summed over samples if not `apart` |
 * | shuffle, unshuffle | images | q^2 channels as q x q pixels, and back |
 * | concat, channels, placeChannels | on the last axis | |
 * | extendImage, foldImage | images | beyond their borders by a rule, on both image axes or one of them; and its adjoint (of `zero`: a crop) |
 * | padImage, cropImage, padImageTo, reshape | | `space` of the result |
 * | branch | a condition | the results of `whenTrue` or `whenFalse` |
 * | loop | carried values | carried values, and a bool: the cap was hit; blocks take the carried values |
 * | loopSaving | carried values | as loop, and a trace |
 * | loopAdjoint | a trace, cotangents of carried, zeros for what is captured | their cotangents; see runtime/arrays/operations.ts |
 * | call | arguments | the results of a function of the module (a network) |
 * | stopGradient | a value | the same, without a derivative |
 * | fixedPoint | the z with z = step(z), a block | the same; its derivative is that of the fixed point |
 */
export interface OperationAttributes {
  readonly constant: { readonly value: number };
  readonly size: { readonly dimension: Dimension };
  readonly coordinate: { readonly axis: number; readonly space: Space };
  readonly fill: { readonly space: Space };
  readonly elementwise: { readonly function: ElementwiseFunction };
  /** `endings`: results that are reduced where they are made, by name */
  readonly fused: {
    readonly results: ElementwiseResults;
    readonly inputs: readonly string[];
    readonly endings?: ResultEndings;
  };
  readonly product: Record<never, never>;
  readonly part: { readonly index: number };
  readonly sum: Record<never, never>;
  readonly maximum: Record<never, never>;
  readonly minimum: Record<never, never>;
  readonly dot: Record<never, never>;
  readonly norm2: Record<never, never>;
  readonly count: Record<never, never>;
  readonly cumulativeSum: Record<never, never>;
  readonly groupNorm: Record<never, never>;
  readonly channelMaximum: Record<never, never>;
  readonly sumTo: { readonly space: Space };
  readonly sumSamples: Record<never, never>;
  readonly slices: Record<never, never>;
  readonly joinSlices: { readonly count: Dimension };
  readonly repeatSlices: { readonly count: Dimension };
  readonly sumSlices: { readonly count: Dimension };
  readonly nuclearNorm: Record<never, never>;
  readonly shrinkSingular: Record<never, never>;
  readonly shrinkSingularGradient: Record<never, never>;
  readonly samples: Record<never, never>;
  readonly inTraining: Record<never, never>;
  readonly observed: Record<never, never>;
  readonly largest: Record<never, never>;
  /** `within`: only one kernel reads it, which may compute it as it goes */
  readonly apply: { readonly adjoint: boolean; readonly within?: true };
  readonly applyMap: Record<never, never>;
  readonly applyMapReverse: Record<never, never>;
  readonly rows: { readonly axis: number };
  readonly placeRows: { readonly axis: number; readonly space: Space };
  /** `codomain` is that of the whole operator */
  readonly applyRows: { readonly adjoint: boolean; readonly codomain: Space };
  readonly rowNorms: { readonly codomain: Space };
  readonly norm: Record<never, never>;
  readonly gram: Record<never, never>;
  readonly diagonalise: { readonly alone: boolean };
  readonly composition: { readonly adjoints: readonly number[]; readonly domain: Space };
  readonly library: {
    readonly name: LibraryOperatorName;
    readonly settings: LibrarySettings;
    readonly domain: Space;
    readonly codomain: Space;
  };
  readonly filteredBackprojection: { readonly filter: RampWindow };
  readonly matvec: { readonly transpose: boolean; readonly space: Space };
  readonly outerSum: { readonly space: Space };
  readonly materialise: { readonly domain: Space; readonly map: Block };
  readonly frobenius: { readonly domain: Space; readonly map: Block };
  readonly solve: {
    readonly map: Block;
    readonly started: boolean;
    /** how many operators M is a sum of that may share a basis; 0 where that is not known */
    readonly terms: number;
    readonly by: "cg";
    readonly tolerance: number;
    readonly maximum: number;
  };
  readonly convolve: { readonly stride: number };
  readonly convolveInput: { readonly stride: number; readonly space: Space };
  readonly convolveFilter: { readonly stride: number; readonly space: Space; readonly apart: boolean };
  readonly maxPool: { readonly q: number };
  readonly maxPoolGradient: { readonly q: number };
  readonly depthwise: Record<never, never>;
  readonly depthwiseInput: Record<never, never>;
  readonly depthwiseFilter: { readonly space: Space; readonly apart: boolean };
  readonly shuffle: { readonly q: number };
  readonly unshuffle: { readonly q: number };
  readonly concat: Record<never, never>;
  readonly channels: { readonly begin: Dimension; readonly size: Dimension };
  readonly placeChannels: { readonly begin: Dimension; readonly count: Dimension };
  readonly extendImage: ImageMargins;
  readonly foldImage: ImageMargins;
  readonly padImage: { readonly multiple: number };
  readonly cropImage: { readonly space: Space };
  readonly padImageTo: { readonly space: Space };
  readonly reshape: { readonly space: Space };
  readonly branch: { readonly whenTrue: Block; readonly whenFalse: Block };
  readonly loop: { readonly condition: Block; readonly body: Block; readonly maximum: number };
  readonly loopSaving: { readonly condition: Block; readonly body: Block; readonly maximum: number };
  readonly loopAdjoint: { readonly body: Block; readonly carried: number };
  readonly call: { readonly function: string };
  readonly stopGradient: Record<never, never>;
  /** the other attributes say how the adjoint system is solved; see fixedPoint.ts */
  readonly fixedPoint: { readonly step: Block } & FixedPointOptions;
}

/** Points beyond both ends of the two image axes, or of `only` one of them, and what stands there. */
export interface ImageMargins {
  readonly boundary: Extension;
  readonly before: number;
  readonly after: number;
  readonly only?: 0 | 1;
}

export type Operation = keyof OperationAttributes;
