import type { Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { FUNCTION_SIGNATURES, type FunctionSignature } from "../../library/functions/index.ts";
import type { FUNCTION_NAMES } from "../../library/names.ts";
import { NONNEGATIVE, REALS } from "../../types/interval.ts";
import { instantiate, type SchemeLetters } from "../../types/scheme.ts";
import { REAL, type Space, spaceText } from "../../types/space.ts";
import { attempt, fitSpace, resolveSpace, wouldSucceed } from "../../types/substitution.ts";
import type { Type } from "../../types/type.ts";
import type { SettingValue, Typed, Typing } from "../../types/typing.ts";
import { type Environment, latest, report } from "../context.ts";
import { describe, isOrdered } from "../expectations.ts";
import { checkExpression } from "../expression.ts";
import { named } from "../references.ts";
import { resolveType, spaceOf, typing, unknownTyping, valueTyping } from "../typed.ts";
import { checkArguments } from "./arguments.ts";

type Call = Extract<Expression, { kind: "call" }>;
type Name = Extract<Expression, { kind: "name" }>;
type FunctionName = (typeof FUNCTION_NAMES)[number];

function lettersAt(callee: Name): SchemeLetters {
  return { key: `${callee.span.start}-${callee.span.end}`, known: new Map() };
}

/** A function of the library as a value: `norm21` in `prox(lambda*norm21)`. */
export function checkMakerName(
  environment: Environment,
  expression: Name,
  name: FunctionName,
): Expression<Typed> {
  const signature = FUNCTION_SIGNATURES[name];
  const reference = { kind: "library", name } as const;
  if (signature.of !== "point") {
    const parameters = signature.of === "settings" ? Object.keys(signature.settings) : [signature.parameter];
    report(
      environment,
      diagnose("IPX1010", expression.span, { callee: name, parameters, count: 0, atLeast: false }),
    );
    return named(expression, reference, unknownTyping());
  }
  return named(
    expression,
    reference,
    typing(functionOn(instantiate(signature.domain, lettersAt(expression))), 0),
  );
}

function functionOn(space: Space): Type {
  return { kind: "function", parameters: [space], result: REAL };
}

/** `norm1(x)`, `huber(delta = d)`, `kullback_leibler(y)`, `indicator(C)`, `conjugate(f)`. */
export function checkMakerCall(
  environment: Environment,
  expression: Call,
  callee: Name,
  name: FunctionName,
): Expression<Typed> {
  const signature = FUNCTION_SIGNATURES[name];
  const rules = {
    name,
    parameters: signature.of === "settings" ? [] : [signature.parameter],
    optional: 0,
    variadic: false,
    settings: signature.settings,
  };
  const args = checkArguments(environment, rules, callee.span, expression.arguments, (argument) =>
    checkExpression(environment, argument),
  );
  const level = latest(...args.tree.map(({ value }) => (value.kind === "targetCall" ? 0 : value.note.level)));
  const note = args.sound
    ? makerNote(environment, callee, onAxes(signature, args.settings), args.positional[0] ?? null, level)
    : unknownTyping(level);
  const call = {
    kind: "library",
    name,
    arguments: args.positional,
    settings: args.settings,
    operator: null,
  } as const;
  const typedCallee = named(callee, { kind: "library", name }, unknownTyping());
  return { ...expression, callee: typedCallee, arguments: args.tree, call, note };
}

/** The signature on spaces that have the axes which the call names. */
function onAxes(
  signature: FunctionSignature,
  settings: Readonly<Record<string, SettingValue>>,
): FunctionSignature {
  const axes = settings["axes"];
  if (axes?.kind !== "list") return signature;
  const letters = Array.from({ length: Math.max(...axes.values) + 1 }, (_, axis) => `a${axis}`);
  return { ...signature, domain: `F[${[...letters, "r.."].join(", ")}]` };
}

function makerNote(
  environment: Environment,
  callee: Name,
  signature: FunctionSignature,
  argument: Expression<Typed> | null,
  level: Typing["level"],
): Typing {
  const domain = instantiate(signature.domain, lettersAt(callee));
  if (signature.of === "settings") return typing(functionOn(domain), level);
  if (argument === null) return unknownTyping(level);
  const type = resolveType(environment.run, argument.note.type);
  if (type.kind === "unknown") return unknownTyping(level);
  const refused = (wanted: string): Typing => {
    const args = {
      callee: callee.name,
      parameter: signature.parameter,
      wanted,
      actual: describe(environment, type),
    };
    report(environment, diagnose("IPX2008", argument.span, args));
    return unknownTyping(level);
  };
  switch (signature.of) {
    case "point": {
      const space = pointSpace(environment, type, domain);
      return space === null
        ? refused(spaceText(domain))
        : valueTyping(REAL, level, signature.nonnegative ? NONNEGATIVE : REALS);
    }
    case "data": {
      const space = spaceOf(environment.run, type);
      if (space === null || type.kind === "zero") return refused("an array");
      if (!isOrdered(environment, space)) return refused("real");
      return typing(functionOn(space), level);
    }
    case "set": {
      if (type.kind !== "set") return refused("a set");
      return typing(functionOn(type.space ?? domain), level);
    }
    case "function": {
      const { substitution } = environment.run;
      const scalar =
        type.kind === "function" &&
        type.parameters.length === 1 &&
        wouldSucceed(substitution, () => fitSpace(substitution, type.result, REAL));
      return scalar ? typing(type, level) : refused("a function of one argument to R");
    }
  }
}

/** The space of a point where a function of the library is evaluated; null where it takes none of this type. */
function pointSpace(environment: Environment, type: Type, domain: Space): Space | null {
  const { substitution } = environment.run;
  if (type.kind === "zero") return domain;
  if (type.kind !== "value") return null;
  if (!attempt(substitution, () => fitSpace(substitution, type.space, domain))) return null;
  return resolveSpace(substitution, domain);
}
