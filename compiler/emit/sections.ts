import type { FunctionDeclarationStructure } from "ts-morph";
import type { PlanFunction } from "../plan/call.ts";
import type { Plan, PlanSection } from "../plan/plan.ts";
import { sectionFunction, type RoleTypes } from "./functions.ts";
import type { FunctionName, TopLevel } from "./moduleNames.ts";
import type { Purpose } from "./naming.ts";
import { object } from "./text.ts";

/** The entries of a definition that are functions, as text. */
export type SectionTexts = {
  readonly [S in "constants" | "prepare" | "initial" | "step" | "finish" | "objective" | "until"]: string;
};

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
  const emit: Emit = (of, name, doc, purpose, roles) => {
    const { text, declaration } = sectionFunction(of, name, doc, purpose, roles, top);
    if (declaration !== null) declarations.push(declaration);
    return text;
  };
  const { known, state, unprepared, prepared } = types;
  const reports = `{ ${["readonly [name: string]: Value"].join("; ")} }`;
  const texts = {
    constants:
      plan.constants === null
        ? "() => ({})"
        : emit(plan.constants, "constants", DOCS.constants, "record", { known: types.data }),
    prepare:
      plan.prepare === null
        ? "null"
        : emitSection(emit, plan.prepare, "prepare", { known: unprepared, cotangents: prepared }, top),
    initial: emitSection(emit, plan.initial, "initial", { known, cotangents: state }, top),
    step:
      plan.step === null
        ? "null"
        : emitSection(emit, plan.step, "step", { known, state, cotangents: state }, top),
    finish: emitSection(emit, plan.finish, "finish", { known, state, cotangents: OUTPUT }, top),
    objective:
      plan.objective === null
        ? "null"
        : emit(plan.objective, "objective", DOCS.objective, "plain", { known, state }),
    until:
      plan.until === null
        ? "null"
        : emit(plan.until, "until", DOCS.until, "plain", { known, state, previous: state, reports }),
  };
  return { texts, declarations };
}

type Emit = (of: PlanFunction, name: FunctionName, doc: string, purpose: Purpose, roles: RoleTypes) => string;
type SectionName = "prepare" | "initial" | "step" | "finish";

const OUTPUT = "{ readonly output: Value }";

const DOCS = {
  constants: "What follows from the givens, once a run.",
  prepare: "What does not change between steps, once a batch.",
  initial: "The first state.",
  step: "One iteration: the next state.",
  finish: "The output.",
  objective: "What the iteration makes small, for each sample.",
  until: "1 for the samples that may stop; `before` means the last test.",
} as const;

/** A section with its reverse, as the entry of the definition. */
function emitSection(
  emit: Emit,
  section: PlanSection,
  name: SectionName,
  roles: RoleTypes,
  top: TopLevel,
): string {
  const steps = name === "step";
  const run = emit(section.run, name, DOCS[name], steps ? "step" : "forward", roles);
  if (section.reverse === null)
    return object([
      ["run", run],
      ["reverse", "null"],
    ]);
  const { save, adjoint, stateAdjoint } = section.reverse;
  const saving: FunctionName = `${name}Saving`;
  const saved = { saved: `ReturnType<typeof ${top.ofFunction(saving)}>["saved"]` };
  const reverse = object([
    [
      "save",
      emit(save, saving, `\`${name}\`, and what its adjoint needs.`, steps ? "step" : "forward", roles),
    ],
    [
      "adjoint",
      emit(adjoint, `${name}Adjoint`, adjointDoc(name), steps ? "stepAdjoint" : "adjoint", {
        ...roles,
        ...saved,
      }),
    ],
    [
      "stateAdjoint",
      stateAdjoint === null
        ? "null"
        : emit(stateAdjoint, "stepStateAdjoint", "`stepAdjoint` for the state alone.", "stepStateAdjoint", {
            ...roles,
            ...saved,
          }),
    ],
  ]);
  return object([
    ["run", run],
    ["reverse", reverse],
  ]);
}

function adjointDoc(name: SectionName): string {
  return `The vector-Jacobian product of \`${name}\`: cotangents of what it returns become those of what it reads.`;
}
