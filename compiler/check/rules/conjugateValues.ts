import type { Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { biconjugateOf, formOfFunction } from "../../library/calculus/analyse.ts";
import { conjugateParts } from "../../library/calculus/conjugateValue.ts";
import { POSITIVE } from "../../types/interval.ts";
import type { Typed } from "../../types/typing.ts";
import { type Environment, report } from "../context.ts";
import { expressionText } from "../expressionText.ts";
import { declarationText, wideName } from "./weights.ts";

/** Asks for the value of each conjugate that a called function is made of; reports where there is no closed form. */
export function checkConjugateValues(environment: Environment, callee: Expression<Typed>): boolean {
  const { definitions } = environment.run.knowledge;
  switch (callee.kind) {
    case "negate":
      return checkConjugateValues(environment, callee.operand);
    case "sum":
      return (
        checkConjugateValues(environment, callee.left) && checkConjugateValues(environment, callee.right)
      );
    case "product":
      return checkConjugateValues(environment, callee.operator === "/" ? callee.left : callee.right);
    case "name": {
      const definition =
        callee.reference.kind === "symbol" ? definitions.get(callee.reference.symbol) : undefined;
      return definition?.kind === "let" ? checkConjugateValues(environment, definition.initial) : true;
    }
    case "gradient":
      return checkConjugateValues(environment, callee.of);
    case "call": {
      const { call } = callee;
      const [of] = call.kind === "library" ? call.arguments : [];
      if (call.kind !== "library" || call.name !== "conjugate" || of === undefined) return true;
      return checkConjugate(environment, of);
    }
    default:
      return true;
  }
}

function checkConjugate(environment: Environment, of: Expression<Typed>): boolean {
  const { definitions } = environment.run.knowledge;
  const twice = biconjugateOf(of, definitions);
  if (twice !== null) return checkConjugateValues(environment, twice);
  const form = formOfFunction(of, definitions);
  const parts = form && conjugateParts(form, definitions);
  if (parts !== null && !("kind" in parts)) return true;
  const name = expressionText(of);
  if (parts === null) {
    report(environment, diagnose("IPX3108", of.span, { kind: "unknown", part: name, declaration: null }));
    return false;
  }
  const wide = parts.term.factors.map((factor) =>
    factor.kind === "number" ? null : wideName(factor.value, POSITIVE),
  );
  const wanted = wide.find((symbol) => symbol !== null);
  const args = {
    kind: parts.kind,
    part: expressionText(parts.term.source),
    declaration: wanted === undefined ? null : declarationText(wanted),
  };
  report(environment, diagnose("IPX3108", of.span, args, { part: parts.term.source.span }));
  return false;
}
