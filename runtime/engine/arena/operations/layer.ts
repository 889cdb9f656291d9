import type { ConvolutionOptions, Engine, Handle } from "../../engine.ts";
import { sameShape } from "../../shape.ts";
import type { Store } from "../store.ts";

/** The operations on layers of filters. */
export type Convolution = keyof Pick<Engine, "convolve" | "convolveInputGradient" | "convolveFilterGradient">;

/** The sizes of a convolution: images [batch, height, width, channels] to [batch, rows, columns, out]. */
export interface Geometry {
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

/**
 * The sizes of a convolution of those arrays.
 * @throws EngineError where they do not fit
 */
export function geometryOf(
  store: Store,
  operation: Convolution,
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

/** @throws EngineError where a cotangent has not the shape of the results */
export function checkCotangent(
  store: Store,
  operation: Convolution,
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
export interface Correlation {
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

/** The convolution itself. */
export function forward(
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
export function phasesOf(
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
