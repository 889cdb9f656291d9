import { partsOf } from "../../ast/parts.ts";
import type { Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import type { Typed } from "../../types/typing.ts";
import { type Environment, report } from "../context.ts";

const SINGLE_PRECISION = 1e-7;

/** Warns of `change(x) < c` with a c that single precision does not reach. */
export function checkThresholds(environment: Environment, condition: Expression<Typed>): void {
  if (condition.kind === "comparison" && (condition.operator === "<" || condition.operator === "<=")) {
    const threshold = condition.right.note.interval;
    if (isRelativeChange(condition.left) && threshold !== null && threshold.high < SINGLE_PRECISION) {
      const text = String(threshold.high);
      report(environment, diagnose("IPX6007", condition.right.span, { threshold: text }));
    }
    return;
  }
  for (const child of partsOf(condition)) checkThresholds(environment, child);
}

/** `change(x)`, without the word `absolute`. */
export function isRelativeChange(expression: Expression<Typed>): boolean {
  return (
    expression.kind === "call" &&
    expression.call.kind === "library" &&
    expression.call.name === "change" &&
    expression.call.arguments.length === 1
  );
}
