import { DataError } from "./dataError.ts";

/** A stored kind of number: a letter for the class and its bytes (`f4` is single precision). */
export type NumberKind =
  "b1" | "i1" | "i2" | "i4" | "i8" | "u1" | "u2" | "u4" | "u8" | "bf2" | "f2" | "f4" | "f8";

interface NumberRule {
  readonly bytes: 1 | 2 | 4 | 8;
  /** Whether single precision would lose digits. */
  readonly double: boolean;
  readonly read: (view: DataView, offset: number, little: boolean) => number;
}

/** How each kind is read; integers of 64 bits must be exact in double precision. */
export const NUMBER_RULES: { readonly [K in NumberKind]: NumberRule } = {
  b1: { bytes: 1, double: false, read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
  i1: { bytes: 1, double: false, read: (view, at) => view.getInt8(at) },
  i2: { bytes: 2, double: false, read: (view, at, little) => view.getInt16(at, little) },
  i4: { bytes: 4, double: true, read: (view, at, little) => view.getInt32(at, little) },
  i8: { bytes: 8, double: true, read: (view, at, little) => exact(view.getBigInt64(at, little)) },
  u1: { bytes: 1, double: false, read: (view, at) => view.getUint8(at) },
  u2: { bytes: 2, double: false, read: (view, at, little) => view.getUint16(at, little) },
  u4: { bytes: 4, double: true, read: (view, at, little) => view.getUint32(at, little) },
  u8: { bytes: 8, double: true, read: (view, at, little) => exact(view.getBigUint64(at, little)) },
  bf2: { bytes: 2, double: false, read: (view, at, little) => bfloat16(view.getUint16(at, little)) },
  f2: { bytes: 2, double: false, read: (view, at, little) => float16(view.getUint16(at, little)) },
  f4: { bytes: 4, double: false, read: (view, at, little) => view.getFloat32(at, little) },
  f8: { bytes: 8, double: true, read: (view, at, little) => view.getFloat64(at, little) },
};

/** Whether this machine has the lowest byte first, as nearly all have. */
export const LITTLE_MACHINE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Whether a file's numbers are, byte for byte, those of an array of this machine. */
export function isNative(kind: NumberKind, little: boolean): boolean {
  return (kind === "f4" || kind === "f8") && little && LITTLE_MACHINE;
}

/** Room for numbers of a kind, in the precision that holds every value of it. */
export function roomFor(kind: NumberKind, count: number): Float32Array | Float64Array {
  return NUMBER_RULES[kind].double ? new Float64Array(count) : new Float32Array(count);
}

/** The bytes of numbers, as they lie in memory; nothing is copied. */
export function bytesOfNumbers(numbers: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/**
 * Reads `count` numbers of one kind. Single precision where it holds every value of the kind, else double.
 * @throws DataError IPX8101 where the bytes are too few, IPX8103 for an integer beyond 2^53.
 */
export function decodeNumbers(
  bytes: Uint8Array,
  kind: NumberKind,
  count: number,
  little: boolean,
): Float32Array | Float64Array {
  const rule = NUMBER_RULES[kind];
  if (bytes.byteLength < count * rule.bytes) throw endTooEarly(count * rule.bytes, bytes.byteLength);
  const numbers = roomFor(kind, count);
  if (isNative(kind, little)) {
    bytesOfNumbers(numbers).set(bytes.subarray(0, count * rule.bytes));
    return numbers;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < count; i++) numbers[i] = rule.read(view, i * rule.bytes, little);
  return numbers;
}

/** The numbers as little-endian bytes, 4 or 8 each. */
export function encodeNumbers(numbers: Float32Array | Float64Array): Uint8Array<ArrayBuffer> {
  if (LITTLE_MACHINE) return new Uint8Array(bytesOfNumbers(numbers));
  const bytes = new Uint8Array(numbers.length * numbers.BYTES_PER_ELEMENT);
  const view = new DataView(bytes.buffer);
  if (numbers instanceof Float32Array) numbers.forEach((value, i) => view.setFloat32(4 * i, value, true));
  else numbers.forEach((value, i) => view.setFloat64(8 * i, value, true));
  return bytes;
}

/** Fewer bytes are there than a header announces. */
export function endTooEarly(expected: number, actual: number): DataError {
  return new DataError(
    "IPX8101",
    {
      what: `The data end early: ${expected} bytes are announced, ${actual} are there.`,
      why: "The file was probably cut off while it was written or copied.",
    },
    { expected, actual },
  );
}

function exact(value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new DataError(
    "IPX8103",
    {
      what: `The integer ${value} is not exact in double precision.`,
      why: "Integers are read up to 2^53.",
      hint: "Convert the array to float64 before it is saved, if its rounding is meant.",
    },
    { value: String(value) },
  );
}

/** IEEE 754 half precision: 1 sign, 5 exponent, 10 fraction bits. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of a single precision number. */
function bfloat16(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, bits);
  return view.getFloat32(0);
}
