import type { Expression } from "../ast/tree.ts";
import type { Variable } from "../ir/block.ts";
import type { Space } from "../types/space.ts";
import type { Typed } from "../types/typing.ts";
import { builtAt } from "./builtAt.ts";
import { Limitation } from "./limitation.ts";
import type { Lowered, OperatorForm } from "./lowered.ts";
import type { Site } from "./site.ts";
import { asVariable } from "./values.ts";

/** How rules lower the expressions inside theirs: through the program's context, so that no import is circular. */
export type LowerExpression = (site: Site, expression: Expression<Typed>) => Lowered;

/** What an expression means at this place. What is built of it bears its span. */
export function lower(site: Site, expression: Expression<Typed>): Lowered {
  return builtAt(site.builder, expression.span, () => site.program.lowerExpression(site, expression));
}

/** An expression that is a value, as a variable. */
export function lowerValue(site: Site, expression: Expression<Typed>, space: Space | null = null): Variable {
  return asVariable(site.builder, lower(site, expression), space, expression.span);
}

/** An expression that is a linear operator. */
export function lowerOperator(site: Site, expression: Expression<Typed>): OperatorForm {
  const lowered = lower(site, expression);
  if (lowered.kind === "operator") return lowered.operator;
  throw new Limitation("this operator", expression.span);
}
