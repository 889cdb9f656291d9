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

/** The sections that run, and their reverses, each function changed; not what is evaluated while a program is bound. */
export function mapSections(
  plan: Parts,
  change: (of: PlanFunction) => PlanFunction,
): Pick<Plan, "constants" | "prepare" | "initial" | "firstStep" | "step" | "finish" | "objective" | "until"> {
  const maybe = (of: PlanFunction | null): PlanFunction | null => of && change(of);
  const section = ({ run, reverse }: PlanSection): PlanSection => ({
    run: change(run),
    reverse: reverse && {
      save: change(reverse.save),
      adjoint: maybe(reverse.adjoint),
      stateAdjoint: maybe(reverse.stateAdjoint),
      inputAdjoint: maybe(reverse.inputAdjoint),
    },
  });
  const maybeSection = (of: PlanSection | null): PlanSection | null => of && section(of);
  return {
    constants: maybe(plan.constants),
    prepare: maybeSection(plan.prepare),
    initial: section(plan.initial),
    firstStep: maybeSection(plan.firstStep),
    step: maybeSection(plan.step),
    finish: section(plan.finish),
    objective: maybe(plan.objective),
    until: maybe(plan.until),
  };
}
