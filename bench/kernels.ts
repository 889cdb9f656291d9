import { operations, type Operations } from "ipc/runtime";
import { arenaEngine } from "../runtime/engine/arena.ts";
import type { WatchedRun } from "../runtime/engine/arena/watch.ts";
import { nativeEquipment, nodeEquipment } from "../runtime/engine/node/equipment.ts";

/** What a kernel did in one run of a case, on average. */
export interface KernelShare {
  readonly kernel: string;
  readonly calls: number;
  readonly seconds: number;
  /** operations, as the engine counts them */
  readonly work: number;
  /** in the arrays that it is given */
  readonly bytes: number;
}

/** The operations of the language on an engine whose kernels are timed, and what they did since they were asked last. */
export interface WatchedOperations {
  readonly operations: Operations;
  /** by kernel, the longest first; over so many runs */
  readonly shares: (runs: number) => readonly KernelShare[];
}

/**
 * Opens an engine of its own kernels, so as to see where time goes: on the thread that asks, waiting for others included.
 * @throws Error for engines whose kernels are others'; EngineError
 */
export function watchedOperations(name: string): WatchedOperations {
  const equipment = { wasm: () => nodeEquipment(name), native: () => nativeEquipment() }[name];
  if (equipment === undefined) throw new Error(`the kernels of ${name} cannot be seen`);
  const sums = new Map<ReturnType<typeof keyOf>, KernelShare>();
  const engine = arenaEngine(name, equipment(), (run) => {
    const key = keyOf(run);
    const before = sums.get(key) ?? { calls: 0, seconds: 0, work: 0, bytes: 0 };
    sums.set(key, {
      kernel: titleOf(run),
      calls: before.calls + 1,
      seconds: before.seconds + run.seconds,
      work: before.work + run.work,
      bytes: before.bytes + run.bytes,
    });
  });
  return {
    operations: operations(engine),
    shares: (runs) => {
      const found = [...sums.values()].toSorted((a, b) => b.seconds - a.seconds);
      sums.clear();
      return found.map(({ kernel, calls, seconds, work, bytes }) => ({
        kernel,
        calls: calls / runs,
        seconds: seconds / runs,
        work: work / runs,
        bytes: bytes / runs,
      }));
    },
  };
}

/** Kernels that were written at run time are told apart, others have names. */
function keyOf({ kernel }: WatchedRun): WatchedRun["kernel"] | string {
  return typeof kernel === "string" || kernel.reads.length > 0 ? kernel : kernel.name;
}

function titleOf({ kernel }: WatchedRun): string {
  if (typeof kernel === "string") return kernel;
  const { name, reads, results } = kernel;
  return reads.length === 0 ? name : `${name}, ${reads.length} to ${results.length}`;
}
