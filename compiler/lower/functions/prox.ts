import type { Expression } from "../../ast/tree.ts";
import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";
import { alike } from "../../library/calculus/alike.ts";
import { formOfFunction } from "../../library/calculus/analyse.ts";
import { weightOf } from "../../library/calculus/convexity.ts";
import { gramMultiple } from "../../library/calculus/gram.ts";
import { innerProxParts, isQuadraticForm } from "../../library/calculus/innerProx.ts";
import { boxesAmong } from "../../library/calculus/separable.ts";
import type { FormTerm, FunctionForm, Link } from "../../library/calculus/form.ts";
import type { FunctionParameters, LibraryFunction } from "../../library/functions/entry.ts";
import { FUNCTIONS } from "../../library/functions/table.ts";
import type { Span } from "../../source/span.ts";
import { isWithin, POSITIVE } from "../../types/interval.ts";
import type { CallMeaning, SettingValue, Typed } from "../../types/typing.ts";
import { lower, lowerOperator, lowerValue } from "../recursion.ts";
import { applyLinks, applyLinksAdjoint } from "./links.ts";
import { isNonzero, isPositive, multipleOf, multiplied, scaledBy } from "./multiples.ts";
import { solveSettings } from "../solveSettings.ts";
import { proxByDualIterations } from "./innerProx.ts";
import { isFunctionName } from "../../library/functions/entry.ts";
import { awayFromZero, quotient } from "./quotient.ts";
import { parametersOf } from "./functionParameters.ts";
import { Limitation } from "../limitation.ts";
import { applyAdjointForm, applyForm } from "../operators/operators.ts";
import { Scope } from "../scope.ts";
import { lowerSet, projection } from "./sets.ts";
import type { Site } from "../site.ts";
import { within } from "../site.ts";
import { spaceOfVariable, zeroOf } from "../values.ts";

type ProxCall = Extract<CallMeaning, { kind: "prox" }>;

/** prox(c*g)(x) by the rules of the function's form: shifts, scalings, Moreau's identity, orthonormal operators. */
export function proxOf(site: Site, call: ProxCall, x: Variable, span: Span): Variable {
  const form = formOfFunction(call.function, site.program.definitions);
  if (form === null) throw new Limitation("the prox of this function", span);
  const inner = withBound(site, form);
  const scaling = call.scaling === null ? site.builder.constant(1) : lowerValue(site, call.scaling);
  return proxOfForm(inner, form, x, scaling, call.by, span);
}

/** proj(C)(x). */
export function projectOnto(site: Site, set: Expression<Typed>, x: Variable, span: Span): Variable {
  return projection(site, lowerSet(site, set, span), x);
}

/** A site where the arguments of the calls that a form comes from are known. */
export function withBound(site: Site, form: FunctionForm): Site {
  if (form.bound.length === 0) return site;
  const scope = new Scope(site.scope);
  const inner = within(site, site.builder, scope);
  for (const { argument, value } of form.bound) scope.define(argument, lower(inner, value));
  return inner;
}

/** prox of `step` times the function, `step` a number or, for separable ones, an array. */
function proxOfForm(
  site: Site,
  form: FunctionForm,
  x: Variable,
  step: Variable,
  by: SettingValue | null,
  span: Span,
): Variable {
  const terms = form.terms.filter((term) => term.atom.kind !== "constant");
  const [term, ...others] = terms;
  if (term === undefined) return x;
  const found = by === null ? null : innerIterations(site, { ...form, terms }, x, step, by, span);
  if (found !== null) return found;
  const parts = boxesAmong(terms);
  if (parts !== null) {
    const free = proxOfForm(site, { ...form, terms: parts.rest }, x, step, by, span);
    return parts.boxes.reduce((nearest, box) => proxOfTerm(site, box, nearest, step, span), free);
  }
  if (isQuadraticForm({ terms })) return proxOfQuadratic(site, terms, x, step, by, span);
  if (others.length > 0) return proxOfSum(site, { ...form, terms }, x, step, span);
  const weight = aboveZero(site, scaledBy(site, step, term.factors), form, [term]);
  return proxOfTerm(site, term, x, weight, span);
}

