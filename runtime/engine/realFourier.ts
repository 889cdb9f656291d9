import type { ElementwiseExpression } from "../arrays/expression.ts";
import { type Engine, EngineError, type Handle } from "./engine.ts";

/** What `filterFourier` of an engine is told; see there. */
export interface FilterOptions {
  /** axes of the array, each once, ascending */
  readonly axes: readonly number[];
  /** takes the conjugate factors */
  readonly adjoint: boolean;
}

/** The transforms of real arrays. */
export type RealTransforms = Pick<Engine, "realFourier" | "inverseRealFourier" | "filterFourier">;

/** How many frequencies of a real line of that length say them all: 0 to length/2. */
export function halfExtent(length: number): number {
  return length === 0 ? 0 : Math.floor(length / 2) + 1;
}

/** The axis whose frequencies are halved: the last of those that are transformed. */
export function halvedAxis(axes: readonly number[]): number {
  return axes.at(-1) ?? 0;
}

/** The shape with another extent of an axis. */
export function withExtent(shape: readonly number[], axis: number, extent: number): number[] {
  return shape.map((each, at) => (at === axis ? extent : each));
}

/** The shape of the half spectrum of a real array over some axes, without the axis of pairs. */
export function halfShape(shape: readonly number[], axes: readonly number[]): number[] {
  const axis = halvedAxis(axes);
  return withExtent(shape, axis, halfExtent(shape[axis] ?? 1));
}

/** Why an array of this many axes has no transform over these, or null. */
export function axesRefusal(rank: number, axes: readonly number[]): string | null {
  const inOrder = axes.every((axis, i) => axis > (axes[i - 1] ?? -1) && axis < rank);
  return inOrder && axes.length > 0 ? null : `no axes [${axes.join(", ")}]`;
}

/** Why pairs are no half spectrum of a real array whose last transformed axis has that extent, or null. */
export function inverseRefusal(
  { shape }: Pick<Handle, "shape">,
  axes: readonly number[],
  extent: number,
): string | null {
  if (shape.at(-1) !== 2) return "no pairs";
  const half = shape[halvedAxis(axes)];
  const none = axesRefusal(shape.length - 1, axes);
  return none ?? (half === halfExtent(extent) ? null : `no half spectrum of ${extent} entries`);
}

/** Why an array cannot be multiplied by these factors in frequency, or null. */
export function filterRefusal(
  array: Pick<Handle, "shape">,
  factors: Pick<Handle, "shape">,
  { axes }: FilterOptions,
): string | null {
  const none = axesRefusal(array.shape.length, axes);
  if (none !== null) return none;
  const half = halfShape(array.shape, axes);
  const along = factors.shape.slice(0, half.length);
  const isPair = factors.shape.length === half.length + 1 && factors.shape.at(-1) === 2;
  const fits = along.length === half.length && along.every((extent, i) => extent === 1 || extent === half[i]);
  return fits && (isPair || factors.shape.length === half.length)
    ? null
    : `no factors of [${half.join(", ")}] frequencies`;
}

type Movement = Pick<
  Engine,
  "name" | "scope" | "elementwise" | "reshape" | "slice" | "concat" | "pad" | "fill"
>;

const X: ElementwiseExpression = { kind: "input", name: "x" };
const C: ElementwiseExpression = { kind: "input", name: "c" };
const Y: ElementwiseExpression = { kind: "input", name: "y" };
const S: ElementwiseExpression = { kind: "input", name: "s" };
const SCALED: ElementwiseExpression = { kind: "apply", function: "mul", arguments: [X, C] };
const NEGATED: ElementwiseExpression = { kind: "apply", function: "neg", arguments: [X] };
const TURNED: ElementwiseExpression = { kind: "apply", function: "mul", arguments: [Y, S] };
const PRODUCT: ElementwiseExpression = { kind: "apply", function: "add", arguments: [SCALED, TURNED] };

