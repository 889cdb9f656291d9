import type { Operations } from "../arrays/operations.ts";
import { handlesOf, type ArrayValue, type Value } from "../arrays/value.ts";
import type { AdjointSolver, Certificate, Reverse, StepExtras, Values } from "../program/definition.ts";
import { namesOfStep } from "../solve/batch.ts";
import { findEquilibrium, type Equilibrium, type EquilibriumTarget } from "../solve/equilibrium.ts";
import { maskOf } from "../solve/lanes.ts";
import type { SolveOptions } from "../solve/options.ts";
import type { Task } from "../solve/task.ts";
import { handlesOfValues, Holder, named, pack, selectValues, unpack } from "../solve/vector.ts";
import { solveAdjoint, type AdjointSolution } from "./adjointSystem.ts";
import { GradientError, noReverse } from "./gradientError.ts";
import type { GradientSum } from "./gradientSum.ts";
import {
  pullBack,
  pullBackPreparation,
  record,
  tapeHandles,
  zeroed,
  type RecordedBatch,
  type Tape,
} from "./tape.ts";

/** An equilibrium with the tape of one step at it, and of the output. */
export interface ImplicitPass {
  readonly output: Value;
  readonly equilibrium: Equilibrium;
  /** samples without an equilibrium: their part of the tapes is taken at the first state, which is safe */
  readonly open: readonly number[];
  readonly pullBack: (cotangent: Value, sum: GradientSum) => Task<AdjointReport>;
}

/** How the adjoint equation was solved; lists have one entry for each sample. */
export type AdjointReport = Omit<AdjointSolution, "w" | "owned">;

/**
 * Solves the equilibrium and records one step at it. With z = F(z) over the carried states, s = step(z) over all
 * states and c the cotangent of s, the gradient is that of one step at z with the cotangent
 *     w = c + J'w  in the carried states (J the Jacobian of F at z), and c in the others:
 * one adjoint solve, then one pull-back for the parameters. Memory does not grow with the iterations of either solve.
 * @throws GradientError IPX8302 for samples without an equilibrium, unless the policy is `drop` or `unroll`
 */
export function* implicitPass(
  recorded: RecordedBatch,
  target: EquilibriumTarget,
  options: SolveOptions,
): Task<ImplicitPass> {
  const { batch } = recorded;
  const { program, definition, operations } = batch;
  const { step } = definition;
  if (step?.reverse == null) throw noReverse(definition.name, target.kind);
  const { reverse } = step;
  const found = yield* findEquilibrium(batch, target, options);
  const open = found.samples.converged.flatMap((converged, sample) => (converged ? [] : [sample]));
  const holder = new Holder(operations.engine, batch.foreign);
  holder.hold(found.owned);
  const { kind } = target.otherwise;
  if (open.length > 0 && (kind === "error" || kind === "retry")) {
    holder.release();
    throw withoutEquilibrium(target, found, open);
  }
  const states = safeStates(operations, found, open, batch.batch);
  const tape = record(program, step, () => namesOfStep(batch, 0), states);
  const finish = record(program, definition.finish, () => namesOfStep(batch, 0), tape.values);
  holder.hold([...found.owned, ...handlesOfValues(states), ...tapeHandles(tape), ...tapeHandles(finish)]);
  const setting: Setting = {
    recorded,
    target,
    reverse,
    names: found.names,
    tape,
    finish,
    holder,
    open,
    options,
  };
  return {
    output: named(finish.values, "output"),
    equilibrium: found,
    open,
    pullBack: (cotangent, sum) => pullBackEquilibrium(setting, cotangent, sum),
  };
}

function safeStates(
  operations: Operations,
  found: Equilibrium,
  open: readonly number[],
  batch: number | null,
): Values {
  if (open.length === 0) return found.states;
  const converged = found.samples.converged.map((_, sample) => !open.includes(sample));
  return operations.engine.scope(
    () => selectValues(operations, maskOf(operations, converged, batch), found.states, found.first),
    handlesOfValues,
  );
}

function withoutEquilibrium(
  target: EquilibriumTarget,
  found: Equilibrium,
  open: readonly number[],
): GradientError {
  const worst = Math.max(...open.map((sample) => found.samples.residual[sample] ?? Number.NaN));
  return new GradientError(
    "IPX8302",
    `${open.length} of ${found.samples.count} samples have no equilibrium within ${target.maximum} steps: ` +
      `|step(z) - z| is up to ${worst.toPrecision(3)} |z|, and ${target.tolerance} is asked for. ` +
      "The implicit gradient exists at a fixed point only. " +
      "Try more steps, another solver, or `otherwise = drop`, `retry` or `unroll(K)`.",
    open,
  );
}

interface Setting {
  readonly recorded: RecordedBatch;
  readonly target: EquilibriumTarget;
  readonly reverse: Reverse<StepExtras>;
  readonly names: readonly string[];
  readonly tape: Tape;
  readonly finish: Tape;
  readonly holder: Holder;
  readonly open: readonly number[];
  readonly options: SolveOptions;
}

