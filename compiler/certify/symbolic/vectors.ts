import type { Expression } from "../../ast/tree.ts";
import { expressionText } from "../../check/expressionText.ts";
import { formOfFunction } from "../../library/calculus/analyse.ts";
import type { Fact } from "../../types/property.ts";
import type { CallMeaning, Symbol, Typed } from "../../types/typing.ts";
import { multiply, number, ONE, type Scalar } from "../scalar/polynomial.ts";
import { reciprocal, simplified } from "../scalar/unknowns.ts";
import { spend } from "../budget.ts";
import {
  type Combination,
  combinationKey,
  type ConvexFunction,
  filterParts,
  isConstant,
  minus,
  type NonsmoothTerm,
  NOTHING,
  of,
  PLACEHOLDER,
  plus,
  stateOf,
  times,
} from "./combination.ts";
import { type Context, isFixed, isNumberType, isRealNumberType, other, symbolKey } from "./context.ts";
import { convexOf, gradientAt } from "./convex.ts";
import { functionValue, valueOfForm } from "./functions.ts";
import { inlined, scalarOf } from "./numbers.ts";
import { applyOperator, productOf } from "./operators.ts";

type Vector = Expression<Typed>;

/** A vector of the step as a combination of what oracles answer. */
export function vectorOf(context: Context, expression: Vector): Combination {
  spend(context.budget);
  switch (expression.kind) {
    case "name":
      return expression.reference.kind === "symbol"
        ? symbolVector(context, expression.reference.symbol)
        : opaque(context, expression);
    case "old":
      return expression.reference.kind === "symbol"
        ? stateOf(expression.reference.symbol)
        : opaque(context, expression);
    case "number":
      return expression.value === 0 ? NOTHING : opaque(context, expression);
    case "negate":
      return times(number(-1), vectorOf(context, expression.operand));
    case "sum": {
      if (isMixed(expression.left, expression.right)) return opaque(context, expression);
      const left = vectorOf(context, expression.left);
      const right = vectorOf(context, expression.right);
      const subtracts = expression.operator === "-" || expression.operator === ".-";
      return subtracts ? minus(left, right) : plus(left, right);
    }
    case "product":
      return productVector(context, expression);
    case "call":
      return callOf(context, expression);
    default:
      return opaque(context, expression);
  }
}

/** A number that is repeated over an array: `x .+ 1`. */
function isMixed(left: Vector, right: Vector): boolean {
  return isNumberType(left.note.type) !== isNumberType(right.note.type) && !isZero(left) && !isZero(right);
}

function isZero(expression: Vector): boolean {
  return expression.kind === "number" && expression.value === 0;
}

function symbolVector(context: Context, symbol: Symbol): Combination {
  const known = context.vectors.get(symbol);
  if (known !== undefined) return known;
  if (symbol.origin.kind === "state") return stateOf(symbol);
  const definition = context.definitions.get(symbol);
  if (definition?.kind === "let") return vectorOf(context, definition.initial);
  const fixed = symbol.typing.level <= 3 && symbol.origin.kind !== "argument";
  return fixed ? of({ kind: "data", name: symbolKey(symbol) }) : other(context, symbol.name, null);
}

function productVector(context: Context, expression: Extract<Vector, { kind: "product" }>): Combination {
  const { left, right } = expression;
  switch (expression.product) {
    case "apply":
      return isNumberType(right.note.type)
        ? opaque(context, expression)
        : applyOperator(context, left, false, vectorOf(context, right));
    case "divide":
      if (!isRealNumber(right)) return opaque(context, expression);
      return times(reciprocal(context.unknowns, scalarOf(context, right)), vectorOf(context, left));
    case "multiply": {
      if (isRealNumber(left)) return times(scalarOf(context, left), vectorOf(context, right));
      if (isRealNumber(right)) return times(scalarOf(context, right), vectorOf(context, left));
      if (isNumberType(left.note.type) || isNumberType(right.note.type)) return opaque(context, expression);
      const [first, second] = isFixed(left) || !isFixed(right) ? [left, right] : [right, left];
      return productOf(context, vectorOf(context, first), vectorOf(context, second), first);
    }
    default:
      return opaque(context, expression);
  }
}

function isRealNumber(expression: Vector): boolean {
  return isRealNumberType(expression.note.type);
}

function callOf(context: Context, expression: Extract<Vector, { kind: "call" }>): Combination {
  const { call } = expression;
  switch (call.kind) {
    case "function":
      return functionCall(context, expression, call);
    case "prox":
      return proxOf(context, expression, call);
    case "projection": {
      if (call.point === null || !isFixed(call.set)) return opaque(context, expression);
      const key = `indicator(${expressionText(call.set)})`;
      return proxAt(indicator(key), vectorOf(context, call.point));
    }
    case "map": {
      const [first, ...others] = call.arguments;
      return first === undefined || others.length > 0
        ? opaque(context, expression)
        : networkAt(call.symbol, vectorOf(context, first));
    }
    case "library":
      return libraryCall(context, expression, call);
    case "derivative":
    case "network":
    case "program":
    case "weights":
    case "unknown":
      return opaque(context, expression);
  }
}

function networkAt(symbol: Symbol, point: Combination): Combination {
  const fact = (name: Fact["property"]): Fact | undefined =>
    symbol.typing.facts.find(({ property }) => property === name);
  const nonexpansive = fact("nonexpansive") !== undefined || fact("averaged") !== undefined;
  const bounds = {
    lipschitz: fact("lipschitz")?.bound ?? (nonexpansive ? 1 : null),
    residual: fact("residual_lipschitz")?.bound ?? null,
    averaged: fact("averaged")?.bound ?? null,
  };
  return of({ kind: "network", symbol, bounds, point });
}

