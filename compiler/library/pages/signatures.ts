import { intervalText } from "../../types/interval.ts";
import type { ArraySignature } from "../arrays/signature.ts";
import type { FunctionSignature } from "../functions/index.ts";
import type { LayerSignature } from "../layers/signature.ts";
import type {
  ChosenSettings,
  OperatorSignature,
  ParameterRule,
  SettingRule,
  SettingRules,
} from "../signature.ts";

/** The settings of a call that names none. */
export function initialSettings(settings: SettingRules): ChosenSettings {
  return {
    word: (name) => {
      const rule = settings[name];
      return rule?.kind === "word" ? rule.initial : null;
    },
    count: (name) => {
      const rule = settings[name];
      return rule?.kind === "count" ? rule.initial : null;
    },
    axes: (name) => {
      const rule = settings[name];
      return rule?.kind === "axes" ? rule.initial : null;
    },
  };
}

/** `blur(k : R[k..]; boundary = periodic) : linear F[d..] -> F[d..]` */
export function operatorSignature(name: string, signature: OperatorSignature): string {
  const chosen = initialSettings(signature.settings);
  const call = callText(name, signature.parameters.map(parameterText), signature.settings);
  return `${call} : linear ${signature.domain(chosen)} -> ${signature.codomain(chosen)}`;
}

/** `huber(; delta) : F[d..] -> R` */
export function functionSignature(
  name: string,
  { of, parameter, domain, settings }: FunctionSignature,
): string {
  if (of === "point") return `${name}(${parameter} : ${domain}) : R`;
  return `${callText(name, of === "settings" ? [] : [parameter], settings)} : ${domain} -> R`;
}

/** `soft_select(v, theta; keep)` */
export function arraySignature(name: string, { parameters, variadic, settings }: ArraySignature): string {
  return callText(name, variadic === true ? [...parameters, "..."] : parameters, settings);
}

/** `conv(n; kernel = 3)` */
export function layerSignature(name: string, { parameters, settings }: LayerSignature): string {
  return callText(name, parameters, settings);
}

/** A call with its settings and their defaults behind a semicolon. */
export function callText(name: string, parameters: readonly string[], settings: SettingRules): string {
  const named = Object.entries(settings).map(([setting, rule]) => setting + defaultText(rule));
  const behind = named.length > 0 ? `; ${named.join(", ")}` : "";
  return parameters.length + named.length > 0 ? `${name}(${parameters.join(", ")}${behind})` : name;
}

/** What a setting may be, where its default does not say it. */
export function settingLines(settings: SettingRules): readonly string[] {
  return Object.entries(settings).flatMap(([name, rule]) => {
    const range = rangeText(rule);
    return range === null ? [] : [`\`${name}\`: ${range}`];
  });
}

function parameterText(parameter: ParameterRule): string {
  switch (parameter.kind) {
    case "array":
      return `${parameter.name} : ${parameter.scheme}${parameter.optional === true ? " or none" : ""}`;
    case "operator":
      return `${parameter.name} : linear ${parameter.domain} -> ${parameter.codomain}`;
    case "count":
    case "word":
      return parameter.name;
  }
}

function defaultText(rule: SettingRule): string {
  switch (rule.kind) {
    case "expression":
    case "value":
      return "";
    case "axes":
      return rule.initial.length === 1 ? ` = ${rule.initial.join("")}` : ` = (${rule.initial.join(", ")})`;
    case "count":
    case "number":
    case "word":
    case "truth":
    case "method":
      return rule.initial === null ? "" : ` = ${rule.initial}`;
  }
}

function rangeText(rule: SettingRule): string | null {
  switch (rule.kind) {
    case "word":
      return listOf(rule.words);
    case "method":
      return listOf(rule.methods);
    case "number":
    case "expression":
      return `a number in ${intervalText(rule.within)}`;
    case "count":
    case "truth":
    case "axes":
    case "value":
      return null;
  }
}

function listOf(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(", ");
}

/** The words that an argument by position may be. */
export function wordLines(parameters: readonly ParameterRule[]): readonly string[] {
  return parameters.flatMap((parameter) =>
    parameter.kind === "word" ? [`\`${parameter.name}\`: ${listOf(parameter.words)}`] : [],
  );
}
