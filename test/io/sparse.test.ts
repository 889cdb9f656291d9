import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { unzipSync, zipSync } from "fflate";
import { z } from "zod";
import { R } from "../../runtime/arrays/spaces.ts";
import { DataError } from "../../runtime/io/dataError.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { writeNpy } from "../../runtime/io/npy.ts";
import { writeNpz } from "../../runtime/io/npz.ts";
import { readSparse } from "../../runtime/io/sparse.ts";
import { sparseOperator } from "../../runtime/operators/matrices/sparse.ts";
import { applied, exact, single } from "../operators/support.ts";

const fixtures = new URL("../fixtures/", import.meta.url);
const bytesOf = (name: string): Uint8Array => readFileSync(new URL(`formats/sparse_${name}.npz`, fixtures));
const numbers = z.array(z.number());
const expected = z
  .object({ matrix: z.array(numbers), x: numbers, Ax: numbers, y: numbers, Aty: numbers })
  .parse(JSON.parse(readFileSync(new URL("sparse.json", fixtures), "utf8")));

/** A file by rows in which some arrays are others. */
function changed(parts: Readonly<Record<string, readonly number[] | null>>): Uint8Array {
  const files = Object.entries(unzipSync(bytesOf("csr"))).flatMap(([file, bytes]) => {
    const entries = parts[file.slice(0, -".npy".length)];
    if (entries === null) return [];
    const own =
      entries === undefined ? bytes : writeNpy(realArray([entries.length], Float64Array.from(entries)));
    return [[file, own] as const];
  });
  return zipSync(Object.fromEntries(files));
}

test.each(["csr", "csc"])("a matrix stored as %s multiplies as scipy says", (format) => {
  const matrix = readSparse(bytesOf(format));
  expect([matrix.rows, matrix.columns]).toEqual([7, 5]);
  const dense = Array.from({ length: 7 }, () => Array.from({ length: 5 }, () => 0));
  matrix.values.forEach((value, i) => {
    dense[matrix.rowIndices[i] ?? -1]![matrix.columnIndices[i] ?? -1] = value;
  });
  expect(dense).toEqual(expected.matrix.map((row) => row.map((entry) => entry + 0)));
  for (const [using, digits] of [
    [exact, 12],
    [single, 5],
  ] as const) {
    const A = sparseOperator(using, matrix, { text: "A", domain: R(5), codomain: R(7) });
    const Ax = applied(using, A, "apply", null, Float64Array.from(expected.x));
    const Aty = applied(using, A, "adjoint", null, Float64Array.from(expected.y));
    expected.Ax.forEach((value, i) => expect(Ax[i]).toBeCloseTo(value, digits));
    expected.Aty.forEach((value, i) => expect(Aty[i]).toBeCloseTo(value, digits));
  }
});

describe("files that are refused", () => {
  const { length } = readSparse(bytesOf("csr")).values;
  const zeros = Array.from({ length }, () => 0);
  const starts = [0, 0, 0, 0, 0, 0, 0, length];
  const cases: readonly (readonly [string, string, RegExp, () => Uint8Array])[] = [
    ["another format", "IPX8103", /`coo`.*tocsr/u, () => bytesOf("coo")],
    ["no archive", "IPX8102", /npz/u, () => Uint8Array.of(1, 2, 3)],
    ["other arrays", "IPX8102", /`format`/u, () => writeNpz({ a: realArray([1], Float32Array.of(1)) })],
    ["a part that misses", "IPX8102", /`indices`/u, () => changed({ indices: null })],
    [
      "an index too large",
      "IPX8104",
      /holds 5 at 0, of 5/u,
      () => changed({ indices: [5, ...zeros.slice(1)], indptr: starts }),
    ],
    [
      "an index that is none",
      "IPX8104",
      /holds 0.5/u,
      () => changed({ indices: [0.5, ...zeros.slice(1)], indptr: starts }),
    ],
    [
      "pointers that fall",
      "IPX8104",
      /falls at 1/u,
      () => changed({ indptr: [0, 3, 1, 1, 1, 1, 1, length] }),
    ],
    ["pointers of another shape", "IPX8104", /indptr/u, () => changed({ shape: [8, 5] })],
    ["indices of another count", "IPX8104", /entries, and 1 indices/u, () => changed({ indices: [0] })],
    ["no shape", "IPX8104", /shape is \(7\)/u, () => changed({ shape: [7] })],
    ["sides beyond all bounds", "IPX8105", /rows and columns/u, () => changed({ shape: [7, 2 ** 25] })],
  ];
  test.each(cases)("%s", (_, code, text, bytes) => {
    const caught = ((): unknown => {
      try {
        return readSparse(bytes());
      } catch (error) {
        return error;
      }
    })();
    expect(caught).toBeInstanceOf(DataError);
    expect((caught as DataError).code).toBe(code);
    expect((caught as DataError).message).toMatch(text);
  });
});
