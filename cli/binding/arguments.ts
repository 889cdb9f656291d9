import type { Argument, CallExpression, Expression, Parsed } from "../../compiler/ast/tree.ts";
import { nearest } from "../../compiler/diagnostics/suggestion.ts";
import { diagnose } from "../../compiler/diagnostics/diagnose.ts";
import type { OperatorSignature, ParameterRule, SettingRule } from "../../compiler/library/signature.ts";
import type { Value } from "../../runtime/arrays/value.ts";
import type { LibrarySettings } from "../../runtime/operators/library.ts";
import { Failure } from "../failure.ts";
import { fault } from "./faults.ts";
import type { Thing } from "./thing.ts";

/** What the brackets of a library operator hold: settings, and by position arrays and operators. */
export interface OperatorArguments {
  readonly settings: LibrarySettings;
  readonly arrays: readonly Value[];
  readonly operators: readonly (Thing & { readonly kind: "operator" })[];
}

/** How the values of arguments are found. */
export interface ArgumentReading {
  readonly thing: (expression: Expression) => Thing;
  readonly value: (expression: Expression) => Value;
}

type Setting = LibrarySettings[string];

/**
 * Matches the arguments of a call with a signature of the library.
 * @throws Failure that points to the argument
 */
export function operatorArguments(
  call: CallExpression<Parsed>,
  name: string,
  signature: OperatorSignature,
  reading: ArgumentReading,
): OperatorArguments {
  const settings: Record<string, Setting> = {};
  const arrays: Value[] = [];
  const operators: (Thing & { readonly kind: "operator" })[] = [];
  let position = 0;
  for (const argument of call.arguments) {
    const value = expressionOf(argument);
    if (argument.name !== null) {
      settings[argument.name.name] = settingOf(argument.name.name, argument, name, signature, reading);
      continue;
    }
    const parameter = signature.parameters[position++];
    if (parameter === undefined) throw tooMany(value, name, signature.parameters);
    switch (parameter.kind) {
      case "array":
        arrays.push(reading.value(value));
        break;
      case "operator":
        operators.push(operatorAt(reading.thing(value), value, name));
        break;
      case "count":
        settings[parameter.name] = numberAt(
          reading.thing(value),
          value,
          `\`${parameter.name}\` of \`${name}\``,
        );
        break;
      case "word":
        settings[parameter.name] = wordAt(value, parameter.words, `\`${name}\``);
    }
  }
  return { settings, arrays, operators };
}

/** The expression of an argument; a target stands nowhere in a binding. */
export function expressionOf(argument: Argument): Expression {
  if (argument.value.kind === "targetCall") throw fault(argument.span, "A target has no place in a binding");
  return argument.value;
}

function settingOf(
  key: string,
  argument: Argument,
  name: string,
  signature: OperatorSignature,
  reading: ArgumentReading,
): Setting {
  const rule = signature.settings[key];
  const value = expressionOf(argument);
  if (rule === undefined) {
    const known = Object.keys(signature.settings);
    const meant = nearest(key, known);
    const hint =
      meant !== null
        ? `Did you mean \`${meant}\`?`
        : known.length === 0
          ? "It has none."
          : `Its settings are ${known.join(", ")}.`;
    const what = `\`${name}\` has no setting \`${key}\``;
    throw new Failure([diagnose("IPX8201", argument.name?.span ?? argument.span, { what, hint })]);
  }
  return ruledSetting(rule, value, `\`${key}\` of \`${name}\``, reading);
}

function ruledSetting(rule: SettingRule, value: Expression, what: string, reading: ArgumentReading): Setting {
  if (rule.kind === "word") return wordAt(value, rule.words, what);
  const thing = reading.thing(value);
  switch (rule.kind) {
    case "count":
    case "number":
    case "expression":
      return numberAt(thing, value, what);
    case "truth":
      if (thing.kind !== "truth") throw fault(value.span, `${what} is \`true\` or \`false\``);
      return thing.value;
    case "axes":
      return thing.kind === "list" ? thing.values : numberAt(thing, value, what);
    case "value":
    case "method":
      throw fault(value.span, `${what} cannot be chosen in a binding`);
  }
}

function wordAt(value: Expression, words: readonly string[], what: string): string {
  if (value.kind === "name" && words.includes(value.name)) return value.name;
  const meant = value.kind === "name" ? nearest(value.name, words) : null;
  const hint = meant === null ? null : `Did you mean \`${meant}\`?`;
  throw fault(value.span, `${what} is one of ${words.map((word) => `\`${word}\``).join(", ")}`, hint);
}

/** The number that a thing is. */
export function numberAt(thing: Thing, at: Expression, what: string): number {
  if (thing.kind === "number") return thing.value;
  throw fault(at.span, `${what} is a number`);
}

function operatorAt(thing: Thing, at: Expression, name: string): Thing & { readonly kind: "operator" } {
  if (thing.kind === "operator") return thing;
  throw fault(at.span, `\`${name}\` takes an operator here`);
}

function tooMany(at: Expression, name: string, parameters: readonly ParameterRule[]): Failure {
  const takes = parameters.map((parameter) => parameter.name).join(", ");
  return fault(at.span, `\`${name}\` takes ${takes === "" ? "nothing by position" : `only ${takes}`}`);
}
