import type { Operations } from "../arrays/operations.ts";
import type { Value } from "../arrays/value.ts";

/** How much of a running average stays at each batch. */
const KEPT = 0.9;

/**
 * A running average after the batches of an update: `distances` is the sum of its distances to their statistics, and
 * `batches` minus their number n. It moves to the mean of the n statistics by 1 - 0.9^n, as by n batches of it one after
 * another; a count of batches (`batches` null) grows by n.
 */
export function averaged(
  operations: Operations,
  average: Value,
  distances: Value,
  batches: Value | null,
): Value {
  if (batches === null) return operations.map("a - d", { a: average, d: distances });
  return operations.map(`a + d*(1 - exp(${-Math.log(KEPT)}*n))/n`, { a: average, d: distances, n: batches });
}
