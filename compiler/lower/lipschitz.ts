import type { Expression } from "../ast/tree.ts";
import type { Variable } from "../ir/block.ts";
import { formOfFunction } from "../library/calculus/analyse.ts";
import type { FormTerm, Link } from "../library/calculus/form.ts";
import { FUNCTIONS } from "../library/functions/table.ts";
import type { Fact } from "../types/property.ts";
import type { Typed } from "../types/typing.ts";
import { lower, lowerOperator, lowerValue } from "./recursion.ts";
import { Limitation } from "./limitation.ts";
import { normOfForm } from "./operators.ts";
import { isFunctionName } from "../library/functions/entry.ts";
import { Scope } from "./scope.ts";
import type { Site } from "./site.ts";
import { within } from "./site.ts";

/** lip(M): an upper bound of the Lipschitz constant of a map. */
export function lipschitzOf(site: Site, map: Expression<Typed>): Variable {
  if (map.kind === "gradient") return lipschitzOfGradient(site, map.of);
  const declared = boundOf(map.note.facts, "lipschitz") ?? boundOf(map.note.facts, "nonexpansive");
  if (declared !== null) return site.builder.constant(declared);
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
  const known = atom.kind === "library" && isFunctionName(atom.name) ? atom.name : null;
  if (known === null || known === "tv" || known === "indicator" || known === "conjugate") {
    throw new Limitation("the Lipschitz constant of this gradient", term.source.span);
  }
  const constant = FUNCTIONS[known].gradientLipschitz;
  if (constant === null)
    throw new Limitation("the Lipschitz constant of a gradient that has none", term.source.span);
  const factors = term.factors.reduce((product, factor) => {
    if (factor.kind === "number") {
      return builder.elementwise("mul", [product, builder.constant(Math.abs(factor.value))]);
    }
    const size = builder.elementwise("abs", [lowerValue(site, factor.value)]);
    return builder.elementwise(factor.inverse ? "div" : "mul", [product, size]);
  }, builder.constant(constant));
  return term.links.reduce((bound, link) => {
    const size = normOfLink(site, link);
    return size === null ? bound : builder.elementwise("mul", [bound, builder.elementwise("square", [size])]);
  }, factors);
}

function normOfLink(site: Site, link: Link): Variable | null {
  const { builder } = site;
  switch (link.kind) {
    case "shift":
      return null;
    case "scale": {
      if (link.by.kind === "number") return builder.constant(Math.abs(link.by.value));
      const size = builder.elementwise("abs", [lowerValue(site, link.by.value)]);
      return link.by.inverse ? builder.elementwise("reciprocal", [size]) : size;
    }
    case "diagonal":
      return builder.maximum(builder.elementwise("abs", [lowerValue(site, link.by)]));
    case "operator":
      return normOfForm(builder, lowerOperator(site, link.operator));
  }
}
