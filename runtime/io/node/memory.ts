import os from "node:os";
import { DataError } from "../dataError.ts";

/** Bytes that may still be taken, by what the system and a container's limit say. */
function available(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(os.freemem(), limit) : os.freemem();
}

/** The most bytes of an array: what WebAssembly addresses. */
const MOST = 2 ** 32;

/**
 * Refuses what would not fit into memory, before it is read.
 * @throws DataError IPX8105 that says how much there would be.
 */
export function requireRoom(file: string, bytes: number): void {
  const room = Math.min(MOST, available());
  if (bytes <= room) return;
  throw new DataError(
    "IPX8105",
    {
      what: `${file} would take ${gibibytes(bytes)} of memory; ${gibibytes(room)} can be had.`,
      hint: "Read a part along its first axis (file.npy:3, file.h5:key:3), or train on its parts one by one (`slices`).",
    },
    { file, bytes, room },
  );
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
