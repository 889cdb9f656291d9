import type { NormBound, Provenance } from "./operator.ts";

/** Relative room for the rounding of a closed form of a few operations in double precision. */
const CLOSED_FORM_ROUNDING = 16 * 2 ** -52;

/** A bound by a closed form; 0 and 1 stay as they are, other values are rounded up. */
export function closedForm(value: number): NormBound {
  const exact = value === 0 || value === 1;
  return { value: exact ? value : value * (1 + CLOSED_FORM_ROUNDING), provenance: { kind: "proved" } };
}

/** What can be said of a fact that rests on two: the weaker trust; failures add. */
function weaker(left: Provenance, right: Provenance): Provenance {
  if (left.kind === "probabilistic" || right.kind === "probabilistic") {
    return { kind: "probabilistic", failure: Math.min(1, failureOf(left) + failureOf(right)) };
  }
  return left.kind === "assumed" ? left : right;
}

function failureOf(provenance: Provenance): number {
  return provenance.kind === "probabilistic" ? provenance.failure : 0;
}

/** The bound of a multiple: |c A| <= |c| |A|. */
export function scaledBound(factor: number, bound: NormBound): NormBound {
  return derived(Math.abs(factor) * bound.value, [bound], Math.abs(factor) === 1);
}

/** The bound of a product: |A B| <= |A| |B|. */
export function productBound(left: NormBound, right: NormBound): NormBound {
  return derived(left.value * right.value, [left, right], left.value === 1 || right.value === 1);
}

/** The bound of a sum: |A + B| <= |A| + |B|. */
export function sumBound(bounds: readonly NormBound[]): NormBound {
  const value = bounds.reduce((sum, bound) => sum + bound.value, 0);
  return derived(value, bounds, bounds.length < 2);
}

/** The bound of a stack, upright or lying: |(A, B)|^2 <= |A|^2 + |B|^2. */
export function stackBound(bounds: readonly NormBound[]): NormBound {
  return derived(Math.hypot(...bounds.map((bound) => bound.value)), bounds, bounds.length < 2);
}

/** The bound of a block-diagonal operator: the largest of its blocks', which holds if all of them do. */
export function largestBound(bounds: readonly NormBound[]): NormBound {
  return derived(Math.max(0, ...bounds.map((bound) => bound.value)), bounds, true);
}

function derived(value: number, from: readonly NormBound[], exact: boolean): NormBound {
  const provenance = from.map((bound) => bound.provenance).reduce(weaker, { kind: "proved" });
  return { value: exact || value === 0 ? value : value * (1 + CLOSED_FORM_ROUNDING), provenance };
}

/** The smaller of two bounds, with its own provenance; the better trusted one where they are equal. */
export function smallerBound(left: NormBound, right: NormBound): NormBound {
  if (left.value !== right.value) return left.value < right.value ? left : right;
  return left.provenance.kind === "proved" ? left : right;
}
