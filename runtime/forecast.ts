import { GradientError } from "./adjoint/gradientError.ts";
import { operations as operationsOn } from "./arrays/create.ts";
import type { Operations } from "./arrays/operations.ts";
import { type Answer, type Engine, EngineError } from "./engine/engine.ts";
import type { Place } from "./engine/place.ts";
import { bytesText } from "./measure/bytes.ts";
import type { BoundInputs, BoundProgram } from "./program/bound.ts";
import type { SolveOptions } from "./solve/options.ts";
import { runTask } from "./solve/run.ts";
import { perform } from "./solve/task.ts";
import type { Schedule } from "./train/schedule.ts";
import { train, type TrainingOptions } from "./train/trainer.ts";

/** What a computation takes of its engine's memory, in bytes, beside what is bound already. */
export interface Forecast {
  /** the most that is in use at once */
  readonly peak: number;
  /** what the engine has left */
  readonly room: number;
  /** where the peak is more than that: the first operation that would find no room */
  readonly refusal: EngineError | null;
}

/** As many steps of an iteration show its peak. */
const STEPS = 100;

/** So many readings lie within the first test, and so many behind the first tests. */
const FEW = 2;
const READS = 20;

/**
 * As many steps of a training show its peak: the first makes the optimiser's memory and the weights that are kept as the
 * best, the second has both, the third is recorded, and a validation stands beside what repeats it.
 */
const TRAINING_STEPS = 4;

/**
 * What a run takes at its peak, without running it; null on engines that cannot tell. A `while` is taken to go to its
 * cap.
 */
export async function forecastRun(
  program: BoundProgram,
  inputs: BoundInputs,
  options: SolveOptions = {},
): Promise<Forecast | null> {
  return rehearsed(program, async (rehearsing) => {
    const { kind } = program.definition.target;
    const maximum = Math.min(options.maximum ?? Infinity, STEPS);
    const limited = kind === "solver" || kind === "equilibrium" ? { maximum } : {};
    await perform(rehearsing.operations, runTask(rehearsing, inputs, { ...options, ...limited }));
  });
}

/**
 * What a training takes at its peak, without training; null on engines that cannot tell. Its last stage takes the most:
 * all layers at once.
 */
export async function forecastTraining(
  program: BoundProgram,
  options: TrainingOptions,
): Promise<Forecast | null> {
  const { data, loss, optimiser, batch, seed, rates, clipping, recompute, validation, schedule } = options;
  const last: Schedule | undefined = schedule?.kind === "layerwise" ? { kind: "end_to_end" } : schedule;
  return rehearsed(program, async (rehearsing) => {
    const first = data({ seed: seed ?? 0, step: 0, size: batch });
    await train(rehearsing, {
      data: async () => first,
      loss,
      optimiser,
      batch,
      steps: TRAINING_STEPS,
      ...(last === undefined ? {} : { schedule: last }),
      ...(seed === undefined ? {} : { seed }),
      ...(rates === undefined ? {} : { rates }),
      ...(clipping === undefined ? {} : { clipping }),
      ...(recompute === undefined ? {} : { recompute }),
      ...(validation === undefined ? {} : { validation: { ...validation, every: 1 } }),
    }).catch((error: unknown) => {
      // where samples are answered not to converge, the peak lies before that is found
      if (!(error instanceof GradientError)) throw error;
    });
  });
}

/**
 * What binding a program and its inputs and then a run take at their peak, by shapes alone: `bind` binds zeros to an
 * engine that computes nothing. Null on engines that cannot tell.
 */
export async function forecastBoundRun(
  engine: Engine,
  bind: (operations: Operations) => Promise<{ readonly program: BoundProgram; readonly inputs: BoundInputs }>,
): Promise<Forecast | null> {
  const { rehearse } = engine;
  if (rehearse === null) return null;
  const rehearsal = rehearse(() => 1);
  const { program, inputs } = await bind(operationsOn(rehearsal.engine));
  const [peak, { room }] = [rehearsal.peak(), rehearsal];
  if (peak <= room) return forecastRun(program, inputs);
  const refusal = await refusalOf(() => bind(operationsOn(rehearse(() => 1, "room").engine)));
  return { peak, room, refusal };
}

/**
 * @throws EngineError where a forecast is more than there is room; it names the operation that finds none first, and
 * stands at its place in the program, or at `place`
 */
export function requireRoom(engine: string, what: string, forecast: Forecast | null, place?: Place): void {
  if (forecast === null || forecast.peak <= forecast.room) return;
  const { peak, room, refusal } = forecast;
  const reason = `it takes ${bytesText(peak)} at its peak, and ${bytesText(room)} are left`;
  const first = refusal === null ? "" : `. The first that does not fit: ${refusal.fault}`;
  throw new EngineError(engine, what, [], `${reason}${first}`, place ?? refusal?.place ?? null);
}

/**
 * What tests and conditions find in a rehearsal, of which the largest peak counts: they hold for every sample, so that
 * each `while` goes to its cap; now and then; for none, until the equilibrium is found, and its adjoint is not; or for
 * none until the step has been recorded, and then for all but the first.
 */
const ANSWERS: readonly Answer[] = [
  () => 1,
  (reads, entry) => ((reads + entry) % 3 === 0 ? 1 : 0),
  (reads) => (reads > FEW ? 1 : 0),
  (reads, entry) => (reads > READS && entry > 0 ? 1 : 0),
];

async function rehearsed(
  program: BoundProgram,
  work: (rehearsing: BoundProgram) => Promise<void>,
): Promise<Forecast | null> {
  const { rehearse } = program.operations.engine;
  if (rehearse === null) return null;
  const on = (engine: Engine): Promise<void> => work({ ...program, operations: operationsOn(engine) });
  let found: Forecast = { peak: 0, room: 0, refusal: null };
  for (const answer of ANSWERS) {
    const rehearsal = rehearse(answer);
    await on(rehearsal.engine);
    const [peak, { room }] = [rehearsal.peak(), rehearsal];
    const isTooMuch = peak > room && found.refusal === null;
    const refusal = isTooMuch ? await refusalOf(() => on(rehearse(answer, "room").engine)) : found.refusal;
    found = { peak: Math.max(found.peak, peak), room, refusal };
  }
  return found;
}

/** The error of a computation that ends for lack of memory; null where it does not. */
async function refusalOf(work: () => Promise<unknown>): Promise<EngineError | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
}
