import { sizeOf, stridesOf } from "../shape.ts";

/** Calls `visit` with the indices of every entry of a shape in row-major order; the array of indices is reused. */
export function eachIndex(
  shape: readonly number[],
  visit: (indices: readonly number[], position: number) => void,
): void {
  const indices = shape.map(() => 0);
  const size = sizeOf(shape);
  for (let position = 0; position < size; position++) {
    visit(indices, position);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (indices[axis] ?? 0) + 1;
      indices[axis] = next === shape[axis] ? 0 : next;
      if (next !== shape[axis]) break;
    }
  }
}

/** Where the entry of these indices lies in an array of the given strides. */
export function positionOf(indices: readonly number[], strides: readonly number[]): number {
  return indices.reduce((position, index, axis) => position + index * (strides[axis] ?? 0), 0);
}

/** The strides with which an array of `shape` is read as one of the larger `target`: 0 where it repeats. */
export function repeatingStrides(shape: readonly number[], target: readonly number[]): number[] {
  const own = stridesOf(shape);
  const missing = target.length - shape.length;
  return target.map((_, axis) => (shape[axis - missing] === 1 ? 0 : (own[axis - missing] ?? 0)));
}
