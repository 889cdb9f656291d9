import { type Dimension, equal as equalDimensions, text as dimensionText } from "./dimension.ts";

/** What the entries of an array are. `int` and `bool` are stored as real numbers. */
export type Element = "real" | "complex" | "int" | "bool";

/**
 * The space that a value of the language lives in, symbolic in sizes. A number is an array without dimensions. A
 * named space (`space X in R`) is nominal: any array or product, of the field given.
 */
export type Space =
  | {
      readonly kind: "array";
      readonly element: Element;
      readonly dimensions: readonly Dimension[];
      /** only while types are inferred: the unknown that decides between real and complex */
      readonly undecided?: string;
    }
  | { readonly kind: "named"; readonly name: string; readonly field: "any" | "real" | "complex" }
  | {
      readonly kind: "product";
      readonly parts: readonly Space[];
      /** how the language writes it: `weights(P)`; products of two names are two spaces */
      readonly label?: string;
    };

export type ArraySpace = Extract<Space, { kind: "array" }>;

/** The space of numbers of a sort. */
export function numberSpace(element: Element): ArraySpace {
  return { kind: "array", element, dimensions: [] };
}

/** An array space. */
export function arraySpace(element: Element, dimensions: readonly Dimension[]): ArraySpace {
  return { kind: "array", element, dimensions };
}

/** A product space; of one part, that part. */
export function productSpace(parts: readonly Space[], label?: string): Space {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  return label === undefined ? { kind: "product", parts } : { kind: "product", parts, label };
}

/** Whether two products may be one space by the names that they have. */
export function agreeInLabel(
  a: Extract<Space, { kind: "product" }>,
  b: Extract<Space, { kind: "product" }>,
): boolean {
  return a.label === undefined || b.label === undefined || a.label === b.label;
}

/** The real numbers. */
export const REAL: ArraySpace = numberSpace("real");

/** Whether a space holds single numbers. */
export function isNumber(space: Space): boolean {
  return space.kind === "array" && space.dimensions.length === 0;
}

/** Whether a space is known to hold complex entries. */
export function isComplex(space: Space): boolean {
  switch (space.kind) {
    case "array":
      return space.element === "complex";
    case "named":
      return space.field === "complex";
    case "product":
      return space.parts.some(isComplex);
  }
}

/** Whether all entries of a space are known to be real, so that they have an order. */
export function isReal(space: Space): boolean {
  switch (space.kind) {
    case "array":
      return space.undecided === undefined && (space.element === "real" || space.element === "int");
    case "named":
      return space.field === "real";
    case "product":
      return space.parts.every(isReal);
  }
}

/** Whether two spaces are the same, entry for entry. */
export function equalSpaces(a: Space, b: Space): boolean {
  if (a.kind === "array" && b.kind === "array") {
    return (
      a.element === b.element &&
      a.dimensions.length === b.dimensions.length &&
      a.dimensions.every((dimension, k) => equalDimensions(dimension, b.dimensions[k] ?? { terms: [] }))
    );
  }
  if (a.kind === "named" && b.kind === "named") return a.name === b.name;
  if (a.kind === "product" && b.kind === "product") {
    return (
      agreeInLabel(a, b) &&
      a.parts.length === b.parts.length &&
      a.parts.every((part, k) => {
        const other = b.parts[k];
        return other !== undefined && equalSpaces(part, other);
      })
    );
  }
  return false;
}

const ELEMENT_WORDS: { readonly [E in Element]: string } = {
  real: "R",
  complex: "C",
  int: "int",
  bool: "bool",
};

/** A space as the language writes it: `R[h, w, 2]`, `C[h]`, `X`, `(X, Y)`; unknown parts are `_`. */
export function spaceText(space: Space): string {
  switch (space.kind) {
    case "array":
      return arrayText(space);
    case "named":
      return space.name.startsWith("?") ? "_" : space.name;
    case "product":
      return space.label ?? `(${space.parts.map(spaceText).join(", ")})`;
  }
}

function arrayText(space: ArraySpace): string {
  const element = space.undecided === undefined ? ELEMENT_WORDS[space.element] : "F";
  if (space.dimensions.length === 0) return element;
  return `${element}[${space.dimensions.map(axisText).join(", ")}]`;
}

/** Unknown sizes are `_`, unknown further axes `...`. */
function axisText(dimension: Dimension): string {
  const written = dimensionText(dimension);
  return written.replace(/\?[^*+ ]*\.\./gu, "...").replace(/\?[^*+/ ]*/gu, "_");
}
