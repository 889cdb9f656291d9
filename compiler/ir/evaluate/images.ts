import { arrayOf, entryOf, fieldOf, flatIndex, indexAt, type ReferenceArray } from "./array.ts";

/** Arrays joined on the last axis. */
export function concat(parts: readonly ReferenceArray[]): ReferenceArray {
  const [first] = parts;
  if (first === undefined) throw new Error("nothing to join");
  const widths = parts.map((part) => part.shape.at(-1) ?? 1);
  const shape = [...first.shape.slice(0, -1), widths.reduce((sum, width) => sum + width, 0)];
  const field = parts.some((part) => part.im !== null) ? "complex" : "real";
  return arrayOf(shape, field, (flat) => {
    const index = indexAt(shape, flat);
    let channel = index.at(-1) ?? 0;
    let which = 0;
    while (channel >= (widths[which] ?? Number.POSITIVE_INFINITY)) {
      channel -= widths[which] ?? 0;
      which += 1;
    }
    const part = parts[which] ?? first;
    return entryOf(part, flatIndex(part.shape, [...index.slice(0, -1), channel]));
  });
}

/** The channels begin .. begin + size. */
export function channels(x: ReferenceArray, begin: number, size: number): ReferenceArray {
  const shape = [...x.shape.slice(0, -1), size];
  return arrayOf(shape, fieldOf(x), (flat) => {
    const index = indexAt(shape, flat);
    return entryOf(x, flatIndex(x.shape, [...index.slice(0, -1), begin + (index.at(-1) ?? 0)]));
  });
}

/** Zeros around the channels begin .. of `count`. */
export function placeChannels(x: ReferenceArray, begin: number, count: number): ReferenceArray {
  const shape = [...x.shape.slice(0, -1), count];
  return arrayOf(shape, fieldOf(x), (flat) => {
    const index = indexAt(shape, flat);
    const channel = (index.at(-1) ?? 0) - begin;
    if (channel < 0 || channel >= (x.shape.at(-1) ?? 1)) return { re: 0, im: 0 };
    return entryOf(x, flatIndex(x.shape, [...index.slice(0, -1), channel]));
  });
}

/** The array in another shape, from the same corner: cut off, or with zeros behind. */
export function resized(x: ReferenceArray, shape: readonly number[]): ReferenceArray {
  return arrayOf(shape, fieldOf(x), (flat) => {
    const index = indexAt(shape, flat);
    const inside = index.every((i, axis) => i < (x.shape[axis] ?? 0));
    return inside ? entryOf(x, flatIndex(x.shape, index)) : { re: 0, im: 0 };
  });
}

/** Zeros behind the first two axes up to a multiple of q. */
export function padImage(x: ReferenceArray, q: number): ReferenceArray {
  return resized(
    x,
    x.shape.map((extent, axis) => (axis < 2 ? Math.ceil(extent / q) * q : extent)),
  );
}
