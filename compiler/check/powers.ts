import type { Expression } from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import {
  areDisjoint,
  intervalText,
  isWithin,
  negative,
  NONNEGATIVE,
  point,
  POSITIVE,
  power,
} from "../types/interval.ts";
import { numberSpace, REAL } from "../types/space.ts";
import { type Type, UNKNOWN } from "../types/type.ts";
import type { Typed } from "../types/typing.ts";
import { type Environment, latest, report } from "./context.ts";
import { describe, expectRealNumber, isOrdered } from "./expectations.ts";
import { checkExpression } from "./expression.ts";
import { operandOf, within } from "./expressionText.ts";
import { lookUp } from "./scope.ts";
import { checkDotted } from "./products.ts";
import { intervalOf, resolveType, sortOf, spaceOf, typing, unknownTyping, valueTyping } from "./typed.ts";

/** `s^2` of numbers, `x .^ 2` entry by entry. */
export function checkPower(
  environment: Environment,
  expression: Extract<Expression, { kind: "power" }>,
): Expression<Typed> {
  const base = checkExpression(environment, expression.base);
  if (isWrittenAdjoint(environment, expression, base)) {
    report(
      environment,
      diagnose("IPX2030", expression.exponent.span, { base: within(base, operandOf.call), of: "adjoint" }),
    );
    const exponent = checkExpression({ ...environment, silent: true }, expression.exponent);
    return { ...expression, base, exponent, note: unknownTyping(base.note.level) };
  }
  const exponent = checkExpression(environment, expression.exponent);
  checkBase(environment, expression.operator, base, exponent);
  if (expression.operator === ".^") {
    const note = checkDotted(environment, expression, base, exponent, power);
    return { ...expression, base, exponent, note };
  }
  const level = latest(base.note.level, exponent.note.level);
  const sort = sortOf(environment.run, base.note.type);
  if (sort === "array" || sort === "operator" || sort === "function") {
    const of = sort !== "operator" ? "array" : isMinusOne(exponent) ? "inverse" : "operator";
    report(environment, diagnose("IPX2030", base.span, { base: within(base, operandOf.call), of }));
    return { ...expression, base, exponent, note: unknownTyping(level) };
  }
  const space = spaceOf(environment.run, base.note.type);
  if (space !== null && !isOrdered(environment, space)) {
    return {
      ...expression,
      base,
      exponent: expectRealNumber(environment, exponent),
      note: valueTyping(space, level),
    };
  }
  const real = expectRealNumber(environment, base);
  const by = expectRealNumber(environment, exponent);
  if (real.note.type.kind === "unknown" || by.note.type.kind === "unknown") {
    return { ...expression, base: real, exponent: by, note: unknownTyping(level) };
  }
  const whole = isWhole(real.note.type) && exponent.kind === "number" && isWhole(exponent.note.type);
  const note = valueTyping(whole ? numberSpace("int") : REAL, level, power(intervalOf(real), intervalOf(by)));
  return { ...expression, base: real, exponent: by, note };
}

/** Asks for a base of which the power is a number: roots are of [0, inf), negative powers not of 0. */
function checkBase(
  environment: Environment,
  operator: "^" | ".^",
  base: Expression<Typed>,
  exponent: Expression<Typed>,
): void {
  const { interval } = base.note;
  const by = exponent.note.interval;
  if (interval === null || by === null) return;
  const whole =
    (by.low === by.high && Number.isInteger(by.low)) ||
    isWhole(resolveType(environment.run, exponent.note.type));
  const wanted = by.low < 0 ? POSITIVE : NONNEGATIVE;
  if (isWithin(interval, wanted) || (whole && by.low >= 0)) return;
  if (whole && areDisjoint(interval, point(0))) return;
  const args = { callee: operator, wanted: intervalText(wanted), actual: intervalText(interval) };
  report(environment, diagnose("IPX3105", base.span, args));
}

/** `A^T`, as in papers, where nothing else is called so. */
function isWrittenAdjoint(
  environment: Environment,
  { operator, exponent }: Extract<Expression, { kind: "power" }>,
  base: Expression<Typed>,
): boolean {
  if (operator !== "^" || exponent.kind !== "name" || !/^[TH]$/u.test(exponent.name)) return false;
  const unknown = lookUp(environment.scope, exponent.name) === null;
  return unknown && sortOf(environment.run, base.note.type) === "operator";
}

function isMinusOne(exponent: Expression<Typed>): boolean {
  return exponent.kind === "negate" && exponent.operand.kind === "number" && exponent.operand.value === 1;
}

function isWhole(type: Type): boolean {
  return (
    type.kind === "zero" ||
    (type.kind === "value" && type.space.kind === "array" && type.space.element === "int")
  );
}

/** `-x` of values, operators and functions. */
export function checkNegate(
  environment: Environment,
  expression: Extract<Expression, { kind: "negate" }>,
): Expression<Typed> {
  const operand = checkExpression(environment, expression.operand);
  const { level } = operand.note;
  const type = resolveType(environment.run, operand.note.type);
  if (type.kind === "value") {
    const bool = type.space.kind === "array" && type.space.element === "bool";
    if (!bool) {
      return { ...expression, operand, note: valueTyping(type.space, level, negative(intervalOf(operand))) };
    }
  }
  if (
    type.kind === "zero" ||
    type.kind === "operator" ||
    type.kind === "function" ||
    type.kind === "unknown"
  ) {
    return {
      ...expression,
      operand,
      note: typing(type, level, type.kind === "zero" ? operand.note.interval : null),
    };
  }
  const args = { wanted: "A value", actual: describe(environment, type), hint: null };
  report(environment, diagnose("IPX2015", operand.span, args));
  return { ...expression, operand, note: typing(UNKNOWN, level) };
}

/** `A'`, of operators only. */
export function checkAdjoint(
  environment: Environment,
  expression: Extract<Expression, { kind: "adjoint" }>,
): Expression<Typed> {
  const operand = checkExpression(environment, expression.operand);
  const { level } = operand.note;
  const type = resolveType(environment.run, operand.note.type);
  if (type.kind === "operator") {
    const adjoint: Type = { kind: "operator", domain: type.codomain, codomain: type.domain };
    return { ...expression, operand, note: typing(adjoint, level) };
  }
  if (type.kind !== "unknown") {
    const args = { actual: describe(environment, type), operand: within(operand, operandOf.call) };
    report(environment, diagnose("IPX2016", expression.span, args));
  }
  return { ...expression, operand, note: unknownTyping(level) };
}
