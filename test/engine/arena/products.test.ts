import { setFlagsFromString } from "node:v8";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { createMachine } from "../../../runtime/engine/arena/machine.ts";
import { productsOf } from "../../../runtime/engine/arena/operations/products.ts";
import { createStore, type Store } from "../../../runtime/engine/arena/store.ts";
import { type Engine, EngineError } from "../../../runtime/engine/engine.ts";
import { referenceEngine } from "../../../runtime/engine/reference.ts";
import { deviation, type Numbers, scattered } from "../support.ts";

setFlagsFromString("--experimental-wasm-relaxed-simd");

type Products = Pick<Engine, "upload" | "readNow" | "dispose" | "memory" | "matmul">;

interface Case {
  /** which sides have the batch */
  readonly batched: "neither" | "left" | "right" | "both";
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeLeft: boolean;
  readonly transposeRight: boolean;
}

const exact = referenceEngine();
const builds = { relaxed: engineOf(true), plain: engineOf(false) };

function engineOf(relaxed: boolean): Products & Pick<Store, "machine" | "offsetOf"> {
  const probe = relaxed ? null : vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
  const store = createStore(createMachine("wasm"));
  probe?.mockRestore();
  return { ...store, ...productsOf(store) };
}

function sidesOf({
  batched,
  batch,
  m,
  n,
  k,
  transposeLeft,
  transposeRight,
}: Case): readonly [Numbers, Numbers] {
  const left = transposeLeft ? [k, m] : [m, k];
  const right = transposeRight ? [n, k] : [k, n];
  return [
    scattered(batched === "left" || batched === "both" ? [batch, ...left] : left, m + 17),
    scattered(batched === "right" || batched === "both" ? [batch, ...right] : right, n + 71),
  ];
}

function productBy(engine: Products, [left, right]: readonly [Numbers, Numbers], options: Case): Numbers {
  const handles = [engine.upload(left.data, left.shape), engine.upload(right.data, right.shape)] as const;
  const before = engine.memory();
  const result = engine.matmul(...handles, options);
  const numbers = { shape: result.shape, data: Float64Array.from(engine.readNow(result) ?? []) };
  engine.dispose([result]);
  expect(engine.memory()).toEqual(before);
  engine.dispose(handles);
  return numbers;
}

/** The product is the reference's, up to the rounding of sums of k terms. */
function agree(engine: Products, each: Case, sides = sidesOf(each)): void {
  const got = productBy(engine, sides, each);
  const wanted = productBy({ ...exact }, sides, each);
  expect(deviation(got, wanted), JSON.stringify(each)).toBeLessThan(3e-7 * Math.sqrt(each.k + 4));
}

const flags = { transposeLeft: fc.boolean(), transposeRight: fc.boolean() };
const batched = fc.constantFrom("neither", "left", "right", "both") satisfies fc.Arbitrary<Case["batched"]>;

const casesUpTo = (most: number): fc.Arbitrary<Case> => {
  const extent = fc.nat(most);
  return fc.record({ batched, batch: fc.nat(3), m: extent, n: extent, k: extent, ...flags });
};

