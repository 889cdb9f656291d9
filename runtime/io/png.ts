import { convertIndexedToRgb, decode, type DecodedPng, encode, hasPngSignature } from "fast-png";
import type { ArrayHeader } from "./arrayHeader.ts";
import { DataError, decoding } from "./dataError.ts";
import { contradicts } from "./fileErrors.ts";
import { type HostArray, realArray, shapeText } from "./hostArray.ts";
import { DEFLATE_MAX_RATIO, inflatesBeyond } from "./inflate.ts";

/** A picture and what its file said about it. */
export interface Picture {
  /** [height, width] for grey, [height, width, 3] for colour; values in [0, 1], double precision. */
  readonly array: HostArray;
  /** Bits per sample in the file: values are multiples of 1/(2^bits - 1). For a palette, the bits of its colours, 8. */
  readonly bits: 1 | 2 | 4 | 8 | 16;
  /** Whether the file had transparency, which is dropped without blending. */
  readonly alphaDropped: boolean;
}

/** Bits per sample that can be written. */
export type WrittenBits = 8 | 16;

/**
 * Reads a PNG: grey, colour or palette, 1 to 16 bits, as value/(2^bits - 1); colour as a last axis.
 * The colour space is not converted: these are the stored numbers.
 * @throws DataError for bytes that are no complete PNG; IPX8103 for interlaced pictures of less than 8 bits.
 */
export function decodePng(bytes: Uint8Array): Picture {
  requireHeader(bytes, bytes.length);
  requireChunks(bytes);
  const png = decoding("PNG", () => decode(bytes, { checkCrc: true }));
  const { width, height } = png;
  const colours = colourTable(png);
  const stored = colours ?? { samples: unpack(png), channels: png.channels, bits: png.depth };
  const { samples, channels, bits } = stored;
  const kept = channels === 2 ? 1 : Math.min(channels, 3);
  const pixels = width * height;
  if (samples.length < pixels * channels) throw truncated();
  const top = 2 ** bits - 1;
  const data = new Float64Array(pixels * kept);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < kept; channel++) {
      data[pixel * kept + channel] = (samples[pixel * channels + channel] ?? 0) / top;
    }
  }
  const array = realArray(kept === 1 ? [height, width] : [height, width, kept], data);
  return { array, bits, alphaDropped: channels !== kept || png.transparency !== undefined };
}

/** Reads the array of a PNG; see `decodePng`. */
export function readPng(bytes: Uint8Array): HostArray {
  return decodePng(bytes).array;
}

/**
 * Writes a real array [height, width], [height, width, 1] or [height, width, 3] as PNG: clipped to [0, 1],
 * times 2^bits - 1, rounded to nearest.
 * @throws DataError IPX8108 for other shapes and complex arrays, IPX8106 for NaN.
 */
export function writePng(array: HostArray, bits: WrittenBits = 8): Uint8Array {
  const { shape, data } = array;
  const [height = 0, width = 0, channels = 1] = shape;
  const isPicture = shape.length === 2 || (shape.length === 3 && (channels === 1 || channels === 3));
  if (array.field === "complex" || !isPicture || height === 0 || width === 0) throw noPicture(array);
  const top = 2 ** bits - 1;
  const samples = bits === 8 ? new Uint8Array(data.length) : new Uint16Array(data.length);
  data.forEach((value, i) => {
    if (Number.isNaN(value)) throw notANumber();
    samples[i] = Math.round(Math.min(1, Math.max(0, value)) * top);
  });
  return encode({ width, height, channels, depth: bits, data: samples }, { zlib: { level: 6 } });
}

/**
 * What a PNG of `size` bytes says of its array, by its first `PNG_HEADER` bytes.
 * @throws DataError as `decodePng` does
 */
export function readPngHeader(bytes: Uint8Array, size: number): ArrayHeader {
  const { width, height, colour, announced } = requireHeader(bytes, size);
  const kept = CHANNELS[colour]?.kept ?? 1;
  const pixels = width * height;
  const samples = pixels * (CHANNELS[colour]?.stored ?? 1);
  // the inflated rows twice, the library's samples, of a palette its colours, and the numbers
  const peak = size + 3 * announced + 2 * samples + (colour === PALETTE ? 4 * pixels : 0) + 8 * pixels * kept;
  return { field: "real", shape: kept === 1 ? [height, width] : [height, width, kept], peak };
}

/** What stands in a PNG's header; `announced` bytes are those of its rows, unpacked. */
interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly colour: number;
  readonly announced: number;
}

