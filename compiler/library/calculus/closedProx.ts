import type { Expression } from "../../ast/tree.ts";
import { isWithin, POSITIVE } from "../../types/interval.ts";
import type { Typed } from "../../types/typing.ts";
import type { LibraryFunction } from "../functions/entry.ts";
import { FUNCTIONS } from "../functions/table.ts";
import type { LibraryName } from "../names.ts";
import type { Definitions } from "./analyse.ts";
import type { Factor, FormTerm, FunctionForm, Link } from "./form.ts";
import { gramMultiple } from "./gram.ts";
import { boxesAmong, isSeparable } from "./separable.ts";

/** Why a prox has no closed form, and the term to blame. */
export type ClosedProxObstacle =
  | { readonly kind: "composition"; readonly name: string; readonly term: FormTerm }
  | { readonly kind: "sum" | "overlap"; readonly first: FormTerm; readonly term: FormTerm }
  | {
      readonly kind: "unknown" | "concave";
      /** what has no rule, where that is less than the term */
      readonly name: string | null;
      readonly term: FormTerm;
    };

/** Why no rule gives the prox of a function; null where one does. */
export function closedProxObstacle(
  { terms: all }: Pick<FunctionForm, "terms">,
  definitions: Definitions,
): ClosedProxObstacle | null {
  const moving = all.filter((term) => term.atom.kind !== "constant");
  const concave = moving.find(isConcave);
  if (concave !== undefined) return { kind: "concave", name: null, term: concave };
  const terms = boxesAmong(moving)?.rest ?? moving;
  const hard = terms.filter((term) => !isQuadraticTerm(term));
  const [first, second] = hard;
  if (first === undefined) return null;
  if (second !== undefined) return sumObstacle(first, second);
  const mixed = terms.find((term) => term !== first && term.links.some((link) => link.kind === "operator"));
  if (mixed !== undefined) return sumObstacle(first, mixed);
  const uneven = terms.find((term) => term !== first && term.links.some((link) => link.kind === "diagonal"));
  if (uneven !== undefined && !isSeparable(first)) return sumObstacle(first, uneven);
  return termObstacle(first, definitions);
}

/** Whether a term is a square or linear. */
export function isQuadraticTerm({ atom }: FormTerm): boolean {
  return atom.kind === "linear" || (atom.kind === "library" && atom.name === "norm2sq");
}

/** Whether a term with a kink has a negative factor for all values of its numbers. */
function isConcave(term: FormTerm): boolean {
  return !isQuadraticTerm(term) && term.atom.kind !== "general" && signOfTerm(term) === -1;
}

/** The sign of what multiplies a term; null where it is not known. */
export function signOfTerm({ factors }: FormTerm): 1 | -1 | null {
  const signs = factors.map(signOf);
  if (signs.includes(null)) return null;
  return signs.filter((sign) => sign === -1).length % 2 === 1 ? -1 : 1;
}

/** The sign of a factor that is never 0; null where it is not known. */
function signOf(factor: Factor): 1 | -1 | null {
  if (factor.kind === "number") return factor.value > 0 ? 1 : factor.value < 0 ? -1 : null;
  const { interval } = factor.value.note;
  if (interval === null) return null;
  if (isWithin(interval, POSITIVE)) return 1;
  return interval.high < 0 || (interval.high === 0 && interval.highOpen) ? -1 : null;
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
      return closedProxObstacle(atom.of, definitions);
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
