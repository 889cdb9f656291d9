import type { ElementwiseExpression } from "../../arrays/expression.ts";
import { asArray, handleShape } from "../../arrays/layout.ts";
import type { Operations } from "../../arrays/operations.ts";
import type { ArrayValue, Value } from "../../arrays/value.ts";
import type { Engine, Handle } from "../../engine/engine.ts";
import { waveletFilters } from "../../engine/wavelet.ts";
import { type AxisProduct, axisProduct } from "../resampling/axisProduct.ts";
import { unsuitableDomain } from "../call.ts";
import { defineOperator } from "../define.ts";
import { type DenseMatrix, transposed } from "../dense/gram.ts";
import { provedMatrixNorm } from "../dense/norm.ts";
import { withHandle } from "../handles.ts";
import type { Operator } from "../operator.ts";
import { arraySpace, type ArraySpace } from "../spaces.ts";

/** One axis at one level: n points become as many averages as details. */
interface AxisLevel {
  /** averages, or details */
  readonly count: number;
  /** extent of the coefficients of all coarser levels, from which the details begin */
  readonly corner: number;
  readonly forward: AxisProduct;
  readonly backward: AxisProduct;
  readonly norm: number;
}

/** Relative; filters are orthonormal up to their rounding. */
const FILTER_ERROR = 1e-12;

/** All axes at one level. */
type Level = readonly AxisLevel[];

/**
 * `wavelet(name; boundary = symmetric)` on the first `axes` axes: F[n.., r..] -> F[m.., r..], m = n + levels (F - 2) for
 * filters of F taps: images are mirrored at their borders, the border point repeated, and all coefficients that this
 * extension gives are kept, so that the transform is no longer orthonormal. PyWavelets' mode `symmetric`, in place as
 * its `coeffs_to_array`: where a block of details is smaller than the corner beside it, zeros stand. Each level wants an
 * even size, so that 2^levels divides n - (F - 2). The adjoint is that of the transposed matrices, exactly; the norm is at
 * most the product over the levels of those of their matrices, each 1 at least, which are proved.
 * Source: Mallat, A Wavelet Tour of Signal Processing, 3rd ed., section 7.5; Strang and Nguyen, Wavelets and Filter
 * Banks (1996), chapter 8.
 * @throws OperatorError IPX8203
 */
export function symmetricWavelet(
  { engine }: Operations,
  text: string,
  space: ArraySpace,
  axes: number,
  lowpass: readonly number[],
  levels: number,
): Operator {
  const image = space.shape.slice(0, axes);
  requireEvenSizes(space, image, lowpass.length, levels);
  const all = Array.from({ length: levels }, (_, level): Level => {
    return image.map((extent) => axisLevel(engine, lowpass, extent, level, levels));
  });
  const codomain = arraySpace(space.field, [
    ...image.map((extent) => extent + levels * (lowpass.length - 2)),
    ...space.shape.slice(axes),
  ]);
  const transform =
    (run: (using: Engine, x: Handle, shift: number) => Handle, target: ArraySpace) =>
    (using: Operations, value: Value): ArrayValue => {
      const x = asArray(text, value);
      const result = run(using.engine, x.handle, x.batch === null ? 0 : 1);
      const shape = handleShape(x.batch, target.shape, x.field);
      return withHandle(x, using.engine.reshape(result, shape), target.shape);
    };
  return defineOperator({
    text,
    domain: space,
    codomain,
    handles: all.flat().flatMap(({ forward, backward }) => [...forward.handles, ...backward.handles]),
    norm: () => ({ value: all.reduce(timesNorm, 1), provenance: { kind: "proved" } }),
    properties: () => [],
    apply: transform((using, x, shift) => analysis(using, all, x, shift), codomain),
    adjoint: transform((using, y, shift) => synthesis(using, all, y, shift), space),
  });
}

/** Each level halves an even size n to (n + F - 2)/2. */
function requireEvenSizes(space: ArraySpace, image: readonly number[], taps: number, levels: number): void {
  const step = 2 ** levels;
  const past = (extent: number): number => (((extent - taps + 2) % step) + step) % step;
  const odd = image.find((extent) => past(extent) !== 0);
  if (odd === undefined) return;
  const below = odd - past(odd);
  const near = below > 0 ? `${below} or ${below + step}` : String(below + step);
  throw unsuitableDomain(
    "wavelet",
    space,
    `With symmetric boundaries, ${levels} levels and ${taps} taps, ${step} must divide a size less ${taps - 2}.`,
    `Crop the image, or surround it by zeros, to ${near} points where it has ${odd}; or take fewer levels.`,
  );
}

