import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { realArray } from "../../runtime/io/hostArray.ts";
import { readSafetensors, writeSafetensors } from "../../runtime/io/safetensors.ts";
import { anyArray } from "./arbitrary.ts";
import { codeOf, damaged, survives } from "./damage.ts";
import { fixtureBytes } from "./fixture.ts";

const name = fc
  .string({ unit: "binary", maxLength: 8 })
  .filter((key) => key !== "__metadata__" && key !== "complex");

function fileOf(header: unknown, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

describe("safetensors", () => {
  it("reads what the format's own library wrote", () => {
    const { tensors, metadata } = readSafetensors(fixtureBytes("weights.safetensors"));
    expect(metadata).toEqual({ program: "lista", step: "12" });
    expect(tensors.get("single")).toEqual(realArray([2, 3], Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25)));
    expect(tensors.get("double")).toEqual(realArray([2], Float64Array.of(1e-300, -2.5)));
    expect(tensors.get("half")).toEqual(realArray([2], Float32Array.of(0.5, -65504)));
    expect(tensors.get("scalar")).toEqual(realArray([], Float32Array.of(7)));
  });

  it("gives back every set of arrays, by bytes that do not depend on the order", () => {
    const entries = fc.uniqueArray(fc.tuple(name, anyArray()), { selector: ([key]) => key, maxLength: 5 });
    fc.assert(
      fc.property(
        entries,
        fc.dictionary(name, fc.string(), { maxKeys: 3, noNullPrototype: true }),
        (list, metadata) => {
          const contents = { tensors: new Map(list), metadata };
          const bytes = writeSafetensors(contents);
          const back = readSafetensors(bytes);
          expect(new Map([...back.tensors].sort())).toEqual(new Map([...contents.tensors].sort()));
          expect(back.metadata).toEqual(metadata);
          expect(writeSafetensors({ tensors: new Map([...list].reverse()), metadata })).toEqual(bytes);
        },
      ),
    );
  });

  test.each([
    ["overlap", { a: entry(0, 8), b: entry(4, 12) }, "IPX8104"],
    ["a hole", { a: entry(0, 8), b: entry(12, 20) }, "IPX8104"],
    ["bytes of nobody", { a: entry(0, 8) }, "IPX8104"],
    ["an end past the file", { a: entry(0, 8), b: entry(8, 16), c: entry(16, 24) }, "IPX8101"],
    ["a shape of another size", { a: { ...entry(0, 8), shape: [3] } }, "IPX8104"],
    ["integers", { a: { ...entry(0, 8), dtype: "I32" } }, "IPX8103"],
    ["a negative offset", { a: entry(-8, 0) }, "IPX8104"],
    ["an absurd shape", { a: { ...entry(0, 8), shape: [1e15, 1e15] } }, "IPX8105"],
    ["metadata of numbers", { __metadata__: { step: 3 } }, "IPX8104"],
    ["no JSON", "{nonsense", "IPX8104"],
    ["nested brackets without end", `{"a":${"[".repeat(100_000)}`, "IPX8104"],
  ])("refuses %s", (_, header, code) => {
    expect(codeOf(() => readSafetensors(fileOf(header, 20)))).toBe(code);
  });

  it("refuses a header longer than the file without reserving it", () => {
    const bytes = Uint8Array.from(fixtureBytes("weights.safetensors"));
    new DataView(bytes.buffer).setBigUint64(0, 90_000_000n, true);
    expect(codeOf(() => readSafetensors(bytes))).toBe("IPX8101");
    new DataView(bytes.buffer).setBigUint64(0, 2n ** 63n, true);
    expect(codeOf(() => readSafetensors(bytes))).toBe("IPX8102");
  });

  it("survives damage", () => {
    const bytes = fixtureBytes("weights.safetensors");
    fc.assert(
      fc.property(damaged(bytes), (copy) => survives(() => readSafetensors(copy))),
      { numRuns: 1000 },
    );
  });
});

/** Two floats from `begin` to `end`. */
function entry(begin: number, end: number) {
  return { dtype: "F32", shape: [2], data_offsets: [begin, end] };
}
