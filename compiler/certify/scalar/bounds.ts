import {
  add,
  cofactor,
  degree,
  keysOf,
  multiply,
  number,
  power,
  raise,
  type Scalar,
  subtract,
  substitute,
  valueOf,
  ZERO,
} from "./polynomial.ts";
import {
  cleared,
  reciprocal,
  signBySigns,
  simplified,
  squareRoot,
  type Unknown,
  type Unknowns,
} from "./unknowns.ts";

/** How many unknowns are put to the ends of their intervals, one after the other, before the answer is "unknown". */
const DEPTH = 6;

/** How many polynomials are looked at before the answer is "unknown": the order of the ends is searched for. */
const TRIALS = 2000;

/** Whether a > 0 follows from the intervals of the unknowns. False means: not shown. */
export function isPositive(unknowns: Unknowns, a: Scalar): boolean {
  return decide({ unknowns, trials: TRIALS }, a, true, DEPTH);
}

/** Whether a >= 0 follows from the intervals of the unknowns. False means: not shown. */
export function isNonnegative(unknowns: Unknowns, a: Scalar): boolean {
  return decide({ unknowns, trials: TRIALS }, a, false, DEPTH);
}

/** Whether a < limit is shown. */
export function isBelow(unknowns: Unknowns, a: Scalar, limit: number): boolean {
  return isPositive(unknowns, subtract(number(limit), a));
}

/** Whether a <= limit is shown. */
export function isAtMost(unknowns: Unknowns, a: Scalar, limit: number): boolean {
  return isNonnegative(unknowns, subtract(number(limit), a));
}

interface Search {
  readonly unknowns: Unknowns;
  /** what is left of them */
  trials: number;
}

/**
 * A polynomial whose terms are all nonnegative is. Otherwise an unknown in which it is monotone goes to the end where
 * it is smallest, and one in which it is linear to both ends; the polynomial that is left must be nonnegative. Only
 * unknowns on which no interval of another one depends are put to their ends.
 */
function decide(search: Search, a: Scalar, strict: boolean, depth: number): boolean {
  const { unknowns } = search;
  search.trials -= 1;
  const p = cleared(unknowns, a);
  if (p.terms.size === 0) return !strict;
  const sign = signBySigns(unknowns, p);
  if (sign === "positive" || (sign === "nonnegative" && !strict)) return true;
  if (depth === 0 || search.trials <= 0) return false;
  return [...keysOf(p)]
    .filter((key) => !isMentioned(unknowns, p, key))
    .some((key) => atEnds(search, p, key, strict, depth - 1));
}

function atEnds(search: Search, p: Scalar, key: string, strict: boolean, depth: number): boolean {
  const { unknowns } = search;
  const entry = unknowns.get(key);
  if (entry === undefined) return false;
  const slope = slopeOf(unknowns, p, key, entry);
  const low = lowerEnd(entry);
  const high = entry.upper;
  if (slope !== null) {
    const end = slope.direction === "up" ? low : high;
    if (end === null) return false;
    const kept = strict && !(end.open && slope.strict);
    return decide(search, substitute(p, key, end.value), kept, depth);
  }
  if (degree(p, key) !== 1 || low === null || high === null) return false;
  return [low, high].every((end) => decide(search, substitute(p, key, end.value), strict, depth));
}

function lowerEnd(entry: Unknown): { readonly value: Scalar; readonly open: boolean } | null {
  if (entry.lower !== null) return { value: number(entry.lower.value), open: entry.lower.open };
  return entry.sign === null ? null : { value: number(0), open: entry.sign === "positive" };
}

/** In which direction p is monotone in an unknown, by the signs of its cofactors; null where they do not tell. */
function slopeOf(
  unknowns: Unknowns,
  p: Scalar,
  key: string,
  entry: Unknown,
): { readonly direction: "up" | "down"; readonly strict: boolean } | null {
  const exponents = Array.from({ length: degree(p, key) }, (_, k) => k + 1);
  const cofactors = exponents
    .map((exponent) => ({ exponent, of: cofactor(p, key, exponent) }))
    .filter(({ of }) => of.terms.size > 0);
  if (entry.sign === null && cofactors.some(({ exponent }) => exponent !== 1)) return null;
  const signs = cofactors.map(({ of }) => signBySigns(unknowns, of));
  if (signs.every((sign) => sign !== null)) {
    return { direction: "up", strict: signs.some((sign) => sign === "positive") };
  }
  const opposite = cofactors.map(({ of }) => signBySigns(unknowns, subtract(number(0), of)));
  if (opposite.every((sign) => sign !== null)) {
    return { direction: "down", strict: opposite.some((sign) => sign === "positive") };
  }
  return null;
}

/** Whether what bounds another unknown of p depends on this one. */
function isMentioned(unknowns: Unknowns, p: Scalar, key: string): boolean {
  return [...keysOf(p)].some((other) => other !== key && dependsOn(unknowns, other, key));
}

function dependsOn(unknowns: Unknowns, of: string, key: string): boolean {
  const entry = unknowns.get(of);
  if (entry === undefined) return false;
  const parts = [entry.upper?.value, entry.inverse, entry.squareOf].flatMap((part) =>
    part == null ? [] : [...keysOf(part)],
  );
  return parts.some((part) => part === key || dependsOn(unknowns, part, key));
}

/**
 * The value of a where every unknown has the value that a refutation may take; null where one has none, or where it
 * may change from step to step.
 */
export function witnessValue(unknowns: Unknowns, a: Scalar): number | null {
  return valueOf(witnessed(unknowns, a));
}

function witnessed(unknowns: Unknowns, a: Scalar): Scalar {
  const whole = [...a.terms.values()].reduce<Scalar>((total, { coefficient, powers }) => {
    const term = [...powers].reduce<Scalar>((product, [key, exponent]) => {
      const value = raise(witnessOf(unknowns, key), Math.abs(exponent));
      return multiply(product, exponent < 0 ? reciprocal(unknowns, value) : value);
    }, number(coefficient));
    return add(total, term);
  }, ZERO);
  return simplified(unknowns, whole);
}

function witnessOf(unknowns: Unknowns, key: string): Scalar {
  const entry = unknowns.get(key);
  if (entry === undefined || entry.varies) return power(key, 1);
  if (entry.inverse !== null) return reciprocal(unknowns, witnessed(unknowns, entry.inverse));
  if (entry.squareOf !== null) return squareRoot(unknowns, witnessed(unknowns, entry.squareOf));
  return entry.witness === null ? power(key, 1) : witnessed(unknowns, entry.witness);
}
