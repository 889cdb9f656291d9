import type { Expression } from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import { hull, UNIT } from "../types/interval.ts";
import { numberSpace } from "../types/space.ts";
import type { Typed } from "../types/typing.ts";
import { type Environment, latest, report } from "./context.ts";
import { describe, expectCondition, expectOrder, expectRealNumber } from "./expectations.ts";
import { checkExpression } from "./expression.ts";
import { expressionText } from "./expressionText.ts";
import { checkDotted } from "./products.ts";
import { joinTypes } from "./sums.ts";
import { resolveType, sortOf, typing, unknownTyping, valueTyping } from "./typed.ts";

const BOOL = numberSpace("bool");

/** `a < b` of numbers is a condition; `a .< b` of arrays is a binary array. */
export function checkComparison(
  environment: Environment,
  expression: Extract<Expression, { kind: "comparison" }>,
): Expression<Typed> {
  const left = checkExpression(environment, expression.left);
  const right = checkExpression(environment, expression.right);
  const level = latest(left.note.level, right.note.level);
  if (expression.operator.startsWith(".")) return checkEntrywise(environment, expression, left, right);
  const condition = valueTyping(BOOL, level, null);
  if (
    (expression.operator === "==" || expression.operator === "!=") &&
    bothConditions(environment, left, right)
  ) {
    return { ...expression, left, right, note: condition };
  }
  if ([left, right].some((side) => sortOf(environment.run, side.note.type) === "array")) {
    const sign = expression.operator;
    const dotted = `${expressionText(left)} .${sign} ${expressionText(right)}`;
    report(environment, diagnose("IPX2019", expression.span, { sign, dotted }));
    return { ...expression, left, right, note: unknownTyping(level) };
  }
  const a = expectRealNumber(environment, left);
  const b = expectRealNumber(environment, right);
  return { ...expression, left: a, right: b, note: condition };
}

function checkEntrywise(
  environment: Environment,
  expression: Extract<Expression, { kind: "comparison" }>,
  left: Expression<Typed>,
  right: Expression<Typed>,
): Expression<Typed> {
  const ordered =
    expectOrder(environment, left, expression.operator) &&
    expectOrder(environment, right, expression.operator);
  const note = ordered
    ? checkDotted(environment, expression, left, right, () => UNIT)
    : unknownTyping(latest(left.note.level, right.note.level));
  if (note.type.kind !== "value" || note.type.space.kind !== "array")
    return { ...expression, left, right, note };
  const space = { ...note.type.space, element: "real" } as const;
  const facts = [
    { property: "binary", bound: null, provenance: "proved", evidence: [expression.span] },
  ] as const;
  return { ...expression, left, right, note: valueTyping(space, note.level, UNIT, facts) };
}

function bothConditions(
  environment: Environment,
  left: Expression<Typed>,
  right: Expression<Typed>,
): boolean {
  return [left, right].every(({ note }) => {
    const type = resolveType(environment.run, note.type);
    return type.kind === "value" && type.space.kind === "array" && type.space.element === "bool";
  });
}

/** `a and b`, `a or b`. */
export function checkLogical(
  environment: Environment,
  expression: Extract<Expression, { kind: "logical" }>,
): Expression<Typed> {
  const left = expectCondition(environment, checkExpression(environment, expression.left));
  const right = expectCondition(environment, checkExpression(environment, expression.right));
  return {
    ...expression,
    left,
    right,
    note: valueTyping(BOOL, latest(left.note.level, right.note.level), null),
  };
}

/** `not c`. */
export function checkNot(
  environment: Environment,
  expression: Extract<Expression, { kind: "not" }>,
): Expression<Typed> {
  const operand = expectCondition(environment, checkExpression(environment, expression.operand));
  return { ...expression, operand, note: valueTyping(BOOL, operand.note.level, null) };
}

/** `if c then a else b`: both of one type, the interval the hull. */
export function checkConditional(
  environment: Environment,
  expression: Extract<Expression, { kind: "conditional" }>,
): Expression<Typed> {
  const condition = expectCondition(environment, checkExpression(environment, expression.condition));
  const consequent = checkExpression(environment, expression.consequent);
  const alternative = checkExpression(environment, expression.alternative);
  const level = latest(condition.note.level, consequent.note.level, alternative.note.level);
  const a = resolveType(environment.run, consequent.note.type);
  const b = resolveType(environment.run, alternative.note.type);
  const done = { ...expression, condition, consequent, alternative };
  if (a.kind === "unknown" || b.kind === "unknown") return { ...done, note: unknownTyping(level) };
  const type = joinTypes(environment, a, b);
  if (type === null) {
    const args = { consequent: describe(environment, a), alternative: describe(environment, b) };
    report(environment, diagnose("IPX2031", alternative.span, args, { consequent: consequent.span }));
    return { ...done, note: unknownTyping(level) };
  }
  const intervals = [consequent.note.interval, alternative.note.interval] as const;
  const interval = intervals[0] !== null && intervals[1] !== null ? hull(intervals[0], intervals[1]) : null;
  return { ...done, note: typing(type, level, interval) };
}
