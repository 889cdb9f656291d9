import type { LibrarySettings } from "../../../../runtime/operators/library.ts";
import { LOWPASS } from "../../../../runtime/operators/waveletFilters.ts";
import type { ReferenceOperator } from "../array.ts";
import { composed, operatorOfRows, weight } from "./rows.ts";

/**
 * The periodic orthonormal wavelet transform over the first axes: averages in the first corner, details of each
 * level around them. Row k of a level has tap j at column (2k + F/2 - j) mod n.
 */
export function wavelet(shape: readonly number[], settings: LibrarySettings): ReferenceOperator {
  const low = new Map<string, readonly number[]>(Object.entries(LOWPASS)).get(
    String(settings["name"] ?? "haar"),
  );
  if (low === undefined) throw new Error(`the reference has no wavelet ${String(settings["name"])}`);
  const levels = Number(settings["levels"] ?? 3);
  return composed(
    Array.from({ length: levels }, (_, level) => oneLevel(shape, low, 2 ** level, axesOf(shape, settings))),
  );
}

function axesOf(shape: readonly number[], settings: LibrarySettings): number {
  return Math.min(Number(settings["axes"] ?? 2), shape.length);
}

function oneLevel(
  shape: readonly number[],
  low: readonly number[],
  factor: number,
  axes: number,
): ReferenceOperator {
  const corner = shape.slice(0, axes).map((extent) => extent / factor);
  return operatorOfRows({
    domain: shape,
    codomain: shape,
    row: (index) => {
      const inside = corner.every((extent, axis) => (index[axis] ?? 0) < extent);
      if (!inside) return [{ index, weight: weight(1) }];
      let terms: readonly { readonly index: readonly number[]; readonly weight: number }[] = [
        { index, weight: 1 },
      ];
      corner.forEach((extent, axis) => {
        terms = terms.flatMap((term) =>
          taps(low, index[axis] ?? 0, extent).map(([column, tap]) => ({
            index: term.index.map((i, a) => (a === axis ? column : i)),
            weight: term.weight * tap,
          })),
        );
      });
      return terms.map((term) => ({ index: term.index, weight: weight(term.weight) }));
    },
  });
}

function taps(low: readonly number[], row: number, n: number): readonly (readonly [number, number])[] {
  const length = low.length;
  const detail = row >= n / 2;
  const k = detail ? row - n / 2 : row;
  return low.map((tap, j) => {
    const value = detail ? (j % 2 === 0 ? -1 : 1) * (low[length - 1 - j] ?? 0) : tap;
    return [(((2 * k + length / 2 - j) % n) + n) % n, value] as const;
  });
}
