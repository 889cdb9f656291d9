/**
 * An array of the reference interpreter: entries in C order, double precision. `im` is null where the array is real.
 * A number has the shape [].
 */
export interface ReferenceArray {
  readonly kind: "array";
  readonly shape: readonly number[];
  readonly re: Float64Array;
  readonly im: Float64Array | null;
}

export type ReferenceValue =
  ReferenceArray | { readonly kind: "product"; readonly parts: readonly ReferenceValue[] };

/** A complex number. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/** The space of a value once sizes are bound. */
export type ReferenceSpace =
  | { readonly kind: "array"; readonly field: "real" | "complex"; readonly shape: readonly number[] }
  | { readonly kind: "product"; readonly parts: readonly ReferenceSpace[] };

/** The number of entries of a shape. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** An array from a function of the flat index. */
export function arrayOf(
  shape: readonly number[],
  field: "real" | "complex",
  entry: (index: number) => Complex,
): ReferenceArray {
  const count = countOf(shape);
  const re = new Float64Array(count);
  const im = field === "complex" ? new Float64Array(count) : null;
  for (let i = 0; i < count; i += 1) {
    const value = entry(i);
    re[i] = value.re;
    if (im !== null) im[i] = value.im;
  }
  return { kind: "array", shape, re, im };
}

/** A real array of these entries. */
export function realArray(shape: readonly number[], entries: readonly number[]): ReferenceArray {
  return arrayOf(shape, "real", (i) => ({ re: entries[i] ?? Number.NaN, im: 0 }));
}

/** A number as an array. */
export function numberArray(value: number): ReferenceArray {
  return realArray([], [value]);
}

/** Entry i in flat order. */
export function entryOf(array: ReferenceArray, index: number): Complex {
  return { re: array.re[index] ?? Number.NaN, im: array.im?.[index] ?? 0 };
}

export function fieldOf(array: ReferenceArray): "real" | "complex" {
  return array.im === null ? "real" : "complex";
}

/** The value of a space with one entry everywhere. */
export function filled(space: ReferenceSpace, entry: Complex): ReferenceValue {
  return space.kind === "product"
    ? { kind: "product", parts: space.parts.map((part) => filled(part, entry)) }
    : arrayOf(space.shape, space.field, () => entry);
}

/** The space of a value. */
export function spaceOfValue(value: ReferenceValue): ReferenceSpace {
  return value.kind === "product"
    ? { kind: "product", parts: value.parts.map(spaceOfValue) }
    : { kind: "array", field: fieldOf(value), shape: value.shape };
}

/** Whether one of the arrays of a value is complex. */
export function isComplexValue(value: ReferenceValue): boolean {
  return value.kind === "product" ? value.parts.some(isComplexValue) : value.im !== null;
}

/** The sum of two values of one space; a complex sum where one of them is. */
export function sumOf(a: ReferenceValue, b: ReferenceValue): ReferenceValue {
  if (a.kind === "product" && b.kind === "product") {
    return { kind: "product", parts: a.parts.map((part, i) => sumOf(part, partOf(b, i))) };
  }
  const [x, y] = [asArray(a), asArray(b)];
  const field = x.im === null && y.im === null ? "real" : "complex";
  return arrayOf(x.shape, field, (i) => plus(entryOf(x, i), entryOf(y, i)));
}

export function partOf(value: ReferenceValue, index: number): ReferenceValue {
  const part = value.kind === "product" ? value.parts[index] : undefined;
  if (part === undefined) throw new Error(`a value without part ${index}`);
  return part;
}

export function asArray(value: ReferenceValue): ReferenceArray {
  if (value.kind !== "array") throw new Error("an array is wanted where a product is");
  return value;
}

/** The real part of a number. */
export function asNumber(value: ReferenceValue): number {
  const array = asArray(value);
  if (array.shape.length !== 0) throw new Error("a number is wanted where an array is");
  return array.re[0] ?? Number.NaN;
}

/** All entries of a value, those of a product one part after the other. */
export function entriesOf(value: ReferenceValue): readonly Complex[] {
  if (value.kind === "product") return value.parts.flatMap(entriesOf);
  return Array.from({ length: value.re.length }, (_, i) => entryOf(value, i));
}

/** A value of the space with these entries, the inverse of `entriesOf`. */
export function fromEntries(space: ReferenceSpace, entries: readonly Complex[]): ReferenceValue {
  let next = 0;
  const take = (inner: ReferenceSpace): ReferenceValue => {
    if (inner.kind === "product") return { kind: "product", parts: inner.parts.map(take) };
    const begin = next;
    next += countOf(inner.shape);
    return arrayOf(inner.shape, inner.field, (i) => entries[begin + i] ?? { re: Number.NaN, im: 0 });
  };
  return take(space);
}

/** The unit vectors of a space over the reals: of a complex entry 1 and i. */
export function unitsOf(space: ReferenceSpace): readonly ReferenceValue[] {
  const zeros = entriesOf(filled(space, { re: 0, im: 0 }));
  const along = (one: Complex): readonly ReferenceValue[] =>
    zeros.map((zero, j) => fromEntries(space, zeros.with(j, plus(zero, one))));
  return [...along({ re: 1, im: 0 }), ...along({ re: 0, im: 1 })];
}

/** The 2-norm of all entries of a value. */
export function sizeOfValue(value: ReferenceValue): number {
  return Math.hypot(...entriesOf(value).flatMap(({ re, im }) => [re, im]));
}

/** The multi-index of a flat index. */
export function indexAt(shape: readonly number[], flat: number): number[] {
  const index = Array.from({ length: shape.length }, () => 0);
  let rest = flat;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    const extent = shape[axis] ?? 1;
    index[axis] = rest % extent;
    rest = Math.floor(rest / extent);
  }
  return index;
}

/** The flat index of a multi-index. */
export function flatIndex(shape: readonly number[], index: readonly number[]): number {
  return index.reduce((flat, i, axis) => flat * (shape[axis] ?? 1) + i, 0);
}

/** The flat index in a smaller array that aligns from the last axis, with axes of length 1 repeated. */
export function alignedIndex(small: readonly number[], index: readonly number[]): number {
  const offset = index.length - small.length;
  return small.reduce(
    (flat, extent, axis) => flat * extent + (extent === 1 ? 0 : (index[axis + offset] ?? 0)),
    0,
  );
}

export function plus(a: Complex, b: Complex): Complex {
  return { re: a.re + b.re, im: a.im + b.im };
}

export function times(a: Complex, b: Complex): Complex {
  return { re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re };
}

export function conjugate(a: Complex): Complex {
  return { re: a.re, im: -a.im };
}

/** A linear operator on reference values. */
export interface ReferenceOperator {
  readonly kind: "operator";
  readonly apply: (x: ReferenceValue) => ReferenceValue;
  readonly adjoint: (y: ReferenceValue) => ReferenceValue;
  readonly norm: number;
  /** of an X-ray transform */
  readonly beams?: ReferenceBeams;
}

/** A map that is given, and its vector-Jacobian product. */
export interface ReferenceMap {
  readonly kind: "map";
  readonly apply: (x: ReferenceValue) => ReferenceValue;
  readonly reverse: (x: ReferenceValue, cotangent: ReferenceValue) => ReferenceValue;
}

/** The lines of an X-ray transform: angles in radians, distances in pixels; null where beams are parallel. */
export interface ReferenceBeams {
  readonly domain: readonly number[];
  readonly codomain: readonly number[];
  readonly angles: readonly number[];
  readonly spacing: number;
  readonly fan: { readonly source: number; readonly detector: number } | null;
}
