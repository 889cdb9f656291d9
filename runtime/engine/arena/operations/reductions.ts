import type { Engine, Handle, Reduction } from "../../engine.ts";
import { sameShape, sizeOf } from "../../shape.ts";
import { bitsOf } from "../machine.ts";
import type { Store } from "../store.ts";

/** About so many entries are an item; a longer stretch is cut, and what its parts give is joined afterwards. */
const ITEM = 65536;

/** Columns that an item has at most, as in runtime/kernels/source/reductions.c. */
const WIDTH = 1024;

/** Rows that are joined in one go where the columns give items enough. */
const ROWS = 1024;

type Kind = Reduction | "dot";

/** The kinds as the kernels number them. */
const KINDS: { readonly [K in Kind]: number } = { sum: 0, max: 1, min: 2, dot: 3 };

/** What nothing gives. */
const START: { readonly [K in Kind]: number } = { sum: 0, max: -Infinity, min: Infinity, dot: 0 };

/** Neighbouring axes that are all reduced or all kept. */
interface Segment {
  readonly extent: number;
  readonly reduced: boolean;
}

/** Two arrays, or one twice, by their places in bytes. */
interface Operands {
  readonly kind: Kind;
  readonly x: number;
  readonly y: number;
}

/** Reductions over axes, and order statistics. */
export function reductionsOf(store: Store): Pick<Engine, "reduce" | "dot" | "kthLargest"> {
  const reduced = (kind: Kind, a: Handle, b: Handle, axes: readonly number[]): Handle => {
    const result = store.make(a.shape.filter((_, axis) => !axes.includes(axis)));
    const operands = { kind, x: store.offsetOf(a), y: store.offsetOf(b) };
    const segments = segmentsOf(a.shape, axes);
    const entries = sizeOf(result.shape);
    const place = store.offsetOf(result);
    if (entries === 0) return result;
    if (segments.some(({ extent }) => extent === 0)) {
      store.machine.run("fill", [place, entries, bitsOf(START[kind]), entries], 1, entries);
    } else reduceSegments(store, operands, segments, place);
    return result;
  };

  return {
    reduce: (kind, array, axes) => reduced(kind, array, array, axes),
    dot(a, b, axes) {
      if (!sameShape(a.shape, b.shape)) throw store.refuse("dot", [a, b], "the shapes differ");
      return reduced("dot", a, b, axes);
    },
    kthLargest(rows, k) {
      const [count = 0, n = 0] = rows.shape;
      if (rows.shape.length !== 2 || k < 1 || k > n) throw store.refuse("kthLargest", [rows], `k = ${k}`);
      const result = store.make([count]);
      const rowsOfItem = Math.max(1, Math.floor(ITEM / 16 / n));
      const words = [store.offsetOf(rows), store.offsetOf(result), count, n, k, rowsOfItem];
      store.machine.run("kth_largest", words, Math.ceil(count / rowsOfItem), 8 * count * n);
      return result;
    },
  };
}

/** Joins `rows` numbers, or rows of `columns` numbers each, for each of `outer`, from a place to another. */
export function reducePlace(
  store: Store,
  kind: Reduction,
  place: number,
  [outer, rows, columns]: readonly [number, number, number],
  result: number,
): void {
  const segments = [
    { extent: outer, reduced: false },
    { extent: rows, reduced: true },
    { extent: columns, reduced: false },
  ];
  reduceSegments(store, { kind, x: place, y: place }, joinedSegments(segments), result);
}

/** The axes of a shape, joined where neighbours are treated alike; at least one segment is reduced. */
function segmentsOf(shape: readonly number[], axes: readonly number[]): readonly Segment[] {
  const all = shape.map((extent, axis): Segment => ({ extent, reduced: axes.includes(axis) }));
  const joined = joinedSegments(all);
  return joined.some((segment) => segment.reduced) ? joined : [{ extent: 1, reduced: true }, ...joined];
}

function joinedSegments(segments: readonly Segment[]): readonly Segment[] {
  const joined: Segment[] = [];
  for (const segment of segments) {
    if (segment.extent === 1) continue;
    const last = joined.at(-1);
    if (last?.reduced !== segment.reduced) joined.push(segment);
    else joined[joined.length - 1] = { ...last, extent: last.extent * segment.extent };
  }
  return joined;
}

/** Reduces the innermost segment that is to be reduced, to some numbers or one, and then what remains. */
function reduceSegments(
  store: Store,
  operands: Operands,
  segments: readonly Segment[],
  result: number,
): void {
  const at = segments.findLastIndex((segment) => segment.reduced);
  const extentOf = (part: readonly Segment[]): number => sizeOf(part.map(({ extent }) => extent));
  const outer = extentOf(segments.slice(0, at));
  const rows = segments[at]?.extent ?? 1;
  const columns = extentOf(segments.slice(at + 1));
  const chunks = columns === 1 ? Math.ceil(rows / ITEM) : chunksOf(outer, rows, columns);
  const remaining = joinedSegments(segments.toSpliced(at, 1, { extent: chunks, reduced: true }));
  const run = (place: number): void => {
    if (columns === 1) runRows(store, operands, place, { outer, rows, chunks });
    else runColumns(store, operands, place, { outer, rows, columns, chunks });
  };
  if (!remaining.some((segment) => segment.reduced)) return run(result);
  const kind = operands.kind === "dot" ? "sum" : operands.kind;
  store.scratch(outer * chunks * columns, (place) => {
    run(place);
    reduceSegments(store, { kind, x: place, y: place }, remaining, result);
  });
}

/** Into how many parts the rows over columns are cut: one where there are items enough without. */
function chunksOf(outer: number, rows: number, columns: number): number {
  const width = Math.min(columns, WIDTH);
  const items = outer * Math.ceil(columns / WIDTH);
  if (rows <= ROWS && (items >= 8 || rows * width <= 2 * ITEM)) return 1;
  return Math.ceil(rows / Math.max(16, Math.floor(ITEM / width)));
}

interface Rows {
  readonly outer: number;
  readonly rows: number;
  readonly chunks: number;
}

function runRows(
  store: Store,
  { kind, x, y }: Operands,
  result: number,
  { outer, rows, chunks }: Rows,
): void {
  const chunk = 32 * Math.ceil(rows / chunks / 32);
  const ofItem = chunks > 1 ? 1 : Math.max(1, Math.floor(ITEM / 2 / rows));
  const words = [KINDS[kind], x, y, result, outer, rows, chunk, chunks, ofItem];
  store.machine.run("reduce_rows", words, chunks * Math.ceil(outer / ofItem), workOf(kind, outer * rows));
}

function runColumns(
  store: Store,
  { kind, x, y }: Operands,
  result: number,
  { outer, rows, columns, chunks }: Rows & { readonly columns: number },
): void {
  const blocks = Math.ceil(columns / WIDTH);
  const chunk = Math.ceil(rows / chunks);
  const ofItem = chunks * blocks > 1 ? 1 : Math.max(1, Math.floor(ITEM / 2 / (rows * columns)));
  const words = [KINDS[kind], x, y, result, outer, rows, columns, chunk, chunks, ofItem];
  const items = blocks * chunks * Math.ceil(outer / ofItem);
  store.machine.run("reduce_columns", words, items, workOf(kind, outer * rows * columns));
}

/** About how many operations: half the bytes that are read. */
function workOf(kind: Kind, entries: number): number {
  return entries * (kind === "dot" ? 4 : 2);
}
