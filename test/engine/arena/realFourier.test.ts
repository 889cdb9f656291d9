import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Engine, Handle } from "../../../runtime/engine/engine.ts";
import { halfExtent, halfShape } from "../../../runtime/engine/realFourier.ts";
import { referenceEngine } from "../../../runtime/engine/reference.ts";
import { sizeOf } from "../../../runtime/engine/shape.ts";
import { wasmEngine } from "../../../runtime/engine/wasm.ts";
import { deviation, type Numbers, scattered } from "../support.ts";

const fast = await wasmEngine();
const exact = referenceEngine();

/** The same on both engines; nothing may be left behind, and arguments stay as they are. */
function agree(
  given: readonly Numbers[],
  axes: readonly number[],
  run: (engine: Engine, arrays: readonly Handle[]) => Handle,
  what: string,
): void {
  const before = fast.memory();
  const [got, wanted] = [fast, exact].map((engine): Numbers => {
    const arrays = given.map(({ data, shape }) => engine.upload(data, shape));
    const result = run(engine, arrays);
    const numbers = { shape: result.shape, data: Float64Array.from(engine.readNow(result) ?? []) };
    arrays.forEach((array, i) => {
      const kept = engine.readNow(array)?.every((value, at) => Object.is(value, given[i]?.data[at]));
      expect(kept, "the argument is untouched").toBe(true);
    });
    engine.dispose([...arrays, result]);
    return numbers;
  });
  expect(fast.memory()).toEqual(before);
  if (got === undefined || wanted === undefined) throw new Error("two engines");
  expect(got.shape, what).toEqual(wanted.shape);
  const [first] = given;
  const lengths = axes.map((axis) => first?.shape[axis] ?? 1);
  const digits = 4e-7 * Math.max(1, Math.log2(sizeOf(lengths)));
  expect(deviation(got, wanted), what).toBeLessThan(digits);
}

/** Transform, inverse and filters of one shape. */
function transforms(shape: readonly number[], axes: readonly number[], seed = 1): void {
  const what = `${shape.join("x")} along ${axes.join()}`;
  const half = halfShape(shape, axes);
  const array = scattered(shape, seed);
  const pairs = scattered([...half, 2], seed + 1);
  const extent = shape[axes.at(-1) ?? 0] ?? 1;
  agree([array], axes, (engine, [x]) => engine.realFourier(x!, axes), `spectrum of ${what}`);
  agree([pairs], axes, (engine, [x]) => engine.inverseRealFourier(x!, axes, extent), `inverse to ${what}`);
}

function filters(
  shape: readonly number[],
  axes: readonly number[],
  factors: readonly number[],
  adjoint: boolean,
): void {
  const what = `${shape.join("x")} along ${axes.join()} by ${factors.join("x")}`;
  const given = [scattered(shape, 3), scattered(factors, 4)];
  agree(given, axes, (engine, [x, f]) => engine.filterFourier(x!, f!, { axes, adjoint }), what);
}

const LENGTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 16, 17, 22, 26, 31, 61, 62, 67, 97, 120, 122, 134];

