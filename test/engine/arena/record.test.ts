import { describe, expect, test } from "vitest";
import { parse } from "../../../runtime/arrays/parse.ts";
import { elementwiseOf } from "../../../runtime/engine/arena/operations/elementwise.ts";
import { createMachine, type Equipment, type Runnable } from "../../../runtime/engine/arena/machine.ts";
import { STEP_BYTES } from "../../../runtime/engine/arena/replay.ts";
import { createStore } from "../../../runtime/engine/arena/store.ts";
import { fillOf } from "../../../runtime/engine/arena/operations/fill.ts";
import { optimisersOf } from "../../../runtime/engine/arena/operations/optimisers.ts";
import { createThreads } from "../../../runtime/engine/node/threads.ts";
import { moduleOf } from "../../../runtime/kernels/encode/module.ts";

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
      repeat: (runs, table) => {
        repeated.push(...runs.map(({ runnable }) => runnable.name));
        machine.repeat(runs, table);
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

  test("do their runs in order, small ones between large ones, thousands of times", () => {
    const { elementwise } = elementwiseOf(store);
    const [large, small] = [fill(0, [200_000]), fill(0, [1])];
    const rounds = 5;
    const recorded = recorder.record(() =>
      store.scope(
        () => {
          for (let round = 0; round < rounds; round++) {
            recorder.copy(elementwise(parse("small + 1"), { small }), small);
            recorder.copy(elementwise(parse("large + small"), { large, small }), large);
          }
          return [];
        },
        () => [],
      ),
    );
    if (recorded === null) throw new Error("nothing was read");
    const replays = 400;
    for (let replay = 0; replay < replays; replay++) recorded.replay();
    const count = rounds * (replays + 1);
    expect(new Set(store.readNow(small))).toEqual(new Set([count]));
    expect(new Set(store.readNow(large))).toEqual(new Set([(count * (count + 1)) / 2]));
    store.dispose([large, small]);
    recorded.release();
  });

  test("name the run whose kernel fails, and go on with what comes after", () => {
    const machine = createMachine("test", equipment);
    const [idle, failing] = (["idle", "reckless"] as const).map((name) => {
      const body = name === "idle" ? [] : [0x00];
      return machine.generate(name, moduleOf([], [], body), { results: 0, library: null });
    });
    if (idle === undefined || failing === undefined) throw new Error("two kernels were made");
    const { offset: place } = machine.memory.allocate(64);
    const repeat = (kernels: readonly Runnable[], items: number): void => {
      const runs = kernels.map((runnable) => ({ runnable, place, words: [], items, work: 1e6 }));
      machine.repeat(runs, machine.memory.allocate(STEP_BYTES * runs.length).offset);
    };
    for (const items of [1, 1000]) {
      expect(() => {
        repeat([idle, failing, idle], items);
      }).toThrow(/test: reckless.*: the kernel failed/u);
      repeat([idle, idle, idle], items);
    }
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
