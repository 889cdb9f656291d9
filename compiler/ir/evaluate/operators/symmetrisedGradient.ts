import type { LibrarySettings } from "../../../../runtime/operators/library.ts";
import type { ReferenceOperator } from "../array.ts";
import { gradient } from "./gradient.ts";
import { composed, operatorOfRows, weight } from "./rows.ts";

/** The symmetric part of the differences of a field: both diagonal entries, then the sum of the others over sqrt(2). */
export function symmetrisedGradient(shape: readonly number[], settings: LibrarySettings): ReferenceOperator {
  const half = weight(Math.SQRT1_2);
  const symmetric = operatorOfRows({
    domain: [...shape, 2],
    codomain: [...shape.slice(0, 2), 3],
    row: ([i = 0, j = 0, k = 0]) =>
      k < 2
        ? [{ index: [i, j, k, k], weight: weight(1) }]
        : [
            { index: [i, j, 0, 1], weight: half },
            { index: [i, j, 1, 0], weight: half },
          ],
  });
  return composed([gradient(shape, { ...settings, axes: 2 }), symmetric]);
}