describe.each(Object.entries(builds))("products on the arena, %s", (_, engine) => {
  it("agree with the reference at any small shape, and leave nothing behind", () => {
    fc.assert(
      fc.property(casesUpTo(9), (each) => agree(engine, each)),
      { numRuns: 1500 },
    );
  });

  it("agree with the reference at any shape of a few tiles", () => {
    fc.assert(
      fc.property(casesUpTo(70), (each) => agree(engine, each)),
      { numRuns: 400 },
    );
  });

  it("agree where few rows or columns meet many", () => {
    const few = fc.integer({ min: 1, max: 10 });
    const many = fc.integer({ min: 1, max: 700 });
    const shapes = [
      { m: many, n: few, k: few },
      { m: few, n: many, k: few },
      { m: few, n: few, k: many },
      { m: few, n: many, k: many },
      { m: many, n: few, k: many },
      { m: many, n: many, k: few },
    ];
    const batches = fc.record({ batched, batch: fc.integer({ min: 1, max: 2 }), ...flags });
    fc.assert(
      fc.property(fc.oneof(...shapes.map((shape) => fc.record(shape))), batches, (shape, rest) =>
        agree(engine, { ...shape, ...rest }),
      ),
      { numRuns: 150 },
    );
  });

  it("agree where blocks and sums are cut", () => {
    for (const transposeLeft of [false, true]) {
      for (const transposeRight of [false, true]) {
        const how = { batched: "neither", batch: 1, transposeLeft, transposeRight } as const;
        agree(engine, { ...how, m: 65, n: 101, k: 519 });
        agree(engine, { ...how, m: 1003, n: 49, k: 33 });
        agree(engine, { ...how, m: 2, n: 3, k: 5003 });
        agree(engine, { ...how, m: 1, n: 2011, k: 130 });
        agree(engine, { ...how, m: 1, n: 30001, k: 3 });
        agree(engine, { ...how, m: 3, n: 39, k: 4099 });
      }
    }
  });

  it("keeps long sums accurate", () => {
    const k = 1 << 20;
    const ones = { shape: [1, k], data: new Float64Array(k).fill(1.1) };
    const column = { shape: [k, 1], data: new Float64Array(k).fill(1) };
    const how = {
      batched: "neither",
      batch: 1,
      m: 1,
      n: 1,
      k,
      transposeLeft: false,
      transposeRight: false,
    } as const;
    const { data } = productBy(engine, [ones, column], how);
    expect(Math.abs((data[0] ?? 0) / (k * Math.fround(1.1)) - 1)).toBeLessThan(1e-5);
  });

  it("adds to what stands in the result where its kernels are told so", () => {
    const sums = fc.record({
      shape: fc.constantFrom([1, 70, 90], [7, 50, 401], [13, 11, 29], [30, 49, 800], [5, 3, 7], [9, 8, 8]),
      ...flags,
    });
    fc.assert(
      fc.property(sums, ({ shape: [m = 1, n = 1, k = 1], ...options }) => {
        const each = { batched: "neither", batch: 1, m, n, k, ...options } as const;
        const [left, right] = sidesOf(each);
        const before = scattered([m, n], 5);
        const wanted = productBy({ ...exact }, [left, right], each);
        const handles = [before, left, right].map(({ data, shape }) => engine.upload(data, shape));
        const places = handles.map((handle) => engine.offsetOf(handle));
        const transposed = [Number(each.transposeLeft), Number(each.transposeRight)];
        const kernel = k <= 8 && n <= 8 ? "product_of_tiny" : "product";
        engine.machine.run(kernel, [...places, m, n, k, ...transposed, 1, 0, 0, m, n, 1, 1], 1, 0);
        const [sum] = handles;
        const got = { shape: [m, n], data: Float64Array.from((sum && engine.readNow(sum)) ?? []) };
        engine.dispose(handles);
        const data = before.data.map((entry, i) => entry + (wanted.data[i] ?? NaN));
        expect(deviation(got, { shape: [m, n], data })).toBeLessThan(1e-5);
      }),
      { numRuns: 60 },
    );
  });

  it("gives NaN and infinities where they meet, and nowhere else", () => {
    const special = fc.constantFrom(NaN, Infinity, -Infinity, 0);
    const place = fc.nat(100_000);
    fc.assert(
      fc.property(
        casesUpTo(40),
        fc.array(fc.record({ special, place }), { maxLength: 3 }),
        (each, specials) => {
          const sides = sidesOf(each);
          specials.forEach(({ special: value, place: at }, i) => {
            const { data } = sides[i % 2 === 0 ? 0 : 1];
            if (data.length > 0) data[at % data.length] = value;
          });
          agree(engine, each, sides);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("refuses shapes that do not fit as the reference does", () => {
    const shapes = fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 4 });
    fc.assert(
      fc.property(shapes, shapes, fc.record(flags), (left, right, options) => {
        const refusal = (by: Products): readonly unknown[] | null => {
          const handles = [scattered(left, 1), scattered(right, 2)].map(({ data, shape }) =>
            by.upload(data, shape),
          );
          const [a, b] = handles;
          try {
            if (a !== undefined && b !== undefined) by.dispose([by.matmul(a, b, options)]);
            return null;
          } catch (error) {
            if (!(error instanceof EngineError)) throw error;
            return [error.operation, error.shapes, error.message.split(": ").at(-1)];
          } finally {
            by.dispose(handles);
          }
        };
        expect(refusal(engine)).toEqual(refusal({ ...exact }));
      }),
      { numRuns: 300 },
    );
  });
});
