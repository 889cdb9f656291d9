import type {
  Certificate,
  Division,
  DrawDeclaration,
  IntervalDeclaration,
  ParameterStart,
  ProgramDefinition,
  Requirement,
  StateDeclaration,
  Target,
  TypeDeclaration,
} from "../../runtime/program/definition.ts";
import type { Variable, VariableType } from "../ir/block.ts";
import type { IrData, IrParameter } from "../ir/program.ts";
import type { Span } from "../source/span.ts";
import type { PlanFunction } from "./call.ts";

/**
 * A program for one target as data: what is executed and what is printed are both read off it. It has the parts of a
 * definition (runtime/program/definition.ts), with functions as calls of the runtime's operations.
 */
export interface Plan {
  readonly name: string;
  readonly doc: string;
  readonly hash: string;
  readonly target: Target;
  readonly certificate: Certificate | null;
  readonly notes: readonly string[];
  /** whether the reverses give the cotangents of inputs */
  readonly inputGradients: boolean;
  /** whether the reverses are of the program as it runs, rather than as it trains */
  readonly frozen: boolean;
  readonly sizes: ProgramDefinition["sizes"];
  readonly spaces: ProgramDefinition["spaces"];
  readonly givens: readonly PlanData[];
  readonly inputs: readonly PlanData[];
  readonly parameters: readonly PlanParameter[];
  readonly requirements: readonly PlanRequirement[];
  readonly divisions: readonly PlanDivision[];
  readonly states: readonly PlanState[];
  readonly counter: string | null;
  readonly draws: readonly PlanDraw[];
  readonly output: TypeDeclaration;
  /** networks, those that others call first */
  readonly networks: readonly PlanNetwork[];
  /** what `constants` and `prepare` compute and later functions read */
  readonly hoisted: readonly NamedVariable[];
  readonly prepared: readonly NamedVariable[];
  /** (known) -> the hoisted values by name; null where nothing is hoisted */
  readonly constants: PlanFunction | null;
  readonly prepare: PlanSection | null;
  readonly initial: PlanSection;
  /** the step at the first state, where it is shorter */
  readonly firstStep: PlanSection | null;
  readonly step: PlanSection | null;
  readonly finish: PlanSection;
  readonly objective: PlanFunction | null;
  readonly until: PlanFunction | null;
}

/** A division with the place in the program that asks for it. */
export interface PlanDivision extends Omit<Division, "place"> {
  readonly span: Span | null;
}

/** Random numbers, and the space of what a step reads of them. */
export interface PlanDraw {
  readonly declaration: DrawDeclaration;
  readonly type: VariableType;
}

/** A section and its reverse, with the signatures of `Differentiable`. */
export interface PlanSection {
  readonly run: PlanFunction;
  readonly reverse: PlanReverse | null;
}

export interface PlanReverse {
  readonly save: PlanFunction;
  /** null where a section takes no states, and nothing but `inputAdjoint` gives a cotangent */
  readonly adjoint: PlanFunction | null;
  readonly stateAdjoint: PlanFunction | null;
  readonly inputAdjoint: PlanFunction | null;
}

/** A network: its arguments by position, then what is known, if it reads that. */
export interface PlanNetwork {
  readonly name: string;
  readonly doc: string;
  readonly function: PlanFunction;
  /** which of its parameters, and of its results, belong together; null where none do */
  readonly taken: PlanGroup | null;
  readonly given: PlanGroup | null;
}

/** Parameters or results in a row that are the entries of one record. */
export interface PlanGroup {
  /** what the record holds */
  readonly holds: "saved" | "weights";
  /** the network whose layers it speaks of */
  readonly network: string;
  readonly start: number;
  readonly names: readonly string[];
}

/** A variable under the name by which functions know it. */
export interface NamedVariable {
  readonly name: string;
  readonly variable: Variable;
}

export interface PlanData {
  readonly name: string;
  readonly type: VariableType;
  readonly doc: string;
  readonly perStep: boolean;
  readonly interval: IntervalDeclaration | null;
  readonly properties: IrData["properties"];
  readonly initial: PlanFunction | null;
}

export interface PlanParameter {
  readonly name: string;
  readonly type: VariableType;
  readonly doc: string;
  readonly perStep: boolean;
  readonly via: IrParameter["via"];
  /** returns the record of a parameter's interval */
  readonly interval: PlanFunction | null;
  /** returns the nearest value that is allowed to the parameter's own */
  readonly projection: PlanFunction | null;
  readonly initial:
    | { readonly kind: "value"; readonly evaluate: PlanFunction }
    | Extract<ParameterStart, { kind: "random" | "stored" }>;
  readonly spectralBound: number | null;
  /** of a running average: the parameter that counts its batches */
  readonly average?: string;
  /** of a program that this one calls, whose weights stand still */
  readonly of?: { readonly program: string; readonly hash: string; readonly name: string };
}

export interface PlanRequirement extends Omit<Requirement, "evaluate"> {
  /** returns the record of the value and of the ends of its interval */
  readonly evaluate: PlanFunction;
}

export interface PlanState extends StateDeclaration {
  readonly doc: string;
  /** its space in the language's notation */
  readonly notation: string;
}
