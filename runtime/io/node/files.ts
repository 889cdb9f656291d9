import { randomUUID } from "node:crypto";
import { readFileSync, type Stats, statSync } from "node:fs";
import { mkdir, open, readdir, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DataError, type DataErrorCode } from "../dataError.ts";
import { encodeBatch, encodeArray, locateTarget } from "../format.ts";
import type { HostArray } from "../hostArray.ts";
import { requireRoom } from "./memory.ts";

/**
 * The bytes of a regular file: what has no end, or waits for a writer, is not begun.
 * @throws DataError IPX8109 with the reason, IPX8105 for a file that would not fit into memory.
 */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const status = await stat(path);
    requireRegular(path, status);
    requireRoom(path, status.size);
    return await readFile(path);
  } catch (error) {
    throw fileError("IPX8109", path, "cannot be read", error);
  }
}

/** The bytes of a regular file of at most `most` bytes, read at once; null where there is none. */
export function readBytesNow(path: string, most: number): Uint8Array | null {
  try {
    const status = statSync(path);
    return status.isFile() && status.size <= most ? readFileSync(path) : null;
  } catch {
    return null;
  }
}

/**
 * Refuses devices, pipes and sockets, which may have no end; folders fail where they are read.
 * @throws DataError IPX8109
 */
export function requireRegular(path: string, status: Stats): void {
  if (status.isFile() || status.isDirectory()) return;
  const why = "It is a device, a pipe or a socket; files of a size are read.";
  throw new DataError(
    "IPX8109",
    { what: `${path} cannot be read.`, why, hint: "Copy what it gives into a file first." },
    { file: path, reason: "irregular" },
  );
}

/**
 * Writes a file whole or not at all: to a temporary file in the same folder, flushed to the disk, then renamed.
 * A link is followed; a device or pipe is written as it is. On failure nothing is left behind.
 * @throws DataError IPX8110 with the reason.
 */
export async function writeBytes(path: string, bytes: Uint8Array): Promise<void> {
  try {
    const target = await destination(path);
    if (!target.replaceable) return await writeThrough(target.path, bytes);
    const temporary = join(dirname(target.path), `.${basename(target.path)}.${randomUUID()}.part`);
    try {
      await writeFlushed(temporary, bytes, target.mode);
      await rename(temporary, target.path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  } catch (error) {
    throw fileError("IPX8110", path, "cannot be written", error);
  }
}

/** Writes text in UTF-8 as `writeBytes` does. */
export async function writeText(path: string, text: string): Promise<void> {
  await writeBytes(path, new TextEncoder().encode(text));
}

/**
 * Gives a file another name; a file that had it is gone.
 * @throws DataError IPX8110 with the reason.
 */
export async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    throw fileError("IPX8110", to, "cannot be written", error);
  }
}

/**
 * Removes a file; none is fine.
 * @throws DataError IPX8110 with the reason.
 */
export async function removeFile(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
  } catch (error) {
    throw fileError("IPX8110", path, "cannot be removed", error);
  }
}

/**
 * The names in a folder that are not hidden.
 * @throws DataError IPX8109 with the reason.
 */
export async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith(".")).sort();
  } catch (error) {
    throw fileError("IPX8109", folder, "cannot be read", error);
  }
}

/**
 * Makes a folder and those above it, unless they exist.
 * @throws DataError IPX8110 with the reason.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeWithParents(path);
  } catch (error) {
    throw fileError("IPX8110", path, "cannot be made", error);
  }
}

/** One folder at a time: Node's own recursion never ends where the disk answers ENOENT below a folder that exists. */
async function makeWithParents(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (errorCode(error) === "EEXIST" && (await stat(path)).isDirectory()) return;
    const above = dirname(path);
    if (errorCode(error) !== "ENOENT" || above === path) throw error;
    if (await isFolder(above)) throw error;
    await makeWithParents(above);
    await mkdir(path);
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Writes an array in the format of the file's name, whole or not at all.
 * @throws DataError that names the file.
 */
export async function writeArray(name: string, array: HostArray): Promise<void> {
  const location = locateTarget(name);
  await writeBytes(location.path, encodeArray(location, array));
}

/**
 * Writes a batch (samples along the first axis); PNG as a numbered file a sample. Returns the paths written.
 * All files are encoded before the first is written.
 * @throws DataError that names the file.
 */
export async function writeBatch(name: string, batch: HostArray): Promise<readonly string[]> {
  const files = encodeBatch(locateTarget(name), batch);
  for (const { path, bytes } of files) await writeBytes(path, bytes);
  return files.map(({ path }) => path);
}

interface Destination {
  readonly path: string;
  readonly replaceable: boolean;
  readonly mode: number;
}

async function destination(path: string): Promise<Destination> {
  try {
    const target = await realpath(path);
    const status = await stat(target);
    if (status.isDirectory()) throw Object.assign(new Error("it is a folder"), { code: "EISDIR" });
    return { path: target, replaceable: status.isFile(), mode: status.mode & 0o777 };
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    return { path, replaceable: true, mode: 0o666 };
  }
}

async function writeThrough(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.writeFile(bytes);
  } finally {
    await file.close();
  }
}

async function writeFlushed(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const file = await open(path, "wx", mode);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "There is no such file or folder."],
  ["ENOTDIR", "A part of its path is no folder."],
  ["EISDIR", "It is a folder."],
  ["EACCES", "Permission is denied."],
  ["EPERM", "Permission is denied."],
  ["EROFS", "The disk is read-only."],
  ["ENOSPC", "The disk is full."],
  ["EEXIST", "A file of this name is in the way."],
  ["ENAMETOOLONG", "Its name is too long."],
  ["ELOOP", "Its links go round in a circle."],
  ["ERR_FS_FILE_TOO_LARGE", "It is larger than 2 GiB. Write it as .npy or HDF5, of which parts are read."],
]);

function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** A file and what the system says of it, as an error of data; DataErrors pass unchanged. */
export function fileError(code: DataErrorCode, path: string, what: string, error: unknown): DataError {
  if (error instanceof DataError) return error;
  const reason = errorCode(error) ?? "unknown";
  const why = REASONS.get(reason) ?? (error instanceof Error ? `${error.message}.` : String(error));
  const name = path === "" ? '""' : path;
  return new DataError(code, { what: `${name} ${what}.`, why }, { file: path, reason }, { cause: error });
}