function functionCall(
  context: Context,
  expression: Vector,
  call: Extract<CallMeaning, { kind: "function" }>,
): Combination {
  const body = inlined(context, call);
  if (body !== null) return vectorOf(body.context, body.value);
  const [point, ...others] = call.arguments;
  if (call.callee.kind !== "gradient" || point === undefined || others.length > 0) {
    return opaque(context, expression);
  }
  return gradientAt(context, call.callee.of, vectorOf(context, point)) ?? opaque(context, expression);
}

function proxOf(
  context: Context,
  expression: Vector,
  call: Extract<CallMeaning, { kind: "prox" }>,
): Combination {
  const form = formOfFunction(call.function, context.definitions);
  if (call.point === null || call.scaling !== null || form === null) return opaque(context, expression);
  const point = vectorOf(context, call.point);
  const [term, ...others] = form.terms;
  if (term?.atom.kind === "conjugate" && others.length === 0) {
    const scales = term.factors.map((factor) => {
      if (factor.kind === "number") return number(factor.value);
      const value = scalarOf(context, factor.value);
      return factor.inverse ? reciprocal(context.unknowns, value) : value;
    });
    if (term.links.length > 0 || call.by !== null || !isFixed(term.source))
      return opaque(context, expression);
    const scale = scales.reduce<Scalar>(multiply, ONE);
    return of({ kind: "conjugateProx", of: term.atom.of, name: expressionText(term.source), scale, point });
  }
  const value = valueOfForm(context, form, PLACEHOLDER);
  const convex = value && convexOf(context, value);
  return convex === null ? opaque(context, expression) : proxAt(convex, point);
}

function proxAt(convex: ConvexFunction, point: Combination): Combination {
  return of({ kind: "prox", of: convex, point });
}

function indicator(key: string): ConvexFunction {
  const term: NonsmoothTerm = { weight: ONE, argument: PLACEHOLDER, indicator: true };
  return { gradient: NOTHING, nonsmooth: new Map([[`${key}[${combinationKey(PLACEHOLDER)}]`, term]]) };
}

function libraryCall(
  context: Context,
  expression: Vector,
  call: Extract<CallMeaning, { kind: "library" }>,
): Combination {
  const [first, second] = call.arguments;
  if (first === undefined || second === undefined) return opaque(context, expression);
  switch (call.name) {
    case "soft": {
      if (!isRealNumber(second)) return opaque(context, expression);
      const norm = functionValue(context, "norm1", PLACEHOLDER);
      const convex = norm && convexOf(context, multiply(scalarOf(context, second), norm));
      return convex === null ? opaque(context, expression) : proxAt(convex, vectorOf(context, first));
    }
    case "max": {
      const [moving, end] = isZero(second) ? [first, second] : [second, first];
      return isZero(end) && moving.note.type.kind === "value"
        ? proxAt(indicator("indicator(nonnegative)"), vectorOf(context, moving))
        : opaque(context, expression);
    }
    case "clip": {
      const [, , third] = call.arguments;
      if (third === undefined || !isFixed(second) || !isFixed(third)) return opaque(context, expression);
      const key = `indicator(box(${expressionText(second)}, ${expressionText(third)}))`;
      return proxAt(indicator(key), vectorOf(context, first));
    }
    case "solve":
      return solveOf(context, first, second) ?? opaque(context, expression);
    default:
      return opaque(context, expression);
  }
}

/** solve(M + r*I, b + r*p) is the prox of (1/2 <x, Mx> - <b, x>)/r at p, for M = sum of w A'A. */
function solveOf(context: Context, operator: Vector, right: Vector): Combination | null {
  const { unknowns } = context;
  const whole = applyOperator(context, definitionOf(context, operator), false, PLACEHOLDER);
  const own = whole.parts.get([...PLACEHOLDER.parts.keys()][0] ?? "");
  const rest = filterParts(whole, ({ atom }) => atom.kind !== "placeholder");
  const positive = [...rest.parts.values()].every(
    ({ atom }) => atom.kind === "normal" && atom.at.kind === "placeholder",
  );
  if (own === undefined || !positive) return null;
  const side = vectorOf(context, right);
  const constant = filterParts(side, (part) => isConstant(unknowns, { parts: new Map([["", part]]) }));
  const over = (a: Combination): Combination => {
    const by = reciprocal(unknowns, own.weight);
    return mapWeights(a, (weight) => simplified(unknowns, multiply(by, weight)));
  };
  const convex = { gradient: over(minus(rest, constant)), nonsmooth: new Map<string, NonsmoothTerm>() };
  return proxAt(convex, over(minus(side, constant)));
}

/** The operator that a `let` has named. */
function definitionOf(context: Context, operator: Vector): Vector {
  if (operator.kind !== "name" || operator.reference.kind !== "symbol") return operator;
  const definition = context.definitions.get(operator.reference.symbol);
  return definition?.kind === "let" ? definitionOf(context, definition.initial) : operator;
}

function mapWeights(a: Combination, each: (weight: Scalar) => Scalar): Combination {
  return { parts: new Map([...a.parts].map(([key, part]) => [key, { ...part, weight: each(part.weight) }])) };
}

/** A vector that the rules cannot see into: data, where it is the same in every step. */
function opaque(context: Context, expression: Vector): Combination {
  return isFixed(expression)
    ? of({ kind: "data", name: expressionText(expression) })
    : other(context, expressionText(expression), expression);
}
