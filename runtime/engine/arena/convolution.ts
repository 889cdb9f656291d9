import type { KernelName } from "../../kernels/catalogue.ts";
import type { ConvolutionOptions, Engine, Handle } from "../engine.ts";
import { sameShape, sizeOf } from "../shape.ts";
import type { Store } from "./store.ts";

type Convolutions = "convolve" | "convolveInputGradient" | "convolveFilterGradient";

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
export function convolutionOf(store: Store): Pick<Engine, Convolutions> {
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

/** The sizes of a convolution: images [batch, height, width, channels] to [batch, rows, columns, out]. */
interface Geometry {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly out: number;
  readonly stride: number;
  readonly top: number;
  readonly left: number;
  readonly rows: number;
  readonly columns: number;
}

type Shaped = Pick<Handle, "shape">;

function geometryOf(
  store: Store,
  operation: Convolutions,
  arrays: readonly Shaped[],
  image: readonly number[],
  filter: readonly number[],
  { stride, padding: [[top, bottom], [left, right]] }: ConvolutionOptions,
): Geometry {
  const [batch = 0, height = 0, width = 0, channels = 0] = image;
  const [filterHeight = 0, filterWidth = 0, filterChannels = 0, out = 0] = filter;
  if (image.length !== 4 || filter.length !== 4 || channels !== filterChannels) {
    throw store.refuse(operation, arrays, "channels differ, or not [b, h, w, c] with [kh, kw, c, out]");
  }
  const rows = Math.floor((height + top + bottom - filterHeight) / stride) + 1;
  const columns = Math.floor((width + left + right - filterWidth) / stride) + 1;
  if (!(rows >= 0 && columns >= 0)) {
    throw store.refuse(operation, arrays, "the filter is larger than the padded image");
  }
  return { batch, height, width, channels, filterHeight, filterWidth, out, stride, top, left, rows, columns };
}

function checkCotangent(
  store: Store,
  operation: Convolutions,
  arrays: readonly Shaped[],
  cotangent: Handle,
  { batch, rows, columns, out }: Geometry,
): void {
  const wanted = [batch, rows, columns, out];
  if (!sameShape(cotangent.shape, wanted)) {
    throw store.refuse(operation, arrays, `the cotangent should be [${wanted.join(", ")}]`);
  }
}

/** A convolution of arrays as they lie in memory: filters turned and swapped by steps, results on a grid by steps. */
interface Correlation {
  /** places in bytes */
  readonly images: number;
  readonly filters: number;
  readonly result: number;
  readonly geometry: Geometry;
  /** in floats: the first entry of the filters that is meant, and the steps of its four axes */
  readonly base: number;
  readonly steps: readonly [number, number, number, number];
  /** in floats: from an image, a row and a column of the results to the next */
  readonly grid: readonly [number, number, number];
}

function forward(
  store: Store,
  images: Handle,
  filters: Handle,
  result: Handle,
  geometry: Geometry,
): Correlation {
  const { filterWidth, channels, out, rows, columns } = geometry;
  return {
    images: store.offsetOf(images),
    filters: store.offsetOf(filters),
    result: store.offsetOf(result),
    geometry,
    base: 0,
    steps: [filterWidth * channels * out, channels * out, out, 1],
    grid: [rows * columns * out, columns * out, out],
  };
}

/**
 * The input gradient, a convolution of the cotangent for each residue of the row and of the column by the stride: row
 * i = stride u + p meets the taps k = first + stride m of row u + d - m, where first = (p + top) mod stride. Taken from
 * the last tap to the first it is a convolution of stride 1.
 */
function phasesOf(
  store: Store,
  cotangent: Handle,
  filters: Handle,
  result: Handle,
  { batch, height, width, channels, filterHeight, filterWidth, out, stride, ...of }: Geometry,
): readonly Correlation[] {
  const row = filterWidth * channels * out;
  const pixel = channels * out;
  const vertical = residues(height, filterHeight, stride, of.top);
  const horizontal = residues(width, filterWidth, stride, of.left);
  return vertical.flatMap((v) =>
    horizontal.map((h): Correlation => ({
      images: store.offsetOf(cotangent),
      filters: store.offsetOf(filters),
      result: store.offsetOf(result) + 4 * channels * (v.residue * width + h.residue),
      geometry: {
        batch,
        height: of.rows,
        width: of.columns,
        channels: out,
        filterHeight: v.taps,
        filterWidth: h.taps,
        out: channels,
        stride: 1,
        top: v.before,
        left: h.before,
        rows: v.extent,
        columns: h.extent,
      },
      base: v.last * row + h.last * pixel,
      steps: [-stride * row, -stride * pixel, 1, out],
      grid: [height * width * channels, stride * width * channels, stride * channels],
    })),
  );
}

interface Residue {
  readonly residue: number;
  /** entries of the axis with that residue */
  readonly extent: number;
  /** taps that they meet, the last of them, and zeros before the cotangent */
  readonly taps: number;
  readonly last: number;
  readonly before: number;
}

function residues(size: number, filter: number, stride: number, padding: number): readonly Residue[] {
  return Array.from({ length: Math.min(stride, size) }, (_, residue) => {
    const first = (residue + padding) % stride;
    const taps = Math.max(0, Math.ceil((filter - first) / stride));
    const ahead = (residue + padding - first) / stride;
    return {
      residue,
      extent: Math.ceil((size - residue) / stride),
      taps,
      last: first + stride * (taps - 1),
      before: taps - 1 - ahead,
    };
  });
}

type Form = Extract<KernelName, "convolve_tiles" | "convolve_dots" | "convolve_single">;

function formOf({ geometry: { channels, out, filterWidth, stride }, grid }: Correlation): Form {
  if (channels === 1 && out === 1 && stride === 1 && grid[2] === 1) return "convolve_single";
  return out <= FEW && filterWidth * channels >= FEWEST ? "convolve_dots" : "convolve_tiles";
}

function correlate(store: Store, correlation: Correlation): void {
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
  const { batch, height, width, channels, filterHeight, filterWidth, out, stride, ...of } = geometry;
  const entries = sizeOf(result.shape);
  const allRows = batch * of.rows;
  const work = 2 * allRows * of.columns * entries;
  const form = gradientFormOf(geometry);
  const chunks = Math.ceil(out / CHUNK);
  const wanted = Math.min(ITEMS, Math.ceil(work / ITEM_WORK)) / Math.max(1, filterHeight * chunks);
  const rows = Math.max(1, Math.ceil(allRows / Math.max(1, Math.ceil(wanted))));
  const parts = Math.max(1, Math.ceil(allRows / rows));
  const { run } = store.machine;
  const transposed = form === "filter_gradient_swapped" && out > 1;
  store.scratch(parts * entries, (partial) => {
    const sizes = [height, width, channels, out, filterHeight, filterWidth, stride, of.top, of.left];
    const places = [store.offsetOf(images), store.offsetOf(cotangent), partial];
    const words = [...places, ...sizes, of.rows, of.columns, allRows, rows, CHUNK];
    run(form, words, parts * filterHeight * chunks, work);
    const blocks = transposed ? [filterWidth * channels, out] : [1, 1];
    const summing = [partial, store.offsetOf(result), entries, parts, SUMMED, ...blocks];
    run("sum_parts", summing, Math.ceil(entries / SUMMED), parts * entries);
  });
}
