import { equal, text, type Dimension } from "../types/dimension.ts";
import type { Element, Space } from "../types/space.ts";
import type { Variable, VariableType } from "./block.ts";

/** The space of numbers. */
export const NUMBER: Space = { kind: "array", element: "real", dimensions: [] };

/** The space of conditions. */
export const TRUTH: Space = { kind: "array", element: "bool", dimensions: [] };

/** An array space. */
export function arraySpace(element: Element, dimensions: readonly Dimension[]): Space {
  return { kind: "array", element, dimensions };
}

/** Whether a space is that of single numbers, real or complex. */
export function isNumber(space: Space): boolean {
  return space.kind === "array" && space.dimensions.length === 0;
}

/** Whether all values of the space are known to be real; a named space of any field is not. */
export function isReal(space: Space): boolean {
  switch (space.kind) {
    case "array":
      return space.element !== "complex";
    case "named":
      return space.field === "real";
    case "product":
      return space.parts.every(isReal);
  }
}

/** Whether all values of the space are known to be complex. */
export function isComplex(space: Space): boolean {
  switch (space.kind) {
    case "array":
      return space.element === "complex";
    case "named":
      return space.field === "complex";
    case "product":
      return space.parts.every(isComplex);
  }
}

/** Whether two spaces have the same values; `int` and `bool` are stored as real numbers. */
export function sameSpace(a: Space, b: Space): boolean {
  return agree(a, b, (first, second) => (first === "complex") === (second === "complex"));
}

/** Whether two spaces agree but for the field of their arrays. */
export function sameShape(a: Space, b: Space): boolean {
  return agree(a, b, () => true);
}

function agree(a: Space, b: Space, elements: (first: Element, second: Element) => boolean): boolean {
  if (a.kind === "array" && b.kind === "array") {
    return elements(a.element, b.element) && sameDimensions(a.dimensions, b.dimensions);
  }
  if (a.kind === "named" && b.kind === "named") return a.name === b.name;
  if (a.kind !== "product" || b.kind !== "product" || a.parts.length !== b.parts.length) return false;
  return a.parts.every((part, i) => {
    const other = b.parts[i];
    return other !== undefined && agree(part, other, elements);
  });
}

function sameDimensions(a: readonly Dimension[], b: readonly Dimension[]): boolean {
  return a.length === b.length && a.every((dimension, i) => b[i] !== undefined && equal(dimension, b[i]));
}

/** Whether two types have the same values. */
export function sameType(a: VariableType, b: VariableType): boolean {
  if (a.kind === "value" && b.kind === "value") return sameSpace(a.space, b.space);
  if ((a.kind === "operator" && b.kind === "operator") || (a.kind === "map" && b.kind === "map")) {
    return sameSpace(a.domain, b.domain) && sameSpace(a.codomain, b.codomain);
  }
  return a.kind === b.kind;
}

/** The space of a variable that is a value; anything else is a fault of the compiler. */
export function spaceOf(variable: Variable): Space {
  if (variable.type.kind !== "value") throw new Error(`${variable.name} is not a value`);
  return variable.type.space;
}

/** A space as the language writes it: `R[2*h, w]`, `X`, `(R[n], R)`. */
export function spaceText(space: Space): string {
  switch (space.kind) {
    case "array": {
      const dimensions = space.dimensions.map(text).join(", ");
      return dimensions === ""
        ? ELEMENT_TEXT[space.element]
        : `${ELEMENT_TEXT[space.element]}[${dimensions}]`;
    }
    case "named":
      return space.name;
    case "product":
      return `(${space.parts.map(spaceText).join(", ")})`;
  }
}

const ELEMENT_TEXT: { readonly [E in Element]: string } = {
  real: "R",
  complex: "C",
  int: "int",
  bool: "bool",
};

/** A type as the language writes it: `linear X -> Y`. */
export function typeText(type: VariableType): string {
  switch (type.kind) {
    case "value":
      return spaceText(type.space);
    case "operator":
    case "map": {
      const properties = type.properties.length === 0 ? "" : ` with ${type.properties.join(", ")}`;
      const linear = type.kind === "operator" ? "linear " : "";
      return `${linear}${spaceText(type.domain)} -> ${spaceText(type.codomain)}${properties}`;
    }
    case "trace":
      return "trace";
  }
}
