import { open } from "node:fs/promises";
import { devNull } from "node:os";
import { type CompoundTypeMetadata, Dataset, File, FS, type Metadata, Module, ready } from "h5wasm/node";
import { fromFortranOrder } from "../axisOrder.ts";
import { DataError, decoding } from "../dataError.ts";
import { contradicts, endsEarly, noSuchArray, notOfFormat, notRead } from "../fileErrors.ts";
import { type Field, type HostArray, hostArray, lanes, product, shapeText } from "../hostArray.ts";
import { decodeNumbers, NUMBER_RULES, type NumberKind } from "../numbers.ts";
import { requireArrayRoom } from "./memory.ts";

/** A dataset by what its header says. */
export interface Hdf5Array {
  readonly field: Field;
  readonly shape: readonly number[];
  readonly kind: NumberKind;
  readonly key: string;
}

/** How a file's axes are to be read: as they lie, or as MATLAB has them, which writes them in reverse. */
export type AxisOrder = "stored" | "reversed";

/** HDF5's numbers of its classes of types. */
const INTEGER = 0;
const FLOAT = 1;
const COMPOUND = 6;
const ENUM = 8;
/** Parts of an array are read in pieces of at most so many bytes, for they pass through WebAssembly's memory. */
const PIECE = 2 ** 26;

/**
 * The dataset of numbers under a key (`group/name`), by its header. Without a key, the file must hold one. A pair
 * (r, i) or (real, imag) is complex, as h5py and MATLAB write it; true and false are 1 and 0.
 * @throws DataError; IPX8107 with the datasets that there are.
 */
export async function openHdf5(path: string, order: AxisOrder, key?: string): Promise<Hdf5Array> {
  return withFile(path, (file) => {
    const arrays = file.paths().flatMap((name) => {
      const entry = file.get(name);
      const array = entry instanceof Dataset ? headerOf(name, entry, order) : null;
      return array === null ? [] : [array];
    });
    const wanted = key?.replace(/^\/+/u, "");
    if (wanted !== undefined && !arrays.some((array) => array.key === wanted) && isThere(file, wanted)) {
      throw notRead(
        `'${wanted}' of this HDF5 file holds no numbers that are read.`,
        "Name an array of numbers.",
      );
    }
    const found =
      wanted === undefined
        ? arrays.length === 1
          ? arrays[0]
          : undefined
        : arrays.find((array) => array.key === wanted);
    if (found !== undefined) return found;
    const keys = arrays.map((array) => `'${array.key}' (${array.field} ${shapeText(array.shape)})`);
    throw noSuchArray("HDF5", keys, wanted, "file.h5:NAME");
  });
}

function isThere(file: File, key: string): boolean {
  return file.paths().includes(key);
}

/** The numbers of a dataset, whole or of one index along the first axis. */
export async function readHdf5(
  path: string,
  array: Hdf5Array,
  order: AxisOrder,
  index?: number,
): Promise<HostArray> {
  const stored = order === "reversed" ? [...array.shape].reverse() : array.shape;
  const { shape } = array;
  const width = lanes(array.field);
  const partial = index !== undefined && order === "stored";
  const wanted = partial ? shape.slice(1) : shape;
  const bytes = NUMBER_RULES[array.kind].bytes * width;
  const held = product(wanted) * (NUMBER_RULES[array.kind].double ? 8 : 4) * width;
  requireArrayRoom(path, product(wanted) * width, order === "reversed" ? 2 * held : held);
  const numbers = await withFile(path, (file) => {
    const first = partial ? index : 0;
    const count = partial ? 1 : (stored[0] ?? 1);
    const rowLength = product(stored.slice(1));
    const result = NUMBER_RULES[array.kind].double
      ? new Float64Array(count * rowLength * width)
      : new Float32Array(count * rowLength * width);
    const rows = Math.max(1, Math.floor(PIECE / Math.max(1, rowLength * bytes)));
    for (let row = 0; row < count; row += rows) {
      const taken = Math.min(rows, count - row);
      const piece = bytesOf(file, array.key, stored, first + row, taken, rowLength * bytes);
      const decoded = decodeNumbers(piece, array.kind, taken * rowLength * width, true);
      result.set(decoded, row * rowLength * width);
    }
    return result;
  });
  return hostArray(
    array.field,
    wanted,
    order === "reversed" ? fromFortranOrder(numbers, shape, width) : numbers,
  );
}

/** The bytes of `count` rows of the first axis, in the machine's own byte order. */
function bytesOf(
  file: File,
  key: string,
  shape: readonly number[],
  first: number,
  count: number,
  rowBytes: number,
): Uint8Array {
  const length = count * rowBytes;
  if (length === 0) return new Uint8Array();
  const pointer = Module._malloc(length);
  if (pointer === 0) throw new DataError("IPX8105", { what: `${length} bytes of '${key}' find no room.` });
  try {
    const whole = shape.length === 0;
    const counts = shape.map((extent, axis) => BigInt(axis === 0 ? count : extent));
    const offsets = shape.map((_, axis) => BigInt(axis === 0 ? first : 0));
    const steps = shape.map(() => 1n);
    const status = Module.get_dataset_data(
      file.file_id,
      key,
      whole ? null : counts,
      whole ? null : offsets,
      whole ? null : steps,
      BigInt(pointer),
    );
    if (status < 0) throw contradicts("HDF5", `the numbers of '${key}' cannot be read`);
    return Module.HEAPU8.slice(pointer, pointer + length);
  } finally {
    Module._free(pointer);
  }
}