/**
 * The sum of the weights of terms, times a step, made positive where each of them may be 0: the prox of a function with
 * the weight 0 is the limit, the identity for a finite one, and has a derivative by the weight.
 */
function aboveZero(
  { builder }: Site,
  weight: Variable,
  { bound }: FunctionForm,
  terms: readonly FormTerm[],
): Variable {
  const positive = terms.some(({ factors }) => isWithin(weightOf(factors, bound), POSITIVE));
  return positive ? weight : awayFromZero(builder, weight);
}

/** The prox by iterations on dual variables; null where no term wants one. */
function innerIterations(
  site: Site,
  form: FunctionForm,
  x: Variable,
  step: Variable,
  by: SettingValue,
  span: Span,
): Variable | null {
  if (isQuadraticForm(form)) return null;
  const parts = innerProxParts(form, site.program.definitions);
  if ("kind" in parts) throw new Limitation("inner iterations for this prox", span);
  if (parts.dual.length === 0) return null;
  return proxByDualIterations(
    site,
    parts.dual,
    { x, step, settings: solveSettings(by, span) },
    {
      kept: (here, point) => proxOfForm(here, { terms: parts.kept, bound: [] }, point, step, null, span),
      conjugate: (here, term, p, s) => proxOfConjugate(here, { terms: [term], bound: [] }, p, s, span),
    },
  );
}

/** prox_{t h(L .)} for a chain of links L, taken off from the outside. */
function proxOfTerm(site: Site, term: FormTerm, x: Variable, step: Variable, span: Span): Variable {
  const { builder } = site;
  const [link, ...rest] = term.links;
  if (link === undefined) return proxOfAtom(site, term, x, step, span);
  const inner: FormTerm = { ...term, links: rest };
  switch (link.kind) {
    case "shift": {
      const by = lowerValue(site, link.by, spaceOfVariable(x));
      const moved = builder.elementwise(link.sign === 1 ? "add" : "sub", [x, by]);
      const result = proxOfTerm(site, inner, moved, step, span);
      return builder.elementwise(link.sign === 1 ? "sub" : "add", [result, by]);
    }
    case "scale": {
      const by = multiplied(site, builder.constant(1), link.by);
      const larger = builder.elementwise("mul", [step, builder.elementwise("square", [by])]);
      const image = builder.elementwise("mul", [by, x]);
      if (isNonzero(link.by))
        return builder.elementwise("div", [proxOfTerm(site, inner, image, larger, span), by]);
      return quotient(builder, proxOfTerm(site, inner, image, awayFromZero(builder, larger), span), by, x);
    }
    case "diagonal":
      return proxOfDiagonal(site, link, inner, x, step, span);
    case "operator":
      return proxBehindOperator(site, link, inner, x, step, span);
  }
}

/**
 * prox of t h(W x) for W W' = c I: x + W'(prox_{c t h}(W x) - W x)/c. Source: Combettes and Pesquet, IEEE J. Sel. Top.
 * Signal Process. 1 (2007), Proposition 11.
 */
function proxBehindOperator(
  site: Site,
  link: Extract<Link, { kind: "operator" }>,
  inner: FormTerm,
  x: Variable,
  step: Variable,
  span: Span,
): Variable {
  const { builder } = site;
  const multiple = gramMultiple(link.operator, "rows", site.program.definitions);
  if (multiple === null) throw new Limitation("the prox behind this operator", span);
  const operator = lowerOperator(site, link.operator);
  const image = applyForm(builder, operator, x);
  const c = multipleOf(site, multiple);
  const within = builder.elementwise("mul", [c, step]);
  const difference = (t: Variable): Variable =>
    builder.elementwise("sub", [proxOfTerm(site, inner, image, t, span), image]);
  const change = isPositive(multiple)
    ? builder.elementwise("div", [difference(within), c])
    : quotient(
        builder,
        difference(awayFromZero(builder, within)),
        c,
        zeroOf(builder, spaceOfVariable(image)),
      );
  return builder.elementwise("add", [x, applyAdjointForm(builder, operator, change)]);
}

