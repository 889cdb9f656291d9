/** A real interval; infinite ends are open. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly lowOpen: boolean;
  readonly highOpen: boolean;
}

/** An end of an interval with whether it is left out. */
interface End {
  readonly value: number;
  readonly open: boolean;
}

/** All real numbers. */
export const REALS: Interval = { low: -Infinity, high: Infinity, lowOpen: true, highOpen: true };
/** (0, inf) */
export const POSITIVE: Interval = { low: 0, high: Infinity, lowOpen: true, highOpen: true };
/** [0, inf) */
export const NONNEGATIVE: Interval = { low: 0, high: Infinity, lowOpen: false, highOpen: true };
/** [0, 1] */
export const UNIT: Interval = { low: 0, high: 1, lowOpen: false, highOpen: false };

/** The interval of a single number. */
export function point(value: number): Interval {
  return fromEnds({ value, open: false }, { value, open: false });
}

/** [low, inf) */
export function from(low: number): Interval {
  return { low, high: Infinity, lowOpen: false, highOpen: true };
}

/** [low, high] */
export function between(low: number, high: number): Interval {
  return fromEnds({ value: low, open: false }, { value: high, open: false });
}

function fromEnds(low: End, high: End): Interval {
  return {
    low: low.value,
    high: high.value,
    lowOpen: low.open || low.value === -Infinity,
    highOpen: high.open || high.value === Infinity,
  };
}

const lowEnd = (a: Interval): End => ({ value: a.low, open: a.lowOpen });
const highEnd = (a: Interval): End => ({ value: a.high, open: a.highOpen });

/** Whether an interval holds no number. */
export function isEmpty(a: Interval): boolean {
  return a.low > a.high || (a.low === a.high && (a.lowOpen || a.highOpen));
}

/** Whether every number of `a` lies in `b`. */
export function isWithin(a: Interval, b: Interval): boolean {
  if (isEmpty(a)) return true;
  const low = a.low > b.low || (a.low === b.low && (!b.lowOpen || a.lowOpen));
  const high = a.high < b.high || (a.high === b.high && (!b.highOpen || a.highOpen));
  return low && high;
}

/** Whether no number lies in both. */
export function areDisjoint(a: Interval, b: Interval): boolean {
  return isEmpty(intersect(a, b));
}

/** The numbers in both. */
export function intersect(a: Interval, b: Interval): Interval {
  return fromEnds(larger(lowEnd(a), lowEnd(b), "intersect"), smaller(highEnd(a), highEnd(b), "intersect"));
}

/** The smallest interval that holds both. */
export function hull(a: Interval, b: Interval): Interval {
  if (isEmpty(a)) return b;
  if (isEmpty(b)) return a;
  return fromEnds(smaller(lowEnd(a), lowEnd(b), "hull"), larger(highEnd(a), highEnd(b), "hull"));
}

/** a + b */
export function sum(a: Interval, b: Interval): Interval {
  return fromEnds(
    { value: a.low + b.low, open: a.lowOpen || b.lowOpen },
    { value: a.high + b.high, open: a.highOpen || b.highOpen },
  );
}

/** -a */
export function negative(a: Interval): Interval {
  return fromEnds({ value: -a.high, open: a.highOpen }, { value: -a.low, open: a.lowOpen });
}

/** a - b */
export function difference(a: Interval, b: Interval): Interval {
  return sum(a, negative(b));
}

/** a b */
export function product(a: Interval, b: Interval): Interval {
  const corners = [lowEnd(a), highEnd(a)].flatMap((x) => [lowEnd(b), highEnd(b)].map((y) => corner(x, y)));
  return spanned(corners);
}

function corner(x: End, y: End): End {
  if ((x.value === 0 && !x.open) || (y.value === 0 && !y.open)) return { value: 0, open: false };
  const value = x.value === 0 || y.value === 0 ? 0 : x.value * y.value;
  return { value, open: x.open || y.open };
}

function spanned(corners: readonly End[]): Interval {
  const [first = { value: 0, open: false }, ...others] = corners;
  return fromEnds(
    others.reduce((a, b) => smaller(a, b, "hull"), first),
    others.reduce((a, b) => larger(a, b, "hull"), first),
  );
}

/** a / b; all real numbers where b may be 0. */
export function quotient(a: Interval, b: Interval): Interval {
  const inverse = reciprocal(b);
  return inverse === null ? REALS : product(a, inverse);
}

function reciprocal(b: Interval): Interval | null {
  const positive = b.low > 0 || (b.low === 0 && b.lowOpen);
  const negativeOnly = b.high < 0 || (b.high === 0 && b.highOpen);
  if (!positive && !negativeOnly) return null;
  const low = b.high === 0 ? -Infinity : 1 / b.high;
  const high = b.low === 0 ? Infinity : 1 / b.low;
  return fromEnds({ value: low, open: b.highOpen }, { value: high, open: b.lowOpen });
}