function headerOf(key: string, entry: Dataset, order: AxisOrder): Hdf5Array | null {
  const { shape, type, compound_type: compound } = entry.metadata;
  const scalar = type === COMPOUND ? complexPart(compound) : numberKind(entry.metadata);
  if (shape === null || scalar === null) return null;
  const axes = order === "reversed" ? matlabShape(entry, shape) : [...shape];
  return axes === null
    ? null
    : { key, field: type === COMPOUND ? "complex" : "real", shape: axes, kind: scalar };
}

/**
 * The shape of an array as MATLAB has it, which writes axes in reverse, in the place of an empty array its sizes, and texts
 * as their characters' numbers; null for these.
 */
function matlabShape(entry: Dataset, shape: readonly number[]): readonly number[] | null {
  const { MATLAB_class: matlabClass, MATLAB_empty: empty } = entry.attrs;
  if (matlabClass?.value === "char") return null;
  if (empty?.value !== 1) return [...shape].reverse();
  const sizes = entry.json_value;
  return Array.isArray(sizes) ? sizes.map(Number) : null;
}

/** The kind of the two floats that make a complex number; null for other records. */
function complexPart(compound: CompoundTypeMetadata | undefined): NumberKind | null {
  const [real, imaginary, ...more] = compound?.members ?? [];
  if (real === undefined || imaginary === undefined || more.length > 0) return null;
  const names = `${real.name} ${imaginary.name}`;
  const kind = numberKind(real);
  const adjacent = real.offset === 0 && imaginary.offset === real.size;
  const isPair = ["r i", "real imag", "re im"].includes(names) && adjacent && kind === numberKind(imaginary);
  return isPair && (kind === "f4" || kind === "f8") ? kind : null;
}

function numberKind({ type, size, signed, enum_type: choices }: Metadata): NumberKind | null {
  const letter = type === FLOAT ? "f" : type === INTEGER ? (signed ? "i" : "u") : null;
  if (type === ENUM) return choices !== undefined && isBoolean(choices.members) && size === 1 ? "b1" : null;
  const kind = `${letter ?? "?"}${size}`;
  return isNumberKind(kind) ? kind : null;
}

function isBoolean(members: Readonly<Record<string, number>>): boolean {
  return Object.keys(members).sort().join(" ") === "FALSE TRUE";
}

function isNumberKind(kind: string): kind is NumberKind {
  return Object.hasOwn(NUMBER_RULES, kind);
}

/** Opens a file, works on it and closes it; what the library throws becomes a DataError. */
async function withFile<T>(path: string, work: (file: File) => T): Promise<T> {
  await (library ??= quietLibrary());
  requireWhole(path, await beginOfFile(path));
  return named(path, () =>
    decoding("HDF5", () => {
      const file = new File(path, "r");
      if (file.file_id < 0n) throw contradicts("HDF5", "its list of contents cannot be read");
      try {
        return work(file);
      } finally {
        file.close();
      }
    }),
  );
}

let library: Promise<void> | null = null;

/**
 * The library, loaded once. It writes traces of its own functions to its standard error stream, which is no place for
 * people; that stream is its own, not the process's, and ends nowhere from here on.
 */
async function quietLibrary(): Promise<void> {
  await ready;
  if (FS === null || !canClose(FS)) return;
  FS.closeStream(2);
  FS.open(devNull, "w");
}

interface Closing {
  readonly closeStream: (stream: number) => void;
}

function canClose<T extends object>(system: T): system is T & Closing {
  return "closeStream" in system && typeof system.closeStream === "function";
}

/** The first bytes of a file: enough for every place at which HDF5 may begin behind a block of the user's. */
async function beginOfFile(path: string): Promise<{ readonly bytes: Uint8Array; readonly size: number }> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const bytes = new Uint8Array(Math.min(size, LAST_PLACE + SUPERBLOCK));
    await file.read(bytes, 0, bytes.length, 0);
    return { bytes, size };
  } finally {
    await file.close();
  }
}

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a] as const;
const LAST_PLACE = 2 ** 16;
const SUPERBLOCK = 64;

/**
 * Refuses a file without HDF5's mark, and one that is shorter than its first block says.
 * Source: HDF5 File Format Specification 3.0, II.A.
 * @throws DataError
 */
function requireWhole(
  path: string,
  { bytes, size }: { readonly bytes: Uint8Array; readonly size: number },
): void {
  for (let at = 0; at <= LAST_PLACE; at = at === 0 ? 512 : 2 * at) {
    if (SIGNATURE.some((byte, index) => bytes[at + index] !== byte)) continue;
    const view = new DataView(bytes.buffer, at);
    const version = bytes[at + 8] ?? 0;
    const [widthPlace, endPlace] = version < 2 ? [13, version === 0 ? 40 : 44] : [9, 28];
    if (bytes[at + widthPlace] !== 8 || view.byteLength < endPlace + 8) return;
    const end = Number(view.getBigUint64(endPlace, true));
    if (size < end) throw truncated(end, size).inFile(path);
    return;
  }
  if (bytes.length < SIGNATURE.length) throw endsEarly("HDF5").inFile(path);
  throw notOfFormat("HDF5", "It has no mark of one.", "Files of netCDF 3 and HDF4 are others.").inFile(path);
}

function truncated(expected: number, actual: number): DataError {
  return new DataError(
    "IPX8101",
    {
      what: `This HDF5 file ends early: ${expected} bytes are announced, ${actual} are there.`,
      why: "It was probably cut off while it was written or copied.",
    },
    { expected, actual },
  );
}

function named<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof DataError ? error.inFile(path) : error;
  }
}
