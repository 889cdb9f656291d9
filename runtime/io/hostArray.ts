import { DataError } from "./dataError.ts";

/** Real numbers, or complex numbers as pairs. */
export type Field = "real" | "complex";

/**
 * An array in the memory of the host, C order. A complex array holds interleaved (real, imaginary) pairs;
 * `shape` does not count the pair: `data.length = product(shape) * (field === "complex" ? 2 : 1)`.
 */
export interface HostArray {
  readonly field: Field;
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

/** The most numbers an array may have: what fits a typed array on every engine (2^31 - 1). */
const MAX_NUMBERS = 2 ** 31 - 1;

/**
 * The product of a shape; 1 for the empty shape.
 * @throws DataError IPX8105 where an extent is no count or the product exceeds `MAX_NUMBERS`.
 */
export function product(shape: readonly number[]): number {
  let count = 1;
  for (const extent of shape) {
    if (!Number.isInteger(extent) || extent < 0 || extent > MAX_NUMBERS) throw tooLarge(shape);
    count *= extent;
    if (count > Number.MAX_SAFE_INTEGER) throw tooLarge(shape);
  }
  if (count > MAX_NUMBERS) throw tooLarge(shape);
  return count;
}

function tooLarge(shape: readonly number[]): DataError {
  return new DataError(
    "IPX8105",
    {
      what: `The shape ${shapeText(shape)} is not one that can be held.`,
      why: `An array has at most ${MAX_NUMBERS} numbers.`,
    },
    { shape: [...shape] },
  );
}

/** A shape as text: `250 x 500`, `scalar` for no axes. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? "scalar" : shape.join(" x ");
}

/** How many real numbers one element takes: 2 for complex. */
export function lanes(field: Field): 1 | 2 {
  return field === "complex" ? 2 : 1;
}

/** The number of elements (a complex number counts once). */
export function size(array: HostArray): number {
  return product(array.shape);
}

/**
 * An array over the given numbers, which are not copied.
 * @throws DataError IPX8104 where their count is not what field and shape ask for.
 */
export function hostArray(
  field: Field,
  shape: readonly number[],
  data: Float32Array | Float64Array,
): HostArray {
  const expected = product(shape) * lanes(field);
  if (data.length !== expected) {
    throw new DataError(
      "IPX8104",
      {
        what: `A ${field} array of shape ${shapeText(shape)} has ${expected} numbers, not ${data.length}.`,
      },
      { shape: [...shape], expected, actual: data.length },
    );
  }
  return { field, shape: [...shape], data };
}

/** A real array. */
export function realArray(shape: readonly number[], data: Float32Array | Float64Array): HostArray {
  return hostArray("real", shape, data);
}

/**
 * The same elements in C order under another shape, sharing the data.
 * @throws DataError IPX8104 where the sizes differ.
 */
export function reshape(array: HostArray, shape: readonly number[]): HostArray {
  return hostArray(array.field, shape, array.data);
}

/** The array in double precision: itself where it is so already. */
export function asFloat64(array: HostArray): HostArray & { readonly data: Float64Array } {
  const data = array.data instanceof Float64Array ? array.data : Float64Array.from(array.data);
  return { ...array, data };
}

/** The index of the first NaN or infinite element in C order (a complex number counts once), or -1. */
function firstNotFinite(array: HostArray): number {
  const { data } = array;
  for (let index = 0; index < data.length; index++) {
    if (!Number.isFinite(data[index])) return Math.floor(index / lanes(array.field));
  }
  return -1;
}

/** The indices, one per axis, of the element at a C-order position. */
export function unravel(position: number, shape: readonly number[]): number[] {
  const indices: number[] = [];
  let rest = position;
  for (const extent of [...shape].reverse()) {
    indices.unshift(rest % extent);
    rest = Math.floor(rest / extent);
  }
  return indices;
}

const DATA_HINT = {
  why: "An iteration would carry it into every entry.",
  hint: "Replace or mask these entries before.",
} as const;

/**
 * The array, if all its numbers are finite.
 * @throws DataError IPX8106 naming the first element that is not.
 */
export function requireFinite(
  array: HostArray,
  name: string,
  { why, hint }: { readonly why: string; readonly hint: string } = DATA_HINT,
): HostArray {
  const position = firstNotFinite(array);
  if (position === -1) return array;
  const indices = unravel(position, array.shape);
  const place = indices.length === 0 ? "" : `, first at [${indices.join(", ")}]`;
  throw new DataError(
    "IPX8106",
    { what: `${name} holds NaN or infinity${place}.`, why, hint },
    { name, indices },
  );
}

/**
 * Sample `index` of a batch (the first axis), sharing the data.
 * @throws DataError IPX8104 where there is no such sample.
 */
export function sampleOf(batch: HostArray, index: number): HostArray {
  const [count, ...shape] = batch.shape;
  if (count === undefined || index < 0 || index >= count || !Number.isInteger(index)) {
    throw new DataError(
      "IPX8104",
      { what: `An array of shape ${shapeText(batch.shape)} has no sample ${index}.` },
      { index, shape: [...batch.shape] },
    );
  }
  const length = product(shape) * lanes(batch.field);
  return { field: batch.field, shape, data: batch.data.subarray(index * length, (index + 1) * length) };
}

/**
 * Samples of one shape and field as a batch: a new first axis. Double precision if any sample has it.
 * @throws DataError IPX8104 where there are none or they differ in shape or field.
 */
export function stack(samples: readonly HostArray[]): HostArray {
  const [first] = samples;
  if (first === undefined) throw new DataError("IPX8104", { what: "A batch of no samples has no shape." });
  for (const sample of samples) requireAlike(first, sample);
  const shape = [samples.length, ...first.shape];
  const length = product(shape) * lanes(first.field);
  const double = samples.some((sample) => sample.data instanceof Float64Array);
  const data = double ? new Float64Array(length) : new Float32Array(length);
  samples.forEach((sample, index) => data.set(sample.data, index * first.data.length));
  return { field: first.field, shape, data };
}

/**
 * Refuses two arrays that differ in shape or field.
 * @throws DataError IPX8104
 */
export function requireAlike(left: HostArray, right: HostArray): void {
  const alike =
    left.field === right.field &&
    left.shape.length === right.shape.length &&
    left.shape.every((extent, axis) => extent === right.shape[axis]);
  if (alike) return;
  throw new DataError(
    "IPX8104",
    {
      what:
        `The arrays differ: ${left.field} ${shapeText(left.shape)} ` +
        `against ${right.field} ${shapeText(right.shape)}.`,
    },
    { left: [...left.shape], right: [...right.shape] },
  );
}