function axisLevel(
  engine: Engine,
  lowpass: readonly number[],
  extent: number,
  level: number,
  levels: number,
): AxisLevel {
  const taps = lowpass.length;
  const sizeAt = (depth: number): number => (extent - taps + 2) / 2 ** depth + taps - 2;
  const count = sizeAt(level + 1);
  const corner = count + (levels - level - 1) * (taps - 2);
  const n = sizeAt(level);
  const matrix = levelMatrix(lowpass, n, corner - count);
  // M'M is I but near the ends, which see nothing of each other from 4 filter lengths on
  const short = levelMatrix(lowpass, Math.min(n, 4 * taps), 0);
  return {
    count,
    corner,
    forward: axisProduct(engine, matrix),
    backward: axisProduct(engine, transposed(matrix)),
    norm: provedMatrixNorm(short) * (1 + FILTER_ERROR),
  };
}

/**
 * The matrix of one level on n points: rows of averages, `gap` rows of zeros, rows of details. Row k has tap j at the
 * point 2k + 1 - j of the signal that is mirrored at its ends.
 */
function levelMatrix(lowpass: readonly number[], n: number, gap: number): DenseMatrix {
  const count = (n + lowpass.length - 2) / 2;
  const rows = 2 * count + gap;
  const data = new Float64Array(rows * n);
  for (const [band, filter] of waveletFilters(lowpass).entries()) {
    for (let k = 0; k < count; k++) {
      const row = k + band * (count + gap);
      for (const [j, tap] of filter.entries()) {
        const at = row * n + mirrored(2 * k + 1 - j, n);
        data[at] = (data[at] ?? 0) + tap;
      }
    }
  }
  return { rows, columns: n, data };
}

/** ... 1 0 | 0 1 ... n - 1 | n - 1 n - 2 ... */
function mirrored(index: number, n: number): number {
  const inside = ((index % (2 * n)) + 2 * n) % (2 * n);
  return inside < n ? inside : 2 * n - 1 - inside;
}

/** The averages of a level go on to the next; what those give stands in the corner. */
function analysis(engine: Engine, levels: readonly Level[], x: Handle, shift: number): Handle {
  const [level, ...coarser] = levels;
  if (level === undefined) return x;
  const y = along(engine, level, "forward", x, shift);
  if (coarser.length === 0) return y;
  const averages = cornerOf(engine, y, countsOf(level), shift);
  return withCorner(engine, y, analysis(engine, coarser, averages, shift), cornersOf(level), shift);
}

/** The adjoint of the analysis. */
function synthesis(engine: Engine, levels: readonly Level[], y: Handle, shift: number): Handle {
  const [level, ...coarser] = levels;
  if (level === undefined) return y;
  if (coarser.length === 0) return along(engine, level, "backward", y, shift);
  const averages = synthesis(engine, coarser, cornerOf(engine, y, cornersOf(level), shift), shift);
  const whole = withCorner(engine, y, averages, cornersOf(level), shift);
  return along(engine, level, "backward", whole, shift);
}

const countsOf = (level: Level): readonly number[] => level.map(({ count }) => count);
const cornersOf = (level: Level): readonly number[] => level.map(({ corner }) => corner);

function along(
  engine: Engine,
  level: Level,
  direction: "forward" | "backward",
  x: Handle,
  shift: number,
): Handle {
  return level.reduce((current, axis, place) => axis[direction].along(engine, current, place + shift), x);
}

function cornerOf(engine: Engine, x: Handle, extents: readonly number[], shift: number): Handle {
  const begin = x.shape.map(() => 0);
  const size = x.shape.map((extent, axis) => extents[axis - shift] ?? extent);
  return engine.slice(x, begin, size);
}

const input = (name: string): ElementwiseExpression => ({ kind: "input", name });

/** a - b + c, which is c exactly where a is b */
const REPLACED: ElementwiseExpression = {
  kind: "apply",
  function: "add",
  arguments: [{ kind: "apply", function: "sub", arguments: [input("a"), input("b")] }, input("c")],
};

/** y with its corner of these extents replaced by a smaller array and zeros. */
function withCorner(
  engine: Engine,
  y: Handle,
  corner: Handle,
  extents: readonly number[],
  shift: number,
): Handle {
  const padded = (array: Handle): Handle =>
    engine.pad(
      array,
      array.shape.map((extent, axis) => [0, (y.shape[axis] ?? extent) - extent]),
    );
  const before = padded(cornerOf(engine, y, extents, shift));
  return engine.elementwise(REPLACED, { a: y, b: before, c: padded(corner) });
}

function timesNorm(product: number, level: Level): number {
  return (
    product *
    Math.max(
      1,
      level.reduce((norm, axis) => norm * axis.norm, 1),
    )
  );
}
