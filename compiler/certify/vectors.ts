import type { Expression } from "../ast/tree.ts";
import { formOfFunction } from "../library/calculus/analyse.ts";
import type { FormTerm, FunctionForm, Link } from "../library/calculus/form.ts";
import type { Symbol, Typed } from "../types/typing.ts";
import type { Context } from "./context.ts";
import { type Combination, combinationKey, minus, NOTHING, of, plus, times } from "./combination.ts";
import { factorOf, normOf, scalarOf, termLipschitz } from "./numbers.ts";
import { multiply, number, reciprocal, type Scalar, simplified, text } from "./scalar.ts";

/** A vector of the step as a combination of what oracles answer. */
export function vectorOf(context: Context, expression: Expression<Typed>): Combination {
  switch (expression.kind) {
    case "name":
      return nameOf(context, expression);
    case "old":
      return expression.reference.kind === "symbol"
        ? of({ kind: "state", symbol: expression.reference.symbol })
        : other(context, expression);
    case "number":
      return expression.value === 0 ? NOTHING : other(context, expression);
    case "negate":
      return times(number(-1), vectorOf(context, expression.operand));
    case "sum": {
      const left = vectorOf(context, expression.left);
      const right = vectorOf(context, expression.right);
      return expression.operator === "-" ? minus(left, right) : plus(left, right);
    }
    case "product":
      return productOf(context, expression);
    case "call":
      return callOf(context, expression);
    default:
      return other(context, expression);
  }
}

function nameOf(context: Context, expression: Extract<Expression<Typed>, { kind: "name" }>): Combination {
  if (expression.reference.kind !== "symbol") return other(context, expression);
  const { symbol } = expression.reference;
  const known = context.vectors.get(symbol);
  if (known !== undefined) return known;
  if (symbol.origin.kind === "state") return of({ kind: "state", symbol });
  const definition = context.definitions.get(symbol);
  if (definition?.kind === "let") return vectorOf(context, definition.initial);
  return of({ kind: "data", name: symbol.name });
}

function productOf(
  context: Context,
  expression: Extract<Expression<Typed>, { kind: "product" }>,
): Combination {
  const { left, right } = expression;
  if (expression.product === "apply") return appliedTo(context, left, vectorOf(context, right));
  if (expression.product === "divide" && isNumber(right)) {
    return times(reciprocal(context.unknowns, scalarOf(context, right)), vectorOf(context, left));
  }
  if (expression.product === "multiply" && isNumber(left)) {
    return times(scalarOf(context, left), vectorOf(context, right));
  }
  if (expression.product === "multiply" && isNumber(right)) {
    return times(scalarOf(context, right), vectorOf(context, left));
  }
  return other(context, expression);
}

function isNumber(expression: Expression<Typed>): boolean {
  const { type } = expression.note;
  return type.kind === "value" && type.space.kind === "array" && type.space.dimensions.length === 0;
}

/** An operator expression at a combination: products are applied one by one, A' (A p + b) is one oracle. */
function appliedTo(context: Context, operator: Expression<Typed>, point: Combination): Combination {
  if (operator.kind === "product" && operator.product === "compose") {
    return appliedTo(context, operator.left, appliedTo(context, operator.right, point));
  }
  if (operator.kind === "product" && operator.product === "scaleOperator") {
    return operator.operator === "/"
      ? times(
          reciprocal(context.unknowns, scalarOf(context, operator.right)),
          appliedTo(context, operator.left, point),
        )
      : times(scalarOf(context, operator.left), appliedTo(context, operator.right, point));
  }
  const adjoint = operator.kind === "adjoint";
  const base = adjoint ? operator.operand : operator;
  const name = context.textOf(base);
  if (name === "I") return point;
  if (adjoint) {
    const folded = normalEquation(context, base, name, point);
    if (folded !== null) return folded;
  }
  return of({ kind: "operator", operator: name, adjoint, norm: normOf(context, base), point });
}

