import type { Expression } from "../../ast/tree.ts";
import type { Typed } from "../../types/typing.ts";
import { FUNCTIONS } from "../functions/table.ts";
import type { FormTerm } from "./form.ts";

/** Whether a term is a sum over entries: of a separable function, with no operator on the way. */
export function isSeparable(term: FormTerm): boolean {
  const plain = term.links.every((link) => link.kind !== "operator");
  const { atom } = term;
  switch (atom.kind) {
    case "library":
      return plain && Object.hasOwn(FUNCTIONS, atom.name)
        ? FUNCTIONS[atom.name as keyof typeof FUNCTIONS].separable
        : false;
    case "indicator":
      return plain && isBox(atom.set);
    case "linear":
    case "constant":
      return true;
    case "conjugate":
      return plain && atom.of.terms.every(isSeparable);
    case "opaque":
    case "general":
      return false;
  }
}

/**
 * The constraints of each entry to an interval, if the function is a sum over entries of them and of one further term
 * at least. Its prox is then that of the other terms, projected: a convex function of one number, on an interval, is
 * least at the point of the interval that is nearest to where it is least of all. Null for any other function.
 */
export function boxesAmong(
  terms: readonly FormTerm[],
): { readonly boxes: readonly FormTerm[]; readonly rest: readonly FormTerm[] } | null {
  const boxes = terms.filter(({ atom }) => atom.kind === "indicator");
  const rest = terms.filter((term) => !boxes.includes(term));
  return boxes.length > 0 && rest.length > 0 && terms.every(isSeparable) ? { boxes, rest } : null;
}

function isBox(set: Expression<Typed>): boolean {
  const name = set.kind === "call" ? set.callee : set;
  return (
    name.kind === "name" &&
    name.reference.kind === "library" &&
    (name.reference.name === "nonnegative" || name.reference.name === "box")
  );
}
