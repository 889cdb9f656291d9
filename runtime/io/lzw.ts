const CLEAR = 256;
const END = 257;
const FIRST_FREE = 258;
const LEAST_WIDTH = 9;
const MOST_WIDTH = 12;

/**
 * The bytes that a strip of TIFF's LZW unpacks to, found without unpacking it; counting ends beyond `most`.
 * Source: TIFF 6.0, section 13.
 */
export function lzwLength(bytes: Uint8Array, most: number): number {
  const lengths = new Uint32Array(2 ** MOST_WIDTH + 1).fill(1);
  let [next, width, bit, total, before] = [FIRST_FREE, LEAST_WIDTH, 0, 0, 0];
  while (bit + width <= 8 * bytes.length && total <= most) {
    const code = codeAt(bytes, bit, width);
    bit += width;
    if (code === END) break;
    if (code === CLEAR) {
      [next, width, before] = [FIRST_FREE, LEAST_WIDTH, 0];
      continue;
    }
    const length = code < next ? (lengths[code] ?? 1) : before + 1;
    if (before > 0 && next < lengths.length) lengths[next++] = before + 1;
    total += length;
    before = length;
    // the width grows one code early
    if (next === 2 ** width - 1 && width < MOST_WIDTH) width++;
  }
  return total;
}

/** The code of `width` bits from a place in bits, the highest first. */
function codeAt(bytes: Uint8Array, bit: number, width: number): number {
  const byte = bit >> 3;
  const word = ((bytes[byte] ?? 0) << 16) | ((bytes[byte + 1] ?? 0) << 8) | (bytes[byte + 2] ?? 0);
  return (word >> (24 - (bit & 7) - width)) & (2 ** width - 1);
}
