import type { Expression } from "../ast/tree.ts";
import type { Reference, Typed, Typing } from "../types/typing.ts";

/** A name with its meaning. */
export function named(
  expression: Extract<Expression, { kind: "name" }>,
  reference: Reference,
  note: Typing,
): Extract<Expression<Typed>, { kind: "name" }> {
  return { ...expression, reference, note };
}
