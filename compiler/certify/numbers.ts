import type { Bounds, Expression, Learn, Type } from "../ast/tree.ts";
import { formOfFunction } from "../library/calculus/analyse.ts";
import type { FunctionForm, FormTerm, Link } from "../library/calculus/form.ts";
import { isFunctionName } from "../library/functions/entry.ts";
import { FUNCTIONS } from "../library/functions/table.ts";
import type { Symbol, Typed } from "../types/typing.ts";
import type { Context } from "./context.ts";
import {
  add,
  multiply,
  number,
  ONE,
  reciprocal,
  type Scalar,
  scale,
  simplified,
  squareRoot,
  subtract,
  unknown,
  ZERO,
} from "./scalar.ts";

/** A number of the program as a scalar; what the rules cannot see into is an unknown of its own. */
export function scalarOf(context: Context, expression: Expression<Typed>): Scalar {
  switch (expression.kind) {
    case "number":
      return number(expression.value);
    case "negate":
      return scale(scalarOf(context, expression.operand), -1);
    case "sum": {
      const left = scalarOf(context, expression.left);
      const right = scalarOf(context, expression.right);
      return expression.operator === "-" || expression.operator === ".-"
        ? subtract(left, right)
        : add(left, right);
    }
    case "product":
      return productOf(context, expression);
    case "power":
      return powerOf(context, expression);
    case "name":
      return nameOf(context, expression);
    case "call":
      return callOf(context, expression);
    default:
      return opaque(context, expression);
  }
}

function productOf(context: Context, expression: Extract<Expression<Typed>, { kind: "product" }>): Scalar {
  const left = scalarOf(context, expression.left);
  const right = scalarOf(context, expression.right);
  const divides = expression.operator === "/" || expression.operator === "./";
  return simplified(context.unknowns, multiply(left, divides ? reciprocal(context.unknowns, right) : right));
}

function powerOf(context: Context, expression: Extract<Expression<Typed>, { kind: "power" }>): Scalar {
  const { exponent } = expression;
  if (
    exponent.kind !== "number" ||
    !Number.isInteger(exponent.value) ||
    exponent.value < 0 ||
    exponent.value > 4
  ) {
    return opaque(context, expression);
  }
  const base = scalarOf(context, expression.base);
  return Array.from({ length: exponent.value }).reduce<Scalar>((product) => multiply(product, base), ONE);
}

function nameOf(context: Context, expression: Extract<Expression<Typed>, { kind: "name" }>): Scalar {
  if (expression.reference.kind !== "symbol") return opaque(context, expression);
  const { symbol } = expression.reference;
  const bound = context.scalars.get(symbol);
  if (bound !== undefined) return bound;
  const definition = context.definitions.get(symbol);
  if (definition?.kind === "let") return scalarOf(context, definition.initial);
  return symbolScalar(context, symbol);
}

/** A given, learned or changing number, with its interval. */
export function symbolScalar(context: Context, symbol: Symbol): Scalar {
  const { interval } = symbol.typing;
  const declared = context.learnables.get(symbol);
  const upper = declared === undefined ? null : upperEnd(context, declared);
  const plain = interval !== null && Number.isFinite(interval.high) ? number(interval.high) : null;
  return unknown(context.unknowns, {
    key: symbol.name,
    positive: interval !== null && (interval.low > 0 || (interval.low === 0 && interval.lowOpen)),
    upper: upper?.value ?? plain,
    upperOpen: upper?.open ?? interval?.highOpen ?? false,
    inverse: null,
  });
}

function upperEnd(
  context: Context,
  learn: Learn<Typed>,
): { readonly value: Scalar; readonly open: boolean } | null {
  const bounds = boundsOf(learn.type);
  if (bounds?.kind !== "interval" || bounds.high.kind === "infinity") return null;
  return { value: scalarOf(context, bounds.high), open: bounds.highOpen };
}

function boundsOf(type: Type<Typed>): Bounds<Typed> | null {
  return "bounds" in type ? type.bounds : null;
}

function callOf(context: Context, expression: Extract<Expression<Typed>, { kind: "call" }>): Scalar {
  const { call } = expression;
  const [first] = call.kind === "library" ? call.arguments : [];
  if (call.kind !== "library" || first === undefined) return opaque(context, expression);
  if (call.name === "norm") return normOf(context, first);
  if (call.name === "lip" && first.kind === "gradient") {
    const form = formOfFunction(first.of, context.definitions);
    const bound = form === null ? null : gradientLipschitz(context, form);
    if (bound !== null) return bound;
  }
  if (call.name === "sqrt") return squareRoot(context.unknowns, scalarOf(context, first));
  return opaque(context, expression);
}

