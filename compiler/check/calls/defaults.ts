import type { Expression, TargetCall } from "../../ast/tree.ts";
import { METHODS } from "../../library/methods/table.ts";
import type { MethodName, SettingRule, SettingRules } from "../../library/signature.ts";
import type { SettingValue, Typed } from "../../types/typing.ts";

/** A setting as typed, and its value; null where it is not sound. */
export interface CheckedSetting {
  readonly tree: Expression<Typed> | TargetCall<Typed>;
  readonly value: SettingValue | null;
}

/** The values of settings that are left out. */
export function defaultSettings(rules: SettingRules): Readonly<Record<string, SettingValue>> {
  const values: Record<string, SettingValue> = {};
  for (const [name, rule] of Object.entries(rules)) {
    const value = defaultOf(rule);
    if (value !== null) values[name] = value;
  }
  return values;
}

function defaultOf(rule: SettingRule): SettingValue | null {
  switch (rule.kind) {
    case "count":
    case "number":
      return rule.initial === null ? null : { kind: "number", value: rule.initial };
    case "word":
      return { kind: "word", value: rule.initial };
    case "truth":
      return { kind: "truth", value: rule.initial };
    case "axes":
      return { kind: "list", values: rule.initial };
    case "method":
      return rule.initial === null || rule.initial === "none" ? null : defaultMethod(rule.initial);
    case "expression":
    case "value":
      return null;
  }
}

/** A method with all its defaults. */
export function defaultMethod(name: MethodName): Extract<SettingValue, { kind: "method" }> {
  return { kind: "method", name, settings: defaultSettings(METHODS[name]) };
}
