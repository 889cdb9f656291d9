import type { LibrarySettings } from "../../../../runtime/operators/library.ts";
import { entryOf, indexAt, type ReferenceArray, type ReferenceOperator } from "../array.ts";
import { operatorOfRows, type Term } from "./rows.ts";

/** Convolution of the first two axes with a kernel, centred at its middle. */
export function blur(
  shape: readonly number[],
  settings: LibrarySettings,
  kernel: ReferenceArray,
): ReferenceOperator {
  const boundary = String(settings["boundary"] ?? "periodic");
  return operatorOfRows({
    domain: shape,
    codomain: shape,
    row: (index) =>
      Array.from({ length: kernel.re.length }, (_, flat): Term | null => {
        const offsets = indexAt(kernel.shape, flat);
        const source = index.map((i, axis) => {
          const offset = offsets[axis];
          if (offset === undefined) return i;
          return folded(i - offset + Math.floor((kernel.shape[axis] ?? 1) / 2), shape[axis] ?? 1, boundary);
        });
        return source.includes(-1) ? null : { index: source, weight: entryOf(kernel, flat) };
      }).filter((term) => term !== null),
  });
}

function folded(i: number, n: number, boundary: string): number {
  if (boundary === "periodic") return ((i % n) + n) % n;
  if (i >= 0 && i < n) return i;
  if (boundary === "reflect") return i < 0 ? -i : 2 * n - 2 - i;
  if (boundary === "neumann") return i < 0 ? -1 - i : 2 * n - 1 - i;
  return -1;
}
