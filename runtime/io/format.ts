import { DataError } from "./dataError.ts";
import { type HostArray, sampleOf } from "./hostArray.ts";
import { readNpy, writeNpy } from "./npy.ts";
import { readNpz, writeNpz } from "./npz.ts";
import { readPng, writePng } from "./png.ts";

/** The formats of single arrays. */
export type ArrayFormat = "npy" | "npz" | "png";

/** Where an array lies: a file, and in an npz its key. */
export interface ArrayLocation {
  readonly format: ArrayFormat;
  readonly path: string;
  readonly key?: string;
}

/** The key under which an array is written to an npz that names none. numpy.savez takes the same. */
const DEFAULT_KEY = "arr_0";

/**
 * Chooses the format by the file's name, in any case: `a.npy`, `a.npz`, `a.npz:key`, `a.png`.
 * @throws DataError IPX8111 for other names.
 */
export function locateArray(name: string): ArrayLocation {
  const inArchive = /^(.*\.npz):([^/\\]*)$/is.exec(name);
  if (inArchive?.[1] !== undefined && inArchive[2] !== undefined && inArchive[2] !== "") {
    return { format: "npz", path: inArchive[1], key: inArchive[2] };
  }
  const extension = /\.(npy|npz|png)$/i.exec(name)?.[1]?.toLowerCase();
  if (extension === "npy" || extension === "npz" || extension === "png") {
    return { format: extension, path: name };
  }
  throw new DataError(
    "IPX8111",
    {
      what: `The name '${name}' says no format that is known.`,
      hint: "Arrays lie in .npy, .npz (file.npz:key) and .png files.",
    },
    { name },
  );
}

const READERS: { readonly [F in ArrayFormat]: (bytes: Uint8Array, key?: string) => HostArray } = {
  npy: (bytes) => readNpy(bytes),
  npz: (bytes, key) => readNpz(bytes, key),
  png: (bytes) => readPng(bytes),
};

const WRITERS: { readonly [F in ArrayFormat]: (array: HostArray, key?: string) => Uint8Array } = {
  npy: (array) => writeNpy(array),
  npz: (array, key) => writeNpz({ [key ?? DEFAULT_KEY]: array }),
  png: (array) => writePng(array),
};

/**
 * The array in the bytes of a located file.
 * @throws DataError that names the file.
 */
export function decodeArray(location: ArrayLocation, bytes: Uint8Array): HostArray {
  return named(location.path, () => READERS[location.format](bytes, location.key));
}

/**
 * The bytes of a file that holds the array; an npz holds only it.
 * @throws DataError that names the file, where the format cannot hold the array.
 */
export function encodeArray(location: ArrayLocation, array: HostArray): Uint8Array {
  return named(location.path, () => WRITERS[location.format](array, location.key));
}

/** A file to write: its path and bytes. */
export interface EncodedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * The files of a batch (samples along the first axis): one file, but for PNG a numbered file a sample.
 */
export function encodeBatch(location: ArrayLocation, batch: HostArray): readonly EncodedFile[] {
  if (location.format !== "png") return [{ path: location.path, bytes: encodeArray(location, batch) }];
  const count = batch.shape[0] ?? 0;
  return Array.from({ length: count }, (_, index) => {
    const path = numberedPath(location.path, index, count);
    return { path, bytes: encodeArray({ ...location, path }, sampleOf(batch, index)) };
  });
}

/** `out.png` as `out-000.png`, `out-001.png`, ...: numbers from 0, wide enough for `count`, at least three digits. */
function numberedPath(path: string, index: number, count: number): string {
  const digits = Math.max(3, String(Math.max(0, count - 1)).length);
  const dot = path.lastIndexOf(".");
  return `${path.slice(0, dot)}-${String(index).padStart(digits, "0")}${path.slice(dot)}`;
}

function named<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof DataError ? error.inFile(path) : error;
  }
}
