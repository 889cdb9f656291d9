import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue, Value } from "../arrays/value.ts";
import type { Known, Values } from "../program/definition.ts";
import { namesOfStep, type Batch } from "./batch.ts";
import type { Trace } from "./result.ts";
import { readLanes, type Task } from "./task.ts";

/** What a measure sees after a step. */
export interface Observed {
  readonly operations: Operations;
  readonly output: Value;
  readonly states: Values;
  readonly reports: Values;
  readonly known: Known;
}

/** Numbers to record after each step, one for each sample: `nmse` against the truth, say. */
export type Measure = (observed: Observed) => Readonly<Record<string, ArrayValue>>;

/** Records a measure, and the objective of a program that has one, along an iteration. */
export class Tracer {
  private readonly batch: Batch;
  private readonly measure: Measure;
  private readonly steps: number[] = [];
  private readonly values = new Map<string, Float64Array[]>();

  constructor(batch: Batch, measure: Measure) {
    this.batch = batch;
    this.measure = measure;
  }

  /** Records the state after `step` steps. */
  *record(step: number, states: Values, reports: Values): Task<void> {
    const { operations, samples } = this.batch;
    const measured = operations.engine.scope(
      () => this.evaluate(step, states, reports),
      (numbers) => Object.values(numbers).map(({ handle }) => handle),
    );
    const entries = Object.entries(measured);
    const numbers = yield* readLanes(
      entries.map(([, value]) => value),
      samples,
    );
    operations.engine.dispose(entries.map(([, { handle }]) => handle));
    this.steps.push(step);
    entries.forEach(([name], index) => {
      const row = numbers[index] ?? new Float64Array(samples);
      this.values.set(name, [...(this.values.get(name) ?? []), row]);
    });
  }

  private evaluate(step: number, states: Values, reports: Values): Readonly<Record<string, ArrayValue>> {
    const { operations, definition } = this.batch;
    const known = namesOfStep(this.batch, Math.max(0, step - 1));
    const { output } = definition.finish.run(operations, known, states).values;
    if (output === undefined) throw new TypeError("The program gives no output.");
    const measured = this.measure({ operations, output, states, reports, known });
    if (definition.objective === null) return measured;
    return { objective: definition.objective(operations, known, states), ...measured };
  }

  /** What was recorded. */
  trace(): Trace {
    return { steps: this.steps, values: Object.fromEntries(this.values) };
  }
}

/** The measure of a last state alone, for runs whose points in between are no iterates of the algorithm. */
export function* traceEnd(
  batch: Batch,
  measure: Measure | undefined,
  step: number,
  { states, reports }: { readonly states: Values; readonly reports: Values },
): Task<Trace | null> {
  if (measure === undefined) return null;
  const tracer = new Tracer(batch, measure);
  yield* tracer.record(step, states, reports);
  return tracer.trace();
}
