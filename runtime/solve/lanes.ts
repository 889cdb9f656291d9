import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue, Value } from "../arrays/value.ts";
import { numbersFrom } from "../program/transfer.ts";

/** Squares of |next - previous|, |next| and |previous| for each sample. */
export function squares(
  operations: Operations,
  next: Value,
  previous: Value,
): readonly [difference: ArrayValue, next: ArrayValue, previous: ArrayValue] {
  const difference = operations.map("a - b", { a: next, b: previous });
  return [
    operations.dot(difference, difference),
    operations.dot(next, next),
    operations.dot(previous, previous),
  ];
}

/** |x|^2 for each sample. */
export function squareOf(operations: Operations, x: Value): ArrayValue {
  return operations.dot(x, x);
}

/**
 * The `change` of the language: |next - previous| / max(|next|, |previous|), 0 where both are 0; from the squares.
 */
export function change(difference: number, next: number, previous: number): number {
  const scale = Math.max(next, previous);
  return scale === 0 ? 0 : Math.sqrt(difference / scale);
}

/** A mask on the engine: 1 for the samples that the list names. */
export function maskOf(operations: Operations, lanes: readonly boolean[], batch: number | null): ArrayValue {
  return numbersFrom(
    operations,
    Float64Array.from(lanes, (lane) => (lane ? 1 : 0)),
    batch,
  );
}
