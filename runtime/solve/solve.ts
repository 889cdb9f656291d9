import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue } from "../arrays/value.ts";
import type { Differentiable, Known, StepExtras, Values } from "../program/definition.ts";
import { Assumptions, assumingStates } from "./assumptions.ts";
import { advanced, firstState, namesOfStep, stepNumber, type Batch } from "./batch.ts";
import { finishRun } from "./finish.ts";
import { maskOf } from "./lanes.ts";
import type { SolveOptions } from "./options.ts";
import { Repetition } from "./repetition.ts";
import type { SolveResult } from "./result.ts";
import { Samples } from "./samples.ts";
import { readLanes, type Task } from "./task.ts";
import { closeFixed, judge, testLanes, testNumbers, type TestNumbers } from "./judgement.ts";
import { Tracer } from "./tracer.ts";
import { handlesOfValues, Holder, selectValues } from "./vector.ts";

/** The stop rule of a plain iteration. */
export interface Schedule {
  /** the most steps, or exactly as many where there is no test */
  readonly maximum: number;
  readonly every: number;
  /** whether the program's `until` is asked */
  readonly tests: boolean;
}

/** A state with what the step that made it reported. */
interface Point {
  readonly states: Values;
  readonly reports: Values;
  readonly capped: ArrayValue | null;
}

/** Without a test, states are still looked at now and then, so that infinities end a sample early. */
const GLANCE = 16;

/** From so many steps on it pays to record one. */
const WORTH_RECORDING = 8;

/** Some steps: the point that they reach, and that before them, or before the last of them if they are recorded. */
interface Stride {
  readonly current: Point;
  readonly last: Point;
}

/**
 * Iterates the step of a program. Samples that are done are frozen; the loop ends when all are. A sample whose state
 * is no longer finite ends with the last state that was found finite. Nothing but a bounded number of states is held.
 */
export function* iterate(batch: Batch, schedule: Schedule, options: SolveOptions): Task<SolveResult> {
  const begun = performance.now();
  const { operations, definition } = batch;
  const { engine } = operations;
  const holder = new Holder(engine, batch.foreign);
  const samples = new Samples(batch.samples);
  const assumptions = new Assumptions(assumingStates(definition.states));
  const tracer = options.measure === undefined ? null : new Tracer(batch, options.measure);
  const mayRepeat = tracer === null && schedule.maximum >= WORTH_RECORDING;
  let point: Point = {
    states: engine.scope(() => firstState(batch), handlesOfValues),
    reports: {},
    capped: null,
  };
  let mask: ArrayValue | null = null;
  let repetition: Repetition | null = null;
  try {
    holder.hold(pointHandles(point, mask));
    if (tracer !== null) yield* tracer.record(0, point.states, point.reports);
    for (let taken = 0, strides = 0; samples.running && taken < schedule.maximum; strides++) {
      options.signal?.throwIfAborted();
      const count = stepsToTest(schedule, taken);
      if (strides === 1 && mayRepeat && samples.complete) {
        repetition = repeated(batch, point);
        if (repetition !== null) holder.hold([]);
      }
      const stride: Stride =
        repetition === null
          ? { current: yield* stepped(batch, holder, tracer, { point, mask }, taken, count), last: point }
          : repeatedSteps(repetition, samples.active, taken, count);
      taken += count;
      const numbers = yield* test(batch, schedule, stride, taken - 1, repetition);
      assumptions.observe(numbers.extremes, samples.active);
      const finite = judge(samples, numbers, taken, count, schedule.tests);
      point = finite.includes(false) ? restored(batch, finite, stride, repetition) : stride.current;
      if (repetition === null) {
        mask = samples.complete ? null : maskOf(operations, samples.active, batch.batch);
        holder.hold(pointHandles(point, mask));
      }
      options.progress?.(progressOf(samples, taken, schedule.maximum));
    }
    if (repetition !== null) {
      point = { ...point, states: repetition.snapshot() };
      holder.hold(pointHandles(point, null));
    }
  } catch (error) {
    holder.release();
    throw error;
  } finally {
    repetition?.release();
  }
  if (!schedule.tests) closeFixed(samples);
  const { states, reports } = point;
  const { iterations, converged, residual, reason } = samples;
  const trace = tracer?.trace() ?? null;
  const assumptionsBroken = assumptions.broken();
  const ended = { states, reports, iterations, converged, residual, reason, trace, assumptionsBroken };
  return yield* finishRun(batch, holder, ended, begun);
}

/** Steps one by one, each traced. */
function* stepped(
  batch: Batch,
  holder: Holder,
  tracer: Tracer | null,
  { point, mask }: { readonly point: Point; readonly mask: ArrayValue | null },
  taken: number,
  count: number,
): Task<Point> {
  const { engine } = batch.operations;
  let current = point;
  for (let step = taken; step < taken + count; step++) {
    const before = current;
    current = engine.scope(
      () => takeStep(batch, stepNumber(batch, step), namesOfStep(batch, step), before, mask),
      (made) => pointHandles(made, null),
    );
    holder.hold([...pointHandles(point, mask), ...pointHandles(current, null)]);
    if (tracer !== null) yield* tracer.record(step + 1, current.states, current.reports);
  }
  return current;
}

