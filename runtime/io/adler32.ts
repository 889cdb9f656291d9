/** The largest prime below 2^16. */
const PRIME = 65521;
/** So many bytes can be added up before the sums leave 32 bits. */
const RUN = 3800;

/**
 * The checksum of zlib, of bytes that follow others whose checksum is `before`; that of no bytes is 1.
 * Source: RFC 1950, section 9.
 */
export function adler32(bytes: Uint8Array, before = 1): number {
  let [sum, sums] = [before & 0xffff, before >>> 16];
  for (let first = 0; first < bytes.length; first += RUN) {
    const end = Math.min(bytes.length, first + RUN);
    for (let at = first; at < end; at++) {
      sum += bytes[at] ?? 0;
      sums += sum;
    }
    sum %= PRIME;
    sums %= PRIME;
  }
  return ((sums << 16) | sum) >>> 0;
}
