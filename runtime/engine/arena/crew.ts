import type { PlacedRun, Runnable, Threads } from "./machine.ts";

/** The least work that is worth calling threads: some 10 microseconds of one. */
const WORTH_THREADS = 1e5;

/** Who runs kernels: the thread that asks, and others where there are any and it pays. */
export interface Crew {
  /** the kernels by their numbers, for those that call others */
  readonly table: WebAssembly.Table;
  /** The number of a kernel, the same on all threads. */
  numberOf(runnable: Runnable): number;
  /** How many items are claimed at once: all where threads would not pay. */
  chunkOf(run: Pick<PlacedRun, "items" | "work">): number;
  /** Runs a kernel on the items [0, items), of which `chunkOf` gave that number at once. */
  run(runnable: Runnable, place: number, items: number, chunk: number): void;
  /**
   * Runs a kernel of an item a thread, each of which does what the others leave. Where the process had less than one
   * processor meanwhile, threads have waited for one that other programs held up: then this thread does without the
   * others, for some times what was lost.
   */
  together(runnable: Runnable, place: number, work: number): void;
}

/** Work that is long enough to look at the processors' time: some 500 microseconds. */
const LONG = 5e6;

/** The part of a time that may be lost, and how many times as long one does without the other threads. */
const TOLERATED = 0.2;
const ALONE = 10;

/** A crew; `failure` is the error of a kernel that failed on the thread that asks. */
export function createCrew(
  threadsOf: (() => Threads) | null,
  failure: (runnable: Runnable, error: unknown) => Error,
): Crew {
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 64 });
  const numbers = new Map<Runnable, number>();
  let threads: Threads | null = null;
  let aloneUntil = 0;

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
  const alone = (runnable: Runnable, place: number, items: number): void => {
    try {
      runnable.kernel(0, place, 0, items);
    } catch (error) {
      throw failure(runnable, error);
    }
  };
  return {
    table,
    numberOf,
    chunkOf: ({ items, work }) => {
      if (items < 2 || work < WORTH_THREADS) return items;
      const found = crew();
      return found === null || found.count < 2 ? items : found.chunkOf(items);
    },
    run: (runnable, place, items, chunk) => {
      if (chunk < items && threads !== null) threads.run(runnable, numberOf(runnable), place, items);
      else alone(runnable, place, items);
    },
    together: (runnable, place, work) => {
      const start = performance.now();
      if (threads === null || start < aloneUntil) {
        alone(runnable, place, 1);
        return;
      }
      const before = work < LONG ? null : threads.processorTime();
      threads.run(runnable, numberOf(runnable), place, threads.count);
      if (before === null) return;
      const end = performance.now();
      const lost = end - start - (threads.processorTime() - before);
      if (lost > TOLERATED * (end - start)) aloneUntil = end + ALONE * lost;
    },
  };
}
