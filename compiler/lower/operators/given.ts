import { partsOf } from "../../ast/parts.ts";
import type { Expression } from "../../ast/tree.ts";
import type { Definitions } from "../../library/calculus/analyse.ts";
import type { Typed } from "../../types/typing.ts";

/**
 * Whether givens alone decide an expression, so that it is known once a run. What a parameter of a `fun` stands for
 * depends on the call: it counts as unknown.
 */
export function isGiven(expression: Expression<Typed>, definitions: Definitions): boolean {
  if (expression.note.level > 1) return false;
  if (expression.kind === "name" && expression.reference.kind === "symbol") {
    const { symbol } = expression.reference;
    if (symbol.origin.kind === "argument") return false;
    if (symbol.origin.kind !== "let") return true;
    const definition = definitions.get(symbol);
    return definition?.kind === "let" && isGiven(definition.initial, definitions);
  }
  return partsOf(expression).every((part) => isGiven(part, definitions));
}
