import type { Expression } from "../../ast/tree.ts";
import type { Variable } from "../../ir/block.ts";
import { formOfFunction } from "../../library/calculus/analyse.ts";
import type { Factor, FormTerm, Link } from "../../library/calculus/form.ts";
import { FUNCTIONS } from "../../library/functions/table.ts";
import type { Fact } from "../../types/property.ts";
import type { Typed } from "../../types/typing.ts";
import { lower, lowerOperator, lowerValue } from "../recursion.ts";
import { Limitation } from "../limitation.ts";
import { gradientBoundOf } from "../networks/networkGradient.ts";
import { isGiven } from "../operators/given.ts";
import type { OperatorForm } from "../lowered.ts";
import { chainOfForms, normOfGivenForm } from "../operators/operatorNorm.ts";
import { normOfForm } from "../operators/operators.ts";
import { isFunctionName } from "../../library/functions/entry.ts";
import { Scope } from "../scope.ts";
import type { Site } from "../site.ts";
import { within } from "../site.ts";
import { spaceOfVariable } from "../values.ts";

/** lip(M): an upper bound of the Lipschitz constant of a map. */
export function lipschitzOf(site: Site, map: Expression<Typed>): Variable {
  if (map.kind === "gradient") return lipschitzOfGradient(site, map.of);
  const declared = boundOf(map.note.facts, "lipschitz") ?? boundOf(map.note.facts, "nonexpansive");
  if (declared !== null) return site.builder.constant(declared);
  const made = map.kind === "call" && map.call.kind === "library" ? map.call : null;
  const [first] = made?.arguments ?? [];
  if (made?.name === "each" && first !== undefined) return lipschitzOf(site, first);
  throw new Limitation("the Lipschitz constant of this map", map.span);
}

function boundOf(facts: readonly Fact[], property: Fact["property"]): number | null {
  const fact = facts.find((candidate) => candidate.property === property);
  if (fact === undefined) return null;
  return fact.property === "nonexpansive" ? 1 : fact.bound;
}

/** lip(grad f) for f = sum of c h(L x + b): the sum of |c| lip(grad h) |L|^2. */
function lipschitzOfGradient(site: Site, f: Expression<Typed>): Variable {
  const form = formOfFunction(f, site.program.definitions);
  if (form === null) throw new Limitation("the Lipschitz constant of this gradient", f.span);
  const scope = new Scope(site.scope);
  const inner = within(site, site.builder, scope);
  for (const { argument, value } of form.bound) scope.define(argument, lower(inner, value));
  const parts = form.terms
    .filter((term) => term.atom.kind !== "constant" && term.atom.kind !== "linear")
    .map((term) => lipschitzOfTerm(inner, term));
  const [first, ...others] = parts;
  if (first === undefined) return site.builder.constant(0);
  const bound = others.reduce((total, part) => site.builder.elementwise("add", [total, part]), first);
  return f.kind === "name" ? site.builder.named(bound, `lip_grad_${f.name}`) : bound;
}

function lipschitzOfTerm(site: Site, term: FormTerm): Variable {
  const { builder } = site;
  const { atom } = term;
  if (atom.kind === "opaque") {
    const structure = site.program.networks.get(atom.symbol)?.structure ?? null;
    const bound = structure === null ? null : gradientBoundOf(builder, structure);
    if (bound !== null) return scaledBound(site, term, bound);
  }
  const known = atom.kind === "library" && isFunctionName(atom.name) ? atom.name : null;
  if (known === null || known === "tv" || known === "indicator" || known === "conjugate") {
    throw new Limitation("the Lipschitz constant of this gradient", term.source.span);
  }
  const constant = FUNCTIONS[known].gradientLipschitz;
  if (constant === null)
    throw new Limitation("the Lipschitz constant of a gradient that has none", term.source.span);
  return scaledBound(site, term, builder.constant(constant));
}

/** The constant of h(L x + b) times the moduli of its factors and |L|^2. */
function scaledBound(site: Site, term: FormTerm, constant: Variable): Variable {
  const { builder } = site;
  const factors = term.factors.reduce((product, factor) => {
    if (factor.kind === "number") {
      return builder.elementwise("mul", [product, builder.constant(Math.abs(factor.value))]);
    }
    const size = builder.elementwise("abs", [lowerValue(site, factor.value)]);
    return builder.elementwise(factor.inverse ? "div" : "mul", [product, size]);
  }, constant);
  return sizesOfLinks(site, term.links).reduce(
    (bound, size) => builder.elementwise("mul", [bound, builder.elementwise("square", [size])]),
    factors,
  );
}

/** Numbers whose product bounds the norm of the linear part of a chain: one for its operators, if givens decide them. */
export function sizesOfLinks(site: Site, links: readonly Link[]): readonly Variable[] {
  const { builder } = site;
  const { definitions } = site.program;
  const scales = links.flatMap((link) => (link.kind === "scale" ? [sizeOfFactor(site, link.by)] : []));
  const parts = links.flatMap((link) => partOfLink(site, link));
  const chain = parts.every(({ of }) => isGiven(of, definitions))
    ? chainOfForms(parts.map(({ form }) => form))
    : null;
  if (chain !== null) return [...scales, normOfGivenForm(builder, chain)];
  const own = parts.map(({ form, of }) =>
    isGiven(of, definitions) ? normOfGivenForm(builder, form) : normOfForm(builder, form),
  );
  return [...scales, ...own];
}

function sizeOfFactor(site: Site, by: Factor): Variable {
  const { builder } = site;
  if (by.kind === "number") return builder.constant(Math.abs(by.value));
  const size = builder.elementwise("abs", [lowerValue(site, by.value)]);
  return by.inverse ? builder.elementwise("reciprocal", [size]) : size;
}

/** The operator of a link, with the expression that decides it; none of a number or a shift. */
function partOfLink(
  site: Site,
  link: Link,
): readonly { readonly form: OperatorForm; readonly of: Expression<Typed> }[] {
  switch (link.kind) {
    case "shift":
    case "scale":
      return [];
    case "diagonal": {
      const entries = lowerValue(site, link.by);
      const space = spaceOfVariable(entries);
      return [{ form: { kind: "diagonal", entries, domain: space, codomain: space }, of: link.by }];
    }
    case "operator":
      return [{ form: lowerOperator(site, link.operator), of: link.operator }];
  }
}
