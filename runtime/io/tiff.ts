import { decode, type TiffIfd } from "tiff";
import type { ArrayHeader } from "./arrayHeader.ts";
import { decoding } from "./dataError.ts";
import { contradicts, endsEarly, notOfFormat, notRead } from "./fileErrors.ts";
import { type HostArray, product, realArray, stack } from "./hostArray.ts";
import { DEFLATE_MAX_RATIO, requireInflates } from "./inflate.ts";
import { lzwLength } from "./lzw.ts";

const FLOATING = 3;
const PALETTE = 3;
const SMALLER_COPY = 1;
/** How pixels may be meant: 0 is white, 0 is black, RGB, palette. */
const MEANINGS = 4;
const LZW = 5;
const DEFLATED: ReadonlySet<number> = new Set([8, 32946]);

/** How much smaller each compression that is read can make a picture: LZW has 4096 bytes from 12 bits. */
const RATIOS: ReadonlyMap<number, number> = new Map([
  [1, 1],
  [LZW, 2731],
  [8, DEFLATE_MAX_RATIO],
  [32946, DEFLATE_MAX_RATIO],
]);

/** Names of those that are not, and of other meanings, for messages. */
const OTHER_COMPRESSIONS: ReadonlyMap<number, string> = new Map([
  [2, "CCITT Group 3"],
  [3, "CCITT Group 3"],
  [4, "CCITT Group 4"],
  [6, "JPEG"],
  [7, "JPEG"],
  [32773, "PackBits"],
  [34712, "JPEG 2000"],
  [34925, "LZMA"],
  [50000, "Zstandard"],
  [50001, "WebP"],
]);
const OTHER_MEANINGS: ReadonlyMap<number, string> = new Map([
  [5, "CMYK"],
  [6, "YCbCr"],
  [8, "CIELab"],
]);

/**
 * Reads a TIFF: grey [height, width], colour [height, width, 3], several pages of one size as a new first axis.
 * Samples of 1, 8 and 16 bits are value/(2^bits - 1), those of 32 and 64 bits floating-point numbers as they are.
 * Uncompressed, LZW and Deflate; strips, and tiles of grey. Alpha and smaller copies of a picture are left out. Where 0
 * is said to be white, values are turned, so that 1 is white.
 * @throws DataError for bytes that are no complete TIFF; IPX8103 for other kinds of TIFF.
 */
export function readTiff(bytes: Uint8Array): HostArray {
  const pages = pagesOf(bytes);
  const pictures = pages.map(({ index, page }) => {
    requireStrips(page, bytes);
    const [decoded] = decoding("TIFF", () => decode(bytes, { pages: [index] }));
    if (decoded === undefined) throw contradicts("TIFF", "a page is missing");
    return decoding("TIFF", () => pictureOf(decoded));
  });
  const [only] = pictures;
  return pictures.length === 1 && only !== undefined ? only : stack(pictures);
}

/**
 * What a TIFF says of its array, by the tags of its pages.
 * @throws DataError as `readTiff` does
 */
export function readTiffHeader(bytes: Uint8Array): ArrayHeader {
  const pages = pagesOf(bytes).map(({ page }) => page);
  const [first] = pages;
  if (first === undefined) throw contradicts("TIFF", "it holds no picture");
  const shapes = pages.map(pageShape);
  const shape = shapes[0] ?? [];
  const counts = shapes.map(product);
  const held = counts.reduce((sum, count) => sum + 8 * count, 0);
  // one page at a time: its strips unpacked, the library's samples, and those of a palette as a list
  const library = Math.max(
    ...pages.map(
      (page, index) => 4 * unpackedBytes(page) + (isPalette(page) ? 16 * (counts[index] ?? 0) : 0),
    ),
  );
  const many = pages.length > 1;
  return {
    field: "real",
    shape: many ? [pages.length, ...shape] : shape,
    peak: bytes.length + library + (many ? 2 * held : held),
  };
}

interface Page {
  readonly index: number;
  readonly page: TiffIfd;
}

