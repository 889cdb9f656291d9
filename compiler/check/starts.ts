import type { Expression, Identifier } from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import { intersect, intervalText, isEmpty } from "../types/interval.ts";
import type { Typed } from "../types/typing.ts";
import { boundsText, type DeclaredBounds, membership } from "./bounds.ts";
import { type Environment, report } from "./context.ts";
import { expressionText } from "./expressionText.ts";
import { definitionOf } from "./definitions.ts";

/** Reports a first value that surely lies outside of its declared interval. What data decides is checked when bound. */
export function checkStart(
  environment: Environment,
  name: Identifier,
  initial: Expression<Typed>,
  bounds: DeclaredBounds,
): void {
  const { interval } = initial.note;
  if (interval === null || initial.note.type.kind === "unknown") return;
  const answer = membership(initial, interval, bounds, definitionOf(environment.run.knowledge));
  if (answer !== "outside") return;
  const isApart = isEmpty(intersect(interval, bounds.outer));
  const apart = interval.low === interval.high ? String(interval.low) : `in ${intervalText(interval)}`;
  const actual = isApart ? apart : expressionText(initial);
  const args = { name: name.name, actual, declared: boundsText(bounds.tree) };
  report(environment, diagnose("IPX3203", initial.span, args, { interval: bounds.span }));
}
