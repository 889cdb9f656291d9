import { DataError } from "../dataError.ts";
import { realArray, requireFinite } from "../hostArray.ts";
import { readSparse, type SparseMatrix } from "../sparse.ts";
import { npzRoom } from "../npz.ts";
import { readBytes } from "./files.ts";
import { requireRoom } from "./memory.ts";

/** Indices and entries stand in memory unpacked, in double precision, by rows and columns, and in the order of rows. */
const UNPACKED = 6;

/**
 * Reads a sparse matrix from the npz file that scipy.sparse.save_npz wrote.
 * @throws DataError that names the file
 */
export async function readSparseFile(path: string): Promise<SparseMatrix> {
  const bytes = await readBytes(path);
  try {
    requireRoom(path, UNPACKED * npzRoom(bytes));
    const matrix = readSparse(bytes);
    requireFinite(realArray([matrix.values.length], matrix.values), "the entries");
    return matrix;
  } catch (error) {
    throw error instanceof DataError ? error.inFile(path) : error;
  }
}
