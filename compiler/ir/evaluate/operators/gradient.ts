import type { LibrarySettings } from "../../../../runtime/operators/library.ts";
import type { ReferenceOperator } from "../array.ts";
import { operatorOfRows, weight, type Term } from "./rows.ts";

/** Forward differences over the first axes, on a new last axis. */
export function gradient(shape: readonly number[], settings: LibrarySettings): ReferenceOperator {
  const axes = Number(settings["axes"] ?? Math.min(2, shape.length));
  const boundary = settings["boundary"] ?? "neumann";
  return operatorOfRows({
    domain: shape,
    codomain: [...shape, axes],
    row: (full) => {
      const index = full.slice(0, -1);
      const axis = full.at(-1) ?? 0;
      const n = shape[axis] ?? 1;
      const next = (index[axis] ?? 0) + 1;
      const here: Term = { index, weight: weight(-1) };
      const moved: Term = { index: index.map((i, a) => (a === axis ? next % n : i)), weight: weight(1) };
      if (next < n || boundary === "periodic") return [moved, here];
      return boundary === "zero" ? [here] : [];
    },
  });
}
