import type { KernelName } from "../../kernels/catalogue.ts";
import { type Machine, type Runnable, writingOf } from "./machine.ts";
import type { Memory } from "./memory.ts";

/** A run of a kernel that is done. */
export interface WatchedRun {
  readonly kernel: KernelName | Runnable;
  /** on the thread that asked, until the last item was done on any */
  readonly seconds: number;
  /** about how many operations, as the machine was told */
  readonly work: number;
  /** in the blocks that begin at its arguments, scratch included; twice where a kernel is known to read and write one */
  readonly bytes: number;
}

/** Told of each run of a machine, repeated ones included, in order. */
export type Watch = (run: WatchedRun) => void;

/** The machine, of whose runs a watcher is told. */
export function watchedMachine(machine: Machine, watch: Watch): Machine {
  const { memory, sizes } = countedMemory(machine.memory);
  const told = (run: Omit<WatchedRun, "seconds" | "bytes">, words: readonly number[], body: () => void) => {
    const start = performance.now();
    body();
    const seconds = (performance.now() - start) / 1000;
    const { results } = typeof run.kernel === "string" ? writingOf(run.kernel) : run.kernel;
    const written = new Set(words.filter((_, index) => results.includes(index)));
    const others = new Set(words.filter((_, index) => !results.includes(index)));
    const bytes = [...written, ...others].reduce((sum, word) => sum + (sizes.get(word) ?? 0), 0);
    watch({ ...run, seconds, bytes });
  };
  return {
    ...machine,
    memory,
    run: (kernel, words, items, work) => {
      told({ kernel, work }, words, () => machine.run(kernel, words, items, work));
    },
    repeat: (runs, table) => {
      for (const run of runs) {
        told({ kernel: run.runnable, work: run.work }, run.words, () => machine.repeat([run], table));
      }
    },
  };
}

/** A memory, and the bytes that were asked for of each block that is in use, by its place. */
function countedMemory(memory: Memory): {
  readonly memory: Memory;
  readonly sizes: ReadonlyMap<number, number>;
} {
  const sizes = new Map<number, number>();
  const { writeFloats, writeWords, readFloats, readWords } = memory;
  const counted: Memory = {
    get used() {
      return memory.used;
    },
    get peak() {
      return memory.peak;
    },
    allocate: (bytes) => {
      const block = memory.allocate(bytes);
      sizes.set(block.offset, bytes);
      return block;
    },
    free: (block) => {
      sizes.delete(block.offset);
      memory.free(block);
    },
    ...{ writeFloats, writeWords, readFloats, readWords },
  };
  return { memory: counted, sizes };
}
