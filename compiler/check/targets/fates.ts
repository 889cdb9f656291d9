import type { ComparisonOperator, Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import type { Span } from "../../source/span.ts";
import type { Interval } from "../../types/interval.ts";
import type { Typed } from "../../types/typing.ts";
import { type Environment, report } from "../context.ts";
import { isRelativeChange } from "./thresholds.ts";

/** What is known of a test before it runs: it holds always, never, or as long as a state still moves. */
interface Fate {
  readonly when: "always" | "never" | "moving";
  readonly span: Span;
}

/** Warns of an `until` that ends a run at its first test, or never does. */
export function checkFate(environment: Environment, until: Expression<Typed>): void {
  const fate = fateOf(until, false);
  if (fate !== null) report(environment, diagnose("IPX6012", fate.span, { when: fate.when }));
}

function fateOf(condition: Expression<Typed>, negated: boolean): Fate | null {
  switch (condition.kind) {
    case "not": {
      const fate = fateOf(condition.operand, !negated);
      return fate && { ...fate, span: condition.span };
    }
    case "logical": {
      const [left, right] = [fateOf(condition.left, negated), fateOf(condition.right, negated)];
      const isAnd = (condition.operator === "and") !== negated;
      return isAnd ? ofBoth(left, right, condition.span) : ofEither(left, right, condition.span);
    }
    case "comparison":
      return fateOfComparison(condition, negated ? NEGATIONS[condition.operator] : condition.operator);
    default:
      return null;
  }
}

function ofBoth(left: Fate | null, right: Fate | null, span: Span): Fate | null {
  const never = [left, right].find((each) => each?.when === "never");
  if (never !== undefined) return never;
  return left?.when === "always" && right?.when === "always" ? { when: "always", span } : null;
}

function ofEither(left: Fate | null, right: Fate | null, span: Span): Fate | null {
  const ending = [left, right].find((each) => each?.when === "always" || each?.when === "moving");
  if (ending !== undefined) return ending;
  return left?.when === "never" && right?.when === "never" ? { when: "never", span } : null;
}

type Ordered = "<" | "<=" | ">" | ">=";

const NEGATIONS: { readonly [O in ComparisonOperator]: Ordered | null } = {
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
  "==": null,
  "!=": null,
  ".<": null,
  ".<=": null,
  ".>": null,
  ".>=": null,
};

function fateOfComparison(
  { left, right, span }: Extract<Expression<Typed>, { readonly kind: "comparison" }>,
  operator: ComparisonOperator | null,
): Fate | null {
  if (operator === ">" || operator === ">=") return fateOfLess(right, left, operator === ">", span);
  if (operator === "<" || operator === "<=") return fateOfLess(left, right, operator === "<", span);
  return null;
}

/** A relative change is 1 after a first step from 0. */
const FIRST_CHANGE = 1;

function fateOfLess(
  small: Expression<Typed>,
  large: Expression<Typed>,
  strict: boolean,
  span: Span,
): Fate | null {
  const [low, high] = [small.note.interval, large.note.interval];
  if (low === null || high === null) return null;
  if (isBelow(low, high, strict)) return { when: "always", span };
  if (isBelow(high, low, !strict)) return { when: "never", span };
  return isRelativeChange(large) && low.high < FIRST_CHANGE ? { when: "moving", span } : null;
}

/** Whether every number of `a` is less than every number of `b`, or not greater. */
function isBelow(a: Interval, b: Interval, strict: boolean): boolean {
  return a.high < b.low || (a.high === b.low && (!strict || a.highOpen || b.lowOpen));
}
