/**
 * A dimension is a polynomial over size names with rational coefficients: `2*h`, `n/4`, `h*w`. Terms are sorted, without
 * zero coefficients and in lowest terms, so that equal dimensions are structurally equal.
 */
export interface Dimension {
  readonly terms: readonly DimensionTerm[];
}

export interface DimensionTerm {
  readonly numerator: number;
  readonly denominator: number;
  /** sorted by name; exponents >= 1 */
  readonly powers: readonly (readonly [name: string, exponent: number])[];
}

type Powers = DimensionTerm["powers"];

/** The dimension 1, 2, ... or any whole number. */
export function constant(value: number): Dimension {
  return scaled([], value, 1);
}

/** The dimension that is a single size, such as `h`. */
export function name(size: string): Dimension {
  return scaled([[size, 1]], 1, 1);
}

/** The sum of two dimensions. */
export function add(a: Dimension, b: Dimension): Dimension {
  return collect([...a.terms, ...b.terms]);
}

/** The difference of two dimensions; it may be negative. */
export function subtract(a: Dimension, b: Dimension): Dimension {
  return add(a, { terms: b.terms.map((term) => ({ ...term, numerator: -term.numerator })) });
}

/** The product of two dimensions. */
export function multiply(a: Dimension, b: Dimension): Dimension {
  return collect(
    a.terms.flatMap((left) =>
      b.terms.map((right) => ({
        numerator: left.numerator * right.numerator,
        denominator: left.denominator * right.denominator,
        powers: multiplyPowers(left.powers, right.powers),
      })),
    ),
  );
}

/** A dimension over a whole number that is not 0. */
export function divideBy(a: Dimension, divisor: number): Dimension {
  return collect(a.terms.map((term) => ({ ...term, denominator: term.denominator * divisor })));
}

/** The quotient by a single term, or null where a term of `a` does not contain its powers. */
export function divideByTerm(a: Dimension, divisor: DimensionTerm): Dimension | null {
  const quotients: DimensionTerm[] = [];
  for (const term of a.terms) {
    const powers = dividePowers(term.powers, divisor.powers);
    if (powers === null) return null;
    quotients.push({
      numerator: term.numerator * divisor.denominator,
      denominator: term.denominator * divisor.numerator,
      powers,
    });
  }
  return collect(quotients);
}

/** Whether two dimensions agree for all sizes. */
export function equal(a: Dimension, b: Dimension): boolean {
  return subtract(a, b).terms.length === 0;
}

/** The number that a dimension without names stands for; null if names occur in it. */
export function constantValue(a: Dimension): number | null {
  if (a.terms.some((term) => term.powers.length > 0)) return null;
  const [term] = a.terms;
  return term === undefined ? 0 : term.numerator / term.denominator;
}

/** The names that occur in a dimension, each once, in the order of the terms. */
export function namesOf(a: Dimension): readonly string[] {
  return [...new Set(a.terms.flatMap((term) => term.powers.map(([size]) => size)))];
}

/** The dimension with names replaced; names without a replacement stay. */
export function substitute(a: Dimension, replacement: (size: string) => Dimension | null): Dimension {
  let sum: Dimension = { terms: [] };
  for (const term of a.terms) {
    let product = collect([{ ...term, powers: [] }]);
    for (const [size, exponent] of term.powers) {
      const factor = replacement(size) ?? name(size);
      for (let k = 0; k < exponent; k += 1) product = multiply(product, factor);
    }
    sum = add(sum, product);
  }
  return sum;
}

/** The number that a dimension is once sizes are known; null if one of its names is not among them. */
export function evaluate(a: Dimension, sizes: Readonly<Record<string, number>>): number | null {
  let sum = 0;
  for (const term of a.terms) {
    let product = term.numerator;
    for (const [size, exponent] of term.powers) {
      const value = sizes[size];
      if (value === undefined) return null;
      product *= value ** exponent;
    }
    sum += product / term.denominator;
  }
  return sum;
}

/** A dimension as the language writes it: `2*h`, `h/2`, `n - 1`. */
export function text(a: Dimension): string {
  let written = "";
  for (const term of a.terms) {
    const magnitude = termText(term);
    if (written === "") written = term.numerator < 0 ? `-${magnitude}` : magnitude;
    else written += term.numerator < 0 ? ` - ${magnitude}` : ` + ${magnitude}`;
  }
  return written === "" ? "0" : written;
}

function termText(term: DimensionTerm): string {
  const numerator = Math.abs(term.numerator);
  const factors = term.powers.map(([size, exponent]) => (exponent === 1 ? size : `${size}^${exponent}`));
  if (numerator !== 1 || factors.length === 0) factors.unshift(String(numerator));
  return factors.join("*") + (term.denominator === 1 ? "" : `/${term.denominator}`);
}

function scaled(powers: Powers, numerator: number, denominator: number): Dimension {
  return collect([{ numerator, denominator, powers }]);
}

function multiplyPowers(a: Powers, b: Powers): Powers {
  const exponents = new Map<string, number>(a);
  for (const [size, exponent] of b) exponents.set(size, (exponents.get(size) ?? 0) + exponent);
  return [...exponents].sort(([x], [y]) => (x < y ? -1 : 1));
}

function dividePowers(a: Powers, b: Powers): Powers | null {
  const exponents = new Map<string, number>(a);
  for (const [size, exponent] of b) {
    const left = (exponents.get(size) ?? 0) - exponent;
    if (left < 0) return null;
    if (left === 0) exponents.delete(size);
    else exponents.set(size, left);
  }
  return [...exponents];
}

/** Adds like terms, reduces fractions, drops zeros and sorts: higher degrees first, then by name. */
function collect(terms: readonly DimensionTerm[]): Dimension {
  const sums = new Map<string, DimensionTerm>();
  for (const term of terms) {
    const key = powersKey(term.powers);
    const sum = sums.get(key);
    sums.set(key, reduce(sum === undefined ? term : addLike(sum, term)));
  }
  const kept = [...sums.values()].filter((term) => term.numerator !== 0);
  return { terms: kept.sort(compareTerms) };
}

function addLike(a: DimensionTerm, b: DimensionTerm): DimensionTerm {
  return {
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
    powers: a.powers,
  };
}

function reduce(term: DimensionTerm): DimensionTerm {
  const sign = term.denominator < 0 ? -1 : 1;
  const divisor = sign * greatestCommonDivisor(Math.abs(term.numerator), Math.abs(term.denominator));
  return {
    numerator: term.numerator / divisor,
    denominator: term.denominator / divisor,
    powers: term.powers,
  };
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b];
  return a === 0 || !Number.isFinite(a) ? 1 : a;
}

function compareTerms(a: DimensionTerm, b: DimensionTerm): number {
  return degree(b) - degree(a) || (powersKey(a.powers) < powersKey(b.powers) ? -1 : 1);
}

function degree(term: DimensionTerm): number {
  return term.powers.reduce((sum, [, exponent]) => sum + exponent, 0);
}

function powersKey(powers: Powers): string {
  return powers.map(([size, exponent]) => `${size}^${exponent}`).join("*");
}