/** The image under a nondecreasing function. */
export function increasing(a: Interval, image: (x: number) => number): Interval {
  return fromEnds({ value: image(a.low), open: a.lowOpen }, { value: image(a.high), open: a.highOpen });
}

/** |a| */
export function modulus(a: Interval): Interval {
  if (a.low >= 0) return a;
  if (a.high <= 0) return negative(a);
  return fromEnds({ value: 0, open: false }, larger(highEnd(negative(a)), highEnd(a), "hull"));
}

/** a^n for a whole n >= 0. */
function wholePower(a: Interval, exponent: number): Interval {
  if (exponent === 0) return point(1);
  return increasing(exponent % 2 === 0 ? modulus(a) : a, (x) => x ** exponent);
}

/** a^b: whole exponents for every base, others for a base in [0, inf); all real numbers elsewhere. */
export function power(a: Interval, b: Interval): Interval {
  if (b.low === b.high && Number.isInteger(b.low)) {
    return b.low >= 0 ? wholePower(a, b.low) : quotient(point(1), wholePower(a, -b.low));
  }
  if (a.low < 0) return REALS;
  const corners = [lowEnd(a), highEnd(a)].flatMap((x) =>
    [lowEnd(b), highEnd(b)].map((y) => powerCorner(x, y)),
  );
  if (corners.some((end) => Number.isNaN(end.value))) return NONNEGATIVE;
  return spanned(corners);
}

/** 1^inf is 1: the base is exactly 1 at that end for every exponent. */
function powerCorner(x: End, y: End): End {
  if (x.value === 1) return { value: 1, open: x.open };
  return { value: x.value ** y.value, open: x.open || y.open };
}

/** Entry by entry the larger one. */
export function maximum(a: Interval, b: Interval): Interval {
  return fromEnds(larger(lowEnd(a), lowEnd(b), "intersect"), larger(highEnd(a), highEnd(b), "hull"));
}

/** Entry by entry the smaller one. */
export function minimum(a: Interval, b: Interval): Interval {
  return fromEnds(smaller(lowEnd(a), lowEnd(b), "hull"), smaller(highEnd(a), highEnd(b), "intersect"));
}

/** sqrt; of what may be negative, [0, inf). */
export function squareRoot(a: Interval): Interval {
  return a.low < 0 ? NONNEGATIVE : increasing(a, Math.sqrt);
}

/**
 * An interval that holds `grown`, which grew out of `start` in one round of a loop: an end that moved goes to the next
 * of -inf, 0 (left out, if it was never reached), 1 and inf, so that a loop is understood in few rounds.
 */
export function widen(start: Interval, grown: Interval): Interval {
  const joined = hull(start, grown);
  const low = joined.low < start.low ? widenedLow(joined) : lowEnd(joined);
  const high = joined.high > start.high ? widenedHigh(joined) : highEnd(joined);
  return fromEnds(low, high);
}

function widenedLow(a: Interval): End {
  if (a.low >= 1) return { value: 1, open: false };
  if (a.low > 0 || (a.low === 0 && a.lowOpen)) return { value: 0, open: true };
  if (a.low === 0) return { value: 0, open: false };
  return { value: -Infinity, open: true };
}

function widenedHigh(a: Interval): End {
  if (a.high < 0 || (a.high === 0 && a.highOpen)) return { value: 0, open: true };
  if (a.high === 0) return { value: 0, open: false };
  return { value: Infinity, open: true };
}

/** Of two equal ends, a hull keeps the closed one, an intersection the open one. */
function smaller(a: End, b: End, of: "hull" | "intersect"): End {
  if (a.value !== b.value) return a.value < b.value ? a : b;
  return { value: a.value, open: of === "hull" ? a.open && b.open : a.open || b.open };
}

function larger(a: End, b: End, of: "hull" | "intersect"): End {
  if (a.value !== b.value) return a.value > b.value ? a : b;
  return { value: a.value, open: of === "hull" ? a.open && b.open : a.open || b.open };
}

/** An interval as the language writes it: `(0, inf)`, `[0, 1]`. */
export function intervalText(a: Interval): string {
  return `${a.lowOpen ? "(" : "["}${endText(a.low)}, ${endText(a.high)}${a.highOpen ? ")" : "]"}`;
}

function endText(value: number): string {
  if (value === Infinity) return "inf";
  if (value === -Infinity) return "-inf";
  return String(Number(value.toPrecision(6)));
}
