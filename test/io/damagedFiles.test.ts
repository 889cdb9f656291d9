import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { DataError, type DataErrorCode } from "../../runtime/io/dataError.ts";
import type { HostArray } from "../../runtime/io/hostArray.ts";
import { readArray } from "../../runtime/io/node/arrays.ts";
import { fixtureBytes } from "./fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "ipc-damaged-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Case {
  /** a good file of test/fixtures */
  readonly file: string;
  readonly key?: string;
  /** whether a format has checksums of all that says numbers, so that no other numbers may be read */
  readonly sealed: boolean;
}

/** A file of every format, and of every compression of one. */
const CASES: readonly Case[] = [
  { file: "npy/little_f8.npy", sealed: false },
  { file: "npy/stored.npz", key: "first", sealed: true },
  { file: "npy/deflated.npz", sealed: true },
  { file: "png/colour16.png", sealed: true },
  { file: "formats/colour.jpg", sealed: false },
  { file: "formats/progressive.jpg", sealed: false },
  { file: "formats/bytes.tif", sealed: false },
  { file: "formats/words_lzw.tif", sealed: false },
  { file: "formats/words_deflated.tif", sealed: false },
  { file: "formats/single.hdf5", sealed: false },
  { file: "formats/slices.h5", key: "group/deflated", sealed: false },
  { file: "formats/matrices.mat", key: "volume", sealed: false },
  { file: "formats/compressed.mat", sealed: true },
  { file: "formats/version73.mat", key: "z", sealed: false },
  { file: "formats/hounsfield.dcm", sealed: false },
  { file: "formats/int16.nii", sealed: false },
  { file: "formats/float32.nii.gz", sealed: true },
];

const endOf = (file: string): string => file.slice(file.indexOf("."));

/** What is read of bytes that stand in a file of a format: an array, or the error, which is one of data. */
async function read({ file, key }: Case, bytes: Uint8Array): Promise<HostArray | DataError> {
  const path = join(folder, `file${endOf(file)}`);
  writeFileSync(path, bytes);
  try {
    return await readArray(key === undefined ? path : `${path}:${key}`);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    expect(error.code).toMatch(/^IPX81\d\d$/u);
    expect(error.message).toMatch(/\.$/u);
    expect(error.message).toContain(path);
    return error;
  }
}

const codeOf = (result: HostArray | DataError): DataErrorCode | "none" =>
  result instanceof DataError ? result.code : "none";

describe.each(CASES)("$file", (each) => {
  const bytes = fixtureBytes(each.file);

  test.each([0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97])("cut off at %f is refused", async (share) => {
    const codes: readonly string[] = ["IPX8101", "IPX8102", "IPX8104", "IPX8107"];
    expect(codes).toContain(codeOf(await read(each, bytes.subarray(0, Math.floor(share * bytes.length)))));
  });

  it("with a byte that is another gives an error, or numbers, and no others where there is a checksum", async () => {
    const good = await read(each, bytes);
    if (good instanceof DataError) throw good;
    const step = Math.max(1, Math.floor(bytes.length / 80));
    for (let at = 0; at < bytes.length; at += step) {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 0x24;
      const found = await read(each, damaged);
      if (each.sealed && !(found instanceof DataError)) expect(found, `byte ${at}`).toEqual(good);
    }
  });

  it("that is empty, a text, or a folder is refused", async () => {
    expect(["IPX8101", "IPX8102"]).toContain(codeOf(await read(each, new Uint8Array())));
    const text = new TextEncoder().encode("This is a text, as an editor writes it. ".repeat(50));
    expect(codeOf(await read(each, text))).toBe("IPX8102");
    const error = await readArray(join(folder, `folder${endOf(each.file)}`)).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(DataError);
    expect(error instanceof DataError && [error.code, error.message]).toEqual([
      "IPX8109",
      expect.stringMatching(/It is a folder\.$/u),
    ]);
  });

  it("with the bytes of each other format is refused as such", async () => {
    const own = endOf(each.file);
    for (const other of CASES.filter(({ file }) => familyOf(file) !== familyOf(each.file))) {
      const code = codeOf(await read(each, fixtureBytes(other.file)));
      // one that is shorter than any header of the format ends early
      expect(["IPX8101", "IPX8102", "IPX8103"], `${other.file} as ${own}`).toContain(code);
    }
  });
});

/** Files of one family are read under each other's names: MATLAB's of version 7.3 are HDF5. */
function familyOf(file: string): string {
  if (/\.(h5|hdf5|mat)$/u.test(file)) return "hdf5";
  if (/\.nii(\.gz)?$/u.test(file)) return "nifti";
  return endOf(file);
}

beforeAll(() => {
  for (const end of new Set(CASES.map(({ file }) => endOf(file)))) mkdirSync(join(folder, `folder${end}`));
});

/** Where in a file the deflated bytes of a known beginning lie. */
function deflatedAt(bytes: Uint8Array): number {
  const at = bytes.findLastIndex(
    (byte, index) => byte === 0x78 && [0x5e, 0x9c, 0xda].includes(bytes[index + 1] ?? 0),
  );
  if (at === -1) throw new Error("nothing is deflated here");
  return at;
}

test.each<Case>([
  { file: "formats/words_deflated.tif", sealed: true },
  { file: "formats/slices.h5", key: "group/deflated", sealed: true },
])("another byte among the deflated ones of $file is seen", async (each) => {
  const bytes = fixtureBytes(each.file);
  const begin = deflatedAt(bytes);
  for (let at = begin + 2; at < begin + 20; at++) {
    const damaged = Uint8Array.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 0x24;
    expect(codeOf(await read(each, damaged)), `byte ${at}`).toMatch(/IPX810[14]/u);
  }
});

it("a JPEG that is cut off is refused, though a small picture in its front is whole", async () => {
  const bytes = fixtureBytes("formats/colour.jpg");
  const thumbnail = [0xff, 0xe1, 0, 8, 0x45, 0x78, 0xff, 0xd8, 0xff, 0xd9];
  const whole = Uint8Array.from([...bytes.subarray(0, 2), ...thumbnail, ...bytes.subarray(2)]);
  const each = { file: "formats/colour.jpg", sealed: false };
  expect(await read(each, whole)).toEqual(await read(each, bytes));
  expect(codeOf(await read(each, whole.subarray(0, whole.length - 60)))).toBe("IPX8101");
});
