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

/**
 * The smallest multiple of q that is not below a dimension. It is no polynomial, so it bears a name of its own:
 * `ceil(h/8)*8`.
 */
export function roundedUp(dimension: Dimension, q: number): Dimension {
  const known = constantValue(dimension);
  if (known !== null) return constant(Math.ceil(known / q) * q);
  const whole = dimension.terms.every((term) => term.denominator === 1 && term.numerator % q === 0);
  return whole ? dimension : name(`ceil(${text(dimension)}/${q})*${q}`);
}

/** What a name such as `ceil(h/8)*8` rounds up, and to multiples of what; null for the name of a size. */
export function roundingOf(size: string): { readonly of: Dimension; readonly multiple: number } | null {
  const [, inner, multiple] = /^ceil\((.*)\/\d+\)\*(\d+)$/u.exec(size) ?? [];
  return inner === undefined || multiple === undefined
    ? null
    : { of: parse(inner), multiple: Number(multiple) };
}

/** The dimension that `text` wrote. */
function parse(written: string): Dimension {
  const signed = written.replaceAll(" - ", " + -").split(" + ");
  return signed.reduce<Dimension>((sum, term) => add(sum, parseTerm(term)), constant(0));
}

function parseTerm(written: string): Dimension {
  const sign = written.startsWith("-") ? -1 : 1;
  const body = sign === -1 ? written.slice(1) : written;
  const [, product = body, denominator = "1"] = /^(.*)\/(\d+)$/u.exec(body) ?? [];
  const factors = product.split("*").map((factor): Dimension => {
    const [base = factor, exponent = "1"] = factor.split("^");
    if (/^\d+$/u.test(base)) return constant(Number(base));
    return Array.from({ length: Number(exponent) }).reduce<Dimension>(
      (power) => multiply(power, name(base)),
      constant(1),
    );
  });
  return divideBy(factors.reduce(multiply, constant(sign)), Number(denominator));
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

/** The names of sizes that occur in a dimension, each once, in the order of the terms. */
export function namesOf(a: Dimension): readonly string[] {
  const names = a.terms.flatMap((term) =>
    term.powers.flatMap(([size]) => {
      const rounding = roundingOf(size);
      return rounding === null ? [size] : namesOf(rounding.of);
    }),
  );
  return [...new Set(names)];
}

/** The dimension with names replaced; names without a replacement stay. */
export function substitute(a: Dimension, replacement: (size: string) => Dimension | null): Dimension {
  let sum: Dimension = { terms: [] };
  for (const term of a.terms) {
    let product = collect([{ ...term, powers: [] }]);
    for (const [size, exponent] of term.powers) {
      const rounding = roundingOf(size);
      const factor =
        rounding === null
          ? (replacement(size) ?? name(size))
          : roundedUp(substitute(rounding.of, replacement), rounding.multiple);
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
      const value = sizeValue(size, sizes);
      if (value === null) return null;
      product *= value ** exponent;
    }
    sum += product / term.denominator;
  }
  return sum;
}

function sizeValue(size: string, sizes: Readonly<Record<string, number>>): number | null {
  const rounding = roundingOf(size);
  if (rounding === null) return sizes[size] ?? null;
  const inner = evaluate(rounding.of, sizes);
  return inner === null ? null : Math.ceil(inner / rounding.multiple) * rounding.multiple;
}

/** A number that a dimension is never below, whatever its sizes are from 1 on; -Infinity where none is seen. */
export function leastValue(a: Dimension): number {
  const grows = a.terms.every(({ numerator, powers }) => numerator > 0 || powers.length === 0);
  return grows ? a.terms.reduce((sum, term) => sum + term.numerator / term.denominator, 0) : -Infinity;
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
