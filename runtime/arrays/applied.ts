import type { Operator } from "../operators/operator.ts";
import type { Operations } from "./operations.ts";
import type { Value } from "./value.ts";

/**
 * A x, or A' x, that one elementwise expression reads and nobody else: computed within it where operator and engine
 * can, as finite differences are, and before it where they cannot.
 */
export interface Applied {
  readonly kind: "applied";
  readonly operator: Operator;
  readonly adjoint: boolean;
  readonly x: Value;
}

/** A x as an input of one expression. */
export const applied = (operator: Operator, x: Value): Applied => ({
  kind: "applied",
  operator,
  adjoint: false,
  x,
});

/** A' x as an input of one expression. */
export const appliedAdjoint = (operator: Operator, x: Value): Applied => ({
  kind: "applied",
  operator,
  adjoint: true,
  x,
});

/** The inputs of an expression as values. */
export function valuesOf(
  operations: Operations,
  inputs: Readonly<Record<string, Value | Applied>>,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [
      name,
      input.kind === "applied" ? valueOf(operations, input) : input,
    ]),
  );
}

function valueOf(operations: Operations, { operator, adjoint, x }: Applied): Value {
  const within = operator.differences?.(x, adjoint) ?? null;
  if (within !== null) return within;
  return adjoint ? operations.applyAdjoint(operator, x) : operations.apply(operator, x);
}