/** The pages that are read, by their tags. */
function pagesOf(bytes: Uint8Array): readonly Page[] {
  requirePages(bytes);
  return decoding("TIFF", () => {
    const headers = decode(bytes, { ignoreImageData: true });
    const pages = headers.flatMap((page, index) => (isSmallerCopy(page) ? [] : [{ index, page }]));
    if (pages.length === 0) throw contradicts("TIFF", "it holds no picture");
    for (const { page } of pages) requireReadable(page, bytes.length);
    return pages;
  });
}

function isPalette(page: TiffIfd): boolean {
  return page.type === PALETTE && page.palette !== undefined;
}

function pageShape(page: TiffIfd): readonly number[] {
  const { width, height, samplesPerPixel: samples } = page;
  return isPalette(page) || samples >= 3 ? [height, width, 3] : [height, width];
}

/** The bytes of a page's samples; those of one bit take a byte in the library. */
function unpackedBytes({ width, height, samplesPerPixel, bitsPerSample }: TiffIfd): number {
  return product([height, width, samplesPerPixel]) * Math.max(1, bitsPerSample / 8);
}

/**
 * Refuses strips that unpack to more than a page has, and deflated ones of another checksum; the library looks at
 * neither.
 */
function requireStrips(page: TiffIfd, bytes: Uint8Array): void {
  const most = stripBytes(page);
  for (const { offset, count } of stripsOf(page)) {
    const strip = bytes.subarray(offset, offset + count);
    if (DEFLATED.has(page.compression)) {
      requireInflates({ format: "TIFF", wrapping: "zlib", bytes: strip }, most);
    } else if (page.compression === LZW && lzwLength(strip, most) > most) {
      throw contradicts("TIFF", `a strip unpacks to more than the ${most} bytes of its page`);
    }
  }
}

/** The most bytes that a strip or a tile of a page unpacks to. */
function stripBytes(page: TiffIfd): number {
  const { width, height, tileWidth = 0, tileHeight = 0 } = page;
  const [columns, rows] = page.tiled ? [tileWidth, tileHeight] : [width, height];
  const rowBytes = Math.ceil((columns * page.samplesPerPixel * page.bitsPerSample) / 8);
  // the last strip may be as long as the others, however few rows the page has left
  return rowBytes * (page.tiled ? rows : Math.max(rows, Math.min(page.rowsPerStrip, 2 * rows)));
}

/** The strips or tiles that a page needs to be whole. */
function stripCount({ width, height, tileWidth = 0, tileHeight = 0, tiled, rowsPerStrip }: TiffIfd): number {
  if (!tiled) return Math.ceil(height / Math.max(1, rowsPerStrip));
  return tileWidth === 0 || tileHeight === 0
    ? Infinity
    : Math.ceil(width / tileWidth) * Math.ceil(height / tileHeight);
}

function stripsOf(page: TiffIfd): readonly { readonly offset: number; readonly count: number }[] {
  const [offsets, counts] = page.tiled
    ? [page.tileOffsets, page.tileByteCounts]
    : [page.stripOffsets, page.stripByteCounts];
  // several of them are a typed array, whatever their type says
  return Array.from(offsets, (offset, index) => ({ offset, count: counts[index] ?? 0 }));
}

/** Follows the chain of pages, which in a damaged file may go round in a circle. */
function requirePages(bytes: Uint8Array): void {
  const [first, second] = bytes;
  const little = first === 0x49;
  if (first !== second || (first !== 0x49 && first !== 0x4d)) {
    throw notOfFormat("TIFF", "It does not begin with TIFF's mark.");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8) throw endsEarly("TIFF");
  const version = view.getUint16(2, little);
  if (version === 43)
    throw notRead("This is a BigTIFF.", "Save it as TIFF, in pages of less than 4 GB, or as npy.");
  if (version !== 42) throw notOfFormat("TIFF", "Its mark is not followed by TIFF's number, 42.");
  const seen = new Set<number>();
  for (let at = view.getUint32(4, little); at !== 0;) {
    if (seen.has(at)) throw contradicts("TIFF", "its pages go round in a circle");
    seen.add(at);
    if (at + 2 > bytes.length) throw endsEarly("TIFF");
    const next = at + 2 + 12 * view.getUint16(at, little);
    if (next + 4 > bytes.length) throw endsEarly("TIFF");
    at = view.getUint32(next, little);
  }
  if (seen.size === 0) throw contradicts("TIFF", "it holds no picture");
}

