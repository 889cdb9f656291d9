import type { Argument, Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { LARGEST_AXIS } from "../../library/operators/repetition.ts";
import { checkInnerSolve } from "./innerSolve.ts";
import { OPERATORS, type OperatorName, type SpecialOperatorName } from "../../library/operators/table.ts";
import type { ChosenSettings, OperatorSignature, ParameterRule } from "../../library/signature.ts";
import { constant, constantValue, type Dimension, text as dimensionText } from "../../types/dimension.ts";
import type { Fact } from "../../types/property.ts";
import { instantiate, type SchemeLetters } from "../../types/scheme.ts";
import { productSpace, type Space, spaceText } from "../../types/space.ts";
import { attempt, fitSpace, resolveSpace, unifySpaces } from "../../types/substitution.ts";
import { type Type, typeText } from "../../types/type.ts";
import type { SettingValue, Typed, Typing } from "../../types/typing.ts";
import { type Environment, latest, report } from "../context.ts";
import { describe } from "../expectations.ts";
import { expressionText } from "../expressionText.ts";
import { checkExpression } from "../expression.ts";
import { named } from "../references.ts";
import { checkFits } from "../rules/operatorFits.ts";
import { checkDefinite } from "../rules/definite.ts";
import { checkDomain } from "../rules/requirements.ts";
import { from } from "../../types/interval.ts";
import { reportNoSize, sizeOf } from "../sizes.ts";
import { resolveType, typing, unknownTyping } from "../typed.ts";
import { checkArguments, type CheckedArguments } from "./arguments.ts";
import { defaultSettings } from "./defaults.ts";
import { checkWord } from "./settings.ts";

type Call = Extract<Expression, { kind: "call" }>;
type Name = Extract<Expression, { kind: "name" }>;
type OperatorType = Extract<Type, { kind: "operator" }>;

/** An operator of the library without brackets: `fourier`, `I`. */
export function checkOperatorName(
  environment: Environment,
  expression: Name,
  name: OperatorName,
): Expression<Typed> {
  const signature = isSpecial(name) ? null : OPERATORS[name];
  const reference = { kind: "library", name } as const;
  const compulsory = signature?.parameters.filter((parameter) => !isOptional(parameter)) ?? [{ name: "A" }];
  if (signature === null || isSpecial(name) || compulsory.length > 0) {
    const parameters = compulsory.map((parameter) => parameter.name);
    report(
      environment,
      diagnose("IPX1010", expression.span, { callee: name, parameters, count: 0, atLeast: false }),
    );
    return named(expression, reference, unknownTyping());
  }
  const settings = defaultSettings(signature.settings);
  const type = operatorType(environment, signature, lettersAt(expression), settings);
  awaitSpaces(environment, expression, lettersAt(expression), signature, settings);
  const facts = factsOf(signature, settings, expression);
  const args = { tree: [], positional: [], settings, values: {}, sound: true };
  checkFits(environment, expression, name, type, args);
  return named(expression, reference, typing(type, 0, null, facts));
}

function isSpecial(name: OperatorName): name is SpecialOperatorName {
  return name === "vstack" || name === "hstack" || name === "blockdiag";
}

function isOptional(parameter: ParameterRule): boolean {
  return parameter.kind === "array" && parameter.optional === true;
}

function lettersAt(callee: Name, known: ReadonlyMap<string, Dimension> = new Map()): SchemeLetters {
  return { key: `${callee.span.start}-${callee.span.end}`, known };
}

/** The spaces of an operator as its signature has them. */
function openType(
  signature: OperatorSignature,
  letters: SchemeLetters,
  settings: Readonly<Record<string, SettingValue>>,
): OperatorType {
  const chosen = chosenOf(settings, letters.known);
  return {
    kind: "operator",
    domain: instantiate(signature.domain(chosen), letters),
    codomain: instantiate(signature.codomain(chosen), letters),
  };
}

/** Remembers an operator whose spaces the whole program has to determine. */
function awaitSpaces(
  environment: Environment,
  expression: Expression,
  letters: SchemeLetters,
  signature: OperatorSignature,
  settings: Readonly<Record<string, SettingValue>>,
): void {
  const type = openType(signature, letters, settings);
  const text = expressionText(expression);
  environment.run.operatorUses.set(letters.key, { text, span: expression.span, type });
}

function operatorType(
  environment: Environment,
  signature: OperatorSignature,
  letters: SchemeLetters,
  settings: Readonly<Record<string, SettingValue>>,
): OperatorType {
  const type = openType(signature, letters, settings);
  const resolved = resolveType(environment.run, type);
  return resolved.kind === "operator" ? resolved : type;
}

function chosenOf(
  settings: Readonly<Record<string, SettingValue>>,
  known: ReadonlyMap<string, Dimension> = new Map(),
): ChosenSettings {
  return {
    word: (name) => {
      const value = settings[name];
      return value?.kind === "word" ? value.value : null;
    },
    count: (name) => {
      const value = settings[name];
      if (value?.kind === "number") return value.value;
      const letter = known.get(name);
      return letter === undefined ? null : constantValue(letter);
    },
    axes: (name) => {
      const value = settings[name];
      return value?.kind === "list" ? value.values : null;
    },
  };
}

function factsOf(
  signature: OperatorSignature,
  settings: Readonly<Record<string, SettingValue>>,
  place: Expression,
  known: ReadonlyMap<string, Dimension> = new Map(),
): readonly Fact[] {
  return signature
    .properties(chosenOf(settings, known))
    .map(({ property, bound }) => ({ property, bound, provenance: "proved", evidence: [place.span] }));
}

/** A call of an operator of the library: `mask(P)`, `wavelet(sym4, levels = 3)`. */
export function checkOperatorCall(
  environment: Environment,
  expression: Call,
  callee: Name,
  name: OperatorName,
): Expression<Typed> {
  const typedCallee = named(callee, { kind: "library", name }, unknownTyping());
  if (isSpecial(name)) return checkStack(environment, expression, callee, name);
  const signature = OPERATORS[name];
  const args = checkOperatorArguments(environment, callee, signature, expression.arguments);
  const known = new Map<string, Dimension>();
  const letters = lettersAt(callee, known);
  let sound = args.sound && soundAxes(environment, name, args, callee);
  signature.parameters.forEach((parameter, position) => {
    const argument = args.positional[position];
    if (argument !== undefined && args.sound) {
      sound = bindParameter(environment, callee, parameter, argument, known) && sound;
    }
  });
  bindSettings(args.settings, known);
  sound = sound && soundStride(environment, name, args.positional[1], known.get("stride"));
  const level = latest(...args.tree.map(({ value }) => (value.kind === "targetCall" ? 0 : value.note.level)));
  const note = sound
    ? operatorNote(environment, signature, letters, args, callee, level)
    : unknownTyping(level);
  const operator =
    note.type.kind === "operator" ? { domain: note.type.domain, codomain: note.type.codomain } : null;
  const call = {
    kind: "library",
    name,
    arguments: args.positional,
    settings: args.settings,
    operator,
  } as const;
  const done: Expression<Typed> = { ...expression, callee: typedCallee, arguments: args.tree, call, note };
  if (sound) awaitSpaces(environment, expression, letters, signature, noteSettings(signature, args));
  if (sound && operator !== null) checkFits(environment, expression, name, operator, args);
  if (name === "inv" && sound && args.positional[0] !== undefined)
    checkDefinite(environment, args.positional[0]);
  if (name === "inv") checkInnerSolve(environment, args.settings["by"], callee.span);
  return done;
}

function operatorNote(
  environment: Environment,
  signature: OperatorSignature,
  letters: SchemeLetters,
  args: CheckedArguments,
  callee: Name,
  level: Typing["level"],
): Typing {
  const settings = noteSettings(signature, args);
  const facts = [...factsOf(signature, settings, callee, letters.known), ...binaryNorm(args, callee)];
  return typing(operatorType(environment, signature, letters, settings), level, null, facts);
}

function noteSettings(
  signature: OperatorSignature,
  args: CheckedArguments,
): Readonly<Record<string, SettingValue>> {
  return { ...args.settings, ...wordsOf(signature, args) };
}

/** The words that stand at positions of a call, as settings: the name of a wavelet. */
function wordsOf(
  signature: OperatorSignature,
  { positional }: CheckedArguments,
): Record<string, SettingValue> {
  const words: Record<string, SettingValue> = {};
  signature.parameters.forEach((parameter, position) => {
    const argument = positional[position];
    if (parameter.kind === "word" && argument?.kind === "name") {
      words[parameter.name] = { kind: "word", value: argument.name };
    }
  });
  return words;
}

/** A diagonal of entries in [0, 1] has a norm of at most 1. */
function binaryNorm(args: CheckedArguments, callee: Name): readonly Fact[] {
  if (callee.name !== "mask" && callee.name !== "diag") return [];
  const [entries] = args.positional;
  const binary = entries?.note.facts.some(({ property }) => property === "binary") ?? true;
  const { low, high } = entries?.note.interval ?? { low: -Infinity, high: Infinity };
  if (!binary && !(low >= -1 && high <= 1)) return [];
  const provenance = "proved" as const;
  return [{ property: "norm", bound: 1, provenance, evidence: [callee.span] }];
}

function checkOperatorArguments(
  environment: Environment,
  callee: Name,
  signature: OperatorSignature,
  written: readonly Argument[],
): CheckedArguments {
  const rules = {
    name: callee.name,
    parameters: signature.parameters.map((parameter) => parameter.name),
    optional: signature.parameters.filter(isOptional).length,
    variadic: false,
    settings: signature.settings,
  };
  return checkArguments(environment, rules, callee.span, written, (argument, position) => {
    const parameter = signature.parameters[position];
    if (parameter?.kind !== "word") return checkExpression(environment, argument);
    const checked = checkWord(environment, parameter.name, parameter.words, argument);
    return checked.tree.kind === "targetCall" ? checkExpression(environment, argument) : checked.tree;
  });
}

/** Axes of a gradient are counted from 1 to 3; `fourier` and `over_axes` take axes from 0. */
function soundAxes(
  environment: Environment,
  name: OperatorName,
  args: CheckedArguments,
  callee: Name,
): boolean {
  const axes = args.settings["axes"];
  if (name === "over_axes" && axes?.kind === "list") {
    const beyond = axes.values.find((axis) => axis > LARGEST_AXIS);
    if (beyond === undefined) return true;
    const wanted = `[0, ${LARGEST_AXIS}]`;
    report(
      environment,
      diagnose("IPX3205", callee.span, { setting: "axes", actual: String(beyond), wanted }),
    );
    return false;
  }
  if (name !== "gradient" || (axes?.kind === "number" && [1, 2, 3].includes(axes.value))) return true;
  const actual = axes?.kind === "number" ? String(axes.value) : "no number";
  report(environment, diagnose("IPX3205", callee.span, { setting: "axes", actual, wanted: "[1, 3]" }));
  return false;
}

/** Dimensions are divided by literals only, so that the stride of patches is one. */
function soundStride(
  environment: Environment,
  name: OperatorName,
  argument: Expression<Typed> | undefined,
  stride: Dimension | undefined,
): boolean {
  if (name !== "patches" || argument === undefined || stride === undefined) return true;
  if (argument.kind === "number" && argument.value >= 1) return true;
  const texts = { setting: "stride", actual: dimensionText(stride), wanted: "[1, inf), as a literal" };
  report(environment, diagnose("IPX3205", argument.span, texts));
  return false;
}

/** A setting that is a size gives the letter of its name a value: `detectors = d`. */
function bindSettings(settings: Readonly<Record<string, SettingValue>>, known: Map<string, Dimension>): void {
  for (const [name, value] of Object.entries(settings)) {
    if (value.kind === "dimension") known.set(name, value.value);
    else if (value.kind === "number" && Number.isInteger(value.value)) known.set(name, constant(value.value));
  }
}

function bindParameter(
  environment: Environment,
  callee: Name,
  parameter: ParameterRule,
  argument: Expression<Typed>,
  known: Map<string, Dimension>,
): boolean {
  const type = resolveType(environment.run, argument.note.type);
  if (type.kind === "unknown") return false;
  const letters = lettersAt(callee, known);
  const { substitution } = environment.run;
  switch (parameter.kind) {
    case "word":
      return true;
    case "count": {
      const size = sizeOf(environment.run.knowledge, argument);
      if (size === null) reportNoSize(environment, argument);
      else known.set(parameter.name, size);
      return size !== null && checkDomain(environment, parameter.name, argument, from(1), size);
    }
    case "array": {
      const wanted = instantiate(parameter.scheme, letters);
      const fits =
        type.kind === "value" && attempt(substitution, () => fitSpace(substitution, type.space, wanted));
      return fits || refuseParameter(environment, callee, parameter.name, spaceText(wanted), argument);
    }
    case "operator": {
      const domain = instantiate(parameter.domain, letters);
      const codomain = instantiate(parameter.codomain, letters);
      const unifies =
        type.kind === "operator" &&
        attempt(
          substitution,
          () =>
            unifySpaces(substitution, type.domain, domain) &&
            unifySpaces(substitution, type.codomain, codomain),
        );
      const wanted = typeText({ kind: "operator", domain, codomain });
      return unifies || refuseParameter(environment, callee, parameter.name, wanted, argument);
    }
  }
}

function refuseParameter(
  environment: Environment,
  callee: Name,
  parameter: string,
  wanted: string,
  argument: Expression<Typed>,
): false {
  const args = { callee: callee.name, parameter, wanted, actual: describe(environment, argument.note.type) };
  report(environment, diagnose("IPX2008", argument.span, args));
  return false;
}

/** vstack: one domain, stacked results; hstack: stacked arguments, one result; blockdiag: both stacked. */
function checkStack(
  environment: Environment,
  expression: Call,
  callee: Name,
  name: SpecialOperatorName,
): Expression<Typed> {
  const rules = { name, parameters: ["A", "B"], optional: 0, variadic: true, settings: {} };
  const args = checkArguments(environment, rules, callee.span, expression.arguments, (argument) =>
    checkExpression(environment, argument),
  );
  const level = latest(...args.positional.map((argument) => argument.note.level));
  const type = !args.sound
    ? null
    : name === "blockdiag"
      ? blockType(environment, callee, args.positional)
      : stackType(environment, callee, args.positional, name);
  const note = type === null ? unknownTyping(level) : typing(type, level);
  const operator = type === null ? null : { domain: type.domain, codomain: type.codomain };
  const call = { kind: "library", name, arguments: args.positional, settings: {}, operator } as const;
  const typedCallee = named(callee, { kind: "library", name }, unknownTyping());
  return { ...expression, callee: typedCallee, arguments: args.tree, call, note };
}

function blockType(
  environment: Environment,
  callee: Name,
  parts: readonly Expression<Typed>[],
): OperatorType | null {
  const blocks: OperatorType[] = [];
  for (const part of parts) {
    const type = resolveType(environment.run, part.note.type);
    if (type.kind === "unknown") return null;
    if (type.kind !== "operator") {
      refuseParameter(environment, callee, "A", "an operator", part);
      return null;
    }
    blocks.push(type);
  }
  return {
    kind: "operator",
    domain: productSpace(blocks.map(({ domain }) => domain)),
    codomain: productSpace(blocks.map(({ codomain }) => codomain)),
  };
}

function stackType(
  environment: Environment,
  callee: Name,
  parts: readonly Expression<Typed>[],
  name: "vstack" | "hstack",
): OperatorType | null {
  const { substitution } = environment.run;
  const shared = instantiate("T", lettersAt(callee));
  const stacked: Space[] = [];
  for (const part of parts) {
    const type = resolveType(environment.run, part.note.type);
    if (type.kind === "unknown") return null;
    if (type.kind !== "operator") {
      refuseParameter(environment, callee, "A", "an operator", part);
      return null;
    }
    const [common, own] = name === "vstack" ? [type.domain, type.codomain] : [type.codomain, type.domain];
    if (!attempt(substitution, () => unifySpaces(substitution, common, shared))) {
      const wanted = spaceText(resolveSpace(substitution, shared));
      const side = name === "vstack" ? `linear ${wanted} -> ...` : `linear ... -> ${wanted}`;
      refuseParameter(environment, callee, "A", side, part);
      return null;
    }
    stacked.push(own);
  }
  const product = productSpace(stacked.map((space) => resolveSpace(substitution, space)));
  const common = resolveSpace(substitution, shared);
  return name === "vstack"
    ? { kind: "operator", domain: common, codomain: product }
    : { kind: "operator", domain: product, codomain: common };
}
