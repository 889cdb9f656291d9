import type { Engine } from "../../engine.ts";
import { sizeOf } from "../../shape.ts";
import { waveletFilters, type WaveletOptions, waveletRefusal } from "../../wavelet.ts";
import type { Store } from "../store.ts";

/** Longer filters do not fit into the buffers of the kernel. */
const MOST_TAPS = 64;
/** From so many floats a point on, a line of points is an image of rows. */
const WIDE = 16;
/** About so many operations are worth an item: some 5 microseconds, since all levels but the first are small. */
const ITEM = 100_000;

/** Volumes [outer, depth, rows, columns, inner]; the axes that a transform leaves alone are batches. */
interface Grid {
  readonly outer: number;
  readonly depth: number;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly along: { readonly depth: boolean; readonly rows: boolean; readonly columns: boolean };
}

/** Rows of floats in the arena: their place in bytes, and how many floats lie between them, between volumes, slices. */
interface View {
  readonly place: number;
  readonly row: number;
  readonly outer: number;
  readonly slice: number;
}

/** One pass of the kernel over all its images. */
interface Pass {
  readonly image: View;
  readonly averages: View;
  readonly details: View;
  readonly slices: number;
  readonly images: number;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly alongRows: boolean;
  readonly alongColumns: boolean;
}

/** Periodic wavelets, rows and columns of a level in one pass, the corners between levels beside the arrays. */
export function waveletOf(store: Store): Pick<Engine, "wavelet"> {
  return {
    wavelet(array, options) {
      const reason = waveletRefusal(array, options);
      if (reason !== null) throw store.refuse("wavelet", [array], reason);
      const [low, high] = waveletFilters(options.lowpass);
      if (low.length > MOST_TAPS) throw store.refuse("wavelet", [array], `more than ${MOST_TAPS} taps`);
      if (options.levels === 0) return store.reshape(array, array.shape);
      const result = store.make(array.shape);
      if (sizeOf(array.shape) === 0) return result;
      const filters = store.table(`wavelet ${low.join()}`, () => Float32Array.from([...low, ...high]));
      const [from, to] = [store.offsetOf(array), store.offsetOf(result)];
      const [points, coefficients] = options.adjoint ? [to, from] : [from, to];
      const grid = gridOf(array.shape, options);
      store.scratch(roomOf(grid, options.levels), (room) => {
        const levels = Array.from({ length: options.levels }, (_, level) => level);
        for (const level of options.adjoint ? levels.reverse() : levels) {
          const passes = passesOf(grid, options.levels, level, { points, coefficients, room });
          for (const pass of options.adjoint ? passes.reverse() : passes)
            run(store, pass, { filters, taps: low.length, adjoint: options.adjoint });
        }
      });
      return result;
    },
  };
}

function gridOf(shape: readonly number[], { axes }: WaveletOptions): Grid {
  const [first = 0] = axes;
  const outer = sizeOf(shape.slice(0, first));
  const inner = sizeOf(shape.slice(first + axes.length));
  const [a = 1, b = 1, c = 1] = axes.map((axis) => shape[axis]);
  if (axes.length === 3) {
    const along = { depth: true, rows: true, columns: true };
    return { outer, depth: a, rows: b, columns: c, inner, along };
  }
  if (axes.length === 2) {
    const along = { depth: false, rows: true, columns: true };
    return { outer, depth: 1, rows: a, columns: b, inner, along };
  }
  const rows = inner >= WIDE;
  const along = { depth: false, rows, columns: !rows };
  if (rows) return { outer, depth: 1, rows: a, columns: inner, inner: 1, along };
  return { outer: 1, depth: 1, rows: outer, columns: a, inner, along };
}

/** The corner that a level starts from. */
function cornerOf(grid: Grid, level: number): Grid {
  const { along } = grid;
  const cut = (extent: number, moving: boolean): number => (moving ? extent / 2 ** level : extent);
  return {
    ...grid,
    depth: cut(grid.depth, along.depth),
    rows: cut(grid.rows, along.rows),
    columns: cut(grid.columns, along.columns),
  };
}

