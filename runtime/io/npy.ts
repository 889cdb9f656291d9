import { fromFortranOrder } from "./axisOrder.ts";
import { DataError } from "./dataError.ts";
import { type Field, type HostArray, hostArray, lanes, product } from "./hostArray.ts";
import {
  bytesOfNumbers,
  decodeNumbers,
  encodeNumbers,
  LITTLE_MACHINE,
  NUMBER_RULES,
  type NumberKind,
} from "./numbers.ts";

/** The first six bytes of every npy file: 0x93, then NUMPY. */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;
/** The most axes that numpy knows. */
const MAX_AXES = 64;

/** The most first bytes of an npy file that are looked at for its header. */
export const NPY_HEADER = 2 ** 16 + 12;

/** What the header of an npy file says. */
export interface NpyHeader {
  readonly kind: NumberKind;
  readonly field: Field;
  readonly little: boolean;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Where the numbers begin. */
  readonly offset: number;
}

/**
 * Reads an array of numpy's npy format, versions 1 to 3, C or Fortran order, either byte order; the result is
 * in C order. Booleans, integers and floats become real, complex64 and complex128 complex.
 * Source: numpy.lib.format.
 * @throws DataError for everything that is no such array.
 */
export function readNpy(bytes: Uint8Array): HostArray {
  const header = readNpyHeader(bytes);
  requireNoMore(header, bytes.length);
  return readNpyNumbers(header, bytes.subarray(header.offset));
}

/**
 * Refuses a file that goes on behind its array: several arrays in one file, or a header that is not its own.
 * @throws DataError IPX8104
 */
export function requireNoMore(header: NpyHeader, length: number): void {
  const end = header.offset + product(header.shape) * lanes(header.field) * NUMBER_RULES[header.kind].bytes;
  if (length <= end) return;
  throw new DataError(
    "IPX8104",
    {
      what: `This npy file goes on behind its array: ${end} bytes are announced, ${length} are there.`,
      why: "Its header is not of these data, or it holds several arrays.",
      hint: "Write one array a file with numpy.save, or several with numpy.savez.",
    },
    { expected: end, actual: length },
  );
}

/** The bytes that the numbers behind a header take once they are read: twice as many while their order is turned. */
export function heldBytes({ kind, field, fortran, shape }: NpyHeader): number {
  const held = product(shape) * lanes(field) * (NUMBER_RULES[kind].double ? 8 : 4);
  return fortran && shape.length > 1 ? 2 * held : held;
}

/**
 * The array of the numbers that follow a header.
 * @throws DataError IPX8101 where they are too few.
 */
export function readNpyNumbers(header: NpyHeader, bytes: Uint8Array): HostArray {
  const count = product(header.shape) * lanes(header.field);
  return arrayOfNumbers(header, decodeNumbers(bytes, header.kind, count, header.little));
}

/** The array of numbers that stand in the order of the file. */
export function arrayOfNumbers(header: NpyHeader, numbers: HostArray["data"]): HostArray {
  const data = header.fortran ? fromFortranOrder(numbers, header.shape, lanes(header.field)) : numbers;
  return hostArray(header.field, header.shape, data);
}

/**
 * Writes an array as npy version 1 in C order, little-endian: float32, float64, complex64 or complex128, by
 * its field and precision. numpy reads it back with the same bits.
 */
export function writeNpy(array: HostArray): Uint8Array {
  const width = array.data.BYTES_PER_ELEMENT * lanes(array.field);
  const descr = `<${array.field === "complex" ? "c" : "f"}${width}`;
  const tuple = array.shape.length === 1 ? `(${array.shape[0]},)` : `(${array.shape.join(", ")})`;
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const padding = 64 - ((10 + dictionary.length + 1) % 64);
  const header = `${dictionary}${" ".repeat(padding % 64)}\n`;
  if (header.length > 0xffff) {
    throw new DataError("IPX8108", { what: `An array of ${array.shape.length} axes has no npy header.` });
  }
  const body = LITTLE_MACHINE ? bytesOfNumbers(array.data) : encodeNumbers(array.data);
  const bytes = new Uint8Array(10 + header.length + body.length);
  bytes.set([...MAGIC, 1, 0, header.length & 0xff, header.length >> 8]);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(body, 10 + header.length);
  return bytes;
}

