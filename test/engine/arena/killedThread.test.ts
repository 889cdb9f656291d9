import type * as WorkerThreads from "node:worker_threads";
import { expect, test, vi } from "vitest";
import { fillOf } from "../../../runtime/engine/arena/operations/fill.ts";
import { createMachine } from "../../../runtime/engine/arena/machine.ts";
import { STEP_BYTES } from "../../../runtime/engine/arena/replay.ts";
import { createStore, type Store } from "../../../runtime/engine/arena/store.ts";
import { createThreads } from "../../../runtime/engine/node/threads.ts";
import { moduleOf } from "../../../runtime/kernels/encode/module.ts";

/** What threads run before they begin, and the threads themselves. */
const doom = vi.hoisted((): { first: string; threads: WorkerThreads.Worker[] } => ({
  first: "",
  threads: [],
}));

vi.mock("node:worker_threads", async (original) => {
  const modules = await original<typeof WorkerThreads>();
  class Doomed extends modules.Worker {
    constructor(text: string, options: WorkerThreads.WorkerOptions) {
      super(`${doom.first}\n${text}`, options);
      doom.threads.push(this);
    }
  }
  return { ...modules, Worker: Doomed };
});

/** In a thread: kernels do what `death` says with the kernel and its arguments. */
const kernelsThat = (death: string): string => `
  const Instance = WebAssembly.Instance;
  WebAssembly.Instance = function (module, imports) {
    const { exports } = new Instance(module, imports);
    const deadly = (kernel) => (arena, place, first, last) => { ${death} };
    return { exports: Object.fromEntries(Object.entries(exports).map(
      ([name, found]) => [name, typeof found === "function" ? deadly(found) : found])) };
  };`;

/** A store whose only other thread dies as it is told; `wait` is the longest that one waits for it otherwise. */
function doomed(death: string, wait = 20_000): Store {
  doom.first = kernelsThat(death);
  return createStore(createMachine("test", { threads: (memory) => createThreads("test", memory, 2, wait) }));
}

/** Fills large arrays until a thread has been met. */
function fillUntilRefused(store: Store): unknown {
  const { fill } = fillOf(store);
  const start = performance.now();
  while (performance.now() - start < 20_000) {
    try {
      const array = fill(1, [4_000_000]);
      const found = store.readNow(array) ?? [];
      expect(found.every((entry) => entry === 1)).toBe(true);
      store.dispose([array]);
    } catch (error) {
      return error;
    }
  }
  return null;
}

test.each([
  ["before it touches its items", "process.exit(1);"],
  [
    "behind half of its items",
    "kernel(arena, place, first, first + ((last - first) >> 1)); process.exit(1);",
  ],
])("a thread that is killed %s is an error that names the kernel, soon and from then on", (_, death) => {
  const store = doomed(death);
  const refused = fillUntilRefused(store);
  expect(refused).toMatchObject({ name: "EngineError", operation: "fill" });
  expect(String(refused)).toMatch(/a thread has died or hangs/u);
  expect(() => fillOf(store).fill(1, [4_000_000])).toThrow(/test: fill: a thread has died or hangs/u);
});

test("a thread that throws in the middle of its items is an error that names the kernel", () => {
  const store = doomed("kernel(arena, place, first, first); throw new Error('no');");
  expect(String(fillUntilRefused(store))).toMatch(/test: fill: the kernel failed on a thread/u);
});

test("a thread that is killed between jobs leaves its share to the others", async () => {
  const store = doomed("kernel(arena, place, first, last);");
  const { fill } = fillOf(store);
  for (let round = 0; round < 20; round++) {
    const array = fill(round, [1_000_000]);
    expect(store.readNow(array)?.every((entry) => entry === round)).toBe(true);
    store.dispose([array]);
    if (round === 10) await Promise.all(doom.threads.map((thread) => thread.terminate()));
  }
});

test("a thread that is killed within a record is an error, soon and from then on", () => {
  const store = doomed("process.exit(1);");
  const { machine } = store;
  const [first, second] = ["first", "second"].map((name) =>
    machine.generate(name, moduleOf([], [], []), { results: 0, library: null }),
  );
  if (first === undefined || second === undefined) throw new Error("two kernels were made");
  const { offset: place } = machine.memory.allocate(64);
  const { offset: table } = machine.memory.allocate(2 * STEP_BYTES);
  const runs = [first, second].map((runnable) => ({ runnable, place, words: [], items: 1000, work: 1e6 }));
  const repeated = (): void => {
    const start = performance.now();
    while (performance.now() - start < 20_000) machine.repeat(runs, table);
  };
  expect(repeated).toThrow(/a thread has died or hangs/u);
  expect(repeated).toThrow(/a thread has died or hangs/u);
});
