import type { Expression, Given, ProgramFor } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { intervalText, isWithin } from "../../types/interval.ts";
import type { PropertyName } from "../../types/property.ts";
import { attempt, fitSpace, unifySpaces } from "../../types/substitution.ts";
import type { Type } from "../../types/type.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import { type Environment, report } from "../context.ts";
import { describe } from "../expectations.ts";
import { checkProperties } from "../properties.ts";
import { hasProperty } from "../rules/functionProperties.ts";
import { resolveType } from "../typed.ts";
import { checkType } from "../writtenTypes.ts";

/** Makes the type that a method asks for and the type of what a problem supplies agree, as far as they can. */
export function solveSupply(environment: Environment, given: Given, symbol: Symbol): void {
  agree(environment, symbol.typing.type, checkType(environment, given.type).type);
}

/** Reports where what a problem supplies has another type than the method asks for, or no such property. */
export function checkSupply(outer: Environment, item: ProgramFor, given: Given, symbol: Symbol): void {
  const environment: Environment = { ...outer, place: "given" };
  const { name } = given.name;
  const written = checkType(environment, given.type);
  const args = { name, problem: item.problem.name, method: item.method.name };
  const labels = { asked: given.span, supplied: symbol.span };
  if (!agree(environment, symbol.typing.type, written.type)) {
    const actual = describe(environment, symbol.typing.type);
    const wanted = describe(environment, written.type);
    report(environment, diagnose("IPX2034", item.problem.span, { ...args, actual, wanted }, labels));
    return;
  }
  const wanted = written.bounds?.outer ?? null;
  const actual = symbol.typing.interval;
  if (wanted !== null && actual !== null && !isWithin(actual, wanted)) {
    const texts = { actual: `in ${intervalText(actual)}`, wanted: `in ${intervalText(wanted)}` };
    report(environment, diagnose("IPX2034", item.problem.span, { ...args, ...texts }, labels));
  }
  const { facts } = checkProperties(environment, given.properties, {
    type: written.type,
    isState: false,
    asserts: null,
    provenance: "assumed",
    span: given.name.span,
    end: given.type.span.end,
  });
  const missing = facts.find(({ property, bound }) => !hasSupplied(environment, symbol, property, bound));
  if (missing === undefined) return;
  const text = missing.property;
  report(environment, diagnose("IPX3304", item.problem.span, { ...args, property: text }, labels));
}

function hasSupplied(
  environment: Environment,
  symbol: Symbol,
  property: PropertyName,
  bound: number | null,
): boolean {
  const of: Expression<Typed> = {
    kind: "name",
    name: symbol.name,
    reference: { kind: "symbol", symbol },
    note: symbol.typing,
    span: symbol.span,
  };
  return hasProperty(environment.run.knowledge, of, property, bound);
}

function agree(environment: Environment, actual: Type, wanted: Type): boolean {
  const { run } = environment;
  const { substitution } = run;
  const a = resolveType(run, actual);
  const w = resolveType(run, wanted);
  if (a.kind === "unknown" || w.kind === "unknown") return true;
  if (a.kind === "value" && w.kind === "value")
    return attempt(substitution, () => fitSpace(substitution, a.space, w.space));
  if (a.kind === "operator" && w.kind === "operator") {
    return attempt(
      substitution,
      () =>
        unifySpaces(substitution, a.domain, w.domain) && unifySpaces(substitution, a.codomain, w.codomain),
    );
  }
  if (a.kind !== "function" || w.kind !== "function" || a.parameters.length !== w.parameters.length)
    return false;
  return attempt(substitution, () =>
    [...a.parameters, a.result].every((space, index) => {
      const other = [...w.parameters, w.result][index];
      return other !== undefined && unifySpaces(substitution, space, other);
    }),
  );
}