/** The first bytes of a PNG that hold its header. */
export const PNG_HEADER = 33;
const PALETTE = 3;
/** Samples of a pixel by the kind of colours: those in the file, and those that are kept of them. */
const CHANNELS: Readonly<Record<number, { readonly stored: number; readonly kept: number }>> = {
  0: { stored: 1, kept: 1 },
  2: { stored: 3, kept: 3 },
  3: { stored: 1, kept: 3 },
  4: { stored: 2, kept: 1 },
  6: { stored: 4, kept: 3 },
};

/** Refuses a file whose header claims more pixels than its bytes can hold, before anything is allocated. */
function requireHeader(bytes: Uint8Array, size: number): PngHeader {
  if (!hasPngSignature(bytes)) {
    throw new DataError("IPX8102", {
      what: "This is not a PNG file.",
      why: "It does not begin with PNG's mark.",
    });
  }
  if (bytes.length < PNG_HEADER) throw truncated();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, colour, interlace] = [view.getUint8(24), view.getUint8(25), view.getUint8(28)];
  const samples = CHANNELS[colour]?.stored ?? 1;
  const announced = height * (1 + Math.ceil((width * samples * depth) / 8));
  if (width === 0 || height === 0 || announced > size * DEFLATE_MAX_RATIO) {
    throw new DataError(
      "IPX8104",
      {
        what: `This PNG claims ${width} x ${height} pixels, which its ${size} bytes cannot hold.`,
        why: "The file is damaged or cut off.",
      },
      { width, height, actual: size },
    );
  }
  if (interlace !== 0 && depth < 8) {
    throw new DataError(
      "IPX8103",
      {
        what: `This PNG is interlaced with ${depth} bits a sample, which is not read.`,
        hint: "Save it without interlacing.",
      },
      { depth },
    );
  }
  return { width, height, colour, announced };
}

/**
 * Refuses a file whose chunks stop before the one that ends a PNG, and one whose pixels unpack to more than its header
 * says. A chunk has 4 bytes of length, 4 of name, and 4 of checksum behind it.
 */
function requireChunks(bytes: Uint8Array): void {
  const { width, height, announced } = requireHeader(bytes, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [pixels, end] = [0x49444154, 0x49454e44];
  const pieces: Uint8Array[] = [];
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const kind = view.getUint32(at + 4);
    if (kind === pixels) pieces.push(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
    // an interlaced picture begins rows anew in each of its seven passes
    if (kind !== end) continue;
    if (!inflatesBeyond("PNG", pieces, announced + 7 * (width + height))) return;
    throw contradicts("PNG", `it unpacks to more than its ${width} x ${height} pixels`);
  }
  throw truncated();
}

interface Samples {
  readonly samples: ArrayLike<number>;
  readonly channels: number;
  readonly bits: Picture["bits"];
}

/** The colours of a palette picture, 8 bits; undefined for other pictures. */
function colourTable(png: DecodedPng): Samples | undefined {
  const { palette } = png;
  if (palette === undefined || png.channels !== 1) return undefined;
  const samples = decoding("PNG", () => convertIndexedToRgb(png));
  return { samples, channels: palette[0]?.length ?? 3, bits: 8 };
}

/** One number a sample: rows of 1, 2 and 4 bits begin at a byte. */
function unpack(png: DecodedPng): ArrayLike<number> {
  const { width, height, depth, data } = png;
  if (depth >= 8) return data;
  const perByte = 8 / depth;
  const rowBytes = Math.ceil(width / perByte);
  const samples = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const byte = data[row * rowBytes + Math.floor(column / perByte)] ?? 0;
      const shift = 8 - depth * ((column % perByte) + 1);
      samples[row * width + column] = (byte >> shift) & (2 ** depth - 1);
    }
  }
  return samples;
}

function truncated(): DataError {
  return new DataError("IPX8101", {
    what: "This PNG ends early.",
    why: "It was probably cut off while it was written or copied.",
  });
}

function noPicture(array: HostArray): DataError {
  return new DataError(
    "IPX8108",
    {
      what: `A ${array.field} array of shape ${shapeText(array.shape)} is no picture.`,
      why: "A PNG takes real arrays [height, width] or [height, width, 3].",
      hint: array.field === "complex" ? "Write its magnitude, or use .npy." : "Write it as .npy.",
    },
    { shape: [...array.shape] },
  );
}

function notANumber(): DataError {
  return new DataError("IPX8106", {
    what: "A picture with NaN cannot be written as PNG.",
    hint: "Write it as .npy to look at it.",
  });
}
