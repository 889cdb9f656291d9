import type { Dimension } from "./dimension.ts";

/** What the entries of an array are. `int` and `bool` are stored as real numbers. */
export type Element = "real" | "complex" | "int" | "bool";

/**
 * The space that a value of the language lives in, symbolic in sizes. A number is an array without dimensions. A
 * named space (`space X in R`) is nominal: any array or product, of the field given.
 */
export type Space =
  | { readonly kind: "array"; readonly element: Element; readonly dimensions: readonly Dimension[] }
  | { readonly kind: "named"; readonly name: string; readonly field: "any" | "real" | "complex" }
  | { readonly kind: "product"; readonly parts: readonly Space[] };
