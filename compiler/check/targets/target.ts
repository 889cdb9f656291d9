import type { Argument, Expression, Target as TargetTree, TargetCall, TargetName } from "../../ast/tree.ts";
import type { Target } from "../../../runtime/program/definition.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import type { SettingRules } from "../../library/signature.ts";
import { evaluate } from "../../types/dimension.ts";
import { from, POSITIVE } from "../../types/interval.ts";
import type { SettingValue, Typed } from "../../types/typing.ts";
import { checkArguments, type CheckedArguments } from "../calls/arguments.ts";
import { checkWord } from "../calls/settings.ts";
import { type Environment, report } from "../context.ts";
import { expectCondition, expectSetting } from "../expectations.ts";
import { checkExpression } from "../expression.ts";
import type { CheckedTarget } from "../program.ts";
import { nestedScope } from "../scope.ts";
import { sizeOf } from "../sizes.ts";
import { checkStage } from "../stages.ts";
import { checkFate } from "./fates.ts";
import { adjointSolver, fixedPointSolver } from "./solvers.ts";
import { checkThresholds } from "./thresholds.ts";

const COUNT = { kind: "number", initial: null, within: from(1) } as const;
const PROOF = { kind: "word", words: ["required", "wanted", "none"], initial: "wanted" } as const;

/** The settings of the targets (docs/language.md, section 7); `until` and `otherwise` have rules of their own. */
const SETTINGS: { readonly [T in TargetName]: SettingRules } = {
  converge: {
    max: { ...COUNT, initial: 1000 },
    every: { ...COUNT, initial: 1 },
    accelerate: { kind: "method", methods: ["none", "anderson"], initial: "none" },
    proof: PROOF,
  },
  unroll: { beyond: { kind: "word", words: ["error", "last", "cycle"], initial: "error" } },
  equilibrium: {
    solver: { kind: "method", methods: ["picard", "anderson", "broyden"], initial: "anderson" },
    tol: { kind: "number", initial: 1e-4, within: POSITIVE },
    max: { ...COUNT, initial: 100 },
    backward: {
      kind: "method",
      methods: ["gmres", "bicgstab", "anderson", "broyden", "neumann", "jacobian_free"],
      initial: "gmres",
    },
    proof: PROOF,
  },
};

/** A target as checked; `checked` is null where a setting is not sound. */
export interface TargetResult {
  readonly tree: TargetTree<Typed>;
  readonly checked: CheckedTarget | null;
  readonly until: Expression<Typed> | null;
}

/** `converge(...)`, `unroll(K)`, `equilibrium(...)`. */
export function checkTarget(outer: Environment, tree: TargetTree): TargetResult {
  const environment: Environment = { ...outer, place: "header" };
  const special = tree.arguments.filter((argument) => isSpecial(tree.target, argument));
  const plain = tree.arguments.filter((argument) => !isSpecial(tree.target, argument));
  const rules = {
    name: tree.target,
    parameters: tree.target === "unroll" ? ["K"] : [],
    optional: 1,
    variadic: false,
    settings: SETTINGS[tree.target],
  };
  const known = { ...rules, settings: { ...rules.settings, ...SPECIAL_NAMES[tree.target] } };
  const args = checkArguments(environment, known, tree.targetSpan, plain, (argument) =>
    checkExpression(environment, argument),
  );
  const until = checkUntil(outer, special);
  const otherwise = checkOtherwise(environment, special);
  const trees = tree.arguments.map((argument): Argument<Typed> => {
    const typed = args.tree.find((each) => each.span === argument.span);
    if (typed !== undefined) return typed;
    if (argument.name?.name === "until" && until !== null) return { ...argument, value: until };
    return { ...argument, value: otherwise.tree };
  });
  const sound = args.sound && otherwise.sound;
  const checked = sound ? targetOf(environment, tree, args, otherwise.value) : null;
  return { tree: { ...tree, arguments: trees }, checked, until };
}

/** Known names of settings that are checked apart, so that suggestions see them. */
const SPECIAL_NAMES: { readonly [T in TargetName]: SettingRules } = {
  converge: { until: { kind: "value" } },
  unroll: {},
  equilibrium: { otherwise: { kind: "value" } },
};

function isSpecial(target: TargetName, argument: Argument): boolean {
  const name = argument.name?.name;
  return (target === "converge" && name === "until") || (target === "equilibrium" && name === "otherwise");
}

function checkUntil(outer: Environment, special: readonly Argument[]): Expression<Typed> | null {
  const argument = special.find(({ name }) => name?.name === "until");
  if (argument === undefined || argument.value.kind === "targetCall") return null;
  const scope = nestedScope(outer.scope);
  for (const [name, symbol] of outer.run.reports) scope.symbols.set(name, symbol);
  const step = outer.run.counter;
  if (step !== null) scope.symbols.set(step.name, step);
  const environment: Environment = { ...outer, scope, place: "until" };
  const until = expectCondition(environment, checkExpression(environment, argument.value));
  checkThresholds(environment, until);
  checkFate(environment, until);
  return until;
}

const OTHERWISE_WORDS = ["error", "drop", "retry"] as const;

interface CheckedOtherwise {
  readonly tree: Expression<Typed> | TargetCall<Typed>;
  readonly value: Extract<Target, { kind: "equilibrium" }>["otherwise"];
  readonly sound: boolean;
}

