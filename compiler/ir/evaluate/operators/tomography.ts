import type { LibrarySettings } from "../../../../runtime/operators/library.ts";
import type { ReferenceArray, ReferenceBeams, ReferenceOperator } from "../array.ts";
import { composed, operatorOfRows, weight, type Term } from "./rows.ts";

/** The X-ray transform by Joseph's method, for parallel or fan beams, on each index behind the first two axes. */
export function projection(
  domain: readonly number[],
  codomain: readonly number[],
  settings: LibrarySettings,
  angles: ReferenceArray,
): ReferenceOperator {
  const fan = { source: Number(settings["source"]), detector: Number(settings["detector"]) };
  return projectionOf({
    domain,
    codomain,
    angles: Array.from(angles.re),
    spacing: Number(settings["spacing"] ?? 1),
    fan: settings["source"] === undefined ? null : fan,
  });
}

function projectionOf(
  beams: ReferenceBeams,
  factor: (view: number, at: Crossing["at"]) => number = () => 1,
): ReferenceOperator {
  const { domain, codomain, angles } = beams;
  const row = ([view = 0, cell = 0, ...rest]: readonly number[]): readonly Term[] =>
    crossings(beams, angles[view] ?? 0, cell).map(({ at, share }) => ({
      index: [...at, ...rest],
      weight: weight(share * factor(view, at)),
    }));
  return Object.assign(operatorOfRows({ domain, codomain, row }), { beams });
}

interface Crossing {
  readonly at: readonly [number, number];
  readonly share: number;
}

/** The pixels of a line with their weights. A line is all points a x + b y = c, y up from the middle of the image. */
function crossings(beams: ReferenceBeams, angle: number, cell: number): readonly Crossing[] {
  const [height = 0, width = 0] = beams.domain;
  const { a, b, c } = lineOf(beams, angle, cell);
  const rows = Math.abs(a) >= Math.abs(b) * (1 - 1e-9);
  const length = Math.hypot(a, b) / Math.abs(rows ? a : b);
  return Array.from({ length: rows ? height : width }, (_, step): readonly Crossing[] => {
    const y = (height - 1) / 2 - step;
    const x = step - (width - 1) / 2;
    const place = rows ? (c - b * y) / a + (width - 1) / 2 : (height - 1) / 2 - (c - a * x) / b;
    const below = Math.floor(place);
    return [below, below + 1]
      .filter((at) => at >= 0 && at < (rows ? width : height))
      .map((at) => ({ at: rows ? [step, at] : [at, step], share: length * (1 - Math.abs(place - at)) }));
  }).flat();
}

function lineOf(
  { codomain, spacing, fan }: ReferenceBeams,
  angle: number,
  cell: number,
): { readonly a: number; readonly b: number; readonly c: number } {
  const s = (cell - ((codomain[1] ?? 0) - 1) / 2) * spacing;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  if (fan === null) return { a: cos, b: sin, c: s };
  const { source, detector } = fan;
  const [dx, dy] = [s * cos - (source + detector) * sin, s * sin + (source + detector) * cos];
  return { a: dy, b: -dx, c: dy * source * sin + dx * source * cos };
}

const WINDOWS: Readonly<Record<string, (frequency: number) => number>> = {
  ramp: () => 1,
  shepp_logan: (f) => (f === 0 ? 1 : Math.sin((Math.PI * f) / 2) / ((Math.PI * f) / 2)),
  cosine: (f) => Math.cos((Math.PI * f) / 2),
  hann: (f) => Math.cos((Math.PI * f) / 2) ** 2,
};

/**
 * Filtered back-projection by its sums: the filtered view at the place t between cells is the Fourier series
 * sum_f H(f) cos(2 pi f t/n)/n of each cell, and is projected back from cells of a quarter of a pixel. Of fan beams, the
 * cosines of lines count before and after the filter, and each pixel by its depth behind the source.
 */
