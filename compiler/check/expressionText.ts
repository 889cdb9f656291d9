import { pieces } from "../ast/print/expressions.ts";
import { flat } from "../ast/print/pieces.ts";
import type { Expression, Stage } from "../ast/tree.ts";

/** An expression in the words of the language, in one line and without brackets around it, for messages. */
export function expressionText<S extends Stage>(expression: Expression<S>): string {
  return flat(pieces(unwrapped(expression)));
}

/** How tightly the operand of a sign binds; a looser one stands in brackets. */
export const operandOf = { sum: 6, product: 7, factor: 8, call: 10 } as const;

/** The text of an operand, in brackets where it binds more loosely than its place asks for. */
export function within<S extends Stage>(
  expression: Expression<S>,
  binding: (typeof operandOf)[keyof typeof operandOf],
): string {
  return flat(pieces(unwrapped(expression), binding));
}

function unwrapped<S extends Stage>(expression: Expression<S>): Expression<S> {
  const { parenthesised, ...bare } = expression;
  return parenthesised === true ? (bare as Expression<S>) : expression;
}