/** prox of t h(v .* x) for a separable h: entries where v is 0 are left as they are. */
function proxOfDiagonal(
  site: Site,
  link: Extract<Link, { kind: "diagonal" }>,
  inner: FormTerm,
  x: Variable,
  step: Variable,
  span: Span,
): Variable {
  const { builder } = site;
  const v = lowerValue(site, link.by, spaceOfVariable(x));
  const isNorm1 = inner.atom.kind === "library" && inner.atom.name === "norm1" && inner.links.length === 0;
  if (isNorm1) {
    const weights = builder.elementwise("mul", [step, builder.elementwise("abs", [v])]);
    return proxOfTerm(site, inner, x, weights, span);
  }
  const size = builder.elementwise("square", [builder.elementwise("abs", [v])]);
  const steps = awayFromZero(builder, builder.elementwise("mul", [step, size]));
  const image = proxOfTerm(site, inner, builder.elementwise("mul", [v, x]), steps, span);
  return quotient(builder, image, v, x);
}

function proxOfAtom(site: Site, term: FormTerm, x: Variable, step: Variable, span: Span): Variable {
  const { builder } = site;
  const { atom } = term;
  switch (atom.kind) {
    case "library": {
      const { entry, parameters } = libraryEntry(site, term, span);
      if (entry.prox === null) throw new Limitation(`the prox of ${entry.name}`, span);
      return entry.prox(builder, x, step, parameters);
    }
    case "indicator":
      return projection(site, lowerSet(site, atom.set, span), x);
    case "conjugate":
      return proxOfConjugate(site, atom.of, x, step, span);
    case "linear":
      return builder.elementwise("sub", [x, builder.elementwise("mul", [step, lowerValue(site, atom.by)])]);
    case "constant":
      return x;
    case "opaque":
    case "general":
      throw new Limitation("the prox of this function", span);
  }
}

/** The rules of the function of the library that a term is of. */
export function libraryEntry(
  site: Site,
  term: FormTerm,
  span: Span,
): { readonly entry: LibraryFunction; readonly parameters: FunctionParameters } {
  const { atom } = term;
  if (atom.kind !== "library" || !isFunctionName(atom.name))
    throw new Limitation("the prox of this function", span);
  if (atom.name === "tv" || atom.name === "indicator" || atom.name === "conjugate") {
    throw new Limitation(`the prox of ${atom.name}`, span);
  }
  return {
    entry: FUNCTIONS[atom.name],
    parameters: parametersOf(site, atom.name, atom.settings, atom.arguments),
  };
}

/** prox_{s h*}(p), by a rule of the function where there is one, else by Moreau: p - s prox_{h/s}(p/s). */
function proxOfConjugate(site: Site, of: FunctionForm, p: Variable, step: Variable, span: Span): Variable {
  const { builder } = site;
  const inner = withBound(site, of);
  const [term, ...others] = of.terms.filter((candidate) => candidate.atom.kind !== "constant");
  if (term !== undefined && others.length === 0) {
    const direct = conjugateProxOfTerm(inner, of, term, p, step, span);
    if (direct !== null) return direct;
  }
  const inverse = builder.elementwise("reciprocal", [step]);
  const point = builder.elementwise("mul", [inverse, p]);
  const nearest = proxOfForm(inner, of, point, inverse, null, span);
  return builder.elementwise("sub", [p, builder.elementwise("mul", [step, nearest])]);
}

/** For c h(. + b): (c h(. + b))*(p) = (c h)*(p) - <b, p>, so its prox is that of (c h)* at p + s b. */
function conjugateProxOfTerm(
  site: Site,
  form: FunctionForm,
  term: FormTerm,
  p: Variable,
  step: Variable,
  span: Span,
): Variable | null {
  const { builder } = site;
  if (term.atom.kind !== "library" || term.links.some((link) => link.kind !== "shift")) return null;
  const { entry, parameters } = libraryEntry(site, term, span);
  if (entry.conjugateProx === null) return null;
  const weight = aboveZero(site, scaledBy(site, builder.constant(1), term.factors), form, [term]);
  const moved = term.links.reduce((point, link) => {
    if (link.kind !== "shift") return point;
    const by = builder.elementwise("mul", [step, lowerValue(site, link.by, spaceOfVariable(p))]);
    return builder.elementwise(link.sign === 1 ? "add" : "sub", [point, by]);
  }, p);
  return entry.conjugateProx(builder, moved, step, weight, parameters);
}

