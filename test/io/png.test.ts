import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { hostArray, realArray } from "../../runtime/io/hostArray.ts";
import { decodePng, readPng, writePng, type WrittenBits } from "../../runtime/io/png.ts";
import { codeOf, damaged, survives } from "./damage.ts";
import { fixtureBytes, fixtureJson } from "./fixture.ts";

interface Expected {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly top: number;
  readonly alpha: boolean;
}

/** Pictures of multiples of 1/(2^bits - 1). */
function anyPicture(bits: WrittenBits) {
  return fc
    .record({
      height: fc.integer({ min: 1, max: 6 }),
      width: fc.integer({ min: 1, max: 9 }),
      colour: fc.boolean(),
    })
    .chain(({ height, width, colour }) => {
      const shape = colour ? [height, width, 3] : [height, width];
      const length = height * width * (colour ? 3 : 1);
      const samples = fc.array(fc.nat(2 ** bits - 1), { minLength: length, maxLength: length });
      return samples.map((list) =>
        realArray(
          shape,
          Float64Array.from(list, (sample) => sample / (2 ** bits - 1)),
        ),
      );
    });
}

describe("PNG", () => {
  const expectations = Object.entries(fixtureJson<Record<string, Expected>>("png/expected.json"));

  test.each(expectations)("reads %s as value / (2^bits - 1)", (name, expected) => {
    const picture = decodePng(fixtureBytes(`png/${name}.png`));
    expect(picture.array.shape).toEqual(expected.shape);
    expect([...picture.array.data]).toEqual(expected.data.map((sample) => sample / expected.top));
    expect(picture.alphaDropped).toBe(expected.alpha);
    expect(2 ** picture.bits - 1).toBe(expected.top);
  });

  test.each<WrittenBits>([8, 16])("gives back pictures of %d bits", (bits) => {
    fc.assert(
      fc.property(anyPicture(bits), (picture) => {
        expect(readPng(writePng(picture, bits))).toEqual(picture);
      }),
    );
  });

  it("clips to [0, 1] and rounds to nearest", () => {
    const picture = realArray([1, 6], Float64Array.from([-3, 0.4999 / 255, 0.5001 / 255, 1, 1.5, Infinity]));
    expect([...readPng(writePng(picture)).data]).toEqual([0, 0, 1 / 255, 1, 1, 1]);
  });

  it("refuses what is no picture", () => {
    expect(codeOf(() => writePng(realArray([4], new Float64Array(4))))).toBe("IPX8108");
    expect(codeOf(() => writePng(realArray([2, 2, 2], new Float64Array(8))))).toBe("IPX8108");
    expect(codeOf(() => writePng(hostArray("complex", [1, 1], new Float64Array(2))))).toBe("IPX8108");
    expect(codeOf(() => writePng(realArray([1, 1], Float64Array.of(NaN))))).toBe("IPX8106");
  });

  it("refuses a header that claims more pixels than the bytes can hold", () => {
    const bytes = Uint8Array.from(fixtureBytes("png/grey8.png"));
    new DataView(bytes.buffer).setUint32(16, 0x7fffffff);
    expect(codeOf(() => readPng(bytes))).toBe("IPX8104");
  });

  it("says of a picture that was cut off that it ends early, wherever it ends", () => {
    const bytes = fixtureBytes("png/grey8.png");
    for (let length = 33; length < bytes.length; length++) {
      expect(
        codeOf(() => readPng(bytes.subarray(0, length))),
        `${length} bytes`,
      ).toBe("IPX8101");
    }
  });

  it("refuses a picture of which a bit was flipped", () => {
    const bytes = fixtureBytes("png/grey8.png");
    fc.assert(
      fc.property(fc.integer({ min: 41, max: bytes.length - 17 }), fc.nat(7), (at, bit) => {
        const copy = Uint8Array.from(bytes);
        copy[at] = (copy[at] ?? 0) ^ (1 << bit);
        expect(codeOf(() => readPng(copy))).toBe("IPX8104");
      }),
    );
  });

  test.each(["grey1", "palette", "alpha", "colour16"])("survives a damaged %s", (name) => {
    fc.assert(
      fc.property(damaged(fixtureBytes(`png/${name}.png`)), (bytes) => survives(() => readPng(bytes))),
      {
        numRuns: 300,
      },
    );
  });

  it("says that text is no PNG", () => {
    expect(codeOf(() => readPng(new TextEncoder().encode("hello")))).toBe("IPX8102");
    expect(codeOf(() => readPng(new Uint8Array(0)))).toBe("IPX8102");
  });
});