function* pullBackEquilibrium(setting: Setting, cotangent: Value, sum: GradientSum): Task<AdjointReport> {
  const { recorded, target, names, tape, finish, holder, options } = setting;
  const { batch } = recorded;
  const { program, definition, operations } = batch;
  const { engine } = operations;
  const fixed = [...handlesOf(cotangent), ...tapeHandles(tape), ...tapeHandles(finish)];
  const atStates = engine.scope(
    () => {
      const known = namesOfStep(batch, 0);
      const back = pullBack(program, definition.finish, known, finish, { output: cotangent }, sum);
      return zeroed(operations, tape, back);
    },
    (made) => [...handlesOfValues(made), ...sum.handles()],
  );
  const right = engine.scope(() => rightSide(setting, atStates), handlesOf);
  holder.hold([...fixed, ...handlesOfValues(atStates), ...handlesOf(right), ...sum.handles()]);
  const transposed = (w: Value): Value => {
    const cotangents = zeroed(operations, tape, unpack(operations, names, w));
    return pack(operations, names, stateAdjoint(setting, cotangents));
  };
  const foreign = [...batch.foreign, ...fixed, ...handlesOfValues(atStates), ...sum.handles()];
  const system = { operations, batch: batch.batch, samples: batch.samples, right, transposed, foreign };
  const solution = yield* solveAdjoint({ ...system, signal: options.signal }, target.backward);
  holder.hold([
    ...fixed,
    ...handlesOfValues(atStates),
    ...handlesOf(right),
    ...solution.owned,
    ...sum.handles(),
  ]);
  const unsolved = solution.converged.flatMap((converged, sample) => (converged ? [] : [sample]));
  if (unsolved.length > 0 && ["error", "retry"].includes(target.otherwise.kind)) {
    holder.release();
    throw withoutAdjoint(solution, unsolved, target.backward, definition.certificate);
  }
  engine.scope(
    () => {
      const solved = solvedOnly(operations, solution, unsolved, batch.batch);
      const cotangents = { ...atStates, ...unpack(operations, names, solved) };
      const step = definition.step;
      if (step === null) return;
      pullBack(program, step, namesOfStep(batch, 0), tape, cotangents, sum);
      pullBackPreparation(recorded, sum);
    },
    () => sum.handles(),
  );
  holder.hold(sum.handles());
  holder.release(sum.handles());
  const { iterations, converged, residual } = solution;
  return { iterations, converged, residual };
}

/** c in the carried states, and what the cotangents of the others bring there. */
function rightSide(setting: Setting, cotangents: Values): Value {
  const { recorded, names, tape } = setting;
  const { operations } = recorded.batch;
  const carried = pack(operations, names, cotangents);
  const others = Object.fromEntries(Object.entries(cotangents).filter(([name]) => !names.includes(name)));
  if (Object.keys(others).length === 0) return carried;
  const brought = pack(operations, names, stateAdjoint(setting, zeroed(operations, tape, others)));
  return operations.map("a + b", { a: carried, b: brought });
}

function stateAdjoint({ recorded, reverse, tape }: Setting, cotangents: Values): Values {
  const { batch } = recorded;
  const known = namesOfStep(batch, 0);
  return reverse.stateAdjoint === null
    ? (reverse.adjoint?.(batch.operations, known, tape.saved, cotangents).state ?? {})
    : reverse.stateAdjoint(batch.operations, known, tape.saved, cotangents);
}

function withoutAdjoint(
  { residual }: AdjointSolution,
  unsolved: readonly number[],
  backward: AdjointSolver,
  certificate: Certificate | null,
): GradientError {
  const worst = Math.max(...unsolved.map((sample) => residual[sample] ?? Number.NaN));
  const asked = "tolerance" in backward ? `, and ${backward.tolerance} is asked for` : "";
  return new GradientError(
    "IPX8303",
    `The adjoint equation of ${unsolved.length} samples was not solved: its residual is up to ` +
      `${worst.toPrecision(3)} of the right side${asked}. ${reasonBy(certificate)} ` +
      "Try more iterations, another `backward`, or `otherwise = drop`.",
    unsolved,
  );
}

/** Why an adjoint equation may be hard, in agreement with what is known of the step. */
function reasonBy(certificate: Certificate | null): string {
  switch (certificate?.answer) {
    case "proved":
    case "probabilistic": {
      const { statement, conditions } = certificate;
      const held = conditions.length === 0 ? "" : `, on the conditions that ${conditions.join("; ")}`;
      return (
        `That the iteration converges is proved (${statement}${held}); where that applies, the step does not expand ` +
        "at the fixed point, but it may contract slowly there, or not in every direction."
      );
    }
    case "refuted":
      return `The iteration is proved not to converge always: ${certificate.statement}.`;
    case "not_found":
    case undefined:
      return "The step may expand at the fixed point: there is no proof that it does not.";
  }
}

/** The solution with zeros for the samples that were not solved: they are left out of the gradient. */
function solvedOnly(
  operations: Operations,
  { w }: AdjointSolution,
  unsolved: readonly number[],
  batch: number | null,
): Value {
  if (unsolved.length === 0) return w;
  const samples = batch ?? 1;
  const keeps = Array.from({ length: samples }, (_, sample) => !unsolved.includes(sample));
  const mask: ArrayValue = maskOf(operations, keeps, batch);
  return operations.map("select(m, w, 0*m)", { m: mask, w });
}
