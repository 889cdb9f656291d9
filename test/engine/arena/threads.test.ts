import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fillOf } from "../../../runtime/engine/arena/fill.ts";
import { createMachine } from "../../../runtime/engine/arena/machine.ts";
import { createStore } from "../../../runtime/engine/arena/store.ts";
import { createThreads } from "../../../runtime/engine/node/threads.ts";

describe("threads", () => {
  test("every item is computed once it is asked for, whoever computes it, thousands of times", () => {
    const store = createStore(
      createMachine("test", { threads: (memory) => createThreads("test", memory, 3) }),
    );
    const { fill } = fillOf(store);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 900_000 }), fc.float({ noNaN: true }), (entries, value) => {
        const array = fill(value, [entries]);
        const found = store.readNow(array) ?? [];
        store.dispose([array]);
        expect(found.length).toBe(entries);
        expect(found.every((entry) => Object.is(entry, value))).toBe(true);
      }),
      { numRuns: 300 },
    );
    expect(store.memory()).toEqual({ arrays: 0, bytes: 0 });
  });
});
