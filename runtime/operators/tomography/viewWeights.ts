import type { ProjectionGeometry } from "../../engine/projection.ts";

/** Gaps between neighbouring angles that are so many times the median one were left out, and do not count. */
const MISSING = 3;

/** The views of one turn (or half of one) in their order. */
interface Turn {
  /** the views by their angles, and for each the gap to the next */
  readonly order: readonly number[];
  readonly gaps: readonly number[];
  readonly median: number;
  readonly modulo: readonly number[];
}

/**
 * What each view counts: half of the angles to its neighbours on both sides, in radians. Angles are taken modulo half a
 * turn for parallel beams, which are the same there but for their direction, and modulo a turn for fans; a gap that is
 * more than three times the median is a missing wedge, and counts as the median. Regular angles over half a turn count
 * pi/v each, over a whole turn half of what lies between them.
 */
export function viewWeights(angles: readonly number[], turn: number): readonly number[] {
  const { order, gaps, median } = turnOf(angles, turn);
  const counted = gaps.map((gap) => (gap > MISSING * median && median > 0 ? median : gap));
  const weights = angles.map(() => 0);
  for (const [at, view] of order.entries()) {
    weights[view] = ((counted[at] ?? 0) + (counted.at(at - 1) ?? 0)) / 2;
  }
  return weights;
}

/**
 * How much each line of a short scan of fan beams counts, [v, d]: angles over less than a turn, but over half a turn and
 * the fan of the image or more. A line that is met twice, at (b, g) and (b + pi - 2 g, -g), has weights with the sum 1,
 * which grow smoothly from 0 at both ends of the scan; one that is met once has 1. With the excess 2 e of the angles
 * over half a turn, they are sin^2(pi/4 b/(e + g)) up to b = 2 (e + g), and sin^2(pi/4 (pi + 2 e - b)/(e - g)) from
 * b = pi + 2 g on. Null for all other geometries.
 * Source: Parker, Med. Phys. 9, 1982; for more angles than half a turn and the fan, Silver, Med. Phys. 27, 2000.
 */
export function shortScanWeights(
  { angles, detectors, spacing, fan }: ProjectionGeometry,
  [height = 1, width = 1]: readonly number[],
): readonly (readonly number[])[] | null {
  if (fan === null) return null;
  const { order, gaps, median, modulo } = turnOf(angles, 2 * Math.PI);
  const largest = Math.max(...gaps);
  if (!(largest > MISSING * median)) return null;
  const excess = (Math.PI - largest + median) / 2;
  const image = Math.asin(Math.hypot(height, width) / 2 / fan.source);
  const places = Array.from({ length: detectors }, (_, cell) => (cell - (detectors - 1) / 2) * spacing);
  const lines = places.map((place) => Math.atan(place / (fan.source + fan.detector)));
  if (excess < Math.min(image, Math.max(...lines))) return null;
  const first = modulo[order[(gaps.indexOf(largest) + 1) % order.length] ?? 0] ?? 0;
  return modulo.map((angle) => {
    const b = ((angle - first + 2 * Math.PI) % (2 * Math.PI)) + median / 2;
    return lines.map((g) => ramp(b, excess + g) * ramp(Math.PI + 2 * excess - b, excess - g));
  });
}

/** From 0 at 0 to 1 at 2 e; lines beyond the excess miss the image, and are met once. */
function ramp(b: number, e: number): number {
  return e <= 0 || b >= 2 * e ? 1 : Math.sin((Math.PI / 4) * (b / e)) ** 2;
}

function turnOf(angles: readonly number[], turn: number): Turn {
  const modulo = angles.map((angle) => ((angle % turn) + turn) % turn);
  const order = modulo.map((_, view) => view).sort((a, b) => (modulo[a] ?? 0) - (modulo[b] ?? 0));
  const gaps = order.map((view, at) => {
    const next = modulo[order[at + 1] ?? -1] ?? (modulo[order[0] ?? 0] ?? 0) + turn;
    return next - (modulo[view] ?? 0);
  });
  const median = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
  return { order, gaps, median, modulo };
}
