import type { Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { formOfFunction } from "../../library/calculus/analyse.ts";
import type { Factor, FormTerm, FunctionForm, Link } from "../../library/calculus/form.ts";
import { gramMultiple } from "../../library/calculus/gram.ts";
import { boxesAmong, isSeparable } from "../../library/calculus/separable.ts";
import type { LibraryFunction } from "../../library/functions/entry.ts";
import { FUNCTIONS } from "../../library/functions/table.ts";
import { isWithin, POSITIVE } from "../../types/interval.ts";
import type { Typed } from "../../types/typing.ts";
import { type Environment, type Knowledge, report } from "../context.ts";
import { expressionText } from "../expressionText.ts";

/** Why a prox has no closed form, in the words of IPX3103, and the part to blame. */
type Obstacle =
  | { readonly kind: "composition"; readonly part: string; readonly term: FormTerm }
  | {
      readonly kind: "sum" | "overlap";
      readonly first: string;
      readonly second: string;
      readonly term: FormTerm;
    }
  | { readonly kind: "unknown" | "concave"; readonly part: string; readonly term: FormTerm };

/** Asks for a rule for prox(of); reports where there is none. */
export function checkProxRule(environment: Environment, of: Expression<Typed>): boolean {
  const form = formOfFunction(of, environment.run.knowledge.definitions);
  if (form === null) {
    const name = expressionText(innermost(of));
    const obstacle = { kind: "unknown", part: `\`${name}\`` } as const;
    report(environment, diagnose("IPX3103", of.span, { obstacle }));
    return false;
  }
  const obstacle = obstacleOf(environment.run.knowledge, form);
  if (obstacle === null) return true;
  report(environment, diagnose("IPX3103", of.span, { obstacle }, { part: obstacle.term.source.span }));
  return false;
}

/** The function without the numbers that scale it. */
function innermost(of: Expression<Typed>): Expression<Typed> {
  if (of.kind !== "product" || of.product !== "scaleFunction") return of;
  return innermost(of.operator === "/" ? of.left : of.right);
}

/** Whether the prox of a function follows from the rules. */
export function isProximable(knowledge: Knowledge, form: FunctionForm): boolean {
  return obstacleOf(knowledge, form) === null;
}

function obstacleOf(knowledge: Knowledge, form: FunctionForm): Obstacle | null {
  const all = form.terms.filter((term) => term.atom.kind !== "constant");
  const concave = all.find(isConcave);
  if (concave !== undefined) {
    return { kind: "concave", part: `\`${expressionText(concave.source)}\``, term: concave };
  }
  const terms = boxesAmong(all)?.rest ?? all;
  const hard = terms.filter((term) => !isQuadratic(term));
  const [first, second] = hard;
  if (first === undefined) return null;
  if (second !== undefined) return sumObstacle(first, second);
  const mixed = terms.find((term) => term !== first && term.links.some((link) => link.kind === "operator"));
  if (mixed !== undefined) return sumObstacle(first, mixed);
  const uneven = terms.find((term) => term !== first && term.links.some((link) => link.kind === "diagonal"));
  if (uneven !== undefined && !isSeparable(first)) return sumObstacle(first, uneven);
  return obstacleOfTerm(knowledge, first);
}

/** Whether a term with a kink has a negative factor for all values of its numbers. */
function isConcave(term: FormTerm): boolean {
  if (isQuadratic(term) || term.atom.kind === "general") return false;
  const signs = term.factors.map(signOf);
  return !signs.includes(null) && signs.filter((sign) => sign === -1).length % 2 === 1;
}

/** The sign of a factor that is never 0; null where it is not known. */
function signOf(factor: Factor): 1 | -1 | null {
  if (factor.kind === "number") return factor.value > 0 ? 1 : factor.value < 0 ? -1 : null;
  const { interval } = factor.value.note;
  if (interval === null) return null;
  if (isWithin(interval, POSITIVE)) return 1;
  return interval.high < 0 || (interval.high === 0 && interval.highOpen) ? -1 : null;
}

function sumObstacle(first: FormTerm, second: FormTerm): Obstacle {
  return {
    kind: isOfGroups(first) && isOfGroups(second) ? "overlap" : "sum",
    first: expressionText(first.source),
    second: expressionText(second.source),
    term: second,
  };
}

/** Norms over groups of entries of one array: of two such, the groups overlap. */
function isOfGroups({ atom }: FormTerm): boolean {
  return atom.kind === "library" && ["norm2", "norm21", "group_norm"].includes(atom.name);
}

function isQuadratic(term: FormTerm): boolean {
  return term.atom.kind === "linear" || (term.atom.kind === "library" && term.atom.name === "norm2sq");
}

function obstacleOfTerm(knowledge: Knowledge, term: FormTerm): Obstacle | null {
  const { atom } = term;
  switch (atom.kind) {
    case "library": {
      const entry = libraryFunction(atom.name);
      if (entry === null || entry.prox === null) return { kind: "unknown", part: `\`${atom.name}\``, term };
      return linkObstacle(knowledge, term, atom.name, entry.separable);
    }
    case "indicator":
      return linkObstacle(knowledge, term, "indicator", isSeparable({ ...term, links: [] }));
    case "conjugate":
      return obstacleOf(knowledge, atom.of);
    case "opaque": {
      const proximable = atom.symbol.typing.facts.some(({ property }) => property === "proximable");
      return proximable ? null : { kind: "unknown", part: `\`${atom.symbol.name}\``, term };
    }
    case "general":
      return { kind: "unknown", part: `\`${expressionText(term.source)}\``, term };
    case "linear":
    case "constant":
      return null;
  }
}

function linkObstacle(
  knowledge: Knowledge,
  term: FormTerm,
  part: string,
  separable: boolean,
): Obstacle | null {
  const blocks = (link: Link): boolean => {
    if (link.kind === "operator") return gramMultiple(link.operator, "rows", knowledge.definitions) === null;
    return link.kind === "diagonal" && !separable;
  };
  return term.links.some(blocks) ? { kind: "composition", part, term } : null;
}

/** Whether W W' = W'W = I is known of an operator: of orthonormal ones, their adjoints and products. */
export function isOrthonormal(knowledge: Knowledge, operator: Expression<Typed>): boolean {
  const { definitions } = knowledge;
  const [rows, columns] = [
    gramMultiple(operator, "rows", definitions),
    gramMultiple(operator, "columns", definitions),
  ];
  return rows?.kind === "one" && columns?.kind === "one";
}

function libraryFunction(name: string): LibraryFunction | null {
  return Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name as keyof typeof FUNCTIONS] : null;
}

/** Asks for a function that is a sum over entries, for `prox(g, scaling = d)`. */
export function checkSeparable(environment: Environment, of: Expression<Typed>): boolean {
  const form = formOfFunction(of, environment.run.knowledge.definitions);
  const name = expressionText(innermost(of));
  const blocking = form?.terms.find((term) => !isSeparable(term));
  if (form !== null && blocking === undefined) return true;
  const part = blocking === undefined ? `\`${name}\`` : `\`${expressionText(blocking.source)}\``;
  report(environment, diagnose("IPX3107", of.span, { name, part }, { part: blocking?.source.span ?? null }));
  return false;
}
