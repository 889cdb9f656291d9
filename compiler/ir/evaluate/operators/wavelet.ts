import type { LibrarySettings } from "../../../../runtime/operators/library.ts";
import type { ReferenceOperator } from "../array.ts";
import { composed, operatorOfRows, weight } from "./rows.ts";

/**
 * Lowpass analysis filters in PyWavelets' order. Source: Daubechies, Ten Lectures on Wavelets, SIAM 1992, table 6.3.
 */
const LOWPASS: Readonly<Record<string, readonly number[]>> = {
  haar: [Math.SQRT1_2, Math.SQRT1_2],
  db4: [
    -0.010597401785069032, 0.0328830116668852, 0.030841381835560764, -0.18703481171909309,
    -0.027983769416859854, 0.6308807679298589, 0.7148465705529157, 0.2303778133088965,
  ],
  sym4: [
    -0.07576571478950221, -0.029635527646002493, 0.497618667632775, 0.8037387518051321, 0.29785779560530606,
    -0.09921954357663353, -0.012603967262031304, 0.032223100604051466,
  ],
};

/**
 * The periodic orthonormal wavelet transform over the first two axes: averages in the first corner, details of each
 * level around them. Row k of a level has tap j at column (2k + F/2 - j) mod n.
 */
export function wavelet(shape: readonly number[], settings: LibrarySettings): ReferenceOperator {
  const low = LOWPASS[String(settings["name"] ?? "haar")];
  if (low === undefined) throw new Error(`the reference has no wavelet ${String(settings["name"])}`);
  const levels = Number(settings["levels"] ?? 3);
  return composed(Array.from({ length: levels }, (_, level) => oneLevel(shape, low, 2 ** level)));
}

function oneLevel(shape: readonly number[], low: readonly number[], factor: number): ReferenceOperator {
  const axes = Math.min(2, shape.length);
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
