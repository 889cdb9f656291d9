import type * as Files from "node:fs";
import type * as WorkerThreads from "node:worker_threads";
import type { Kernel, KernelSource } from "../arena/machine.ts";
import { CONTROL_WORDS } from "../arena/places.ts";

/** The words that threads share, by their place in the control block. */
export const WORD = {
  /** the number of the job that may be entered, 0 for none */
  open: 0,
  /** what the job is: kernel, place of its arguments, items, items that are claimed at once */
  kernel: 1,
  place: 2,
  items: 3,
  chunk: 4,
  /** the next item that nobody has claimed */
  next: 5,
  /** how many threads are in the job */
  inside: 6,
  /** how many threads sleep until the next job */
  asleep: 7,
  /** 1 where a kernel has failed on a thread */
  failed: 8,
  /** how many kernels the job may call */
  known: 9,
  /** from here on, for each thread: its number in the system while it is in a job, else 0 */
  within: 16,
} as const;

/** How many threads have such a word. */
export const NUMBERED = CONTROL_WORDS - WORD.within - 1;

/** What a thread is told at its start. */
export interface ThreadData {
  readonly memory: WebAssembly.Memory;
  /** places in bytes: the control block, and the end of the thread's own stack */
  readonly control: number;
  readonly stack: number;
  /** how often a thread looks for a job before it sleeps */
  readonly patience: number;
  readonly word: typeof WORD;
  /** which word is the thread's own; beyond the words that there are, one that nobody looks at */
  readonly within: number;
}

/** What a thread is told later: the next kernel. They are numbered as they come, also in the table of functions. */
export type ThreadMessage = KernelSource;

/** What a thread asks of runtime/kernels/native/addon.c. */
interface Addon {
  readonly kernelAt: (index: number, memory: Float32Array) => Kernel;
  readonly kernelIn: (object: string, symbol: string, memory: Float32Array) => Kernel;
}

/** The number of this thread in the system, 0 where that is not told. It is run from its text, too. */
export function threadNumber({ readlinkSync }: typeof Files): number {
  try {
    return Number(readlinkSync("/proc/thread-self").split("/").at(-1));
  } catch {
    return 0;
  }
}

/**
 * Makes the kernels that a thread is told of. Each is entered in the thread's table of functions under its number, and
 * one that cannot be made says so when it is called. It is run from its text, too.
 */
export function kernelLearner({
  memory,
  stack,
}: Pick<ThreadData, "memory" | "stack">): (source: KernelSource) => Kernel {
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 64 });
  let count = 0;

  const learn = (source: KernelSource): Kernel => {
    if (source.kind === "idle") return () => undefined;
    if (source.kind !== "wasm") {
      const native = { exports: {} as Addon };
      process.dlopen(native, source.file);
      const view = new Float32Array(memory.buffer);
      return source.kind === "native"
        ? native.exports.kernelAt(source.index, view)
        : native.exports.kernelIn(source.object, source.symbol, view);
    }
    const env = { memory, __indirect_function_table: table };
    const library = source.library === null ? {} : new WebAssembly.Instance(source.library, { env }).exports;
    const { exports } = new WebAssembly.Instance(source.module, { env, library });
    const pointer = exports["__stack_pointer"];
    if (pointer instanceof WebAssembly.Global) pointer.value = stack;
    return exports[source.name] as Kernel;
  };
  const learned = (source: KernelSource): Kernel => {
    try {
      return learn(source);
    } catch (error) {
      return () => {
        throw error;
      };
    }
  };
  return (source) => {
    const kernel = learned(source);
    if (count >= table.length) table.grow(table.length);
    try {
      table.set(count, kernel);
    } catch {
      // what is no function of WebAssembly is not called by one
    }
    count += 1;
    return kernel;
  };
}

/**
 * What a thread does all its life: wait for a job, enter it, claim items until none is left, leave. It is run from its
 * text, so that it stands alone: whatever it needs it is given, `own` by `threadNumber`.
 */
export function thread(
  { workerData, receiveMessageOnPort, parentPort: port }: typeof WorkerThreads,
  own: number,
  learnerOf: typeof kernelLearner,
): void {
  const { memory, control, patience, word, within }: ThreadData = workerData;
  const words = new Int32Array(memory.buffer, control, 64);
  const kernels: Kernel[] = [];
  const learned = learnerOf(workerData);
  if (port === null) return;

  const learnUntil = (count: number): void => {
    while (kernels.length < count) {
      const received = receiveMessageOnPort(port);
      if (received === undefined) continue;
      kernels.push(learned(received.message));
    }
  };
  const work = (): void => {
    const place = Atomics.load(words, word.place) >>> 0;
    const items = Atomics.load(words, word.items);
    const chunk = Atomics.load(words, word.chunk);
    learnUntil(Atomics.load(words, word.known));
    const kernel = kernels[Atomics.load(words, word.kernel)];
    for (;;) {
      const first = Atomics.add(words, word.next, chunk);
      if (first >= items) return;
      kernel?.(0, place, first, Math.min(first + chunk, items));
    }
  };

  let last = 0;
  for (let idle = 0; ;) {
    const job = Atomics.load(words, word.open);
    if (job === 0 || job === last) {
      idle += 1;
      if (idle < patience) continue;
      Atomics.add(words, word.asleep, 1);
      Atomics.wait(words, word.open, job);
      Atomics.sub(words, word.asleep, 1);
      idle = 0;
      continue;
    }
    Atomics.add(words, word.inside, 1);
    if (Atomics.load(words, word.open) === job) {
      Atomics.store(words, within, own);
      try {
        work();
      } catch {
        Atomics.store(words, word.failed, 1);
      }
      last = job;
      Atomics.store(words, within, 0);
    }
    Atomics.sub(words, word.inside, 1);
    idle = 0;
  }
}
