import { type Differenced, differencesDomain, differencesRefusal } from "../differences.ts";
import { sizeOf, stridesOf } from "../shape.ts";
import { refuse } from "./device.ts";

/** The boundaries, as words know them. */
export const BOUNDARIES = { neumann: 0, periodic: 1, zero: 2 } as const;

/**
 * The words of differences: the boundary, how many axes there are, how many entries stand behind the axis that counts
 * them, their extents, the distances of neighbours along them.
 * @throws EngineError where an array has no such differences
 */
export function differencesWords({ of, options }: Differenced): readonly number[] {
  const reason = differencesRefusal(of, options);
  if (reason !== null) throw refuse("differences", [of.shape], reason);
  const domain = differencesDomain(of, options);
  const strides = stridesOf(domain);
  const { axes, at, boundary } = options;
  return [
    ...[BOUNDARIES[boundary], axes.length, sizeOf(domain.slice(at))],
    ...axes.map((axis) => domain[axis] ?? 1),
    ...axes.map((axis) => strides[axis] ?? 1),
  ];
}

/** How many words differences have whose words stand from `at` on, in WGSL. */
export function differencesLength(at: string): string {
  return `3u + 2u * p[${at} + 1u]`;
}

/**
 * A function `name(i, at)` of WGSL: entry number `i` of the differences of `array`, or of their adjoint; their words stand
 * in `p` from `at` on.
 */
export function differencesText(name: string, array: string, adjoint: boolean): string {
  return `
fn ${name}(i: u32, at: u32) -> f32 {
  let boundary = p[at];
  let axes = p[at + 1u];
  let inner = p[at + 2u];
  let extents = at + 3u;${adjoint ? adjointText(array) : forwardText(array)}
}`;
}

function forwardText(array: string): string {
  return `
  let which = i / inner % axes;
  let here = i / (inner * axes) * inner + i % inner;
  let n = p[extents + which];
  let step = p[extents + axes + which];
  let j = here / step % n;
  let own = ${array}[here];
  if (j + 1u < n) { return ${array}[here + step] - own; }
  if (boundary == ${BOUNDARIES.periodic}u) { return ${array}[here - j * step] - own; }
  return select(0.0, 0.0 - own, boundary == ${BOUNDARIES.zero}u);`;
}

function adjointText(array: string): string {
  return `
  var sum = 0.0;
  for (var which = 0u; which < axes; which++) {
    let n = p[extents + which];
    let step = p[extents + axes + which];
    let j = i / step % n;
    let there = (i / inner * axes + which) * inner + i % inner;
    let back = step / inner * axes * inner;
    if (j + 1u < n || boundary != ${BOUNDARIES.neumann}u) { sum -= ${array}[there]; }
    if (j > 0u) { sum += ${array}[there - back]; }
    else if (boundary == ${BOUNDARIES.periodic}u) { sum += ${array}[there + (n - 1u) * back]; }
  }
  return sum;`;
}
