import type { Mode } from "../../kernels/encode/kernel.ts";

/** How several arrays run along the rows of the shape that they share by numpy's rule. */
export interface Rows {
  /** entries of a row */
  readonly entries: number;
  /** extents of the axes that rows are counted by, the innermost first */
  readonly extents: readonly number[];
  /** by axis and array, bytes from a row to the next */
  readonly strides: readonly (readonly number[])[];
  /** how each array runs along a row */
  readonly modes: readonly Mode[];
}

/** Axes that several arrays run along alike. */
export interface Axis {
  readonly extent: number;
  /** entries from one index to the next, by array: 0 where it repeats */
  readonly strides: readonly number[];
}

/** The rows of `shape` for arrays of shapes that align with it; neighbouring axes are joined where all arrays allow. */
export function rowsOf(shape: readonly number[], shapes: readonly (readonly number[])[]): Rows {
  const [inner, ...outer] = joinedAxes(shape, shapes);
  const none: Rows = { entries: 1, extents: [], strides: [], modes: shapes.map(() => "single") };
  if (inner === undefined) return none;
  const [next, ...others] = outer;
  const rowsBeyond = (axes: readonly Axis[], entries: number, modes: readonly Mode[]): Rows => ({
    entries,
    extents: axes.map(({ extent }) => extent),
    strides: axes.map(({ strides }) => strides.map((stride) => 4 * stride)),
    modes: modes.map((mode, at) =>
      mode === "splat" && axes.every(({ strides }) => strides[at] === 0) ? "single" : mode,
    ),
  });
  if (inner.extent === 2 && next !== undefined) {
    const modes = inner.strides.map((stride, at) => pairMode(stride, next.strides[at] ?? 0));
    return rowsBeyond(others, 2 * next.extent, modes);
  }
  const modes = inner.strides.map((stride): Mode => (stride === 0 ? "splat" : "stream"));
  return rowsBeyond(outer, inner.extent, modes);
}

/** How an array runs along pairs, by its strides within a pair and from pair to pair. */
function pairMode(within: number, between: number): Mode {
  if (within === 0) return between === 0 ? "splat" : "repeat";
  return between === 0 ? "couple" : "stream";
}

/** The axes of extents above 1, the innermost first, as few as possible. */
export function joinedAxes(
  shape: readonly number[],
  shapes: readonly (readonly number[])[],
): readonly Axis[] {
  const axes: Axis[] = [];
  const sizes = shapes.map(() => 1);
  for (let back = 1; back <= shape.length; back++) {
    const extent = shape[shape.length - back] ?? 1;
    if (extent === 1) continue;
    const strides = shapes.map((own, at) => {
      const repeats = (own[own.length - back] ?? 1) === 1;
      const size = sizes[at] ?? 1;
      if (!repeats) sizes[at] = size * extent;
      return repeats ? 0 : size;
    });
    const last = axes.at(-1);
    const joins = last?.strides.every((stride, at) => strides[at] === stride * last.extent) ?? false;
    if (last !== undefined && joins)
      axes[axes.length - 1] = { extent: last.extent * extent, strides: last.strides };
    else axes.push({ extent, strides });
  }
  return axes;
}
