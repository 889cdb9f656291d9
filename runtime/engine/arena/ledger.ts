import {
  createRunRecorder,
  generatedWriting,
  type Machine,
  type Runnable,
  type Writing,
  writingOf,
} from "./machine.ts";
import { classOf, createBlocks, LARGEST_ARENA, noRoom } from "./memory.ts";
import { PLACE } from "./places.ts";
import type { Answer } from "../engine.ts";

/** From so many numbers on, what is read is one answer for all of them. */
const MANY = 2 ** 20;

/**
 * A machine that computes nothing and has no memory: it gives out the same blocks as one that does, so that its peak is
 * what an arena would hold. What is read from it is answered; flags of kernels are clear. Where `held` bytes stand
 * elsewhere, it refuses what an arena would not hold beside them; with null it refuses nothing.
 */
export function createLedger(name: string, answer: Answer, held: number | null): Machine {
  const blocks = createBlocks(name, PLACE.end, () => true);
  const allocate: typeof blocks.allocate = (bytes) => {
    const used = (held ?? 0) + blocks.used;
    if (held !== null && used + classOf(bytes) > LARGEST_ARENA) throw noRoom(name, bytes, used);
    return blocks.allocate(bytes);
  };
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
      allocate,
      free: blocks.free,
      writeFloats: () => undefined,
      writeWords: () => undefined,
      readFloats: (_, count) => {
        const read = reads++;
        if (count > MANY) return new Float32Array(count).fill(answer(read, 0));
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
