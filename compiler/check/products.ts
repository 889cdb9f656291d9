import type { Expression, ProductExpression } from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import { type Interval, product, quotient } from "../types/interval.ts";
import { equalSpaces, isNumber, numberSpace, type Space, spaceText } from "../types/space.ts";
import {
  attempt,
  fitSpace,
  joinElements,
  joinSpaces,
  unifySpaces,
  wouldSucceed,
} from "../types/substitution.ts";
import { type Type, UNKNOWN, valueType } from "../types/type.ts";
import type { ProductMeaning, Typed, Typing } from "../types/typing.ts";
import { type Environment, latest, report } from "./context.ts";
import { describe } from "./expectations.ts";
import { checkExpression } from "./expression.ts";
import { expressionText, operandOf, within } from "./expressionText.ts";
import { adjointText } from "./hints.ts";
import { intervalOf, resolveType, type Sort, sortOf, spaceOf, typing, valueTyping } from "./typed.ts";

/** What a product is, and its type. */
interface Meaning {
  readonly meaning: ProductMeaning;
  readonly note: Typing;
}

/** `a*b`, `a/b`, `a .* b`, `a ./ b`: the left factor acts on the right one. */
export function checkProduct(
  environment: Environment,
  expression: Extract<Expression, { kind: "product" }>,
): Expression<Typed> {
  const left = checkExpression(environment, expression.left);
  const right = checkExpression(environment, expression.right);
  const { meaning, note } = meaningOf(environment, expression, left, right);
  return { ...expression, left, right, product: meaning, note };
}

function meaningOf(
  environment: Environment,
  expression: Extract<Expression, { kind: "product" }>,
  left: Expression<Typed>,
  right: Expression<Typed>,
): Meaning {
  switch (expression.operator) {
    case ".*":
      return { meaning: "multiply", note: checkDotted(environment, expression, left, right, product) };
    case "./":
      return { meaning: "divide", note: checkDotted(environment, expression, left, right, quotient) };
    case "/":
      return divide(environment, left, right);
    case "*":
      return multiply(environment, expression, left, right);
  }
}

type Operands = readonly [left: Expression<Typed>, right: Expression<Typed>];
type ProductRule = (
  environment: Environment,
  operands: Operands,
  operatorSpan: ProductExpression<Typed>["operatorSpan"],
) => Meaning;
type Factor = Exclude<Sort, "unknown" | "zero">;

/** The table of the reference, section 2: the left factor acts on the right one. */
const TABLE: { readonly [L in Factor]: { readonly [R in Factor]: ProductRule } } = {
  number: { number: scale, array: scale, operator: scaleMap, function: scaleMap, other: noProduct },
  array: { number: scale, array: whichProduct, operator: noProduct, function: noProduct, other: noProduct },
  operator: { number: apply, array: apply, operator: compose, function: noProduct, other: noProduct },
  function: {
    number: notApplied,
    array: notApplied,
    operator: notApplied,
    function: notApplied,
    other: noProduct,
  },
  other: { number: noProduct, array: noProduct, operator: noProduct, function: noProduct, other: noProduct },
};

function multiply(
  environment: Environment,
  expression: Extract<Expression, { kind: "product" }>,
  left: Expression<Typed>,
  right: Expression<Typed>,
): Meaning {
  const a = sortOf(environment.run, left.note.type);
  const b = sortOf(environment.run, right.note.type);
  if (a === "unknown" || b === "unknown") return failed(left, right);
  if (a === "zero" && b === "zero") return { meaning: "multiply", note: left.note };
  const rule = TABLE[a === "zero" ? "number" : a][b === "zero" ? "number" : b];
  if (b === "zero" && a === "operator") return apply(environment, [left, right]);
  return rule(environment, [left, right], expression.operatorSpan);
}

function failed(left: Expression<Typed>, right: Expression<Typed>): Meaning {
  return { meaning: "unknown", note: typing(UNKNOWN, latest(left.note.level, right.note.level)) };
}

function scale(environment: Environment, [left, right]: Operands): Meaning {
  const level = latest(left.note.level, right.note.level);
  const interval = productInterval(left, right);
  const a = spaceOf(environment.run, left.note.type);
  const b = spaceOf(environment.run, right.note.type);
  if (a === null || b === null) return failed(left, right);
  const number = isNumber(a) ? a : b;
  const space = scaledSpace(number, number === a ? b : a);
  if (space === null) return noProduct(environment, [left, right]);
  return { meaning: "multiply", note: valueTyping(space, level, interval) };
}

/** x*x is a square. */
function productInterval(left: Expression<Typed>, right: Expression<Typed>): Interval {
  const interval = product(intervalOf(left), intervalOf(right));
  const square = expressionText(left) === expressionText(right) && interval.low < 0;
  return square ? { ...interval, low: 0, lowOpen: false } : interval;
}

/** The space of a number times a value; null for conditions. A complex number makes a real array complex. */
function scaledSpace(number: Space, value: Space): Space | null {
  if (number.kind !== "array") return null;
  if (value.kind !== "array") return number.element === "complex" && value.kind === "product" ? null : value;
  if (value.undecided !== undefined) return number.element === "complex" ? null : value;
  const element = joinElements(number.element, value.element);
  return element === null || element === "bool" ? null : { ...value, element };
}