/** argmin sum_i c_i |L_i z + b_i|^2 + |z - x|^2/(2t): the solution of (2t sum c_i L_i'L_i + I) z = x - 2t sum c_i L_i'b_i. */
function proxOfQuadratic(
  site: Site,
  terms: readonly FormTerm[],
  x: Variable,
  step: Variable,
  by: SettingValue | null,
  span: Span,
): Variable {
  const { builder } = site;
  const two = builder.elementwise("mul", [builder.constant(2), step]);
  const weights = terms.map((term) => scaledBy(site, two, term.factors));
  const space = spaceOfVariable(x);
  const right = terms.reduce((total, term, index) => {
    const weight = weights[index] ?? two;
    const offset = applyLinks(site, term.links, zeroOf(builder, space), true);
    const back = applyLinksAdjoint(site, term.links, offset);
    return builder.elementwise("sub", [total, builder.elementwise("mul", [weight, back])]);
  }, x);
  const settings = solveSettings(by, span);
  const map = (inner: IrBuilder, z: Variable): Variable =>
    terms.reduce((total, term, index) => {
      const here = within(site, inner, new Scope(site.scope));
      const image = applyLinks(here, term.links, z, false);
      const back = applyLinksAdjoint(here, term.links, image);
      return inner.elementwise("add", [total, inner.elementwise("mul", [weights[index] ?? two, back])]);
    }, z);
  return builder.solve(right, x, settings, map);
}

/**
 * prox of a sum by completing the square: multiples of h, squares of c_i |v_i .* z + b_i|^2 without operators, <c, .>. With
 * s = 1 + 2t sum c_i |v_i|^2 it is the prox of h with step t/s, which is an array where a v_i is (then h is separable).
 */
function proxOfSum(site: Site, form: FunctionForm, x: Variable, step: Variable, span: Span): Variable {
  const { builder } = site;
  const { terms } = form;
  const squares = terms.filter((term) => isPlainSquare(term));
  const linear = terms.filter((term) => term.atom.kind === "linear" && term.links.length === 0);
  const hard = terms.filter((term) => !squares.includes(term) && !linear.includes(term));
  const [main] = hard;
  if (main !== undefined && !hard.every((term) => alike(main, term)))
    throw new Limitation("the prox of this sum", span);
  const two = builder.elementwise("mul", [builder.constant(2), step]);
  let scale = builder.constant(1);
  let moved = x;
  for (const term of squares) {
    const weight = scaledBy(site, two, term.factors);
    const centre = applyLinks(site, term.links, zeroOf(builder, spaceOfVariable(x)), true);
    const back = applyLinksAdjoint(site, term.links, centre);
    scale = builder.elementwise("add", [scale, steepness(site, term.links, weight)]);
    moved = builder.elementwise("sub", [moved, builder.elementwise("mul", [weight, back])]);
  }
  for (const term of linear) moved = proxOfAtom(site, term, moved, scaledBy(site, step, term.factors), span);
  const centre = builder.elementwise("div", [moved, scale]);
  if (main === undefined) return centre;
  const weights = hard.map(({ factors }) => scaledBy(site, step, factors));
  const sum = weights.reduce((all, each) => builder.elementwise("add", [all, each]));
  const weight = aboveZero(site, sum, form, hard);
  const shorter = builder.elementwise("div", [weight, scale]);
  return proxOfTerm(site, main, centre, shorter, span);
}

/** `weight` times |v|^2 for links that multiply by v. */
function steepness(site: Site, links: readonly Link[], weight: Variable): Variable {
  const { builder } = site;
  return links.reduce((product, link) => {
    if (link.kind !== "scale" && link.kind !== "diagonal") return product;
    const by =
      link.kind === "scale" ? multiplied(site, builder.constant(1), link.by) : lowerValue(site, link.by);
    const size = builder.elementwise("square", [builder.elementwise("abs", [by])]);
    return builder.elementwise("mul", [product, size]);
  }, weight);
}

function isPlainSquare(term: FormTerm): boolean {
  const square = term.atom.kind === "library" && term.atom.name === "norm2sq";
  return square && term.links.every((link) => link.kind !== "operator");
}
