import type { Expression } from "../../ast/tree.ts";
import type { CallMeaning, Symbol, Typed, Typing } from "../../types/typing.ts";
import type { Environment } from "../context.ts";
import { checkExpression } from "../expression.ts";
import { unknownTyping } from "../typed.ts";

type Call = Extract<Expression, { kind: "call" }>;

/** A call of which nothing is known; its arguments are checked for faults of their own. */
export function unknownCall(
  environment: Environment,
  expression: Call,
  callee: Expression<Typed>,
  silent = false,
): Expression<Typed> {
  const inner = silent ? { ...environment, silent: true } : environment;
  const args = expression.arguments.map((argument) => {
    if (argument.value.kind === "targetCall")
      return { ...argument, value: { ...argument.value, arguments: [] } };
    const word = argument.name !== null && argument.value.kind === "name";
    return { ...argument, value: checkExpression(word ? { ...inner, silent: true } : inner, argument.value) };
  });
  const call: CallMeaning = { kind: "unknown" };
  return {
    ...expression,
    callee,
    arguments: args,
    call,
    note: unknownTyping(environment.place === "step" ? 4 : 0),
  };
}

/** The note and meaning of a call, for rules that make both. */
export interface CallResult {
  readonly call: CallMeaning;
  readonly note: Typing;
}

/** Whether a symbol stands for a network or a given map. */
export function isMapSymbol(symbol: Symbol): boolean {
  const { kind } = symbol.origin;
  return kind === "learn" || kind === "given" || kind === "input";
}
