import { setFlagsFromString } from "node:v8";
import fc from "fast-check";
import { expect, it } from "vitest";
import { createMachine } from "../../../runtime/engine/arena/machine.ts";
import { reductionsOf } from "../../../runtime/engine/arena/operations/reductions.ts";
import { createStore } from "../../../runtime/engine/arena/store.ts";
import { type Engine, EngineError, type Handle } from "../../../runtime/engine/engine.ts";
import { createThreads } from "../../../runtime/engine/node/threads.ts";
import { referenceEngine } from "../../../runtime/engine/reference.ts";
import { deviation, type Numbers, scattered } from "../support.ts";

setFlagsFromString("--experimental-wasm-relaxed-simd");

const reference = referenceEngine();
const store = createStore(createMachine("wasm"));
const arena = { ...store, ...reductionsOf(store) };

type Reducing = Pick<Engine, "upload" | "readNow" | "dispose" | "reduce" | "dot" | "kthLargest">;

function agree(
  array: Numbers,
  body: (engine: Reducing, array: Handle) => Handle,
  tolerance = 2e-6,
): readonly [Numbers, Numbers] {
  const before = store.memory();
  const [got, wanted] = [arena, reference].map((engine): Numbers => {
    const handle = engine.upload(array.data, array.shape);
    const result = body(engine, handle);
    const numbers = { shape: result.shape, data: Float64Array.from(engine.readNow(result) ?? []) };
    engine.dispose([handle, result]);
    return numbers;
  });
  expect(deviation(got!, wanted!), `${array.shape} to ${wanted!.shape}`).toBeLessThan(tolerance);
  expect(store.memory()).toEqual(before);
  return [got!, wanted!];
}

const kinds = fc.constantFrom("sum" as const, "max" as const, "min" as const);
const extents = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom(1, 2, 13, 32, 45));
const shapes = fc.array(extents, { maxLength: 4 });
const choices = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });

it("reduce and dot over any axes of any shape", () => {
  fc.assert(
    fc.property(shapes, choices, kinds, fc.nat(), (shape, chosen, kind, seed) => {
      const axes = shape.map((_, axis) => axis).filter((axis) => chosen[axis]);
      const array = scattered(shape, seed);
      agree(array, (engine, x) => engine.reduce(kind, x, axes), 1e-5);
      agree(array, (engine, x) => engine.dot(x, x, axes), 1e-5);
    }),
    { numRuns: 300 },
  );
});

it.each([
  [[300_001], [0]],
  [[3, 140_000], [1]],
  [[300_001, 3], [0]],
  [[100, 1500], [0]],
  [[2, 90_000, 2], [1]],
  [[2, 3000, 70], [1]],
  [
    [3, 2, 3, 20_000],
    [0, 2],
  ],
  [
    [2000, 2, 40],
    [0, 2],
  ],
])("of long stretches, cut into items: %j over %j", (shape, axes) => {
  const array = scattered(shape, 3);
  agree(array, (engine, x) => engine.reduce("max", x, axes));
  agree({ ...array, data: array.data.map((x) => x + 2) }, (engine, x) => engine.reduce("sum", x, axes));
  agree(array, (engine, x) => engine.dot(x, x, axes));
});

it("NaN wins, and infinities add up", () => {
  const special = fc.constantFrom(NaN, Infinity, -Infinity, 0, 1, -2.5);
  fc.assert(
    fc.property(
      kinds,
      fc.constantFrom([1, 40], [40, 1], [10, 4], [8, 5]),
      fc.array(special, { minLength: 2, maxLength: 3 }),
      fc.nat(39),
      (kind, shape, values, at) => {
        const array = scattered(shape, at);
        values.forEach((value, i) => (array.data[(at + 17 * i) % 40] = value));
        agree(array, (engine, x) => engine.reduce(kind, x, [0]));
        agree(array, (engine, x) => engine.reduce(kind, x, [1]));
      },
    ),
    { numRuns: 300 },
  );
});

it("kthLargest of ties, NaN, infinities and zeros of both signs", () => {
  const numbers = fc.oneof(
    fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 1, -1, Math.fround(1e-40)),
    fc.float({ noNaN: true }),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.array(numbers, { minLength: 1, maxLength: 40 }),
      fc.nat(),
      (rows, row, random) => {
        const k = 1 + (random % row.length);
        const data = Float64Array.from(
          { length: rows * row.length },
          (_, i) => row[(i * 7) % row.length] ?? 0,
        );
        const [got, wanted] = agree({ shape: [rows, row.length], data }, (engine, x) =>
          engine.kthLargest(x, k),
        );
        expect([...got.data]).toEqual([...wanted.data]);
      },
    ),
  );
  agree(scattered([3, 50_000], 4), (engine, x) => engine.kthLargest(x, 12_345));
});

it("threads give the same to the last bit", () => {
  const threaded = createStore(
    createMachine("wasm", { threads: (memory) => createThreads("wasm", memory, 3) }),
  );
  const engine = { ...threaded, ...reductionsOf(threaded) };
  const { data, shape } = scattered([3000, 203], 9);
  for (const axes of [[0], [1], [0, 1]]) {
    const [many, one] = [engine, arena].map((each) => {
      const array = each.upload(data, shape);
      return [...(each.readNow(each.reduce("sum", array, axes)) ?? [])];
    });
    expect(many).toEqual(one);
  }
});

it("refuses what has no meaning", () => {
  const x = arena.upload(new Float32Array(6), [2, 3]);
  const y = arena.upload(new Float32Array(6), [3, 2]);
  expect(() => arena.dot(x, y, [0])).toThrow(EngineError);
  expect(() => arena.kthLargest(x, 0)).toThrow(EngineError);
  expect(() => arena.kthLargest(x, 4)).toThrow(EngineError);
  arena.dispose([x, y]);
});
