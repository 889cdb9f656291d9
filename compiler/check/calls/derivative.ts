import type { Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import type { Fact } from "../../types/property.ts";
import { productSpace } from "../../types/space.ts";
import { type Type, valueType } from "../../types/type.ts";
import type { Typed, Typing } from "../../types/typing.ts";
import { type Environment, latest, report } from "../context.ts";
import { describe } from "../expectations.ts";
import { checkExpression } from "../expression.ts";
import { expressionText } from "../expressionText.ts";
import { reportKinks } from "../gradients.ts";
import { meaningOf } from "../names.ts";
import { named } from "../references.ts";
import { hasProperty } from "../rules/functionProperties.ts";
import { resolveType, typing, unknownTyping } from "../typed.ts";
import type { ArrayCall } from "./arrays.ts";
import { checkArguments } from "./arguments.ts";
import { suits } from "./functions.ts";
import { unknownCall } from "./unknown.ts";

type Call = Extract<Expression, { kind: "call" }>;
type FunctionType = Extract<Type, { kind: "function" }>;

/** `derivative(F)`, and the name in it. */
interface Derivative {
  readonly call: Call;
  readonly name: Extract<Expression, { kind: "name" }>;
}

/** The call `derivative(F)` in `derivative(F)(x)`, or null. */
export function derivativeIn(environment: Environment, callee: Expression): Derivative | null {
  if (callee.kind !== "call" || callee.callee.kind !== "name" || callee.callee.name !== "derivative")
    return null;
  const meaning = meaningOf(environment, callee.callee.name, callee.callee.span);
  return meaning.kind === "library" ? { call: callee, name: callee.callee } : null;
}

/** `derivative(F)(x) : linear X -> Y`; of a gradient it is self-adjoint, and positive where the function is convex. */
export function checkDerivative(
  environment: Environment,
  expression: Call,
  { call: callee, name: written }: Derivative,
): Expression<Typed> {
  const rules = { name: "derivative", parameters: ["F"], optional: 0, variadic: false, settings: {} };
  const made = checkArguments(environment, rules, written.span, callee.arguments, (argument) =>
    checkExpression(environment, argument),
  );
  const name = named(written, { kind: "library", name: "derivative" }, unknownTyping());
  const typedCallee: Expression<Typed> = {
    ...callee,
    callee: name,
    arguments: made.tree,
    call: { kind: "unknown" },
    note: unknownTyping(),
  };
  const [of] = made.positional;
  const type = of === undefined ? null : resolveType(environment.run, of.note.type);
  if (!made.sound || of === undefined || type === null || type.kind === "unknown")
    return unknownCall(environment, expression, typedCallee);
  if (type.kind !== "function" || type.higher !== undefined) {
    const wanted = "a function or a map between spaces";
    const args = { callee: "derivative", parameter: "F", wanted, actual: describe(environment, type) };
    report(environment, diagnose("IPX2008", of.span, args));
    return unknownCall(environment, expression, typedCallee);
  }
  if (reportKinks(environment, of.span, of)) return unknownCall(environment, expression, typedCallee);
  return atPoint(environment, expression, typedCallee, of, type);
}

function atPoint(
  environment: Environment,
  expression: Call,
  callee: Expression<Typed>,
  of: Expression<Typed>,
  type: FunctionType,
): Expression<Typed> {
  const name = expressionText(callee);
  const parameters = type.parameters.map((_, index) =>
    type.parameters.length === 1 ? "x" : `x${index + 1}`,
  );
  const rules = { name, parameters, optional: 0, variadic: false, settings: {} };
  const args = checkArguments(environment, rules, callee.span, expression.arguments, (argument) =>
    checkExpression(environment, argument),
  );
  let { sound } = args;
  type.parameters.forEach((space, index) => {
    const point = args.positional[index];
    if (point === undefined || !sound) return;
    const actual = resolveType(environment.run, point.note.type);
    if (suits(environment, actual, valueType(space))) return;
    sound = false;
    const wanted = describe(environment, valueType(space));
    const words = {
      callee: name,
      parameter: parameters[index] ?? "x",
      wanted,
      actual: describe(environment, actual),
    };
    report(environment, diagnose("IPX2008", point.span, words));
  });
  const level = latest(of.note.level, ...args.positional.map(({ note }) => note.level));
  const domain = productSpace(type.parameters);
  const operator: Type = { kind: "operator", domain, codomain: type.result };
  const note = sound ? typing(operator, level, null, factsOf(environment, of)) : unknownTyping(level);
  return {
    ...expression,
    callee,
    arguments: args.tree,
    call: { kind: "derivative", of, point: args.positional },
    note,
  };
}

/** What is known of a derivative: that of a gradient is a Hessian. */
function factsOf(environment: Environment, of: Expression<Typed>): readonly Fact[] {
  if (of.kind !== "gradient") return [];
  const proved = { bound: null, provenance: "proved", evidence: [of.span] } as const;
  const symmetric: Fact = { property: "symmetric", ...proved };
  const convex = hasProperty(environment.run.knowledge, of.of, "convex", null);
  return convex ? [symmetric, { property: "positive", ...proved }] : [symmetric];
}

/** `derivative(F)` without the point at which it is taken. */
export function checkUnappliedDerivative({ environment, args, callee, level }: ArrayCall): Typing {
  const [of] = args.positional;
  const name = of === undefined ? "F" : expressionText(of);
  report(environment, diagnose("IPX2036", callee.span, { name }));
  return unknownTyping(level);
}
