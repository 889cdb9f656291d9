import type { PlanFunction } from "./call.ts";
import type { Plan, PlanSection } from "./plan.ts";

type Parts = Pick<
  Plan,
  | "givens"
  | "inputs"
  | "parameters"
  | "requirements"
  | "constants"
  | "prepare"
  | "initial"
  | "firstStep"
  | "step"
  | "finish"
  | "objective"
  | "until"
>;

/** All functions of a plan but its networks. */
export function functionsOf(plan: Parts): readonly PlanFunction[] {
  const optional = [
    ...[...plan.givens, ...plan.inputs].map((data) => data.initial),
    ...plan.parameters.flatMap(({ initial, interval, projection }) => [
      initial.kind === "value" ? initial.evaluate : null,
      interval,
      projection,
    ]),
    ...plan.requirements.map(({ evaluate }) => evaluate),
    plan.constants,
    plan.objective,
    plan.until,
    ...[plan.prepare, plan.initial, plan.firstStep, plan.step, plan.finish].flatMap(functionsOfSection),
  ];
  return optional.filter((of) => of !== null);
}

function functionsOfSection(section: PlanSection | null): readonly (PlanFunction | null)[] {
  if (section === null) return [];
  const { run, reverse } = section;
  return reverse === null
    ? [run]
    : [run, reverse.save, reverse.adjoint, reverse.stateAdjoint, reverse.inputAdjoint];
}
