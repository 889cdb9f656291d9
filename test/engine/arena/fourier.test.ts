import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMachine } from "../../../runtime/engine/arena/machine.ts";
import { fourierOf } from "../../../runtime/engine/arena/operations/fourier.ts";
import { createStore } from "../../../runtime/engine/arena/store.ts";
import { referenceEngine } from "../../../runtime/engine/reference.ts";
import { sizeOf } from "../../../runtime/engine/shape.ts";
import { deviation, type Numbers, scattered } from "../support.ts";

const store = createStore(createMachine("wasm"));
const fast = { ...store, ...fourierOf(store) };
const exact = referenceEngine();

/** The same on both engines; nothing may be left behind. */
function both(
  pairs: Numbers,
  run: (engine: Pick<typeof fast, "fourier" | "phase">, x: ReturnType<typeof store.make>) => typeof x,
): readonly [Numbers, Numbers] {
  const before = store.memory();
  const results = [fast, exact].map((engine): Numbers => {
    const x = engine.upload(pairs.data, pairs.shape);
    const y = run(engine, x);
    const numbers = { shape: y.shape, data: Float64Array.from(engine.readNow(y) ?? []) };
    const kept = engine.readNow(x)?.every((value, i) => Object.is(value, pairs.data[i]));
    expect(kept, "the argument is untouched").toBe(true);
    engine.dispose([x, y]);
    return numbers;
  });
  expect(store.memory()).toEqual(before);
  return [results[0] ?? pairs, results[1] ?? pairs];
}

function agree(shape: readonly number[], axes: readonly number[], inverse: boolean, seed = 1): void {
  const [got, wanted] = both(scattered([...shape, 2], seed), (engine, x) => engine.fourier(x, axes, inverse));
  const digits = 3e-7 * Math.max(1, Math.log2(axes.reduce((n, axis) => n * (shape[axis] ?? 1), 1)));
  expect(deviation(got, wanted), `${shape.join("x")} along ${axes.join()}`).toBeLessThan(digits);
}

describe("fourier on the arena agrees with its definition", () => {
  it("every length to 64, as one line, many lines and columns", () => {
    for (let n = 1; n <= 64; n++) {
      agree([n], [0], n % 2 === 0, n);
      agree([19, n], [1], n % 2 === 1, n);
      agree([n, 21], [0], n % 2 === 0, n);
      agree([n, 3], [0], n % 2 === 1, n);
    }
  });

  it("the lengths of pictures and volumes, long lines and long primes", () => {
    for (const n of [224, 256, 320, 368, 640, 1009, 11 * 67]) {
      agree([n], [0], false);
      agree([2, n], [1], true);
      agree([9, n], [1], false);
      agree([n, 4], [0], true);
    }
  });

  it("any axes of random shapes", () => {
    const extent = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(1, 8, 11, 13, 17, 20, 33));
    fc.assert(
      fc.property(
        fc.array(extent, { minLength: 1, maxLength: 4 }).filter((shape) => sizeOf(shape) < 20_000),
        fc.array(fc.nat(3), { maxLength: 4 }),
        fc.boolean(),
        fc.nat(),
        (shape, chosen, inverse, seed) => {
          const axes = chosen.filter((axis) => axis < shape.length);
          agree(shape, axes, inverse, seed);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("the inverse undoes lines of any length, up to their length", () => {
    for (const n of [8193, 16384, 30000, 65536, 10007]) {
      const x = scattered([n, 2], n);
      const there = fast.upload(x.data, x.shape);
      const image = fast.fourier(there, [0], false);
      const back = fast.fourier(image, [0], true);
      const data = Float64Array.from(fast.readNow(back) ?? [], (value) => value / n);
      expect(deviation({ shape: x.shape, data }, x)).toBeLessThan(2e-6);
      fast.dispose([there, image, back]);
    }
  });

  it("numbers that are not finite stay in their own line", () => {
    const x = scattered([9, 24, 2], 3);
    x.data[5 * 48 + 7] = NaN;
    const [got, wanted] = both(x, (engine, each) => engine.fourier(each, [1], false));
    for (const [i, value] of got.data.entries()) {
      if (Math.floor(i / 48) === 5) continue;
      expect(Math.abs(value - (wanted.data[i] ?? NaN))).toBeLessThan(1e-4);
    }
    expect(got.data.subarray(5 * 48, 6 * 48).some(Number.isNaN)).toBe(true);
  });

  it("refuses what has no pairs or no such axis", () => {
    const x = fast.upload(new Float64Array(6), [2, 3]);
    const y = fast.upload(new Float64Array(6), [3, 2]);
    expect(() => fast.fourier(x, [0], false)).toThrow(/fourier of \[2, 3\]: no pairs/);
    expect(() => fast.fourier(y, [1], false)).toThrow(/fourier of \[3, 2\]: .*no axes \[1\]/);
    expect(() => fast.phase(x)).toThrow(/phase of \[2, 3\]/);
    fast.dispose([x, y]);
  });
});

describe("phase on the arena", () => {
  it("is the argument to 1e-6, also on the axes, at 0 and at infinity", () => {
    const special = [0, -0, 1, -1, Infinity, -Infinity, NaN, 1e-30, -1e30];
    const corners = special.flatMap((re) => special.flatMap((im) => [re, im]));
    const data = Float64Array.from([...corners, ...scattered([5000, 2], 4).data], Math.fround);
    const [got, wanted] = both({ shape: [data.length / 2, 2], data }, (engine, x) => engine.phase(x));
    expect(got.shape).toEqual(wanted.shape);
    for (const [i, value] of wanted.data.entries()) {
      if (Number.isNaN(value)) expect(got.data[i]).toBeNaN();
      else
        expect(Math.abs(value - (got.data[i] ?? NaN)), `of ${data[2 * i]}, ${data[2 * i + 1]}`).toBeLessThan(
          1e-6,
        );
    }
  });
});
