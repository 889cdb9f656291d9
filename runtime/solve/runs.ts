import type { BoundInputs, BoundProgram } from "../program/bound.ts";
import type { SolveOptions } from "./options.ts";
import { formOfInputs, RecordedRun, type RunOutcome, type RunSettings } from "./recordedRun.ts";
import { runTask } from "./run.ts";
import { immediately, type Task } from "./task.ts";

/** Runs that take longer, in seconds, are not recorded: they gain little, and would keep interrupts waiting. */
const LONG_RUN = 0.2;

/** Nor are runs of more steps, whose records would be long. */
const MOST_STEPS = 1000;

/** A record of more steps costs what replays of it spare in some ten runs: so many come before it. */
const FEW_STEPS = 32;
const RUNS_BEFORE_LONG = 15;

/**
 * The runs of a program with the parameters that it has. Where it takes a fixed number of steps, the second of runs in
 * a row on data of one form (shapes, samples, sizes) is recorded, or a later one where there are many steps, and those
 * behind it of that form are replayed. One
 * record is kept, until another takes its place or `release` is called: data whose form changes from run to run
 * leave none.
 */
export class Runs {
  private readonly program: BoundProgram;
  private recorded: { readonly form: string; readonly run: RecordedRun } | null = null;
  /** the form of the run before, where that may be recorded, and how many of it came in a row */
  private last: { readonly form: string; readonly runs: number } | null = null;
  private isRefused = false;

  constructor(program: BoundProgram) {
    this.program = program;
  }

  /** Runs the program on inputs, which stay the caller's, as `runTask` does, to the last bit. */
  *take(inputs: BoundInputs, options: SolveOptions): Task<RunOutcome> {
    const settings = this.settingsOf(options);
    const form = settings === null ? null : formOf(inputs, settings);
    if (settings !== null && form !== null) {
      options.signal?.throwIfAborted();
      const outcome = yield* immediately(() => this.repeated(inputs, settings, form));
      if (outcome !== null) return outcome;
    }
    const result = yield* runTask(this.program, inputs, options);
    const runs = this.last?.form === form ? this.last.runs : 0;
    this.last = form !== null && result.seconds < LONG_RUN ? { form, runs: runs + 1 } : null;
    return result;
  }

  /** Frees the record, if there is one. */
  release(): void {
    this.recorded?.run.release();
    this.recorded = null;
    this.last = null;
  }

  /** The same by a record of this form, or by one that is made; null where there is none, or none for these numbers. */
  private repeated(inputs: BoundInputs, settings: RunSettings, form: string): RunOutcome | null {
    if (this.recorded?.form === form) {
      this.recorded.run.replay(inputs);
      return this.recorded.run.outcome();
    }
    const before = settings.steps > FEW_STEPS ? RUNS_BEFORE_LONG : 1;
    if (this.last?.form !== form || this.last.runs < before) return null;
    this.release();
    const run = RecordedRun.of(this.program, inputs, settings);
    this.isRefused = run === null;
    this.recorded = run === null ? null : { form, run };
    return run?.outcome() ?? null;
  }

  /** What a record has to know of a run; null where it cannot be one. */
  private settingsOf({ maximum, beyond, measure, progress }: SolveOptions): RunSettings | null {
    const { definition, operations, steps: own } = this.program;
    const { kind } = definition.target;
    if (kind !== "unrolled" && kind !== "direct") return null;
    const steps = kind === "direct" ? 0 : (maximum ?? own);
    const isWatched = measure !== undefined || progress !== undefined;
    const isShort = steps <= MOST_STEPS && operations.engine.recorder !== null;
    return isShort && !isWatched && !this.isRefused ? { steps, beyond } : null;
  }
}

function formOf(inputs: BoundInputs, { steps, beyond }: RunSettings): string | null {
  const form = formOfInputs(inputs);
  return form === null ? null : JSON.stringify([steps, beyond ?? null, form]);
}
