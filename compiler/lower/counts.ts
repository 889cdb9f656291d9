import type { ElementwiseExpression, ElementwiseFunction } from "../../runtime/arrays/expression.ts";
import { print } from "../../runtime/arrays/print.ts";
import type { Count, Target } from "../../runtime/program/definition.ts";
import type { Expression } from "../ast/tree.ts";
import type { CheckedTarget } from "../check/program.ts";
import type { Definitions } from "../library/calculus/analyse.ts";
import type { Symbol, Typed } from "../types/typing.ts";
import { Limitation } from "./limitation.ts";

/** A target with the counts that sizes or givens decide as expressions of these (docs/language.md, section 7). */
export function withCounts(
  { target, stepsParameter, counts }: CheckedTarget,
  definitions: Definitions,
): Target {
  const text = (count: Expression<Typed> | undefined, otherwise: Count, sizesAlone = false): Count =>
    count === undefined ? otherwise : print(countExpression(count, definitions, sizesAlone));
  switch (target.kind) {
    case "direct":
      return target;
    case "solver":
      return {
        ...target,
        maximum: text(counts.maximum, target.maximum),
        every: text(counts.every, target.every),
      };
    case "equilibrium":
      return { ...target, maximum: text(counts.maximum, target.maximum) };
    case "unrolled":
      return stepsParameter === null
        ? { ...target, steps: text(counts.steps, target.steps, true) }
        : { ...target, size: stepsParameter };
  }
}

function countExpression(
  expression: Expression<Typed>,
  definitions: Definitions,
  sizesAlone: boolean,
): ElementwiseExpression {
  const part = (inner: Expression<Typed>): ElementwiseExpression =>
    countExpression(inner, definitions, sizesAlone);
  const apply = (
    name: ElementwiseFunction,
    ...inner: readonly Expression<Typed>[]
  ): ElementwiseExpression => ({
    kind: "apply",
    function: name,
    arguments: inner.map(part),
  });
  switch (expression.kind) {
    case "number":
      return { kind: "constant", value: expression.value };
    case "negate":
      return apply("neg", expression.operand);
    case "sum":
      return apply(expression.operator === "-" ? "sub" : "add", expression.left, expression.right);
    case "product":
      return apply(expression.operator === "/" ? "div" : "mul", expression.left, expression.right);
    case "power":
      return apply("pow", expression.base, expression.exponent);
    case "name": {
      const { reference } = expression;
      if (reference.kind !== "symbol") break;
      const definition = definitions.get(reference.symbol);
      if (definition?.kind === "let") return part(definition.initial);
      if (isKnown(reference.symbol, sizesAlone)) return { kind: "input", name: reference.symbol.name };
      break;
    }
    case "call": {
      const { call } = expression;
      if (call.kind === "library" && (call.name === "max" || call.name === "min")) {
        return apply(call.name, ...call.arguments);
      }
      break;
    }
    default:
  }
  throw new Limitation("a count of this form", expression.span);
}

function isKnown({ origin }: Symbol, sizesAlone: boolean): boolean {
  return origin.kind === "size" || (origin.kind === "given" && !sizesAlone);
}
