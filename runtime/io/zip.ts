import { crc32 } from "./crc32.ts";
import { contradicts, endsEarly, notRead } from "./fileErrors.ts";
import { DEFLATE_MAX_RATIO, inflated, inflatedBegin } from "./inflate.ts";

/** A file in a zip archive, by the archive's directory. */
export interface ZipEntry {
  readonly name: string;
  /** 0 as it is, 8 deflated */
  readonly method: number;
  readonly encrypted: boolean;
  readonly check: number;
  /** bytes in the archive */
  readonly packed: number;
  /** bytes unpacked */
  readonly unpacked: number;
  /** where its own header stands */
  readonly offset: number;
}

const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END = 0x06054b50;
const LOCATOR_64 = 0x07064b50;
const END_64 = 0x06064b50;
const ENTRY_LENGTH = 46;
const LOCAL_LENGTH = 30;
const END_LENGTH = 22;
/** A number of 32 bits that stands in a field of 64 bits instead. */
const ELSEWHERE = 0xffffffff;
const DEFLATED = 8;

/**
 * The files in a zip archive, with their sizes and checksums.
 * Source: PKWARE, APPNOTE.TXT 6.3.10, 4.3 and 4.5.3.
 * @throws DataError IPX8101 where the directory is missing, IPX8104 where it claims more than the bytes can hold
 */
export function zipEntries(format: string, bytes: Uint8Array): readonly ZipEntry[] {
  const view = viewOf(bytes);
  let { at, count } = directoryOf(format, view);
  if (count * ENTRY_LENGTH > bytes.length) throw contradicts(format, `it claims ${count} files`);
  const entries: ZipEntry[] = [];
  for (; count > 0; count--) {
    if (at + ENTRY_LENGTH > bytes.length) throw endsEarly(format);
    if (view.getUint32(at, true) !== ENTRY) throw contradicts(format, "its directory is damaged");
    const [nameLength, extraLength, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const extraAt = at + ENTRY_LENGTH + (nameLength ?? 0);
    const next = extraAt + (extraLength ?? 0) + (comment ?? 0);
    if (next > bytes.length) throw endsEarly(format);
    const sizes = sizesOf(view, at, extraAt, extraLength ?? 0);
    const name = new TextDecoder().decode(bytes.subarray(at + ENTRY_LENGTH, extraAt));
    const [packed = 0, unpacked = 0] = [sizes.packed, sizes.unpacked];
    if (packed > bytes.length || unpacked > (packed + 1) * DEFLATE_MAX_RATIO) {
      throw contradicts(format, `'${name.slice(0, 80)}' is more than its bytes can hold`);
    }
    const encrypted = (view.getUint16(at + 8, true) & 1) !== 0;
    const [method, check] = [view.getUint16(at + 10, true), view.getUint32(at + 16, true)];
    entries.push({ name, method, encrypted, check, ...sizes });
    at = next;
  }
  return entries;
}

/**
 * A file in an archive, unpacked; its checksum is compared.
 * @throws DataError
 */
export function unzipped(format: string, bytes: Uint8Array, entry: ZipEntry): Uint8Array {
  const body = bodyOf(format, bytes, entry);
  const whole =
    entry.method === DEFLATED ? inflated({ format, wrapping: "raw", bytes: body }, entry.unpacked) : body;
  if (crc32(whole) === entry.check) return whole;
  throw contradicts(format, `the checksum of '${entry.name.slice(0, 80)}' is not that of its bytes`);
}

/**
 * The first bytes of a file in an archive, of which nothing is checked.
 * @throws DataError
 */
export function unzippedBegin(
  format: string,
  bytes: Uint8Array,
  entry: ZipEntry,
  length: number,
): Uint8Array {
  const body = bodyOf(format, bytes, entry);
  if (entry.method !== DEFLATED) return body.subarray(0, length);
  return inflatedBegin({ format, wrapping: "raw", bytes: body }, length);
}

function bodyOf(format: string, bytes: Uint8Array, entry: ZipEntry): Uint8Array {
  const { method, encrypted, offset, packed, unpacked } = entry;
  const hint = "Write it with numpy.savez or numpy.savez_compressed.";
  if (encrypted) throw notRead(`This ${format} file is encrypted.`, hint);
  if (method !== 0 && method !== DEFLATED) {
    throw notRead(`This ${format} file is compressed by the method ${method} of zip.`, hint);
  }
  if (method === 0 && packed !== unpacked) throw contradicts(format, "two sizes of one file differ");
  const view = viewOf(bytes);
  if (offset + LOCAL_LENGTH > bytes.length) throw endsEarly(format);
  if (view.getUint32(offset, true) !== LOCAL) throw contradicts(format, "its directory names a wrong place");
  const begin = offset + LOCAL_LENGTH + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (begin + packed > bytes.length) throw endsEarly(format);
  return bytes.subarray(begin, begin + packed);
}

/** Where the directory begins and how many files it has: what stands at the end, or in a longer end before it. */
function directoryOf(format: string, view: DataView): { readonly at: number; readonly count: number } {
  const least = Math.max(0, view.byteLength - END_LENGTH - 0xffff);
  let end = view.byteLength - END_LENGTH;
  while (end >= least && view.getUint32(end, true) !== END) end--;
  if (end < least) throw endsEarly(format);
  const [count, at] = [view.getUint16(end + 10, true), view.getUint32(end + 16, true)];
  const locator = end - 20;
  const isLong = locator >= 0 && view.getUint32(locator, true) === LOCATOR_64;
  if (!isLong || (count !== 0xffff && at !== ELSEWHERE)) return { at, count };
  const place = Number(view.getBigUint64(locator + 8, true));
  if (place + 56 > view.byteLength || view.getUint32(place, true) !== END_64) {
    throw contradicts(format, "the end of its directory is damaged");
  }
  return {
    at: Number(view.getBigUint64(place + 48, true)),
    count: Number(view.getBigUint64(place + 32, true)),
  };
}

/** Sizes and place of a file, each in 32 bits or, where these are all ones, in the extra field of 64 bits. */
function sizesOf(
  view: DataView,
  at: number,
  extraAt: number,
  extraLength: number,
): Pick<ZipEntry, "packed" | "unpacked" | "offset"> {
  const long: number[] = [];
  for (let field = extraAt; field + 4 <= extraAt + extraLength;) {
    const length = view.getUint16(field + 2, true);
    const isLong = view.getUint16(field, true) === 1;
    for (
      let place = field + 4;
      isLong && place + 8 <= Math.min(field + 4 + length, view.byteLength);
      place += 8
    ) {
      long.push(Number(view.getBigUint64(place, true)));
    }
    field += 4 + length;
  }
  const taken = (short: number): number => (short === ELSEWHERE ? (long.shift() ?? short) : short);
  const unpacked = taken(view.getUint32(at + 24, true));
  const packed = taken(view.getUint32(at + 20, true));
  return { unpacked, packed, offset: taken(view.getUint32(at + 42, true)) };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
