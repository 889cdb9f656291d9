import type { ArrayHeader } from "./arrayHeader.ts";
import { DataError, decoding } from "./dataError.ts";
import { type HostArray, sampleOf } from "./hostArray.ts";
import { writeNpy } from "./npy.ts";
import { readNpz, readNpzHeader, writeNpz } from "./npz.ts";
import { PNG_HEADER, readPng, readPngHeader, writePng } from "./png.ts";

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

/** How the arrays of a format are read. */
interface Codec {
  readonly decode: (bytes: Uint8Array, key?: string) => HostArray;
  /** reads what the first bytes of a file of `size` bytes say */
  readonly header: (bytes: Uint8Array, size: number, key?: string) => ArrayHeader;
  /** the first bytes that this takes */
  readonly headerBytes: number;
}

/** The formats of which files are read whole; parts of HDF5 and npy are read from a disk. */
export type WholeFormat = Exclude<ArrayFormat, "hdf5" | "npy">;

/** Codecs by format; those of large libraries are loaded when such a file is met. */
const CODECS: { readonly [F in WholeFormat]: () => Promise<Codec> } = {
  npz: () =>
    Promise.resolve({
      decode: readNpz,
      header: (bytes, _, key) => readNpzHeader(bytes, key),
      headerBytes: Infinity,
    }),
  png: () => Promise.resolve({ decode: readPng, header: readPngHeader, headerBytes: PNG_HEADER }),
  jpeg: async () => {
    const { readJpeg, readJpegHeader } = await import("./jpeg.ts");
    return { decode: readJpeg, header: readJpegHeader, headerBytes: Infinity };
  },
  tiff: async () => {
    const { readTiff, readTiffHeader } = await import("./tiff.ts");
    return { decode: readTiff, header: readTiffHeader, headerBytes: Infinity };
  },
  mat: async () => {
    const { readMat, readMatHeader } = await import("./mat.ts");
    return { decode: readMat, header: (bytes, _, key) => readMatHeader(bytes, key), headerBytes: Infinity };
  },
  dicom: async () => {
    const { readDicom, readDicomHeader } = await import("./dicom.ts");
    return { decode: readDicom, header: readDicomHeader, headerBytes: Infinity };
  },
  nifti: async () => {
    const { NIFTI_HEADER, readNifti, readNiftiHeader } = await import("./nifti.ts");
    return { decode: readNifti, header: readNiftiHeader, headerBytes: NIFTI_HEADER };
  },
};

const ENCODERS: { readonly [F in WrittenFormat]: (array: HostArray, key?: string) => Uint8Array } = {
  npy: (array) => writeNpy(array),
  npz: (array, key) => writeNpz({ [key ?? DEFAULT_KEY]: array }),
  png: (array) => writePng(array),
};

/** What the first bytes of a file hold; given no more than there are, as many as are asked for. */
export interface HeaderSource {
  readonly size: number;
  readonly begin: (length: number) => Promise<Uint8Array>;
}

/**
 * What a located file says of its array, and what memory reading it takes.
 * @throws DataError that names the file.
 */
export async function readHeader(
  location: ArrayLocation<WholeFormat>,
  { size, begin }: HeaderSource,
): Promise<ArrayHeader> {
  const { format, path, key } = location;
  const { header, headerBytes } = await CODECS[format]();
  const bytes = await begin(Math.min(size, headerBytes));
  return named(path, () => decoding(format.toUpperCase(), () => header(bytes, size, key)));
}

/**
 * The array in the bytes of a located file.
 * @throws DataError that names the file.
 */
export async function decodeArray(
  { format, path, key }: ArrayLocation<WholeFormat>,
  bytes: Uint8Array,
): Promise<HostArray> {
  const { decode } = await CODECS[format]();
  return named(path, () => decoding(format.toUpperCase(), () => decode(bytes, key)));
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
