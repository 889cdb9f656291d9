import { boundTerms } from "../budget.ts";

/**
 * A number of a program as a polynomial over unknowns, with integer exponents of either sign. Coefficients are doubles:
 * sums that cancel to 1e-13 of their parts are zero.
 */
export interface Scalar {
  readonly terms: ReadonlyMap<string, Term>;
}

export interface Term {
  readonly coefficient: number;
  /** exponents by the unknown's key, none of them 0 */
  readonly powers: ReadonlyMap<string, number>;
}

const CANCELLED = 1e-13;

export const ZERO: Scalar = { terms: new Map() };
export const ONE: Scalar = number(1);

/** A plain number. */
export function number(value: number): Scalar {
  return value === 0 ? { terms: new Map() } : monomial(value, new Map());
}

/** coefficient times the product of unknowns to their powers. */
export function monomial(coefficient: number, powers: ReadonlyMap<string, number>): Scalar {
  return { terms: new Map([[powersKey(powers), { coefficient, powers }]]) };
}

/** The unknown of that key to a power. */
export function power(key: string, exponent: number): Scalar {
  return exponent === 0 ? ONE : monomial(1, new Map([[key, exponent]]));
}

/** a + b */
export function add(a: Scalar, b: Scalar): Scalar {
  const terms = new Map(a.terms);
  for (const [key, term] of b.terms) collect(terms, key, term);
  return { terms };
}

function collect(terms: Map<string, Term>, key: string, term: Term): void {
  const here = terms.get(key)?.coefficient ?? 0;
  const coefficient = here + term.coefficient;
  const size = Math.max(Math.abs(here), Math.abs(term.coefficient));
  if (Math.abs(coefficient) <= CANCELLED * size) terms.delete(key);
  else terms.set(key, { ...term, coefficient });
}

/** c a for a plain number c. */
export function scale(a: Scalar, by: number): Scalar {
  return multiply(a, number(by));
}

/** a - b */
export function subtract(a: Scalar, b: Scalar): Scalar {
  return add(a, scale(b, -1));
}

/** a b. Throws TooLarge where it has too many terms. */
export function multiply(a: Scalar, b: Scalar): Scalar {
  boundTerms(a.terms.size, b.terms.size);
  const terms = new Map<string, Term>();
  for (const left of a.terms.values()) {
    for (const right of b.terms.values()) {
      const powers = new Map(left.powers);
      for (const [key, exponent] of right.powers) {
        const sum = (powers.get(key) ?? 0) + exponent;
        if (sum === 0) powers.delete(key);
        else powers.set(key, sum);
      }
      const coefficient = left.coefficient * right.coefficient;
      collect(terms, powersKey(powers), { coefficient, powers });
    }
  }
  return { terms };
}

/** a^n for n >= 0. */
export function raise(a: Scalar, exponent: number): Scalar {
  return Array.from({ length: exponent }).reduce<Scalar>((product) => multiply(product, a), ONE);
}

/** The terms of a as polynomials of their own. */
export function termsOf(a: Scalar): readonly Scalar[] {
  return [...a.terms].map((entry) => ({ terms: new Map([entry]) }));
}

/** The highest power of an unknown in a; 0 where it does not occur. */
export function degree(a: Scalar, key: string): number {
  return [...a.terms.values()].reduce((highest, term) => Math.max(highest, term.powers.get(key) ?? 0), 0);
}

/** The factor of key^exponent in a, free of that unknown. */
export function cofactor(a: Scalar, key: string, exponent: number): Scalar {
  const terms = [...a.terms.values()].filter((term) => (term.powers.get(key) ?? 0) === exponent);
  return terms.reduce<Scalar>((total, term) => {
    const powers = new Map(term.powers);
    powers.delete(key);
    return add(total, monomial(term.coefficient, powers));
  }, ZERO);
}

/** a with an unknown of nonnegative powers replaced. */
export function substitute(a: Scalar, key: string, by: Scalar): Scalar {
  return termsOf(a).reduce<Scalar>((total, term) => {
    const exponent = degree(term, key);
    return add(total, multiply(cofactor(term, key, exponent), raise(by, exponent)));
  }, ZERO);
}

/** The keys of all unknowns in a. */
export function keysOf(a: Scalar): ReadonlySet<string> {
  return new Set([...a.terms.values()].flatMap((term) => [...term.powers.keys()]));
}

/** The plain number that a scalar is, or null. */
export function valueOf(a: Scalar): number | null {
  if (a.terms.size === 0) return 0;
  const plain = a.terms.get("");
  return a.terms.size === 1 && plain !== undefined ? plain.coefficient : null;
}

function powersKey(powers: ReadonlyMap<string, number>): string {
  return [...powers]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, exponent]) => (exponent === 1 ? key : `${key}**${exponent}`))
    .join(" · ");
}

/** A text that is the same for equal polynomials, up to 12 digits of their coefficients. */
export function scalarKey(a: Scalar): string {
  return [...a.terms]
    .map(([key, { coefficient }]) => `${Number(coefficient.toPrecision(12))} ${key}`)
    .sort()
    .join(" + ");
}
