import type { Expression } from "../ast/tree.ts";
import type { Typed } from "../types/typing.ts";
import type { Environment } from "./context.ts";

/** Types an expression. What fails has the type `unknown`, after one diagnostic. */
export function checkExpression(environment: Environment, expression: Expression): Expression<Typed> {
  return environment.run.rules.expression(environment, expression);
}
