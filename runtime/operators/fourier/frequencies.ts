import { arrayValue, asArray, commonBatch, handleShape } from "../../arrays/layout.ts";
import type { Operations } from "../../arrays/operations.ts";
import type { ArrayValue } from "../../arrays/value.ts";
import { halfShape } from "../../engine/realFourier.ts";
import { sizeOf } from "../../engine/shape.ts";

/** What the frequencies of real arrays are multiplied by: those of a half spectrum, which say them all. */
export interface Frequencies {
  /** axes of an array, ascending */
  readonly axes: readonly number[];
  /** real or complex, as many axes as the array, repeated along those of 1; with the factor of the inverse transform */
  readonly factors: ArrayValue;
}

/**
 * The factors of a map of real arrays of that shape from those of its whole spectrum over some axes, which are conjugate
 * at opposite frequencies; they have as many axes as the array, repeated along those of 1.
 */
export function frequencies(
  operations: Operations,
  whole: ArrayValue,
  along: readonly number[],
  shape: readonly number[],
): Frequencies {
  const axes = ascending(along);
  const size = sizeOf(axes.map((axis) => shape[axis] ?? 1));
  const half = halfSpectrum(operations, whole, axes);
  return { axes, factors: asArray("frequencies", operations.map(`x*${1 / size}`, { x: half })) };
}

/** Axes in the order of the array. */
export function ascending(axes: readonly number[]): readonly number[] {
  return [...axes].sort((a, b) => a - b);
}

/** The frequencies 0 to n/2 of the last of some axes. */
export function halfSpectrum(
  { engine }: Operations,
  { handle, batch, shape, field }: ArrayValue,
  axes: readonly number[],
): ArrayValue {
  const half = halfShape(shape, ascending(axes));
  const size = handleShape(batch, half, field);
  const first = engine.slice(handle, new Array<number>(size.length).fill(0), size);
  return arrayValue(engine, first, batch, half, field);
}

/** A real array with its frequencies multiplied by factors, or by their conjugates, which is the adjoint. */
export function multiplied(
  { engine }: Operations,
  x: ArrayValue,
  { axes, factors }: Frequencies,
  adjoint: boolean,
): ArrayValue {
  const batch = commonBatch("a product of frequencies", [x, factors]);
  const shift = batch === null ? 0 : 1;
  const isAlone = x.batch === null && batch !== null;
  const given = isAlone ? engine.broadcast(x.handle, [batch, ...x.shape]) : x.handle;
  const own =
    batch !== null && factors.batch === null
      ? engine.reshape(factors.handle, [1, ...factors.handle.shape])
      : factors.handle;
  const along = axes.map((axis) => axis + shift);
  return arrayValue(engine, engine.filterFourier(given, own, { axes: along, adjoint }), batch, x.shape);
}
