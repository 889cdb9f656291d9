import type { Value } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import type { FixedPointSolver, Target, Values } from "../program/definition.ts";
import { countOf } from "../program/counts.ts";
import { firstState, namesOfStep, type Batch } from "./batch.ts";
import { carriedStates } from "./finish.ts";
import { solveFixedPoint, type Seen } from "./fixedPoint.ts";
import type { SolveOptions } from "./options.ts";
import { runStep } from "./solve.ts";
import type { Samples } from "./samples.ts";
import type { Task } from "./task.ts";
import { handlesOfValues, Holder, pack, unpack } from "./vector.ts";

/** The settings of an equilibrium. */
export type EquilibriumTarget = Extract<Target, { kind: "equilibrium" }>;

/** Equilibria of the samples: z with |step(z) - z| <= tolerance |z| where `samples.converged`. */
export interface Equilibrium {
  /** the names of the states in the unknown */
  readonly names: readonly string[];
  /** all states; those that the step does not carry have their values at the start */
  readonly states: Values;
  /** the first states, which are safe to step from */
  readonly first: Values;
  readonly samples: Samples;
  readonly owned: readonly Handle[];
}

/** How a second attempt damps: z <- (z + step(z))/2. */
const RETRY_DAMPING = 0.5;

/**
 * Solves z = step(z) for the carried states of each sample. Under the policy `retry`, samples that were not solved are
 * taken up again from their last point by damped plain steps, with twice the number of evaluations.
 */
export function* findEquilibrium(
  batch: Batch,
  target: EquilibriumTarget,
  options: SolveOptions,
): Task<Equilibrium> {
  const { operations } = batch;
  const names = carriedStates(batch);
  const first = operations.engine.scope(() => firstState(batch), handlesOfValues);
  const start = pack(operations, names, first);
  const holder = new Holder(operations.engine, batch.foreign);
  holder.hold(handlesOfValues(first));
  const maximum = options.maximum ?? countOf(operations, batch.known, target.maximum);
  const attempt: Attempt = { batch, names, first, start, target, options, maximum, damping: 1 };
  const solved = yield* attemptEquilibrium(attempt, target.solver, null);
  holder.hold([...handlesOfValues(first), ...solved.owned]);
  const again = target.otherwise.kind === "retry" && solved.samples.converged.includes(false);
  const final = again ? yield* retry(attempt, solved) : solved;
  holder.hold([...handlesOfValues(first), ...solved.owned, ...final.owned]);
  const states = { ...first, ...unpack(operations, names, final.x) };
  const owned = holder.release([...handlesOfValues(states), ...handlesOfValues(first)]);
  return { names, states, first, samples: final.samples, owned };
}

interface Attempt {
  readonly batch: Batch;
  readonly names: readonly string[];
  readonly first: Values;
  readonly start: Value;
  readonly target: EquilibriumTarget;
  readonly options: SolveOptions;
  readonly maximum: number;
  readonly damping: number;
}

type Solved = Pick<Equilibrium, "samples" | "owned"> & { readonly x: Value };

function relative({ difference, point }: Seen): number {
  return difference === 0 ? 0 : difference / point;
}

function* attemptEquilibrium(
  { batch, names, first, start, target, options, maximum, damping }: Attempt,
  solver: FixedPointSolver,
  active: readonly boolean[] | null,
): Task<Solved> {
  const { operations } = batch;
  return yield* solveFixedPoint(
    {
      operations,
      batch: batch.batch,
      samples: batch.samples,
      start,
      startExtra: {},
      map: (x, evaluation) => {
        const before = { ...first, ...unpack(operations, names, x) };
        const after = pack(operations, names, runStep(batch, namesOfStep(batch, evaluation), before).values);
        const image =
          damping === 1 ? after : operations.map(`${1 - damping}*x + ${damping}*y`, { x, y: after });
        return { image, extra: {}, numbers: [] };
      },
      stops: ({ difference, point }) => difference <= damping * target.tolerance * point,
      residual: (seen) => relative(seen) / damping,
      maximum,
      foreign: batch.foreign,
      ...(active === null ? {} : { active }),
      signal: options.signal,
      progress: ({ count, active: running, residual }, step) =>
        options.progress?.({
          step,
          maximum,
          ended: running.filter((runs) => !runs).length,
          samples: count,
          residual: Math.max(...residual),
        }),
    },
    solver,
  );
}

function* retry(attempt: Attempt, before: Solved): Task<Solved> {
  const { samples } = before;
  const open = samples.converged.map((converged) => !converged);
  const again = yield* attemptEquilibrium(
    { ...attempt, start: before.x, maximum: 2 * attempt.maximum, damping: RETRY_DAMPING },
    { kind: "picard" },
    open,
  );
  open.forEach((wasOpen, sample) => {
    if (!wasOpen) return;
    samples.iterations[sample] = (samples.iterations[sample] ?? 0) + (again.samples.iterations[sample] ?? 0);
    samples.residual[sample] = again.samples.residual[sample] ?? Number.NaN;
    samples.reason[sample] = again.samples.reason[sample] ?? "cap";
    samples.converged[sample] = again.samples.converged[sample] ?? false;
  });
  return { ...again, samples };
}
