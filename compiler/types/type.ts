import { type Space, spaceText } from "./space.ts";

/** The types of the language's expressions. `unknown` stands for what failed and never causes another error. */
export type Type =
  | { readonly kind: "value"; readonly space: Space }
  /** a literal 0, which is of every space */
  | { readonly kind: "zero" }
  | { readonly kind: "operator"; readonly domain: Space; readonly codomain: Space }
  /** functions, maps and applied networks; several arguments are not joined */
  | {
      readonly kind: "function";
      readonly parameters: readonly Space[];
      readonly result: Space;
      /** all arguments with their types, where one of them is a function or an operator */
      readonly higher?: readonly Type[];
    }
  /** a layer or a pipe of layers that still awaits its images; both spaces are known where it has its place */
  | { readonly kind: "layer"; readonly domain?: Space; readonly codomain?: Space }
  | { readonly kind: "set"; readonly space: Space | null }
  | { readonly kind: "distribution"; readonly space: Space | null }
  /** a method with settings, such as cg(tol = 1e-6) */
  | { readonly kind: "method" }
  | { readonly kind: "word" }
  | { readonly kind: "file" }
  | { readonly kind: "program" }
  | { readonly kind: "unknown" };

/** The type of a value in a space. */
export function valueType(space: Space): Type {
  return { kind: "value", space };
}

/** What failed; causes no further error. */
export const UNKNOWN: Type = { kind: "unknown" };

/** A type as the language writes it, or in words where it has no sign. */
export function typeText(type: Type): string {
  switch (type.kind) {
    case "value":
      return spaceText(type.space);
    case "zero":
      return "0";
    case "operator":
      return `linear ${spaceText(type.domain)} -> ${spaceText(type.codomain)}`;
    case "function":
      return `${functionDomainText(type)} -> ${spaceText(type.result)}`;
    case "layer":
      return "a layer";
    case "set":
      return "a set";
    case "distribution":
      return "a distribution";
    case "method":
      return "a method";
    case "word":
      return "a word";
    case "file":
      return "a file";
    case "program":
      return "a program";
    case "unknown":
      return "_";
  }
}

function functionDomainText(type: Extract<Type, { kind: "function" }>): string {
  const parts = type.higher?.map(typeText) ?? type.parameters.map(spaceText);
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : `(${parts.join(", ")})`;
}
