import { handlesOf, type ArrayValue, type Value } from "../arrays/value.ts";
import type { Handle, Recorded, Recorder } from "../engine/engine.ts";
import { isValue, type BoundInputs, type BoundProgram } from "../program/bound.ts";
import type { Bound, Known } from "../program/definition.ts";
import {
  boundProgramHandles,
  firstState,
  namesOfStep,
  prepareBatch,
  stepNumber,
  type Batch,
  type Beyond,
} from "./batch.ts";
import { copyOf } from "./copies.ts";
import { evaluateEnd } from "./finish.ts";
import { closeFixed, judge, testLanes, testNumbers } from "./judgement.ts";
import type { SolveResult } from "./result.ts";
import { Samples } from "./samples.ts";
import { stepsToTest, type Schedule } from "./solve.ts";
import { performNow, readLanes } from "./task.ts";
import { handlesOfValues, Holder } from "./vector.ts";

/** A run without its states, which a record keeps in no place of their own. */
export type RunOutcome = Omit<SolveResult, "states" | "reports" | "assumptionsBroken">;

/** What a run does beside what the program says: the same for every replay. */
export interface RunSettings {
  readonly steps: number;
  readonly beyond: Beyond | undefined;
}

/** What is read of states: after so many steps, as many behind the look before. */
interface Look {
  readonly taken: number;
  readonly count: number;
  readonly lanes: readonly ArrayValue[];
}

/** What a replay computes anew. */
interface Forward {
  readonly batch: Batch;
  readonly looks: readonly Look[];
  readonly output: Value;
  readonly objective: ArrayValue | null;
}

/**
 * A run of a fixed number of steps as one record of its engine: preparation, all steps, and the output. Later runs on
 * data of the same form copy these to where the record reads them, and ask for nothing but the replay. It takes
 * the room of one run at its peak, until it is released.
 */
export class RecordedRun {
  private readonly recorder: Recorder;
  /** where inputs are copied to */
  private readonly inputs: readonly Handle[];
  /** of what is kept, what belongs to the record */
  private readonly own: readonly Handle[];
  private readonly recorded: Recorded<Forward>;
  private begun: number;

  private constructor(made: {
    readonly recorder: Recorder;
    readonly inputs: readonly Handle[];
    readonly own: readonly Handle[];
    readonly recorded: Recorded<Forward>;
    readonly begun: number;
  }) {
    this.recorder = made.recorder;
    this.inputs = made.inputs;
    this.own = made.own;
    this.recorded = made.recorded;
    this.begun = made.begun;
  }

  /** Runs a program and records it; null where it looks at numbers while it runs, and on engines that do not record. */
  static of(program: BoundProgram, inputs: BoundInputs, settings: RunSettings): RecordedRun | null {
    const begun = performance.now();
    const { engine } = program.operations;
    const { recorder } = engine;
    if (recorder === null) return null;
    const known = copiedValues(inputs.known, (value) => copyOf(engine, recorder, value));
    const own: BoundInputs = { ...inputs, known };
    const copies = arraysOf(known);
    try {
      const recorded = recorder.record(() =>
        engine.scope(() => forward(program, own, settings), keptHandles),
      );
      if (recorded !== null) {
        const foreign = boundProgramHandles(program, own);
        const kept = keptHandles(recorded.result).filter((handle) => !foreign.has(handle));
        return new RecordedRun({ recorder, inputs: copies, own: kept, recorded, begun });
      }
    } catch (error) {
      engine.dispose(copies);
      throw error;
    }
    engine.dispose(copies);
    return null;
  }

  /** Runs again, on inputs of the same form, which stay the caller's. */
  replay(inputs: BoundInputs): void {
    this.begun = performance.now();
    arraysOf(inputs.known).forEach((array, index) => {
      const to = this.inputs[index];
      if (to !== undefined) this.recorder.copy(array, to);
    });
    this.recorded.replay();
  }