/**
 * Reads the header of an npy file, from its first bytes.
 * @throws DataError
 */
export function readNpyHeader(bytes: Uint8Array): NpyHeader {
  if (MAGIC.some((byte, i) => i < bytes.length && bytes[i] !== byte)) {
    throw new DataError("IPX8102", {
      what: "This is not an npy file.",
      why: "It does not begin with numpy's mark.",
      hint: "Write it with numpy.save.",
    });
  }
  const version = bytes[6] ?? 0;
  const prefix = version === 1 ? 10 : 12;
  if (bytes.length < prefix) throw endsInHeader(bytes.length);
  if (version < 1 || version > 3) {
    throw new DataError(
      "IPX8103",
      { what: `This npy file has version ${version}.${bytes[7] ?? 0}; versions 1 to 3 are read.` },
      { version },
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (bytes.length < prefix + length) throw endsInHeader(bytes.length);
  const text = new TextDecoder("utf-8").decode(bytes.subarray(prefix, prefix + length));
  return { ...parseDescr(text), ...parseLayout(text), offset: prefix + length };
}

function endsInHeader(length: number): DataError {
  return new DataError(
    "IPX8101",
    {
      what: `The npy header ends early: the file has only ${length} bytes.`,
      why: "It was probably cut off while it was written or copied.",
    },
    { actual: length },
  );
}

function parseDescr(text: string): Pick<NpyHeader, "kind" | "field" | "little"> {
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  if (descr === undefined) {
    if (/'descr'\s*:\s*[[(]/.test(text)) throw unsupported("a structured type");
    throw malformed("no 'descr'");
  }
  const match = /^([<>|=]?)([a-zA-Z?])(\d*)$/.exec(descr);
  const letter = match?.[2] ?? "";
  const width = Number(match?.[3] ?? 0);
  const complex = letter === "c";
  const kind = complex ? `f${width / 2}` : `${letter === "?" ? "b" : letter}${letter === "?" ? 1 : width}`;
  if (match === null || !isNumberKind(kind) || (complex && width < 8)) throw unsupported(typeName(descr));
  return { kind, field: complex ? "complex" : "real", little: match[1] !== ">" };
}

function isNumberKind(kind: string): kind is NumberKind {
  return Object.hasOwn(NUMBER_RULES, kind);
}

function typeName(descr: string): string {
  if (/^.?O/.test(descr)) return "Python objects";
  if (/^.?[US]/.test(descr)) return "text";
  if (/^.?[mM]/.test(descr)) return "dates or times";
  return `the type '${descr.slice(0, 40)}'`;
}

function unsupported(what: string): DataError {
  return new DataError(
    "IPX8103",
    {
      what: `This array holds ${what}; numbers are needed.`,
      hint: "Convert it first: numpy.save(file, array.astype(numpy.float64)).",
    },
    { type: what },
  );
}

function malformed(what: string): DataError {
  return new DataError("IPX8104", {
    what: `The npy header has ${what}.`,
    hint: "Write the file with numpy.save.",
  });
}

function parseLayout(text: string): Pick<NpyHeader, "fortran" | "shape"> {
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  if (order === undefined) throw malformed("no 'fortran_order'");
  const tuple = /'shape'\s*:\s*\(([^()]*)\)/.exec(text)?.[1];
  if (tuple === undefined) throw malformed("no 'shape'");
  const entries = tuple
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
  if (entries.length > MAX_AXES) throw malformed(`more than ${MAX_AXES} axes`);
  const shape = entries.map((entry) => {
    if (!/^\d{1,16}L?$/.test(entry)) throw malformed(`the extent '${entry.slice(0, 40)}'`);
    return Number.parseInt(entry, 10);
  });
  return { fortran: order === "True", shape };
}
