import type { EngineError, Handle, Recorded, Recorder } from "../engine.ts";
import { sizeOf } from "../shape.ts";
import type { Machine, PlacedRun, Run } from "./machine.ts";
import { foldCopies } from "./foldCopies.ts";
import type { Block, Room } from "./memory.ts";
import { createPool, type Pool } from "./pool.ts";
import { STEP_BYTES } from "./replay.ts";

/** What the store must know of records. */
export interface Recording {
  /** Where arrays come from now. */
  room(): Room;
  /** Where arrays come from now whose numbers the host writes. */
  lasting(): Room;
  /** @throws NotRecordable while something is recorded */
  refuseReading(array: Handle): void;
  recorder(blockOf: (array: Handle) => Block): Omit<Recorder, "update">;
}

/** Thrown out of a body that reads numbers, and caught where it is recorded. */
class NotRecordable extends Error {}

/** Records on a machine. While one is made, arrays come from a pool of its own. */
export function createRecorder(
  machine: Machine,
  refuse: (operation: string, arrays: readonly Handle[], reason: string) => EngineError,
): Recording {
  const { memory } = machine;
  let pool: Pool | null = null;

  const pools = new WeakMap<Recorded<unknown>, Pool>();
  const record: Recorder["record"] = <T>(body: () => T, after?: Recorded<unknown>) => {
    if (pool !== null) throw refuse("record", [], "a record within a record");
    const own = (after === undefined ? undefined : pools.get(after)) ?? createPool(memory);
    pool = own;
    try {
      const { result, runs } = machine.record(body);
      const placed = placedRuns(machine, own, foldCopies(runs));
      const { offset: table } = own.pin(STEP_BYTES * placed.length);
      const replay = (): void => machine.repeat(placed, table);
      const recorded: Recorded<T> = { result, replay, release: own.release };
      pools.set(recorded, own);
      return recorded;
    } catch (error) {
      own.release();
      if (error instanceof NotRecordable) return null;
      throw error;
    } finally {
      pool = null;
    }
  };
  return {
    room: () => pool ?? memory,
    lasting: () => (pool === null ? memory : { allocate: pool.pin, free: () => undefined }),
    refuseReading: () => {
      if (pool !== null) throw new NotRecordable();
    },
    recorder: (blockOf) => ({
      record,
      copy: (from, to) => {
        const entries = sizeOf(from.shape);
        if (entries !== sizeOf(to.shape)) throw refuse("copy", [from, to], "the sizes differ");
        const words = [blockOf(to).offset, blockOf(from).offset, entries, COPIED];
        machine.run("copy", words, Math.ceil(entries / COPIED), entries);
      },
      write: (to, numbers) => {
        if (numbers.length !== sizeOf(to.shape)) throw refuse("write", [to], `not ${numbers.length} numbers`);
        memory.writeFloats(blockOf(to).offset, numbers);
      },
    }),
  };
}

/** Entries of a work item of `copy`: 64 KiB. */
const COPIED = 16384;

/** The runs, with their arguments in the arena one behind the other. */
function placedRuns({ memory }: Machine, pool: Pool, runs: readonly Run[]): readonly PlacedRun[] {
  const total = runs.reduce((sum, { words }) => sum + words.length, 0);
  let { offset: place } = pool.pin(4 * total);
  return runs.map((run) => {
    const placed = { ...run, place };
    memory.writeWords(place, run.words);
    place += 4 * run.words.length;
    return placed;
  });
}
