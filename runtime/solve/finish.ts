import { handlesOf, type ArrayValue, type Value } from "../arrays/value.ts";
import type { Handle } from "../engine/engine.ts";
import type { StateDeclaration, Values } from "../program/definition.ts";
import { namesOfStep, type Batch } from "./batch.ts";
import type { SolveResult } from "./result.ts";
import { readLanes, type Task } from "./task.ts";
import { handlesOfValues, named, type Holder } from "./vector.ts";

type Ended = Omit<SolveResult, "output" | "objective" | "owned" | "batch" | "samples" | "seconds">;

/**
 * The result of a run: evaluates output and objective at the last state, and takes over from `holder` what the result
 * stands on.
 */
export function* finishRun(batch: Batch, holder: Holder, ended: Ended, begun: number): Task<SolveResult> {
  const { operations, samples } = batch;
  const { engine } = operations;
  const { states, reports } = ended;
  const last = Math.max(0, ...ended.iterations.map((count) => count - 1));
  const evaluated = evaluateEnd(batch, last, states);
  const { output } = evaluated;
  const [objective] = evaluated.objective === null ? [] : yield* readLanes([evaluated.objective], samples);
  const kept = [...handlesOf(output), ...handlesOfValues(states), ...handlesOfValues(reports)];
  if (evaluated.objective !== null) {
    const spare: Handle = evaluated.objective.handle;
    if (!kept.includes(spare) && !batch.foreign.has(spare)) engine.dispose([spare]);
  }
  const owned = holder.release(kept);
  return {
    ...ended,
    output,
    objective: objective === undefined ? null : [...objective],
    batch: batch.batch,
    samples,
    seconds: (performance.now() - begun) / 1000,
    owned,
  };
}

/** Output and objective at the states that step number `last` gave, on handles that the caller owns. */
export function evaluateEnd(
  batch: Batch,
  last: number,
  states: Values,
): { readonly output: Value; readonly objective: ArrayValue | null } {
  const { operations, definition } = batch;
  return operations.engine.scope(
    () => {
      const known = namesOfStep(batch, last);
      const output = named(definition.finish.run(operations, known, states).values, "output");
      return { output, objective: definition.objective?.(operations, known, states) ?? null };
    },
    ({ output, objective }) => [...handlesOf(output), ...(objective === null ? [] : [objective.handle])],
  );
}

/** Frees what a result stands on; not the data, parameters and prepared values that it may share. */
export function releaseResult(batch: Pick<Batch, "operations">, result: SolveResult): void {
  batch.operations.engine.dispose(result.owned);
}

/** The states that an equilibrium or an acceleration solves for: those that the next step reads. */
export function carriedStates({ definition }: Batch): readonly string[] {
  return definition.states.filter(({ carried }) => carried).map(({ name }) => name);
}

/**
 * The states whose change is reported, and the others. Arrays are; numbers beside them are not, for a momentum or a
 * step size goes on changing after the arrays have converged. Where all states are numbers, all are.
 */
export function measuredStates({ definition }: Pick<Batch, "definition">): {
  readonly measured: readonly string[];
  readonly others: readonly string[];
} {
  const isNumber = ({ type }: StateDeclaration): boolean =>
    type.kind === "array" && type.dimensions.length === 0;
  const names = (states: readonly StateDeclaration[]): readonly string[] => states.map(({ name }) => name);
  const { states } = definition;
  const arrays = states.filter((state) => !isNumber(state));
  if (arrays.length === 0) return { measured: names(states), others: [] };
  return { measured: names(arrays), others: names(states.filter(isNumber)) };
}
