import { unzipSync, zipSync } from "fflate";
import { DataError, decoding } from "./dataError.ts";
import type { HostArray } from "./hostArray.ts";
import { readNpy, writeNpy } from "./npy.ts";

/** Deflate cannot shrink data by more than this (RFC 1951: 258 bytes from two bits). */
export const DEFLATE_MAX_RATIO = 1032;
/** The least bytes that an entry takes in a zip's directory. */
const DIRECTORY_ENTRY = 46;

/**
 * The names of the arrays in an npz file, without `.npy`, in the file's order.
 * @throws DataError where the bytes are no zip file.
 */
export function npzKeys(bytes: Uint8Array): readonly string[] {
  requireZip(bytes);
  const keys: string[] = [];
  entries(bytes, (name) => {
    if (name.endsWith(".npy")) keys.push(keyOf(name));
    return false;
  });
  return keys;
}

/**
 * Reads one array of an npz file (numpy.savez, compressed or not). Without a key, the file must hold one.
 * @throws DataError IPX8107 with the keys that exist, and those of `readNpy`.
 */
export function readNpz(bytes: Uint8Array, key?: string): HostArray {
  return readNpy(readNpzBytes(bytes, key));
}

/**
 * The npy file of one array of an npz file.
 * @throws DataError IPX8107 with the keys that exist
 */
export function readNpzBytes(bytes: Uint8Array, key?: string): Uint8Array {
  const keys = npzKeys(bytes);
  const wanted = key ?? (keys.length === 1 ? keys[0] : undefined);
  if (wanted === undefined || !keys.includes(wanted)) throw noSuchKey(keys, key);
  const found = entries(bytes, (name) => name === `${wanted}.npy`)[`${wanted}.npy`];
  if (found === undefined) throw noSuchKey(keys, key);
  return found;
}

/**
 * The bytes that one array of an npz file takes unpacked, or all of them, as the file's directory says.
 * @throws DataError where the bytes are no zip file, or claim more than they can hold
 */
export function npzRoom(bytes: Uint8Array, key?: string): number {
  requireZip(bytes);
  let room = 0;
  entries(bytes, (name, size) => {
    if (key === undefined || name === `${key}.npy`) room += size;
    return false;
  });
  return room;
}

/** Writes named arrays as an npz file; the same arrays give the same bytes. `compress` deflates them. */
export function writeNpz(arrays: Readonly<Record<string, HostArray>>, compress = false): Uint8Array {
  const files = Object.fromEntries(
    Object.entries(arrays).map(([key, array]) => [`${key}.npy`, writeNpy(array)]),
  );
  return zipSync(files, { level: compress ? 6 : 0, mtime: new Date(1980, 0, 1) });
}

function keyOf(name: string): string {
  return name.slice(0, -".npy".length);
}

function requireZip(bytes: Uint8Array): void {
  const [first, second] = bytes;
  if (first === 0x50 && second === 0x4b) return;
  throw new DataError("IPX8102", {
    what: "This is not an npz file.",
    why: "It does not begin like a zip archive.",
    hint: "Write it with numpy.savez.",
  });
}

/** Unzips the entries that `wanted` accepts, after their sizes have been held against the bytes there are. */
function entries(
  bytes: Uint8Array,
  wanted: (name: string, size: number) => boolean,
): Record<string, Uint8Array> {
  let seen = 0;
  return decoding("npz", () =>
    unzipSync(bytes, {
      filter: ({ name, size, originalSize }) => {
        seen++;
        if (seen * DIRECTORY_ENTRY > bytes.length) throw contradiction(name);
        if (!wanted(name, originalSize)) return false;
        if (size > bytes.length || originalSize > (size + 1) * DEFLATE_MAX_RATIO) throw contradiction(name);
        return true;
      },
    }),
  );
}

function contradiction(name: string): DataError {
  return new DataError(
    "IPX8104",
    {
      what: `The directory of this npz file claims more than its bytes can hold, at '${name.slice(0, 80)}'.`,
      why: "The file is damaged or cut off.",
    },
    { name },
  );
}

function noSuchKey(keys: readonly string[], key: string | undefined): DataError {
  const list = keys.length === 0 ? "no arrays" : keys.map((name) => `'${name}'`).join(", ");
  const what =
    key === undefined
      ? `This npz file holds ${list}; say which with file.npz:key.`
      : `This npz file has no array '${key}'; it holds ${list}.`;
  return new DataError("IPX8107", { what }, { ...(key === undefined ? {} : { key }), keys: keys.join(", ") });
}