function isSmallerCopy(page: TiffIfd): boolean {
  const kind: unknown = page.newSubfileType;
  return typeof kind === "number" && (kind & SMALLER_COPY) !== 0;
}

function requireReadable(page: TiffIfd, length: number): void {
  const { width, height, bitsPerSample: bits, samplesPerPixel: samples, sampleFormat } = page;
  const hint = "Save it with 8 or 16 bits a sample or as floating-point numbers, pixel by pixel in strips.";
  if (!isCount(width) || !isCount(height)) throw contradicts("TIFF", "a page has no width and height");
  requireMeaning(page, hint);
  const announced = (product([height, width, samples]) * bits) / 8;
  if (announced > length * (RATIOS.get(page.compression) ?? 1)) {
    throw contradicts("TIFF", `it claims ${width} x ${height} pixels, which its ${length} bytes cannot hold`);
  }
  const isFloat = sampleFormat === FLOATING;
  const known = isFloat ? bits === 32 || bits === 64 : sampleFormat === 1 && [1, 8, 16].includes(bits);
  if (!known)
    throw notRead(`This TIFF has ${isFloat ? "floats" : "integers"} of ${bits} bits, or with a sign.`, hint);
  if (samples > 1 && page.planarConfiguration === 2)
    throw notRead("This TIFF holds its colours one after the other.", hint);
  if (samples > 1 && page.tiled) throw notRead("This TIFF holds its colours in tiles.", hint);
  if (stripsOf(page).length < stripCount(page)) throw contradicts("TIFF", "parts of a page are missing");
  for (const { offset, count } of stripsOf(page)) {
    if (offset + count > length) throw endsEarly("TIFF");
  }
}

/** The features of a page that stand in its header: what its numbers mean, how they are packed, where row 0 is. */
function requireMeaning({ bitsPerSample, type, compression, orientation }: TiffIfd, hint: string): void {
  const bits: unknown = bitsPerSample;
  if (bits === undefined)
    throw notRead("This TIFF leaves out how many bits a sample has, which then is one.", "Save it as PNG.");
  if (!(type >= 0 && type < MEANINGS)) {
    throw notRead(`The pixels of this TIFF are ${OTHER_MEANINGS.get(type) ?? `of kind ${type}`}.`, hint);
  }
  if (!RATIOS.has(compression)) {
    const name = OTHER_COMPRESSIONS.get(compression) ?? `method ${compression}`;
    throw notRead(`This TIFF is compressed by ${name}.`, "Save it uncompressed, or with LZW or Deflate.");
  }
  const turned: unknown = orientation;
  if (turned !== undefined && turned !== 0 && turned !== 1)
    throw notRead(
      `This TIFF is to be turned (orientation ${orientation}).`,
      "Turn it, and save it as it is.",
    );
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0;
}

function pictureOf(page: TiffIfd): HostArray {
  const { width, height, data, palette, samplesPerPixel: samples } = page;
  if (isPalette(page) && palette !== undefined) {
    const colours = new Float64Array(3 * width * height);
    for (let i = 0; i < colours.length; i++) {
      colours[i] = (palette[data[Math.floor(i / 3)] ?? 0]?.[i % 3] ?? 0) / 65535;
    }
    return realArray([height, width, 3], colours);
  }
  const kept = samples >= 3 ? 3 : 1;
  const top = page.sampleFormat === FLOATING ? 1 : 2 ** page.bitsPerSample - 1;
  const numbers =
    data instanceof Float32Array
      ? new Float32Array(width * height * kept)
      : new Float64Array(width * height * kept);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let sample = 0; sample < kept; sample++) {
      numbers[pixel * kept + sample] = (data[pixel * samples + sample] ?? 0) / top;
    }
  }
  return realArray(kept === 1 ? [height, width] : [height, width, 3], numbers);
}
