import { setFlagsFromString } from "node:v8";
import fc from "fast-check";
import { expect, it } from "vitest";
import { createMachine } from "../../../runtime/engine/arena/machine.ts";
import { movementOf } from "../../../runtime/engine/arena/operations/movement.ts";
import { createStore } from "../../../runtime/engine/arena/store.ts";
import { type Engine, EngineError, type Handle } from "../../../runtime/engine/engine.ts";
import { referenceEngine } from "../../../runtime/engine/reference.ts";
import { type Numbers, scattered } from "../support.ts";

setFlagsFromString("--experimental-wasm-relaxed-simd");

const reference = referenceEngine();
const store = createStore(createMachine("wasm"));
const arena = { ...store, ...movementOf(store) };

type Moving = Pick<
  Engine,
  "upload" | "readNow" | "dispose" | "transpose" | "slice" | "concat" | "pad" | "broadcast" | "gather"
>;

/** The two engines move the same entries to the same places. */
function agree(array: Numbers, body: (engine: Moving, array: Handle) => Handle): void {
  const before = store.memory();
  const [got, wanted] = [arena, reference].map((engine) => {
    const handle = engine.upload(array.data, array.shape);
    const result = body(engine, handle);
    const numbers = { shape: result.shape, data: [...(engine.readNow(result) ?? [])] };
    engine.dispose([handle, result]);
    return numbers;
  });
  expect(got).toEqual(wanted);
  expect(store.memory()).toEqual(before);
}

const extents = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(1, 2, 2, 17, 33));
const shapes = fc
  .array(extents, { minLength: 1, maxLength: 5 })
  .filter((shape) => shape.reduce((a, b) => a * b, 1) < 20_000);
const randoms = fc.array(fc.nat(1000), { minLength: 12, maxLength: 12 });

it("all movements of any shape", () => {
  fc.assert(
    fc.property(shapes, randoms, (shape, random) => {
      const array = scattered(shape, 1 + (random[11] ?? 0));
      const pick = (at: number, limit: number): number => (random[at % 12] ?? 0) % (limit + 1);
      const axis = pick(0, shape.length - 1);
      const order = shape.map((_, at) => at).sort((a, b) => (random[a] ?? 0) - (random[b] ?? 0));
      const begin = shape.map((n, at) => pick(at, n));
      const size = shape.map((n, at) => pick(at + 5, n - (begin[at] ?? 0)));
      const widths = shape.map((_, at): [number, number] => [pick(at, 2), pick(at + 3, 2)]);
      const n = shape[axis] ?? 0;
      const indices = n === 0 ? [] : random.slice(0, 1 + pick(4, 5)).map((value) => value % n);
      agree(array, (engine, x) => engine.transpose(x, order));
      agree(array, (engine, x) => engine.slice(x, begin, size));
      agree(array, (engine, x) => engine.pad(x, widths));
      agree(array, (engine, x) => engine.concat([x, x, x], axis));
      agree(array, (engine, x) => engine.gather(x, indices, axis));
      const repeated = shape.map((m, at) => ((random[at] ?? 0) % 2 === 0 ? m : 1));
      agree(scattered(repeated, 3), (engine, x) => engine.broadcast(x, [2, ...shape]));
    }),
    { numRuns: 300 },
  );
});

it("pairs are joined, parted and swapped", () => {
  for (const n of [1, 3, 4, 7, 64, 100_003]) {
    const part = scattered([n, 1], n);
    const pairs = scattered([n, 2], n);
    agree(part, (engine, x) => {
      const other = engine.pad(x, [
        [0, 0],
        [0, 0],
      ]);
      const joined = engine.concat([x, other], 1);
      engine.dispose([other]);
      return joined;
    });
    agree(pairs, (engine, x) => engine.slice(x, [0, 1], [n, 1]));
    agree(pairs, (engine, x) => engine.transpose(x, [1, 0]));
    agree(pairs, (engine, x) => engine.gather(x, [1, 0], 1));
    agree({ ...pairs, shape: [2, n] }, (engine, x) => engine.transpose(x, [1, 0]));
    agree(part, (engine, x) => engine.broadcast(x, [n, 2]));
  }
});

it("large arrays, cut into items", () => {
  agree(scattered([301, 403], 1), (engine, x) => engine.transpose(x, [1, 0]));
  agree(scattered([3, 40_007], 2), (engine, x) => engine.transpose(x, [1, 0]));
  agree(scattered([40_007, 3], 3), (engine, x) => engine.transpose(x, [1, 0]));
  agree(scattered([7, 61, 5, 53], 4), (engine, x) => engine.transpose(x, [0, 2, 1, 3]));
  agree(scattered([2, 70_001], 5), (engine, x) => engine.slice(x, [0, 3], [2, 69_000]));
  agree(scattered([2, 35_003, 3], 6), (engine, x) => engine.gather(x, [1, 35_000, 2, 2], 1));
  agree(scattered([3, 50_001], 7), (engine, x) => engine.concat([x, x], 0));
  agree(scattered([70_001], 8), (engine, x) => engine.pad(x, [[1, 5]]));
});

it("refuses what has no meaning", () => {
  const x = arena.upload(new Float32Array(6), [2, 3]);
  const y = arena.upload(new Float32Array(4), [2, 2]);
  const wrong: readonly (() => Handle)[] = [
    () => arena.transpose(x, [0, 0]),
    () => arena.slice(x, [1, 0], [2, 3]),
    () => arena.concat([x, y], 0),
    () => arena.concat([], 0),
    () => arena.pad(x, [[-1, 0]]),
    () => arena.broadcast(x, [2, 2]),
    () => arena.gather(x, [3], 1),
  ];
  for (const attempt of wrong) expect(attempt).toThrow(EngineError);
  arena.dispose([x, y]);
});
