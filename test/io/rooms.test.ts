import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os, { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 as nodeCrc32, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { zipSync } from "fflate";
import { afterAll, afterEach, describe, expect, it, test, vi } from "vitest";
import { adler32 } from "../../runtime/io/adler32.ts";
import { crc32 } from "../../runtime/io/crc32.ts";
import { DataError } from "../../runtime/io/dataError.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { inflated } from "../../runtime/io/inflate.ts";
import { openArray, readArray } from "../../runtime/io/node/arrays.ts";
import { lzwLength } from "../../runtime/io/lzw.ts";
import { readPng, writePng } from "../../runtime/io/png.ts";
import { fixtureBytes, fixtureJson } from "./fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "ipc-rooms-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => {
  vi.restoreAllMocks();
});

function fileOf(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const FIXTURES = new URL("../fixtures/", import.meta.url).pathname;
const PICTURES = readdirSync(join(FIXTURES, "png")).filter((name) => name.endsWith(".png"));

test.each([
  ...Object.keys(fixtureJson<Record<string, unknown>>("formats/expected.json")).map(
    (name) => `formats/${name}`,
  ),
  ...PICTURES.map((name) => `png/${name}`),
  "npy/stored.npz:second",
  "npy/deflated.npz",
])("the header of %s says what is read", async (name) => {
  const stored = await openArray(join(FIXTURES, name));
  const { field, shape } = await stored.read();
  expect([stored.field, stored.shape]).toEqual([field, shape]);
});

const MEGABYTE = 2 ** 20;
/** 4 million voxels or pixels. */
const [DEPTH, ROWS, COLUMNS] = [2, 1024, 2048];
const COUNT = DEPTH * ROWS * COLUMNS;

/** A TIFF of one page of grey bytes in one strip. */
function tiff(width: number, height: number, compression: number, strip: Uint8Array): Uint8Array {
  const tags = [
    [256, width],
    [257, height],
    [258, 8],
    [259, compression],
    [262, 1],
    [273, 8],
    [277, 1],
    [278, height],
    [279, strip.length],
  ] as const;
  const bytes = new Uint8Array(8 + strip.length + 2 + 12 * tags.length + 4);
  const view = new DataView(bytes.buffer);
  const directory = 8 + strip.length;
  bytes.set([0x49, 0x49, 42, 0]);
  view.setUint32(4, directory, true);
  bytes.set(strip, 8);
  view.setUint16(directory, tags.length, true);
  tags.forEach(([tag, value], index) => {
    const at = directory + 2 + 12 * index;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, 4, true);
    view.setUint32(at + 4, 1, true);
    view.setUint32(at + 8, value, true);
  });
  return bytes;
}

/** Zeros by TIFF's LZW, the longest strings that there are. */
function zerosByLzw(count: number): Uint8Array {
  const bits: number[] = [];
  const put = (code: number, width: number): void => {
    for (let bit = width - 1; bit >= 0; bit--) bits.push((code >> bit) & 1);
  };
  const widthOf = (next: number): number => (next < 511 ? 9 : next < 1023 ? 10 : next < 2047 ? 11 : 12);
  put(256, 9);
  let [left, next] = [count, 258];
  for (let length = 1; left > 0; length++) {
    // a string of `length` zeros is the code that was added last
    const taken = Math.min(length, left);
    put(taken === 1 ? 0 : 256 + taken, widthOf(next - 1));
    left -= taken;
    if (length > 1) next++;
    else next = 259;
    if (next < 4093) continue;
    put(256, 12);
    [length, next] = [0, 258];
  }
  put(257, widthOf(next - 1));
  return Uint8Array.from({ length: Math.ceil(bits.length / 8) }, (_, byte) =>
    Array.from({ length: 8 }, (__, bit) => bits[8 * byte + bit] ?? 0).reduce((sum, bit) => 2 * sum + bit, 0),
  );
}

