import type { Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { symbolOf } from "../../library/calculus/analyse.ts";
import type { SettingRule } from "../../library/signature.ts";
import type { Span } from "../../source/span.ts";
import { valueType } from "../../types/type.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import { checkArguments } from "../calls/arguments.ts";
import { renameType, takes } from "../calls/functions.ts";
import { unknownCall } from "../calls/unknown.ts";
import { type Environment, latest, report } from "../context.ts";
import { checkExpression } from "../expression.ts";
import { named } from "../references.ts";
import { unknownTyping } from "../typed.ts";
import { instanceFor, solvedHeader, unknownOf } from "./header.ts";
import type { Callable } from "./instance.ts";

type Call = Extract<Expression, { kind: "call" }>;
type Name = Extract<Expression, { kind: "name" }>;

/** The argument that gives the weights of a program that is called. */
export const WEIGHTS = "weights";

/**
 * `P(A = A, y = y, weights = theta)`: a program called by name, its givens and inputs as named arguments. The types of
 * the arguments decide the sizes and spaces of its header; its output is the value.
 */
export function checkProgramCall(
  environment: Environment,
  expression: Call,
  callee: Name,
  symbol: Symbol,
): Expression<Typed> {
  const noted = named(callee, { kind: "symbol", symbol }, unknownTyping());
  const callable = environment.run.knowledge.callables.get(symbol);
  if (callable === undefined) {
    reportMethod(environment, symbol, callee.span);
    return unknownCall(environment, expression, noted, true);
  }
  const unnamed = expression.arguments.find(({ name }) => name === null);
  if (unnamed !== undefined) {
    const { givens, inputs } = callable.program;
    const names = [...givens.filter(({ initial }) => initial === null), ...inputs].map(
      ({ name }) => name.name,
    );
    report(environment, diagnose("IPX1023", unnamed.span, { program: callee.name, names }));
    return unknownCall(environment, expression, noted, true);
  }
  const rules = {
    name: callee.name,
    parameters: [],
    optional: 0,
    variadic: false,
    settings: argumentRules(callable),
  };
  const args = checkArguments(environment, rules, callee.span, expression.arguments, (argument) =>
    checkExpression(environment, argument),
  );
  const failed = (): Expression<Typed> => ({
    ...expression,
    callee: noted,
    arguments: args.tree,
    call: { kind: "unknown" },
    note: unknownTyping(latest(...Object.values(args.values).map(({ note }) => note.level))),
  });
  if (!args.sound) return failed();
  const key = `${expression.span.start}-${expression.span.end}`;
  if (!takesAll(environment, callable, noted, args.values, key)) return failed();
  const instance = instanceFor(environment, callable, solvedHeader(environment, callable, key), callee.span);
  if (instance === null) return failed();
  const weights = args.values[WEIGHTS] ?? null;
  if (weights !== null && instance.weights !== null) {
    const parameter = { name: WEIGHTS, type: valueType(instance.weights), bounds: null };
    if (!takes(environment, noted, parameter, weights)) return failed();
  }
  const { program } = instance;
  const given = [...program.givens, ...program.inputs].flatMap(({ declaration }) => {
    const own = symbolOf(declaration);
    const value = args.values[own.name];
    return value === undefined ? [] : [[own, value] as const];
  });
  const { note } = program.output.value;
  const level = latest(
    weights === null && program.learnables.length > 0 ? 2 : 0,
    ...Object.values(args.values).map((value) => value.note.level),
  );
  return {
    ...expression,
    callee: noted,
    arguments: args.tree,
    call: { kind: "program", of: instance.symbol, arguments: new Map(given), weights },
    note: { ...note, level, facts: [] },
  };
}

/** IPX1024 for a method, which has no functions until a problem supplies them; a faulty program has errors of its own. */
export function reportMethod(environment: Environment, symbol: Symbol, span: Span): void {
  const functions = environment.run.knowledge.methods.get(symbol);
  if (functions === undefined) return;
  report(environment, diagnose("IPX1024", span, { method: symbol.name, functions }, { method: symbol.span }));
}

/** A call gives every input, and every given without a default; the weights if they are others than the program's. */
function argumentRules({ program }: Callable): Readonly<Record<string, SettingRule>> {
  const rules: Record<string, SettingRule> = {};
  for (const given of program.givens) {
    rules[given.name.name] = { kind: "value", ...(given.initial === null ? { required: true } : {}) };
  }
  for (const input of program.inputs) rules[input.name.name] = { kind: "value", required: true };
  if (program.learnables.length > 0) rules[WEIGHTS] = { kind: "value" };
  return rules;
}

/** Whether each argument is what the program declares; the names of its header are unknowns of this call. */
export function takesAll(
  environment: Environment,
  { program, bounds: declared }: Callable,
  callee: Expression<Typed>,
  values: Readonly<Record<string, Expression<Typed>>>,
  key: string,
): boolean {
  const header = new Set(program.tree.parameters.map(({ name }) => name.name));
  let sound = true;
  for (const { declaration } of [...program.givens, ...program.inputs]) {
    const symbol = symbolOf(declaration);
    const value = values[symbol.name];
    if (value === undefined) continue;
    const type = renameType(symbol.typing.type, (name) => (header.has(name) ? unknownOf(key, name) : null));
    const bounds = declared.get(symbol) ?? null;
    sound = takes(environment, callee, { name: symbol.name, type, bounds }, value) && sound;
  }
  return sound;
}
