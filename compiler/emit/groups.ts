import type { Variable } from "../ir/block.ts";
import type { Argument, PlanFunction, Result, Statement } from "../plan/call.ts";
import type { PlanGroup, PlanNetwork } from "../plan/plan.ts";
import { usesOfStatement } from "../plan/uses.ts";

/** A variable as the entry of a record. */
export interface GroupEntry {
  readonly name: string;
  readonly variable: Variable;
}

/** Variables that a function only hands on together: they are one local. */
export interface Bundle {
  /** a name for the local: `D_saved` */
  readonly hint: string;
  readonly entries: readonly GroupEntry[];
}

/** The networks that functions call, by name. */
export type NetworkOf = (name: string) => PlanNetwork | null;

/** The arguments of a call that are entries of one record; null where the network takes none. */
export function takenEntries(call: Statement["call"], networkOf: NetworkOf): readonly GroupEntry[] | null {
  const group = call.kind === "function" ? (networkOf(call.name)?.taken ?? null) : null;
  return group && entriesOf(group, call.arguments.slice(group.start));
}

/** The results of a call that are entries of one record, if all of them are read. */
function givenEntries({ call, outputs }: Statement, networkOf: NetworkOf): readonly GroupEntry[] | null {
  const group = call.kind === "function" ? (networkOf(call.name)?.given ?? null) : null;
  if (group === null || outputs.kind !== "list") return null;
  const entries = entriesOf(group, outputs.items.slice(group.start));
  return entries.length === group.names.length ? entries : null;
}

function entriesOf(
  group: PlanGroup,
  items: readonly (Argument | Statement["outputs"] | null)[],
): readonly GroupEntry[] {
  return group.names.flatMap((name, index) => {
    const item = items[index];
    return item?.kind === "variable" ? [{ name, variable: item.variable }] : [];
  });
}

/** What a function only hands on together: as calls give it, or as it is saved. */
export function bundlesOf(
  of: PlanFunction,
  networkOf: NetworkOf,
): { readonly given: readonly Bundle[]; readonly saved: Bundle | null } {
  const places = placesOf(of, networkOf);
  const given = of.statements.flatMap((statement) => {
    const entries = givenEntries(statement, networkOf);
    const group = statement.call.kind === "function" ? networkOf(statement.call.name)?.given : null;
    if (entries === null || !group || !isWhole(entries, places)) return [];
    return [{ hint: `${group.network}_${group.holds === "saved" ? "saved" : "weights_bar"}`, entries }];
  });
  return { given, saved: savedBundle(of, places, networkOf) };
}

/** What one network saved, of the record of all that is saved. */
function savedBundle(of: PlanFunction, places: readonly Place[], networkOf: NetworkOf): Bundle | null {
  const saved = of.parameters.find(({ role }) => role === "saved")?.pattern;
  const values = saved?.kind === "record" ? saved.entries.find(({ name }) => name === "values") : undefined;
  const read = new Map(
    (values?.pattern.kind === "record" ? values.pattern.entries : []).flatMap(({ name, pattern }) =>
      pattern.kind === "variable" ? [[pattern.variable, name] as const] : [],
    ),
  );
  for (const { call } of of.statements) {
    const entries = takenEntries(call, networkOf);
    const group = call.kind === "function" ? networkOf(call.name)?.taken : null;
    if (entries === null || !group || !isWhole(entries, places)) continue;
    const isKept = entries.every(({ name, variable }) => read.get(variable) === name);
    if (isKept) return { hint: `${group.network}_saved`, entries };
  }
  return null;
}

/** A place where variables are read: by themselves, as the record that a network takes, or in a record returned. */
type Place =
  | { readonly kind: "alone"; readonly variable: Variable }
  | { readonly kind: "taken" | "returned"; readonly entries: readonly GroupEntry[] };

function placesOf(of: PlanFunction, networkOf: NetworkOf): readonly Place[] {
  return [
    ...of.statements.flatMap((statement) => placesOfStatement(statement, networkOf)),
    ...placesOfResult(of.result),
  ];
}

function placesOfStatement(statement: Statement, networkOf: NetworkOf): readonly Place[] {
  const { call } = statement;
  const entries = takenEntries(call, networkOf);
  if (entries === null || call.kind !== "function")
    return [...usesOfStatement(statement).variables].map(alone);
  const start = networkOf(call.name)?.taken?.start ?? 0;
  const others = call.arguments.filter((_, index) => index < start || index >= start + entries.length);
  return [
    { kind: "taken", entries },
    ...others.flatMap((argument) => (argument.kind === "variable" ? [alone(argument.variable)] : [])),
  ];
}

function placesOfResult(result: Result): readonly Place[] {
  switch (result.kind) {
    case "variable":
      return [alone(result.variable)];
    case "constant":
      return [];
    case "list":
      return result.items.map(alone);
    case "record": {
      const own = result.entries.flatMap(({ name, result: part }) =>
        part.kind === "variable" ? [{ name, variable: part.variable }] : [],
      );
      const inner = result.entries.flatMap(({ result: part }) =>
        part.kind === "variable" ? [] : placesOfResult(part),
      );
      return [{ kind: "returned", entries: own }, ...inner];
    }
  }
}

function alone(variable: Variable): Place {
  return { kind: "alone", variable };
}

/** Whether entries are read together only, under their names. */
function isWhole(entries: readonly GroupEntry[], places: readonly Place[]): boolean {
  const nameOf = new Map(entries.map(({ name, variable }) => [variable, name]));
  if (nameOf.size < entries.length || entries.length === 0) return false;
  return places.every((place) => {
    if (place.kind === "alone") return !nameOf.has(place.variable);
    const own = place.entries.filter(({ name, variable }) => nameOf.get(variable) === name);
    if (!place.entries.some(({ variable }) => nameOf.has(variable))) return true;
    const others = place.entries.filter(({ variable }) => nameOf.has(variable)).length - own.length;
    if (others > 0) return false;
    return place.kind === "taken" ? own.length === place.entries.length : own.length === entries.length;
  });
}

/** The type of a record of values by its names; numbered names are written together. */
export function recordType(names: readonly string[]): string {
  const byText = new Map<string, string[]>();
  for (const name of names) {
    const text = name.replace(/\d+/u, "#");
    byText.set(text, [...(byText.get(text) ?? []), name]);
  }
  const keys = [...byText].flatMap(([text, all]) => {
    if (all.length < 3) return all.map((name) => JSON.stringify(name));
    const numbers = all.map((name) => /\d+/u.exec(name)?.[0] ?? "");
    return [`\`${text.replace("#", () => `\${${numbers.join(" | ")}}`)}\``];
  });
  return `Record<${keys.join(" | ")}, Value>`;
}
