import {
  StructureKind,
  type FunctionDeclarationStructure,
  type OptionalKind,
  type ParameterDeclarationStructure,
} from "ts-morph";
import type { PlanFunction, Role } from "../plan/call.ts";
import type { PlanNetwork } from "../plan/plan.ts";
import { arrowBody, functionText, type FunctionText } from "./functionText.ts";
import { runtimeType } from "./interfaces.ts";
import type { FunctionName, TopLevel } from "./moduleNames.ts";
import { namingOf, type Purpose } from "./naming.ts";
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
  const text = functionText(network.function, namingOf("plain"), top);
  const parameters = text.parameters.map(
    ({ parameter, text: pattern }, index): OptionalKind<ParameterDeclarationStructure> => {
      if (parameter.role === "known") return { name: pattern ?? "_known", type: known };
      const { pattern: part } = parameter;
      return {
        name: pattern ?? `_${index + 1}`,
        type: part.kind === "variable" ? runtimeType(part.variable.type, top.use) : "Value",
      };
    },
  );
  const { result } = network.function;
  top.use("Operations");
  top.use("Value");
  return {
    kind: StructureKind.Function,
    name: top.network(network.name),
    docs: network.doc === "" ? [] : [commentText(network.doc)],
    parameters: [{ name: "ops", type: "Operations" }, ...parameters],
    returnType: result.kind === "list" ? `[${result.items.map(() => "Value").join(", ")}]` : "Value",
    statements: [...text.lines, `return ${text.value};`],
  };
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
