import type { Argument, Expression, TargetCall } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { METHODS } from "../../library/methods/table.ts";
import type { MethodName, SettingRule } from "../../library/signature.ts";
import { constantValue } from "../../types/dimension.ts";
import { from, type Interval } from "../../types/interval.ts";
import type { SettingValue, Typed } from "../../types/typing.ts";
import { type Environment, report } from "../context.ts";
import { expectSetting } from "../expectations.ts";
import { checkExpression } from "../expression.ts";
import { expressionText } from "../expressionText.ts";
import { checkDomain } from "../rules/requirements.ts";
import { reportNoSize, sizeOf } from "../sizes.ts";
import { nearest } from "../../diagnostics/suggestion.ts";
import { intervalOf, resolveType, typing, unknownTyping } from "../typed.ts";
import { checkArguments } from "./arguments.ts";
import type { CheckedSetting } from "./defaults.ts";

/** Checks the value of a setting; without a rule only its own errors are found. */
export function checkSetting(
  environment: Environment,
  name: string,
  rule: SettingRule | null,
  value: Argument["value"],
): CheckedSetting {
  if (value.kind === "targetCall") return refuseTarget(environment, value);
  switch (rule?.kind) {
    case undefined:
      return checkLoose(environment, value);
    case "word":
      return checkWord(environment, name, rule.words, value);
    case "method":
      return checkMethod(environment, name, rule.methods, value);
    case "truth":
      return checkTruth(environment, name, value);
    case "axes":
      return checkAxes(environment, value);
    case "count":
      return checkCount(environment, name, rule.least, value);
    case "number":
    case "expression":
      return checkNumber(environment, name, rule.within, value);
    case "value": {
      const tree = checkExpression(environment, value);
      return { tree, value: tree.note.type.kind === "unknown" ? null : { kind: "expression", value: tree } };
    }
  }
}

/** A setting that nobody knows: a bare name may have been meant as a word, and is not looked up. */
function checkLoose(environment: Environment, value: Expression): CheckedSetting {
  if (value.kind === "name") return { tree: wordTree(value), value: null };
  return { tree: checkExpression({ ...environment, silent: true }, value), value: null };
}

function refuseTarget(environment: Environment, value: TargetCall): CheckedSetting {
  const args = { name: value.target, what: "a target", wanted: "A value" };
  report(environment, diagnose("IPX1017", value.span, args));
  return { tree: { ...value, arguments: [] }, value: null };
}

function wordTree(value: Extract<Expression, { kind: "name" }>): Expression<Typed> {
  return { ...value, reference: { kind: "word" }, note: typing({ kind: "word" }, 0) };
}

/** Checks one of several words, as in `boundary = periodic`. */
export function checkWord(
  environment: Environment,
  name: string,
  words: readonly string[],
  value: Expression,
): CheckedSetting {
  if (value.kind === "name" && words.includes(value.name)) {
    return { tree: wordTree(value), value: { kind: "word", value: value.name } };
  }
  const written = expressionText(value);
  const suggestion = nearest(written, words);
  const edits = suggestion === null ? [] : [{ span: value.span, newText: suggestion }];
  report(
    environment,
    diagnose("IPX1014", value.span, { setting: name, value: written, words, suggestion }, {}, edits),
  );
  const tree =
    value.kind === "name" ? wordTree(value) : checkExpression({ ...environment, silent: true }, value);
  return { tree, value: null };
}

function checkTruth(environment: Environment, name: string, value: Expression): CheckedSetting {
  if (value.kind !== "truth") return checkWord(environment, name, ["true", "false"], value);
  return { tree: checkExpression(environment, value), value: { kind: "truth", value: value.value } };
}

function checkAxes(environment: Environment, value: Expression): CheckedSetting {
  const tree = checkExpression(environment, value);
  const entries = tree.kind === "tuple" ? tree.entries : [tree];
  const values: number[] = [];
  for (const entry of entries) {
    const size = sizeOf(environment.run.knowledge, entry);
    const axis = size === null ? null : constantValue(size);
    if (axis === null || !Number.isInteger(axis) || axis < 0) {
      if (entry.note.type.kind !== "unknown") reportNoSize(environment, entry);
      return { tree, value: null };
    }
    values.push(axis);
  }
  return { tree, value: { kind: "list", values } };
}

