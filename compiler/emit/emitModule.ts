import * as estree from "prettier/plugins/estree";
import * as typescript from "prettier/plugins/typescript";
import { format } from "prettier/standalone";
import {
  Project,
  StructureKind,
  VariableDeclarationKind,
  type ImportDeclarationStructure,
  type InterfaceDeclarationStructure,
  type SourceFileStructure,
  type StatementStructures,
} from "ts-morph";
import type { PlanFunction } from "../plan/call.ts";
import { usesOfFunction } from "../plan/uses.ts";
import type { Plan } from "../plan/plan.ts";
import { withSharedFunctions } from "../plan/shared.ts";
import type { Span } from "../source/span.ts";
import { definitionText } from "./definitionText.ts";
import { networkFunction, recordTypes } from "./functions.ts";
import { headerText } from "./header.ts";
import { knownGroups, stateInterface, userInterfaces, type KnownGroups } from "./interfaces.ts";
import { topLevelNames, type TopLevel } from "./moduleNames.ts";
import { RUNTIME_TYPES, RUNTIME_VALUES } from "./reserved.ts";
import { emitSections, type SectionTypes } from "./sections.ts";
import { commentText } from "./text.ts";

/** How a module refers to the rest of the world. */
export interface EmitSettings {
  /** from where it imports the runtime: `ipc/runtime` */
  readonly runtimeSpecifier: string;
  /** the file of the program, as its header names it */
  readonly sourceName: string;
  /** a place in the program as `file:line:column`, for errors; without it operators do not say where they stand */
  readonly placeOf?: (span: Span) => string;
}

/** The module of a plan as text: a program's functions, typed and documented, and the definition that joins them. */
export async function emitModule(whole: Plan, settings: EmitSettings): Promise<string> {
  const plan = withSharedFunctions(whole);
  const project = new Project({ useInMemoryFileSystem: true, skipLoadingLibFiles: true });
  const file = project.createSourceFile("module.ts", moduleStructure(plan, settings));
  return format(file.getFullText(), {
    parser: "typescript",
    plugins: [typescript, estree],
    printWidth: 110,
    trailingComma: "all",
  });
}

/** A whole module as one structure. */
function moduleStructure(plan: Plan, settings: EmitSettings): SourceFileStructure {
  const top = topLevelNames(plan, settings.placeOf ?? (() => null));
  const groups = knownGroups(plan, groupNames(plan, top), top.use);
  const types = sectionTypes(plan, groups, top);
  const networks = plan.networks.map((network) =>
    networkFunction(network, knownOfNetworks(plan, types), top),
  );
  const state = plan.states.length === 0 ? [] : [stateInterface(plan, types.state, top.use)];
  const sections = emitSections(plan, types, top);
  const definition = definitionText(plan, sections.texts, top);
  top.use("defineProgram");
  const taken = userInterfaces(plan, { givens: top.ofType("Givens"), inputs: top.ofType("Inputs") }, top.use);
  const signature = [types.known, types.state, takenType(taken.givens), takenType(taken.inputs)];
  const statements: StatementStructures[] = [
    ...[taken.givens, taken.inputs].filter((group) => group !== null),
    ...[groups.data, groups.constants, groups.learned, groups.prepared].filter((group) => group !== null),
    ...knownAlias(groups, types, top),
    ...state,
    ...recordTypes(top),
    ...networks,
    ...sections.declarations,
    {
      kind: StructureKind.VariableStatement,
      declarationKind: VariableDeclarationKind.Const,
      isExported: true,
      docs: plan.doc === "" ? [] : [commentText(plan.doc)],
      declarations: [
        {
          name: top.program,
          initializer: `defineProgram<${signature.join(", ")}>(${definition})`,
        },
      ],
    },
  ];
  return {
    kind: StructureKind.SourceFile,
    statements: [
      blockComment(headerText(plan, settings.sourceName)),
      importStructure(settings.runtimeSpecifier, top),
      ...statements.flatMap((statement) => ["", statement]),
    ],
  };
}

/** The type of what a program takes; nothing has no names. */
function takenType(group: InterfaceDeclarationStructure | null): string {
  return group === null ? "Record<string, never>" : group.name;
}

/** A program that knows no more than its data has one interface for all that is known. */
function groupNames(plan: Plan, top: TopLevel): { readonly [G in keyof KnownGroups]: string } {
  const more = plan.hoisted.length + plan.parameters.length + plan.prepared.length > 0;
  return {
    data: top.ofType(more ? "Data" : "Known"),
    constants: top.ofType("Constants"),
    learned: top.ofType("Learned"),
    prepared: top.ofType("Prepared"),
  };
}

function sectionTypes(plan: Plan, groups: KnownGroups, top: TopLevel): SectionTypes {
  const unprepared = [groups.data, groups.constants, groups.learned].filter((group) => group !== null);
  return {
    data: groups.data.name,
    unprepared: unprepared.map((group) => group.name).join(" & "),
    prepared: top.ofType("Prepared"),
    known: top.ofType("Known"),
    state: plan.states.length === 0 ? "object" : top.ofType("State"),
  };
}

/** What networks are handed as known: the least that any of their callers has. */
function knownOfNetworks({ constants, prepare }: Plan, types: SectionTypes): string {
  const handsOn = (of: PlanFunction | null | undefined): boolean =>
    of !== null && of !== undefined && usesOfFunction({ ...of, parameters: [] }).known;
  if (handsOn(constants)) return types.data;
  const { save, adjoint, stateAdjoint, inputAdjoint } = prepare?.reverse ?? {};
  return [prepare?.run, save, adjoint, stateAdjoint, inputAdjoint].some(handsOn)
    ? types.unprepared
    : types.known;
}

function knownAlias(groups: KnownGroups, types: SectionTypes, top: TopLevel): readonly StatementStructures[] {
  if (groups.data.name === types.known) return [];
  const parts = [types.unprepared, ...(groups.prepared === null ? [] : [top.ofType("Prepared")])];
  return [
    {
      kind: StructureKind.TypeAlias,
      name: types.known,
      docs: ["All that a step may read."],
      type: parts.join(" & "),
    },
  ];
}

function importStructure(specifier: string, top: TopLevel): ImportDeclarationStructure {
  const values = RUNTIME_VALUES.filter((name) => top.used.has(name));
  const types = RUNTIME_TYPES.filter((name) => top.used.has(name));
  return {
    kind: StructureKind.ImportDeclaration,
    moduleSpecifier: specifier,
    namedImports: [...values.map((name) => ({ name })), ...types.map((name) => ({ name, isTypeOnly: true }))],
  };
}

function blockComment(text: string): string {
  const lines = commentText(text)
    .split("\n")
    .map((line) => ` * ${line}`.trimEnd());
  return ["/**", ...lines, " */"].join("\n");
}