export function filteredBackprojection(of: ReferenceOperator, filter: string): ReferenceOperator {
  const { beams } = of;
  if (beams === undefined) throw new Error("the reference filters X-ray transforms only");
  const { fan } = beams;
  const [views = 0, detectors = 0, ...rest] = beams.codomain;
  const reach = Math.hypot(beams.domain[0] ?? 0, beams.domain[1] ?? 0) / 2;
  const magnified = fan === null ? 1 : (fan.source + reach) / (fan.source + fan.detector);
  const pieces = Math.max(1, Math.ceil(4 * beams.spacing * magnified - 1e-9));
  const codomain = [views, pieces * (detectors - 1) + 1, ...rest];
  const weights = viewWeights(beams.angles, fan === null ? Math.PI : 2 * Math.PI);
  const cosine = (place: number): number =>
    fan === null ? 1 : Math.cos(Math.atan((place * beams.spacing) / (fan.source + fan.detector)));
  const response = responseOf(detectors, pieces, filter);
  const filtering = operatorOfRows({
    domain: beams.codomain,
    codomain,
    row: ([view = 0, cell = 0, ...inner]) =>
      Array.from({ length: detectors }, (_, k) => ({
        index: [view, k, ...inner],
        weight: weight(
          ((weights[view] ?? 0) / (fan === null ? pieces : 2 * pieces)) *
            cosine(k - (detectors - 1) / 2) *
            cosine(cell / pieces - (detectors - 1) / 2) *
            (response[Math.abs(cell - pieces * k)] ?? 0),
        ),
      })),
  });
  const fine = { ...beams, codomain, spacing: beams.spacing / pieces };
  return composed([filtering, adjointOf(projectionOf(fine, (view, at) => 1 / depthOf(beams, view, at)))]);
}

/** The depth of a pixel behind the source over that of the middle, in a view. */
function depthOf(
  { angles, domain, fan }: ReferenceBeams,
  view: number,
  [row, column]: Crossing["at"],
): number {
  if (fan === null) return 1;
  const [height = 0, width = 0] = domain;
  const angle = angles[view] ?? Number.NaN;
  const [x, y] = [column - (width - 1) / 2, (height - 1) / 2 - row];
  return 1 + (y * Math.cos(angle) - x * Math.sin(angle)) / fan.source;
}

function adjointOf(of: ReferenceOperator): ReferenceOperator {
  return {
    kind: "operator",
    apply: of.adjoint,
    adjoint: of.apply,
    get norm() {
      return of.norm;
    },
  };
}

/** The filtered unit cell at multiples of 1/pieces from it. */
function responseOf(detectors: number, pieces: number, filter: string): readonly number[] {
  const length = Math.max(4, 2 ** Math.ceil(Math.log2(2 * detectors)));
  const ramp = Array.from({ length }, (_, f) => {
    const sum = Array.from({ length: length / 4 }, (__, i) => 2 * i + 1).reduce(
      (total, n) => total - (2 * Math.cos((2 * Math.PI * n * f) / length)) / (Math.PI * n) ** 2,
      1 / 4,
    );
    return sum * (WINDOWS[filter]?.(Math.min(f, length - f) / (length / 2)) ?? Number.NaN);
  });
  return Array.from({ length: pieces * detectors }, (_, t) =>
    ramp.reduce((sum, value, f) => {
      const frequency = f <= length / 2 ? f : f - length;
      return sum + (value * Math.cos((2 * Math.PI * frequency * t) / (pieces * length))) / length;
    }, 0),
  );
}

/** Half of the angles to both neighbours, modulo a turn; gaps above three medians count as the median. */
function viewWeights(angles: readonly number[], turn: number): readonly number[] {
  const places = angles.map((angle) => angle - turn * Math.floor(angle / turn));
  const sorted = [...places].sort((one, other) => one - other);
  const gaps = sorted.map((place, at) => (sorted[at + 1] ?? (sorted[0] ?? 0) + turn) - place);
  const median = [...gaps].sort((one, other) => one - other)[Math.floor(gaps.length / 2)] ?? 0;
  const kept = gaps.map((gap) => (median > 0 && gap > 3 * median ? median : gap));
  return places.map((place) => {
    const at = sorted.indexOf(place);
    return ((kept[at] ?? 0) + (kept.at(at - 1) ?? 0)) / 2;
  });
}
