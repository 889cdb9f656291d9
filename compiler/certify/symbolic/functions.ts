import type { Expression } from "../../ast/tree.ts";
import { expressionText } from "../../check/expressionText.ts";
import { formOfFunction } from "../../library/calculus/analyse.ts";
import type { Atom as FunctionAtom, FormTerm, FunctionForm, Link } from "../../library/calculus/form.ts";
import { type FunctionName, isFunctionName } from "../../library/functions/entry.ts";
import { FUNCTION_SIGNATURES } from "../../library/functions/index.ts";
import { FUNCTIONS } from "../../library/functions/table.ts";
import type { LibraryName } from "../../library/names.ts";
import type { Typed } from "../../types/typing.ts";
import {
  add,
  keysOf,
  multiply,
  number,
  ONE,
  scale,
  type Scalar,
  termsOf,
  ZERO,
} from "../scalar/polynomial.ts";
import { reciprocal, simplified, unknown } from "../scalar/unknowns.ts";
import {
  type Combination,
  combinationKey,
  combinationText,
  isConstant,
  minus,
  of,
  type Part,
  plus,
  readsPlaceholder,
  times,
} from "./combination.ts";
import { type Application, type Context, isFixed, isNumberType, withNumber, withVector } from "./context.ts";
import { after, NO_OPERATOR, type NormProduct, normOfProduct } from "./composedNorm.ts";
import { applyOperator, productOf, productOfDiagonal, productOfOperator } from "./operators.ts";

/** dot(a, b), expanded over the parts of both. */
export function dotOf(context: Context, a: Combination, b: Combination): Scalar {
  let total: Scalar = ZERO;
  for (const left of a.parts.values()) {
    for (const right of b.parts.values()) {
      total = add(total, multiply(multiply(left.weight, right.weight), dotOfParts(context, left, right)));
    }
  }
  return total;
}

function dotOfParts(context: Context, left: Part, right: Part): Scalar {
  const [a, b] = [of(left.atom), of(right.atom)];
  const [first, second] = combinationKey(a) < combinationKey(b) ? [a, b] : [b, a];
  const key = `dot(${combinationKey(first)}, ${combinationKey(second)})`;
  return applied(context, key, { kind: "dot", left: first, right: second }, null);
}

/** The value at a point of a function of the library that takes nothing else: `norm1(x)`. Null for any other name. */
export function functionValue(context: Context, name: LibraryName, point: Combination | null): Scalar | null {
  if (point === null || !isFunctionName(name) || FUNCTION_SIGNATURES[name].of !== "point") return null;
  return functionAt(context, name, name, point);
}

function functionAt(context: Context, name: FunctionName, key: string, argument: Combination): Scalar {
  const application: Application = { kind: "function", name, key, argument };
  const nonnegative = name !== "conjugate";
  return applied(
    context,
    `${key}[${combinationKey(argument)}]`,
    application,
    nonnegative ? "nonnegative" : null,
  );
}

function applied(
  context: Context,
  key: string,
  application: Application,
  sign: "nonnegative" | null,
): Scalar {
  context.applications.set(key, application);
  const points = application.kind === "dot" ? [application.left, application.right] : [application.argument];
  const varies = !points.every((point) => isConstant(context.unknowns, point));
  const moves = points.some(readsPlaceholder);
  const name = application.kind === "dot" ? "dot" : application.key;
  const inside = points.map((point) => combinationText(context.unknowns, point));
  return unknown(context.unknowns, key, { label: `${name}(${inside.join(", ")})`, sign, varies, moves });
}

/** The value of a function of known form at a point; null where a term is beyond the rules. */
export function valueOfForm(outer: Context, form: FunctionForm, point: Combination): Scalar | null {
  const context = withBound(outer, form);
  if (context === null) return null;
  return form.terms.reduce<Scalar | null>((total, term) => {
    const own = total === null ? null : valueOfTerm(context, term, point);
    return total === null || own === null ? null : add(total, multiply(factorOf(context, term), own));
  }, ZERO);
}

/** The context in which the parameters of inlined calls have their values. */
function withBound(context: Context, form: FunctionForm): Context | null {
  return form.bound.reduce<Context | null>((inner, { argument, value }) => {
    if (inner === null || value.note.type.kind !== "value") return null;
    return isNumberType(value.note.type)
      ? withNumber(inner, argument, inner.read.number(inner, value))
      : withVector(inner, argument, inner.read.vector(inner, value));
  }, context);
}

function valueOfTerm(context: Context, term: FormTerm, point: Combination): Scalar | null {
  if (term.atom.kind === "constant") return context.read.number(context, term.source);
  const argument = term.links.reduce((at, link) => applyLink(context, link, at), point);
  if (term.atom.kind === "linear")
    return dotOf(context, context.read.vector(context, term.atom.by), argument);
  const named = nameOfFunction(term.atom);
  return named && functionAt(context, named.name, named.key, argument);
}

