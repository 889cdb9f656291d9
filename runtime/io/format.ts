import { DataError, decoding } from "./dataError.ts";
import { type HostArray, sampleOf } from "./hostArray.ts";
import { readNpy, writeNpy } from "./npy.ts";
import { readNpz, writeNpz } from "./npz.ts";
import { readPng, writePng } from "./png.ts";

/** The formats of arrays in files that are read. */
export type ArrayFormat = "npy" | "npz" | "png" | "jpeg" | "tiff" | "hdf5" | "mat" | "dicom" | "nifti";
/** Those that are written, too. */
export type WrittenFormat = "npy" | "npz" | "png";

interface FormatRule {
  /** ends of names, without the dot, in lower case */
  readonly extensions: readonly string[];
  /** whether a file holds arrays by their names */
  readonly keyed: boolean;
  /** whether a last axis of 3 is colour */
  readonly picture: boolean;
}

/** How files are named and what they hold. */
export const FORMATS: { readonly [F in ArrayFormat]: FormatRule } = {
  npy: { extensions: ["npy"], keyed: false, picture: false },
  npz: { extensions: ["npz"], keyed: true, picture: false },
  png: { extensions: ["png"], keyed: false, picture: true },
  jpeg: { extensions: ["jpg", "jpeg"], keyed: false, picture: true },
  tiff: { extensions: ["tif", "tiff"], keyed: false, picture: true },
  hdf5: { extensions: ["h5", "hdf5"], keyed: true, picture: false },
  mat: { extensions: ["mat"], keyed: true, picture: false },
  dicom: { extensions: ["dcm", "dicom"], keyed: false, picture: true },
  nifti: { extensions: ["nii", "nii.gz"], keyed: false, picture: false },
};

const NAMES = Object.keys(FORMATS).filter(isFormat);
const WRITTEN: readonly string[] = ["npy", "npz", "png"] satisfies readonly WrittenFormat[];

/** Where an array lies: a file, in files of several arrays its key, and the index of a part along the first axis. */
export interface ArrayLocation<F extends ArrayFormat = ArrayFormat> {
  readonly format: F;
  readonly path: string;
  readonly key?: string;
  readonly index?: number;
}

/** The key under which an array is written to an npz that names none. numpy.savez takes the same. */
const DEFAULT_KEY = "arr_0";

function isFormat(name: string): name is ArrayFormat {
  return Object.hasOwn(FORMATS, name);
}

/** The format that the end of a file's name says, in any case; null for none. */
export function formatOf(path: string): ArrayFormat | null {
  const name = path.toLowerCase();
  return NAMES.find((format) => FORMATS[format].extensions.some((end) => name.endsWith(`.${end}`))) ?? null;
}

/**
 * Chooses the format by the file's name: `a.npy`, `a.png`; `a.npz:key` and `a.h5:group/key` name one array of
 * several; a last `:3` is the part 3 along the first axis.
 * @throws DataError IPX8111 for other names.
 */
export function locateArray(name: string): ArrayLocation {
  return locateAmong(name, readHint);
}

const WRITTEN_HINT = "Arrays are written as .npy, .npz (file.npz:key) and .png.";

function readHint(): string {
  const ends = NAMES.flatMap((format) => FORMATS[format].extensions.map((end) => `.${end}`));
  const all = `${ends.slice(0, -1).join(", ")} and ${ends.at(-1) ?? ""}`;
  return `Arrays lie in ${all} files; file.npz:key names one of several, file.npy:3 a part.`;
}

function locateAmong(name: string, hint: () => string): ArrayLocation {
  const format = formatOf(name);
  if (format !== null) return { format, path: name };
  for (let colon = name.lastIndexOf(":"); colon > 0; colon = name.lastIndexOf(":", colon - 1)) {
    const path = name.slice(0, colon);
    const found = formatOf(path);
    if (found !== null) return within(name, { format: found, path }, name.slice(colon + 1), hint);
  }
  throw noFormat(name, hint());
}