/** A' (w A p + b) = w A' (A p + b/w). */
function normalEquation(
  context: Context,
  base: Expression<Typed>,
  name: string,
  point: Combination,
): Combination | null {
  const own = [...point.parts].find(
    ([, { atom }]) => atom.kind === "operator" && !atom.adjoint && atom.operator === name,
  );
  if (own === undefined) return null;
  const [key, { weight, atom }] = own;
  if (atom.kind !== "operator") return null;
  const rest = new Map(point.parts);
  rest.delete(key);
  const offset = times(reciprocal(context.unknowns, weight), { parts: rest });
  return times(
    weight,
    of({
      kind: "normal",
      operator: `${name}; ${combinationKey(offset)}`,
      norm: normOf(context, base),
      point: atom.point,
    }),
  );
}

function callOf(context: Context, expression: Extract<Expression<Typed>, { kind: "call" }>): Combination {
  const { call } = expression;
  switch (call.kind) {
    case "function":
      return functionCall(context, expression, call.callee, call.arguments);
    case "prox": {
      if (call.point === null || call.scaling !== null) return other(context, expression);
      const form = formOfFunction(call.function, context.definitions);
      return form === null
        ? other(context, expression)
        : proxAt(context, form, vectorOf(context, call.point));
    }
    case "projection":
      if (call.point === null) return other(context, expression);
      return of({
        kind: "projection",
        onto: context.textOf(call.set),
        point: vectorOf(context, call.point),
      });
    case "map": {
      const [first] = call.arguments;
      if (first === undefined || call.arguments.length !== 1) return other(context, expression);
      return networkAt(context, call.symbol, vectorOf(context, first));
    }
    case "library":
      return libraryCall(context, expression, call);
    case "network":
    case "unknown":
      return other(context, expression);
  }
}

function networkAt(_context: Context, symbol: Symbol, point: Combination): Combination {
  const bound = (name: "lipschitz" | "residual_lipschitz"): number | null =>
    symbol.typing.facts.find((fact) => fact.property === name)?.bound ?? null;
  const nonexpansive = symbol.typing.facts.some((fact) => fact.property === "nonexpansive");
  return of({
    kind: "network",
    symbol,
    lipschitz: bound("lipschitz") ?? (nonexpansive ? 1 : null),
    residual: bound("residual_lipschitz"),
    point,
  });
}

function functionCall(
  context: Context,
  expression: Expression<Typed>,
  callee: Expression<Typed>,
  points: readonly Expression<Typed>[],
): Combination {
  const [first] = points;
  if (first === undefined || points.length !== 1) return other(context, expression);
  if (callee.kind === "gradient") {
    const form = formOfFunction(callee.of, context.definitions);
    const found = form && gradientAt(context, form, vectorOf(context, first));
    return found ?? other(context, expression);
  }
  return other(context, expression);
}

/** The gradient of a sum of known terms at a point; null where a term has none. */
export function gradientAt(context: Context, form: FunctionForm, point: Combination): Combination | null {
  return form.terms.reduce<Combination | null>((total, term) => {
    const own = total === null ? null : termGradient(context, term, point);
    return total === null || own === null ? null : plus(total, own);
  }, NOTHING);
}

function termGradient(context: Context, term: FormTerm, point: Combination): Combination | null {
  if (term.atom.kind === "constant") return NOTHING;
  if (term.atom.kind === "linear")
    return times(factorOf(context, term), of({ kind: "data", name: context.textOf(term.atom.by) }));
  if (term.atom.kind !== "library") return null;
  if (term.atom.name === "norm2sq") {
    const folded = squareGradient(context, term, point);
    if (folded !== null) return folded;
  }
  const lipschitz = termLipschitz(context, term);
  if (lipschitz === null) return null;
  return of({ kind: "gradient", of: context.textOf(term.source), lipschitz, point });
}

