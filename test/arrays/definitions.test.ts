import { describe, expect, it } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import type { ResultEnding } from "../../runtime/arrays/expression.ts";
import { FieldError } from "../../runtime/arrays/complex.ts";
import { download, upload } from "../../runtime/arrays/host.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { ShapeError } from "../../runtime/arrays/shapeError.ts";
import { type ArrayValue, spaceOf, type Value } from "../../runtime/arrays/value.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import { C, numbersOf, R, reference, scattered } from "./support.ts";

const array = (
  ops: Operations,
  data: readonly number[],
  shape: readonly number[] = [data.length],
): ArrayValue => upload(ops, { field: "real", shape, data: Float64Array.from(data) }, { batch: false });
const pairs = (ops: Operations, data: readonly number[]): ArrayValue =>
  upload(
    ops,
    { field: "complex", shape: [data.length / 2], data: Float64Array.from(data) },
    { batch: false },
  );
const close = (got: readonly number[], wanted: readonly number[]): void => {
  expect(got).toHaveLength(wanted.length);
  got.forEach((value, index) => expect(value).toBeCloseTo(wanted[index] ?? NaN, 10));
};

describe("values by hand", () => {
  const ops = reference();

  it("complex entries", () => {
    const z = pairs(ops, [3, 4, 0, 0, 0, -2]);
    const of = (text: string): number[] => numbersOf(ops, ops.map(text, { z }));
    close(of("abs(z)"), [5, 0, 2]);
    close(of("soft(z, 1)"), [2.4, 3.2, 0, 0, 0, -1]);
    close(of("soft(z, 3)"), [1.2, 1.6, 0, 0, 0, 0]);
    close(of("sign(z)"), [0.6, 0.8, 0, 0, 0, -1]);
    close(of("hard(z, 2)"), [3, 4, 0, 0, 0, 0]);
    close(of("z^2"), [-7, 24, 0, 0, -4, 0]);
    close(of("phase(z)"), [Math.atan2(4, 3), 0, -Math.PI / 2]);
    close(of("phase(-abs(z))"), [Math.PI, 0, Math.PI]);
    close(of("z*conj(z)"), [25, 0, 0, 0, 4, 0]);
    close(of("imaginary(imag(z)) + real(z)"), [3, 4, 0, 0, 0, -2]);
    const inverse = ops.map("z*reciprocal(z)", { z: pairs(ops, [3, 4, 0, -2]) });
    close(numbersOf(ops, inverse), [1, 0, 1, 0]);
    close(numbersOf(ops, ops.dot(z, pairs(ops, [1, 1, 5, 5, 0, 1]))), [5]);
    close(numbersOf(ops, ops.sum(z)), [3, 2]);
  });

  it("several expressions at once, of which one may name those before it", () => {
    const texts = { sum: "x + t*y", twice: "2*sum - y", modulus: "abs(twice)" };
    for (const y of [array(ops, [1, -2]), pairs(ops, [1, 2, 0, -3])]) {
      const inputs = { x: array(ops, [4, 6]), y, t: ops.number(3) };
      const { sum, twice, modulus } = ops.mapAll(texts, inputs);
      expect(numbersOf(ops, sum)).toEqual(numbersOf(ops, ops.map(texts.sum, inputs)));
      expect(numbersOf(ops, twice)).toEqual(numbersOf(ops, ops.map(texts.twice, { ...inputs, sum })));
      expect(numbersOf(ops, modulus)).toEqual(numbersOf(ops, ops.map(texts.modulus, { twice })));
      const both = { ...inputs, x: ops.product([inputs.x, y]), y: ops.product([y, y]) };
      const products = ops.mapAll(texts, both);
      expect(numbersOf(ops, ops.part(products.twice, 0))).toEqual(numbersOf(ops, twice));
    }
  });

  it("results that are reduced where they are made are the reductions of the results", () => {
    const reduced: { readonly [W in ResultEnding]: (x: Value) => Value } = {
      sum: (x) => ops.sum(x),
      maximum: (x) => ops.maximum(x),
      minimum: (x) => ops.minimum(x),
      sumSamples: (x) => ops.sumSamples(x),
      sumChannels: (x) =>
        ops.sumSamples(ops.sumTo(x, x.kind === "array" && x.field === "real" ? R(2) : C(2))),
    };
    const numbers = { shape: [2, 2, 2], data: Float64Array.of(1, -2, 3, 4, 0, 2, -5, 7) } as const;
    const one = array(ops, [3, -1]);
    for (const x of [upload(ops, { field: "real", ...numbers }, { batch: true }), one]) {
      for (const y of [x, one, pairs(ops, [1, 2, 0, -3])]) {
        const inputs = { x, y, t: ops.number(3) };
        for (const [ending, reduce] of Object.entries(reduced)) {
          const text = ending.endsWith("imum") ? "abs(x + t*y)" : "(x + t*y)*y";
          const { r, s } = ops.mapAll({ r: "x + t*y", s: text }, inputs, { s: ending as ResultEnding });
          const wanted = reduce(ops.map(text, inputs));
          expect(spaceOf(s)).toEqual(spaceOf(wanted));
          expect(numbersOf(ops, s)).toEqual(numbersOf(ops, wanted));
          expect(numbersOf(ops, r)).toEqual(numbersOf(ops, ops.map("x + t*y", inputs)));
        }
      }
    }
    const both = ops.product([one, one]);
    const { s } = ops.mapAll({ s: "2*p" }, { p: both }, { s: "sum" });
    expect(numbersOf(ops, s)).toEqual(numbersOf(ops, ops.sum(ops.map("2*p", { p: both }))));
  });

  it("the largest entries, floor(share n) of them", () => {
    const x = array(ops, [0.1, -5, 3, 0, 2, -4, 1, 7, 6, -8]);
    close(numbersOf(ops, ops.largest(x, ops.number(0.3))), [0, 0, 0, 0, 0, 0, 0, 1, 1, 1]);
    close(numbersOf(ops, ops.largest(x, ops.number(0.09))), new Array<number>(10).fill(0));
    close(numbersOf(ops, ops.largest(x, ops.number(1))), new Array<number>(10).fill(1));
  });

  it("a share that single precision rounds down loses no entry", async () => {
    const single = operations(await wasmEngine());
    const x = array(single, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    close(numbersOf(single, single.sum(single.largest(x, single.number(0.7)))), [7]);
  });

  it("complex matrices and their adjoints", () => {
    const matrix = upload(
      ops,
      { field: "complex", shape: [1, 2], data: Float64Array.of(1, 2, 0, -1) },
      { batch: false },
    );
    const x = pairs(ops, [1, 1, 2, 0]);
    close(numbersOf(ops, ops.matvec(matrix, x, C(1))), [-1, 1]);
    close(numbersOf(ops, ops.matvecTransposed(matrix, pairs(ops, [1, 0]), C(2))), [1, -2, 0, 1]);
  });

  it("convolutions keep ceil(size/stride), and an odd zero stands behind", () => {
    const row = array(ops, [1, 2, 3, 4], [1, 4, 1]);
    const filter = array(ops, [1, 10], [1, 2, 1, 1]);
    close(numbersOf(ops, ops.convolve(row, filter, 1)), [21, 32, 43, 4]);
    close(numbersOf(ops, ops.convolve(row, filter, 2)), [21, 43]);
    close(numbersOf(ops, ops.convolve(row, array(ops, [1, 10, 100], [1, 3, 1, 1]), 1)), [210, 321, 432, 43]);
  });

  it("the matrix of a map, in blocks", () => {
    const domain = R(40, 30);
    const image = ops.materialise(domain, (x) => ops.map("2*x", { x: ops.channels(x, 1, 1) }));
    expect(image.kind === "array" && image.shape).toEqual([40, 1200]);
    const x = scattered(ops, domain, 3);
    const product = ops.matvec(image, x, R(40, 1));
    close(numbersOf(ops, product), numbersOf(ops, ops.map("2*x", { x: ops.channels(x, 1, 1) })));
  });

  it("conjugate gradients: the solution, and 0 for b = 0 whatever the start", () => {
    const a = scattered(ops, R(8, 5), 1);
    const normal = (x: ArrayValue): ArrayValue => {
      const image = ops.matvecTransposed(a, ops.matvec(a, x, R(8)), R(5));
      return ops.map("image + x", { image, x }) as ArrayValue;
    };
    const wanted = scattered(ops, R(5), 2) as ArrayValue;
    const settings = { by: "cg", tolerance: 1e-10, maximum: 50 } as const;
    const apply = (x: Parameters<Operations["sum"]>[0]): ArrayValue => normal(x as ArrayValue);
    close(numbersOf(ops, ops.solve(normal(wanted), null, apply, settings)), numbersOf(ops, wanted));
    const zero = ops.fill(0, R(5));
    const exactly = numbersOf(ops, ops.solve(zero, wanted, apply, settings));
    expect(exactly.map(Math.abs)).toEqual([0, 0, 0, 0, 0]);
  });
});

describe("what is refused", () => {
  const ops = reference();
  const three = ops.fill(1, R(3));
  const four = ops.fill(1, R(4));
  const z = ops.fill(1, C(3));

  it("names the operation and both shapes", () => {
    expect(() => ops.map("x + y", { x: three, y: four })).toThrow(/x \+ y.*real \[3\] and real \[4\]/);
    expect(() => ops.dot(three, ops.fill(1, R()))).toThrow(ShapeError);
    expect(() => ops.matvec(three, three, R(3))).toThrow(ShapeError);
    expect(() => ops.sumTo(three, R(3, 3))).toThrow(ShapeError);
    expect(() => ops.concat([ops.fill(0, R(2, 2)), ops.fill(0, R(3, 2))])).toThrow(ShapeError);
    expect(() => ops.maxPool(ops.fill(0, R(3, 3, 1)), 2)).toThrow(ShapeError);
    expect(() => ops.reshape(z, R(3))).toThrow(ShapeError);
    expect(() =>
      ops.branch(
        three,
        () => [],
        () => [],
      ),
    ).toThrow(ShapeError);
    expect(() => ops.part(three, 0)).toThrow(ShapeError);
    expect(() => ops.map("p + x", { p: ops.product([three, four]), x: three })).toThrow(ShapeError);
    const batch = (n: number): ArrayValue =>
      upload(ops, { field: "real", shape: [n, 3], data: new Float64Array(3 * n) }, { batch: true });
    expect(() => ops.map("x + y", { x: batch(2), y: batch(3) })).toThrow(/2 samples.*3 samples/);
  });

  it("has no order on complex entries", () => {
    expect(() => ops.map("max(z, 0)", { z })).toThrow(FieldError);
    expect(() => ops.maximum(z)).toThrow(ShapeError);
  });

  it("checks what comes from the host", () => {
    const short = { field: "real", shape: [4], data: new Float64Array(3) } as const;
    expect(() => upload(ops, short, { batch: false })).toThrow(ShapeError);
    expect(() => upload(ops, { ...short, shape: [], data: new Float64Array(1) }, { batch: true })).toThrow(
      ShapeError,
    );
  });
});

it("arrays come back from the engine as they were", async () => {
  const ops = reference();
  const data = Float64Array.from({ length: 24 }, (_, i) => i);
  const value = upload(ops, { field: "complex", shape: [2, 3, 2], data }, { batch: true });
  expect(value).toMatchObject({ batch: 2, shape: [3, 2], field: "complex" });
  const [first, second] = await download(ops, ops.product([value, ops.number(5)]));
  expect(first).toEqual({ field: "complex", shape: [2, 3, 2], data });
  expect(second?.data).toEqual(Float64Array.of(5));
});
