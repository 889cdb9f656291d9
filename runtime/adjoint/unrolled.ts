import { handlesOf, type Value } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import type { Values } from "../program/definition.ts";
import { advanced, namesOfStep, stepNumber, type Batch } from "../solve/batch.ts";
import { pause, type Task } from "../solve/task.ts";
import { handlesOfValues, Holder, named } from "../solve/vector.ts";
import type { GradientSum } from "./gradientSum.ts";
import { pullBack, pullBackPreparation, record, tapeHandles, type RecordedBatch, type Tape } from "./tape.ts";

/** How much of the forward pass is computed again on the way back, to save memory. */
export type Recompute = "none" | "steps" | number;

/** An unrolled program after its forward pass. */
export interface UnrolledPass {
  readonly output: Value;
  /** Moves a cotangent of the output back to the first state and everything known, into a sum. Once. */
  readonly pullBack: (cotangent: Value, sum: GradientSum) => Task<void>;
  /** Frees what the pass holds, without a gradient. */
  readonly release: () => void;
}

/** How a pass is made, and what may interrupt it. */
export interface PassOptions {
  readonly recompute?: Recompute | undefined;
  readonly resting?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Segment {
  readonly begin: number;
  readonly end: number;
}

/**
 * Runs the first state, `steps` steps and the output forwards. The steps fall into segments; of each but the last only
 * the first state is kept, and its tapes are made again on the way back. One segment keeps the tapes of all steps; s
 * segments of k steps keep s states and k tapes, so that about sqrt(steps) segments need O(sqrt(steps)) memory
 * (Griewank and Walther, Evaluating Derivatives, 2008, chapter 12); as many segments as steps keep one tape.
 * The first `resting` steps only run: nothing of them is kept, and no cotangent goes back to them or before them.
 * An interrupt ends the pass between two steps, and frees what it holds.
 */
export function* unrolledPass(
  recorded: RecordedBatch,
  steps: number,
  { recompute = "none", resting = 0, signal }: PassOptions = {},
): Task<UnrolledPass> {
  const { batch } = recorded;
  const { program, definition, operations } = batch;
  const holder = new Holder(operations.engine, batch.foreign);
  const segments = segmentsOf(resting, steps, recompute);
  const initial = record(program, definition.initial, () => batch.known, {});
  let states = initial.values;
  const starts: Values[] = [];
  let tapes: readonly Tape[] = [];
  const held = (): readonly Handle[] => [
    ...tapeHandles(initial),
    ...starts.flatMap(handlesOfValues),
    ...tapes.flatMap(tapeHandles),
  ];
  const holdStates = (now: Values): void => {
    holder.hold([...held(), ...handlesOfValues(now)]);
  };
  const holdTapes = (now: readonly Tape[]): void => {
    holder.hold([...held(), ...now.flatMap(tapeHandles)]);
  };
  try {
    if (resting > 0) states = yield* runSteps(batch, { begin: 0, end: resting }, states, holdStates, signal);
    for (const [index, segment] of segments.entries()) {
      starts.push(states);
      if (index === segments.length - 1) {
        tapes = yield* recordSteps(batch, segment, states, holdTapes, signal);
        states = tapes.at(-1)?.values ?? states;
      } else states = yield* runSteps(batch, segment, states, holdStates, signal);
      holdStates(states);
    }
  } catch (error) {
    holder.release();
    throw error;
  }
  const last = Math.max(0, steps - 1);
  const finish = record(program, definition.finish, () => namesOfStep(batch, last), states);
  const output = named(finish.values, "output");
  holder.hold([...held(), ...tapeHandles(finish)]);
  return {
    output,
    pullBack: (cotangent, sum) => {
      const forward = { recorded, holder, segments, starts, initial, finish, tapes, steps, resting, signal };
      return backwards(forward, cotangent, sum);
    },
    release: () => {
      holder.release();
    },
  };
}

function segmentsOf(begin: number, end: number, recompute: Recompute): readonly Segment[] {
  const steps = end - begin;
  if (steps <= 0) return [];
  const wanted = recompute === "none" ? 1 : recompute === "steps" ? steps : recompute;
  const count = Math.max(1, Math.min(steps, Math.round(wanted)));
  return Array.from({ length: count }, (_, index) => ({
    begin: begin + Math.floor((index * steps) / count),
    end: begin + Math.floor(((index + 1) * steps) / count),
  }));
}

function* recordSteps(
  batch: Batch,
  { begin, end }: Segment,
  start: Values,
  hold: (tapes: readonly Tape[]) => void,
  signal: AbortSignal | undefined,
): Task<readonly Tape[]> {
  const { program } = batch;
  const tapes: Tape[] = [];
  let states = start;
  for (let step = begin; step < end; step++) {
    const tape = record(program, stepNumber(batch, step), () => namesOfStep(batch, step), states);
    tapes.push(tape);
    states = tape.values;
    hold(tapes);
    yield* pause(signal);
  }
  return tapes;
}

function* runSteps(
  batch: Batch,
  { begin, end }: Segment,
  start: Values,
  hold: (states: Values) => void,
  signal: AbortSignal | undefined,
): Task<Values> {
  let states = start;
  for (let step = begin; step < end; step++) {
    const before = states;
    states = batch.operations.engine.scope(
      () => advanced(batch, stepNumber(batch, step), namesOfStep(batch, step), before).values,
      handlesOfValues,
    );
    hold(states);
    yield* pause(signal);
  }
  return states;
}

interface Forward {
  readonly recorded: RecordedBatch;
  readonly holder: Holder;
  readonly segments: readonly Segment[];
  readonly starts: readonly Values[];
  readonly initial: Tape;
  readonly finish: Tape;
  readonly tapes: readonly Tape[];
  readonly steps: number;
  readonly resting: number;
  readonly signal: AbortSignal | undefined;
}

function* backwards(forward: Forward, cotangent: Value, sum: GradientSum): Task<void> {
  const { recorded, holder, segments, starts, initial, finish, steps, signal } = forward;
  const { batch } = recorded;
  const { program, definition, operations } = batch;
  const { engine } = operations;
  const sumsOnly = (states: Values): readonly Handle[] => [...handlesOfValues(states), ...sum.handles()];
  let { tapes } = forward;
  let remaining = segments.length;
  let states = engine.scope(() => {
    const last = Math.max(0, steps - 1);
    const known = namesOfStep(batch, last);
    return pullBack(program, definition.finish, known, finish, { output: cotangent }, sum, last);
  }, sumsOnly);
  const hold = (open: readonly Tape[]): void => {
    holder.hold([
      ...handlesOf(cotangent),
      ...tapeHandles(initial),
      ...starts.slice(0, remaining).flatMap(handlesOfValues),
      ...open.flatMap(tapeHandles),
      ...sumsOnly(states),
    ]);
  };
  hold(tapes);
  for (const [index, segment] of [...segments.entries()].reverse()) {
    if (index < segments.length - 1) {
      tapes = yield* recordSteps(batch, segment, starts[index] ?? {}, hold, signal);
    }
    remaining = index;
    for (let step = segment.end - 1; step >= segment.begin; step--) {
      const tape = tapes[step - segment.begin];
      if (tape === undefined) continue;
      const part = stepNumber(batch, step);
      const after = states;
      states = engine.scope(() => {
        const back = pullBack(program, part, namesOfStep(batch, step), tape, after, sum, step);
        sum.complete(step);
        return back;
      }, sumsOnly);
      hold(tapes.slice(0, step - segment.begin));
      yield* pause(signal);
    }
  }
  const first = states;
  if (forward.resting > 0) {
    holder.hold(sum.handles());
    holder.release(sum.handles());
    return;
  }
  engine.scope(
    () => {
      pullBack(program, definition.initial, batch.known, initial, first, sum);
      pullBackPreparation(recorded, sum);
    },
    () => sum.handles(),
  );
  holder.hold(sum.handles());
  holder.release(sum.handles());
}
