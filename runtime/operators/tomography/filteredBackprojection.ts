import { asArray } from "../../arrays/layout.ts";
import type { Operations } from "../../arrays/operations.ts";
import type { ArrayValue } from "../../arrays/value.ts";
import type { ProjectionGeometry } from "../../engine/projection.ts";
import { adjoint } from "../algebra/algebra.ts";
import { closedForm, productBound } from "../bounds.ts";
import { defineOperator } from "../define.ts";
import { fanBackprojection, type FanGeometry } from "./fanBackprojection.ts";
import { measuredNorm } from "../norm.ts";
import type { Operator } from "../operator.ts";
import { OperatorError } from "../operatorError.ts";
import { projections } from "./projections.ts";
import { rampFilter } from "./rampFilter.ts";
import type { RampWindow } from "../library.ts";
import type { ArraySpace } from "../spaces.ts";
import { shortScanWeights, viewWeights } from "./viewWeights.ts";

/** Filtered views are interpolated to cells of at most so many pixels, so that back-projection leaves no gaps. */
const FINEST = 0.25;

/**
 * `filtered_backprojection(A; filter = ramp)` for the A of `radon` or `fan_beam`: R[v, d, r] -> R[h, w, r], the
 * inversion formula on a grid. Each view is filtered by the ramp, times a window, and interpolated to cells of a quarter
 * of a pixel by its Fourier series (rampFilter.ts), then back-projected by the adjoint for such cells. A view counts as
 * much as half of the angles to its neighbours, modulo half a turn; see `viewWeights`. Views of fan beams are over a
 * whole turn, where every line is met twice, and counted half, or a short scan (`shortScanWeights`); they are weighted by the cosines of their lines before
 * and after the filter, and back-projected with weights for the distance (fanBackprojection.ts). Norm: a product of
 * closed forms, or the probabilistic bound where that says more.
 * Source: Kak and Slaney, Principles of Computerized Tomographic Imaging, 1988, chapter 3.
 * @throws OperatorError IPX8207 for an operator that is none of these
 */
export function filteredBackprojection(operations: Operations, of: Operator, window: RampWindow): Operator {
  const { domain, codomain } = of;
  const { geometries = [] } = of;
  const [first] = geometries;
  if (first === undefined || domain.kind !== "array" || codomain.kind !== "array") throw notRadon(of);
  const { detectors, spacing } = first;
  const pieces = Math.max(1, Math.ceil(widest(first, domain) / FINEST - 1e-9));
  const fine = { detectors: pieces * (detectors - 1) + 1, spacing: spacing / pieces };
  const text = `filtered_backprojection(${of.text}, filter = ${window})`;
  const finer = geometries.map((geometry) => ({ ...geometry, ...fine }));
  const fans = finer.filter((geometry): geometry is FanGeometry => geometry.fan !== null);
  const back =
    fans.length === 0
      ? adjoint(projections(operations, text, domain, finer))
      : fanBackprojection(operations, text, domain, fans);
  const filter = rampFilter(operations, detectors, pieces, window);
  const shares = sharesOf(geometries, domain, pieces);
  const weights = weightsValue(operations, shares, codomain.shape.length);
  const [before, after] = [first, { ...first, ...fine }].map((lines) =>
    cosinesValue(operations, lines, codomain.shape.length - 2),
  );
  if (before === undefined || after === undefined) throw new RangeError("a filter without lines");
  const operator: Operator = defineOperator({
    text,
    domain: codomain,
    codomain: domain,
    handles: [...filter.handles, weights.handle, before.handle, after.handle, ...back.handles],
    norm: () => {
      const factor = closedForm(
        shares.lines.flat().reduce((most, share) => Math.max(most, share), 0) * filter.norm,
      );
      return measuredNorm(operations, operator, productBound(factor, back.norm));
    },
    properties: () => [],
    apply: (using, y) => {
      const weighted = asArray(text, using.map("w*c*y", { w: weights, c: before, y }));
      const filtered = filter.apply(using, weighted);
      return back.apply(using, using.map("c*y", { c: after, y: filtered }));
    },
    adjoint: (using, x) => {
      const filtered = using.map("c*y", { c: after, y: back.adjoint(using, x) });
      const views = filter.adjoint(using, asArray(text, filtered));
      return using.map("w*c*y", { w: weights, c: before, y: views });
    },
  });
  return operator;
}

/** The most pixels from one line to the next, within the image. */
function widest(
  { spacing, fan }: ProjectionGeometry,
  { shape: [height = 1, width = 1] }: ArraySpace,
): number {
  if (fan === null) return spacing;
  return (spacing * (fan.source + Math.hypot(height, width) / 2)) / (fan.source + fan.detector);
}

function notRadon({ text }: Operator): OperatorError {
  return new OperatorError("IPX8207", {
    what: `\`${text}\` has no filtered back-projection.`,
    why: "It is known for the operators of `radon` and `fan_beam`, as they are: no multiples, parts or products.",
    hint: "Bind `A = radon(angles, detectors = d)`.",
  });
}

/** The cosine of the angle between the line of each cell and the middle one, R[1, d, 1, ...]; 1 of parallel beams. */
function cosinesValue(
  { engine }: Operations,
  { detectors, spacing, fan }: ProjectionGeometry,
  further: number,
): ArrayValue {
  const depth = fan === null ? Infinity : fan.source + fan.detector;
  const data = Float64Array.from({ length: detectors }, (_, cell) =>
    Math.cos(Math.atan(((cell - (detectors - 1) / 2) * spacing) / depth)),
  );
  const shape = [1, detectors, ...Array.from({ length: further }, () => 1)];
  return { kind: "array", field: "real", shape, batch: null, handle: engine.upload(data, shape) };
}

/** What each view counts of each sample, [v, 1], or each of its lines, [v, d], over how finely it is interpolated. */
function sharesOf(geometries: readonly ProjectionGeometry[], image: ArraySpace, pieces: number): Shares {
  const turn = geometries[0]?.fan === null ? Math.PI : 2 * Math.PI;
  const short = geometries.map((geometry) => shortScanWeights(geometry, image.shape));
  const cells = short.every((each) => each === null) ? 1 : (geometries[0]?.detectors ?? 1);
  const lines = geometries.map(({ angles }, sample) =>
    viewWeights(angles, turn).flatMap((weight, view) => {
      const counted = (weight * Math.PI) / (turn * pieces);
      const own = short[sample]?.[view];
      return Array.from({ length: cells }, (_, cell) =>
        own === undefined ? counted : 2 * counted * (own[cell] ?? 0),
      );
    }),
  );
  return { views: geometries[0]?.angles.length ?? 0, cells, lines };
}

interface Shares {
  readonly views: number;
  /** 1 where all lines of a view count alike */
  readonly cells: number;
  readonly lines: readonly (readonly number[])[];
}

/** The weights of all samples, or of each, as a value of as many axes as the views have. */
function weightsValue({ engine }: Operations, { views, cells, lines }: Shares, axes: number): ArrayValue {
  const shape = [views, cells, ...Array.from({ length: axes - 2 }, () => 1)];
  const batch = lines.length === 1 ? null : lines.length;
  const handle = engine.upload(Float64Array.from(lines.flat()), batch === null ? shape : [batch, ...shape]);
  return { kind: "array", field: "real", shape, batch, handle };
}
