import type { Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { name as nameDimension, type Dimension, substitute } from "../../types/dimension.ts";
import { intervalText } from "../../types/interval.ts";
import type { Space } from "../../types/space.ts";
import { attempt, fitSpace, unifySpaces } from "../../types/substitution.ts";
import { type Type, typeText, valueType } from "../../types/type.ts";
import type { CallMeaning, Typed, Typing } from "../../types/typing.ts";
import { boundsText, membership } from "../bounds.ts";
import { type Environment, latest, report, type Signature, type SignatureParameter } from "../context.ts";
import { definitionOf } from "../definitions.ts";
import { describe, expectOrder, fits } from "../expectations.ts";
import { checkExpression } from "../expression.ts";
import { expressionText } from "../expressionText.ts";
import { checkConjugateValues } from "../rules/conjugateValues.ts";
import { intervalOf, resolveType, typing, unknownTyping, valueTyping } from "../typed.ts";
import { checkArguments } from "./arguments.ts";
import { isMapSymbol } from "./unknown.ts";
import { proxAt } from "./prox.ts";

type Call = Extract<Expression, { kind: "call" }>;
type FunctionType = Extract<Type, { kind: "function" }>;

/** A call of a function, a gradient, a prox, a network or a given map. */
export function checkFunctionCall(
  environment: Environment,
  expression: Call,
  callee: Expression<Typed>,
  type: FunctionType,
): Expression<Typed> {
  const signature = signatureOf(environment, callee, type, expression);
  const rules = {
    name: expressionText(callee),
    parameters: signature.parameters.map(({ name }) => name),
    optional: 0,
    variadic: false,
    settings: {},
  };
  const args = checkArguments(environment, rules, callee.span, expression.arguments, (argument) =>
    checkExpression(environment, argument),
  );
  let { sound } = args;
  signature.parameters.forEach((parameter, position) => {
    const argument = args.positional[position];
    if (argument !== undefined && args.sound)
      sound = takes(environment, callee, parameter, argument) && sound;
  });
  if (sound) sound = isOrderedPoint(environment, callee, args.positional);
  if (sound) sound = checkConjugateValues(environment, callee);
  const level = latest(signature.level, ...args.positional.map((argument) => argument.note.level));
  const note = sound ? resultNote(environment, signature, level) : unknownTyping(level);
  const call = meaningOfCall(callee, args.positional);
  return { ...expression, callee, arguments: args.tree, call, note };
}

/** The sets that speak of an order of the entries. */
const ORDERED_SETS: ReadonlySet<string> = new Set(["nonnegative", "box", "simplex"]);

/** A projection onto a set of real arrays asks for the order that the set is made of. */
function isOrderedPoint(
  environment: Environment,
  callee: Expression<Typed>,
  [point]: readonly Expression<Typed>[],
): boolean {
  if (callee.kind !== "call" || callee.call.kind !== "projection" || point === undefined) return true;
  const { set } = callee.call;
  const name = expressionText(set.kind === "call" ? set.callee : set);
  return !ORDERED_SETS.has(name) || expectOrder(environment, point, name);
}

function resultNote(environment: Environment, signature: Signature, level: Typing["level"]): Typing {
  const result = resolveType(environment.run, signature.result);
  return result.kind === "value"
    ? valueTyping(result.space, level, signature.resultInterval ?? undefined)
    : typing(result, level);
}

function meaningOfCall(callee: Expression<Typed>, args: readonly Expression<Typed>[]): CallMeaning {
  const [point = null] = args;
  if (callee.kind === "call") {
    const made = proxAt(callee.call, point);
    if (made !== null) return made;
  }
  if (callee.kind === "name" && callee.reference.kind === "symbol" && isMapSymbol(callee.reference.symbol)) {
    return { kind: "map", symbol: callee.reference.symbol, arguments: args };
  }
  return { kind: "function", callee, arguments: args };
}

/** The signature of what is called; generic names are replaced by unknowns of this call. */
function signatureOf(
  environment: Environment,
  callee: Expression<Typed>,
  type: FunctionType,
  expression: Call,
): Signature {
  const symbol =
    callee.kind === "name" && callee.reference.kind === "symbol" ? callee.reference.symbol : null;
  const declared = symbol === null ? undefined : environment.run.knowledge.signatures.get(symbol);
  if (declared !== undefined) {
    const key = `${expression.span.start}-${expression.span.end}`;
    const fresh = { ...declared, level: latest(declared.level, callee.note.level) };
    return declared.generic.length === 0 ? fresh : instantiateSignature(fresh, key);
  }
  const types = type.higher ?? type.parameters.map(valueType);
  const parameters = types.map((parameter, index): SignatureParameter => ({
    name: types.length === 1 ? "x" : `x${index + 1}`,
    type: parameter,
    bounds: null,
  }));
  return {
    generic: [],
    parameters,
    result: valueType(type.result),
    resultInterval: null,
    level: callee.note.level,
  };
}

function instantiateSignature(signature: Signature, key: string): Signature {
  const generic = new Set(signature.generic);
  const replace = (type: Type): Type =>
    renameType(type, (name) => (generic.has(name) ? `?${key}:${name}` : null));
  return {
    ...signature,
    generic: [],
    parameters: signature.parameters.map((parameter) => ({ ...parameter, type: replace(parameter.type) })),
    result: replace(signature.result),
  };
}

type Renaming = (name: string) => string | null;

/** A type with names of sizes and spaces replaced. */
export function renameType(type: Type, renaming: Renaming): Type {
  const space = (of: Space): Space => renameSpace(of, renaming);
  switch (type.kind) {
    case "value":
      return valueType(space(type.space));
    case "operator":
      return { kind: "operator", domain: space(type.domain), codomain: space(type.codomain) };
    case "function":
      return {
        kind: "function",
        parameters: type.parameters.map(space),
        result: space(type.result),
        ...(type.higher === undefined
          ? {}
          : { higher: type.higher.map((entry) => renameType(entry, renaming)) }),
      };
    default:
      return type;
  }
}

/** A space with names replaced; names without a replacement stay. */
export function renameSpace(space: Space, renaming: Renaming): Space {
  switch (space.kind) {
    case "array":
      return {
        ...space,
        dimensions: space.dimensions.map((dimension) => renameDimension(dimension, renaming)),
      };
    case "named": {
      const name = renaming(space.name);
      return name === null ? space : { kind: "named", name, field: "any" };
    }
    case "product":
      return { ...space, parts: space.parts.map((part) => renameSpace(part, renaming)) };
  }
}

function renameDimension(dimension: Dimension, renaming: Renaming): Dimension {
  return substitute(dimension, (size) => {
    const name = renaming(size);
    return name === null ? null : nameDimension(name);
  });
}

/** Whether an argument is what a parameter asks for; reports where it is not. */
export function takes(
  environment: Environment,
  callee: Expression<Typed>,
  parameter: SignatureParameter,
  argument: Expression<Typed>,
): boolean {
  const actual = resolveType(environment.run, argument.note.type);
  const wanted = resolveType(environment.run, parameter.type);
  if (actual.kind === "unknown" || wanted.kind === "unknown") return false;
  if (!suits(environment, actual, wanted)) {
    const args = {
      callee: expressionText(callee),
      parameter: parameter.name,
      wanted: typeText(resolveType(environment.run, wanted)),
      actual: describe(environment, actual),
    };
    report(environment, diagnose("IPX2008", argument.span, args));
    return false;
  }
  return parameter.bounds === null || liesWithin(environment, callee, parameter, argument);
}

/** Whether a value, an operator or a function can stand for a parameter. */
export function suits(environment: Environment, actual: Type, wanted: Type): boolean {
  if (wanted.kind === "value") return fits(environment, actual, wanted.space);
  const { substitution } = environment.run;
  if (wanted.kind === "operator" && actual.kind === "operator") {
    return attempt(
      substitution,
      () =>
        unifySpaces(substitution, actual.domain, wanted.domain) &&
        unifySpaces(substitution, actual.codomain, wanted.codomain),
    );
  }
  if (wanted.kind !== "function" || wanted.higher !== undefined) return false;
  const map = actual.kind === "operator" ? asFunction(actual) : actual;
  if (map.kind !== "function" || map.higher !== undefined) return false;
  return attempt(substitution, () => {
    if (map.parameters.length !== wanted.parameters.length) return false;
    const arguments_ = wanted.parameters.every((space, k) => {
      const own = map.parameters[k];
      return own !== undefined && unifySpaces(substitution, space, own);
    });
    return arguments_ && fitSpace(substitution, map.result, wanted.result);
  });
}

function asFunction(type: Extract<Type, { kind: "operator" }>): Type {
  return { kind: "function", parameters: [type.domain], result: type.codomain };
}

function liesWithin(
  environment: Environment,
  callee: Expression<Typed>,
  parameter: SignatureParameter,
  argument: Expression<Typed>,
): boolean {
  const { bounds } = parameter;
  if (bounds === null || argument.note.interval === null) return true;
  const interval = intervalOf(argument);
  if (membership(argument, interval, bounds, definitionOf(environment.run.knowledge)) === "inside")
    return true;
  const args = {
    callee: expressionText(callee),
    parameter: parameter.name,
    actual: intervalText(interval),
    declared: boundsText(bounds.tree),
  };
  report(environment, diagnose("IPX3206", argument.span, args));
  return false;
}