function within(name: string, location: ArrayLocation, rest: string, hint: () => string): ArrayLocation {
  const [, key, index] = /^(.*?)(?:(?<=^|:)(\d+))?$/su.exec(rest) ?? [];
  const { keyed } = FORMATS[location.format];
  if (!keyed) {
    if (index !== undefined && key === "") return { ...location, index: Number(index) };
  } else if (index === undefined || key === "") {
    if (rest !== "") return { ...location, key: rest };
  } else if (key !== undefined) {
    return { ...location, key: key.slice(0, -1), index: Number(index) };
  }
  throw noFormat(name, hint());
}

function noFormat(name: string, hint: string): DataError {
  return new DataError(
    "IPX8111",
    { what: `The name '${name}' says no format that is known.`, hint },
    { name },
  );
}

/**
 * Where an array is to be written.
 * @throws DataError IPX8111 for names of formats that are not written.
 */
export function locateTarget(name: string): ArrayLocation<WrittenFormat> {
  const { format, path, key, index } = locateAmong(name, () => WRITTEN_HINT);
  if (isWritten(format) && index === undefined)
    return { format, path, ...(key === undefined ? {} : { key }) };
  const what =
    index === undefined
      ? `${format.toUpperCase()} files are read, not written.`
      : "A part of a file is read, not written.";
  throw new DataError("IPX8111", { what: `${name}: ${what}`, hint: WRITTEN_HINT }, { name });
}

function isWritten(format: ArrayFormat): format is WrittenFormat {
  return WRITTEN.includes(format);
}

type Decoder = (bytes: Uint8Array, key?: string) => HostArray;

/** Decoders by format; those of large libraries are loaded when such a file is met. HDF5 is read from a disk only. */
const DECODERS: { readonly [F in Exclude<ArrayFormat, "hdf5">]: () => Promise<Decoder> } = {
  npy: () => Promise.resolve((bytes: Uint8Array) => readNpy(bytes)),
  npz: () => Promise.resolve(readNpz),
  png: () => Promise.resolve((bytes: Uint8Array) => readPng(bytes)),
  jpeg: async () => (await import("./jpeg.ts")).readJpeg,
  tiff: async () => (await import("./tiff.ts")).readTiff,
  mat: async () => (await import("./mat.ts")).readMat,
  dicom: async () => (await import("./dicom.ts")).readDicom,
  nifti: async () => (await import("./nifti.ts")).readNifti,
};

const ENCODERS: { readonly [F in WrittenFormat]: (array: HostArray, key?: string) => Uint8Array } = {
  npy: (array) => writeNpy(array),
  npz: (array, key) => writeNpz({ [key ?? DEFAULT_KEY]: array }),
  png: (array) => writePng(array),
};

/**
 * The array in the bytes of a located file.
 * @throws DataError that names the file.
 */
export async function decodeArray(
  location: ArrayLocation<Exclude<ArrayFormat, "hdf5">>,
  bytes: Uint8Array,
): Promise<HostArray> {
  const { format, path, key, index } = location;
  const decode = await DECODERS[format]();
  return named(path, () => {
    const array = decoding(format.toUpperCase(), () => decode(bytes, key));
    return index === undefined ? array : sampleOf(array, index);
  });
}

/**
 * The bytes of a file that holds the array; an npz holds only it.
 * @throws DataError that names the file, where the format cannot hold the array.
 */
export function encodeArray(location: ArrayLocation<WrittenFormat>, array: HostArray): Uint8Array {
  return named(location.path, () => ENCODERS[location.format](array, location.key));
}

/** A file to write: its path and bytes. */
export interface EncodedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * The files of a batch (samples along the first axis): one file, but for PNG a numbered file a sample.
 */
export function encodeBatch(
  location: ArrayLocation<WrittenFormat>,
  batch: HostArray,
): readonly EncodedFile[] {
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
