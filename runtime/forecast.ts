import { GradientError } from "./adjoint/gradientError.ts";
import { operations as operationsOn } from "./arrays/create.ts";
import { type Answer, EngineError } from "./engine/engine.ts";
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

/** @throws EngineError where a forecast is more than there is room */
export function requireRoom(engine: string, what: string, forecast: Forecast | null): void {
  if (forecast === null || forecast.peak <= forecast.room) return;
  const reason = `it takes ${bytesText(forecast.peak)} at its peak, and ${bytesText(forecast.room)} are left`;
  throw new EngineError(engine, what, [], reason);
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
  let [peak, room] = [0, 0];
  for (const answer of ANSWERS) {
    const rehearsal = rehearse(answer);
    await work({ ...program, operations: operationsOn(rehearsal.engine) });
    peak = Math.max(peak, rehearsal.peak());
    room = rehearsal.room;
  }
  return { peak, room };
}
