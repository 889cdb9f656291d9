import { DataError, decoding } from "./dataError.ts";
import { type HostArray, hostArray, lanes, product, shapeText } from "./hostArray.ts";
import { decodeNumbers, encodeNumbers, NUMBER_RULES, type NumberKind } from "./numbers.ts";

/** Named arrays and text about them. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, HostArray>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Which of the format's types are read, and as what. */
const TYPES: ReadonlyMap<string, NumberKind> = new Map([
  ["F16", "f2"],
  ["BF16", "bf2"],
  ["F32", "f4"],
  ["F64", "f8"],
]);
/** The format's own limit on its header. */
const MAX_HEADER = 100_000_000;
/** The metadata entry that lists, as JSON, which tensors are complex; these are stored with a last axis of 2. */
const COMPLEX = "complex";

interface Entry {
  readonly name: string;
  readonly kind: NumberKind;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads a safetensors file: F64, F32, F16 and BF16. Complex tensors are known by the metadata entry `complex`.
 * Source: the format's README (huggingface/safetensors).
 * @throws DataError where a type is another, or the offsets overlap, leave holes or pass the end.
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  const length = headerLength(bytes);
  const header = decoding("safetensors", () => {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length));
    return JSON.parse(text) as unknown;
  });
  if (!isRecord(header)) throw malformed("its header is no JSON object");
  const body = bytes.subarray(8 + length);
  const metadata = readMetadata(header["__metadata__"]);
  const complex = new Set(complexNames(metadata));
  const entries = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, value]) => readEntry(name, value));
  requireTiling(entries, body.length);
  const tensors = new Map(entries.map((entry) => [entry.name, readTensor(entry, body, complex)]));
  return { tensors, metadata: withoutComplex(metadata) };
}

/**
 * Writes named arrays and metadata; equal contents give equal bytes: tensors of wider type first, then by
 * name; metadata by name. Precision is kept (F32, F64).
 * @throws DataError IPX8108 for a name that the format reserves.
 */
export function writeSafetensors(contents: Safetensors): Uint8Array {
  const ordered = [...contents.tensors].sort(
    ([leftName, left], [rightName, right]) =>
      right.data.BYTES_PER_ELEMENT - left.data.BYTES_PER_ELEMENT || compare(leftName, rightName),
  );
  const complex = ordered.filter(([, array]) => array.field === "complex").map(([name]) => name);
  requireNames(contents);
  const metadata = Object.entries(contents.metadata);
  if (complex.length > 0) metadata.push([COMPLEX, JSON.stringify(complex.sort(compare))]);
  metadata.sort(([left], [right]) => compare(left, right));
  const header: [string, unknown][] =
    metadata.length > 0 ? [["__metadata__", Object.fromEntries(metadata)]] : [];
  let offset = 0;
  for (const [name, { field, shape, data }] of ordered) {
    const dtype = data instanceof Float64Array ? "F64" : "F32";
    const stored = field === "complex" ? [...shape, 2] : shape;
    header.push([name, { dtype, shape: stored, data_offsets: [offset, offset + data.byteLength] }]);
    offset += data.byteLength;
  }
  return assemble(
    Object.fromEntries(header),
    ordered.map(([, array]) => array),
  );
}

function assemble(header: Readonly<Record<string, unknown>>, arrays: readonly HostArray[]): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(text.length / 8) * 8;
  const total = arrays.reduce((sum, array) => sum + array.data.byteLength, 8 + padded);
  const bytes = new Uint8Array(total).fill(0x20, 8 + text.length, 8 + padded);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(text, 8);
  let offset = 8 + padded;
  for (const array of arrays) {
    bytes.set(encodeNumbers(array.data), offset);
    offset += array.data.byteLength;
  }
  return bytes;
}

function headerLength(bytes: Uint8Array): number {
  if (bytes.length < 8) throw truncated(8, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > MAX_HEADER || (bytes.length > 8 && bytes[8] !== 0x7b)) {
    throw new DataError("IPX8102", {
      what: "This is not a safetensors file.",
      why: "Its header is no JSON object of a sensible length.",
    });
  }
  if (bytes.length < 8 + length) throw truncated(8 + length, bytes.length);
  return length;
}

