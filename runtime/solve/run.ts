import { handlesOf } from "../arrays/value.ts";
import { releaseBatch, prepareBatch, namesOfStep, type Batch } from "./batch.ts";
import type { BoundInputs, BoundProgram } from "../program/bound.ts";
import { countOf } from "../program/counts.ts";
import type { Count } from "../program/definition.ts";
import { iterateAccelerated } from "./accelerated.ts";
import { findEquilibrium, type EquilibriumTarget } from "./equilibrium.ts";
import { finishRun } from "./finish.ts";
import type { SolveOptions } from "./options.ts";
import type { SolveResult } from "./result.ts";
import { iterate, runStep } from "./solve.ts";
import { perform, type Task } from "./task.ts";
import { traceEnd } from "./tracer.ts";
import { handlesOfValues, Holder } from "./vector.ts";

/**
 * Runs a program on one batch as its target says: a solver to its test or cap, an unrolled program for its steps, an
 * equilibrium to its tolerance, a direct one once.
 */
export async function run(
  program: BoundProgram,
  inputs: BoundInputs,
  options: SolveOptions = {},
): Promise<SolveResult> {
  return perform(program.operations, runTask(program, inputs, options));
}

/** `run` as a task. */
export function* runTask(
  program: BoundProgram,
  inputs: BoundInputs,
  options: SolveOptions,
): Task<SolveResult> {
  const prepared = prepareBatch(program, inputs);
  const batch = options.beyond === undefined ? prepared : { ...prepared, beyond: options.beyond };
  const result = yield* runBatch(batch, options);
  const used = new Set([
    ...handlesOf(result.output),
    ...handlesOfValues(result.states),
    ...handlesOfValues(result.reports),
  ]);
  releaseBatch({ ...batch, owned: batch.owned.filter((handle) => !used.has(handle)) });
  return { ...result, owned: [...result.owned, ...batch.owned.filter((handle) => used.has(handle))] };
}

/** Runs a batch that has been prepared. */
function* runBatch(batch: Batch, options: SolveOptions): Task<SolveResult> {
  const { target, until } = batch.definition;
  switch (target.kind) {
    case "direct":
      return yield* runDirect(batch);
    case "solver": {
      const count = (each: Count): number => countOf(batch.operations, batch.known, each);
      const maximum = options.maximum ?? count(target.maximum);
      if (target.accelerate !== null) {
        return yield* iterateAccelerated(batch, target.accelerate, maximum, options);
      }
      const every = options.every ?? count(target.every);
      return yield* iterate(batch, { maximum, every, tests: until !== null }, options);
    }
    case "unrolled": {
      const maximum = options.maximum ?? batch.program.steps;
      const result = yield* iterate(batch, { maximum, every: 1, tests: false }, options);
      return { ...result, converged: null };
    }
    case "equilibrium":
      return yield* runEquilibrium(batch, target, options);
  }
}

function* runDirect(batch: Batch): Task<SolveResult> {
  const result = yield* iterate(batch, { maximum: 0, every: 1, tests: false }, {});
  return { ...result, converged: null };
}

function* runEquilibrium(batch: Batch, target: EquilibriumTarget, options: SolveOptions): Task<SolveResult> {
  const begun = performance.now();
  const { operations } = batch;
  const found = yield* findEquilibrium(batch, target, options);
  const last = operations.engine.scope(
    () => runStep(batch, namesOfStep(batch, 0), found.states),
    ({ values, reports, capped }) => [
      ...handlesOfValues(values),
      ...handlesOfValues(reports),
      ...(capped === null ? [] : [capped.handle]),
    ],
  );
  const holder = new Holder(operations.engine, batch.foreign);
  const { values: states, reports, capped } = last;
  holder.hold([
    ...found.owned,
    ...handlesOfValues(states),
    ...handlesOfValues(reports),
    ...(capped === null ? [] : [capped.handle]),
  ]);
  const { iterations, converged, residual, reason } = found.samples;
  const trace = yield* traceEnd(batch, options.measure, Math.max(...iterations), { states, reports });
  const ended = { states, reports, iterations, converged, residual, reason, trace, assumptionsBroken: [] };
  return yield* finishRun(batch, holder, ended, begun);
}