function checkCount(
  environment: Environment,
  name: string,
  least: number,
  value: Expression,
): CheckedSetting {
  const tree = checkExpression(environment, value);
  const type = resolveType(environment.run, tree.note.type);
  if (type.kind === "unknown") return { tree, value: null };
  const size = sizeOf(environment.run.knowledge, tree);
  const constant = size === null ? null : constantValue(size);
  const isCount =
    size !== null || (type.kind === "value" && type.space.kind === "array" && type.space.element === "int");
  if (!isCount) {
    reportNoSize(environment, tree);
    return { tree, value: null };
  }
  if (!checkDomain(environment, name, tree, from(least), size)) return { tree, value: null };
  if (constant !== null) return { tree, value: { kind: "number", value: constant } };
  const meaning: SettingValue =
    size === null ? { kind: "expression", value: tree } : { kind: "dimension", value: size };
  return { tree, value: meaning };
}

function checkNumber(
  environment: Environment,
  name: string,
  within: Interval,
  value: Expression,
): CheckedSetting {
  const tree = expectSetting(environment, checkExpression(environment, value));
  if (tree.note.type.kind === "unknown") return { tree, value: null };
  if (!checkDomain(environment, name, tree, within)) return { tree, value: null };
  const { low, high } = intervalOf(tree);
  if (low === high && tree.note.level === 0) return { tree, value: { kind: "number", value: low } };
  return { tree, value: { kind: "expression", value: tree } };
}

/** Checks a method with its settings: `cg(tol = 1e-6)`, `picard`. */
function checkMethod(
  environment: Environment,
  setting: string,
  methods: readonly string[],
  value: Expression,
): CheckedSetting {
  const callee = value.kind === "call" ? value.callee : value;
  if (callee.kind !== "name" || !methods.includes(callee.name)) {
    return checkWord(environment, setting, methods, callee.kind === "name" ? callee : value);
  }
  if (callee.name === "none") return { tree: wordTree(callee), value: { kind: "word", value: "none" } };
  const name = methodName(callee.name);
  if (name === null) return { tree: checkExpression(environment, value), value: null };
  const written = value.kind === "call" ? value.arguments : [];
  const rules = {
    name,
    parameters: name === "neumann" ? ["terms"] : [],
    optional: name === "neumann" ? 1 : 0,
    variadic: false,
    settings: METHODS[name],
  };
  const args = checkArguments(environment, rules, callee.span, named(name, written), (argument) =>
    checkExpression(environment, argument),
  );
  const meaning = args.sound ? ({ kind: "method", name, settings: args.settings } as const) : null;
  return { tree: methodTree(value, callee, name, args), value: meaning };
}

/** `neumann(8)` is `neumann(terms = 8)`. */
function named(method: MethodName, written: readonly Argument[]): readonly Argument[] {
  if (method !== "neumann") return written;
  return written.map((argument, position) =>
    argument.name === null && position === 0
      ? { ...argument, name: { kind: "identifier", name: "terms", span: argument.span } }
      : argument,
  );
}

function methodName(name: string): MethodName | null {
  return Object.hasOwn(METHODS, name) ? (name as MethodName) : null;
}

function methodTree(
  value: Expression,
  callee: Extract<Expression, { kind: "name" }>,
  name: MethodName,
  args: ReturnType<typeof checkArguments>,
): Expression<Typed> {
  const note = args.sound ? typing({ kind: "method" }, 0) : unknownTyping();
  const tree: Expression<Typed> = { ...callee, reference: { kind: "library", name }, note };
  if (value.kind !== "call") return tree;
  return {
    ...value,
    callee: tree,
    arguments: args.tree,
    call: { kind: "library", name, arguments: args.positional, settings: args.settings, operator: null },
    note,
  };
}