/** The repetition of the steps of a batch, from a point that has been reached; null where it must be done unrecorded. */
function repeated(batch: Batch, { states, reports, capped }: Point): Repetition | null {
  if (capped !== null || Object.keys(reports).length > 0) return null;
  const part = stepNumber(batch, 1);
  return Repetition.of(
    batch,
    states,
    (known, from, mask) =>
      takeStep(batch, part, known, { states: from, reports: {}, capped: null }, mask).states,
  );
}

function repeatedSteps(
  repetition: Repetition,
  active: readonly boolean[],
  taken: number,
  count: number,
): Stride {
  const before = count === 1 ? null : repetition.mark();
  for (let step = taken; step < taken + count; step++) repetition.take(step, active);
  const at = (states: Values): Point => ({ states, reports: {}, capped: null });
  return { current: at(repetition.states), last: at(before ?? repetition.last) };
}

/** The point that a stride reaches, but for samples that are not finite there: these stay where they were. */
function restored(
  { operations, batch }: Batch,
  finite: readonly boolean[],
  { current, last }: Stride,
  repetition: Repetition | null,
): Point {
  const made = operations.engine.scope(
    () => restore(operations, maskOf(operations, finite, batch), current, last),
    (point) => pointHandles(point, null),
  );
  if (repetition === null) return made;
  repetition.assign(made.states);
  operations.engine.dispose(
    handlesOfValues(made.states).filter((handle) => !repetition.handles().includes(handle)),
  );
  return current;
}

function pointHandles({ states, reports, capped }: Point, mask: ArrayValue | null) {
  const single = [capped, mask].flatMap((value) => (value === null ? [] : [value.handle]));
  return [...handlesOfValues(states), ...handlesOfValues(reports), ...single];
}

/** How many steps are taken before the next look at the states. */
export function stepsToTest({ maximum, every, tests }: Schedule, taken: number): number {
  const left = maximum - taken;
  if (tests || every > 1) return Math.min(every, left);
  return left === 1 || taken === 0 ? 1 : Math.min(GLANCE, left - 1);
}

/** One step; the samples that the mask leaves out stay as they are. */
function takeStep(
  { operations }: Batch,
  part: Differentiable<StepExtras>,
  known: Known,
  from: Point,
  mask: ArrayValue | null,
): Point {
  const { values, reports, capped } = part.run(operations, known, from.states);
  if (mask === null) return { states: values, reports, capped };
  return {
    states: selectValues(operations, mask, values, from.states),
    reports: selectValues(operations, mask, reports, from.reports),
    capped,
  };
}

/** The step of a program that has one. */
export function runStep(
  batch: Batch,
  known: Known,
  states: Values,
): { readonly values: Values } & StepExtras {
  const { definition, operations } = batch;
  const { step } = definition;
  if (step === null) throw new TypeError(`${definition.name} has no step.`);
  const drawsToTrain = definition.draws?.some(({ training }) => training === true) === true;
  return drawsToTrain ? advanced(batch, step, known, states) : step.run(operations, known, states);
}

function restore(operations: Operations, finite: ArrayValue, reached: Point, last: Point): Point {
  return {
    states: selectValues(operations, finite, reached.states, last.states),
    reports: selectValues(operations, finite, reached.reports, last.reports),
    capped: null,
  };
}

function* test(
  batch: Batch,
  { tests }: Schedule,
  { current, last }: Stride,
  step: number,
  repetition: Repetition | null,
): Task<TestNumbers> {
  const { operations, samples } = batch;
  const lanes = (known: Known, states: Values, before: Values): readonly ArrayValue[] =>
    testLanes(batch, tests, known, { states, reports: current.reports }, before);
  const measured =
    repetition !== null
      ? repetition.measure(lanes, last.states)
      : operations.engine.scope(
          () => lanes(namesOfStep(batch, step), current.states, last.states),
          (found) => found.map(({ handle }) => handle),
        );
  const capped = current.capped === null ? [] : [current.capped];
  const numbers = yield* readLanes([...measured, ...capped], samples);
  if (repetition === null) {
    const stillUsed = new Set([
      ...pointHandles(current, null),
      ...pointHandles(last, null),
      ...batch.foreign,
    ]);
    operations.engine.dispose(
      measured.map(({ handle }) => handle).filter((handle) => !stillUsed.has(handle)),
    );
  }
  return testNumbers(batch, tests, numbers.slice(0, measured.length), numbers[measured.length] ?? null);
}

function progressOf(samples: Samples, step: number, maximum: number) {
  const running = samples.residual.filter((_, sample) => samples.active[sample]);
  return {
    step,
    maximum,
    ended: samples.count - running.length,
    samples: samples.count,
    residual: Math.max(...(running.length > 0 ? running : samples.residual)),
  };
}
