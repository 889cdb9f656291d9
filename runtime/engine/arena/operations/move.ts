import type { Store } from "../store.ts";

/** Entries of an item: 128 KiB. */
const ITEM = 32768;

/** Columns of a tile of a transposition, where there are rows enough: each is read from a page of its own. */
const TILE_COLUMNS = 256;

/** An axis along which entries move: how many there are, and floats from one to the next, at both ends. */
export interface Axis {
  readonly extent: number;
  readonly to: number;
  readonly from: number;
}

/** Places in bytes. */
export interface Ends {
  readonly to: number;
  readonly from: number;
}

/** The axes of a shape whose entries lie at these strides. */
export function axesOf(shape: readonly number[], to: readonly number[], from: readonly number[]): Axis[] {
  return shape.map((extent, axis) => ({ extent, to: to[axis] ?? 0, from: from[axis] ?? 0 }));
}

/** The same axes, as few as possible. */
export function joinedAxes(axes: readonly Axis[]): readonly Axis[] {
  const joined: Axis[] = [];
  for (const axis of axes) {
    if (axis.extent === 1) continue;
    const last = joined.at(-1);
    if (last?.to === axis.to * axis.extent && last.from === axis.from * axis.extent) {
      joined[joined.length - 1] = { ...axis, extent: last.extent * axis.extent };
    } else joined.push(axis);
  }
  return joined;
}

/** Copies entries along axes, the innermost of `to` last. */
export function move(store: Store, ends: Ends, axes: readonly Axis[]): void {
  if (axes.some(({ extent }) => extent === 0)) return;
  const joined = joinedAxes(axes);
  const inner = joined.at(-1) ?? { extent: 1, to: 1, from: 1 };
  const outer = joined.slice(0, -1);
  const rows = outer.findIndex(({ from }) => from === 1);
  const down = outer[rows];
  if (down !== undefined && inner.to === 1 && inner.from !== 1)
    transpose(store, ends, { outer: outer.toSpliced(rows, 1), down, across: inner });
  else moveRows(store, ends, outer, inner);
}

function moveRows(store: Store, { to, from }: Ends, outer: readonly Axis[], inner: Axis): void {
  const rows = countOf(outer);
  const tiles = Math.ceil(inner.extent / ITEM);
  const tile = 4 * Math.ceil(inner.extent / tiles / 4);
  const rowsOfItem = tiles > 1 ? 1 : Math.max(1, Math.floor(ITEM / inner.extent));
  const words = [to, from, inner.extent, inner.to, inner.from, tile, tiles, rows, rowsOfItem];
  const items = tiles * Math.ceil(rows / rowsOfItem);
  store.machine.run("move_rows", [...words, ...tableOf(outer)], items, 4 * rows * inner.extent);
}

interface Matrices {
  readonly outer: readonly Axis[];
  /** the axis whose entries are neighbours at `from` */
  readonly down: Axis;
  /** the axis whose entries are neighbours at `to` */
  readonly across: Axis;
}

/** Matrices whose columns become rows. */
function transpose(store: Store, { to, from }: Ends, { outer, down, across }: Matrices): void {
  const matrices = countOf(outer);
  const size = down.extent * across.extent;
  const wide = Math.min(across.extent, Math.max(TILE_COLUMNS, 16 * Math.ceil(ITEM / 16 / down.extent)));
  const high = Math.min(down.extent, 16 * Math.ceil(ITEM / 16 / wide));
  const tilesDown = Math.ceil(down.extent / high);
  const tilesAcross = Math.ceil(across.extent / wide);
  const ofItem = tilesDown * tilesAcross > 1 ? 1 : Math.max(1, Math.floor(ITEM / size));
  const shape = [down.extent, across.extent, down.to, across.from];
  const words = [to, from, ...shape, high, wide, tilesDown, tilesAcross, matrices, ofItem];
  const items = tilesDown * tilesAcross * Math.ceil(matrices / ofItem);
  store.machine.run("transpose", [...words, ...tableOf(outer)], items, 4 * matrices * size);
}

function countOf(axes: readonly Axis[]): number {
  return axes.reduce((count, { extent }) => count * extent, 1);
}

/** The axes that rows or matrices are counted by, as kernels read them: the innermost first. */
function tableOf(axes: readonly Axis[]): readonly number[] {
  const inward = axes.toReversed();
  const column = (key: keyof Axis): number[] => inward.map((axis) => axis[key]);
  return [axes.length, ...column("extent"), ...column("to"), ...column("from")];
}
