import type { ComparisonOperator, Expression } from "../../ast/tree.ts";
import type { Typed } from "../../types/typing.ts";
import type { Scalar } from "../scalar/polynomial.ts";
import { type Context, isNumberType } from "./context.ts";
import { inlined, scalarOf } from "./numbers.ts";

/** `left operator right`, with numbers on both sides. */
export interface Comparison {
  readonly left: Scalar;
  readonly operator: ComparisonOperator;
  readonly right: Scalar;
}

/** The comparisons that a condition asks for together; null where it is anything else. Calls are looked into. */
export function comparisonsOf(context: Context, condition: Expression<Typed>): readonly Comparison[] | null {
  switch (condition.kind) {
    case "comparison": {
      const { left, right, operator } = condition;
      if (!isNumberType(left.note.type) || !isNumberType(right.note.type)) return null;
      return [{ left: scalarOf(context, left), operator, right: scalarOf(context, right) }];
    }
    case "logical": {
      if (condition.operator !== "and") return null;
      const left = comparisonsOf(context, condition.left);
      const right = comparisonsOf(context, condition.right);
      return left && right && [...left, ...right];
    }
    case "call": {
      const body = condition.call.kind === "function" ? inlined(context, condition.call) : null;
      return body && comparisonsOf(body.context, body.value);
    }
    default:
      return null;
  }
}
