import { zipSync } from "fflate";
import type { ArrayHeader } from "./arrayHeader.ts";
import { DataError } from "./dataError.ts";
import type { HostArray } from "./hostArray.ts";
import { INFLATING } from "./inflate.ts";
import { heldBytes, NPY_HEADER, readNpy, readNpyHeader, writeNpy } from "./npy.ts";
import { unzipped, unzippedBegin, type ZipEntry, zipEntries } from "./zip.ts";

/**
 * The names of the arrays in an npz file, without `.npy`, in the file's order.
 * @throws DataError where the bytes are no zip file.
 */
export function npzKeys(bytes: Uint8Array): readonly string[] {
  return arraysOf(bytes).map(({ name }) => keyOf(name));
}

/**
 * Reads one array of an npz file (numpy.savez, compressed or not). Without a key, the file must hold one.
 * @throws DataError IPX8107 with the keys that exist, IPX8104 for bytes of another checksum, and those of `readNpy`.
 */
export function readNpz(bytes: Uint8Array, key?: string): HostArray {
  return readNpy(readNpzBytes(bytes, key));
}

/**
 * What an npz file says of one of its arrays: no more than the array's own header is unpacked.
 * @throws DataError as `readNpz` does
 */
export function readNpzHeader(bytes: Uint8Array, key?: string): ArrayHeader {
  const entry = wantedOf(bytes, key);
  const header = readNpyHeader(unzippedBegin("npz", bytes, entry, NPY_HEADER));
  const unpacked = entry.method === 0 ? 0 : INFLATING * entry.unpacked;
  return {
    field: header.field,
    shape: header.shape,
    peak: bytes.length + unpacked + heldBytes(header),
  };
}

/**
 * The npy file of one array of an npz file.
 * @throws DataError IPX8107 with the keys that exist
 */
export function readNpzBytes(bytes: Uint8Array, key?: string): Uint8Array {
  return unzipped("npz", bytes, wantedOf(bytes, key));
}

/**
 * The bytes that all arrays of an npz file take unpacked, as the file's directory says.
 * @throws DataError where the bytes are no zip file, or claim more than they can hold
 */
export function npzRoom(bytes: Uint8Array): number {
  return arraysOf(bytes).reduce((sum, { unpacked }) => sum + unpacked, 0);
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

function arraysOf(bytes: Uint8Array): readonly ZipEntry[] {
  requireZip(bytes);
  return zipEntries("npz", bytes).filter(({ name }) => name.endsWith(".npy"));
}

function wantedOf(bytes: Uint8Array, key: string | undefined): ZipEntry {
  const arrays = arraysOf(bytes);
  const [only] = arrays;
  const wanted =
    key === undefined
      ? arrays.length === 1
        ? only
        : undefined
      : arrays.find(({ name }) => keyOf(name) === key);
  if (wanted !== undefined) return wanted;
  throw noSuchKey(
    arrays.map(({ name }) => keyOf(name)),
    key,
  );
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

function noSuchKey(keys: readonly string[], key: string | undefined): DataError {
  const list = keys.length === 0 ? "no arrays" : keys.map((name) => `'${name}'`).join(", ");
  const what =
    key === undefined
      ? `This npz file holds ${list}; say which with file.npz:key.`
      : `This npz file has no array '${key}'; it holds ${list}.`;
  return new DataError("IPX8107", { what }, { ...(key === undefined ? {} : { key }), keys: keys.join(", ") });
}
