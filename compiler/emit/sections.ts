import type { FunctionDeclarationStructure } from "ts-morph";
import type { Pattern, PlanFunction } from "../plan/call.ts";
import type { Plan, PlanReverse, PlanSection } from "../plan/plan.ts";
import { variablesOfPattern, variablesOfResult } from "../plan/uses.ts";
import { sectionFunction, type RoleTypes, type SectionFunction } from "./functions.ts";
import type { FunctionName, TopLevel } from "./moduleNames.ts";
import type { Purpose } from "./naming.ts";
import { object } from "./text.ts";

/** The entries of a definition that are functions, as text. */
export type SectionTexts = {
  readonly [S in "constants" | "prepare" | "initial" | "step" | "finish" | "objective" | "until"]: string;
} & { readonly firstStep: string | null };

/** The types that functions of a module speak of. */
export interface SectionTypes {
  readonly data: string;
  /** what is known before anything is prepared */
  readonly unprepared: string;
  readonly prepared: string;
  readonly known: string;
  readonly state: string;
}

/** The functions of a module in the order of an algorithm, and how the definition refers to them. */
export function emitSections(
  plan: Plan,
  types: SectionTypes,
  top: TopLevel,
): { readonly texts: SectionTexts; readonly declarations: readonly FunctionDeclarationStructure[] } {
  const declarations: FunctionDeclarationStructure[] = [];
  const emit: Emit = (of, stated) => {
    const { text, declaration } = sectionFunction(of, stated, top);
    if (declaration !== null) declarations.push(declaration);
    return text;
  };
  const { known, state, unprepared, prepared } = types;
  const texts = {
    constants:
      plan.constants === null
        ? "() => ({})"
        : emit(plan.constants, plain("constants", "record", { known: types.data })),
    prepare:
      plan.prepare === null
        ? "null"
        : emitSection(emit, plan.prepare, "prepare", { known: unprepared, cotangents: prepared }, top),
    initial: emitSection(emit, plan.initial, "initial", { known, cotangents: state }, top),
    firstStep:
      plan.firstStep === null
        ? null
        : emitSection(emit, plan.firstStep, "firstStep", { known, state, cotangents: state }, top),
    step:
      plan.step === null
        ? "null"
        : emitSection(emit, plan.step, "step", { known, state, cotangents: state }, top),
    finish: emitSection(emit, plan.finish, "finish", { known, state, cotangents: OUTPUT }, top),
    objective:
      plan.objective === null ? "null" : emit(plan.objective, plain("objective", "plain", { known, state })),
    until:
      plan.until === null
        ? "null"
        : emit(plan.until, plain("until", "plain", { known, state, previous: state, reports: REPORTS })),
  };
  return { texts, declarations };
}

type Emit = (of: PlanFunction, stated: SectionFunction) => string;
type SectionName = "prepare" | "initial" | "firstStep" | "step" | "finish";

const OUTPUT = "{ readonly output: Value }";
const REPORTS = "{ readonly [name: string]: Value }";

const DOCS = {
  constants: "What follows from the givens, once a run.",
  prepare: "What does not change between steps, once a batch.",
  initial: "The first state.",
  firstStep: "The first iteration, where the state is still 0.",
  step: "One iteration: the next state.",
  finish: "The output.",
  objective: "What the iteration makes small, for each sample.",
  until: "1 for the samples that may stop; `before` means the last test.",
} as const;

function plain(name: keyof typeof DOCS, purpose: Purpose, types: RoleTypes): SectionFunction {
  return { name, doc: DOCS[name], purpose, types, named: false };
}

/** A section with its reverse, as the entry of the definition. */
function emitSection(
  emit: Emit,
  section: PlanSection,
  name: SectionName,
  types: RoleTypes,
  top: TopLevel,
): string {
  const purpose: Purpose = name === "step" || name === "firstStep" ? "step" : "forward";
  const run = emit(section.run, plain(name, purpose, types));
  const reverse =
    section.reverse === null ? "null" : emitReverse(emit, section.reverse, name, types, top, run);
  return object([
    ["run", run],
    ["reverse", reverse],
  ]);
}

function emitReverse(
  emit: Emit,
  { save, adjoint, stateAdjoint, inputAdjoint }: PlanReverse,
  name: SectionName,
  types: RoleTypes,
  top: TopLevel,
  run: string,
): string {
  const saving: FunctionName = `${name}Saving`;
  const steps = name === "step" || name === "firstStep";
  const withSaved = { ...types, saved: `ReturnType<typeof ${top.ofFunction(saving)}>["saved"]` };
  const saves = [adjoint, stateAdjoint, inputAdjoint].some((of) => of !== null && readsSaved(of));
  const isNamed = run === top.ofFunction(name);
  return object([
    [
      "save",
      isNamed && !saves && savesNothing(save)
        ? savingNothing(run, save)
        : emit(save, {
            name: saving,
            doc: `\`${name}\`, and what its adjoint needs.`,
            purpose: steps ? "step" : "forward",
            types,
            named: saves,
          }),
    ],
    [
      "adjoint",
      adjoint === null
        ? "null"
        : emit(adjoint, {
            name: `${name}Adjoint`,
            doc: `The vector-Jacobian product of \`${name}\`: cotangents of what it returns become those of what it reads.`,
            purpose: steps ? "stepAdjoint" : "adjoint",
            types: withSaved,
            named: readsSaved(adjoint) || name === "prepare",
          }),
    ],
    [
      "stateAdjoint",
      stateAdjoint === null
        ? "null"
        : emit(stateAdjoint, {
            name: "stepStateAdjoint",
            doc: "`stepAdjoint` for the state alone.",
            purpose: "stepStateAdjoint",
            types: withSaved,
            named: readsSaved(stateAdjoint),
          }),
    ],
    ...(inputAdjoint === null
      ? []
      : [
          [
            "inputAdjoint",
            emit(inputAdjoint, {
              name: `${name}InputAdjoint`,
              doc:
                adjoint === null
                  ? `The vector-Jacobian product of \`${name}\` for the inputs.`
                  : `\`${name}Adjoint\` for the inputs alone.`,
              purpose: steps ? "stepStateAdjoint" : "inputAdjoint",
              types: withSaved,
              named: readsSaved(inputAdjoint) || name === "prepare",
            }),
          ] as const,
        ]),
  ]);
}

/** Whether a section's adjoint needs nothing of it. */
function savesNothing({ result }: PlanFunction): boolean {
  const saved = result.kind === "record" ? result.entries.find(({ name }) => name === "saved") : undefined;
  return saved !== undefined && variablesOfResult(saved.result).length === 0;
}

/** The section itself, which saves nothing. */
function savingNothing(run: string, save: PlanFunction): string {
  const last = save.parameters.findLastIndex(({ pattern }) => isTakenApart(pattern));
  const taken = ["ops", ...save.parameters.slice(0, last + 1).map(({ role }) => role)].join(", ");
  return `(${taken}) => ({ ...${run}(${taken}), saved: { values: {}, traces: {} } })`;
}

function isTakenApart(pattern: Pattern): boolean {
  return pattern.kind !== "record" || pattern.entries.some((entry) => isTakenApart(entry.pattern));
}

function readsSaved(of: PlanFunction): boolean {
  return of.parameters.some(
    ({ role, pattern }) => role === "saved" && variablesOfPattern(pattern).length > 0,
  );
}
