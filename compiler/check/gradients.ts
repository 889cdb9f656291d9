import type { Expression } from "../ast/tree.ts";
import { diagnose } from "../diagnostics/diagnose.ts";
import type { Span } from "../source/span.ts";
import { productSpace, REAL } from "../types/space.ts";
import { fitSpace, wouldSucceed } from "../types/substitution.ts";
import type { Type } from "../types/type.ts";
import type { Typed } from "../types/typing.ts";
import { type Environment, report } from "./context.ts";
import { describe } from "./expectations.ts";
import { checkExpression } from "./expression.ts";
import { expressionText } from "./expressionText.ts";
import { findKink, findNetworkKink } from "./rules/kinks.ts";
import { resolveType, typing, unknownTyping } from "./typed.ts";

/** `grad f` for a smooth f to R; of several arguments it is the joint gradient. */
export function checkGradient(
  environment: Environment,
  expression: Extract<Expression, { kind: "gradient" }>,
): Expression<Typed> {
  const of = checkExpression(environment, expression.of);
  const type = resolveType(environment.run, of.note.type);
  const failed = { ...expression, of, note: unknownTyping(of.note.level) };
  if (type.kind === "unknown") return failed;
  const { substitution } = environment.run;
  if (
    type.kind !== "function" ||
    !wouldSucceed(substitution, () => fitSpace(substitution, type.result, REAL))
  ) {
    report(environment, diagnose("IPX2026", of.span, { actual: describe(environment, type) }));
    return failed;
  }
  if (reportKinks(environment, expression.span, of)) return failed;
  const gradient: Type = {
    kind: "function",
    parameters: type.parameters,
    result: productSpace(type.parameters),
  };
  return { ...expression, of, note: typing(gradient, of.note.level) };
}

/** Reports a kink; true where there is no gradient. */
export function reportKinks(environment: Environment, span: Span, of: Expression<Typed>): boolean {
  const kink = findKink(environment.run.knowledge, of);
  if (kink !== null) {
    const smooth = kink.part === "norm1" ? "huber(delta = 1e-3)" : null;
    const args = { name: expressionText(of), part: kink.part, smooth };
    report(environment, diagnose("IPX3003", span, args, { kink: kink.span }));
    return true;
  }
  const layer = findNetworkKink(environment.run.knowledge, of);
  if (layer !== null) {
    const args = { network: expressionText(of), layer: layer.part };
    report(environment, diagnose("IPX3006", span, args, { layer: layer.span }));
  }
  return false;
}
