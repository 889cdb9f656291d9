import { partsOf } from "../../ast/parts.ts";
import type { Expression } from "../../ast/tree.ts";
import type { Dimension } from "../../types/dimension.ts";
import { areDisjoint, type Interval, isWithin } from "../../types/interval.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import type { CheckedRequirement, Environment, Knowledge } from "../context.ts";
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

/** Whether a value lies in an interval: surely, by a test when data is bound, or not as far as anybody can tell. */
export function requireWithin(
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
