import type { Expression } from "../../ast/tree.ts";
import { areDisjoint, isWithin, point, POSITIVE, REALS } from "../../types/interval.ts";
import type { Typed } from "../../types/typing.ts";
import { FUNCTIONS } from "../functions/table.ts";
import type { Definitions } from "./analyse.ts";
import { intervalOfFactor, weightOf } from "./convexity.ts";
import type { BoundArgument, FormTerm, FunctionForm, Link } from "./form.ts";
import { gramMultiple } from "./gram.ts";

/** A function as its conjugate is evaluated from it: c h(L x + b) + <a, x> + d. */
export interface ConjugateParts {
  readonly main: FormTerm;
  readonly linear: readonly FormTerm[];
  readonly constants: readonly FormTerm[];
}

/** Why the value of a conjugate has no closed form, and the term to blame. */
export interface ConjugateObstacle {
  /** a sum of several functions; no rule for one, or for its links; a weight that may be 0 or negative */
  readonly kind: "sum" | "unknown" | "composition" | "weight";
  readonly term: FormTerm;
}

/** Sets whose support function has a closed form. */
const SUPPORTED_SETS: ReadonlySet<string> = new Set([
  "nonnegative",
  "box",
  "ball",
  "ball1",
  "ball_inf",
  "simplex",
  "halfspace",
]);

/**
 * The parts of a function whose conjugate has a value in closed form: one function of the library or one indicator,
 * with a positive weight, behind shifts, factors without a zero and orthonormal operators; and linear terms. Source:
 * Bauschke and Combettes, Convex Analysis and Monotone Operator Theory, Propositions 13.23 and 13.20 (2017).
 */
export function conjugateParts(
  { terms, bound }: FunctionForm,
  definitions: Definitions,
): ConjugateParts | ConjugateObstacle | null {
  const constants = terms.filter(({ atom }) => atom.kind === "constant");
  const linear = terms.filter(({ atom, links }) => atom.kind === "linear" && links.length === 0);
  const [main, second] = terms.filter((term) => !constants.includes(term) && !linear.includes(term));
  if (main === undefined) return null;
  if (second !== undefined) return { kind: "sum", term: second };
  if (!hasConjugate(main, definitions)) return { kind: "unknown", term: main };
  if (!isWithin(weightOf(main.factors, bound), POSITIVE)) return { kind: "weight", term: main };
  if (!main.links.every((link) => isInvertible(link, bound, definitions))) {
    return { kind: "composition", term: main };
  }
  return { main, linear, constants };
}

function hasConjugate({ atom }: FormTerm, definitions: Definitions): boolean {
  if (atom.kind === "indicator") return isSupported(atom.set, definitions);
  if (atom.kind !== "library" || !Object.hasOwn(FUNCTIONS, atom.name)) return false;
  return FUNCTIONS[atom.name as keyof typeof FUNCTIONS].conjugate !== null;
}

/** `affine(A, b)` is where A A' = c I: by iterations nobody could tell its finite values from others. */
function isSupported(set: Expression<Typed>, definitions: Definitions): boolean {
  const name = nameOfSet(set);
  if (name !== "affine" || set.kind !== "call" || set.call.kind !== "library")
    return SUPPORTED_SETS.has(name);
  const [system] = set.call.arguments;
  return system !== undefined && gramMultiple(system, "rows", definitions) !== null;
}

function nameOfSet(set: Expression<Typed>): string {
  const name = set.kind === "call" ? set.callee : set;
  return name.kind === "name" && name.reference.kind === "library" ? name.reference.name : "";
}

/** Whether h behind a link has the conjugate of h behind the inverse of its adjoint. */
function isInvertible(link: Link, bound: readonly BoundArgument[], definitions: Definitions): boolean {
  switch (link.kind) {
    case "shift":
      return true;
    case "scale":
      return areDisjoint(intervalOfFactor(link.by, bound), point(0));
    case "diagonal":
      return areDisjoint(link.by.note.interval ?? REALS, point(0));
    case "operator": {
      const sides = (["rows", "columns"] as const).map((side) =>
        gramMultiple(link.operator, side, definitions),
      );
      return sides.every((multiple) => multiple?.kind === "one");
    }
  }
}
