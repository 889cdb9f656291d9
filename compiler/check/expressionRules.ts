import type { Expression, ExpressionKind } from "../ast/tree.ts";
import { point, REALS } from "../types/interval.ts";
import { numberSpace, productSpace, type Space } from "../types/space.ts";
import { UNKNOWN, valueType } from "../types/type.ts";
import type { Typed } from "../types/typing.ts";
import { checkCall, checkPipe } from "./calls/call.ts";
import { checkComparison, checkConditional, checkLogical, checkNot } from "./comparisons.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import { type Environment, latest, report } from "./context.ts";
import { expectValue } from "./expectations.ts";
import { checkGradient } from "./gradients.ts";
import { checkIndex } from "./indices.ts";
import { checkName, checkOld } from "./names.ts";
import { checkAdjoint, checkNegate, checkPower } from "./powers.ts";
import { checkProduct } from "./products.ts";
import { checkSum } from "./sums.ts";
import { typing, unknownTyping, valueTyping } from "./typed.ts";

type ExpressionRules = {
  readonly [K in ExpressionKind]: (
    environment: Environment,
    expression: Extract<Expression, { kind: K }>,
  ) => Expression<Typed>;
};

const RULES: ExpressionRules = {
  number: checkNumber,
  string: checkString,
  truth: (_environment, expression) => ({ ...expression, note: valueTyping(numberSpace("bool"), 0, null) }),
  infinity: checkInfinity,
  name: checkName,
  old: checkOld,
  gradient: checkGradient,
  tuple: checkTuple,
  negate: checkNegate,
  not: checkNot,
  sum: checkSum,
  product: checkProduct,
  power: checkPower,
  comparison: checkComparison,
  logical: checkLogical,
  pipe: checkPipe,
  conditional: checkConditional,
  call: checkCall,
  index: checkIndex,
  adjoint: checkAdjoint,
};

/** The rule for every kind of expression. Never throws; what fails has the type `unknown`, after one diagnostic. */
export function typeExpression(environment: Environment, expression: Expression): Expression<Typed> {
  return ruleOf(expression.kind)(environment, expression);
}

function ruleOf<K extends ExpressionKind>(
  kind: K,
): (environment: Environment, expression: Expression) => Expression<Typed> {
  // the table pairs each kind with the rule for that kind, which the type system cannot follow through an index
  return RULES[kind] as (environment: Environment, expression: Expression) => Expression<Typed>;
}

function checkNumber(
  environment: Environment,
  expression: Extract<Expression, { kind: "number" }>,
): Expression<Typed> {
  if (!Number.isFinite(expression.value)) {
    report(environment, diagnose("IPX3207", expression.span, { what: "literal" }));
    return { ...expression, note: unknownTyping() };
  }
  const interval = point(expression.value);
  if (expression.value === 0) return { ...expression, note: typing({ kind: "zero" }, 0, interval) };
  const element = /^\d+$/u.test(expression.text) ? "int" : "real";
  return { ...expression, note: valueTyping(numberSpace(element), 0, interval) };
}

function checkString(
  environment: Environment,
  expression: Extract<Expression, { kind: "string" }>,
): Expression<Typed> {
  if (environment.place === "binding") return { ...expression, note: typing({ kind: "file" }, 0) };
  report(environment, diagnose("IPX0014", expression.span, {}));
  return { ...expression, note: unknownTyping() };
}

function checkInfinity(
  _environment: Environment,
  expression: Extract<Expression, { kind: "infinity" }>,
): Expression<Typed> {
  const interval = { ...REALS, low: Infinity };
  return { ...expression, note: valueTyping(numberSpace("real"), 0, interval) };
}

function checkTuple(
  environment: Environment,
  expression: Extract<Expression, { kind: "tuple" }>,
): Expression<Typed> {
  const entries = expression.entries.map((entry) => environment.run.rules.expression(environment, entry));
  const level = latest(...entries.map((entry) => entry.note.level));
  const spaces: Space[] = [];
  for (const entry of entries) {
    const space = expectValue(environment, entry);
    if (space === null) return { ...expression, entries, note: unknownTyping(level) };
    spaces.push(space);
  }
  const note = spaces.length === 0 ? typing(UNKNOWN, level) : typing(valueType(productSpace(spaces)), level);
  return { ...expression, entries, note };
}
