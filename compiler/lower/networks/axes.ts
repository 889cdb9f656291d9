import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";
import { add, constant, type Dimension, multiply } from "../../types/dimension.ts";
import { arraySpace } from "../../types/space.ts";
import { spaceOfVariable } from "../values.ts";

/** The axes of an array. */
export function axesOf(u: Variable): readonly Dimension[] {
  const space = spaceOfVariable(u);
  if (space.kind !== "array") throw new Error(`${u.name} is no array`);
  return space.dimensions;
}

/** The `size` entries from `begin` along an axis of a real array. */
export function sliceAlong(
  b: IrBuilder,
  u: Variable,
  axis: number,
  begin: Dimension,
  size: Dimension,
): Variable {
  const { before, inner, after } = splitAt(axesOf(u), axis);
  const rows = b.reshape(u, arraySpace("real", [...before, multiply(axesOf(u)[axis] ?? constant(1), inner)]));
  const part = b.channels(rows, multiply(begin, inner), multiply(size, inner));
  return b.reshape(part, arraySpace("real", [...before, size, ...after]));
}

/** Real arrays one after the other along an axis, in which alone they may differ. */
export function joinAlong(b: IrBuilder, parts: readonly Variable[], axis: number): Variable {
  const [first] = parts;
  if (first === undefined) throw new Error("nothing to join");
  const { before, inner, after } = splitAt(axesOf(first), axis);
  const extents = parts.map((part) => axesOf(part)[axis] ?? constant(1));
  const rows = parts.map((part, i) =>
    b.reshape(part, arraySpace("real", [...before, multiply(extents[i] ?? constant(1), inner)])),
  );
  const whole = extents.reduce(add);
  return b.reshape(b.concat(rows), arraySpace("real", [...before, whole, ...after]));
}

interface Split {
  readonly before: readonly Dimension[];
  /** how many entries one step along the axis holds */
  readonly inner: Dimension;
  readonly after: readonly Dimension[];
}

function splitAt(axes: readonly Dimension[], axis: number): Split {
  const after = axes.slice(axis + 1);
  return { before: axes.slice(0, axis), inner: after.reduce(multiply, constant(1)), after };
}
