import type { Target } from "../../runtime/program/definition.ts";
import type { Block, Variable } from "../ir/block.ts";
import type { ProgramDerivative, SectionDerivative } from "../ir/derivative.ts";
import type { IrProgram } from "../ir/program.ts";
import type { Parameter, PlanFunction, ResultEntry } from "./call.ts";
import { moduleFunction, type Setting } from "./function.ts";
import type { KnownNames } from "./knownNames.ts";
import type { Plan, PlanSection } from "./plan.ts";
import {
  patternEntries,
  planReverse,
  recordResult,
  stateParameter,
  type SectionNames,
  type StateCotangents,
} from "./reverse.ts";

type Sections = Pick<Plan, "initial" | "firstStep" | "step" | "finish" | "objective" | "until">;

/** The sections that run for every batch, step or result. */
export function planSections(
  setting: Setting,
  program: IrProgram,
  derivative: ProgramDerivative | null,
  target: Target,
): Sections {
  const states = program.states.map((state) => state.name);
  const { firstStep, step } = program;
  const more: SectionSettings["more"] = (results) => stepExtras(program, results);
  return {
    initial: planSection(
      setting,
      { states: [], values: states },
      program.initial,
      derivative?.initial ?? null,
    ),
    firstStep:
      firstStep === undefined
        ? null
        : planSection(setting, { states, values: states }, firstStep, derivative?.firstStep ?? null, {
            more,
            cotangents: "reached",
          }),
    step:
      step &&
      planSection(setting, { states, values: states }, step, derivative?.step ?? null, {
        more,
        cotangents: target.kind === "equilibrium" ? "alone" : "all",
      }),
    finish: planSection(setting, { states, values: ["output"] }, program.finish, derivative?.finish ?? null),
    objective: program.objective && planObjective(setting, states, program.objective),
    until:
      target.kind === "solver" && program.until
        ? planUntil(setting, states, program.reports, program.until)
        : null,
  };
}

/** What is computed once a batch: the values that the functions planned so far read. */
export function planPrepare(
  setting: Setting,
  program: IrProgram,
  derivative: ProgramDerivative | null,
  names: KnownNames,
): PlanSection | null {
  const { prepare } = program;
  const reverse = derivative?.prepare ?? null;
  const values = (reverse?.save.results ?? []).map((result, index) =>
    setting.nameOf(prepare.results[index] ?? result),
  );
  const read = names.read("prepare");
  if (read.length === 0) return null;
  const returned = (results: readonly Variable[]): readonly ResultEntry[] => [
    {
      name: "values",
      result: recordResult(
        read.map(({ name, variable }) => [name, results[prepare.results.indexOf(variable)] ?? variable]),
      ),
    },
  ];
  return {
    run: moduleFunction(setting, [], prepare.equations, {
      kind: "record",
      entries: returned(prepare.results),
    }),
    reverse: reverse && planReverse(setting, { states: [], values }, reverse, returned, "all"),
  };
}

interface SectionSettings {
  /** what is returned beside the values */
  readonly more?: (results: readonly Variable[]) => readonly ResultEntry[];
  readonly cotangents?: StateCotangents;
}

function planSection(
  setting: Setting,
  names: SectionNames,
  block: Block,
  derivative: SectionDerivative | null,
  settings: SectionSettings = {},
): PlanSection {
  const returned = (results: readonly Variable[]): readonly ResultEntry[] => [
    { name: "values", result: namedResults(names.values, results) },
    ...(settings.more?.(results) ?? []),
  ];
  const parameters = names.states.length === 0 ? [] : [stateParameter(names.states, block.parameters)];
  return {
    run: moduleFunction(setting, parameters, block.equations, {
      kind: "record",
      entries: returned(block.results),
    }),
    reverse: derivative && planReverse(setting, names, derivative, returned, settings.cotangents ?? "all"),
  };
}

function stepExtras(program: IrProgram, results: readonly Variable[]): readonly ResultEntry[] {
  const after = program.states.length;
  const reports = results.slice(after, after + program.reports.length);
  const capped = program.loops ? results[after + program.reports.length] : undefined;
  return [
    { name: "reports", result: namedResults(program.reports, reports) },
    {
      name: "capped",
      result:
        capped === undefined ? { kind: "constant", value: null } : { kind: "variable", variable: capped },
    },
  ];
}

function planObjective(setting: Setting, states: readonly string[], block: Block): PlanFunction {
  return testOrNumber(setting, [stateParameter(states, block.parameters)], block);
}

function planUntil(
  setting: Setting,
  states: readonly string[],
  reports: readonly string[],
  block: Block,
): PlanFunction {
  const count = states.length;
  const now = block.parameters.slice(0, count);
  const before = block.parameters.slice(count, 2 * count);
  const reported = block.parameters.slice(2 * count);
  const parameters: readonly Parameter[] = [
    stateParameter(states, now),
    { role: "previous", pattern: { kind: "record", entries: patternEntries(states, before) } },
    { role: "reports", pattern: { kind: "record", entries: patternEntries(reports, reported) } },
  ];
  return testOrNumber(setting, parameters, block);
}

function testOrNumber(setting: Setting, parameters: readonly Parameter[], block: Block): PlanFunction {
  const [variable] = block.results;
  if (variable === undefined) throw new Error("a section that stands for a number has no result");
  return moduleFunction(setting, parameters, block.equations, { kind: "variable", variable });
}

function namedResults(names: readonly string[], results: readonly Variable[]) {
  return recordResult(
    names.flatMap((name, index) => {
      const variable = results[index];
      return variable === undefined ? [] : [[name, variable] as const];
    }),
  );
}
