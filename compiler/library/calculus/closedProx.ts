import type { Expression } from "../../ast/tree.ts";
import { type Interval, intersect, isEmpty, NONNEGATIVE } from "../../types/interval.ts";
import type { Typed } from "../../types/typing.ts";
import type { LibraryFunction } from "../functions/entry.ts";
import { FUNCTIONS } from "../functions/table.ts";
import type { LibraryName } from "../names.ts";
import { alike } from "./alike.ts";
import type { Definitions } from "./analyse.ts";
import { isQuadraticTerm, unprovenTerm, weightOf } from "./convexity.ts";
import type { FormTerm, FunctionForm, Link } from "./form.ts";
import { gramMultiple } from "./gram.ts";
import { boxesAmong, isSeparable } from "./separable.ts";

/** Why a prox has no closed form, and the term to blame. */
export type ClosedProxObstacle =
  | { readonly kind: "composition"; readonly name: string; readonly term: FormTerm }
  | { readonly kind: "sum" | "overlap"; readonly first: FormTerm; readonly term: FormTerm }
  | ConvexityObstacle
  | {
      readonly kind: "unknown";
      /** what has no rule, where that is less than the term */
      readonly name: string | null;
      readonly term: FormTerm;
    };

/** A term that may be concave: its weight is negative, or may be; `outweighed`: a square that others may outweigh. */
export interface ConvexityObstacle {
  readonly kind: "concave" | "sign" | "outweighed";
  readonly term: FormTerm;
  readonly weight: Interval;
}

/** The term because of which a function plus `spare` |x|^2/2 is not known to be convex; null where it is. */
export function convexityObstacle(
  form: FunctionForm,
  definitions: Definitions,
  spare: 0 | 1,
): ConvexityObstacle | null {
  const term = unprovenTerm(form, definitions, spare);
  if (term === null) return null;
  const weight = weightOf(term.factors, form.bound);
  if (!isEmpty(intersect(weight, NONNEGATIVE))) return { kind: "sign", term, weight };
  return { kind: isQuadraticTerm(term) ? "outweighed" : "concave", term, weight };
}

/**
 * Why no rule gives the prox of a function; null where one does. `spare` as in `unprovenTerm`: 1 for a prox of the
 * function with the very factors of its terms, 0 for one that scales it further, or conjugates it.
 */
export function closedProxObstacle(
  form: FunctionForm,
  definitions: Definitions,
  spare: 0 | 1,
): ClosedProxObstacle | null {
  const moving = form.terms.filter((term) => term.atom.kind !== "constant");
  const terms = boxesAmong(moving)?.rest ?? moving;
  const hard = terms.filter((term) => !isQuadraticTerm(term));
  const [first] = hard;
  const unknown = hard.find(({ atom }) => atom.kind === "general");
  if (unknown !== undefined) return termObstacle(unknown, definitions);
  const unproven = convexityObstacle(form, definitions, spare);
  if (unproven !== null) return unproven;
  if (first === undefined) return null;
  const second = hard.find((term) => !alike(first, term));
  if (second !== undefined) return sumObstacle(first, second);
  const others = terms.filter((term) => !hard.includes(term));
  const mixed = others.find((term) => term.links.some((link) => link.kind === "operator"));
  if (mixed !== undefined) return sumObstacle(first, mixed);
  const uneven = others.find((term) => term.links.some((link) => link.kind === "diagonal"));
  if (uneven !== undefined && !isSeparable(first)) return sumObstacle(first, uneven);
  return termObstacle(first, definitions);
}

function sumObstacle(first: FormTerm, term: FormTerm): ClosedProxObstacle {
  return { kind: isOfGroups(first) && isOfGroups(term) ? "overlap" : "sum", first, term };
}

/** Norms over groups of entries of one array: of two such, the groups overlap. */
function isOfGroups({ atom }: FormTerm): boolean {
  return atom.kind === "library" && ["norm2", "norm21", "group_norm"].includes(atom.name);
}

/** Why no rule gives the prox of one term; null where one does. */
export function termObstacle(term: FormTerm, definitions: Definitions): ClosedProxObstacle | null {
  const { atom } = term;
  switch (atom.kind) {
    case "library": {
      const entry = libraryFunction(atom.name);
      if (entry === null || entry.prox === null) return { kind: "unknown", name: atom.name, term };
      return linkObstacle(term, definitions, atom.name, entry.separable);
    }
    case "indicator":
      return linkObstacle(term, definitions, "indicator", isSeparable({ ...term, links: [] }));
    case "conjugate":
      return closedProxObstacle(atom.of, definitions, 0);
    case "opaque": {
      const proximable = atom.symbol.typing.facts.some(({ property }) => property === "proximable");
      return proximable ? null : { kind: "unknown", name: atom.symbol.name, term };
    }
    case "general":
      return { kind: "unknown", name: null, term };
    case "linear":
    case "constant":
      return null;
  }
}

function linkObstacle(
  term: FormTerm,
  definitions: Definitions,
  name: string,
  separable: boolean,
): ClosedProxObstacle | null {
  const blocks = (link: Link): boolean => {
    if (link.kind === "operator") return gramMultiple(link.operator, "rows", definitions) === null;
    return link.kind === "diagonal" && !separable;
  };
  return term.links.some(blocks) ? { kind: "composition", name, term } : null;
}

/** Whether W W' = W'W = I is known of an operator: of orthonormal ones, their adjoints and products. */
export function isOrthonormal(operator: Expression<Typed>, definitions: Definitions): boolean {
  const [rows, columns] = [
    gramMultiple(operator, "rows", definitions),
    gramMultiple(operator, "columns", definitions),
  ];
  return rows?.kind === "one" && columns?.kind === "one";
}

function libraryFunction(name: LibraryName): LibraryFunction | null {
  return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name as keyof typeof FUNCTIONS] : null;
}
