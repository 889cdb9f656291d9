import { StructureKind, type InterfaceDeclarationStructure } from "ts-morph";
import type { IntervalDeclaration } from "../../runtime/program/definition.ts";
import type { VariableType } from "../ir/block.ts";
import { typeText } from "../ir/spaces.ts";
import type { NamedVariable, Plan, PlanData, PlanParameter } from "../plan/plan.ts";
import type { RuntimeName } from "./reserved.ts";
import { commentText, propertyKey } from "./text.ts";

/** The groups of names that functions know; a group without names is left out. */
export interface KnownGroups {
  readonly data: InterfaceDeclarationStructure;
  readonly constants: InterfaceDeclarationStructure | null;
  readonly learned: InterfaceDeclarationStructure | null;
  readonly prepared: InterfaceDeclarationStructure | null;
}

interface Entry {
  readonly name: string;
  readonly type: string;
  readonly doc: string;
  /** whether it may be left out */
  readonly isOptional?: boolean;
}

/** The interfaces for what is known: data and sizes, constants, parameters, and what is prepared. */
export function knownGroups(
  plan: Plan,
  names: { readonly [G in keyof KnownGroups]: string },
  use: (name: RuntimeName) => void,
): KnownGroups {
  const ofVariable = ({ name, variable }: NamedVariable): Entry => ({
    name,
    type: runtimeType(variable.type, use),
    doc: typeText(variable.type),
  });
  const data: readonly Entry[] = [
    ...plan.sizes.map(({ name }) => ({ name, type: "number", doc: "a size" })),
    ...plan.spaces.map(({ name }) => ({ name, type: useType("Space", use), doc: "a space" })),
    ...plan.givens.map((given) => dataEntry(given, "", use)),
    ...plan.inputs.map((input) => dataEntry(input, "of each sample", use)),
    ...(plan.counter === null
      ? []
      : [{ name: plan.counter, type: useType("Value", use), doc: "the number of the step, from 0" }]),
    ...plan.draws.map(({ declaration: { name, when }, type: drawn }) => ({
      name,
      type: runtimeType(drawn, use),
      doc: `${typeText(drawn)}, drawn ${when === "step" ? "anew in each step" : "once for each sample"}`,
    })),
  ];
  const learned = plan.parameters.map((parameter) => parameterEntry(parameter, use));
  return {
    data: interfaceOf(names.data, "What the program is run on.", data),
    constants: orNull(names.constants, "What follows from the givens.", plan.hoisted.map(ofVariable)),
    learned: orNull(names.learned, "What may be learned.", learned),
    prepared: orNull(names.prepared, "What does not change between steps.", plan.prepared.map(ofVariable)),
  };
}

/** The interfaces of what a user binds to a program and runs it on; null where there is nothing. */
export function userInterfaces(
  plan: Plan,
  names: { readonly givens: string; readonly inputs: string },
  use: (name: RuntimeName) => void,
): {
  readonly givens: InterfaceDeclarationStructure | null;
  readonly inputs: InterfaceDeclarationStructure | null;
} {
  const entry = (data: PlanData): Entry => ({
    ...dataEntry(data, "", use),
    type: useType(DATUM_TYPES[data.type.kind], use),
    isOptional: data.initial !== null,
  });
  const interfaceFor = (name: string, doc: string, all: readonly PlanData[]) => {
    const made = orNull(name, doc, all.map(entry));
    return made === null ? null : { ...made, isExported: true };
  };
  return {
    givens: interfaceFor(names.givens, "What `model` binds.", plan.givens),
    inputs: interfaceFor(names.inputs, "What `run` takes; samples may be on a first axis.", plan.inputs),
  };
}

/** The interface of the states. */
export function stateInterface(
  plan: Plan,
  name: string,
  use: (name: RuntimeName) => void,
): InterfaceDeclarationStructure {
  const entries = plan.states.map((state) => ({
    name: state.name,
    type: useType("Value", use),
    doc: sentence([state.notation + intervalText(state.assumedInterval)], state.doc),
  }));
  return interfaceOf(name, "What lives on from step to step.", entries);
}

/** What users bind to a declaration, by its kind. */
const DATUM_TYPES: { readonly [K in VariableType["kind"]]: RuntimeName } = {
  value: "ArrayDatum",
  trace: "ArrayDatum",
  operator: "OperatorDatum",
  map: "GivenMap",
};

const VARIABLE_TYPES: { readonly [K in VariableType["kind"]]: RuntimeName } = {
  value: "Value",
  trace: "Value",
  operator: "Operator",
  map: "GivenMap",
};

/** The type of the runtime that holds a variable. */
export function runtimeType(type: VariableType, use: (name: RuntimeName) => void): string {
  return useType(VARIABLE_TYPES[type.kind], use);
}

function dataEntry(data: PlanData, whose: string, use: (name: RuntimeName) => void): Entry {
  const facts = [
    typeText(withBounds(data)) + intervalText(data.interval),
    ...(data.perStep ? ["one for each step"] : []),
    ...(whose === "" ? [] : [whose]),
  ];
  return { name: data.name, type: runtimeType(data.type, use), doc: sentence(facts, data.doc) };
}

/** The type of data, its properties with the constants that the program states. */
function withBounds({ type, properties }: PlanData): VariableType {
  if (type.kind !== "operator" && type.kind !== "map") return type;
  const stated = new Map(properties.map(({ name, bound }) => [name, bound]));
  const text = (name: string): string => {
    const bound = stated.get(name) ?? null;
    return bound === null ? name : `${name} <= ${bound}`;
  };
  return { ...type, properties: type.properties.map(text) };
}

/** A parameter that is an operator stands for its matrix. */
function parameterEntry(parameter: PlanParameter, use: (name: RuntimeName) => void): Entry {
  const facts = [
    typeText(parameter.type),
    ...(parameter.type.kind === "operator" ? ["as its matrix"] : []),
    ...(parameter.perStep ? ["one for each step"] : []),
  ];
  return { name: parameter.name, type: useType("Value", use), doc: sentence(facts, parameter.doc) };
}

function sentence(facts: readonly string[], doc: string): string {
  return facts.join(", ") + (doc === "" ? "" : `: ${doc}`);
}

function intervalText(interval: IntervalDeclaration | null): string {
  if (interval === null) return "";
  const { low, high, lowOpen, highOpen } = interval;
  const end = (value: number): string => String(value).replace("Infinity", "inf");
  return ` in ${lowOpen ? "(" : "["}${end(low)}, ${end(high)}${highOpen ? ")" : "]"}`;
}

function orNull(name: string, doc: string, entries: readonly Entry[]): InterfaceDeclarationStructure | null {
  return entries.length === 0 ? null : interfaceOf(name, doc, entries);
}

function interfaceOf(name: string, doc: string, entries: readonly Entry[]): InterfaceDeclarationStructure {
  return {
    kind: StructureKind.Interface,
    name,
    docs: [doc],
    properties: entries.map((entry) => ({
      name: propertyKey(entry.name),
      type: entry.type,
      isReadonly: true,
      hasQuestionToken: entry.isOptional === true,
      docs: [commentText(entry.doc)],
    })),
  };
}

function useType(name: RuntimeName, use: (name: RuntimeName) => void): string {
  use(name);
  return name;
}
