import { handlesOf, type ArrayValue } from "../arrays/value.ts";
import type { FixedPointSolver, Values } from "../program/definition.ts";
import { firstState, namesOfStep, type Batch } from "./batch.ts";
import { carriedStates, finishRun } from "./finish.ts";
import { solveFixedPoint, type Evaluation } from "./fixedPoint.ts";
import type { SolveOptions } from "./options.ts";
import type { SolveResult } from "./result.ts";
import { runStep } from "./solve.ts";
import { traceEnd } from "./tracer.ts";
import type { Task } from "./task.ts";
import { handlesOfValues, Holder, pack, unpack } from "./vector.ts";

/** Reports travel with the states of a sample under this prefix, which no name of a program has. */
const REPORT = "report ";

/**
 * A solver whose carried states are accelerated. `until` is asked after each evaluation of the step, with the point
 * that the step was applied to as the state before. The result is the image of each sample's last accepted point.
 */
export function* iterateAccelerated(
  batch: Batch,
  solver: FixedPointSolver,
  maximum: number,
  options: SolveOptions,
): Task<SolveResult> {
  const begun = performance.now();
  const { operations, definition } = batch;
  const { engine } = operations;
  const names = carriedStates(batch);
  const first = engine.scope(() => firstState(batch), handlesOfValues);
  const start = pack(operations, names, first);
  const holder = new Holder(engine, batch.foreign);
  holder.hold(handlesOfValues(first));
  const solved = yield* solveFixedPoint(
    {
      operations,
      batch: batch.batch,
      samples: batch.samples,
      start,
      startExtra: first,
      map: (x, evaluation): Evaluation => {
        const before = { ...first, ...unpack(operations, names, x) };
        const known = namesOfStep(batch, evaluation);
        const { values, reports, capped } = runStep(batch, known, before);
        const until = definition.until?.(operations, known, values, before, reports) ?? operations.number(0);
        const extra = { ...values, ...renamed(reports, (name) => REPORT + name) };
        return { image: pack(operations, names, values), extra, numbers: flagNumbers(until, capped) };
      },
      stops: ({ numbers: [until = 0, capped = 0] }) => until !== 0 && capped === 0,
      maximum,
      foreign: batch.foreign,
      signal: options.signal,
      progress: ({ active, residual, count }, step) =>
        options.progress?.({
          step,
          maximum,
          ended: active.filter((runs) => !runs).length,
          samples: count,
          residual: Math.max(...residual),
        }),
    },
    solver,
  );
  const { extra, samples } = solved;
  const states = Object.fromEntries(Object.entries(extra).filter(([name]) => !name.startsWith(REPORT)));
  const reported = Object.entries(extra).filter(([name]) => name.startsWith(REPORT));
  const reports = Object.fromEntries(reported.map(([name, value]) => [name.slice(REPORT.length), value]));
  holder.hold([
    ...handlesOfValues(first),
    ...solved.owned,
    ...handlesOfValues(extra),
    ...handlesOf(solved.x),
  ]);
  const trace = yield* traceEnd(batch, options.measure, Math.max(...samples.iterations), { states, reports });
  const { iterations, converged, residual, reason } = samples;
  const ended = { states, reports, iterations, converged, residual, reason, trace, assumptionsBroken: [] };
  return yield* finishRun(batch, holder, ended, begun);
}

function flagNumbers(until: ArrayValue, capped: ArrayValue | null): readonly ArrayValue[] {
  return capped === null ? [until] : [until, capped];
}

function renamed(values: Values, rename: (name: string) => string): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [rename(name), value]));
}
