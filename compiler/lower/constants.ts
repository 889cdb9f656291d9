import type { Expression } from "../ast/tree.ts";
import type { Typed } from "../types/typing.ts";
import { evaluate } from "../types/dimension.ts";
import { Limitation } from "./limitation.ts";
import type { Site } from "./site.ts";

/** A count that must be known when the program is compiled, rounded up; sizes have their defaults. */
export function constantNumber(site: Site, expression: Expression<Typed>): number {
  return Math.ceil(fold(site, expression));
}

function fold(site: Site, expression: Expression<Typed>): number {
  switch (expression.kind) {
    case "number":
      return expression.value;
    case "negate":
      return -fold(site, expression.operand);
    case "sum": {
      const sign = expression.operator === "-" ? -1 : 1;
      return fold(site, expression.left) + sign * fold(site, expression.right);
    }
    case "product": {
      const right = fold(site, expression.right);
      return expression.operator === "/"
        ? fold(site, expression.left) / right
        : fold(site, expression.left) * right;
    }
    case "name":
      return sizeOf(site, expression);
    default:
      throw new Limitation("a count that is not known when the program is compiled", expression.span);
  }
}

function sizeOf(site: Site, expression: Extract<Expression<Typed>, { kind: "name" }>): number {
  const { reference } = expression;
  if (reference.kind === "symbol" && reference.symbol.origin.kind === "size") {
    const dimension = site.program.layers?.sizes.get(reference.symbol.name);
    if (dimension !== undefined) {
      const known = evaluate(dimension, site.program.defaults);
      if (known !== null) return known;
    }
    const { initial, stands } = reference.symbol.origin;
    const known = stands === undefined ? null : evaluate(stands, site.program.defaults);
    if (known !== null) return known;
    if (initial !== null) return initial;
  }
  throw new Limitation(`the size \`${expression.name}\` as a count`, expression.span);
}
