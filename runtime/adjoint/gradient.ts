import type { Operations } from "../arrays/operations.ts";
import { handlesOf, type ArrayValue, type Value } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import type { BoundInputs, BoundProgram } from "../program/bound.ts";
import type { Values } from "../program/definition.ts";
import { numbersFrom } from "../program/transfer.ts";
import { type Beyond, beyondOf } from "../solve/batch.ts";
import type { EquilibriumTarget } from "../solve/equilibrium.ts";
import type { SolveOptions } from "../solve/options.ts";
import { perform, readLanes, type Task } from "../solve/task.ts";
import { GradientError } from "./gradientError.ts";
import { GradientSum, type GradientSink, type ParameterGradients } from "./gradientSum.ts";
import { greedyGradient } from "./greedy.ts";
import { implicitPass, type AdjointReport } from "./implicit.ts";
import { lossHandles, weighted, type LossValue, type OutputLoss } from "./loss.ts";
import { recordBatch, type RecordedBatch } from "./tape.ts";
import { unrolledPass, type Recompute } from "./unrolled.ts";

/** How a gradient is computed. */
export interface GradientOptions extends SolveOptions {
  /** steps of an unrolled program, instead of its own number */
  readonly steps?: number;
  readonly recompute?: Recompute;
  /** the first steps, through which no gradient is wanted; 0 */
  readonly resting?: number;
  /** the loss after every step, each step for itself; see `greedyGradient` */
  readonly greedy?: boolean;
  /** whether the gradient by the inputs is wanted; true */
  readonly byInputs?: boolean;
  /** takes gradients of unrolled steps as soon as they are complete; what it has taken is missing in the answer */
  readonly sink?: GradientSink;
}

/** A mean loss and its gradient. */
export interface Gradient {
  /** the mean over the samples that count */
  readonly value: number;
  /** the loss of each sample; NaN for a sample that was dropped */
  readonly values: Float64Array;
  readonly parameters: ParameterGradients;
  readonly inputs: Values;
  readonly samples: number;
  /** samples that the policy `drop` left out */
  readonly dropped: readonly number[];
  /** of an equilibrium: evaluations of the step for each sample, and the adjoint solve */
  readonly equilibrium: { readonly iterations: readonly number[]; readonly adjoint: AdjointReport } | null;
  readonly owned: readonly Handle[];
}

/**
 * The mean of a loss over the samples of a batch, and its gradient by parameters and inputs: through all steps of an
 * unrolled program, by the implicit function theorem for an equilibrium, through the one evaluation of a direct one.
 * @throws GradientError
 */
export async function valueAndGradient(
  program: BoundProgram,
  inputs: BoundInputs,
  loss: OutputLoss,
  options: GradientOptions = {},
): Promise<Gradient> {
  return perform(program.operations, gradientTask(program, inputs, loss, options));
}

/** Frees a gradient. */
export function releaseGradient(operations: Operations, gradient: Gradient): void {
  operations.engine.dispose(gradient.owned);
}

/** `valueAndGradient` as a task. */
export function* gradientTask(
  program: BoundProgram,
  inputs: BoundInputs,
  loss: OutputLoss,
  options: GradientOptions,
): Task<Gradient> {
  const { definition, operations } = program;
  const { target } = definition;
  const beyond: Beyond = options.beyond ?? beyondOf(target);
  const recorded = recordBatch(program, inputs, beyond);
  const sink = target.kind === "unrolled" ? (options.sink ?? null) : null;
  const run: Run = {
    recorded,
    loss,
    options,
    sum: new GradientSum(program, beyond, { sink, byInputs: options.byInputs ?? true }),
  };
  try {
    if (target.kind === "equilibrium") return yield* equilibriumGradient(run, target);
    const all = Array.from({ length: inputs.samples }, () => true);
    const steps = target.kind === "direct" ? 0 : (options.steps ?? program.steps);
    const values =
      options.greedy === true ? yield* greedyValues(run, steps, all) : yield* unrolledValues(run, steps, all);
    return finished(run, values, [], null);
  } finally {
    const kept = new Set(run.sum.handles());
    operations.engine.dispose(recorded.batch.owned.filter((handle) => !kept.has(handle)));
  }
}

interface Run {
  readonly recorded: RecordedBatch;
  readonly loss: OutputLoss;
  readonly options: GradientOptions;
  readonly sum: GradientSum;
}

