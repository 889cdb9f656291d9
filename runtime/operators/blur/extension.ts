import type { Engine, Handle } from "../../engine/engine.ts";
import { add, aroundAxis, middlePad, middleSlice } from "../handles.ts";

/** How an image goes on beyond its border. */
export const EXTENSIONS = ["periodic", "neumann", "reflect", "zero"] as const;
export type Extension = (typeof EXTENSIONS)[number];

/** Points added before and after one axis. */
export interface Margin {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

/**
 * The array continued on some axes: by its own other end (`periodic`), mirrored with the border point repeated
 * (`neumann`: x_1 x_0 | x_0 x_1) or not (`reflect`: x_2 x_1 | x_0 x_1), or by zeros. A margin is at most as long as the
 * axis, of `reflect` shorter, unless it is of zeros.
 */
export function extend(
  engine: Engine,
  array: Handle,
  extension: Extension,
  margins: readonly Margin[],
): Handle {
  return margins.reduce((image, { axis, before, after }) => {
    if (before + after === 0) return image;
    const x = aroundAxis(engine, image, axis);
    const n = x.shape[1] ?? 1;
    const extended =
      extension === "zero"
        ? middlePad(engine, x, before, after)
        : engine.gather(x, SOURCES[extension](n, before, after), 1);
    return engine.reshape(extended, withExtent(image.shape, axis, n + before + after));
  }, array);
}

/** The adjoint of `extend`: margins are added to the points that they came from. */
export function extendAdjoint(
  engine: Engine,
  array: Handle,
  extension: Extension,
  margins: readonly Margin[],
): Handle {
  return margins.reduceRight((image, { axis, before, after }) => {
    if (before + after === 0) return image;
    const y = aroundAxis(engine, image, axis);
    const n = (y.shape[1] ?? 1) - before - after;
    const body = middleSlice(engine, y, before, n);
    const folded =
      extension === "zero"
        ? body
        : [folding(engine, y, extension, n, 0, before), folding(engine, y, extension, n, before + n, after)]
            .filter((part) => part !== null)
            .reduce((sum, part) => add(engine, sum, part), body);
    return engine.reshape(folded, withExtent(image.shape, axis, n));
  }, array);
}

/** The margin at `begin` of [outer, n + margins, inner], laid where its points came from: [outer, n, inner]. */
function folding(
  engine: Engine,
  y: Handle,
  extension: Exclude<Extension, "zero">,
  n: number,
  begin: number,
  size: number,
): Handle | null {
  if (size === 0) return null;
  const margin = middleSlice(engine, y, begin, size);
  const atStart = begin === 0;
  const toEnd = extension === "periodic" ? atStart : !atStart;
  const laid = extension === "periodic" ? margin : reversed(engine, margin, size);
  if (extension === "reflect") {
    return toEnd ? middlePad(engine, laid, n - size - 1, 1) : middlePad(engine, laid, 1, n - size - 1);
  }
  return toEnd ? middlePad(engine, laid, n - size, 0) : middlePad(engine, laid, 0, n - size);
}

function reversed(engine: Engine, array: Handle, size: number): Handle {
  return engine.gather(
    array,
    Array.from({ length: size }, (_, j) => size - 1 - j),
    1,
  );
}

const SOURCES = {
  periodic: (n: number, before: number, after: number) =>
    positions(before + n + after, (j) => (((j - before) % n) + n) % n),
  neumann: (n: number, before: number, after: number) =>
    positions(before + n + after, (j) => {
      const at = j - before;
      if (at < 0) return -1 - at;
      return at < n ? at : 2 * n - 1 - at;
    }),
  reflect: (n: number, before: number, after: number) =>
    positions(before + n + after, (j) => {
      const at = j - before;
      if (at < 0) return -at;
      return at < n ? at : 2 * n - 2 - at;
    }),
} as const;

function positions(count: number, source: (j: number) => number): readonly number[] {
  return Array.from({ length: count }, (_, j) => source(j));
}

function withExtent(shape: readonly number[], axis: number, extent: number): readonly number[] {
  return shape.map((each, index) => (index === axis ? extent : each));
}
