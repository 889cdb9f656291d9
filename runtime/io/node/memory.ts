import os from "node:os";
import { DataError } from "../dataError.ts";
import { bytesText } from "../../measure/bytes.ts";

/** Bytes that may still be taken, by what the system and a container's limit say. */
function available(): number {
  const limit = process.constrainedMemory();
  const left = limit > 0 ? Math.max(0, limit - process.memoryUsage.rss()) : Infinity;
  return Math.min(os.freemem(), left);
}

/** The most bytes of an array on an engine: what WebAssembly addresses. */
const MOST = 2 ** 32;
const PARTS =
  "Read a part along its first axis (file.npy:3, file.h5:key:3), or train on its parts one by one (`slices`).";
/** The bytes of a number on an engine. */
const ON_ENGINE = 4;

/**
 * Refuses what would not fit into memory, before it is read.
 * @throws DataError IPX8105 that says how much there would be.
 */
export function requireRoom(file: string, bytes: number, hint = PARTS): void {
  const room = available();
  if (bytes > room) throw tooLarge(file, bytes, room, hint);
}

/**
 * Refuses an array that would not fit into memory, before it is read: it stands on the host, in `bytes` bytes while it
 * is read, and beside that on an engine.
 * @throws DataError IPX8105 that says how much there would be.
 */
export function requireArrayRoom(file: string, numbers: number, bytes: number): void {
  if (numbers * ON_ENGINE > MOST) throw tooLarge(file, numbers * ON_ENGINE, MOST, PARTS);
  requireRoom(file, bytes + numbers * ON_ENGINE);
}

function tooLarge(file: string, bytes: number, room: number, hint: string): DataError {
  return new DataError(
    "IPX8105",
    {
      what: `${file} would take ${bytesText(bytes)} of memory; ${bytesText(room)} can be had.`,
      hint,
    },
    { file, bytes, room },
  );
}