/** The bytes of a NIfTI file of 8-bit voxels; those of `announced` axes are in its header. */
function nifti(announced: readonly number[], voxels: number): Uint8Array {
  const bytes = new Uint8Array(352 + voxels);
  bytes.set(fixtureBytes("formats/int16.nii").subarray(0, 352));
  const view = new DataView(bytes.buffer);
  [announced.length, ...announced, 1, 1, 1, 1].slice(0, 8).forEach((extent, index) => {
    view.setInt16(40 + 2 * index, extent, true);
  });
  view.setInt16(70, 2, true);
  view.setInt16(72, 8, true);
  return bytes;
}

/** An npz file of an array of bytes, deflated. */
function npzOfBytes(count: number): Uint8Array {
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${count},), }`;
  const header = new TextEncoder().encode(`.NUMPY\x01.v.${text.padEnd(117)}\n`);
  header.set([0x93]);
  header.set([1, 0, 0x76, 0], 6);
  const npy = new Uint8Array(header.length + count);
  npy.set(header);
  return zipSync({ "x.npy": npy });
}

const zeros = new Uint8Array(COUNT);
const wide = ROWS * DEPTH;
/** Files of 4 million numbers, and the bytes for each of them without which there is no room. */
const FILES: readonly (readonly [string, () => Uint8Array, number])[] = [
  ["x.nii.gz", () => gzipSync(nifti([COLUMNS, ROWS, DEPTH], COUNT)), 9],
  ["x.nii", () => nifti([COLUMNS, ROWS, DEPTH], COUNT), 9],
  ["deflated.tif", () => tiff(COLUMNS, wide, 8, deflateSync(zeros)), 13],
  ["lzw.tif", () => tiff(COLUMNS, wide, 5, zerosByLzw(COUNT)), 13],
  ["plain.tif", () => tiff(COLUMNS, wide, 1, zeros), 13],
  ["x.npz", () => npzOfBytes(COUNT), 8],
  ["x.png", () => writePng(realArray([wide, COLUMNS], new Float32Array(COUNT))), 13],
];

describe.each(FILES)("%s that is large unpacked", (name, bytes, least) => {
  it(
    "is refused by its header where memory is short, and read where it is not",
    { timeout: 120_000 },
    async () => {
      const path = fileOf(name, bytes());
      const stored = await openArray(path);
      expect(stored.shape.reduce((all, extent) => all * extent, 1)).toBe(COUNT);
      const room = vi.spyOn(os, "freemem").mockReturnValue(least * COUNT);
      const error: unknown = await stored.read().catch((reason: unknown) => reason);
      expect(error instanceof DataError && [error.code, error.facts["file"]]).toEqual(["IPX8105", path]);
      room.mockReturnValue(4096 * MEGABYTE);
      const { data } = await stored.read();
      expect(data.length).toBe(COUNT);
      expect(data[COUNT - 1]).toBe(0);
    },
  );
});

describe("bombs", () => {
  const inner = new Uint8Array(32 * MEGABYTE);

  test.each<readonly [string, () => Uint8Array, RegExp]>([
    ["bomb.nii.gz", () => gzipSync(nifti([2, 2, 2], inner.length)), /unpacks to more than/u],
    ["bomb.tif", () => tiff(4, 4, 8, deflateSync(inner)), /unpacks to more than/u],
    ["lzw-bomb.tif", () => tiff(4, 4, 5, zerosByLzw(MEGABYTE)), /unpacks to more than/u],
    ["bomb.png", () => withPixels(deflateSync(inner)), /unpacks to more than its 4 x 4 pixels/u],
    ["claims.nii.gz", () => gzipSync(nifti([2000, 2000, 500], 8)), /ends early/u],
    ["claims.png", () => claiming(60_000), /cannot hold/u],
    ["claims.jpg", () => jpegOf(60_000), /cannot hold/u],
    ["claims.tif", () => tiff(40_000, 40_000, 8, deflateSync(new Uint8Array(8))), /cannot hold/u],
  ])("%s is refused before it is unpacked", async (name, bytes, what) => {
    const path = fileOf(name, bytes());
    const error: unknown = await readArray(path).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataError);
    expect(error instanceof DataError && error.message).toMatch(what);
    expect(error instanceof DataError && error.code).toMatch(/IPX810[14]/u);
  });
});

/** A PNG of 4 x 4 whose pixels are other bytes, with right checksums. */
function withPixels(pixels: Uint8Array): Uint8Array {
  const good = writePng(realArray([4, 4], new Float32Array(16)));
  const chunk = new Uint8Array(12 + pixels.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, pixels.length);
  chunk.set(new TextEncoder().encode("IDAT"), 4);
  chunk.set(pixels, 8);
  view.setUint32(8 + pixels.length, crc32(chunk.subarray(4, 8 + pixels.length)));
  return Uint8Array.from([...good.subarray(0, 33), ...chunk, ...good.subarray(-12)]);
}

function claiming(side: number): Uint8Array {
  const bytes = writePng(realArray([4, 4], new Float32Array(16)));
  const view = new DataView(bytes.buffer);
  view.setUint32(16, side);
  view.setUint32(20, side);
  return bytes;
}

function jpegOf(side: number): Uint8Array {
  const bytes = Uint8Array.from(fixtureBytes("formats/grey.jpg"));
  const view = new DataView(bytes.buffer);
  const frame = bytes.findIndex((byte, at) => byte === 0xff && bytes[at + 1] === 0xc0);
  view.setUint16(frame + 5, side);
  view.setUint16(frame + 7, side);
  return bytes;
}

it("the length of what LZW packed is found without unpacking it", () => {
  for (const count of [1, 2, 258, 70_000, MEGABYTE]) {
    expect(lzwLength(zerosByLzw(count), MEGABYTE)).toBe(count);
  }
  expect(lzwLength(zerosByLzw(MEGABYTE), 1000)).toBeGreaterThan(1000);
  const bytes = fixtureBytes("formats/words_lzw.tif");
  const lengths = Array.from(bytes, (_, at) => lzwLength(bytes.subarray(at), 100));
  expect(lengths).toContain(70);
});

describe("checksums", () => {
  it("are those of zlib, whole or in two parts", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20_000 }), fc.nat(20_000), (bytes, cut) => {
        const [first, second] = [bytes.subarray(0, cut), bytes.subarray(cut)];
        expect(crc32(second, crc32(first))).toBe(nodeCrc32(bytes));
        const packed = deflateSync(bytes);
        expect(adler32(second, adler32(first))).toBe(packed.readUInt32BE(packed.length - 4));
      }),
    );
  });

  it("of each file of several in one gzip are compared", () => {
    const parts = [Uint8Array.of(1, 2, 3), new Uint8Array(50_000).fill(7), Uint8Array.of(9)];
    const packed = parts.map((part) => new Uint8Array(gzipSync(part)));
    const bytes = Uint8Array.from(packed.flatMap((part) => [...part]));
    const whole = parts.flatMap((part) => [...part]);
    const unpack = (from: Uint8Array): Uint8Array =>
      inflated({ format: "NIfTI", wrapping: "gzip", bytes: from }, whole.length);
    expect([...unpack(bytes)]).toEqual(whole);
    let end = 0;
    for (const { length } of packed) {
      end += length;
      const damaged = Uint8Array.from(bytes);
      damaged[end - 7] = (damaged[end - 7] ?? 0) ^ 1;
      expect(() => unpack(damaged)).toThrow(/checksum/u);
    }
  });

  it("of zlib are found behind steps of every length", () => {
    const noise = Uint8Array.from({ length: 40_000 }, (_, i) => (i * i * 31 + (i >> 3)) & 0xff);
    for (let length = 16_370; length < 16_400; length++) {
      const bytes = noise.subarray(0, length);
      const packed = deflateSync(bytes, { level: 0 });
      const unpacked = inflated({ format: "TIFF", wrapping: "zlib", bytes: packed }, length);
      expect(Buffer.compare(unpacked, bytes)).toBe(0);
    }
    expect(readPng(withPixels(deflateSync(new Uint8Array(20)))).shape).toEqual([4, 4]);
  });
});
