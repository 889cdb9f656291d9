import type { Expression } from "../ast/tree.ts";
import type { Typed } from "../types/typing.ts";
import { operandOf, within } from "./expressionText.ts";

/** The adjoint of an operator's expression as a user would write it: `A'`, `0.1*A'`, `B'*A'`; null if it is none. */
export function adjointText(expression: Expression<Typed>): string | null {
  switch (expression.kind) {
    case "name":
    case "index":
    case "call":
      return `${within(expression, operandOf.call)}'`;
    case "adjoint":
      return within(expression.operand, operandOf.call);
    case "product":
      return adjointOfProduct(expression);
    case "sum":
      return `${within(expression, operandOf.call)}'`;
    default:
      return null;
  }
}

function adjointOfProduct(expression: Extract<Expression<Typed>, { kind: "product" }>): string | null {
  const left = adjointText(expression.left);
  const right = adjointText(expression.right);
  switch (expression.product) {
    case "scaleOperator":
      if (expression.operator === "/")
        return left === null ? null : `${left}/${within(expression.right, operandOf.factor)}`;
      return right === null ? null : `${within(expression.left, operandOf.product)}*${right}`;
    case "compose":
      return left === null || right === null ? null : `${right}*${left}`;
    default:
      return null;
  }
}
