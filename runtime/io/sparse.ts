import { DataError } from "./dataError.ts";
import type { HostArray } from "./hostArray.ts";
import { npzKeys, readNpz, readNpzBytes } from "./npz.ts";

/** A real matrix by its entries that are not zero, row after row. */
export interface SparseMatrix {
  readonly kind: "sparse";
  readonly rows: number;
  readonly columns: number;
  /** of each entry, not decreasing */
  readonly rowIndices: Float64Array;
  readonly columnIndices: Float64Array;
  readonly values: Float32Array | Float64Array;
}

const PARTS = ["format", "shape", "data", "indices", "indptr"] as const;
const HINT = "Write it with scipy.sparse.save_npz, of a csr_matrix or a csc_matrix.";
/** Indices are exact as numbers of single precision below this one. */
const MOST_EXTENT = 2 ** 24;

/**
 * Reads the npz file of a real sparse matrix by rows or columns (scipy.sparse.save_npz of CSR or CSC), and gives it by
 * rows; entries that stand at one place twice stay apart, and add up in products.
 * @throws DataError IPX8102 for other files; IPX8103 for other formats and complex entries; IPX8104 where shape,
 * indices and entries contradict each other; IPX8105 for sides beyond 2^24; and those of `readNpz`
 */
export function readSparse(bytes: Uint8Array): SparseMatrix {
  const keys = npzKeys(bytes);
  const format = keys.includes("format") ? formatOf(bytes) : null;
  const missing = PARTS.filter((part) => !keys.includes(part));
  if (missing.length > 0 || format === null) {
    throw new DataError("IPX8102", {
      what: "This npz file holds no sparse matrix.",
      why: `It has no array ${missing.map((part) => `\`${part}\``).join(", ")}.`,
      hint: HINT,
    });
  }
  const data = readNpz(bytes, "data");
  if (data.field === "complex") {
    throw new DataError("IPX8103", {
      what: "The entries of this sparse matrix are complex.",
      why: "They must be real.",
    });
  }
  const [rows, columns] = shapeOf(readNpz(bytes, "shape"));
  const [indices, starts] = [readNpz(bytes, "indices").data, readNpz(bytes, "indptr").data];
  const [lines, extent] = format === "csr" ? [rows, columns] : [columns, rows];
  requireConsistent(lines, extent, indices, starts, data.data.length);
  const places = Float64Array.from(indices);
  const along = expanded(starts, indices.length);
  return format === "csr"
    ? { kind: "sparse", rows, columns, rowIndices: along, columnIndices: places, values: data.data }
    : byRows({ kind: "sparse", rows, columns, rowIndices: places, columnIndices: along, values: data.data });
}

/** `csr` or `csc`, which numpy stores as bytes, or as characters of four bytes. */
function formatOf(bytes: Uint8Array): "csr" | "csc" {
  const raw = readNpzBytes(bytes, "format");
  const text = String.fromCharCode(...raw.subarray(Math.max(0, raw.length - 16))).replace(/[^a-z]/gu, "");
  if (text.endsWith("csr")) return "csr";
  if (text.endsWith("csc")) return "csc";
  throw new DataError("IPX8103", {
    what: "This sparse matrix is neither stored by rows nor by columns.",
    why: `Its format is \`${/[a-z]*$/u.exec(text)?.[0].slice(-3) ?? ""}\`.`,
    hint: "Convert it first: `scipy.sparse.save_npz(file, A.tocsr())`.",
  });
}

function shapeOf({ data }: HostArray): readonly [number, number] {
  const [rows = 0, columns = 0] = data;
  const counts = [rows, columns].every((extent) => Number.isSafeInteger(extent) && extent >= 1);
  if (data.length !== 2 || !counts) throw contradiction(`Its shape is (${data.join(", ")}).`);
  if (Math.max(rows, columns) <= MOST_EXTENT) return [rows, columns];
  throw new DataError("IPX8105", {
    what: `This sparse matrix is ${rows} x ${columns}.`,
    why: `Up to ${MOST_EXTENT} rows and columns can be told apart.`,
  });
}

function requireConsistent(
  lines: number,
  extent: number,
  indices: HostArray["data"],
  starts: HostArray["data"],
  entries: number,
): void {
  if (indices.length !== entries)
    throw contradiction(`It has ${entries} entries, and ${indices.length} indices.`);
  if (starts.length !== lines + 1 || starts[0] !== 0 || starts[lines] !== entries) {
    throw contradiction("The pointers in `indptr` do not begin at 0 and end at the number of entries.");
  }
  for (let line = 0; line < lines; line++) {
    const [begin = NaN, end = NaN] = [starts[line], starts[line + 1]];
    if (!(Number.isSafeInteger(begin) && end >= begin)) throw contradiction(`\`indptr\` falls at ${line}.`);
  }
  const wrong = indices.findIndex((index) => !(Number.isSafeInteger(index) && index >= 0 && index < extent));
  if (wrong >= 0)
    throw contradiction(`\`indices\` holds ${indices[wrong] ?? NaN} at ${wrong}, of ${extent}.`);
}

function contradiction(why: string): DataError {
  return new DataError("IPX8104", { what: "This sparse matrix contradicts itself.", why, hint: HINT });
}

/** The line of each entry. */
function expanded(starts: HostArray["data"], entries: number): Float64Array {
  const lines = new Float64Array(entries);
  for (let line = 0; line + 1 < starts.length; line++) lines.fill(line, starts[line], starts[line + 1]);
  return lines;
}

function byRows(matrix: SparseMatrix): SparseMatrix {
  const { rowIndices, columnIndices, values } = matrix;
  const order = Uint32Array.from(rowIndices, (_, i) => i).sort(
    (a, b) => (rowIndices[a] ?? 0) - (rowIndices[b] ?? 0) || a - b,
  );
  const at = (numbers: ArrayLike<number>): Float64Array =>
    Float64Array.from(order, (place) => numbers[place] ?? NaN);
  return { ...matrix, rowIndices: at(rowIndices), columnIndices: at(columnIndices), values: at(values) };
}
