import type { Handle } from "../../engine.ts";
import type { Correlation, Geometry } from "./layer.ts";
import type { Store } from "../store.ts";

/** Fewest channels, on either side, and fewest tiles where the transforms pay. */
const FEWEST_CHANNELS = 12;
const FEWEST_TILES = 6;

/** Items that the tiles are cut into, where each has at least ITEM_WORK operations; each item takes room of its own. */
const ITEMS = 16;
const ITEM_WORK = 1_000_000;

const POINTS = 36;

/** Tiles that the filter gradient maps to the points before it sums, and of an item that maps. */
const CHUNK = 256;
const STRETCH = 8;

/** The tiles of 4x4 results that a layer is cut into, and how they are shared out. */
interface Tiling {
  readonly tiles: number;
  /** tiles of an item, and of a block that is worked on at once */
  readonly item: number;
  readonly block: number;
  readonly items: number;
  /** floats of the room of an item */
  readonly slab: number;
  /** output channels up to a whole number of registers */
  readonly columns: number;
  readonly work: number;
}

/**
 * Convolutions of 3x3 filters with stride 1 by products at 6 points an axis (runtime/kernels/source/winograd.c), with
 * a quarter of the multiplications. Gives false, and leaves the result to the plain form, for other layers, for those
 * with few channels, and where a result is no finite number (the transforms spread NaN and infinities over tiles). The
 * error, relative to the largest result, is 1e-6 for 32 and 5e-6 for 512 channels, about twice that of plain sums.
 */
export function correlateByPoints(
  store: Store,
  { geometry, images, filters, result, base, steps, grid }: Correlation,
): boolean {
  const { channels, out, columns } = geometry;
  if (!isSuited(geometry) || grid[2] !== out || grid[1] !== columns * out) return false;
  const tiling = tilingOf(geometry);
  const { run } = store.machine;
  return store.scratch(POINTS * channels * tiling.columns, (packed) =>
    store.scratch(tiling.items * (tiling.slab + 1), (slabs) => {
      const flags = slabs + 4 * tiling.items * tiling.slab;
      const packing = [filters, packed, channels, out, base, ...steps];
      run("winograd_filters", packing, channels, 150 * channels * out);
      const words = wordsOf([images, packed, result, flags, slabs], geometry, tiling);
      run("winograd_convolve", words, tiling.items, tiling.work);
      return areClear(store, flags, tiling.items);
    }),
  );
}

/** The filter gradient in the same way: true where the result is written. */
export function filterGradientByPoints(
  store: Store,
  layer: Handle,
  cotangent: Handle,
  result: Handle,
  geometry: Geometry,
): boolean {
  if (!isSuited(geometry)) return false;
  const { height, width, channels, out, top, left, rows, columns } = geometry;
  const tiles = tilesOf(geometry);
  const chunk = Math.min(tiles, CHUNK);
  // 16 floats apart from a power of two, which the sets of a cache would not hold
  const imagePoint = chunk * roundedUp(channels, 16) + 16;
  const point = chunk * roundedUp(out, 32) + 16;
  const sumsSize = POINTS * channels * roundedUp(out, 32);
  const { run } = store.machine;
  return store.scratch(POINTS * (imagePoint + point) + sumsSize + channels, (images) => {
    const cotangents = images + 4 * POINTS * imagePoint;
    const sums = cotangents + 4 * POINTS * point;
    const flags = sums + 4 * sumsSize;
    const places = [store.offsetOf(layer), store.offsetOf(cotangent), sums, images, cotangents];
    const sizes = [height, width, channels, out, top, left, rows, columns];
    for (let from = 0; from < tiles; from += chunk) {
      const count = Math.min(chunk, tiles - from);
      const words = [...places, ...sizes, from, count, STRETCH, imagePoint, point];
      run("winograd_gradient_points", words, Math.ceil(count / STRETCH), 400 * count * (channels + out));
      run("winograd_gradient", words, POINTS * Math.ceil(channels / 16), 2 * POINTS * count * channels * out);
    }
    run(
      "winograd_gradient_filters",
      [sums, store.offsetOf(result), flags, channels, out],
      channels,
      3 * sumsSize,
    );
    return areClear(store, flags, channels);
  });
}

function isSuited({
  channels,
  out,
  filterHeight,
  filterWidth,
  stride,
  batch,
  rows,
  columns,
}: Geometry): boolean {
  if (filterHeight !== 3 || filterWidth !== 3 || stride !== 1) return false;
  const tiles = tilesOf({ batch, rows, columns });
  // a tile takes 36 products a channel, plain sums 9 a result
  const pays = 2 * 4 * tiles < batch * rows * columns;
  return channels >= FEWEST_CHANNELS && out >= FEWEST_CHANNELS && tiles >= FEWEST_TILES && pays;
}

function tilesOf({ batch, rows, columns }: Pick<Geometry, "batch" | "rows" | "columns">): number {
  return batch * Math.ceil(rows / 4) * Math.ceil(columns / 4);
}

function roundedUp(count: number, unit: number): number {
  return Math.ceil(count / unit) * unit;
}

function tilingOf(geometry: Geometry): Tiling {
  const { channels, out } = geometry;
  const tiles = tilesOf(geometry);
  const block = channels + out <= 64 ? 24 : 12;
  const work = 2 * POINTS * tiles * channels * out;
  const wanted = Math.max(1, Math.min(ITEMS, Math.ceil(work / ITEM_WORK)));
  const item = Math.max(block, roundedUp(tiles / wanted, block));
  const columns = roundedUp(out, 32);
  const slab = POINTS * (block * (roundedUp(channels, 16) + columns) + 32);
  return { tiles, item, block, items: Math.ceil(tiles / item), slab, columns, work };
}

function wordsOf(places: readonly number[], geometry: Geometry, tiling: Tiling): readonly number[] {
  const { height, width, channels, out, top, left, rows, columns } = geometry;
  const { tiles, item, block, slab } = tiling;
  return [...places, height, width, channels, out, top, left, rows, columns, tiles, item, block, slab];
}

function areClear({ machine }: Store, flags: number, count: number): boolean {
  return machine.memory.readWords(flags, count).every((flag) => flag === 0);
}
