import fc from "fast-check";
import { expect } from "vitest";
import { DataError } from "../../runtime/io/dataError.ts";

/** A file cut off somewhere and with some bits flipped. */
export function damaged(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const flip = fc.record({ at: fc.nat(bytes.length - 1), bit: fc.nat(7) });
  return fc
    .record({
      length: fc.oneof(fc.constant(bytes.length), fc.nat(bytes.length)),
      flips: fc.array(flip, { maxLength: 6 }),
    })
    .map(({ length, flips }) => {
      const copy = Uint8Array.from(bytes);
      for (const { at, bit } of flips) copy[at] = (copy[at] ?? 0) ^ (1 << bit);
      return copy.slice(0, length);
    });
}

/** Whatever is read: a result, or a DataError with a code and a sentence; nothing else may be thrown. */
export function survives(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    if (!(error instanceof DataError)) return;
    expect(error.code).toMatch(/^IPX81\d\d$/);
    expect(error.message).toMatch(/\.$/);
  }
}

/** The code of the DataError that a call throws, or "none". */
export function codeOf(read: () => unknown): string {
  try {
    read();
    return "none";
  } catch (error) {
    return error instanceof DataError ? error.code : `not a DataError: ${String(error)}`;
  }
}
