import { ftruncateSync, openSync, closeSync, writeSync, writeFileSync, mkdtempSync, rmSync } from "node:fs";
import os, { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, describe, expect, it, test, vi } from "vitest";
import { DataError } from "../../runtime/io/dataError.ts";
import { readDicom } from "../../runtime/io/dicom.ts";
import { readJpeg } from "../../runtime/io/jpeg.ts";
import { readMat } from "../../runtime/io/mat.ts";
import { readNifti } from "../../runtime/io/nifti.ts";
import { openArray, readArray } from "../../runtime/io/node/arrays.ts";
import { readTiff } from "../../runtime/io/tiff.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { writeNpy } from "../../runtime/io/npy.ts";
import { writeNpz } from "../../runtime/io/npz.ts";
import { writePng } from "../../runtime/io/png.ts";
import { damaged, survives } from "./damage.ts";
import { fixtureBytes, fixtureJson } from "./fixture.ts";

interface Expected {
  readonly field: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

const FIXTURES = new URL("../fixtures/formats/", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "ipc-formats-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** The error that reading a file ends with. */
async function failure(name: string): Promise<DataError> {
  const error: unknown = await readArray(name).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof DataError) return error;
  throw new Error(`expected a DataError of ${name}, not ${String(error)}`);
}

/** How far apart decoders of JPEG may be: their inverse transforms round differently. */
const JPEG_TOLERANCE = 3.5 / 255;

describe("formats", () => {
  test.each(Object.entries(fixtureJson<Record<string, Expected>>("formats/expected.json")))(
    "%s is read as its own library reads it",
    async (name, expected) => {
      const array = await readArray(join(FIXTURES, name));
      expect([array.field, array.shape]).toEqual([expected.field, expected.shape]);
      const tolerance = name.includes(".jpg") ? JPEG_TOLERANCE : 1e-12;
      const difference = Math.max(
        ...expected.data.map((value, index) => Math.abs(value - (array.data[index] ?? NaN))),
      );
      expect(array.data.length).toBe(expected.data.length);
      expect(difference).toBeLessThanOrEqual(tolerance);
    },
  );

  test.each<readonly [string, string, RegExp]>([
    ["integers.tif", "IPX8103", /integers of 16 bits, or with a sign/],
    ["packed.tif", "IPX8103", /compressed by PackBits/],
    ["cmyk.tif", "IPX8103", /CMYK/],
    ["turned.tif", "IPX8103", /orientation 6/],
    ["bits_untold.tif", "IPX8103", /leaves out how many bits/],
    ["big.tif", "IPX8103", /BigTIFF/],
    ["cmyk.jpg", "IPX8103", /4 components/],
    ["no_pixels.dcm", "IPX8107", /holds no pixels/],
    ["compressed.dcm", "IPX8103", /compressed as run lengths/],
    ["palette.dcm", "IPX8103", /PALETTE COLOR/],
    ["looked_up.dcm", "IPX8103", /by a table \(Modality LUT Sequence\)/],
    ["no_columns.dcm", "IPX8104", /not how many rows and columns/],
    ["long.dcm", "IPX8104", /take 42 bytes, of which 70 are there/],
    ["half_scaled.nii", "IPX8104", /slope 2 and the intercept NaN/],
    ["version73.mat:text", "IPX8103", /'text' [^]* no numbers/],
    ["slices.h5", "IPX8107", /holds 'doubles' \(complex 2 x 3 x 4\)[^]*'kspace'/],
    [
      "slices.h5:missing",
      "IPX8107",
      /no array 'missing'; it holds [^]*'reconstruction_rss' \(real 2 x 3 x 4\)/,
    ],
    ["slices.h5:ismrmrd_header", "IPX8103", /'ismrmrd_header' [^]* no numbers/],
    ["slices.h5:kspace:2", "IPX8104", /shape 2 x 3 x 4 has no part 2/],
    ["matrices.mat", "IPX8107", /holds 'matrix' \(5 x 7\), [^]*'volume' \(2 x 3 x 4\)/],
    ["matrices.mat:cell", "IPX8103", /'cell' is no matrix of numbers/],
    ["sparse.mat:A", "IPX8103", /'A' is a sparse matrix[^]*full\(A\)/],
    ["version4.mat", "IPX8103", /Version 4 is not read/],
    ["int16.nii:9", "IPX8104", /has no part 9/],
  ])("%s is refused with a reason (%s)", async (name, code, what) => {
    const error = await failure(join(FIXTURES, name));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(what)]);
    expect(error.message).toContain(name.split(":")[0]);
  });

  test.each<readonly [string, (bytes: Uint8Array) => unknown]>([
    ["words_lzw.tif", readTiff],
    ["colour.jpg", readJpeg],
    ["compressed.mat", (bytes) => readMat(bytes)],
    ["matrices.mat", (bytes) => readMat(bytes, "complex")],
    ["frames.dcm", readDicom],
    ["scaled.nii", readNifti],
    ["float32.nii.gz", readNifti],
  ])("a damaged %s never throws anything but an error of data", (name, read) => {
    fc.assert(
      fc.property(damaged(fixtureBytes(`formats/${name}`)), (bytes) => survives(() => read(bytes))),
      { numRuns: 200 },
    );
  });

