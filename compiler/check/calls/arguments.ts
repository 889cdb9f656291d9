import type { Argument, Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import type { SettingRules } from "../../library/signature.ts";
import type { Span } from "../../source/span.ts";
import type { SettingValue, Typed } from "../../types/typing.ts";
import { type Environment, report } from "../context.ts";
import { nearest } from "../../diagnostics/suggestion.ts";
import { defaultSettings } from "./defaults.ts";

/** What a callee takes: arguments by position, settings by name. */
export interface Callee {
  readonly name: string;
  readonly parameters: readonly string[];
  /** how many of the last arguments may be left out */
  readonly optional: number;
  readonly variadic: boolean;
  readonly settings: SettingRules;
}

/** The arguments of a call, matched and typed. */
export interface CheckedArguments {
  /** as they were written */
  readonly tree: readonly Argument<Typed>[];
  /** by position */
  readonly positional: readonly Expression<Typed>[];
  /** by name, defaults filled in */
  readonly settings: Readonly<Record<string, SettingValue>>;
  /** settings whose rule is `value`, typed but not yet asked for a type */
  readonly values: Readonly<Record<string, Expression<Typed>>>;
  /** whether their number is right and every setting is sound */
  readonly sound: boolean;
}

/** Matches and types the arguments of a call; `check` types the one at a position. */
export function checkArguments(
  environment: Environment,
  callee: Callee,
  calleeSpan: Span,
  written: readonly Argument[],
  check: (expression: Expression, position: number) => Expression<Typed>,
): CheckedArguments {
  const tree: Argument<Typed>[] = [];
  const positional: Expression<Typed>[] = [];
  const settings: Record<string, SettingValue> = { ...defaultSettings(callee.settings) };
  const values: Record<string, Expression<Typed>> = {};
  const seen = new Map<string, Span>();
  let sound = true;
  for (const argument of written) {
    if (argument.name === null) {
      const value = checkPositional(environment, argument, positional.length, check);
      tree.push({ ...argument, name: null, value });
      positional.push(value);
      continue;
    }
    const rule = settingRule(environment, callee, argument, seen);
    const checked = environment.run.rules.setting(environment, argument.name.name, rule, argument.value);
    tree.push({ ...argument, value: checked.tree });
    sound &&= rule !== null && checked.value !== null;
    if (checked.value === null || rule === null) continue;
    if (rule.kind === "value" && checked.value.kind === "expression")
      values[argument.name.name] = checked.value.value;
    settings[argument.name.name] = checked.value;
  }
  const complete = reportMissing(environment, callee, calleeSpan, positional.length, seen);
  return { tree, positional, settings, values, sound: sound && complete };
}

function checkPositional(
  environment: Environment,
  argument: Argument,
  position: number,
  check: (expression: Expression, position: number) => Expression<Typed>,
): Expression<Typed> {
  if (argument.value.kind !== "targetCall") return check(argument.value, position);
  const { value } = argument;
  const what = "a target";
  report(environment, diagnose("IPX1017", value.span, { name: value.target, what, wanted: "A value" }));
  return {
    kind: "truth",
    value: false,
    span: value.span,
    note: { type: { kind: "unknown" }, level: 0, interval: null, facts: [] },
  };
}

function settingRule(
  environment: Environment,
  callee: Callee,
  argument: Argument,
  seen: Map<string, Span>,
): SettingRules[string] | null {
  const { name } = argument;
  if (name === null) return null;
  const first = seen.get(name.name);
  if (first !== undefined) {
    report(environment, diagnose("IPX1018", name.span, { callee: callee.name, name: name.name }, { first }));
    return null;
  }
  seen.set(name.name, name.span);
  const rule = Object.hasOwn(callee.settings, name.name) ? callee.settings[name.name] : undefined;
  if (rule !== undefined) return rule;
  const settings = Object.keys(callee.settings);
  const suggestion = nearest(name.name, settings);
  const edits = suggestion === null ? [] : [{ span: name.span, newText: suggestion }];
  const args = { callee: callee.name, name: name.name, suggestion, settings };
  report(environment, diagnose("IPX1008", name.span, args, {}, edits));
  return null;
}

function reportMissing(
  environment: Environment,
  callee: Callee,
  span: Span,
  count: number,
  seen: ReadonlyMap<string, Span>,
): boolean {
  const { name, parameters, variadic } = callee;
  const least = parameters.length - callee.optional;
  if (count < least || (count > parameters.length && !variadic)) {
    report(environment, diagnose("IPX1010", span, { callee: name, parameters, count, atLeast: variadic }));
    return false;
  }
  for (const [setting, rule] of Object.entries(callee.settings)) {
    if ("required" in rule && rule.required === true && !seen.has(setting)) {
      report(environment, diagnose("IPX1009", span, { callee: name, name: setting }));
      return false;
    }
  }
  return true;
}