function scaleMap(environment: Environment, [left, right]: Operands): Meaning {
  const level = latest(left.note.level, right.note.level);
  const type = resolveType(environment.run, right.note.type);
  const number = spaceOf(environment.run, left.note.type);
  if (number?.kind === "array" && number.element === "bool") return noProduct(environment, [left, right]);
  return {
    meaning: type.kind === "operator" ? "scaleOperator" : "scaleFunction",
    note: typing(type, level),
  };
}

function apply(environment: Environment, [left, right]: Operands): Meaning {
  const level = latest(left.note.level, right.note.level);
  const type = resolveType(environment.run, left.note.type);
  if (type.kind !== "operator") return failed(left, right);
  const value = resolveType(environment.run, right.note.type);
  if (value.kind === "zero") return { meaning: "apply", note: valueTyping(type.codomain, level) };
  if (value.kind !== "value") return failed(left, right);
  const { substitution } = environment.run;
  if (!attempt(substitution, () => fitSpace(substitution, value.space, type.domain))) {
    reportApply(environment, left, right, type, value.space);
    return failed(left, right);
  }
  const codomain = resolveType(environment.run, valueType(type.codomain));
  return {
    meaning: "apply",
    note: codomain.kind === "value" ? valueTyping(codomain.space, level) : typing(UNKNOWN, level),
  };
}

function reportApply(
  environment: Environment,
  left: Expression<Typed>,
  right: Expression<Typed>,
  operator: Extract<Type, { kind: "operator" }>,
  actual: Space,
): void {
  const { substitution } = environment.run;
  if (isNumber(actual)) {
    const corrected = `${within(right, operandOf.product)}*${within(left, operandOf.factor)}`;
    const args = {
      left: describe(environment, left.note.type),
      right: spaceText(actual),
      hint: `To scale the operator write \`${corrected}\`.`,
    };
    report(environment, diagnose("IPX2029", right.span, args, { left: left.span }));
    return;
  }
  const takesBack = wouldSucceed(substitution, () => fitSpace(substitution, actual, operator.codomain));
  const adjoint = takesBack ? adjointText(left) : null;
  const args = {
    takes: spaceText(operator.domain),
    actual: spaceText(actual),
    adjoint:
      adjoint === null
        ? null
        : { operator: adjoint, product: `${adjoint}*${within(right, operandOf.factor)}` },
  };
  const edits = adjoint === null ? [] : [{ span: left.span, newText: adjoint }];
  report(environment, diagnose("IPX2002", left.span, args, { argument: right.span }, edits));
}

function compose(environment: Environment, [left, right]: Operands): Meaning {
  const level = latest(left.note.level, right.note.level);
  const outer = resolveType(environment.run, left.note.type);
  const inner = resolveType(environment.run, right.note.type);
  if (outer.kind !== "operator" || inner.kind !== "operator") return failed(left, right);
  const { substitution } = environment.run;
  if (!attempt(substitution, () => unifySpaces(substitution, inner.codomain, outer.domain))) {
    reportCompose(environment, [left, right], outer, inner);
    return failed(left, right);
  }
  const type = resolveType(environment.run, {
    kind: "operator",
    domain: inner.domain,
    codomain: outer.codomain,
  });
  return { meaning: "compose", note: typing(type, level) };
}

function reportCompose(
  environment: Environment,
  [left, right]: Operands,
  outer: Extract<Type, { kind: "operator" }>,
  inner: Extract<Type, { kind: "operator" }>,
): void {
  const { substitution } = environment.run;
  const works = (a: Space, b: Space): boolean =>
    wouldSucceed(substitution, () => unifySpaces(substitution, a, b));
  const adjointLeft = adjointText(left);
  const adjointRight = adjointText(right);
  let corrected: string | null = null;
  if (adjointLeft !== null && works(inner.codomain, outer.codomain))
    corrected = `${adjointLeft}*${within(right, operandOf.factor)}`;
  else if (adjointRight !== null && works(inner.domain, outer.domain))
    corrected = `${within(left, operandOf.product)}*${adjointRight}`;
  const args = { takes: spaceText(outer.domain), gives: spaceText(inner.codomain), corrected };
  const whole = { ...left.span, end: right.span.end };
  const edits = corrected === null ? [] : [{ span: whole, newText: corrected }];
  report(environment, diagnose("IPX2004", left.span, args, { inner: right.span }, edits));
}

function whichProduct(
  environment: Environment,
  [left, right]: Operands,
  operatorSpan: ProductExpression<Typed>["operatorSpan"],
): Meaning {
  const args = { left: within(left, operandOf.product), right: within(right, operandOf.factor) };
  report(environment, diagnose("IPX2017", operatorSpan, args));
  return failed(left, right);
}