  test.each(["slices.h5:group/deflated", "version73.mat:z"])(
    "a damaged %s is read from a disk or refused, one after the other",
    async (name) => {
      const [file = "", key = ""] = name.split(":");
      await fc.assert(
        fc.asyncProperty(damaged(fixtureBytes(`formats/${file}`)), async (bytes) => {
          const path = join(folder, file);
          writeFileSync(path, bytes);
          const error: unknown = await readArray(`${path}:${key}`).catch((reason: unknown) => reason);
          survives(() => {
            if (error instanceof Error) throw error;
          });
          if (bytes.length < 0.9 * fixtureBytes(`formats/${file}`).length)
            expect(error).toBeInstanceOf(DataError);
        }),
        { numRuns: 60 },
      );
    },
  );
});

/** A file that claims to hold more than 4 GB, and takes no room on the disk. */
function sparseFile(name: string, header: Uint8Array, bytes: number): string {
  const path = join(folder, name);
  const file = openSync(path, "w");
  writeSync(file, header);
  ftruncateSync(file, bytes);
  closeSync(file);
  return path;
}

describe("files larger than memory", () => {
  const shape = [2000, 512, 512];
  const dictionary = `{'descr': '<f8', 'fortran_order': False, 'shape': (${shape.join(", ")}), }`;
  const header = `\x93NUMPY\x01\x00\x76\x00${dictionary.padEnd(117)}\n`;
  const gigabytes = (count: number): void => {
    vi.spyOn(os, "freemem").mockReturnValue(count * 2 ** 30);
  };
  const npy = sparseFile("huge.npy", Buffer.from(header, "latin1"), 128 + 8 * 2000 * 512 * 512);

  it("are refused by their header, before they are read", async () => {
    gigabytes(2);
    const error = await failure(npy);
    expect([error.code, error.message]).toEqual([
      "IPX8105",
      expect.stringMatching(/would take [\d.]+ GiB of memory; 2\.00 GiB can be had/),
    ]);
    expect((await failure(join(FIXTURES, "huge.h5"))).code).toBe("IPX8105");
    for (const name of ["huge.tif", "huge.dcm", "huge.mat", "huge.npz", "huge.jpg"]) {
      expect((await failure(sparseFile(name, new Uint8Array(8), 2 ** 32))).code, name).toBe("IPX8105");
    }
    for (const [name, start] of [
      ["huge.nii", fixtureBytes("formats/int16.nii").subarray(0, 352)],
      ["huge.nii.gz", fixtureBytes("formats/float32.nii.gz")],
      ["huge.png", writePng(realArray([1, 1], Float32Array.of(0)))],
    ] as const) {
      expect((await failure(sparseFile(name, start, 2 ** 32))).code, name).toBe("IPX8105");
    }
  });

  it("beyond what can be read at once name the formats that are read in parts", async () => {
    gigabytes(64);
    for (const [name, start] of [
      ["vast.png", writePng(realArray([1, 1], Float32Array.of(0)))],
      ["vast.npz", new Uint8Array(8)],
      ["vast.tif", new Uint8Array(8)],
      ["vast.nii.gz", fixtureBytes("formats/float32.nii.gz")],
    ] as const) {
      const error = await failure(sparseFile(name, start, 2 ** 32));
      expect([error.code, error.message], name).toEqual(["IPX8109", expect.stringMatching(/\.npy or HDF5/u)]);
    }
  });

  it("are refused by the directory of an npz file, before they are unpacked", async () => {
    const path = join(folder, "zeros.npz");
    writeFileSync(path, writeNpz({ zeros: realArray([2 ** 20], new Float32Array(2 ** 20)) }, true));
    gigabytes(0.01);
    expect((await failure(path)).code).toBe("IPX8105");
    expect((await failure(`${path}:zeros`)).code).toBe("IPX8105");
    gigabytes(1);
    expect((await readArray(path)).shape).toEqual([2 ** 20]);
  });

  it("take no more than their numbers while they are read", async () => {
    const path = join(folder, "long.npy");
    writeFileSync(path, writeNpy(realArray([2 ** 23], new Float32Array(2 ** 23))));
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().arrayBuffers)), 0);
    const before = process.memoryUsage().arrayBuffers;
    const { data } = await readArray(path);
    clearInterval(watch);
    most = Math.max(most, process.memoryUsage().arrayBuffers);
    expect(most - before).toBeLessThan(1.5 * data.byteLength);
  });

  it("are converted piece by piece to the same numbers", async () => {
    const count = 2 ** 24 + 5;
    const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${count},), }`;
    const bytes = Uint8Array.from({ length: count }, (_, index) => index % 251);
    const path = join(folder, "bytes.npy");
    writeFileSync(
      path,
      Buffer.concat([Buffer.from(`\x93NUMPY\x01\x00\x76\x00${text.padEnd(117)}\n`, "latin1"), bytes]),
    );
    const { data } = await readArray(path);
    expect(data.every((value, index) => value === index % 251)).toBe(true);
  });

  it("are read in parts", async () => {
    gigabytes(0.01);
    const array = await openArray(npy);
    expect(array.shape).toEqual(shape);
    expect((await array.part(1999)).shape).toEqual([512, 512]);
    const volume = await openArray(join(FIXTURES, "huge.h5"));
    expect((await volume.part(39_999)).shape).toEqual([512, 512]);
    expect((await readArray(`${npy}:3`)).data.every((value) => value === 0)).toBe(true);
  });
});
