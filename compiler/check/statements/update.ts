import type { Expression, Update } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { intervalText } from "../../types/interval.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import { boundsText, membership } from "../bounds.ts";
import { type Environment, report } from "../context.ts";
import { expectDeclared } from "../declared.ts";
import { definitionOf } from "../definitions.ts";
import { checkExpression } from "../expression.ts";
import { restrictedType } from "../indices.ts";
import { reportUnknownName } from "../names.ts";
import { lookUp, visibleSymbols } from "../scope.ts";
import { wordOf } from "../symbols.ts";

/** `x <- e` of a state or a var; the interval of a state is kept. */
export function checkUpdate(environment: Environment, statement: Update): Update<Typed> {
  const indices = statement.indices.map((index) => checkExpression(environment, index));
  const value = checkExpression(environment, statement.value);
  const found = lookUp(environment.scope, statement.name.name);
  if (found === null) {
    reportUnknown(environment, statement);
    return { ...statement, indices, value, reference: { kind: "unknown" } };
  }
  const { symbol, beyondBoundary } = found;
  const reference = { kind: "symbol", symbol } as const;
  if (!mayChange(environment, statement, symbol, beyondBoundary))
    return { ...statement, indices, value, reference };
  if (indices.length > 0) {
    return {
      ...statement,
      indices,
      value: updatedPart(environment, statement, symbol, indices, value),
      reference,
    };
  }
  const declared = { name: { ...statement.name, span: symbol.span }, type: symbol.typing.type, fills: false };
  const fitting = expectDeclared(environment, declared, value);
  keepInterval(environment, symbol, fitting);
  noteUpdate(environment, symbol);
  return { ...statement, indices, value: fitting, reference };
}

function noteUpdate(environment: Environment, symbol: Symbol): void {
  if (symbol.origin.kind !== "state") return;
  environment.flow.updated.add(symbol);
  environment.flow.surelyUpdated.add(symbol);
}

/** The new part of `p[i] <- e`, `x[i, j] <- e`; what was known of the interval of a `var` is known no more. */
function updatedPart(
  environment: Environment,
  { name }: Update,
  symbol: Symbol,
  indices: readonly Expression<Typed>[],
  value: Expression<Typed>,
): Expression<Typed> {
  const operand: Expression<Typed> = {
    kind: "name",
    name: name.name,
    span: name.span,
    reference: { kind: "symbol", symbol },
    note: symbol.typing,
  };
  const type = symbol.typing.type.kind === "unknown" ? null : restrictedType(environment, operand, indices);
  noteUpdate(environment, symbol);
  if (type === null) {
    environment.flow.intervals.set(symbol, environment.run.knowledge.bounds.get(symbol)?.outer ?? null);
    return value;
  }
  const part = { name: { ...name, span: symbol.span }, type, fills: false };
  const fitting = expectDeclared(environment, part, value);
  keepInterval(environment, symbol, fitting);
  environment.flow.intervals.set(symbol, environment.run.knowledge.bounds.get(symbol)?.outer ?? null);
  return fitting;
}

function reportUnknown(environment: Environment, statement: Update): void {
  const { name, span } = statement.name;
  if (environment.run.broken.has(name)) return;
  const later = environment.run.later.get(name);
  if (later !== undefined) {
    report(environment, diagnose("IPX1003", span, { name, word: later.word }, { declared: later.span }));
    return;
  }
  const changing = visibleSymbols(environment.scope).filter(
    ({ origin }) => origin.kind === "state" || origin.kind === "var",
  );
  reportUnknownName(
    environment,
    name,
    span,
    changing.map((symbol) => symbol.name),
  );
}

function mayChange(
  environment: Environment,
  statement: Update,
  symbol: Symbol,
  beyondBoundary: boolean,
): boolean {
  const { kind } = symbol.origin;
  const { name, span } = statement.name;
  if (kind === "state" || kind === "var") {
    if (!beyondBoundary) return true;
    report(environment, diagnose("IPX4003", span, { name, word: kind }, { declared: symbol.span }));
    return false;
  }
  report(
    environment,
    diagnose("IPX5005", span, { name, word: wordOf(symbol.origin) }, { declared: symbol.span }),
  );
  return false;
}

function keepInterval(environment: Environment, symbol: Symbol, value: Expression<Typed>): void {
  const bounds = environment.run.knowledge.bounds.get(symbol);
  const { interval } = value.note;
  if (value.note.type.kind === "unknown" || interval === null) {
    environment.flow.intervals.set(symbol, bounds?.outer ?? null);
    return;
  }
  environment.flow.intervals.set(symbol, interval);
  if (bounds === undefined || symbol.typing.facts.some(({ property }) => property === "assumed")) return;
  if (membership(value, interval, bounds, definitionOf(environment.run.knowledge)) !== "inside") {
    const args = { name: symbol.name, actual: intervalText(interval), declared: boundsText(bounds.tree) };
    report(environment, diagnose("IPX3202", value.span, args, { interval: bounds.span }));
  }
  environment.flow.intervals.set(symbol, bounds.outer);
}
