import {
  createRunRecorder,
  generatedWriting,
  type Machine,
  type Runnable,
  type Writing,
  writingOf,
} from "./machine.ts";
import { createBlocks } from "./memory.ts";
import { PLACE } from "./places.ts";
import type { Answer } from "../engine.ts";

/**
 * A machine that computes nothing and has no memory: it gives out the same blocks as one that does, so that its peak is
 * what an arena would hold. What is read from it is answered; flags of kernels are clear.
 */
export function createLedger(name: string, answer: Answer): Machine {
  const blocks = createBlocks(name, PLACE.end, () => true);
  const recorder = createRunRecorder();
  let reads = 0;
  return {
    name,
    memory: {
      get used() {
        return blocks.used;
      },
      get peak() {
        return blocks.peak;
      },
      allocate: blocks.allocate,
      free: blocks.free,
      writeFloats: () => undefined,
      writeWords: () => undefined,
      readFloats: (_, count) => {
        const read = reads++;
        return Float32Array.from({ length: count }, (__, entry) => answer(read, entry));
      },
      readWords: (_, count) => new Uint32Array(count),
    },
    run: (kernel, words, items, work) => {
      const runnable = typeof kernel === "string" ? idle(kernel, writingOf(kernel)) : kernel;
      if (items > 0) recorder.note({ runnable, words, items, work });
    },
    generate: (title, _, of) => idle(title, generatedWriting(of)),
    record: recorder.record,
    repeat: () => undefined,
  };
}

/** A kernel that does nothing. */
function idle(name: string, writing: Writing): Runnable {
  return { name, source: { kind: "idle" }, kernel: () => undefined, ...writing };
}
