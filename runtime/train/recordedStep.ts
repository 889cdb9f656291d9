import { requireFiniteLoss, releaseGradient, type Gradient } from "../adjoint/gradient.ts";
import type { Operations } from "../arrays/operations.ts";
import { handlesOf, type Value } from "../arrays/value.ts";
import type { Handle, Recorded, Recorder } from "../engine/engine.ts";
import { sameShape } from "../engine/shape.ts";
import { isValue, type BoundInputs } from "../program/bound.ts";
import type { Reading, Task } from "../solve/task.ts";
import type { Renumber } from "./optimisers/rule.ts";
import { updateHandles, type StageUpdate, type UpdateResult } from "./update.ts";

/** The arrays that a step of training is about: inputs of a batch, and what the output should be. */
export interface StepData {
  readonly bound: BoundInputs;
  readonly wanted: { readonly value: Value; readonly owned: readonly Handle[] };
}

/** What is recorded: a gradient that reads its losses and nothing else, and the update that it ends in. */
export interface StepRecording {
  readonly operations: Operations;
  readonly data: StepData;
  readonly task: Task<Gradient>;
  readonly update: StageUpdate;
  /** what the update told, and will tell, about its numbers */
  readonly renumber: readonly Renumber[];
  /** where variables and the optimiser's memory stand, before and after */
  readonly places: UpdateResult;
  /** handles that are not the training's own */
  readonly foreign: ReadonlySet<Handle>;
}

/**
 * A step of training as two records of its engine, up to the losses and from there on, which move the variables where
 * they stand: later steps allocate nothing, and weights and moments are read and written once.
 */
export class RecordedStep {
  private readonly operations: Operations;
  private readonly recorder: Recorder;
  private readonly data: StepData;
  private readonly renumber: readonly Renumber[];
  private readonly forward: Recorded<Reading>;
  private readonly backward: Recorded<unknown>;

  private constructor(
    { operations, data, renumber }: StepRecording,
    recorder: Recorder,
    forward: Recorded<Reading>,
    backward: Recorded<unknown>,
  ) {
    this.operations = operations;
    this.recorder = recorder;
    this.data = data;
    this.renumber = renumber;
    this.forward = forward;
    this.backward = backward;
  }

  /**
   * Takes a step and records it; the data are the record's from then on. Null where steps differ in more than their
   * numbers, or look at numbers on their way: then nothing has changed.
   * @throws GradientError, as the gradient
   */
  static *of(asked: StepRecording): Task<{ readonly step: RecordedStep; readonly loss: number } | null> {
    const { operations, data, task } = asked;
    const { engine } = operations;
    const { recorder } = engine;
    if (recorder === null || arraysOf(data) === null) return null;
    const forward = recorder.record(() => toReading(operations, recorder, task));
    if (forward === null) return null;
    try {
      const numbers = yield forward.result;
      const backward = recorder.record(() => toEnd(asked, recorder, numbers), forward);
      if (backward?.result === true) {
        const step = new RecordedStep(asked, recorder, forward, backward);
        return { step, loss: meanLoss(numbers) };
      }
    } catch (error) {
      discard(operations, forward);
      throw error;
    }
    discard(operations, forward);
    return null;
  }

  /** Whether a step with these data is the recorded one, but for their numbers. */
  fits(data: StepData): boolean {
    const [mine, theirs] = [arraysOf(this.data), arraysOf(data)];
    if (mine === null || theirs?.length !== mine.length) return false;
    return mine.every(({ shape }, index) => sameShape(shape, theirs[index]?.shape ?? []));
  }

  /**
   * Takes the next step, after `step` others; the data stay the caller's. Gives the mean loss.
   * @throws GradientError IPX8304 where it is not finite: then nothing has moved
   */
  *take(data: StepData, step: number): Task<number> {
    const own = arraysOf(this.data) ?? [];
    arraysOf(data)?.forEach((array, index) => {
      const to = own[index];
      if (to !== undefined) this.recorder.copy(array, to);
    });
    this.forward.replay();
    const numbers = yield this.forward.result;
    const loss = meanLoss(numbers);
    for (const renumber of this.renumber) renumber(step);
    this.backward.replay();
    return loss;
  }

  /** Frees what repeats the step, and its data; variables stay. */
  release(): void {
    const { bound, wanted } = this.data;
    this.operations.engine.dispose([...bound.owned, ...wanted.owned]);
    discard(this.operations, this.forward);
    this.backward.release();
  }
}

function discard(operations: Operations, forward: Recorded<Reading>): void {
  operations.engine.dispose(forward.result.values.map(({ handle }) => handle));
  forward.release();
}

/** The arrays of a step's data, or null where there are operators or maps among them. */
function arraysOf({ bound, wanted }: StepData): readonly Handle[] | null {
  const arrays = handlesOf(wanted.value).slice();
  for (const each of Object.values(bound.known)) {
    if (typeof each === "number") continue;
    if (each.kind === "operator" || each.kind === "map") return null;
    if (isValue(each)) arrays.push(...handlesOf(each));
  }
  return arrays;
}

/** The mean of the losses that were read. */
function meanLoss([values = new Float64Array()]: readonly Float64Array[]): number {
  requireFiniteLoss(
    values,
    Array.from(values, () => true),
  );
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}

/** Runs a task to the first numbers that it wants, and keeps copies of them. */
function toReading(operations: Operations, recorder: Recorder, task: Task<Gradient>): Reading {
  let next = task.next([]);
  while (next.done !== true && next.value.values.length === 0) next = task.next([]);
  if (next.done === true) throw new TypeError("a gradient without a loss");
  const { values, samples } = next.value;
  const kept = values.map((value) => {
    const handle = operations.engine.fill(0, value.handle.shape);
    recorder.copy(value.handle, handle);
    return { ...value, handle };
  });
  return { values: kept, samples };
}

/** Runs a task on to its end, and the update behind it, into the places of before; whether it could. */
function toEnd(asked: StepRecording, recorder: Recorder, numbers: readonly Float64Array[]): boolean {
  const { operations, task, update, places } = asked;
  let next = task.next(numbers);
  while (next.done !== true && next.value.values.length === 0) next = task.next([]);
  if (next.done !== true) throw new TypeError("a gradient that reads more than its loss");
  const gradient = next.value;
  const after = operations.engine.scope(() => update.finish(gradient.parameters), updateHandles);
  releaseGradient(operations, gradient);
  const moves = movesOf(updateHandles(places), updateHandles(after), asked.foreign);
  for (const [to, from] of moves ?? []) recorder.copy(from, to);
  const kept = new Set([...updateHandles(places), ...asked.foreign]);
  operations.engine.dispose(updateHandles(after).filter((handle) => !kept.has(handle)));
  return moves !== null;
}

/** Which array goes where, or null where some would stand in two places, or in one that is not the training's own. */
function movesOf(
  before: readonly Handle[],
  after: readonly Handle[],
  foreign: ReadonlySet<Handle>,
): ReadonlyMap<Handle, Handle> | null {
  if (before.length !== after.length) return null;
  const moves = new Map<Handle, Handle>();
  const standing = new Set(before);
  for (const [index, to] of before.entries()) {
    const from = after[index];
    if (from === undefined || from === to) continue;
    const known = moves.get(to) ?? from;
    if (known !== from || standing.has(from) || foreign.has(to) || !sameShape(from.shape, to.shape))
      return null;
    moves.set(to, from);
  }
  return moves;
}
