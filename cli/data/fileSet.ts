import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { DataError } from "../../runtime/io/dataError.ts";
import { FORMATS, formatOf } from "../../runtime/io/format.ts";
import { type HostArray, requireFinite, shapeText } from "../../runtime/io/hostArray.ts";
import { type ArrayFile, listArrayFiles, openArray } from "../../runtime/io/node/arrays.ts";

/** Which arrays of a folder are samples. */
export interface FileSetOptions {
  /** the most samples, the first ones by name */
  readonly count?: number | undefined;
  /** the array of each file that holds several */
  readonly key?: string | undefined;
  /** whether each part along the first axis is a sample of its own */
  readonly slices?: boolean | undefined;
}

/** A sample of a folder: a file, or a part of one. */
export interface FileSample {
  readonly file: string;
  /** what it is called in tables and pictures */
  readonly name: string;
  readonly index: number | null;
}

/** The samples of a folder; their numbers are read when they are asked for. */
export interface FileSet {
  readonly samples: readonly FileSample[];
  readonly read: (sample: FileSample) => Promise<HostArray>;
  /** what the files take on the disk */
  readonly bytes: number;
}

/**
 * The samples of a folder, or of one file, sorted by the names of their files. Files are opened here only where their parts are samples.
 * @throws DataError where the folder holds none, or a file's header cannot be read
 */
export async function openFileSet(folder: string, options: FileSetOptions): Promise<FileSet> {
  const { count = Infinity, key, slices = false } = options;
  const files = await filesOf(folder);
  if (files.length === 0) throw empty(folder);
  const samples: FileSample[] = [];
  let bytes = 0;
  for (const file of files) {
    if (samples.length >= count) break;
    const found = slices
      ? await partsOf(file, key)
      : [{ file: file.path, name: basename(file.path), index: null }];
    samples.push(...found);
    bytes += (await stat(file.path)).size;
  }
  if (samples.length === 0) throw empty(folder);
  const read = async ({ file, index }: FileSample): Promise<HostArray> => {
    const stored = await openArray(nameOf({ path: file }, key));
    const array = index === null ? await stored.read() : await stored.part(index);
    return requireFinite(array, index === null ? file : `${file}:${index}`);
  };
  return { samples: samples.slice(0, Math.min(count, samples.length)), read, bytes };
}

/** The files of a folder, or the one file that is named. */
async function filesOf(path: string): Promise<readonly ArrayFile[]> {
  const format = formatOf(path);
  const isFile = format !== null && (await stat(path).catch(() => null))?.isDirectory() === false;
  return isFile ? [{ path, format }] : listArrayFiles(path);
}

function empty(folder: string): DataError {
  const extensions = Object.values(FORMATS).flatMap((rule) => rule.extensions.map((end) => `.${end}`));
  return new DataError(
    "IPX8109",
    {
      what: `${folder} holds no pictures or arrays.`,
      why: `They are known by the ends of their names: ${extensions.join(", ")}.`,
    },
    { file: folder },
  );
}

/** The name of a file with the key, where it holds arrays by their names. */
function nameOf({ path }: Pick<ArrayFile, "path">, key: string | undefined): string {
  const keyed = Object.values(FORMATS).some(
    (rule) => rule.keyed && rule.extensions.some((end) => path.toLowerCase().endsWith(`.${end}`)),
  );
  return keyed && key !== undefined ? `${path}:${key}` : path;
}

async function partsOf(file: ArrayFile, key: string | undefined): Promise<readonly FileSample[]> {
  const { shape } = await openArray(nameOf(file, key));
  const [extent] = shape;
  if (extent === undefined || shape.length < 2) {
    throw new DataError(
      "IPX8104",
      {
        what: `${file.path} has the shape ${shapeText(shape)}, which has no slices.`,
        hint: "Leave `slices` out.",
      },
      { file: file.path },
    );
  }
  const name = basename(file.path);
  return Array.from({ length: extent }, (_, index) => ({ file: file.path, name: `${name}:${index}`, index }));
}
