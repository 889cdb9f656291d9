import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fillOf } from "../../../runtime/engine/arena/operations/fill.ts";
import { createMachine } from "../../../runtime/engine/arena/machine.ts";
import { createStore } from "../../../runtime/engine/arena/store.ts";
import { PLACE } from "../../../runtime/engine/arena/places.ts";
import { moduleOf } from "../../../runtime/kernels/encode/module.ts";
import { WORD } from "../../../runtime/engine/node/thread.ts";
import { createThreads } from "../../../runtime/engine/node/threads.ts";

const UNREACHABLE = [0x00];

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

  test("a kernel that fails, here or on a thread, is named, and the next one runs", () => {
    const machine = createMachine("test", { threads: (memory) => createThreads("test", memory, 3) });
    const failing = machine.generate("reckless", moduleOf([], [], UNREACHABLE), {
      results: 0,
      library: null,
    });
    expect(() => {
      machine.run(failing, [], 64, 1e9);
    }).toThrow(/test: reckless: the kernel failed/);
    const store = createStore(machine);
    expect(store.readNow(fillOf(store).fill(2, [300_000]))?.every((entry) => entry === 2)).toBe(true);
  });

  test("a thread that died in a job is an error that names the kernel, at once from then on", () => {
    const buffers: ArrayBufferLike[] = [];
    const machine = createMachine("test", {
      threads: (memory) => {
        buffers.push(memory.memory.buffer);
        return createThreads("test", memory, 2, 500);
      },
    });
    const store = createStore(machine);
    const { fill } = fillOf(store);
    const large = () => fill(1, [1_000_000]);
    store.dispose([large()]);
    const [buffer = new ArrayBuffer()] = buffers;
    Atomics.add(new Int32Array(buffer, PLACE.control), WORD.inside, 1);
    expect(large).toThrow(/test: fill: a thread has died or hangs/);
    const start = performance.now();
    expect(large).toThrow(/a thread has died or hangs/);
    expect(performance.now() - start).toBeLessThan(400);
  });
});
