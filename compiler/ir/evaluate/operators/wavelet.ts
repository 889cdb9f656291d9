import type { LibrarySettings } from "../../../../runtime/operators/library.ts";
import { LOWPASS } from "../../../../runtime/operators/wavelets/waveletFilters.ts";
import type { ReferenceOperator } from "../array.ts";
import { composed, operatorOfRows, weight } from "./rows.ts";

/**
 * The periodic orthonormal wavelet transform over the first axes: averages in the first corner, details of each
 * level around them. Row k of a level has tap j at column (2k + F/2 - j) mod n. With symmetric boundaries the one whose
 * rows k have tap j at the point 2k + 1 - j of the mirrored signal.
 */
export function wavelet(shape: readonly number[], settings: LibrarySettings): ReferenceOperator {
  const low = new Map<string, readonly number[]>(Object.entries(LOWPASS)).get(
    String(settings["name"] ?? "haar"),
  );
  if (low === undefined) throw new Error(`the reference has no wavelet ${String(settings["name"])}`);
  const levels = Number(settings["levels"] ?? 3);
  if (settings["boundary"] === "symmetric") return symmetric(shape, low, levels, axesOf(shape, settings));
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

/** One level of symmetric wavelets on all that came before it: where its details begin, and its rows as vectors. */
interface Band {
  readonly offset: number;
  readonly averages: readonly (readonly number[])[];
  readonly details: readonly (readonly number[])[];
}

/** Blocks of tensor products: of the finest level that an index reaches into, averages or details along each axis. */
function symmetric(
  shape: readonly number[],
  low: readonly number[],
  levels: number,
  axes: number,
): ReferenceOperator {
  const bands = shape.slice(0, axes).map((extent) => bandsOf(extent, low, levels));
  const more = levels * (low.length - 2);
  return operatorOfRows({
    domain: shape,
    codomain: shape.map((extent, axis) => (axis < axes ? extent + more : extent)),
    row: (index) => {
      const finest = Math.min(
        ...bands.map((of, axis) => {
          const at = of.findIndex(({ offset }) => (index[axis] ?? 0) >= offset);
          return at < 0 ? levels - 1 : at;
        }),
      );
      let terms: readonly { readonly index: readonly number[]; readonly weight: number }[] = [
        { index, weight: 1 },
      ];
      bands.forEach((of, axis) => {
        const { offset = 0, averages = [], details = [] } = of[finest] ?? {};
        const i = index[axis] ?? 0;
        const vector = (i >= offset ? details[i - offset] : averages[i]) ?? [];
        terms = terms.flatMap((term) =>
          vector.flatMap((tap, column) =>
            tap === 0
              ? []
              : [
                  {
                    index: term.index.map((old, a) => (a === axis ? column : old)),
                    weight: term.weight * tap,
                  },
                ],
          ),
        );
      });
      return terms.map((term) => ({ index: term.index, weight: weight(term.weight) }));
    },
  });
}

/** The levels of one axis, the finest first, as rows on the n points of the signal. */
function bandsOf(n: number, low: readonly number[], levels: number): readonly Band[] {
  const length = low.length;
  const high = low.map((_, j) => (j % 2 === 0 ? -1 : 1) * (low[length - 1 - j] ?? 0));
  let signal: readonly (readonly number[])[] = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (__, j) => (i === j ? 1 : 0)),
  );
  return Array.from({ length: levels }, (_, level): Band => {
    const points = signal;
    const count = Math.floor((points.length + length - 1) / 2);
    const filtered = (filter: readonly number[]): readonly (readonly number[])[] =>
      Array.from({ length: count }, (__, k) =>
        Array.from({ length: n }, (___, column) =>
          filter.reduce(
            (sum, tap, j) => sum + tap * (points[reflected(2 * k + 1 - j, points.length)]?.[column] ?? 0),
            0,
          ),
        ),
      );
    signal = filtered(low);
    return { offset: count + (levels - 1 - level) * (length - 2), averages: signal, details: filtered(high) };
  });
}

function reflected(index: number, n: number): number {
  if (index < 0) return reflected(-1 - index, n);
  return index < n ? index : reflected(2 * n - 1 - index, n);
}
