import { asArray } from "../../arrays/layout.ts";
import type { Operations } from "../../arrays/operations.ts";
import type { ArrayValue, Value } from "../../arrays/value.ts";
import type { Operator } from "../operator.ts";

/**
 * A[i] x, for indices along the first axis of the codomain of A: a product with those rows where the operator has
 * access to them, else the rows of A x.
 */
export function applyRows(operations: Operations, operator: Operator, indices: Value, x: Value): Value {
  return operator.rows === undefined
    ? operations.rows(operator.apply(operations, x), indices)
    : operator.rows.apply(operations, indicesOf(indices), x);
}

/** A[i]' y: the adjoint of `applyRows`. */
export function applyRowsAdjoint(
  operations: Operations,
  operator: Operator,
  indices: Value,
  y: Value,
): Value {
  return operator.rows === undefined
    ? operator.adjoint(operations, operations.placeRows(y, indices, operator.codomain))
    : operator.rows.adjoint(operations, indicesOf(indices), y);
}

function indicesOf(indices: Value): ArrayValue {
  return asArray("rows of an operator", indices);
}