/** c |A x + b|^2 has the gradient 2c A' (A x + b); c |x + b|^2 has 2c (x + b). */
function squareGradient(context: Context, term: FormTerm, point: Combination): Combination | null {
  const weight = multiply(number(2), factorOf(context, term));
  const [first] = term.links;
  const shifts = term.links.filter((link) => link.kind === "shift");
  const offset = shifts.reduce<Combination>((total, link) => plus(total, shiftOf(context, link)), NOTHING);
  if (term.links.every((link) => link.kind === "shift")) return times(weight, plus(point, offset));
  if (first?.kind !== "operator" || term.links.slice(1).some((link) => link.kind !== "shift")) return null;
  const name = context.textOf(first.operator);
  return times(
    weight,
    of({
      kind: "normal",
      operator: `${name}; ${combinationKey(offset)}`,
      norm: normOf(context, first.operator),
      point,
    }),
  );
}

function shiftOf(context: Context, link: Link): Combination {
  if (link.kind !== "shift") return NOTHING;
  return times(number(link.sign), vectorOf(context, link.by));
}

/** prox of c h: the weight is c; sums and links stay in the function's name. */
function proxAt(context: Context, form: FunctionForm, point: Combination): Combination {
  const [term, ...others] = form.terms;
  if (term !== undefined && others.length === 0) {
    const weight = factorOf(context, term);
    if (term.atom.kind === "conjugate") {
      return of({ kind: "conjugateProx", of: context.textOf(term.source), weight, point });
    }
    const square = resolventOf(context, term, weight, point);
    if (square !== null) return square;
    return of({ kind: "prox", of: context.textOf(term.source), weight, point });
  }
  return of({
    kind: "prox",
    of: form.terms.map((each) => context.textOf(each.source)).join(" + "),
    weight: number(1),
    point,
  });
}

/** prox of c |A x + b|^2 is the solution of (A'A + I/(2c)) z = -A'b + p/(2c). */
function resolventOf(
  context: Context,
  term: FormTerm,
  weight: Scalar,
  point: Combination,
): Combination | null {
  if (term.atom.kind !== "library" || term.atom.name !== "norm2sq") return null;
  const inner = reciprocal(context.unknowns, multiply(number(2), weight));
  return of({
    kind: "resolvent",
    of: context.textOf(term.source),
    weight: simplified(context.unknowns, inner),
    point,
  });
}

function libraryCall(
  context: Context,
  expression: Expression<Typed>,
  call: { readonly name: string; readonly arguments: readonly Expression<Typed>[] },
): Combination {
  const [first, second] = call.arguments;
  if (call.name === "soft" && first !== undefined && second !== undefined && isNumber(second)) {
    return of({
      kind: "prox",
      of: "norm1",
      weight: scalarOf(context, second),
      point: vectorOf(context, first),
    });
  }
  if (call.name === "solve" && first !== undefined && second !== undefined) {
    return solveOf(context, first, second) ?? other(context, expression);
  }
  return other(context, expression);
}

/** solve(A'*A + w*I, A'*y + w*p). */
function solveOf(
  context: Context,
  operator: Expression<Typed>,
  right: Expression<Typed>,
): Combination | null {
  if (operator.kind !== "sum" || operator.operator !== "+") return null;
  const normal = context.textOf(operator.left);
  const { right: shift } = operator;
  const weight =
    shift.kind === "product" && shift.product === "scaleOperator" && context.textOf(shift.right) === "I"
      ? scalarOf(context, shift.left)
      : null;
  if (weight === null) return null;
  const side = vectorOf(context, right);
  const data = [...side.parts].filter(([, { atom }]) => atom.kind === "operator" && atom.adjoint);
  const rest = new Map(side.parts);
  data.forEach(([key]) => rest.delete(key));
  const point = times(reciprocal(context.unknowns, weight), { parts: rest });
  return of({ kind: "resolvent", of: `${normal}; ${data.map(([key]) => key).join(" + ")}`, weight, point });
}

function other(context: Context, expression: Expression<Typed>): Combination {
  return of({ kind: "other", name: `${context.textOf(expression)}@${text(number(expression.span.start))}` });
}
