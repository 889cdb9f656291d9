import { decode } from "jpeg-js";
import { decoding } from "./dataError.ts";
import { contradicts, endsEarly, notOfFormat, notRead } from "./fileErrors.ts";
import { type HostArray, realArray } from "./hostArray.ts";

/** What a JPEG's frame header says. */
interface Frame {
  readonly marker: number;
  readonly bits: number;
  readonly components: number;
}

/** Markers without a length: restarts, the start and the end of the image, and a private one. */
const BARE = (marker: number): boolean => (marker >= 0xd0 && marker <= 0xd9) || marker === 0x01;
const START_OF_SCAN = 0xda;

/**
 * Reads a baseline or progressive JPEG of 8 bits: grey [height, width] or colour [height, width, 3], as value/255.
 * An orientation that the camera noted is not applied.
 * @throws DataError for bytes that are no complete JPEG; IPX8103 for other kinds of JPEG.
 */
export function readJpeg(bytes: Uint8Array): HostArray {
  const frame = frameOf(bytes);
  requireReadable(frame);
  if (!hasEnd(bytes)) throw endsEarly("JPEG");
  const options = { useTArray: true, formatAsRGBA: false, tolerantDecoding: false } as const;
  const { width, height, data } = decoding("JPEG", () => decode(bytes, options));
  const pixels = width * height;
  if (frame.components === 3) {
    const colours = Float64Array.from(data.subarray(0, 3 * pixels), (value) => value / 255);
    return realArray([height, width, 3], colours);
  }
  const grey = Float64Array.from({ length: pixels }, (_, pixel) => (data[3 * pixel] ?? 0) / 255);
  return realArray([height, width], grey);
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
      return { marker, bits: bytes[at + 4] ?? 0, components: bytes[at + 9] ?? 0 };
    }
    at += 2 + 256 * (bytes[at + 2] ?? 0) + (bytes[at + 3] ?? 0);
  }
  throw endsEarly("JPEG");
}

function requireReadable({ marker, bits, components }: Frame): void {
  const hint = "Save it as PNG or TIFF.";
  if (marker > 0xc2) throw notRead("This JPEG is lossless, hierarchical or coded arithmetically.", hint);
  if (bits !== 8) throw notRead(`This JPEG has ${bits} bits a sample; 8 are read.`, hint);
  if (components !== 1 && components !== 3) {
    throw notRead(`This JPEG has ${components} components a pixel; grey and colour of 3 are read.`, hint);
  }
}

/** Whether the mark of the end stands anywhere in the last part of the file; some cameras write more behind it. */
function hasEnd(bytes: Uint8Array): boolean {
  for (let at = bytes.length - 2; at > 1; at--) if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true;
  return false;
}