/** The norm of an operator expression by the rules of products and multiples. */
export function normOf(context: Context, operator: Expression<Typed>): Scalar {
  if (operator.kind === "adjoint") return normOf(context, operator.operand);
  if (operator.kind === "product" && operator.product === "compose") {
    return multiply(normOf(context, operator.left), normOf(context, operator.right));
  }
  if (operator.kind === "name" && operator.reference.kind === "symbol") {
    const { symbol } = operator.reference;
    const fact = symbol.typing.facts.find((each) => each.property === "norm");
    const definition = context.definitions.get(symbol);
    if (fact === undefined && definition?.kind === "let") return normOf(context, definition.initial);
    return unknown(context.unknowns, {
      key: `norm(${symbol.name})`,
      positive: true,
      upper: fact?.bound == null ? null : number(fact.bound),
      upperOpen: false,
      inverse: null,
    });
  }
  const known = KNOWN_NORMS[libraryOperatorOf(operator) ?? ""];
  if (known !== undefined) return number(known);
  return unknown(context.unknowns, {
    key: `norm(${context.textOf(operator)})`,
    positive: true,
    upper: null,
    upperOpen: false,
    inverse: null,
  });
}

/** lip(grad f) = sum of c lip(grad h) |L|^2 over the terms, or null where a term has a kink or is unknown. */
export function gradientLipschitz(context: Context, form: FunctionForm): Scalar | null {
  return form.terms.reduce<Scalar | null>((total, term) => {
    if (total === null || term.atom.kind === "constant" || term.atom.kind === "linear") return total;
    const own = termLipschitz(context, term);
    return own && add(total, own);
  }, ZERO);
}

export function termLipschitz(context: Context, term: FormTerm): Scalar | null {
  if (term.atom.kind !== "library" || !isFunctionName(term.atom.name)) return null;
  const { name } = term.atom;
  if (name === "tv" || name === "indicator" || name === "conjugate") return null;
  const constant = FUNCTIONS[name].gradientLipschitz;
  if (constant === null) return null;
  const squares = term.links.map((link) => linkNorm(context, link)).map((norm) => multiply(norm, norm));
  return squares.reduce(multiply, multiply(number(constant), factorOf(context, term)));
}

/** The number by which a term is multiplied. */
export function factorOf(context: Context, term: FormTerm): Scalar {
  return term.factors.reduce((product, factor) => {
    if (factor.kind === "number") return scale(product, factor.value);
    const value = scalarOf(context, factor.value);
    return multiply(product, factor.inverse ? reciprocal(context.unknowns, value) : value);
  }, ONE);
}

export function linkNorm(context: Context, link: Link): Scalar {
  switch (link.kind) {
    case "shift":
      return ONE;
    case "operator":
      return normOf(context, link.operator);
    case "scale":
      if (link.by.kind === "number") return number(Math.abs(link.by.value));
      return link.by.inverse
        ? reciprocal(context.unknowns, scalarOf(context, link.by.value))
        : scalarOf(context, link.by.value);
    case "diagonal":
      return unknown(context.unknowns, {
        key: `max|${context.textOf(link.by)}|`,
        positive: true,
        upper: null,
        upperOpen: false,
        inverse: null,
      });
  }
}

/** A number that the rules cannot see into. */
function opaque(context: Context, expression: Expression<Typed>): Scalar {
  const { interval } = expression.note;
  return unknown(context.unknowns, {
    key: context.textOf(expression),
    positive: interval !== null && (interval.low > 0 || (interval.low === 0 && interval.lowOpen)),
    upper: interval !== null && Number.isFinite(interval.high) ? number(interval.high) : null,
    upperOpen: interval?.highOpen ?? false,
    inverse: null,
  });
}

/** Norms that hold for every size. */
const KNOWN_NORMS: Readonly<Record<string, number>> = { I: 1, fourier: 1, real: 1, imag: 1 };

function libraryOperatorOf(operator: Expression<Typed>): string | null {
  if (operator.kind === "name" && operator.reference.kind === "library") return operator.reference.name;
  return operator.kind === "call" && operator.call.kind === "library" ? operator.call.name : null;
}
