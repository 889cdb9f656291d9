import type { Handle } from "./engine.ts";

/** The extents of rows that are taken by indices, or put back: `samples` of [extent or count, entries]. */
export interface IndexedShape {
  /** samples of the rows, and of the indices: 1 where all share them */
  readonly rows: number;
  readonly indices: number;
  readonly samples: number;
  /** rows of a sample, before the indices choose some or behind it */
  readonly extent: number;
  /** indices of a sample */
  readonly count: number;
  /** entries of a row */
  readonly entries: number;
}

/** The extents of `takeRows` of [s, m, r] by [t, b]; null where they do not fit. */
export function takenShape(rows: Handle, indices: Handle): IndexedShape | null {
  const [s = 0, extent = 0, entries = 0] = rows.shape;
  return indexedShape(rows, indices, { s, extent, count: indices.shape[1] ?? 0, entries });
}

/** The extents of `addRows` of [s, b, r] by [t, b] onto `extent` rows; null where they do not fit. */
export function addedShape(rows: Handle, indices: Handle, extent: number): IndexedShape | null {
  const [s = 0, count = 0, entries = 0] = rows.shape;
  if (indices.shape[1] !== count) return null;
  return indexedShape(rows, indices, { s, extent, count, entries });
}

function indexedShape(
  rows: Handle,
  indices: Handle,
  { s, extent, count, entries }: Pick<IndexedShape, "extent" | "count" | "entries"> & { readonly s: number },
): IndexedShape | null {
  const [t = 0] = indices.shape;
  const fits = rows.shape.length === 3 && indices.shape.length === 2 && (s === t || s === 1 || t === 1);
  if (!fits || (extent === 0 && count > 0)) return null;
  return { rows: s, indices: t, samples: s === 1 ? t : s, extent, count, entries };
}
