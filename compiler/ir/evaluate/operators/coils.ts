import { entryOf, flatIndex, type ReferenceArray, type ReferenceOperator } from "../array.ts";
import { operatorOfRows } from "./rows.ts";

/** x times each sensitivity map, on a new last axis. */
export function coils(shape: readonly number[], maps: ReferenceArray): ReferenceOperator {
  return operatorOfRows({
    domain: shape,
    codomain: maps.shape,
    row: (index) => [{ index: index.slice(0, -1), weight: entryOf(maps, flatIndex(maps.shape, index)) }],
  });
}