function truncated(expected: number, actual: number): DataError {
  return new DataError(
    "IPX8101",
    {
      what: `This safetensors file ends early: ${expected} bytes are announced, ${actual} are there.`,
      why: "It was probably cut off while it was written or copied.",
    },
    { expected, actual },
  );
}

function malformed(why: string): DataError {
  return new DataError("IPX8104", { what: `This safetensors file contradicts itself: ${why}.` });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readMetadata(value: unknown): Record<string, string> {
  if (value === undefined) return {};
  if (!isRecord(value)) throw malformed("its metadata are no JSON object");
  return Object.fromEntries(
    Object.entries(value).map(([key, text]) => {
      if (typeof text !== "string") throw malformed(`the metadata entry '${key}' is no text`);
      return [key, text];
    }),
  );
}

function withoutComplex(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== COMPLEX));
}

function complexNames(metadata: Readonly<Record<string, string>>): readonly string[] {
  const text = metadata[COMPLEX];
  if (text === undefined) return [];
  const names = decoding("safetensors", () => JSON.parse(text) as unknown);
  if (Array.isArray(names) && names.every((name): name is string => typeof name === "string")) return names;
  throw malformed(`its metadata entry '${COMPLEX}' is no list of names`);
}

function readEntry(name: string, value: unknown): Entry {
  if (!isRecord(value)) throw malformed(`the entry '${name}' is no JSON object`);
  const { dtype, shape, data_offsets: offsets } = value;
  const kind = typeof dtype === "string" ? TYPES.get(dtype) : undefined;
  if (kind === undefined) {
    throw new DataError(
      "IPX8103",
      {
        what: `The tensor '${name}' has the type ${JSON.stringify(dtype)}.`,
        why: `Read are ${[...TYPES.keys()].join(", ")}.`,
      },
      { name },
    );
  }
  if (!isCounts(shape)) throw malformed(`the shape of '${name}' is no list of counts`);
  if (!isCounts(offsets) || offsets.length !== 2) throw malformed(`'${name}' has no pair of offsets`);
  const [begin = 0, end = 0] = offsets;
  const expected = product(shape) * NUMBER_RULES[kind].bytes;
  if (end - begin !== expected) {
    throw malformed(`'${name}' of shape ${shapeText(shape)} takes ${expected} bytes, not ${end - begin}`);
  }
  return { name, kind, shape, begin, end };
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && Number(entry) >= 0);
}

/** Tensors must follow one another without holes or overlaps, to the end of the file. */
function requireTiling(entries: readonly Entry[], length: number): void {
  let offset = 0;
  for (const entry of [...entries].sort((left, right) => left.begin - right.begin || left.end - right.end)) {
    if (entry.begin !== offset) {
      throw malformed(`'${entry.name}' begins at ${entry.begin} where ${offset} is expected`);
    }
    offset = entry.end;
  }
  if (offset > length) throw truncated(offset, length);
  if (offset < length) throw malformed(`${length - offset} bytes at its end belong to no tensor`);
}

function readTensor(entry: Entry, body: Uint8Array, complex: ReadonlySet<string>): HostArray {
  const { name, kind, shape, begin, end } = entry;
  const data = decodeNumbers(body.subarray(begin, end), kind, product(shape), true);
  if (!complex.has(name)) return hostArray("real", shape, data);
  if (shape.at(-1) !== lanes("complex")) throw malformed(`'${name}' is complex but has no last axis of 2`);
  return hostArray("complex", shape.slice(0, -1), data);
}

function requireNames(contents: Safetensors): void {
  const reserved = contents.tensors.has("__metadata__") || Object.hasOwn(contents.metadata, COMPLEX);
  if (reserved) {
    throw new DataError("IPX8108", {
      what: `safetensors reserves the tensor name '__metadata__', and this project the metadata entry '${COMPLEX}'.`,
    });
  }
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
