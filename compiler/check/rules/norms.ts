import type { Expression } from "../../ast/tree.ts";
import { modulus } from "../../types/interval.ts";
import type { Typed } from "../../types/typing.ts";
import type { Knowledge } from "../context.ts";

/** An upper bound of the norm of an operator that follows from its parts; null where none does. */
export function provedNorm(knowledge: Knowledge, operator: Expression<Typed>): number | null {
  const stated = operator.note.facts.find(({ property, bound }) => property === "norm" && bound !== null);
  if (stated !== undefined) return stated.bound;
  switch (operator.kind) {
    case "name": {
      if (operator.reference.kind !== "symbol") return null;
      const definition = knowledge.definitions.get(operator.reference.symbol);
      return definition?.kind === "let" ? provedNorm(knowledge, definition.initial) : null;
    }
    case "adjoint":
    case "negate":
      return provedNorm(knowledge, operator.operand);
    case "sum":
      return combine(
        provedNorm(knowledge, operator.left),
        provedNorm(knowledge, operator.right),
        (a, b) => a + b,
      );
    case "product":
      return normOfProduct(knowledge, operator);
    default:
      return null;
  }
}

function normOfProduct(
  knowledge: Knowledge,
  operator: Extract<Expression<Typed>, { kind: "product" }>,
): number | null {
  if (operator.product === "compose") {
    return combine(
      provedNorm(knowledge, operator.left),
      provedNorm(knowledge, operator.right),
      (a, b) => a * b,
    );
  }
  if (operator.product !== "scaleOperator") return null;
  if (operator.operator === "/") {
    return combine(
      provedNorm(knowledge, operator.left),
      smallest(operator.right),
      (norm, number) => norm / number,
    );
  }
  return combine(
    largest(operator.left),
    provedNorm(knowledge, operator.right),
    (number, norm) => number * norm,
  );
}

function largest(number: Expression<Typed>): number | null {
  return number.note.interval === null ? null : modulus(number.note.interval).high;
}

function smallest(number: Expression<Typed>): number | null {
  return number.note.interval === null ? null : modulus(number.note.interval).low;
}

function combine(a: number | null, b: number | null, how: (a: number, b: number) => number): number | null {
  if (a === null || b === null) return null;
  const bound = how(a, b);
  return Number.isFinite(bound) ? bound : null;
}
