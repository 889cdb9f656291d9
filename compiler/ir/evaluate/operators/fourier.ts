import type { LibrarySettings } from "../../../../runtime/operators/library.ts";
import { type ReferenceArray, type ReferenceOperator, type ReferenceValue } from "../array.ts";
import { applyElementwise } from "../elementwise.ts";
import { composed, operatorOfRows } from "./rows.ts";

/** The unitary discrete Fourier transform over some axes, by its sums. */
export function fourier(shape: readonly number[], settings: LibrarySettings): ReferenceOperator {
  const chosen = settings["axes"] ?? settings["axis"] ?? [0, 1].slice(0, Math.min(2, shape.length));
  const axes = typeof chosen === "object" ? chosen : [Number(chosen)];
  return composed(axes.map((axis) => alongAxis(shape, axis, settings["centred"] === true)));
}

/** x -> Re F'(d .* F x) of real x, with the transform F of the same settings. */
export function fourierMultiplier(
  shape: readonly number[],
  settings: LibrarySettings,
  d: ReferenceArray,
): ReferenceOperator {
  const transform = fourier(shape, settings);
  const times = (x: ReferenceValue, factors: ReferenceValue): ReferenceValue => {
    const spectrum = transform.apply(applyElementwise("complex", [x]));
    return applyElementwise("real", [transform.adjoint(applyElementwise("mul", [factors, spectrum]))]);
  };
  const largest = d.re.reduce((most, re, i) => Math.max(most, Math.hypot(re, d.im?.[i] ?? 0)), 0);
  return {
    kind: "operator",
    apply: (x) => times(x, d),
    adjoint: (y) => times(y, applyElementwise("conj", [d])),
    norm: largest,
  };
}

function alongAxis(shape: readonly number[], axis: number, centred: boolean): ReferenceOperator {
  const n = shape[axis] ?? 1;
  const middle = centred ? Math.floor(n / 2) : 0;
  return operatorOfRows({
    domain: shape,
    codomain: shape,
    row: (index) =>
      Array.from({ length: n }, (_, j) => {
        const angle = (-2 * Math.PI * (j - middle) * ((index[axis] ?? 0) - middle)) / n;
        const weight = { re: Math.cos(angle) / Math.sqrt(n), im: Math.sin(angle) / Math.sqrt(n) };
        return { index: index.map((i, a) => (a === axis ? j : i)), weight };
      }),
  });
}
