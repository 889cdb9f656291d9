import {
  StructureKind,
  type FunctionDeclarationStructure,
  type OptionalKind,
  type ParameterDeclarationStructure,
  type TypeAliasDeclarationStructure,
} from "ts-morph";
import type { Pattern, PlanFunction, Role } from "../plan/call.ts";
import type { PlanNetwork } from "../plan/plan.ts";
import { arrowBody, functionText, type FunctionText } from "./functionText.ts";
import { recordType } from "./groups.ts";
import { runtimeType } from "./interfaces.ts";
import type { FunctionName, TopLevel } from "./moduleNames.ts";
import { namingOf, type Purpose } from "./naming.ts";
import { networkText } from "./networkText.ts";
import { commentText } from "./text.ts";

/** The types of a function's parameters by their roles. */
export type RoleTypes = { readonly [R in Exclude<Role, "value">]?: string };

/** A function as the definition refers to it: by its name, or written out where it only passes values on. */
export interface Reference {
  readonly text: string;
  readonly declaration: FunctionDeclarationStructure | null;
}

/** How a function of a section stands in the module. */
export interface SectionFunction {
  readonly name: FunctionName;
  readonly doc: string;
  readonly purpose: Purpose;
  readonly types: RoleTypes;
  /** whether others refer to it by name, or its types have to be said */
  readonly named: boolean;
}

/** A function of a section. One that calls nothing is written where it is used, if it needs no name. */
export function sectionFunction(of: PlanFunction, stated: SectionFunction, top: TopLevel): Reference {
  const text = functionText(of, namingOf(stated.purpose), top);
  const calls = of.statements.length > 0;
  if (!calls && !stated.named) return { text: arrow(of, text), declaration: null };
  const parameters = written(text).map(({ parameter, text: pattern }) => ({
    name: pattern ?? `_${parameter.role}`,
    type: roleType(parameter.role, pattern !== null, stated.types),
  }));
  const name = top.ofFunction(stated.name);
  top.use("Operations");
  return {
    text: name,
    declaration: {
      kind: StructureKind.Function,
      name,
      docs: [stated.doc],
      parameters: [{ name: calls ? "ops" : "_ops", type: "Operations" }, ...parameters],
      statements: [...text.lines, `return ${text.value};`],
    },
  };
}

/** What is saved is of the type that saving returns; where it is not read, it may be anything. */
function roleType(role: Role, isRead: boolean, types: RoleTypes): string {
  if (role === "value") return "Value";
  return role === "saved" && !isRead ? "unknown" : (types[role] ?? "object");
}

/** A function of the definition that is written where it is used, its types known from there. */
export function inlineFunction(of: PlanFunction, purpose: Purpose, top: TopLevel): string {
  return arrow(of, functionText(of, namingOf(purpose), top));
}

/** A network as a function of its arguments, then of what is known. */
export function networkFunction(
  network: PlanNetwork,
  known: string,
  top: TopLevel,
): FunctionDeclarationStructure {
  const text = networkText(network, top);
  const parameters = text.parameters.map(
    ({ parameter, text: pattern }, index): OptionalKind<ParameterDeclarationStructure> => {
      if (parameter.role === "known") return { name: pattern ?? "_known", type: known };
      if (network.taken !== null && pattern === "saved") {
        return { name: pattern, type: top.recordType(network.taken) };
      }
      const { pattern: part } = parameter;
      return {
        name: pattern ?? `_${index + 1}`,
        type: patternType(part, top),
      };
    },
  );
  top.use("Operations");
  top.use("Value");
  return {
    kind: StructureKind.Function,
    name: top.network(network.name),
    docs: [commentText(network.doc === "" ? networkDoc(network) : network.doc)],
    parameters: [{ name: "ops", type: "Operations" }, ...parameters],
    returnType: returnType(network, top),
    statements: [...text.lines, `return ${text.value};`],
  };
}

/** The type of what is taken apart so; a list may have more items than are read. */
function patternType(pattern: Pattern, top: TopLevel): string {
  if (pattern.kind === "variable") return runtimeType(pattern.variable.type, top.use);
  if (pattern.kind !== "list") return "Value";
  return `readonly [${[...pattern.items.map(() => "Value"), "...Value[]"].join(", ")}]`;
}

/** What a network is, where the program says nothing. */
function networkDoc({ name, function: of }: PlanNetwork): string {
  const weights = of.parameters
    .filter(({ role }) => role === "known")
    .flatMap(({ pattern }) => (pattern.kind === "record" ? pattern.entries : []));
  const layers = new Set(
    weights.flatMap(({ name: weight }) =>
      weight.includes(".") ? [weight.split(".").slice(0, -1).join(".")] : [],
    ),
  );
  const size = layers.size === 0 ? "" : ` with ${layers.size} layers of weights`;
  return `The learned network \`${name}\`${size}: its value at the arguments.`;
}

function returnType({ function: of, given }: PlanNetwork, top: TopLevel): string {
  if (of.result.kind !== "list") return "Value";
  const values = of.result.items.slice(0, given?.start).map(() => "Value");
  if (given === null) return `[${values.join(", ")}]`;
  return values.length === 0 ? top.recordType(given) : `[${[...values, top.recordType(given)].join(", ")}]`;
}

/** The types of the records that networks hand over, under names of their own. */
export function recordTypes(top: TopLevel): readonly TypeAliasDeclarationStructure[] {
  return [...top.records].map(([name, { network, holds, names, by }]) => ({
    kind: StructureKind.TypeAlias,
    name,
    docs: [
      holds === "saved"
        ? `What \`${by}\` keeps of the layers of \`${network}\` for its adjoints.`
        : `The cotangents of the weights of \`${network}\`.`,
    ],
    type: recordType(names),
  }));
}

function arrow(of: PlanFunction, text: FunctionText): string {
  const patterns = written(text).map(({ parameter, text: pattern }) => pattern ?? `_${parameter.role}`);
  const calls = of.statements.length > 0;
  const parameters = calls || patterns.length > 0 ? [calls ? "ops" : "_ops", ...patterns] : [];
  return `(${parameters.join(", ")}) => ${arrowBody(text)}`;
}

/** The parameters up to the last one that is read. */
function written(text: FunctionText): FunctionText["parameters"] {
  return text.parameters.slice(0, text.parameters.findLastIndex((parameter) => parameter.text !== null) + 1);
}
