import { matrixOperator, R } from "ipc/runtime";
import { applyRows, applyRowsAdjoint } from "../../../runtime/operators/algebra/restrict.ts";
import { sparseOperator } from "../../../runtime/operators/matrices/sparse.ts";
import { stream } from "../../../runtime/random/stream.ts";
import type { DataSet } from "../case.ts";
import { normals } from "../draw.ts";
import { load, save } from "../files.ts";
import type { OperatorCase } from "./case.ts";
import { FLOAT } from "./data.ts";

const ORDER = 2048;
const TAKEN = 256;
const [ROWS, COLUMNS, IN_A_ROW] = [2 ** 18, 2 ** 16, 16];
const ENTRIES = ROWS * IN_A_ROW;

const dense: DataSet = {
  name: "dense",
  write: async (folder) => {
    await save(folder, "vector", [ORDER], normals(ORDER, "vector"));
    await save(folder, "matrix", [ORDER, ORDER], normals(ORDER * ORDER, "matrix"));
    const random = stream(1, "rows");
    const rows = Float64Array.from({ length: TAKEN }, () => random.integer(ORDER));
    await save(folder, "rows", [TAKEN], rows);
  },
};

/** The entries of a sparse matrix row by row, their columns in order. */
const sparse: DataSet = {
  name: "sparse-matrix",
  write: async (folder) => {
    const random = stream(1, "columns");
    const columns = new Float64Array(ENTRIES);
    for (let row = 0; row < ROWS; row += 1) {
      const own = columns.subarray(row * IN_A_ROW, (row + 1) * IN_A_ROW);
      own.forEach((_, at) => {
        own[at] = random.integer(COLUMNS);
      });
      own.sort();
    }
    await save(folder, "columns", [ENTRIES], columns);
    await save(folder, "entries", [ENTRIES], normals(ENTRIES, "entries"));
    await save(folder, "vector", [COLUMNS], normals(COLUMNS, "vector"));
  },
};

/** Matrices that are stored. */
export const matrices: readonly OperatorCase[] = [
  {
    name: "dense",
    title: `dense matrix of ${ORDER} x ${ORDER}`,
    data: dense,
    arrays: ["vector"],
    work: { flops: 0, bytes: 2 * FLOAT * ORDER ** 2 },
    build: async (operations, put) => matrixOperator(operations, await put("matrix")),
  },
  {
    name: "rows",
    title: `${TAKEN} rows of a dense matrix of ${ORDER} x ${ORDER}`,
    data: dense,
    arrays: ["vector"],
    work: { flops: 0, bytes: 2 * FLOAT * TAKEN * ORDER },
    build: async (operations, put) => {
      const matrix = matrixOperator(operations, await put("matrix"));
      const rows = await put("rows");
      return {
        handles: matrix.handles,
        apply: (using, x) => applyRows(using, matrix, rows, x),
        adjoint: (using, y) => applyRowsAdjoint(using, matrix, rows, y),
      };
    },
  },
  {
    name: "sparse",
    title: `sparse matrix of ${ROWS} x ${COLUMNS}, ${IN_A_ROW} entries in a row`,
    data: sparse,
    arrays: ["vector"],
    // a number and a column for each entry, for A and for A'
    work: { flops: 0, bytes: FLOAT * (4 * ENTRIES + 2 * (ROWS + COLUMNS)) },
    build: async (operations, _, folder) => {
      const [columns, entries] = [await load(folder, "columns"), await load(folder, "entries")];
      return sparseOperator(
        operations,
        {
          kind: "sparse",
          rows: ROWS,
          columns: COLUMNS,
          rowIndices: Float64Array.from({ length: ENTRIES }, (__, at) => Math.floor(at / IN_A_ROW)),
          columnIndices: Float64Array.from(columns.data),
          values: entries.data,
        },
        { text: "sparse", domain: R(COLUMNS), codomain: R(ROWS) },
      );
    },
  },
];