function checkOtherwise(environment: Environment, special: readonly Argument[]): CheckedOtherwise {
  const argument = special.find(({ name }) => name?.name === "otherwise");
  const none = { kind: "error" } as const;
  if (argument === undefined) return { tree: emptyTree(environment), value: none, sound: true };
  const { value } = argument;
  if (value.kind !== "targetCall") {
    const { tree } = checkWord(environment, "otherwise", [...OTHERWISE_WORDS, "unroll(K)"], value);
    const word = OTHERWISE_WORDS.find((each) => value.kind === "name" && each === value.name);
    return { tree, value: word === undefined ? none : { kind: word }, sound: word !== undefined };
  }
  const count = value.arguments[0]?.value;
  if (value.target !== "unroll" || count === undefined || count.kind === "targetCall") {
    report(environment, diagnose("IPX6010", value.span, { target: "unroll" }));
    return { tree: { ...value, arguments: [] }, value: none, sound: false };
  }
  const steps = expectSetting(environment, checkExpression(environment, count));
  const sound = isCount(environment, steps);
  const tree: TargetCall<Typed> = {
    ...value,
    arguments: value.arguments.slice(0, 1).map((each) => ({ ...each, value: steps })),
  };
  return { tree, value: { kind: "unroll", steps: numberOf(environment, steps) ?? 10 }, sound };
}

function emptyTree(environment: Environment): TargetCall<Typed> {
  const span = environment.run.span;
  return { kind: "targetCall", target: "unroll", arguments: [], span };
}

/** The value of a count, with the defaults of the header's sizes; null where data decides. */
function numberOf(environment: Environment, count: Expression<Typed>): number | null {
  const interval = count.note.interval;
  if (interval !== null && interval.low === interval.high) return Math.ceil(interval.low);
  const size = sizeOf(environment.run.knowledge, count);
  const value = size === null ? null : evaluate(size, environment.run.sizes);
  return value === null ? null : Math.ceil(value);
}

function targetOf(
  environment: Environment,
  tree: TargetTree,
  args: CheckedArguments,
  otherwise: CheckedOtherwise["value"],
): CheckedTarget | null {
  const { settings } = args;
  const proof = proofOf(settings["proof"]);
  const counts: { steps?: Expression<Typed>; maximum?: Expression<Typed>; every?: Expression<Typed> } = {};
  const count = (name: "max" | "every", key: "maximum" | "every", initial: number): number => {
    const value = settings[name];
    if (value?.kind === "number") return Math.ceil(value.value);
    if (value?.kind !== "expression") return initial;
    checkStage(environment, value.value, 1, `\`${name}\``);
    counts[key] = value.value;
    return numberOf(environment, value.value) ?? initial;
  };
  switch (tree.target) {
    case "converge": {
      const accelerate =
        settings["accelerate"]?.kind === "method" ? fixedPointSolver(settings["accelerate"]) : null;
      const maximum = count("max", "maximum", 1000);
      const target: Target = { kind: "solver", maximum, every: count("every", "every", 1), accelerate };
      return { target, stepsParameter: null, proof, counts };
    }
    case "unroll":
      return unrolled(environment, tree, args);
    case "equilibrium": {
      const tolerance = settings["tol"]?.kind === "number" ? settings["tol"].value : 1e-4;
      const target: Target = {
        kind: "equilibrium",
        solver: fixedPointSolver(settings["solver"]),
        tolerance,
        maximum: count("max", "maximum", 100),
        backward: adjointSolver(settings["backward"]),
        otherwise,
      };
      return { target, stepsParameter: null, proof, counts };
    }
  }
}

function unrolled(environment: Environment, tree: TargetTree, args: CheckedArguments): CheckedTarget | null {
  const [count] = args.positional;
  if (count === undefined) {
    const end = { ...tree.targetSpan, start: tree.targetSpan.end, end: tree.span.end };
    report(
      environment,
      diagnose("IPX6010", tree.targetSpan, { target: "unroll" }, {}, [{ span: end, newText: "(10)" }]),
    );
    return null;
  }
  const steps = expectSetting(environment, count);
  if (steps.note.type.kind === "unknown" || !checkStage(environment, steps, 1, "The number of steps"))
    return null;
  const parameter =
    steps.kind === "name" &&
    steps.reference.kind === "symbol" &&
    steps.reference.symbol.origin.kind === "size"
      ? steps.reference.symbol.name
      : null;
  if (!isCount(environment, steps)) return null;
  const value = numberOf(environment, steps);
  const word = args.settings["beyond"];
  const beyond =
    word?.kind === "word" && (word.value === "last" || word.value === "cycle") ? word.value : "error";
  const counts = steps.note.interval?.low === steps.note.interval?.high ? {} : { steps };
  const target: Target = { kind: "unrolled", steps: value ?? 10, beyond };
  return { target, stepsParameter: parameter, proof: "none", counts };
}

/** Whether a number of steps is known and at least 1, or is left to data; reports one below 1. */
function isCount(environment: Environment, steps: Expression<Typed>): boolean {
  if (steps.note.type.kind === "unknown") return false;
  const value = numberOf(environment, steps);
  if (value === null || value >= 1) return true;
  const texts = { setting: "K", actual: String(value), wanted: "[1, inf)" };
  report(environment, diagnose("IPX3205", steps.span, texts));
  return false;
}

function proofOf(value: SettingValue | undefined): CheckedTarget["proof"] {
  return value?.kind === "word" && (value.value === "required" || value.value === "none")
    ? value.value
    : "wanted";
}