/** Transforms of real arrays by those of pairs, where an engine has none of its own. */
export function composedRealFourier(engine: Movement & Pick<Engine, "fourier">): RealTransforms {
  const realFourier: Engine["realFourier"] = (array, axes) => {
    const { shape } = array;
    refuseIf(engine, "realFourier", [array], axesRefusal(shape.length, axes));
    const axis = halvedAxis(axes);
    return engine.scope(
      () => {
        const pairs = engine.pad(engine.reshape(array, [...shape, 1]), [
          ...shape.map(() => [0, 0] as const),
          [0, 1],
        ]);
        const lines = engine.fourier(pairs, [axis], false);
        const half = engine.slice(lines, new Array<number>(shape.length + 1).fill(0), [
          ...halfShape(shape, axes),
          2,
        ]);
        return engine.fourier(half, axes.slice(0, -1), false);
      },
      (made) => [made],
    );
  };
  const inverseRealFourier: Engine["inverseRealFourier"] = (pairs, axes, extent) => {
    refuseIf(engine, "inverseRealFourier", [pairs], inverseRefusal(pairs, axes, extent));
    const axis = halvedAxis(axes);
    const shape = withExtent(pairs.shape.slice(0, -1), axis, extent);
    return engine.scope(
      () => {
        const half = engine.fourier(pairs, axes.slice(0, -1), true);
        const weighted = engine.elementwise(SCALED, { x: half, c: weights(engine, shape, axis) });
        const missing = extent - halfExtent(extent);
        const whole = engine.pad(
          weighted,
          [...shape, 2].map((_, at) => [0, at === axis ? missing : 0] as const),
        );
        const lines = engine.fourier(whole, [axis], true);
        const real = engine.slice(lines, new Array<number>(shape.length + 1).fill(0), [...shape, 1]);
        return engine.reshape(real, shape);
      },
      (made) => [made],
    );
  };
  return {
    realFourier,
    inverseRealFourier,
    ...composedFilter({ ...engine, realFourier, inverseRealFourier }),
  };
}

/** `filterFourier` by the transforms and a product. */
export function composedFilter(
  engine: Movement & Omit<RealTransforms, "filterFourier">,
): Pick<RealTransforms, "filterFourier"> {
  return {
    filterFourier(array, factors, options) {
      refuseIf(engine, "filterFourier", [array, factors], filterRefusal(array, factors, options));
      const { axes, adjoint } = options;
      return engine.scope(
        () => {
          const product = multiplied(engine, engine.realFourier(array, axes), factors, adjoint);
          return engine.inverseRealFourier(product, axes, array.shape[halvedAxis(axes)] ?? 1);
        },
        (made) => [made],
      );
    },
  };
}

function refuseIf(
  { name }: Pick<Engine, "name">,
  operation: string,
  arrays: readonly Handle[],
  reason: string | null,
): void {
  if (reason === null) return;
  throw new EngineError(
    name,
    operation,
    arrays.map(({ shape }) => shape),
    reason,
  );
}

/** How often each frequency of a half spectrum stands in the whole one, along an axis of pairs of that shape. */
function weights(engine: Movement, shape: readonly number[], axis: number): Handle {
  const extent = shape[axis] ?? 1;
  const half = halfExtent(extent);
  const behind = [...shape.slice(axis + 1), 2].map(() => 1);
  const once = extent % 2 === 0 ? Math.min(1, half) : 0;
  const parts = [
    { count: Math.min(1, half), value: 1 },
    { count: Math.max(0, half - 1 - once), value: 2 },
    { count: once, value: 1 },
  ].filter(({ count }) => count > 0);
  if (parts.length === 0) return engine.fill(1, [0, ...behind]);
  return engine.concat(
    parts.map(({ count, value }) => engine.fill(value, [count, ...behind])),
    0,
  );
}

/** Pairs times factors that are real or pairs, or their conjugates. */
function multiplied(engine: Movement, pairs: Handle, factors: Handle, conjugate: boolean): Handle {
  const rank = pairs.shape.length;
  if (factors.shape.length < rank) {
    return engine.elementwise(SCALED, { x: pairs, c: engine.reshape(factors, [...factors.shape, 1]) });
  }
  const last = rank - 1;
  const part = (of: Handle, index: number): Handle =>
    engine.slice(
      of,
      of.shape.map((_, axis) => (axis === last ? index : 0)),
      withExtent(of.shape, last, 1),
    );
  const imaginary = part(factors, 1);
  const opposite = engine.elementwise(NEGATED, { x: imaginary });
  return engine.elementwise(PRODUCT, {
    x: pairs,
    c: part(factors, 0),
    y: engine.concat([part(pairs, 1), part(pairs, 0)], last),
    s: engine.concat(conjugate ? [imaginary, opposite] : [opposite, imaginary], last),
  });
}
