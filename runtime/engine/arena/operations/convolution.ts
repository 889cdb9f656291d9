import type { KernelName } from "../../../kernels/catalogue.ts";
import type { Engine, Handle } from "../../engine.ts";
import { sizeOf } from "../../shape.ts";
import {
  checkCotangent,
  type Convolution,
  type Correlation,
  forward,
  type Geometry,
  geometryOf,
  phasesOf,
} from "./layer.ts";
import type { Store } from "../store.ts";
import { correlateByPoints, filterGradientByPoints } from "./winograd.ts";

/** Arithmetic operations that a work item should have at least. */
const ITEM_WORK = 600_000;

/** Items that a large operation is cut into at least. */
const ITEMS = 16;

/** Entries of an item that sums parts. */
const SUMMED = 4096;

/** Output channels of an item of the filter gradient. */
const CHUNK = 32;

/** Up to so many output channels registers hold input channels instead, where there are at least FEWEST in a row. */
const FEW = 3;
const FEWEST = 16;

/** Convolutions and their gradients. Taps outside of the image take no part: 0 is not multiplied by infinity there. */
export function convolutionOf(store: Store): Pick<Engine, Convolution> {
  return {
    convolve(images, filters, options) {
      const geometry = geometryOf(store, "convolve", [images, filters], images.shape, filters.shape, options);
      const { batch, rows, columns, out } = geometry;
      const result = store.make([batch, rows, columns, out]);
      correlate(store, forward(store, images, filters, result, geometry));
      return result;
    },
    convolveInputGradient(cotangent, filters, shape, options) {
      const arrays = [cotangent, filters, { shape }];
      const geometry = geometryOf(store, "convolveInputGradient", arrays, shape, filters.shape, options);
      checkCotangent(store, "convolveInputGradient", arrays, cotangent, geometry);
      const result = store.make(shape);
      for (const phase of phasesOf(store, cotangent, filters, result, geometry)) correlate(store, phase);
      return result;
    },
    convolveFilterGradient(images, cotangent, shape, options) {
      const arrays = [images, cotangent, { shape }];
      const geometry = geometryOf(store, "convolveFilterGradient", arrays, images.shape, shape, options);
      checkCotangent(store, "convolveFilterGradient", arrays, cotangent, geometry);
      const result = store.make(shape);
      filterGradient(store, images, cotangent, result, geometry);
      return result;
    },
  };
}

type Form = Extract<KernelName, "convolve_tiles" | "convolve_dots" | "convolve_single">;

function formOf({ geometry: { channels, out, filterWidth, stride }, grid }: Correlation): Form {
  if (channels === 1 && out === 1 && stride === 1 && grid[2] === 1) return "convolve_single";
  return out <= FEW && filterWidth * channels >= FEWEST ? "convolve_dots" : "convolve_tiles";
}

function correlate(store: Store, correlation: Correlation): void {
  if (correlateByPoints(store, correlation)) return;
  const { geometry, images, filters, result, base, steps, grid } = correlation;
  const { batch, height, width, channels, filterHeight, filterWidth, out, stride, ...of } = geometry;
  const form = formOf(correlation);
  const taps = filterHeight * filterWidth;
  const narrow = form === "convolve_tiles" ? 0 : 1;
  const rowWork = 2 * of.columns * taps * channels * out;
  const rows = rowsOfItem(of.rows, batch, rowWork);
  const { run } = store.machine;
  // columns are packed up to a whole block, whose width the build of the kernels knows: at most 32
  store.scratch(taps * channels * (out + 32 * (1 - narrow)), (packed) => {
    const packing = [filters, packed, filterHeight, filterWidth, channels, out, base, ...steps, narrow];
    run("pack_filters", packing, taps, taps * channels * out);
    const sizes = [height, width, channels, out, filterHeight, filterWidth, stride, of.top, of.left];
    const words = [images, packed, result, ...sizes, of.rows, of.columns, ...grid, rows];
    run(form, words, batch * Math.ceil(of.rows / rows), batch * of.rows * rowWork);
  });
}

/** Rows of an item, such that it has enough work and there are enough items. */
function rowsOfItem(rows: number, batch: number, rowWork: number): number {
  const enough = Math.ceil(ITEM_WORK / Math.max(1, rowWork));
  return Math.max(1, Math.min(enough, rows, Math.ceil((rows * batch) / 2)));
}

type GradientForm = Extract<
  KernelName,
  "filter_gradient_tiles" | "filter_gradient_swapped" | "filter_gradient_single"
>;

function gradientFormOf({ channels, out, filterWidth, stride }: Geometry): GradientForm {
  if (channels === 1 && out === 1 && stride === 1) return "filter_gradient_single";
  return out <= FEW && filterWidth * channels >= FEWEST ? "filter_gradient_swapped" : "filter_gradient_tiles";
}

/** Rows of all images are cut into parts, whose sums are added at the end: always the same ones, on any threads. */
function filterGradient(
  store: Store,
  images: Handle,
  cotangent: Handle,
  result: Handle,
  geometry: Geometry,
): void {
  if (filterGradientByPoints(store, images, cotangent, result, geometry)) return;
  const { batch, height, width, channels, filterHeight, filterWidth, out, stride, ...of } = geometry;
  const entries = sizeOf(result.shape);
  const allRows = batch * of.rows;
  const work = 2 * allRows * of.columns * entries;
  const form = gradientFormOf(geometry);
  const chunks = Math.ceil(out / CHUNK);
  const wanted = Math.min(ITEMS, Math.ceil(work / ITEM_WORK)) / Math.max(1, chunks);
  const rows = Math.max(1, Math.ceil(allRows / Math.max(1, Math.ceil(wanted))));
  const parts = Math.max(1, Math.ceil(allRows / rows));
  const { run } = store.machine;
  const transposed = form === "filter_gradient_swapped" && out > 1;
  store.scratch(parts * entries, (partial) => {
    const sizes = [height, width, channels, out, filterHeight, filterWidth, stride, of.top, of.left];
    const places = [store.offsetOf(images), store.offsetOf(cotangent), partial];
    const words = [...places, ...sizes, of.rows, of.columns, allRows, rows, CHUNK];
    run(form, words, parts * chunks, work);
    const blocks = transposed ? [filterWidth * channels, out] : [1, 1];
    const summing = [partial, store.offsetOf(result), entries, parts, SUMMED, ...blocks];
    run("sum_parts", summing, Math.ceil(entries / SUMMED), parts * entries);
  });
}