function noProduct(environment: Environment, [left, right]: Operands): Meaning {
  const a = resolveType(environment.run, left.note.type);
  const b = resolveType(environment.run, right.note.type);
  const args = {
    left: describe(environment, a),
    right: describe(environment, b),
    hint: noProductHint(environment, left, right),
  };
  report(environment, diagnose("IPX2029", right.span, args, { left: left.span }));
  return failed(left, right);
}

function noProductHint(
  environment: Environment,
  left: Expression<Typed>,
  right: Expression<Typed>,
): string | null {
  const sort = sortOf(environment.run, right.note.type);
  if (sort === "operator") {
    return `An operator stands to the left of what it acts on: \`${within(right, operandOf.product)}*${within(left, operandOf.factor)}\`.`;
  }
  if (sort === "function")
    return `A function is applied to its argument: \`${within(right, operandOf.call)}(${expressionText(left)})\`.`;
  return null;
}

function notApplied(environment: Environment, [left, right]: Operands): Meaning {
  const call = appliedText(left, right);
  const span = { ...left.span, end: right.span.end };
  const callee = unscaled(left);
  const args = { name: expressionText(callee), call };
  report(environment, diagnose("IPX2011", callee.span, args, {}, [{ span, newText: call }]));
  return failed(left, right);
}

/** `t*grad f(x)` for the function `t*grad f`. */
function appliedText(callee: Expression<Typed>, argument: Expression<Typed>): string {
  const inner = unscaled(callee);
  if (inner === callee || callee.kind !== "product")
    return `${within(callee, operandOf.call)}(${expressionText(argument)})`;
  return `${within(callee.left, operandOf.product)}*${appliedText(callee.right, argument)}`;
}

/** The function without the numbers in front of it. */
function unscaled(callee: Expression<Typed>): Expression<Typed> {
  const scales = callee.kind === "product" && callee.product === "scaleFunction" && callee.operator === "*";
  return scales ? unscaled(callee.right) : callee;
}

function divide(environment: Environment, left: Expression<Typed>, right: Expression<Typed>): Meaning {
  const level = latest(left.note.level, right.note.level);
  const divisor = sortOf(environment.run, right.note.type);
  const dividend = resolveType(environment.run, left.note.type);
  if (divisor === "unknown" || dividend.kind === "unknown") return failed(left, right);
  if (divisor !== "number" && divisor !== "zero") {
    const operator = divisor === "operator" ? expressionText(right) : null;
    const actual = describe(environment, right.note.type);
    report(environment, diagnose("IPX2028", right.span, { actual, operator }));
    return failed(left, right);
  }
  if (divisor === "zero") {
    report(environment, diagnose("IPX3207", right.span, { what: "quotient" }));
    return failed(left, right);
  }
  if (dividend.kind === "operator") return { meaning: "scaleOperator", note: typing(dividend, level) };
  if (dividend.kind === "function") return { meaning: "scaleFunction", note: typing(dividend, level) };
  const a = spaceOf(environment.run, dividend);
  const b = spaceOf(environment.run, right.note.type);
  const space = a === null || b === null ? null : scaledSpace(b, a);
  if (space === null) return noProduct(environment, [left, right]);
  const quotientSpace =
    isNumber(space) && space.kind === "array" && space.element === "int" ? numberSpace("real") : space;
  return {
    meaning: "divide",
    note: valueTyping(quotientSpace, level, quotient(intervalOf(left), intervalOf(right))),
  };
}

/** Entry by entry: two arrays of one shape, or an array and a number that is repeated. */
export function checkDotted(
  environment: Environment,
  expression: { readonly operator: string },
  left: Expression<Typed>,
  right: Expression<Typed>,
  image: (a: Interval, b: Interval) => Interval,
): Typing {
  const level = latest(left.note.level, right.note.level);
  const a = spaceOf(environment.run, left.note.type);
  const b = spaceOf(environment.run, right.note.type);
  if (left.note.type.kind === "unknown" || right.note.type.kind === "unknown") return typing(UNKNOWN, level);
  const space = a === null || b === null ? null : entrywiseSpace(environment, a, b);
  if (space === null) {
    const args = {
      sign: expression.operator,
      left: describe(environment, left.note.type),
      right: describe(environment, right.note.type),
    };
    report(environment, diagnose("IPX2023", right.span, args, { left: left.span }));
    return typing(UNKNOWN, level);
  }
  const same = expressionText(left) === expressionText(right) && expression.operator === ".*";
  const interval = image(intervalOf(left), intervalOf(right));
  return valueTyping(
    space,
    level,
    same && interval.low < 0 ? { ...interval, low: 0, lowOpen: false } : interval,
  );
}

/** The space of an operation entry by entry; null where the shapes differ or there are none. */
export function entrywiseSpace(environment: Environment, a: Space, b: Space): Space | null {
  const { substitution } = environment.run;
  if (isNumber(a) !== isNumber(b)) return scaledSpace(isNumber(a) ? a : b, isNumber(a) ? b : a);
  if (a.kind === "array" && b.kind === "array" && (a.element === "bool" || b.element === "bool")) return null;
  if (equalSpaces(a, b)) return a;
  let space: Space | null = null;
  attempt(substitution, () => (space = joinSpaces(substitution, a, b)) !== null);
  return space;
}
