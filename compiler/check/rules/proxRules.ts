import type { Expression } from "../../ast/tree.ts";
import type { ProxObstacle } from "../../diagnostics/catalogue/rules.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { formOfFunction } from "../../library/calculus/analyse.ts";
import {
  type ClosedProxObstacle,
  closedProxObstacle,
  convexityObstacle,
} from "../../library/calculus/closedProx.ts";
import type { FunctionForm } from "../../library/calculus/form.ts";
import { innerProxParts, isQuadraticForm } from "../../library/calculus/innerProx.ts";
import { isSeparable } from "../../library/calculus/separable.ts";
import { intervalText, NONNEGATIVE } from "../../types/interval.ts";
import type { SettingValue, Typed } from "../../types/typing.ts";
import { type Environment, type Knowledge, report } from "../context.ts";
import { expressionText } from "../expressionText.ts";
import { declarationText, wideName } from "./weights.ts";

/** Asks for a rule for prox(of); reports where there is none. `spare` as in `closedProxObstacle`. */
export function checkProxRule(environment: Environment, of: Expression<Typed>, spare: 0 | 1): boolean {
  const { definitions } = environment.run.knowledge;
  return checkForm(environment, of, (form) => closedProxObstacle(form, definitions, spare));
}

/** Asks for a function whose prox inner iterations find; reports where they do not. */
export function checkInnerProx(environment: Environment, of: Expression<Typed>, by: SettingValue): boolean {
  const { definitions } = environment.run.knowledge;
  const form = formOfFunction(of, definitions);
  const parts = form === null || isQuadraticForm(form) ? null : innerProxParts(form, definitions);
  if (
    parts !== null &&
    "dual" in parts &&
    parts.dual.length > 0 &&
    by.kind === "method" &&
    by.name === "cg"
  ) {
    report(environment, diagnose("IPX3103", of.span, { obstacle: { kind: "method", part: by.name } }));
    return false;
  }
  return checkForm(environment, of, (all) => {
    if (parts === null) return convexityObstacle(all, definitions, 1);
    return "kind" in parts ? parts : null;
  });
}

function checkForm(
  environment: Environment,
  of: Expression<Typed>,
  obstacleOf: (form: FunctionForm) => ClosedProxObstacle | null,
): boolean {
  const form = formOfFunction(of, environment.run.knowledge.definitions);
  if (form === null) {
    const obstacle = { kind: "unknown", part: `\`${expressionText(innermost(of))}\`` } as const;
    report(environment, diagnose("IPX3103", of.span, { obstacle }));
    return false;
  }
  const obstacle = obstacleOf(form);
  if (obstacle === null) return true;
  const args = { obstacle: told(obstacle) };
  report(environment, diagnose("IPX3103", of.span, args, { part: obstacle.term.source.span }));
  return false;
}

/** The function without the numbers that scale it. */
function innermost(of: Expression<Typed>): Expression<Typed> {
  if (of.kind !== "product" || of.product !== "scaleFunction") return of;
  return innermost(of.operator === "/" ? of.left : of.right);
}

/** Whether the prox of a function follows from the rules. */
export function isProximable(knowledge: Knowledge, form: FunctionForm): boolean {
  return closedProxObstacle(form, knowledge.definitions, 0) === null;
}

/** What IPX3103 says of an obstacle. */
function told(obstacle: ClosedProxObstacle): ProxObstacle {
  const { term } = obstacle;
  switch (obstacle.kind) {
    case "composition":
      return { kind: "composition", part: obstacle.name };
    case "sum":
    case "overlap":
      return {
        kind: obstacle.kind,
        first: expressionText(obstacle.first.source),
        second: expressionText(term.source),
      };
    case "unknown":
      return { kind: "unknown", part: `\`${obstacle.name ?? expressionText(term.source)}\`` };
    case "concave":
    case "outweighed":
      return { kind: obstacle.kind, part: `\`${expressionText(term.source)}\`` };
    case "sign": {
      const wide = term.factors.map((factor) =>
        factor.kind === "number" ? null : wideName(factor.value, NONNEGATIVE),
      );
      const name = wide.find((symbol) => symbol !== null);
      return {
        kind: "sign",
        part: `\`${expressionText(term.source)}\``,
        interval: intervalText(obstacle.weight),
        declaration: name === undefined ? null : declarationText(name),
      };
    }
  }
}

/** Asks for a function that is a sum over entries, for `prox(g, scaling = d)`. */
export function checkSeparable(environment: Environment, of: Expression<Typed>): boolean {
  const form = formOfFunction(of, environment.run.knowledge.definitions);
  const name = expressionText(innermost(of));
  const blocking = form?.terms.find((term) => !isSeparable(term));
  if (form !== null && blocking === undefined) return true;
  const part = blocking === undefined ? `\`${name}\`` : `\`${expressionText(blocking.source)}\``;
  report(environment, diagnose("IPX3107", of.span, { name, part }, { part: blocking?.source.span ?? null }));
  return false;
}
