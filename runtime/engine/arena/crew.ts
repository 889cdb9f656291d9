import type { PlacedRun, Runnable, Threads } from "./machine.ts";

/** The least work that is worth calling threads: some 10 microseconds of one. */
const WORTH_THREADS = 1e5;

/** Who runs kernels: the thread that asks, and others where there are any and it pays. */
export interface Crew {
  /** the kernels by their numbers, for those that call others */
  readonly table: WebAssembly.Table;
  /** How many threads there are, where any have been called. */
  count(): number;
  /** The number of a kernel, the same on all threads. */
  numberOf(runnable: Runnable): number;
  /** How many items are claimed at once: all where threads would not pay. */
  chunkOf(run: Pick<PlacedRun, "items" | "work">): number;
  /** Runs a kernel on the items [0, items), of which `chunkOf` gave that number at once. */
  run(runnable: Runnable, place: number, items: number, chunk: number): void;
}

/** A crew; `failure` is the error of a kernel that failed on the thread that asks. */
export function createCrew(
  threadsOf: (() => Threads) | null,
  failure: (runnable: Runnable, error: unknown) => Error,
): Crew {
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 64 });
  const numbers = new Map<Runnable, number>();
  let threads: Threads | null = null;

  const crew = (): Threads | null => {
    if (threads !== null || threadsOf === null) return threads;
    threads = threadsOf();
    for (const runnable of numbers.keys()) threads.learn(runnable);
    return threads;
  };
  const numberOf = (runnable: Runnable): number => {
    const before = numbers.get(runnable);
    if (before !== undefined) return before;
    const number = numbers.size;
    numbers.set(runnable, number);
    if (number >= table.length) table.grow(table.length);
    if (runnable.source.kind === "wasm") table.set(number, runnable.kernel);
    threads?.learn(runnable);
    return number;
  };
  return {
    table,
    count: () => threads?.count ?? 1,
    numberOf,
    chunkOf: ({ items, work }) => {
      if (items < 2 || work < WORTH_THREADS) return items;
      const found = crew();
      return found === null || found.count < 2 ? items : found.chunkOf(items);
    },
    run: (runnable, place, items, chunk) => {
      if (chunk < items && threads !== null) {
        threads.run(runnable, numberOf(runnable), place, items);
        return;
      }
      try {
        runnable.kernel(0, place, 0, items);
      } catch (error) {
        throw failure(runnable, error);
      }
    },
  };
}
