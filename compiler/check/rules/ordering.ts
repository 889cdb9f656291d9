import type { Expression, Interval as WrittenInterval } from "../../ast/tree.ts";
import { type Interval, point, product, REALS, sum } from "../../types/interval.ts";
import type { Symbol, Typed } from "../../types/typing.ts";
import { expressionText } from "../expressionText.ts";

type Definition = (symbol: Symbol) => Expression<Typed> | null;

/**
 * A polynomial with real coefficients over expressions that are taken as they stand. The key of a monomial lists its
 * atoms; an atom is known by its text, which for one place of a program means one value.
 */
interface Polynomial {
  readonly terms: ReadonlyMap<string, number>;
}

interface Fraction {
  readonly numerator: Polynomial;
  readonly denominator: Polynomial;
}

type Atoms = Map<string, Interval>;

const MAXIMAL_TERMS = 64;

/** Whether a value lies in an interval for all values of the names in both: 1/L lies in (0, 2/L) for L > 0. */
export function provesInside(
  value: Expression<Typed>,
  actual: Interval,
  bounds: WrittenInterval<Typed>,
  definition: Definition,
): boolean {
  return provesAbove(value, actual, bounds, definition) && provesBelow(value, actual, bounds, definition);
}

/** Whether a value lies outside of an interval for all values of the names in both: 3/L is not in (0, 2/L) for L > 0. */
export function provesOutside(
  value: Expression<Typed>,
  bounds: WrittenInterval<Typed>,
  definition: Definition,
): boolean {
  return (
    provesLess(bounds.high, value, !bounds.highOpen, definition) ||
    provesLess(value, bounds.low, !bounds.lowOpen, definition)
  );
}

function provesAbove(
  value: Expression<Typed>,
  actual: Interval,
  bounds: WrittenInterval<Typed>,
  definition: Definition,
): boolean {
  const low = bounds.low.note.interval ?? REALS;
  if (low.high === -Infinity || actual.low > low.high) return true;
  if (actual.low === low.high && (!bounds.lowOpen || actual.lowOpen || low.highOpen)) return true;
  if (!bounds.lowOpen && clippedEnd(value, bounds.low, 1)) return true;
  return provesLess(bounds.low, value, bounds.lowOpen, definition);
}

function provesBelow(
  value: Expression<Typed>,
  actual: Interval,
  bounds: WrittenInterval<Typed>,
  definition: Definition,
): boolean {
  const high = bounds.high.note.interval ?? REALS;
  if (high.low === Infinity || actual.high < high.low) return true;
  if (actual.high === high.low && (!bounds.highOpen || actual.highOpen || high.lowOpen)) return true;
  if (!bounds.highOpen && clippedEnd(value, bounds.high, 2)) return true;
  return provesLess(value, bounds.high, bounds.highOpen, definition);
}

/** Whether a value is `clip(_, low, high)` with this very end. */
function clippedEnd(value: Expression<Typed>, end: Expression<Typed>, position: 1 | 2): boolean {
  if (value.kind !== "call" || value.call.kind !== "library" || value.call.name !== "clip") return false;
  const argument = value.call.arguments[position];
  return argument !== undefined && expressionText(argument) === expressionText(end);
}

/** Whether a < b (or a <= b), by the sign of the numerator of b - a over the intervals of all atoms. */
function provesLess(
  a: Expression<Typed>,
  b: Expression<Typed>,
  strict: boolean,
  definition: Definition,
): boolean {
  const atoms: Atoms = new Map();
  const left = fractionOf(a, atoms, definition);
  const right = fractionOf(b, atoms, definition);
  if (left === null || right === null) return false;
  if (!isPositive(left.denominator, atoms) || !isPositive(right.denominator, atoms)) return false;
  const first = multiply(right.numerator, left.denominator);
  const second = multiply(left.numerator, right.denominator);
  if (first === null || second === null) return false;
  const { low, lowOpen } = rangeOf(add(first, second, -1), atoms);
  return low > 0 || (low === 0 && (!strict || lowOpen));
}

function isPositive(polynomial: Polynomial, atoms: Atoms): boolean {
  const { low, lowOpen } = rangeOf(polynomial, atoms);
  return low > 0 || (low === 0 && lowOpen);
}

