import type { Expression } from "../../ast/tree.ts";
import type { Variable } from "../../ir/block.ts";
import { formOfFunction } from "../../library/calculus/analyse.ts";
import { conjugateParts } from "../../library/calculus/conjugateValue.ts";
import type { FormTerm, Link } from "../../library/calculus/form.ts";
import type { Span } from "../../source/span.ts";
import type { Typed } from "../../types/typing.ts";
import { Limitation } from "../limitation.ts";
import { multiplied, scaledBy } from "./multiples.ts";
import { applyForm } from "../operators/operators.ts";
import { libraryEntry, withBound } from "./prox.ts";
import { lowerOperator, lowerValue } from "../recursion.ts";
import { lowerSet, support } from "./sets.ts";
import type { Site } from "../site.ts";
import { spaceOfVariable } from "../values.ts";

/**
 * f*(p) = sup over x of <p, x> - f(x), for f = c h(L x + b) + <a, x> + d: c h*(q/c) at q = L'^-1 (p - a), less
 * <b, q> and d. Source: Bauschke and Combettes, Convex Analysis and Monotone Operator Theory, chapter 13 (2017).
 */
export function conjugateValue(site: Site, of: Expression<Typed>, p: Variable, span: Span): Variable {
  const { builder } = site;
  const { definitions } = site.program;
  const form = formOfFunction(of, definitions);
  const parts = form && conjugateParts(form, definitions);
  if (form === null || parts === null || "kind" in parts) {
    throw new Limitation("the value of this conjugate function", span);
  }
  const inner = withBound(site, form);
  const space = spaceOfVariable(p);
  const turned = parts.linear.reduce((point, { atom, factors }) => {
    if (atom.kind !== "linear") return point;
    const slope = lowerValue(inner, atom.by, space);
    return builder.elementwise("sub", [
      point,
      builder.elementwise("mul", [scaledBy(inner, builder.constant(1), factors), slope]),
    ]);
  }, p);
  return parts.constants.reduce(
    (value, { source, factors }) => {
      const constant = scaledBy(inner, lowerValue(inner, source), factors);
      return builder.elementwise("sub", [value, constant]);
    },
    behindLinks(inner, parts.main, turned, span),
  );
}

/** The conjugate of c h(L x + b), link by link from the variable outwards. */
function behindLinks(site: Site, term: FormTerm, p: Variable, span: Span): Variable {
  const { builder } = site;
  const [link, ...rest] = term.links;
  if (link === undefined) return ofAtom(site, term, p, span);
  const inner: FormTerm = { ...term, links: rest };
  if (link.kind !== "shift") return behindLinks(site, inner, turnedBack(site, link, p), span);
  const along = builder.dot(lowerValue(site, link.by, spaceOfVariable(p)), p);
  const value = behindLinks(site, inner, p, span);
  return builder.elementwise(link.sign === 1 ? "sub" : "add", [value, along]);
}

/** The inverse of the adjoint of a link, at p. */
function turnedBack(site: Site, link: Exclude<Link, { kind: "shift" }>, p: Variable): Variable {
  const { builder } = site;
  switch (link.kind) {
    case "scale":
      return builder.elementwise("div", [p, multiplied(site, builder.constant(1), link.by)]);
    case "diagonal":
      return builder.elementwise("div", [p, lowerValue(site, link.by, spaceOfVariable(p))]);
    case "operator":
      return applyForm(builder, lowerOperator(site, link.operator), p);
  }
}

/** (c h)*(p) = c h*(p/c); of an indicator c is of no account. */
function ofAtom(site: Site, term: FormTerm, p: Variable, span: Span): Variable {
  const { builder } = site;
  if (term.atom.kind === "indicator") return support(site, lowerSet(site, term.atom.set, span), p);
  const { entry, parameters } = libraryEntry(site, term, span);
  if (entry.conjugate === null) throw new Limitation(`the conjugate of ${entry.name}`, span);
  if (term.factors.length === 0) return entry.conjugate(builder, p, parameters);
  const weight = scaledBy(site, builder.constant(1), term.factors);
  const value = entry.conjugate(builder, builder.elementwise("div", [p, weight]), parameters);
  return builder.elementwise("mul", [weight, value]);
}
