import { entryOf, flatIndex, type ReferenceArray, type ReferenceOperator } from "../array.ts";
import { operatorOfRows } from "./rows.ts";

/** x times the entries d over the first axes. */
export function diagonal(shape: readonly number[], entries: ReferenceArray): ReferenceOperator {
  return operatorOfRows({
    domain: shape,
    codomain: shape,
    row: (index) => [
      { index, weight: entryOf(entries, flatIndex(entries.shape, index.slice(0, entries.shape.length))) },
    ],
  });
}
