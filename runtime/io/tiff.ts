import { decode, type TiffIfd } from "tiff";
import { decoding } from "./dataError.ts";
import { contradicts, endsEarly, notOfFormat, notRead } from "./fileErrors.ts";
import { type HostArray, product, realArray, stack } from "./hostArray.ts";
import { DEFLATE_MAX_RATIO } from "./npz.ts";

const FLOATING = 3;
const PALETTE = 3;
const SMALLER_COPY = 1;
/** How pixels may be meant: 0 is white, 0 is black, RGB, palette. */
const MEANINGS = 4;
/** TIFF's numbers of what is read: none, LZW, Deflate in its two writings. */
const COMPRESSIONS: ReadonlySet<number> = new Set([1, 5, 8, 32946]);
/** Names of what is not, and of other meanings, for messages. */
const OTHER_COMPRESSIONS: ReadonlyMap<number, string> = new Map([
  [2, "CCITT Group 3"],
  [3, "CCITT Group 3"],
  [4, "CCITT Group 4"],
  [6, "JPEG"],
  [7, "JPEG"],
  [32773, "PackBits"],
  [34712, "JPEG 2000"],
  [50000, "Zstandard"],
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
  requirePages(bytes);
  const headers = decoding("TIFF", () => decode(bytes, { ignoreImageData: true }));
  const pages = headers.flatMap((page, index) => (isSmallerCopy(page) ? [] : [index]));
  decoding("TIFF", () => {
    for (const index of pages) requireReadable(headers[index], bytes.length);
  });
  const pictures = decoding("TIFF", () => decode(bytes, { pages }).map(pictureOf));
  const [only] = pictures;
  if (only === undefined) throw contradicts("TIFF", "it holds no picture");
  return pictures.length === 1 ? only : stack(pictures);
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

function requireReadable(page: TiffIfd | undefined, length: number): void {
  if (page === undefined) throw contradicts("TIFF", "a page is missing");
  const { width, height, bitsPerSample: bits, samplesPerPixel: samples, sampleFormat } = page;
  const hint = "Save it with 8 or 16 bits a sample or as floating-point numbers, pixel by pixel in strips.";
  if (!isCount(width) || !isCount(height)) throw contradicts("TIFF", "a page has no width and height");
  const announced = (product([height, width, samples]) * bits) / 8;
  if (announced > length * DEFLATE_MAX_RATIO) {
    throw contradicts("TIFF", `it claims ${width} x ${height} pixels, which its ${length} bytes cannot hold`);
  }
  requireMeaning(page, hint);
  const isFloat = sampleFormat === FLOATING;
  const known = isFloat ? bits === 32 || bits === 64 : sampleFormat === 1 && [1, 8, 16].includes(bits);
  if (!known)
    throw notRead(`This TIFF has ${isFloat ? "floats" : "integers"} of ${bits} bits, or with a sign.`, hint);
  if (samples > 1 && page.planarConfiguration === 2)
    throw notRead("This TIFF holds its colours one after the other.", hint);
  if (samples > 1 && page.tiled) throw notRead("This TIFF holds its colours in tiles.", hint);
  for (const [index, offset] of (page.tiled ? page.tileOffsets : page.stripOffsets).entries()) {
    const count = (page.tiled ? page.tileByteCounts : page.stripByteCounts)[index] ?? 0;
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
  if (!COMPRESSIONS.has(compression)) {
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
  if (page.type === PALETTE && palette !== undefined) {
    const colours = Array.from(data).flatMap((index) => palette[index] ?? [0, 0, 0]);
    return realArray(
      [height, width, 3],
      Float64Array.from(colours, (value) => value / 65535),
    );
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
