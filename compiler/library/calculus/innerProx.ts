import { isWithin, NONNEGATIVE } from "../../types/interval.ts";
import type { Definitions } from "./analyse.ts";
import {
  type ClosedProxObstacle,
  closedProxObstacle,
  convexityObstacle,
  termObstacle,
} from "./closedProx.ts";
import { isQuadraticTerm, weightOf } from "./convexity.ts";
import type { FormTerm, FunctionForm } from "./form.ts";

/** A term h(K z + b), where the prox of h has a closed form. */
export interface DualTerm {
  readonly term: FormTerm;
  /** so many of its links, from the variable outwards, are z -> K z + b; the others belong to h */
  readonly map: number;
}

/** A function as what inner iterations see: a part whose prox has a closed form, and terms with a dual variable each. */
export interface InnerProxParts {
  readonly kept: readonly FormTerm[];
  readonly dual: readonly DualTerm[];
}

/**
 * Splits a function for the inner iterations of its prox: constraints, squares and one further part that go together
 * are kept, each other term gets a dual variable. An obstacle where a term is neither. `tv` is norm21 behind one more
 * operator than its links.
 */
export function innerProxParts(
  { terms, bound }: FunctionForm,
  definitions: Definitions,
): InnerProxParts | ClosedProxObstacle {
  const moving = terms.filter((term) => term.atom.kind !== "constant");
  const kept: FormTerm[] = [];
  for (const term of moving.toSorted((a, b) => rankOf(a, bound) - rankOf(b, bound))) {
    if (isPlain(term) && closedProxObstacle({ terms: [...kept, term], bound }, definitions, 0) === null)
      kept.push(term);
  }
  const dual: DualTerm[] = [];
  for (const term of moving) {
    if (kept.includes(term)) continue;
    const found = dualTerm(term, bound, definitions);
    if ("kind" in found) return found;
    dual.push(found);
  }
  return { kept, dual };
}

/** Whether the prox of a function is the solution of a linear system: squares alone, one behind an operator. */
export function isQuadraticForm({ terms }: Pick<FunctionForm, "terms">): boolean {
  const moving = terms.filter((term) => term.atom.kind !== "constant");
  const squares = moving.every(({ atom }) => atom.kind === "library" && atom.name === "norm2sq");
  return squares && moving.some(({ links }) => links.some(({ kind }) => kind === "operator"));
}

/** Constraints come first, so that the result satisfies them, and squares before those that they outweigh. */
function rankOf(term: FormTerm, bound: FunctionForm["bound"]): number {
  if (term.atom.kind === "indicator") return 0;
  return isQuadraticTerm(term) && isWithin(weightOf(term.factors, bound), NONNEGATIVE) ? 1 : 2;
}

/** Squares and linear terms behind an operator have no closed form beside others. */
function isPlain(term: FormTerm): boolean {
  return !isQuadraticTerm(term) || term.links.every(({ kind }) => kind !== "operator");
}

function dualTerm(
  term: FormTerm,
  bound: FunctionForm["bound"],
  definitions: Definitions,
): DualTerm | ClosedProxObstacle {
  const unproven =
    term.atom.kind === "general" ? null : convexityObstacle({ terms: [term], bound }, definitions, 0);
  if (unproven !== null) return unproven;
  const { atom, links } = term;
  if (atom.kind === "library" && atom.name === "tv") return { term, map: links.length };
  if (atom.kind === "opaque" && atom.symbol.typing.facts.some(({ property }) => property === "convex")) {
    return { term, map: links.length };
  }
  for (let map = 0; map < links.length; map += 1) {
    if (termObstacle({ ...term, links: links.slice(map) }, definitions) === null) return { term, map };
  }
  const obstacle = termObstacle({ ...term, links: [] }, definitions);
  if (obstacle === null) return { term, map: links.length };
  return obstacle.kind === "unknown" ? obstacle : { kind: "unknown", name: null, term };
}
