import type { Operations } from "../arrays/operations.ts";
import { asArray, pairedParts } from "../arrays/layout.ts";
import type { ArrayValue, Value } from "../arrays/value.ts";
import { numbersFrom } from "../program/transfer.ts";

type Squares = readonly [difference: ArrayValue, next: ArrayValue, previous: ArrayValue];

const SQUARES = { difference: "(a - b)*(a - b)", next: "a*a", previous: "b*b" } as const;
const SUMS = { difference: "sum", next: "sum", previous: "sum" } as const;

/** Squares of |next - previous|, |next| and |previous| for each sample; of arrays, each is read once for all three. */
export function squares(operations: Operations, next: Value, previous: Value): Squares {
  if (next.kind === "product" && next.parts.length > 0) {
    const parts = pairedParts("change", next, previous).map(([a, b]) => squares(operations, a, b));
    return parts.reduce((a, b) => [
      plus(operations, a[0], b[0]),
      plus(operations, a[1], b[1]),
      plus(operations, a[2], b[2]),
    ]);
  }
  if (next.kind === "array" && previous.kind === "array" && next.field === previous.field) {
    const sums = operations.mapAll(SQUARES, { a: realEntries(next), b: realEntries(previous) }, SUMS);
    const { difference, next: after, previous: before } = sums;
    return [asArray("change", difference), asArray("change", after), asArray("change", before)];
  }
  const difference = operations.map("a - b", { a: next, b: previous });
  return [
    operations.dot(difference, difference),
    operations.dot(next, next),
    operations.dot(previous, previous),
  ];
}

function plus(operations: Operations, a: ArrayValue, b: ArrayValue): ArrayValue {
  return asArray("change", operations.map("a + b", { a, b }));
}

/** The entries of an array as real numbers, complex ones as their parts. */
function realEntries(array: ArrayValue): ArrayValue {
  const { field, shape } = array;
  return field === "real" ? array : { ...array, field: "real", shape: [...shape, 2] };
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
