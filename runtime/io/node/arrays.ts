import { type FileHandle, open, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { DataError } from "../dataError.ts";
import {
  type ArrayFormat,
  type ArrayLocation,
  decodeArray,
  formatOf,
  locateArray,
  readHeader,
  type WholeFormat,
} from "../format.ts";
import { type Field, type HostArray, lanes, product, sampleOf, shapeText } from "../hostArray.ts";
import { isMatlab73 } from "../mat.ts";
import { bytesOfNumbers, decodeNumbers, endTooEarly, isNative, NUMBER_RULES, roomFor } from "../numbers.ts";
import {
  arrayOfNumbers,
  heldBytes,
  NPY_HEADER,
  type NpyHeader,
  readNpyHeader,
  readNpyNumbers,
  requireNoMore,
} from "../npy.ts";
import { fileError, readBytes, requireRegular } from "./files.ts";
import type { AxisOrder } from "./hdf5.ts";
import { requireArrayRoom } from "./memory.ts";

/** An array in a file, known by its header; its numbers are read when they are asked for. */
export interface StoredArray {
  readonly field: Field;
  readonly shape: readonly number[];
  readonly read: () => Promise<HostArray>;
  /** the part at an index along the first axis; of npy and HDF5 no more of the file is read than that */
  readonly part: (index: number) => Promise<HostArray>;
}

/**
 * Reads an array by the name of its file (`a.npy`, `a.npz:key`, `a.h5:key:3`, `a.png`).
 * @throws DataError that names the file.
 */
export async function readArray(name: string): Promise<HostArray> {
  const location = locateArray(name);
  const { index } = location;
  const array = await openLocated(location);
  return index === undefined ? array.read() : array.part(index);
}

/**
 * Opens an array by the name of its file; its numbers are only read when they are asked for.
 * @throws DataError that names the file.
 */
export async function openArray(name: string): Promise<StoredArray> {
  const location = locateArray(name);
  const array = await openLocated(location);
  if (location.index === undefined) return array;
  return partOf(location.path, array, location.index);
}

async function openLocated(location: ArrayLocation): Promise<StoredArray> {
  const { path, format, key } = location;
  switch (format) {
    case "npy":
      return openNpy(path);
    case "hdf5":
      return openHdf5(path, "stored", key);
    case "mat":
      if (isMatlab73(await beginOf(path, 128))) return openHdf5(path, "reversed", key);
      return openWhole({ ...location, format });
    default:
      return openWhole({ ...location, format });
  }
}

/** An array of a file that is only read whole, when its numbers are asked for. */
async function openWhole(location: ArrayLocation<WholeFormat>): Promise<StoredArray> {
  const { path } = location;
  const { size } = await withFile(path, (file) => file.stat());
  const begin = (length: number): Promise<Uint8Array> =>
    length < size ? beginOf(path, length) : readBytes(path);
  const { field, shape, peak } = await readHeader(location, { size, begin });
  const read = async (): Promise<HostArray> => {
    requireArrayRoom(path, product(shape) * lanes(field), peak);
    return decodeArray(location, await readBytes(path));
  };
  const part = async (index: number): Promise<HostArray> => {
    requirePart(path, shape, index);
    return sampleOf(await read(), index);
  };
  return { field, shape, read, part };
}

/** The part of an array at an index along the first axis, as an array of its own. */
function partOf(path: string, whole: StoredArray, index: number): StoredArray {
  requirePart(path, whole.shape, index);
  const shape = whole.shape.slice(1);
  const part = async (inner: number): Promise<HostArray> => {
    requirePart(path, shape, inner);
    return sampleOf(await whole.part(index), inner);
  };
  return { field: whole.field, shape, read: () => whole.part(index), part };
}

async function openNpy(path: string): Promise<StoredArray> {
  const header = said(path, await beginOf(path, NPY_HEADER), readNpyHeader);
  const { size: length } = await withFile(path, (file) => file.stat());
  said(path, new Uint8Array(), () => {
    requireNoMore(header, length);
  });
  const { field, shape } = header;
  const size = product(shape) * lanes(field);
  const whole = async (): Promise<HostArray> => {
    requireArrayRoom(path, size, heldBytes(header));
    const numbers = await numbersOf(path, header, size);
    return arrayOfNumbers(header, numbers);
  };
  const part = async (index: number): Promise<HostArray> => {
    requirePart(path, shape, index);
    if (header.fortran && shape.length > 1) return sampleOf(await whole(), index);
    return npyPart(path, header, index);
  };
  return { field, shape, read: whole, part };
}

async function npyPart(path: string, header: NpyHeader, index: number): Promise<HostArray> {
  const shape = header.shape.slice(1);
  const length = product(shape) * lanes(header.field) * NUMBER_RULES[header.kind].bytes;
  const bytes = await bytesOf(path, header.offset + index * length, length);
  return said(path, bytes, (part) => readNpyNumbers({ ...header, shape }, part));
}

async function openHdf5(path: string, order: AxisOrder, key: string | undefined): Promise<StoredArray> {
  await beginOf(path, 1);
  const hdf5 = await import("./hdf5.ts");
  const array = await hdf5.openHdf5(path, order, key);
  const { field, shape } = array;
  const part = async (index: number): Promise<HostArray> => {
    requirePart(path, shape, index);
    if (order === "stored") return hdf5.readHdf5(path, array, order, index);
    return sampleOf(await hdf5.readHdf5(path, array, order), index);
  };
  return { field, shape, read: () => hdf5.readHdf5(path, array, order), part };
}

/** @throws DataError IPX8104 where there is no such part. */
function requirePart(path: string, shape: readonly number[], index: number): void {
  const [extent] = shape;
  if (extent !== undefined && index < extent) return;
  throw new DataError(
    "IPX8104",
    { what: `${path}: An array of shape ${shapeText(shape)} has no part ${index}.` },
    { file: path, index, shape: [...shape] },
  );
}

function said<T>(path: string, bytes: Uint8Array, read: (bytes: Uint8Array) => T): T {
  try {
    return read(bytes);
  } catch (error) {
    throw error instanceof DataError ? error.inFile(path) : error;
  }
}

/** Bytes that are read at a time where numbers are converted. */
const PIECE = 2 ** 24;

/** The numbers behind a header, read to where they stay: as they are, or converted piece by piece. */
async function numbersOf(path: string, header: NpyHeader, count: number): Promise<HostArray["data"]> {
  const { kind, little, offset } = header;
  const width = NUMBER_RULES[kind].bytes;
  const numbers = roomFor(kind, count);
  if (isNative(kind, little)) {
    const filled = await withFile(path, (file) => fill(file, bytesOfNumbers(numbers), offset));
    if (filled < count * width) throw endTooEarly(count * width, filled).inFile(path);
    return numbers;
  }
  const step = PIECE / width;
  for (let first = 0; first < count; first += step) {
    const length = Math.min(step, count - first);
    const bytes = await bytesOf(path, offset + first * width, length * width);
    numbers.set(
      said(path, bytes, (piece) => decodeNumbers(piece, kind, length, little)),
      first,
    );
  }
  return numbers;
}

/** The first bytes of a file, at most `length`. */
function beginOf(path: string, length: number): Promise<Uint8Array> {
  return bytesOf(path, 0, length);
}

/** Bytes of a file from an offset; fewer where it ends. */
async function bytesOf(path: string, offset: number, length: number): Promise<Uint8Array> {
  return withFile(path, async (file) => {
    const { size } = await file.stat();
    const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
    return bytes.subarray(0, await fill(file, bytes, offset));
  });
}

/** Reads bytes of a file from an offset to where they are wanted, and gives their number: less where the file ends. */
async function fill(file: FileHandle, bytes: Uint8Array, offset: number): Promise<number> {
  let filled = 0;
  while (filled < bytes.length) {
    const wanted = Math.min(bytes.length - filled, 2 ** 30);
    const { bytesRead } = await file.read(bytes, filled, wanted, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

/** Opens a regular file, works with it and closes it; what the system says becomes a DataError. */
async function withFile<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  let file: FileHandle | null = null;
  try {
    requireRegular(path, await stat(path));
    file = await open(path, "r");
    return await work(file);
  } catch (error) {
    throw fileError("IPX8109", path, "cannot be read", error);
  } finally {
    await file?.close();
  }
}

/** A file of an array in a folder. */
export interface ArrayFile {
  readonly path: string;
  readonly format: ArrayFormat;
}

/**
 * The files of a folder that may hold arrays, by the ends of their names, sorted by name; not those of folders below
 * it, nor hidden ones. Paths begin with the folder.
 * @throws DataError IPX8109 where the folder cannot be read.
 */
export async function listArrayFiles(folder: string): Promise<readonly ArrayFile[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && !basename(entry.name).startsWith("."))
      .map((entry) => join(folder, entry.name))
      .sort()
      .flatMap((path) => {
        const format = formatOf(path);
        return format === null ? [] : [{ path, format }];
      });
  } catch (error) {
    throw fileError("IPX8109", folder, "cannot be read", error);
  }
}
