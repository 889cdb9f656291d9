import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { product, realArray } from "../../runtime/io/hostArray.ts";
import { readNifti } from "../../runtime/io/nifti.ts";
import { readNpy, writeNpy } from "../../runtime/io/npy.ts";
import { npzKeys, readNpz, writeNpz } from "../../runtime/io/npz.ts";
import { anyArray } from "./arbitrary.ts";
import { codeOf, damaged, survives } from "./damage.ts";
import { fixtureBytes, fixtureJson } from "./fixture.ts";

interface Expected {
  readonly field: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** A version 1 file with a header of one's own and some bytes of data. */
function npyWith(header: string, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(`${header}\n`);
  const bytes = new Uint8Array(10 + text.length + dataBytes);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 0xff, text.length >> 8]);
  bytes.set(text, 10);
  return bytes;
}

describe("npy", () => {
  test.each(Object.entries(fixtureJson<Record<string, Expected>>("npy/expected.json")))(
    "reads %s as numpy wrote it",
    (name, expected) => {
      const array = readNpy(fixtureBytes(`npy/${name}.npy`));
      expect(array.field).toBe(expected.field);
      expect(array.shape).toEqual(expected.shape);
      expect([...array.data]).toEqual(expected.data);
    },
  );

  it("gives back every array bit for bit", () => {
    fc.assert(
      fc.property(anyArray(), (array) => {
        expect(readNpy(writeNpy(array))).toEqual(array);
      }),
    );
  });

  it("writes the bytes that numpy writes", () => {
    for (const name of ["little_f4", "little_f8", "little_c8", "little_c16", "scalar", "empty"]) {
      const bytes = fixtureBytes(`npy/${name}.npy`);
      expect(writeNpy(readNpy(bytes))).toEqual(Uint8Array.from(bytes));
    }
  });

  test.each(["objects", "text", "dates", "structured", "huge_integer"])(
    "refuses %s with a reason",
    (name) => {
      expect(codeOf(() => readNpy(fixtureBytes(`npy/${name}.npy`)))).toBe("IPX8103");
    },
  );

  test.each([
    [
      "absurd extents",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (9999999999, 9999999999), }",
      "IPX8105",
    ],
    [
      "more than the file holds",
      "{'descr': '<f8', 'fortran_order': False, 'shape': (100000000,), }",
      "IPX8101",
    ],
    ["a negative extent", "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", "IPX8104"],
    ["no order", "{'descr': '<f8', 'shape': (1,), }", "IPX8104"],
    ["long double", "{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }", "IPX8103"],
    ["no dictionary", "hello", "IPX8104"],
  ])("refuses a header with %s", (_, header, code) => {
    expect(codeOf(() => readNpy(npyWith(header, 64)))).toBe(code);
  });

  it("knows no npy file from its first bytes", () => {
    expect(codeOf(() => readNpy(new TextEncoder().encode("hello world, this is text")))).toBe("IPX8102");
    expect(codeOf(() => readNpy(new Uint8Array(0)))).toBe("IPX8101");
  });

  test.each(["little_f8", "fortran_c8", "version2", "big_i8"])("survives a damaged %s", (name) => {
    fc.assert(
      fc.property(damaged(fixtureBytes(`npy/${name}.npy`)), (bytes) => survives(() => readNpy(bytes))),
      {
        numRuns: 300,
      },
    );
  });
});

describe("npz", () => {
  it("reads arrays by key, stored and deflated", () => {
    const stored = fixtureBytes("npy/stored.npz");
    expect(npzKeys(stored)).toEqual(["first", "second"]);
    expect([...readNpz(stored, "second").data]).toEqual([0, 1, 2]);
    expect(readNpz(fixtureBytes("npy/deflated.npz")).shape).toEqual([50, 50]);
  });

  it("lists the keys when the wanted one is missing or none is said", () => {
    const stored = fixtureBytes("npy/stored.npz");
    expect(() => readNpz(stored, "third")).toThrow(/'first', 'second'/);
    expect(codeOf(() => readNpz(stored))).toBe("IPX8107");
  });

  it("gives back what it wrote, and the same bytes for the same arrays", () => {
    fc.assert(
      fc.property(anyArray(), anyArray(), fc.boolean(), (a, b, compress) => {
        const bytes = writeNpz({ a, b }, compress);
        expect(readNpz(bytes, "a")).toEqual(a);
        expect(readNpz(bytes, "b")).toEqual(b);
        expect(writeNpz({ a, b }, compress)).toEqual(bytes);
      }),
    );
  });

  test.each(["stored", "deflated"])("survives a damaged archive (%s)", (name) => {
    fc.assert(
      fc.property(damaged(fixtureBytes(`npy/${name}.npz`)), (bytes) => {
        survives(() => readNpz(bytes, name === "stored" ? "first" : "only"));
      }),
      { numRuns: 300 },
    );
  });

  it("refuses a directory that claims gigabytes", () => {
    const bytes = Uint8Array.from(fixtureBytes("npy/deflated.npz"));
    const view = new DataView(bytes.buffer);
    const directory = view.getUint32(bytes.length - 6, true);
    view.setUint32(directory + 24, 0xfffffff0, true);
    expect(codeOf(() => readNpz(bytes, "only"))).toBe("IPX8104");
  });
});

it("counts the elements of a shape without overflow", () => {
  expect(product([])).toBe(1);
  expect(product([3, 0, 5])).toBe(0);
  expect(codeOf(() => product([65536, 65536]))).toBe("IPX8105");
  expect(codeOf(() => product([1.5]))).toBe("IPX8105");
});

it("refuses an npy file that goes on behind its array", () => {
  const bytes = writeNpy(realArray([3], Float32Array.of(1, 2, 3)));
  expect(codeOf(() => readNpy(Uint8Array.from([...bytes, 0])))).toBe("IPX8104");
});

it("says of a gzipped NIfTI file that was cut off that it ends early", () => {
  const bytes = fixtureBytes("formats/float32.nii.gz");
  for (const length of [12, 40, 100, bytes.length - 9]) {
    expect(
      codeOf(() => readNifti(bytes.subarray(0, length))),
      `${length}`,
    ).toBe("IPX8101");
  }
});
