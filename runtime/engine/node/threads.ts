import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Runnable, Threads } from "../arena/machine.ts";
import type { SharedMemory } from "../arena/memory.ts";
import { CONTROL_WORDS, PLACE, STACK_SIZE } from "../arena/places.ts";
import { EngineError } from "../engine.ts";
import {
  kernelLearner,
  NUMBERED,
  thread,
  threadNumber,
  type ThreadData,
  type ThreadMessage,
  WORD,
} from "./thread.ts";

/** Rounds of waiting for a job before a thread sleeps: some 50 microseconds. */
const PATIENCE = 5000;

/** Pieces per thread that a job is claimed in: a thread that is held up leaves the others its share, and none ends late. */
const PIECES = 16;

const LONGEST_WAIT = 60_000;

/** From so many milliseconds of waiting on one looks whether the threads in a job are still alive, where that is known. */
const LOOK = 50;

const LOST = "a thread has died or hangs; start again, or choose another engine";

/**
 * As many threads as the computer has cores, this one included, on the memory of an arena. A thread that is late, or
 * not there yet, is not waited for: its items are claimed by others. One that does not come out of a job (it has died,
 * or hangs) ends the engine: nobody knows which of its items are done, and whatever is asked for afterwards is refused
 * at once, since it may still write. On Linux the death of a thread is seen, elsewhere it is waited for.
 * @param longestWait how long one waits for a thread that is in a job, in milliseconds
 */
export function createThreads(
  name: string,
  memory: SharedMemory,
  count = availableParallelism(),
  longestWait = LONGEST_WAIT,
): Threads {
  const words = new Int32Array(memory.memory.buffer, PLACE.control, CONTROL_WORDS);
  const workers = Array.from({ length: count - 1 }, (_, index) => startThread(memory, index));
  let known = 0;
  let job = 0;
  let isLost = false;

  const chunkOf = (items: number): number => Math.max(1, Math.floor(items / (PIECES * count)));
  const fail = (runnable: Runnable, reason: string): never => {
    throw new EngineError(name, runnable.name, [], reason);
  };
  const closed = (): boolean => {
    Atomics.store(words, WORD.open, 0);
    const start = performance.now();
    for (let round = 0; Atomics.load(words, WORD.inside) > 0; round += 1) {
      if (round % 10_000 !== 9_999) continue;
      const waited = performance.now() - start;
      if (waited <= longestWait && (waited <= LOOK || !isAnyGone(words))) continue;
      isLost = true;
      return false;
    }
    return true;
  };

  return {
    count,
    chunkOf,
    processorTime: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    learn({ source }) {
      const message: ThreadMessage = source;
      for (const worker of workers) worker.postMessage(message);
      known += 1;
    },
    run(runnable, number, place, items) {
      if (isLost) fail(runnable, LOST);
      const chunk = chunkOf(items);
      Atomics.store(words, WORD.known, known);
      Atomics.store(words, WORD.kernel, number);
      Atomics.store(words, WORD.place, place);
      Atomics.store(words, WORD.items, items);
      Atomics.store(words, WORD.chunk, chunk);
      Atomics.store(words, WORD.next, 0);
      job = (job % 0x3fffffff) + 1;
      Atomics.store(words, WORD.open, job);
      if (Atomics.load(words, WORD.asleep) > 0) Atomics.notify(words, WORD.open);
      try {
        for (;;) {
          const first = Atomics.add(words, WORD.next, chunk);
          if (first >= items) break;
          runnable.kernel(0, place, first, Math.min(first + chunk, items));
        }
      } catch (error) {
        closed();
        fail(runnable, `the kernel failed: ${error instanceof Error ? error.message : String(error)}`);
      }
      if (!closed()) fail(runnable, LOST);
      if (Atomics.exchange(words, WORD.failed, 0) !== 0) fail(runnable, "the kernel failed on a thread");
    },
  };
}

/** Whether a thread that is in a job is no thread of this process any more. */
function isAnyGone(words: Int32Array): boolean {
  return Array.from({ length: NUMBERED }, (_, index) => Atomics.load(words, WORD.within + index)).some(
    (task) => task > 0 && !existsSync(`/proc/self/task/${task}`),
  );
}

function startThread(memory: SharedMemory, index: number): Worker {
  const { offset } = memory.allocate(STACK_SIZE);
  const workerData: ThreadData = {
    memory: memory.memory,
    control: PLACE.control,
    stack: offset + STACK_SIZE,
    patience: PATIENCE,
    word: WORD,
    within: WORD.within + Math.min(index, NUMBERED),
  };
  const own = `(${threadNumber.toString()})(require("node:fs"))`;
  const text = `(${thread.toString()})(require("node:worker_threads"), ${own}, ${kernelLearner.toString()})`;
  const worker = new Worker(text, { eval: true, workerData });
  // one that dies between jobs is not missed; one that dies in a job is seen there
  worker.on("error", () => undefined);
  worker.unref();
  return worker;
}
