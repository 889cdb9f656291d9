import { FlateErrorCode, Gunzip, Inflate } from "fflate";
import { adler32 } from "./adler32.ts";
import { crc32 } from "./crc32.ts";
import { DataError, decoding } from "./dataError.ts";
import { contradicts, endsEarly } from "./fileErrors.ts";

/** Deflate cannot shrink data by more than this (RFC 1951: 258 bytes from two bits). */
export const DEFLATE_MAX_RATIO = 1032;

/** Bytes of memory that unpacking takes for each byte that comes out: the byte, and the pieces that it came in. */
export const INFLATING = 2;

/** What stands around deflated bytes: a checksum of what is in them behind those of gzip and zlib. */
export type Wrapping = "gzip" | "zlib" | "raw";

/** Compressed bytes and the format that they are of, for messages. */
export interface Deflated {
  readonly format: string;
  readonly wrapping: Wrapping;
  readonly bytes: Uint8Array;
}

const STEP = 2 ** 14;
/** Bytes that may fill a stream of zlib up to a whole word behind its end. */
const PADDING = 3;

/**
 * The first bytes of what is compressed; fewer where it ends before, or is damaged behind them. Nothing is checked.
 * @throws DataError where there are none
 */
export function inflatedBegin({ format, wrapping, bytes }: Deflated, length: number): Uint8Array {
  const begin = new Uint8Array(length);
  let filled = 0;
  const take = (chunk: Uint8Array): boolean => {
    const kept = chunk.subarray(0, length - filled);
    begin.set(kept, filled);
    filled += kept.length;
    return filled < length;
  };
  try {
    stream(format, wrapping, [bytes], { step: 2 ** 9, take });
  } catch (error) {
    if (filled === 0) throw error;
  }
  return begin.subarray(0, filled);
}

/**
 * The first `length` bytes of what is compressed, behind which at most `spare` others stand; the checksum of all is
 * compared.
 * @throws DataError IPX8101 for fewer bytes, IPX8104 for more, which are not unpacked, and for others than were packed
 */
export function inflated(deflated: Deflated, length: number, spare = 0): Uint8Array {
  if (length > deflated.bytes.length * DEFLATE_MAX_RATIO) throw endsEarly(deflated.format);
  const whole = new Uint8Array(length);
  let filled = 0;
  checked(deflated, { least: length, most: length + spare }, (chunk) => {
    const kept = chunk.subarray(0, length - filled);
    whole.set(kept, filled);
    filled += kept.length;
  });
  return whole;
}

/**
 * Unpacks without keeping anything, for libraries that compare no checksum and know no limit.
 * @throws DataError IPX8104 where more than `most` bytes come out, or others than went in
 */
export function requireInflates(deflated: Deflated, most: number): void {
  checked(deflated, { least: 0, most }, () => undefined);
}

/** Whether a stream of zlib in several pieces unpacks to more than `most` bytes; damage is left to its reader. */
export function inflatesBeyond(format: string, pieces: readonly Uint8Array[], most: number): boolean {
  let length = 0;
  const take = (chunk: Uint8Array): boolean => {
    length += chunk.length;
    return length <= most;
  };
  try {
    stream(format, "zlib", pieces, { step: STEP, take });
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
  }
  return length > most;
}

interface Limits {
  readonly least: number;
  readonly most: number;
}

function checked(
  { format, wrapping, bytes }: Deflated,
  { least, most }: Limits,
  take: (chunk: Uint8Array) => void,
): void {
  let length = 0;
  let check = Checks[wrapping].empty;
  let memberBegin = 0;
  stream(format, wrapping, [bytes], {
    step: STEP,
    take: (chunk) => {
      length += chunk.length;
      if (length > most)
        throw contradicts(format, `it unpacks to more than the ${most} bytes that it announces`);
      check = Checks[wrapping].next(chunk, check);
      take(chunk);
      return true;
    },
    member: (begin) => {
      requireCheck(format, endsWith(bytes, begin, check, length - memberBegin));
      check = Checks.gzip.empty;
      memberBegin = length;
    },
  });
  if (length < least) throw endsEarly(format);
  if (wrapping === "gzip") requireCheck(format, endsWith(bytes, bytes.length, check, length - memberBegin));
  if (wrapping === "zlib") requireCheck(format, endsWithin(bytes, check));
}

const Checks: {
  readonly [W in Wrapping]: {
    readonly empty: number;
    readonly next: (bytes: Uint8Array, before: number) => number;
  };
} = {
  gzip: { empty: 0, next: crc32 },
  zlib: { empty: 1, next: adler32 },
  raw: { empty: 0, next: () => 0 },
};

interface Sink {
  /** bytes that are given to the library at a time: they become at most `DEFLATE_MAX_RATIO` times as many */
  readonly step: number;
  /** takes what comes out; false ends it */
  readonly take: (chunk: Uint8Array) => boolean;
  /** hears where the next file of several in one gzip begins */
  readonly member?: (begin: number) => void;
}

function stream(format: string, wrapping: Wrapping, pieces: readonly Uint8Array[], sink: Sink): void {
  let goesOn = true;
  const { step } = sink;
  const take = (chunk: Uint8Array): void => {
    if (goesOn && chunk.length > 0) goesOn = sink.take(chunk);
  };
  const inflator = wrapping === "gzip" ? new Gunzip(take) : new Inflate(take);
  if (inflator instanceof Gunzip && sink.member !== undefined) inflator.onmember = sink.member;
  // the library's own reader of zlib fails where the checksum is cut in two by a step
  const bare = wrapping === "zlib" ? withoutHead(format, pieces) : pieces;
  const push = (): void => {
    for (const [index, piece] of bare.entries()) {
      const isLast = index === bare.length - 1;
      for (let at = 0; goesOn && (at < piece.length || (isLast && at === 0)); at += step) {
        inflator.push(piece.subarray(at, at + step), isLast && at + step >= piece.length);
      }
    }
  };
  decoding(format, () => {
    try {
      push();
    } catch (error) {
      throw isEarlyEnd(error) ? endsEarly(format) : error;
    }
  });
}

/**
 * A stream of zlib in pieces without the two bytes that it begins with.
 * Source: RFC 1950, section 2.2.
 */
function withoutHead(format: string, pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  const [first = 0, second = 0] = pieces.flatMap((piece) => [...piece.subarray(0, 2)]);
  const isHead =
    (first & 15) === 8 && first >> 4 <= 7 && (256 * first + second) % 31 === 0 && (second & 32) === 0;
  if (!isHead) throw contradicts(format, "what it has compressed does not begin as zlib does");
  let skipped = 0;
  return pieces.map((piece) => {
    const from = Math.min(2 - skipped, piece.length);
    skipped += from;
    return piece.subarray(from);
  });
}

function isEarlyEnd(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === FlateErrorCode.UnexpectedEOF;
}

/** Whether the last eight bytes before a place are the check and the length of what is in a file of gzip. */
function endsWith(bytes: Uint8Array, end: number, check: number, length: number): boolean {
  if (end < 8) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(end - 8, true) === check && view.getUint32(end - 4, true) === length % 2 ** 32;
}

/** Whether a stream of zlib ends with the check, but for a few bytes that fill it up. */
function endsWithin(bytes: Uint8Array, check: number): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let end = bytes.length; end >= 4 && end >= bytes.length - PADDING; end--) {
    if (view.getUint32(end - 4) === check) return true;
  }
  return false;
}

function requireCheck(format: string, holds: boolean): void {
  if (!holds) throw contradicts(format, "its checksum is not that of its bytes");
}
