import { OnnxFault } from "./fault.ts";

/** An array of a file, row by row; `shape` is [] for a number. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float64Array;
  /** whether its type is one of whole numbers, whose quotients are cut off */
  readonly whole?: true;
}

/** What a file says of an array: where its entries are depends on who wrote it. */
export interface RawTensor {
  name: string;
  shape: number[];
  type: number;
  raw: Uint8Array | null;
  listed: number[];
  external: boolean;
}

/** How an entry of each type is read: its bytes, and the reading; numbers as in `TensorProto.DataType`. */
const ENTRIES: Readonly<
  Record<number, readonly [bytes: number, read: (at: DataView, byte: number) => number]>
> = {
  1: [4, (at, byte) => at.getFloat32(byte, true)],
  2: [1, (at, byte) => at.getUint8(byte)],
  3: [1, (at, byte) => at.getInt8(byte)],
  6: [4, (at, byte) => at.getInt32(byte, true)],
  7: [8, (at, byte) => Number(at.getBigInt64(byte, true))],
  9: [1, (at, byte) => at.getUint8(byte)],
  10: [2, (at, byte) => halfValue(at.getUint16(byte, true))],
  11: [8, (at, byte) => at.getFloat64(byte, true)],
};
const HALF = 10;
const WHOLE: ReadonlySet<number> = new Set([2, 3, 6, 7]);

/** What says of an array that its numbers are whole. */
export function wholeIf(whole: boolean): { readonly whole?: true } {
  return whole ? { whole: true } : {};
}

/** Whether a type of `TensorProto.DataType` is one of whole numbers. */
export function isWholeType(type: number): boolean {
  return WHOLE.has(type);
}

/** @throws OnnxFault where the entries are elsewhere, of another type, or not as many as the shape says */
export function tensorOf({ name, shape, type, raw, listed, external }: RawTensor): OnnxTensor {
  const fault = (why: string): OnnxFault => new OnnxFault("file", `Its array \`${name}\` ${why}.`);
  if (external) {
    throw fault("is in another file, which is not read; PyTorch keeps all in one with external_data=False");
  }
  const entry = ENTRIES[type];
  if (entry === undefined) throw fault(`has entries of the type ${type}, which are no numbers`);
  const count = shape.reduce((size, extent) => size * extent, 1);
  const [bytes, read] = entry;
  const given = raw === null ? listed.length : raw.byteLength / bytes;
  if (shape.some((extent) => extent < 0) || given !== count) {
    throw fault(`of the shape [${shape.join(", ")}] has ${given} entries`);
  }
  if (raw === null) {
    return {
      name,
      shape,
      ...wholeIf(isWholeType(type)),
      values: Float64Array.from(listed, (each) => (type === HALF ? halfValue(each) : each)),
    };
  }
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const values = Float64Array.from({ length: count }, (_, i) => read(view, i * bytes));
  return { name, shape, ...wholeIf(isWholeType(type)), values };
}

/** The number that 16 bits mean (IEEE 754, binary16). */
function halfValue(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits >> 15 === 0 ? 1 : -1;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}
