import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMachine } from "../../../runtime/engine/arena/machine.ts";
import { poolingOf } from "../../../runtime/engine/arena/operations/pooling.ts";
import { createStore } from "../../../runtime/engine/arena/store.ts";
import type { Engine, Handle } from "../../../runtime/engine/engine.ts";
import { referenceEngine } from "../../../runtime/engine/reference.ts";
import { sizeOf } from "../../../runtime/engine/shape.ts";
import { scattered } from "../support.ts";

type Pooling = Pick<Engine, "upload" | "readNow" | "dispose" | "memory" | "maxPool" | "maxPoolGradient">;

const store = createStore(createMachine("wasm"));
const arena: Pooling = { ...store, ...poolingOf(store) };
const reference: Pooling = referenceEngine();

/** Entries that are often equal, and no numbers among them. */
const entry = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -2, max: 2 }) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity) },
);

const tiles = fc
  .record({
    batch: fc.integer({ min: 0, max: 2 }),
    rows: fc.integer({ min: 0, max: 3 }),
    columns: fc.integer({ min: 0, max: 4 }),
    channels: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(20)),
    q: fc.integer({ min: 1, max: 4 }),
  })
  .chain(({ batch, rows, columns, channels, q }) => {
    const shape = [batch, rows * q, columns * q, channels];
    const size = sizeOf(shape);
    return fc.record({
      q: fc.constant(q),
      shape: fc.constant(shape),
      pooled: fc.constant([batch, rows, columns, channels]),
      data: fc.array(entry, { minLength: size, maxLength: size }),
    });
  });

describe("pooling on the arena agrees with its definition", () => {
  it("maxPool and its gradient, which goes to the first of equals", () => {
    const before = store.memory();
    fc.assert(
      fc.property(tiles, ({ q, shape, pooled, data }) => {
        const g = scattered(pooled, data.length);
        const results = [arena, reference].map((engine) => {
          const [x, cotangent] = [
            engine.upload(Float64Array.from(data), shape),
            engine.upload(g.data, pooled),
          ];
          const made: Handle[] = [engine.maxPool(x, q), engine.maxPoolGradient(x, cotangent, q)];
          const values = made.map((array) => [array.shape, Float64Array.from(engine.readNow(array) ?? [])]);
          engine.dispose([x, cotangent, ...made]);
          return values;
        });
        expect(results[0]).toEqual(results[1]);
      }),
      { numRuns: 300 },
    );
    expect(store.memory()).toEqual(before);
  });

  it("what does not fit is refused by name and sizes", () => {
    const x = arena.upload(new Float32Array(12), [1, 3, 4, 1]);
    expect(() => arena.maxPool(x, 2)).toThrow(/maxPool of \[1, 3, 4, 1\]/);
    expect(() => arena.maxPoolGradient(x, x, 1.5)).toThrow(/maxPool of/);
    expect(() => arena.maxPoolGradient(arena.upload(new Float32Array(16), [1, 4, 4, 1]), x, 2)).toThrow(
      /should be \[1, 2, 2, 1\]/,
    );
  });
});
