import type { Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import type { SET_NAMES } from "../../library/names.ts";
import { isNumber, type Space } from "../../types/space.ts";
import type { Typed } from "../../types/typing.ts";
import { type Environment, latest, report } from "../context.ts";
import { expectOrder, expectValue } from "../expectations.ts";
import { checkExpression } from "../expression.ts";
import { named } from "../references.ts";
import { entrywiseSpace } from "../products.ts";
import { typing, unknownTyping } from "../typed.ts";
import { checkArguments } from "./arguments.ts";

type Call = Extract<Expression, { kind: "call" }>;
type Name = Extract<Expression, { kind: "name" }>;
type SetName = (typeof SET_NAMES)[number];

/** What each set is made of. */
const SET_PARAMETERS: { readonly [N in SetName]: readonly string[] } = {
  nonnegative: [],
  box: ["a", "b"],
  ball: ["r"],
  simplex: [],
};

/** A set without brackets: `nonnegative`, `simplex`. */
export function checkSetName(environment: Environment, expression: Name, name: SetName): Expression<Typed> {
  const parameters = SET_PARAMETERS[name];
  const reference = { kind: "library", name } as const;
  if (parameters.length === 0) return named(expression, reference, typing({ kind: "set", space: null }, 0));
  report(
    environment,
    diagnose("IPX1010", expression.span, { callee: name, parameters, count: 0, atLeast: false }),
  );
  return named(expression, reference, unknownTyping());
}

/** `box(a, b)`, `ball(r)`. */
export function checkSetCall(
  environment: Environment,
  expression: Call,
  callee: Name,
  name: SetName,
): Expression<Typed> {
  const rules = { name, parameters: SET_PARAMETERS[name], optional: 0, variadic: false, settings: {} };
  const args = checkArguments(environment, rules, callee.span, expression.arguments, (argument) =>
    checkExpression(environment, argument),
  );
  const level = latest(...args.positional.map((argument) => argument.note.level));
  const space = args.sound ? setSpace(environment, args.positional) : undefined;
  const note = space === undefined ? unknownTyping(level) : typing({ kind: "set", space }, level);
  const call = { kind: "library", name, arguments: args.positional, settings: {}, operator: null } as const;
  const typedCallee = named(callee, { kind: "library", name }, unknownTyping());
  return { ...expression, callee: typedCallee, arguments: args.tree, call, note };
}

/** The space that the bounds of a set fix; null where they are numbers; undefined where they are no bounds. */
function setSpace(environment: Environment, bounds: readonly Expression<Typed>[]): Space | null | undefined {
  let space: Space | null = null;
  for (const bound of bounds) {
    const own = expectValue(environment, bound, "A number or an array");
    if (own === null || !expectOrder(environment, bound, "box")) return undefined;
    if (isNumber(own)) continue;
    const joined: Space | null = space === null ? own : entrywiseSpace(environment, space, own);
    if (joined === null) return undefined;
    space = joined;
  }
  return space;
}
