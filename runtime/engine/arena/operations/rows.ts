import type { Mode } from "../../../kernels/encode/pattern.ts";

/** How several arrays run along the rows of the shape that they share by numpy's rule. */
export interface Rows {
  /** points of a row */
  readonly entries: number;
  /** entries of a point: pairs where the arrays run differently within them, or functions know of both */
  readonly planes: 1 | 2;
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

/**
 * The rows of `shape` for arrays of shapes that align with it; neighbouring axes are joined where all arrays allow,
 * but for a last axis of `pairs`, and not across the ends of so many innermost axes as `cuts` has.
 */
export function rowsOf(
  shape: readonly number[],
  shapes: readonly (readonly number[])[],
  pairs: boolean,
  cuts: readonly number[] = [],
): Rows {
  if (pairs) {
    const [within, ...axes] = alignedAxes(shape, shapes);
    return rowsBeyond(joined(axes, beyond(cuts, 1)), within?.strides ?? null, shapes.length);
  }
  const axes = joinedAxes(shape, shapes, cuts);
  const [inner, ...outer] = axes;
  const isOfPairs = inner?.extent === 2 && outer.length > 0;
  return isOfPairs ? rowsBeyond(outer, inner.strides, shapes.length) : rowsBeyond(axes, null, shapes.length);
}

/** An array that runs along a shape, or one entry of the pairs that it holds on a further axis. */
export interface Part {
  readonly shape: readonly number[];
  /** null of an array of single numbers */
  readonly part: 0 | 1 | null;
}

/** The same for arrays and parts of pairs, along points that are pairs themselves or not. */
export function rowsOfParts(shape: readonly number[], parts: readonly Part[], ofPairs: boolean): Rows {
  const aligned = alignedAxes(
    shape,
    parts.map((part) => part.shape),
  );
  const axes = aligned.map(({ extent, strides }) => ({
    extent,
    strides: strides.map((stride, at) => (parts[at]?.part === null ? stride : 2 * stride)),
  }));
  const rows = rowsBeyond(joined(axes), null, parts.length);
  const modes = rows.modes.map((mode, at): Mode => {
    if (mode !== "stream") return mode;
    const part = parts[at]?.part ?? null;
    if (part === null) return ofPairs ? "repeat" : "stream";
    return part === 0 ? "first" : "second";
  });
  return { ...rows, planes: ofPairs ? 2 : 1, modes };
}

/** Rows along the first of some axes, the innermost first; `within` has the strides within points that are pairs. */
export function rowsBeyond(
  [along, ...axes]: readonly Axis[],
  within: readonly number[] | null,
  arrays: number,
): Rows {
  const modes = Array.from({ length: arrays }, (_, at): Mode => {
    const between = along?.strides[at] ?? 0;
    const mode = within === null ? pointMode(between) : pairMode(within[at] ?? 0, between);
    return mode === "splat" && axes.every(({ strides }) => strides[at] === 0) ? "single" : mode;
  });
  return {
    entries: along?.extent ?? 1,
    planes: within === null ? 1 : 2,
    extents: axes.map(({ extent }) => extent),
    strides: axes.map(({ strides }) => strides.map((stride) => 4 * stride)),
    modes,
  };
}

function pointMode(between: number): Mode {
  return between === 0 ? "splat" : "stream";
}

/** How an array runs along pairs, by its strides within a pair and from pair to pair. */
function pairMode(within: number, between: number): Mode {
  if (within === 0) return between === 0 ? "splat" : "repeat";
  return between === 0 ? "couple" : "stream";
}

/** The axes of a shape, the innermost first. */
export function alignedAxes(
  shape: readonly number[],
  shapes: readonly (readonly number[])[],
): readonly Axis[] {
  const sizes = shapes.map(() => 1);
  return shape.toReversed().map((extent, index) => {
    const strides = shapes.map((own, at) => {
      const repeats = (own[own.length - 1 - index] ?? 1) === 1;
      const size = sizes[at] ?? 1;
      if (!repeats) sizes[at] = size * extent;
      return repeats ? 0 : size;
    });
    return { extent, strides };
  });
}

/** The axes of extents above 1, the innermost first, as few as possible. */
export function joinedAxes(
  shape: readonly number[],
  shapes: readonly (readonly number[])[],
  cuts: readonly number[] = [],
): readonly Axis[] {
  return joined(alignedAxes(shape, shapes), cuts);
}

/** Cuts as they are counted beyond some axes. */
export function beyond(cuts: readonly number[], axes: number): readonly number[] {
  return cuts.map((cut) => cut - axes);
}

/**
 * Axes, the innermost first, joined where all arrays run along neighbours alike, and no cut is between them: the number
 * of axes within it.
 */
export function joined(axes: readonly Axis[], cuts: readonly number[] = []): readonly Axis[] {
  const found: Axis[] = [];
  let isCut = false;
  axes.forEach(({ extent, strides }, index) => {
    isCut ||= cuts.includes(index);
    if (extent === 1) return;
    const last = found.at(-1);
    const joins = last?.strides.every((stride, at) => strides[at] === stride * last.extent) ?? false;
    if (last !== undefined && joins && !isCut)
      found[found.length - 1] = { extent: last.extent * extent, strides: last.strides };
    else found.push({ extent, strides });
    isCut = false;
  });
  return found;
}