function finished(
  { recorded, sum }: Run,
  values: Float64Array,
  dropped: readonly number[],
  equilibrium: Gradient["equilibrium"],
): Gradient {
  const counted = [...values].filter((_, sample) => !dropped.includes(sample));
  const value = counted.reduce((total, each) => total + each, 0) / Math.max(1, counted.length);
  return {
    value,
    values: values.map((each, sample) => (dropped.includes(sample) ? Number.NaN : each)),
    parameters: sum.parameters(),
    inputs: sum.inputs(),
    samples: values.length,
    dropped,
    equilibrium,
    owned: sum.own().filter((handle) => !recorded.batch.foreign.has(handle)),
  };
}

/** 1/n for the samples that count, n their number; 0 for the others. */
function weightsOf(recorded: RecordedBatch, counts: readonly boolean[], total: number): ArrayValue {
  const { operations, batch } = recorded.batch;
  return numbersFrom(
    operations,
    Float64Array.from(counts, (each) => (each ? 1 / Math.max(1, total) : 0)),
    batch,
  );
}

/** The loss at an output: a value for each sample, which is read, and a weighted cotangent, which the caller frees. */
function* lossAt(
  { recorded, loss }: Run,
  output: Value,
  counts: readonly boolean[],
  total: number,
): Task<{ readonly values: Float64Array; readonly cotangent: Value }> {
  const { operations, samples } = recorded.batch;
  const weights = weightsOf(recorded, counts, total);
  const made: LossValue = operations.engine.scope(
    () => weighted(operations, loss(operations, output), weights),
    lossHandles,
  );
  operations.engine.dispose([weights.handle]);
  const [values] = yield* readLanes([made.value], samples);
  const used = handlesOf(made.cotangent);
  if (!used.includes(made.value.handle)) operations.engine.dispose([made.value.handle]);
  requireFiniteLoss(values, counts);
  return { values, cotangent: made.cotangent };
}

/**
 * Refuses losses of samples that count and are not finite.
 * @throws GradientError IPX8304
 */
export function requireFiniteLoss(values: Float64Array, counts: readonly boolean[]): void {
  const bad = [...values].flatMap((value, sample) =>
    counts[sample] === true && !Number.isFinite(value) ? [sample] : [],
  );
  if (bad.length === 0) return;
  throw new GradientError("IPX8304", `The loss of ${bad.length} samples is not finite.`, bad);
}

function* unrolledValues(
  run: Run,
  steps: number,
  counts: readonly boolean[],
  total = counts.length,
): Task<Float64Array> {
  const { recorded, options, sum } = run;
  const pass = yield* unrolledPass(recorded, steps, options);
  try {
    const { values, cotangent } = yield* lossAt(run, pass.output, counts, total);
    yield* pass.pullBack(cotangent, sum);
    return values;
  } catch (error) {
    pass.release();
    throw error;
  }
}

function* greedyValues(run: Run, steps: number, counts: readonly boolean[]): Task<Float64Array> {
  const { recorded, loss, options, sum } = run;
  const weights = weightsOf(recorded, counts, counts.length);
  const values = yield* greedyGradient(recorded, steps, loss, weights, sum, options.signal);
  recorded.batch.operations.engine.dispose([weights.handle]);
  return values;
}

function* equilibriumGradient(run: Run, target: EquilibriumTarget): Task<Gradient> {
  const { recorded, options, sum } = run;
  const pass = yield* implicitPass(recorded, target, options);
  const { samples } = recorded.batch;
  const solved = Array.from({ length: samples }, (_, sample) => !pass.open.includes(sample));
  const unrolls = target.otherwise.kind === "unroll" && pass.open.length > 0 ? target.otherwise : null;
  const total = unrolls === null ? samples - pass.open.length : samples;
  const { values, cotangent } = yield* lossAt(run, pass.output, solved, total);
  const adjoint = yield* pass.pullBack(cotangent, sum);
  if (unrolls !== null) {
    const open = solved.map((each) => !each);
    const unrolled = yield* unrolledValues(run, unrolls.steps, open, total);
    pass.open.forEach((sample) => {
      values[sample] = unrolled[sample] ?? Number.NaN;
    });
  }
  const { iterations } = pass.equilibrium.samples;
  return finished(run, values, unrolls === null ? pass.open : [], { iterations, adjoint });
}
