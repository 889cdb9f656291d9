import type { Expression, Stage } from "./tree.ts";

/** The expressions directly inside an expression. */
export function partsOf<S extends Stage>(expression: Expression<S>): readonly Expression<S>[] {
  switch (expression.kind) {
    case "number":
    case "string":
    case "truth":
    case "infinity":
    case "name":
    case "old":
      return [];
    case "gradient":
      return [expression.of];
    case "tuple":
      return expression.entries;
    case "negate":
    case "not":
    case "adjoint":
      return [expression.operand];
    case "sum":
    case "product":
    case "comparison":
    case "logical":
      return [expression.left, expression.right];
    case "power":
      return [expression.base, expression.exponent];
    case "pipe":
      return [expression.value, expression.into];
    case "conditional":
      return [expression.condition, expression.consequent, expression.alternative];
    case "call":
      return [
        expression.callee,
        ...expression.arguments.flatMap(({ value }) => (value.kind === "targetCall" ? [] : [value])),
      ];
    case "index":
      return [expression.operand, ...expression.indices];
  }
}