function fractionOf(expression: Expression<Typed>, atoms: Atoms, definition: Definition): Fraction | null {
  const of = (part: Expression<Typed>): Fraction | null => fractionOf(part, atoms, definition);
  switch (expression.kind) {
    case "number":
      return whole(constant(expression.value));
    case "negate": {
      const operand = of(expression.operand);
      return operand && { ...operand, numerator: add(constant(0), operand.numerator, -1) };
    }
    case "sum": {
      if (expression.operator.startsWith(".")) return atom(expression, atoms);
      return addFractions(of(expression.left), of(expression.right), expression.operator === "+" ? 1 : -1);
    }
    case "product": {
      if (expression.operator === "*") return multiplyFractions(of(expression.left), of(expression.right));
      if (expression.operator === "/")
        return multiplyFractions(of(expression.left), inverse(of(expression.right)));
      return atom(expression, atoms);
    }
    case "power":
      return powerOf(expression, atoms, definition);
    case "name": {
      const meaning = expression.reference.kind === "symbol" ? definition(expression.reference.symbol) : null;
      return meaning === null ? atom(expression, atoms) : of(meaning);
    }
    default:
      return atom(expression, atoms);
  }
}

function powerOf(
  expression: Extract<Expression<Typed>, { kind: "power" }>,
  atoms: Atoms,
  definition: Definition,
): Fraction | null {
  const { base, exponent } = expression;
  const times = exponent.kind === "number" ? exponent.value : NaN;
  if (expression.operator !== "^" || !Number.isInteger(times) || times > 4) return atom(expression, atoms);
  let power: Fraction | null = whole(constant(1));
  for (let k = 0; k < times; k += 1) power = multiplyFractions(power, fractionOf(base, atoms, definition));
  return power;
}

function atom(expression: Expression<Typed>, atoms: Atoms): Fraction {
  const key = expressionText(expression);
  atoms.set(key, expression.note.interval ?? REALS);
  return whole({ terms: new Map([[key, 1]]) });
}

function whole(numerator: Polynomial): Fraction {
  return { numerator, denominator: constant(1) };
}

function inverse(fraction: Fraction | null): Fraction | null {
  return fraction && { numerator: fraction.denominator, denominator: fraction.numerator };
}

function addFractions(a: Fraction | null, b: Fraction | null, sign: 1 | -1): Fraction | null {
  if (a === null || b === null) return null;
  const left = multiply(a.numerator, b.denominator);
  const right = multiply(b.numerator, a.denominator);
  const denominator = multiply(a.denominator, b.denominator);
  if (left === null || right === null || denominator === null) return null;
  return { numerator: add(left, right, sign), denominator };
}

function multiplyFractions(a: Fraction | null, b: Fraction | null): Fraction | null {
  if (a === null || b === null) return null;
  const numerator = multiply(a.numerator, b.numerator);
  const denominator = multiply(a.denominator, b.denominator);
  return numerator === null || denominator === null ? null : { numerator, denominator };
}

function constant(value: number): Polynomial {
  return { terms: new Map(value === 0 ? [] : [["", value]]) };
}

function add(a: Polynomial, b: Polynomial, sign: 1 | -1): Polynomial {
  const terms = new Map(a.terms);
  for (const [key, coefficient] of b.terms) {
    const total = (terms.get(key) ?? 0) + sign * coefficient;
    if (total === 0) terms.delete(key);
    else terms.set(key, total);
  }
  return { terms };
}

const SEPARATOR = "\u0000";

function multiply(a: Polynomial, b: Polynomial): Polynomial | null {
  let result = constant(0);
  for (const [left, x] of a.terms) {
    for (const [right, y] of b.terms) {
      const key = [...atomsIn(left), ...atomsIn(right)].sort().join(SEPARATOR);
      result = add(result, { terms: new Map([[key, x * y]]) }, 1);
      if (result.terms.size > MAXIMAL_TERMS) return null;
    }
  }
  return result;
}

function atomsIn(key: string): readonly string[] {
  return key === "" ? [] : key.split(SEPARATOR);
}

function rangeOf(polynomial: Polynomial, atoms: Atoms): Interval {
  let total = point(0);
  for (const [key, coefficient] of polynomial.terms) {
    const factors = atomsIn(key).map((name) => atoms.get(name) ?? REALS);
    total = sum(total, factors.reduce(product, point(coefficient)));
  }
  return total;
}
