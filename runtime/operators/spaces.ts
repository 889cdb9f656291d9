import type { Space } from "../arrays/value.ts";
import { sizeOf } from "../engine/shape.ts";
import { OperatorError } from "./operatorError.ts";

/** A space of arrays. */
export type ArraySpace = Extract<Space, { kind: "array" }>;

/** The space of arrays of a field and a shape. */
export function arraySpace(field: "real" | "complex", shape: readonly number[]): ArraySpace {
  return { kind: "array", field, shape };
}

/** The dimension over the reals: a complex entry counts twice. */
export function realDimension(space: Space): number {
  if (space.kind === "product") return space.parts.reduce((sum, part) => sum + realDimension(part), 0);
  return sizeOf(space.shape) * (space.field === "complex" ? 2 : 1);
}

/** A space as the language writes it: `R[3, 4]`, `C`, `(R[2], R[3])`. */
export function spaceText(space: Space): string {
  if (space.kind === "product") return `(${space.parts.map(spaceText).join(", ")})`;
  const letter = space.field === "real" ? "R" : "C";
  return space.shape.length === 0 ? letter : `${letter}[${space.shape.join(", ")}]`;
}

/**
 * The domain as a space of arrays with at least `axes` axes.
 * @throws OperatorError IPX8203
 */
export function requireArrays(operator: string, domain: Space, axes = 0): ArraySpace {
  if (domain.kind === "array" && domain.shape.length >= axes) return domain;
  const wanted = axes === 0 ? "arrays" : `arrays of at least ${axes} ${axes === 1 ? "axis" : "axes"}`;
  throw new OperatorError("IPX8203", {
    what: `\`${operator}\` acts on ${wanted}, not on ${spaceText(domain)}.`,
  });
}

/**
 * The domain as a space of complex arrays.
 * @throws OperatorError IPX8203
 */
export function requireComplex(operator: string, domain: Space): ArraySpace {
  const space = requireArrays(operator, domain);
  if (space.field === "complex") return space;
  throw new OperatorError("IPX8203", {
    what: `\`${operator}\` acts on complex arrays, not on ${spaceText(domain)}.`,
    hint: `Embed the reals first: \`${operator}*real'\`.`,
  });
}

/** How many of the first axes are those of the image: two, or one where there is one. */
export function imageAxes(space: ArraySpace): number {
  return Math.min(2, space.shape.length);
}
