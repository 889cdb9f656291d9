import type { Crew } from "./crew.ts";
import type { Machine, PlacedRun, Runnable } from "./machine.ts";
import type { Memory } from "./memory.ts";
import { PLACE } from "./places.ts";

/** What a run takes in the table of a record; see runtime/kernels/source/replay.c. */
export const STEP_BYTES = 32;

/** How often a thread looks for the next step before it leaves the rest to the others: some 50 milliseconds or more. */
const PATIENCE = { native: 2 ** 13 + 2 ** 10, wasm: 2 ** 15 + 2 ** 10 };

/** What replays need of a machine. */
interface Setting {
  readonly memory: Memory;
  readonly crew: Crew;
  /** whether the kernel `replay` calls kernels by their addresses, else by their numbers in the crew's table */
  readonly isNative: boolean;
  readonly kernel: () => Runnable;
}

/** Neighbours in a record, from number `first` on, and whether one call of the kernel `replay` does them. */
interface Segment {
  readonly first: number;
  readonly runs: readonly PlacedRun[];
  readonly isTogether: boolean;
}

/** A record as it stands in its table. */
interface Laid {
  /** the runs' kernels that may have successors, with the work of all their runs, and what they were laid as */
  readonly replaceable: ReadonlyMap<Runnable, { readonly work: number; readonly chosen: Runnable }>;
  readonly segments: readonly Segment[];
}

/** A call of a kernel costs about as much as so much work. */
const CALL_WORK = 5000;

/** Repeats records by the kernel `replay`, so that nothing is asked of the host between two runs. */
export function createReplays(setting: Setting): Pick<Machine, "repeat"> {
  const { memory, crew, kernel } = setting;
  const all = new WeakMap<readonly PlacedRun[], Laid>();

  const laidOf = (runs: readonly PlacedRun[], table: number): Laid => {
    const before = all.get(runs);
    if (before !== undefined && isCurrent(before)) return before;
    const laid = layOut(setting, runs, table);
    all.set(runs, laid);
    return laid;
  };
  let replay: Runnable | null = null;
  let current: readonly PlacedRun[] = [];
  const replaying = (): Runnable =>
    (replay ??= {
      ...kernel(),
      /** of the run that is being done, for errors */
      get name() {
        const [step = 0] = memory.readWords(PLACE.claim + 4, 1);
        return current[step]?.runnable.name ?? "replay";
      },
    });
  const together = (runs: readonly PlacedRun[], table: number): void => {
    current = runs;
    memory.writeWords(PLACE.claim, [0, 0]);
    memory.writeWords(PLACE.done, [0]);
    const patience = setting.isNative ? PATIENCE.native : PATIENCE.wasm;
    memory.writeWords(PLACE.arguments, [runs.length, table, PLACE.claim, PLACE.done, patience]);
    const isShared = runs.some((run) => crew.chunkOf(run) < run.items);
    if (!isShared) crew.run(replaying(), PLACE.arguments, 1, 1);
    else {
      const work = runs.reduce((sum, run) => sum + run.work, 0);
      crew.together(replaying(), PLACE.arguments, work);
    }
  };
  return {
    repeat: (runs, table) => {
      for (const { first, runs: some, isTogether } of laidOf(runs, table).segments) {
        if (isTogether) together(some, table + STEP_BYTES * first);
        else for (const run of some) crew.run(run.runnable, run.place, run.items, crew.chunkOf(run));
      }
    },
  };
}

/** Whether the kernels are still those that were laid out; asked once for all runs of a kernel. */
function isCurrent({ replaceable }: Laid): boolean {
  let same = true;
  for (const [runnable, { work, chosen }] of replaceable)
    if ((runnable.successor?.(work) ?? runnable) !== chosen) same = false;
  return same;
}

/** Writes the table of a record. */
function layOut({ memory, crew, isNative }: Setting, runs: readonly PlacedRun[], table: number): Laid {
  const works = new Map<Runnable, number>();
  for (const { runnable, work } of runs)
    if (runnable.successor !== undefined)
      works.set(runnable, (works.get(runnable) ?? 0) + Math.max(work, CALL_WORK));
  const replaceable = new Map(
    [...works].map(([runnable, work]) => [
      runnable,
      { work, chosen: runnable.successor?.(work) ?? runnable },
    ]),
  );
  const segments: Segment[] = [];
  let together: PlacedRun[] = [];
  const close = (end: number): void => {
    const first = end - together.length;
    if (together.length > 0) segments.push({ first, runs: together, isTogether: together.length > 1 });
    together = [];
  };
  runs.forEach(({ runnable: asked, ...rest }, at) => {
    const run = { runnable: replaceable.get(asked)?.chosen ?? asked, ...rest };
    const called = calledBy(crew, isNative, run.runnable);
    if (called === null) {
      close(at);
      segments.push({ first: at, runs: [run], isTogether: false });
      return;
    }
    const chunk = crew.chunkOf(run);
    const words = [...called, run.place, run.items, chunk, Math.ceil(run.items / chunk), 0, 0];
    memory.writeWords(table + STEP_BYTES * at, words);
    together.push(run);
  });
  close(runs.length);
  return { replaceable, segments };
}

/** How `replay` calls a kernel, as two words; null where it cannot. */
function calledBy(crew: Crew, isNative: boolean, runnable: Runnable): readonly [number, number] | null {
  const { source } = runnable;
  if (!isNative) return source.kind === "wasm" ? [crew.numberOf(runnable), 0] : null;
  if (source.kind !== "native" && source.kind !== "compiled") return null;
  return [source.address % 2 ** 32, Math.floor(source.address / 2 ** 32)];
}
