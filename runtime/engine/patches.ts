import { type Engine, EngineError, type Handle } from "./engine.ts";

/** What `patches` of an engine is told; see there. */
export interface PatchOptions {
  /** of patches, on both axes */
  readonly size: number;
  /** from a patch to the next, on both axes */
  readonly stride: number;
  readonly adjoint: boolean;
}

/** Extents of images [samples, rows, columns, deep, pair] and of their patches. */
export interface PatchExtents {
  readonly samples: number;
  readonly rows: number;
  readonly columns: number;
  readonly deep: number;
  readonly pair: number;
  /** patches along both axes */
  readonly down: number;
  readonly across: number;
}

/** The extents, from those of images or, for the adjoint, of patches; null where patches do not fit exactly. */
export function patchExtents(
  { shape }: Pick<Handle, "shape">,
  { size, stride, adjoint }: PatchOptions,
): PatchExtents | null {
  if (shape.length !== (adjoint ? 7 : 5) || size < 1 || stride < 1) return null;
  if (adjoint) {
    const [samples = 0, high, wide, deep = 0, down = 0, across = 0, pair = 0] = shape;
    if (high !== size || wide !== size || down < 1 || across < 1) return null;
    const [rows, columns] = [down, across].map((count) => (count - 1) * stride + size);
    return { samples, rows: rows ?? 0, columns: columns ?? 0, deep, pair, down, across };
  }
  const [samples = 0, rows = 0, columns = 0, deep = 0, pair = 0] = shape;
  const [down = 0, across = 0] = [rows, columns].map((extent) => (extent - size) / stride + 1);
  const fits = [down, across].every((count) => Number.isInteger(count) && count >= 1);
  return fits ? { samples, rows, columns, deep, pair, down, across } : null;
}

/** The shape of images with their patches' extents, and that of the patches. */
export function imageShape({ samples, rows, columns, deep, pair }: PatchExtents): readonly number[] {
  return [samples, rows, columns, deep, pair];
}

export function patchShape(
  { samples, deep, pair, down, across }: PatchExtents,
  { size }: PatchOptions,
): readonly number[] {
  return [samples, size, size, deep, down, across, pair];
}

type Parts = Pick<Engine, "name" | "scope" | "upload" | "reshape" | "transpose" | "gather" | "addRows">;

/** `patches` axis by axis, by gathering pixels, or adding them, and sorting the axes. */
export function composedPatches(engine: Parts): Pick<Engine, "patches"> {
  const { reshape, transpose, gather } = engine;
  const added = (array: Handle, sources: readonly number[], extent: number): Handle =>
    engine.addRows(array, engine.upload(Float32Array.from(sources), [1, sources.length]), extent);
  return {
    patches: (array, options) => {
      const extents = patchExtents(array, options);
      if (extents === null) throw new EngineError(engine.name, "patches", [array.shape], "they do not fit");
      const { size } = options;
      const { samples, rows, columns, deep, pair, down, across } = extents;
      const [highSources, wideSources] = [down, across].map((count) => sourcesOf(count, options));
      if (highSources === undefined || wideSources === undefined) throw new RangeError("two axes");
      const [inner, lines] = [deep * pair, samples * size * down];
      const forth = (): Handle => {
        const high = gather(reshape(array, [samples, rows, columns * inner]), highSources, 1);
        const wide = gather(reshape(high, [lines, columns, inner]), wideSources, 1);
        return transpose(
          reshape(wide, [samples, size, down, size, across, deep, pair]),
          [0, 1, 3, 5, 2, 4, 6],
        );
      };
      const back = (): Handle => {
        const sorted = transpose(array, [0, 1, 4, 2, 5, 3, 6]);
        const wide = added(reshape(sorted, [lines, size * across, inner]), wideSources, columns);
        const high = added(reshape(wide, [samples, size * down, columns * inner]), highSources, rows);
        return reshape(high, imageShape(extents));
      };
      return engine.scope(options.adjoint ? back : forth, (result) => [result]);
    },
  };
}

/** The pixels of patches along an axis: entry p of patch k at p*count + k. */
function sourcesOf(count: number, { size, stride }: PatchOptions): readonly number[] {
  return Array.from({ length: size * count }, (_, j) => (j % count) * stride + Math.floor(j / count));
}