function sizeOfGrid({ outer, depth, rows, columns, inner }: Grid): number {
  return outer * depth * rows * columns * inner;
}

/** Floats of all corners behind the first, and of what stands between the passes of a level. */
function roomOf(grid: Grid, levels: number): number {
  const between = grid.along.depth ? sizeOfGrid(grid) : 0;
  return between + corners(grid, levels);
}

/** Floats of the corners from level 1 on, below `level`. */
function corners(grid: Grid, level: number): number {
  let floats = 0;
  for (let each = 1; each < level; each++) floats += sizeOfGrid(cornerOf(grid, each));
  return floats;
}

/** A whole grid at a place, and the same `slices` further. */
function viewOf({ depth, rows, columns, inner }: Grid, place: number, slices = 0): View {
  const row = columns * inner;
  const slice = rows * row;
  return { place: place + 4 * slices * slice, row, slice, outer: depth * slice };
}

interface Places {
  readonly points: number;
  readonly coefficients: number;
  readonly room: number;
}

/** The passes of a level of the analysis, in their order. */
function passesOf(grid: Grid, levels: number, level: number, places: Places): Pass[] {
  const corner = cornerOf(grid, level);
  const kept = roomOf(grid, 1);
  const compact = (of: number): View =>
    viewOf(cornerOf(grid, of), places.room + 4 * (kept + corners(grid, of)));
  const whole = (slices = 0): View => viewOf(grid, places.coefficients, slices);
  const image = level === 0 ? viewOf(grid, places.points) : compact(level);
  const averages = level + 1 === levels ? whole() : compact(level + 1);
  const { outer, depth, rows, columns, inner, along } = corner;
  const flat = { rows, columns, inner, alongRows: along.rows, alongColumns: along.columns };
  if (!along.depth) return [{ ...flat, image, averages, details: whole(), slices: 1, images: outer }];
  const half = depth / 2;
  const between = viewOf(corner, places.room);
  const lengthwise = (view: View): View => ({
    place: view.place,
    row: view.slice,
    outer: view.outer,
    slice: 0,
  });
  const volume = { slices: half, images: outer * half };
  return [
    {
      image: lengthwise(image),
      averages: lengthwise(between),
      details: lengthwise(between),
      slices: 1,
      images: outer,
      rows: depth,
      columns: rows * columns * inner,
      inner: 1,
      alongRows: true,
      alongColumns: false,
    },
    { ...flat, ...volume, image: between, averages, details: whole() },
    {
      ...flat,
      ...volume,
      image: viewOf(corner, places.room, half),
      averages: whole(half),
      details: whole(half),
    },
  ];
}

interface Filters {
  /** the place of both filters, and the taps of one */
  readonly filters: number;
  readonly taps: number;
  readonly adjoint: boolean;
}

function run(store: Store, pass: Pass, { filters, taps, adjoint }: Filters): void {
  const { slices, images, rows, columns, inner, alongRows, alongColumns } = pass;
  const steps = alongRows ? rows / 2 : rows;
  const ofStep = (alongRows && alongColumns ? 8 : alongRows ? 4 : 2) * taps * columns * inner;
  const work = ofStep * steps * images;
  const each = Math.ceil(steps / Math.max(1, Math.round(itemsOf(work) / images)));
  const view = ({ place, row, outer, slice }: View): number[] => [place, row, outer, slice];
  const words = [
    ...[...view(pass.image), ...view(pass.averages), ...view(pass.details)],
    ...[slices, images, rows, columns, inner, taps, filters],
    ...[Number(alongRows), Number(alongColumns), each],
  ];
  const kernel = adjoint ? "wavelet_synthesis" : "wavelet_analysis";
  store.machine.run(kernel, words, images * Math.ceil(steps / each), work);
}

/** In how many items that work is cut: an even number, so that two threads have as much to do. */
function itemsOf(work: number): number {
  const couples = Math.round(work / (2 * ITEM));
  return couples === 0 ? 1 : 2 * couples;
}
