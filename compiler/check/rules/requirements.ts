import { partsOf } from "../../ast/parts.ts";
import type { Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { constantValue, type Dimension, leastValue } from "../../types/dimension.ts";
import {
  areDisjoint,
  difference,
  from,
  type Interval,
  intervalText,
  isWithin,
  NONNEGATIVE,
  point,
} from "../../types/interval.ts";
import { isNumber } from "../../types/space.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import { type CheckedRequirement, type Environment, type Knowledge, latest, report } from "../context.ts";
import { expressionText } from "../expressionText.ts";
import { intervalOf } from "../typed.ts";

/** Leaves it to binding whether an index that sizes decide lies in its range; false where sizes are never bound. */
export function requireIndex(
  environment: Environment,
  index: Expression<Typed>,
  largest: Dimension,
  last: Dimension,
): boolean {
  if (environment.run.testable === "none") return false;
  const text = expressionText(index);
  keep(environment, { kind: "index", span: index.span, text, index: largest, last });
  return true;
}

/**
 * Whether a number that a table bounds lies in its domain: surely, or because binding tests it. Reported is what lies
 * outside, and what nobody can test: arguments of functions, and what changes while running, need an interval. Sizes of
 * networks are numbers once these are written out, and looked at there.
 */
export function checkDomain(
  environment: Environment,
  setting: string,
  value: Expression<Typed>,
  domain: Interval,
  size: Dimension | null = null,
): boolean {
  const exact = size === null ? null : constantValue(size);
  const interval = exact !== null ? point(exact) : size !== null ? from(leastValue(size)) : intervalOf(value);
  const bounded = { ...value, note: { ...value.note, interval } };
  const of = `\`${setting} = ${expressionText(value)}\``;
  const answer = requireWithin(environment, of, bounded, domain);
  if (answer === "inside" || answer === "tested") return true;
  if (answer === "open" && size !== null && environment.place === "net") return true;
  const actual = interval.low === interval.high ? numberText(interval) : `in ${intervalText(interval)}`;
  report(environment, diagnose("IPX3205", value.span, { setting, actual, wanted: intervalText(domain) }));
  return false;
}

/** The number of an interval that has one only. */
function numberText(interval: Interval): string {
  return intervalText(interval).slice(1).split(",")[0] ?? "";
}

/**
 * Whether one bound lies below another one; reported where it surely does not, and tested when bound where data decides.
 * Bounds that change while running are not compared.
 */
export function checkOrdered(
  environment: Environment,
  callee: string,
  low: Expression<Typed>,
  high: Expression<Typed>,
): boolean {
  const room = difference(intervalOf(high), intervalOf(low));
  const span = { ...low.span, end: high.span.end };
  const level = latest(low.note.level, high.note.level);
  const space = high.note.type.kind === "value" && isNumber(high.note.type.space) ? low.note : high.note;
  const value: Expression<Typed> = {
    kind: "sum",
    operator: ".-",
    left: high,
    right: low,
    span,
    note: { ...space, level, interval: room, facts: [] },
  };
  const of = `\`${expressionText(high)} .- ${expressionText(low)}\` of \`${callee}\``;
  if (requireWithin(environment, of, value, NONNEGATIVE) !== "outside") return true;
  const interval = `[${expressionText(low)}, ${expressionText(high)}]`;
  report(environment, diagnose("IPX3204", span, { interval }));
  return false;
}

/** Whether a value lies in an interval: surely, by a test when data is bound, or not as far as anybody can tell. */
function requireWithin(
  environment: Environment,
  what: string,
  value: Expression<Typed>,
  within: Interval,
): "inside" | "tested" | "outside" | "open" {
  const actual = intervalOf(value);
  if (isWithin(actual, within)) return "inside";
  if (areDisjoint(actual, within)) return "outside";
  const { run } = environment;
  if (run.testable !== "all" || !isBound(run.knowledge, value)) return "open";
  keep(environment, { kind: "value", span: value.span, what, value, within });
  return "tested";
}

function keep({ run, silent }: Environment, requirement: CheckedRequirement): void {
  const { start } = requirement.span;
  const known = run.requirements.some(
    (each) =>
      each.kind === requirement.kind && each.span.start === start && each.span.end === requirement.span.end,
  );
  if (!silent && !known) run.requirements.push(requirement);
}

/** Whether what is bound decides an expression: nothing in it is an argument, drawn, or changes while running. */
function isBound(knowledge: Knowledge, expression: Expression<Typed>): boolean {
  if (expression.note.level === 4) return false;
  if (expression.kind === "name") {
    return expression.reference.kind !== "symbol" || isBoundSymbol(knowledge, expression.reference.symbol);
  }
  return partsOf(expression).every((part) => isBound(knowledge, part));
}

function isBoundSymbol(knowledge: Knowledge, symbol: Symbol): boolean {
  switch (symbol.origin.kind) {
    case "size":
    case "given":
    case "input":
    case "learn":
    case "fun":
      return true;
    case "let": {
      const definition = knowledge.definitions.get(symbol);
      return definition?.kind === "let" && isBound(knowledge, definition.initial);
    }
    default:
      return false;
  }
}
