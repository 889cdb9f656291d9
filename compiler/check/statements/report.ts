import type { Report } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import { type Environment, report } from "../context.ts";
import { expectValue } from "../expectations.ts";
import { checkExpression } from "../expression.ts";
import { lookUp } from "../scope.ts";
import { withArticle, wordOf } from "../symbols.ts";

/** `report v = e`: a value with a name, for traces, losses and `until`. */
export function checkReport(environment: Environment, statement: Report): Report<Typed> {
  const value = checkExpression(environment, statement.value);
  expectValue(environment, value);
  const { name, span } = statement.name;
  const symbol: Symbol = {
    name,
    span,
    origin: { kind: "report", declaration: statement },
    typing: { ...value.note, level: 4 },
    perStep: false,
  };
  const taken = environment.run.reports.get(name) ?? lookUp(environment.scope, name)?.symbol;
  if (taken !== undefined && taken.span.start !== span.start) {
    const args = { name, word: withArticle(wordOf(taken.origin)) };
    report(environment, diagnose("IPX1002", span, args, { first: taken.span }));
  }
  if (!environment.silent) environment.run.reports.set(name, symbol);
  return { ...statement, value, declaration: symbol };
}
