import { asArray } from "../arrays/layout.ts";
import type { Operations } from "../arrays/operations.ts";
import type { ArrayValue } from "../arrays/value.ts";
import { closedForm, productBound } from "./bounds.ts";
import { defineOperator } from "./define.ts";
import { measuredNorm } from "./norm.ts";
import type { Operator } from "./operator.ts";
import { OperatorError } from "./operatorError.ts";
import { projections } from "./projections.ts";
import { rampFilter } from "./rampFilter.ts";
import type { RampWindow } from "./library.ts";

/** Filtered views are interpolated to cells of at most so many pixels, so that back-projection leaves no gaps. */
const FINEST = 0.25;

/**
 * `filtered_backprojection(A; filter = ramp)` for the A of `radon`: R[v, d, r] -> R[h, w, r], the inversion formula on
 * a grid. Each view is filtered by the ramp, times a window, and interpolated to cells of a quarter of a pixel by its
 * Fourier series (rampFilter.ts), then back-projected by the adjoint for such cells. A view counts as much as half of
 * the angles to its neighbours, modulo half a turn; see `viewWeights`. Norm: a product of closed forms, or the
 * probabilistic bound where that says more.
 * Source: Kak and Slaney, Principles of Computerized Tomographic Imaging, 1988, chapter 3.
 * @throws OperatorError IPX8207 for an operator that is no `radon`
 */
export function filteredBackprojection(operations: Operations, of: Operator, window: RampWindow): Operator {
  const { domain, codomain } = of;
  const geometries = (of.geometries ?? []).filter(({ fan }) => fan === null);
  const [first] = geometries;
  if (first === undefined || domain.kind !== "array" || codomain.kind !== "array") throw notRadon(of);
  const { detectors, spacing } = first;
  const pieces = Math.max(1, Math.ceil(spacing / FINEST - 1e-9));
  const fine = { detectors: pieces * (detectors - 1) + 1, spacing: spacing / pieces };
  const text = `filtered_backprojection(${of.text}, filter = ${window})`;
  const finer = geometries.map((geometry) => ({ ...geometry, ...fine }));
  const back = projections(operations, text, domain, finer);
  const filter = rampFilter(operations, detectors, pieces, window);
  const shares = geometries.map(({ angles }) => viewWeights(angles).map((weight) => weight / pieces));
  const weights = weightsValue(operations, shares, codomain.shape.length);
  const operator: Operator = defineOperator({
    text,
    domain: codomain,
    codomain: domain,
    handles: [...filter.handles, weights.handle],
    norm: () => {
      const factor = closedForm(Math.max(0, ...shares.flat()) * filter.norm);
      return measuredNorm(operations, operator, productBound(factor, back.norm));
    },
    properties: () => [],
    apply: (using, y) => {
      const weighted = asArray(text, using.map("w*y", { w: weights, y }));
      return back.adjoint(using, filter.apply(using, weighted));
    },
    adjoint: (using, x) => {
      const views = filter.adjoint(using, asArray(text, back.apply(using, x)));
      return using.map("w*y", { w: weights, y: views });
    },
  });
  return operator;
}

function notRadon({ text, geometries }: Operator): OperatorError {
  const isFan = geometries !== undefined;
  return new OperatorError("IPX8207", {
    what: `\`${text}\` has no filtered back-projection.`,
    why: isFan
      ? "Fan beams want other weights, which are not there yet."
      : "It is known for the operators of `radon`, as they are: no multiples, parts or products.",
    hint: isFan
      ? "Take `solve(A'*A + rho*I, A'*y)`, or rebin the data to parallel beams."
      : "Bind `A = radon(angles, detectors = d)`.",
  });
}

/** Gaps between neighbouring angles that are so many times the median one were left out, and do not count. */
const MISSING = 3;

/**
 * What each view of parallel beams counts: half of the angles to its neighbours on both sides, in radians. Angles are
 * taken modulo half a turn, where beams are the same but for their direction; a gap that is more than three times the
 * median is a missing wedge, and counts as the median. Regular angles over half a turn count pi/v each, over a whole
 * turn half of what lies between them.
 */
function viewWeights(angles: readonly number[]): readonly number[] {
  const modulo = angles.map((angle) => ((angle % Math.PI) + Math.PI) % Math.PI);
  const order = modulo.map((_, view) => view).sort((a, b) => (modulo[a] ?? 0) - (modulo[b] ?? 0));
  const gaps = order.map((view, at) => {
    const next = modulo[order[at + 1] ?? -1] ?? (modulo[order[0] ?? 0] ?? 0) + Math.PI;
    return next - (modulo[view] ?? 0);
  });
  const median = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
  const counted = gaps.map((gap) => (gap > MISSING * median && median > 0 ? median : gap));
  const weights = angles.map(() => 0);
  for (const [at, view] of order.entries()) {
    weights[view] = ((counted[at] ?? 0) + (counted.at(at - 1) ?? 0)) / 2;
  }
  return weights;
}

/** The weights of all samples, or of each, as a value of as many axes as the views have. */
function weightsValue(
  { engine }: Operations,
  weights: readonly (readonly number[])[],
  axes: number,
): ArrayValue {
  const [first = []] = weights;
  const shape = [first.length, ...Array.from({ length: axes - 1 }, () => 1)];
  const batch = weights.length === 1 ? null : weights.length;
  const handle = engine.upload(Float64Array.from(weights.flat()), batch === null ? shape : [batch, ...shape]);
  return { kind: "array", field: "real", shape, batch, handle };
}