describe("Fourier transforms of real arrays agree with their definition", () => {
  it("lines of every kind of length, few and many, and columns", () => {
    for (const n of LENGTHS) {
      transforms([n], [0], n);
      transforms([19, n], [1], n);
      transforms([n, 21], [0], n);
      transforms([2, n, 3], [1], n);
    }
  });

  it("pictures and volumes of even and odd sides", () => {
    for (const [h, w] of [
      [2, 512],
      [512, 4],
      [15, 31],
      [16, 17],
      [97, 120],
      [5, 33],
    ] as const) {
      transforms([h, w], [0, 1]);
      transforms([2, h, w], [1, 2]);
      transforms([h, w, 3], [0, 1]);
    }
    transforms([4, 5, 6], [0, 1, 2]);
    transforms([7, 8, 9], [0, 1, 2]);
    transforms([5, 6, 7, 2], [0, 2]);
  });

  it("long lines, alone and together", () => {
    transforms([600], [0]);
    transforms([2, 301], [1]);
    transforms([9, 512], [1]);
  });

  it("filters by factors that are real or not, for all or for each", () => {
    for (const adjoint of [false, true]) {
      for (const n of LENGTHS) {
        const half = halfExtent(n);
        filters([n], [0], [half, 2], adjoint);
        filters([9, n], [1], [1, half, 2], adjoint);
        filters([9, n], [1], [9, half], adjoint);
        filters([n, 21], [0], [half, 1, 2], adjoint);
        filters([n, 5], [0], [half, 5], adjoint);
        filters([12, n], [0, 1], [12, half], adjoint);
        filters([n, 12], [0, 1], [n, 7, 2], adjoint);
        filters([2, 9, n], [1, 2], [1, 9, half, 2], adjoint);
        filters([2, 9, n], [1, 2], [2, 9, half], adjoint);
      }
      filters([2, 4, 5, 6], [1, 2, 3], [1, 4, 5, 4, 2], adjoint);
      filters([2, 3, 8, 10], [2, 3], [2, 1, 8, 6, 2], adjoint);
      filters([8, 10, 3], [0, 1], [8, 6, 1, 2], adjoint);
      filters([8, 10, 3], [0, 1], [1, 6, 3], adjoint);
      filters([8, 10], [0, 1], [1, 1], adjoint);
      filters([601], [0], [301, 2], adjoint);
    }
  });

  it("any axes of random shapes", () => {
    const extent = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(1, 8, 11, 13, 17, 20, 33));
    fc.assert(
      fc.property(
        fc.array(extent, { minLength: 1, maxLength: 4 }).filter((shape) => sizeOf(shape) < 5_000),
        fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        fc.boolean(),
        fc.boolean(),
        (shape, chosen, repeats, isPair, adjoint) => {
          const axes = shape.map((_, axis) => axis).filter((axis) => chosen[axis]);
          fc.pre(axes.length > 0);
          transforms(shape, axes);
          const half = halfShape(shape, axes);
          const own = half.map((each, axis) => (repeats[axis] ? 1 : each));
          filters(shape, axes, isPair ? [...own, 2] : own, adjoint);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("numbers that are not finite stay in their own line", () => {
    for (const n of [24, 15]) {
      const x = scattered([9, n], 3);
      x.data[5 * n + 7] = NaN;
      const array = fast.upload(x.data, x.shape);
      const spectrum = fast.realFourier(array, [1]);
      const back = fast.inverseRealFourier(spectrum, [1], n);
      for (const [i, value] of (fast.readNow(back) ?? []).entries()) {
        if (Math.floor(i / n) === 5) expect(value).toBeNaN();
        else expect(Math.abs(value / n - (x.data[i] ?? NaN))).toBeLessThan(1e-5);
      }
      fast.dispose([array, spectrum, back]);
    }
  });

  it("the filter with conjugate factors is the adjoint", () => {
    for (const [shape, axes] of [
      [
        [31, 16],
        [0, 1],
      ],
      [
        [8, 15, 2],
        [0, 1],
      ],
      [[9, 120], [1]],
    ] as const) {
      const half = halfShape(shape, axes);
      const [x, y, f] = [scattered(shape, 1), scattered(shape, 2), scattered([...half, 2], 3)];
      const [a, b, factors] = [x, y, f].map(({ data, shape: own }) => fast.upload(data, own));
      const forth = fast.filterFourier(a!, factors!, { axes, adjoint: false });
      const back = fast.filterFourier(b!, factors!, { axes, adjoint: true });
      const product = (left: Numbers, right: Handle): number =>
        Float64Array.from(fast.readNow(right) ?? []).reduce(
          (sum, value, i) => sum + value * (left.data[i] ?? 0),
          0,
        );
      const [one, other] = [product(y, forth), product(x, back)];
      expect(Math.abs(one - other)).toBeLessThan(1e-5 * Math.max(Math.abs(one), sizeOf(shape)));
      fast.dispose([a!, b!, factors!, forth, back]);
    }
  });

  it("refuses what does not fit", () => {
    const x = fast.upload(new Float64Array(12), [3, 4]);
    const p = fast.upload(new Float64Array(18), [3, 3, 2]);
    expect(() => fast.realFourier(x, [])).toThrow(/realFourier of \[3, 4\]: no axes \[\]/);
    expect(() => fast.realFourier(x, [1, 0])).toThrow(/no axes \[1, 0\]/);
    expect(() => fast.inverseRealFourier(x, [0], 4)).toThrow(/inverseRealFourier of \[3, 4\]: no pairs/);
    expect(() => fast.inverseRealFourier(p, [1], 6)).toThrow(/no half spectrum of 6 entries/);
    expect(() => fast.filterFourier(x, x, { axes: [1], adjoint: false })).toThrow(
      /filterFourier of \[3, 4\] and \[3, 4\]: no factors of \[3, 3\] frequencies/,
    );
    fast.dispose([x, p]);
  });
});