/** A name that is the same for equal functions; null where the function is another one in each step. */
function nameOfFunction(atom: FunctionAtom): { readonly name: FunctionName; readonly key: string } | null {
  if (atom.kind === "indicator") {
    return isFixed(atom.set) ? { name: "indicator", key: `indicator(${expressionText(atom.set)})` } : null;
  }
  if (atom.kind !== "library" || !isFunctionName(atom.name)) return null;
  const settings = Object.entries(atom.settings);
  const inside = settings.flatMap(([, value]) => (value.kind === "expression" ? [value.value] : []));
  if (![...atom.arguments, ...inside].every(isFixed)) return null;
  const texts = settings.map(([name, value]) =>
    value.kind === "expression"
      ? `${name} = ${expressionText(value.value)}`
      : `${name} = ${JSON.stringify(value)}`,
  );
  const parts = [...atom.arguments.map(expressionText), ...texts];
  return { name: atom.name, key: parts.length === 0 ? atom.name : `${atom.name}(${parts.join(", ")})` };
}

function applyLink(context: Context, link: Link, at: Combination): Combination {
  switch (link.kind) {
    case "shift": {
      const by = context.read.vector(context, link.by);
      return link.sign === 1 ? plus(at, by) : minus(at, by);
    }
    case "operator":
      return applyOperator(context, link.operator, false, at);
    case "diagonal":
      return productOf(context, context.read.vector(context, link.by), at, link.by);
    case "scale": {
      if (link.by.kind === "number") return times(number(link.by.value), at);
      const by = context.read.number(context, link.by.value);
      return times(link.by.inverse ? reciprocal(context.unknowns, by) : by, at);
    }
  }
}

/** The number by which a term is multiplied. */
function factorOf(context: Context, term: FormTerm): Scalar {
  return term.factors.reduce((product, factor) => {
    if (factor.kind === "number") return scale(product, factor.value);
    const value = context.read.number(context, factor.value);
    return multiply(product, factor.inverse ? reciprocal(context.unknowns, value) : value);
  }, ONE);
}

/** lip(grad f), as the program computes it: the sum of c lip(grad h) |L|^2; null where a term has no rule. */
export function lipschitzOf(outer: Context, f: Expression<Typed>): Scalar | null {
  const form = formOfFunction(f, outer.definitions);
  const context = form && withBound(outer, form);
  if (form === null || context === null) return null;
  return form.terms.reduce<Scalar | null>((total, term) => {
    if (total === null || term.atom.kind === "constant" || term.atom.kind === "linear") return total;
    const own = termLipschitz(context, term);
    return own && add(total, own);
  }, ZERO);
}

function termLipschitz(context: Context, term: FormTerm): Scalar | null {
  if (term.atom.kind !== "library" || !isFunctionName(term.atom.name)) return null;
  const constant = gradientLipschitz(term.atom.name);
  if (constant === null) return null;
  const product = term.links.reduce<NormProduct | null>((inner, link) => {
    const own = linkProduct(context, link);
    return inner === null || own === null ? null : after(own, inner);
  }, NO_OPERATOR);
  if (product === null) return null;
  const norm = simplified(context.unknowns, normOfProduct(context.unknowns, product));
  return multiply(scale(factorOf(context, term), constant), multiply(norm, norm));
}

/** The Lipschitz constant of the gradient of a function of the library; null where it has kinks. */
export function gradientLipschitz(name: FunctionName): number | null {
  if (name === "tv" || name === "indicator" || name === "conjugate") return null;
  return FUNCTIONS[name].gradientLipschitz;
}

function linkProduct(context: Context, link: Link): NormProduct | null {
  switch (link.kind) {
    case "shift":
      return NO_OPERATOR;
    case "operator":
      return productOfOperator(context, link.operator, false);
    case "scale": {
      if (link.by.kind === "number") return { scale: number(Math.abs(link.by.value)), factors: [] };
      const by = context.read.number(context, link.by.value);
      return { scale: link.by.inverse ? reciprocal(context.unknowns, by) : by, factors: [] };
    }
    case "diagonal":
      return isFixed(link.by) ? productOfDiagonal(context, link.by) : null;
  }
}

/** The terms of a value that come from functions with kinks: g(x) of f(x) + g(x). */
export function kinkedPart(context: Context, value: Scalar): Scalar {
  const kinked = termsOf(value).filter((term) =>
    [...keysOf(term)].some((key) => {
      const application = context.applications.get(key);
      return application?.kind === "function" && gradientLipschitz(application.name) === null;
    }),
  );
  return kinked.reduce(add, ZERO);
}
