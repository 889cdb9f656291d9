import { describe, expect, test } from "vitest";
import { createMachine, type Equipment } from "../../../runtime/engine/arena/machine.ts";
import { createStore } from "../../../runtime/engine/arena/store.ts";
import { fillOf } from "../../../runtime/engine/arena/fill.ts";
import { createThreads } from "../../../runtime/engine/node/threads.ts";

const MACHINES: readonly (readonly [string, Equipment])[] = [
  ["one thread", {}],
  ["three threads", { threads: (memory) => createThreads("test", memory, 3) }],
];

describe.each(MACHINES)("records on %s", (_, equipment) => {
  const store = createStore(createMachine("test", equipment));
  const { fill } = fillOf(store);
  const { recorder } = store;
  if (recorder === null) throw new Error("the arena records");

  test("repeat what was computed on what stands there now", () => {
    const size = 300_000;
    const input = fill(1, [size]);
    const recorded = recorder.record(() => {
      const copy = fill(0, [size]);
      recorder.copy(input, copy);
      return copy;
    });
    if (recorded === null) throw new Error("nothing was read");
    for (const value of [2, 3]) {
      recorder.write(input, new Float32Array(size).fill(value));
      expect(store.readNow(recorded.result)?.every((entry) => entry === value - 1)).toBe(true);
      recorded.replay();
      expect(store.readNow(recorded.result)?.every((entry) => entry === value)).toBe(true);
    }
    store.dispose([recorded.result, input]);
    recorded.release();
    expect(store.memory()).toEqual({ arrays: 0, bytes: 0 });
  });

  test("own their arrays: nobody else gets a place that a replay overwrites", () => {
    const recorded = recorder.record(() =>
      store.scope(
        () => [fill(7, [100])],
        () => [],
      ),
    );
    const others = Array.from({ length: 50 }, (_, index) => fill(index, [100]));
    recorded?.replay();
    others.forEach((other, index) => {
      expect(store.readNow(other)?.every((entry) => entry === index)).toBe(true);
    });
    store.dispose(others);
    recorded?.release();
  });

  test("keep what the host uploads within the body", () => {
    const recorded = recorder.record(() => {
      const constant = store.upload(Float32Array.of(1, 2, 3), [3]);
      const result = fill(0, [3]);
      recorder.copy(constant, result);
      store.dispose([constant]);
      fill(9, [3]);
      return result;
    });
    recorded?.replay();
    expect(Array.from(store.readNow(recorded?.result ?? fill(0, [3])) ?? [])).toEqual([1, 2, 3]);
  });

  test("are not made of a body that reads", () => {
    const before = store.memory();
    const found = recorder.record(() =>
      store.scope(
        () => store.readNow(fill(1, [2])),
        () => [],
      ),
    );
    expect(found).toBeNull();
    expect(store.memory()).toEqual(before);
  });
});