  /**
   * What the last run gave, on handles that the caller owns; null where states stopped being finite, of which a run
   * keeps the last that were.
   */
  outcome(): RunOutcome | null {
    const { batch, looks, output, objective } = this.recorded.result;
    const { operations, samples: count } = batch;
    const samples = new Samples(count);
    const numbers = performNow(
      operations,
      readLanes(
        looks.flatMap(({ lanes }) => lanes),
        count,
      ),
    );
    let next = 0;
    for (const look of looks) {
      const found = numbers.slice(next, next + look.lanes.length);
      next += look.lanes.length;
      const finite = judge(samples, testNumbers(batch, false, found, null), look.taken, look.count, false);
      if (finite.includes(false)) return null;
    }
    closeFixed(samples);
    const { iterations, residual, reason } = samples;
    const [values] = objective === null ? [] : performNow(operations, readLanes([objective], count));
    const copy = copyOf(operations.engine, this.recorder, output);
    return {
      output: copy,
      batch: batch.batch,
      samples: count,
      iterations,
      converged: null,
      residual,
      objective: values === undefined ? null : [...values],
      reason,
      seconds: (performance.now() - this.begun) / 1000,
      trace: null,
      owned: handlesOf(copy),
    };
  }

  /** Frees the record and its places. */
  release(): void {
    const { engine } = this.recorded.result.batch.operations;
    engine.dispose([...this.own, ...this.inputs]);
    this.recorded.release();
  }
}

/** A run of all steps, with what tests of an iteration would read of it. Call it inside a scope. */
function forward(program: BoundProgram, inputs: BoundInputs, { steps, beyond }: RunSettings): Forward {
  const prepared = prepareBatch(program, inputs);
  const batch = beyond === undefined ? prepared : { ...prepared, beyond };
  const { operations } = batch;
  const { engine } = operations;
  const schedule: Schedule = { maximum: steps, every: 1, tests: false };
  const holder = new Holder(engine, batch.foreign);
  const looks: Look[] = [];
  const heldLanes = (): readonly Handle[] => looks.flatMap(({ lanes }) => lanes.map(({ handle }) => handle));
  let states = engine.scope(() => firstState(batch), handlesOfValues);
  holder.hold(handlesOfValues(states));
  for (let taken = 0; taken < steps;) {
    const count = stepsToTest(schedule, taken);
    const before = states;
    for (let step = taken; step < taken + count; step++) {
      const from = states;
      states = engine.scope(
        () => stepNumber(batch, step).run(operations, namesOfStep(batch, step), from).values,
        handlesOfValues,
      );
      holder.hold([...heldLanes(), ...handlesOfValues(before), ...handlesOfValues(states)]);
    }
    taken += count;
    const lanes = engine.scope(
      () => testLanes(batch, false, namesOfStep(batch, taken - 1), { states, reports: {} }, before),
      (found) => found.map(({ handle }) => handle),
    );
    looks.push({ taken, count, lanes });
    holder.hold([...heldLanes(), ...handlesOfValues(states)]);
  }
  return { batch, looks, ...evaluateEnd(batch, Math.max(0, steps - 1), states) };
}

function keptHandles({ looks, output, objective }: Forward): readonly Handle[] {
  const lanes = looks.flatMap((look) => look.lanes.map(({ handle }) => handle));
  return [...lanes, ...handlesOf(output), ...(objective === null ? [] : [objective.handle])];
}

/** The same names, with other values. */
function copiedValues(known: Known, copy: (value: Value) => Value): Known {
  return Object.fromEntries(
    Object.entries(known).map(([name, bound]) => [name, isValue(bound) ? copy(bound) : bound]),
  );
}

function arraysOf(known: Known): readonly Handle[] {
  return Object.values(known).flatMap((bound) => (isValue(bound) ? handlesOf(bound) : []));
}

/**
 * What has to be the same of inputs that one record runs on, as text: names, shapes, samples, sizes. Null where there are
 * operators or maps among them.
 */
export function formOfInputs({ known, batch, samples, first, single }: BoundInputs): string | null {
  const entries = Object.entries(known);
  const isFixed = entries.some(
    ([, bound]) => typeof bound === "object" && (bound.kind === "operator" || bound.kind === "map"),
  );
  if (isFixed) return null;
  return JSON.stringify([batch, samples, first, single, entries.map(([name, bound]) => [name, form(bound)])]);
}

function form(bound: Bound): unknown {
  if (typeof bound === "number" || !isValue(bound)) return bound;
  if (bound.kind === "product") return bound.parts.map(form);
  const { field, shape, batch } = bound;
  return [field, shape, batch];
}
