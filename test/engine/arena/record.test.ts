import { describe, expect, test } from "vitest";
import { parse } from "../../../runtime/arrays/parse.ts";
import { elementwiseOf } from "../../../runtime/engine/arena/elementwise.ts";
import { createMachine, type Equipment } from "../../../runtime/engine/arena/machine.ts";
import { createStore } from "../../../runtime/engine/arena/store.ts";
import { fillOf } from "../../../runtime/engine/arena/fill.ts";
import { optimisersOf } from "../../../runtime/engine/arena/optimisers.ts";
import { createThreads } from "../../../runtime/engine/node/threads.ts";

const MACHINES: readonly (readonly [string, Equipment])[] = [
  ["one thread", {}],
  ["three threads", { threads: (memory) => createThreads("test", memory, 3) }],
];

describe.each(MACHINES)("records on %s", (_, equipment) => {
  const store = createStore(createMachine("test", equipment));
  const { fill } = fillOf(store);
  const { recorder } = optimisersOf(store);
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

  test("update arrays in place, but where the old entries are asked for later", () => {
    const update = { kind: "momentum", rate: 0.5, momentum: 0.25, nesterov: false } as const;
    const size = 20_000;
    for (const isAskedFor of [false, true]) {
      const [x, slot, gradient, old] = [fill(8, [size]), fill(4, [size]), fill(1, [size]), fill(0, [size])];
      const recorded = recorder.record(() => {
        const after = recorder.update(update, x, gradient, [slot]);
        if (isAskedFor) recorder.copy(x, old);
        recorder.copy(after.value, x);
        recorder.copy(after.slots[0] ?? slot, slot);
        store.dispose([after.value, ...after.slots]);
        return after.renumber;
      });
      const entries = () => [x, slot, old].map((array) => new Set(store.readNow(array)));
      expect(entries()).toEqual([new Set([7]), new Set([2]), new Set([isAskedFor ? 8 : 0])]);
      recorded?.result({ ...update, rate: 2 });
      recorded?.replay();
      expect(entries()).toEqual([new Set([4]), new Set([1.5]), new Set([isAskedFor ? 7 : 0])]);
      store.dispose([x, slot, gradient, old]);
      recorded?.release();
    }
  });

  test("write where a copy would go, also what is read before it is copied", () => {
    const repeated: string[] = [];
    const machine = createMachine("test", equipment);
    const watched = createStore({
      ...machine,
      repeat: (runs) => {
        repeated.push(...runs.map(({ runnable }) => runnable.name));
        machine.repeat(runs);
      },
    });
    const { elementwise } = elementwiseOf(watched);
    const upload = (value: number) => watched.upload(new Float32Array(50_000).fill(value), [50_000]);
    const [x, y, old] = [upload(1), upload(0), upload(5)];
    const recorded = watched.recorder.record(() =>
      watched.scope(
        () => {
          const made = elementwise(parse("x + 1"), { x });
          const read = elementwise(parse("2*made + old"), { made, old });
          watched.recorder.copy(made, y);
          watched.recorder.copy(read, x);
          watched.recorder.copy(made, old);
          return [];
        },
        () => [],
      ),
    );
    recorded?.replay();
    expect([x, y, old].map((each) => new Set(watched.readNow(each)))).toEqual([
      new Set([22]),
      new Set([10]),
      new Set([10]),
    ]);
    expect(repeated).toEqual(["elementwise", "elementwise", "copy", "copy"]);
    const alone = watched.recorder.record(() =>
      watched.scope(
        () => {
          const made = elementwise(parse("x + 1"), { x });
          watched.recorder.copy(elementwise(parse("2*made"), { made }), old);
          watched.recorder.copy(made, y);
          return [];
        },
        () => [],
      ),
    );
    repeated.length = 0;
    alone?.replay();
    expect(repeated).toEqual(["elementwise", "elementwise"]);
    expect([y, old].map((each) => new Set(watched.readNow(each)))).toEqual([new Set([23]), new Set([46])]);
    watched.dispose([x, y, old]);
    recorded?.release();
    alone?.release();
  });

  test("take turns in the places of one another", () => {
    const input = fill(1, [1000]);
    const first = recorder.record(() => {
      const passing = fill(5, [1000]);
      const kept = fill(0, [1000]);
      recorder.copy(input, kept);
      store.dispose([passing]);
      return kept;
    });
    if (first === null) throw new Error("nothing was read");
    const { used } = store.machine.memory;
    const second = recorder.record(() => {
      const again = fill(3, [1000]);
      recorder.copy(again, input);
      store.dispose([again]);
    }, first);
    expect(store.machine.memory.used - used).toBeLessThan(1000);
    second?.replay();
    first.replay();
    expect(new Set(store.readNow(first.result))).toEqual(new Set([3]));
    store.dispose([first.result, input]);
    first.release();
    second?.release();
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
