import { decode } from "jpeg-js";
import type { ArrayHeader } from "./arrayHeader.ts";
import { decoding } from "./dataError.ts";
import { contradicts, endsEarly, notOfFormat, notRead } from "./fileErrors.ts";
import { type HostArray, realArray } from "./hostArray.ts";

/** What a JPEG's frame header says. */
interface Frame {
  readonly marker: number;
  readonly bits: number;
  readonly height: number;
  readonly width: number;
  readonly components: number;
  /** where what follows it begins */
  readonly end: number;
}

/** Markers without a length: restarts, the start and the end of the image, and a private one. */
const BARE = (marker: number): boolean => (marker >= 0xd0 && marker <= 0xd9) || marker === 0x01;
const START_OF_SCAN = 0xda;
/** Pixels that a byte may stand for: 64 of a block whose one number takes a bit; twice that for subsampled colours. */
const MOST_PIXELS_A_BYTE = 2 * 8 * 64;
/** Bytes that the library takes for a sample: blocks of 64 numbers of 4 bytes with their objects, and its lines. */
const BYTES_A_SAMPLE = 9;

/**
 * Reads a baseline or progressive JPEG of 8 bits: grey [height, width] or colour [height, width, 3], as value/255.
 * An orientation that the camera noted is not applied.
 * @throws DataError for bytes that are no complete JPEG; IPX8103 for other kinds of JPEG.
 */
export function readJpeg(bytes: Uint8Array): HostArray {
  const frame = frameOf(bytes);
  requireReadable(frame, bytes.length);
  if (!hasEnd(bytes, frame.end)) throw endsEarly("JPEG");
  const options = {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
    maxResolutionInMP: Infinity,
    maxMemoryUsageInMB: Infinity,
  } as const;
  const { width, height, data } = decoding("JPEG", () => decode(bytes, options));
  const pixels = width * height;
  const isColour = frame.components === 3;
  const numbers = new Float64Array(isColour ? 3 * pixels : pixels);
  for (let i = 0; i < numbers.length; i++) numbers[i] = (data[isColour ? i : 3 * i] ?? 0) / 255;
  return realArray(isColour ? [height, width, 3] : [height, width], numbers);
}

/**
 * What a JPEG says of its array, by its frame.
 * @throws DataError as `readJpeg` does
 */
export function readJpegHeader(bytes: Uint8Array): ArrayHeader {
  const frame = frameOf(bytes);
  requireReadable(frame, bytes.length);
  const { width, height, components } = frame;
  const pixels = width * height;
  const library = components * BYTES_A_SAMPLE * pixels + (components + 3) * pixels;
  return {
    field: "real",
    shape: components === 3 ? [height, width, 3] : [height, width],
    peak: 2 * bytes.length + library + 8 * components * pixels,
  };
}

function frameOf(bytes: Uint8Array): Frame {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8)
    throw notOfFormat("JPEG", "It does not begin with JPEG's mark.");
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) throw contradicts("JPEG", `no marker stands at byte ${at}`);
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff || BARE(marker)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    if (marker === START_OF_SCAN) throw contradicts("JPEG", "its pixels come before its size");
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      if (at + 10 > bytes.length) break;
      const [height, width] = [word(bytes, at + 5), word(bytes, at + 7)];
      const end = at + 2 + word(bytes, at + 2);
      return { marker, bits: bytes[at + 4] ?? 0, height, width, components: bytes[at + 9] ?? 0, end };
    }
    at += 2 + word(bytes, at + 2);
  }
  throw endsEarly("JPEG");
}

function word(bytes: Uint8Array, at: number): number {
  return 256 * (bytes[at] ?? 0) + (bytes[at + 1] ?? 0);
}

function requireReadable({ marker, bits, components, width, height }: Frame, length: number): void {
  const hint = "Save it as PNG or TIFF.";
  if (marker > 0xc2) throw notRead("This JPEG is lossless, hierarchical or coded arithmetically.", hint);
  if (bits !== 8) throw notRead(`This JPEG has ${bits} bits a sample; 8 are read.`, hint);
  if (components !== 1 && components !== 3) {
    throw notRead(`This JPEG has ${components} components a pixel; grey and colour of 3 are read.`, hint);
  }
  if (width === 0 || height === 0) throw notRead("This JPEG says its height behind its pixels.", hint);
  if (width * height > length * MOST_PIXELS_A_BYTE) {
    throw contradicts("JPEG", `it claims ${width} x ${height} pixels, which its ${length} bytes cannot hold`);
  }
}

/**
 * Whether the mark of the end stands behind the frame; some cameras write more behind it, and small pictures with a mark
 * of their own before it.
 */
function hasEnd(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at + 1 < bytes.length; at++)
    if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true;
  return false;
}
