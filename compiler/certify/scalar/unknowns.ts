import {
  add,
  cofactor,
  degree,
  keysOf,
  monomial,
  multiply,
  number,
  power,
  raise,
  type Scalar,
  scalarKey,
  subtract,
  type Term,
  termsOf,
  valueOf,
  ZERO,
} from "./polynomial.ts";

import { boundedKey } from "../budget.ts";

/** An unknown number: where it lies, and what it is made of. */
export interface Unknown {
  /** as it is shown to the user */
  readonly label: string;
  readonly sign: "positive" | "nonnegative" | null;
  readonly lower: { readonly value: number; readonly open: boolean } | null;
  readonly upper: { readonly value: Scalar; readonly open: boolean } | null;
  /** whether it may be another number in the next step */
  readonly varies: boolean;
  /** whether it is the number of the step, from 0 */
  readonly counts: boolean;
  /** whether it is a function of the placeholder, the variable of the function at hand */
  readonly moves: boolean;
  /** what it is 1 over, if it is a reciprocal */
  readonly inverse: Scalar | null;
  /** what it is the square root of, if it is one */
  readonly squareOf: Scalar | null;
  /** the value at which a refutation may take it: a declared norm, the start of a learnable; null if there is none */
  readonly witness: Scalar | null;
}

/** The unknowns of one program by key. */
export type Unknowns = Map<string, Unknown>;

const PLAIN: Omit<Unknown, "label"> = {
  sign: null,
  lower: null,
  upper: null,
  varies: false,
  counts: false,
  moves: false,
  inverse: null,
  squareOf: null,
  witness: null,
};

/** The unknown of that key; the first entry of a key stays. Throws TooLarge where the key is too long. */
export function unknown(
  unknowns: Unknowns,
  key: string,
  entry: Partial<Unknown> & { readonly label: string },
): Scalar {
  if (!unknowns.has(key)) unknowns.set(boundedKey(key), { ...PLAIN, ...entry });
  return power(key, 1);
}

/** 1/a. Common factors of the terms stay outside, so that 1/(2a + 2b) and 1/(a + b) are seen to agree. */
export function reciprocal(unknowns: Unknowns, a: Scalar): Scalar {
  if (cleared(unknowns, a).terms.size === 0) return unknown(unknowns, "1/0", { label: "1/0", varies: true });
  const { coefficient, powers, rest } = content(a);
  const outside = monomial(1 / coefficient, inverted(powers));
  if (valueOf(rest) === 1) return outside;
  const sign = signBySigns(unknowns, rest) === "positive" ? "positive" : null;
  const inside = unknown(unknowns, `1/(${scalarKey(rest)})`, {
    label: "",
    sign,
    inverse: rest,
    varies: varies(unknowns, rest),
    moves: moves(unknowns, rest),
  });
  return multiply(outside, inside);
}

/** a = coefficient * powers * rest, where the terms of rest have no factor in common; 1 for a = 0. */
function content(a: Scalar): Term & { readonly rest: Scalar } {
  const terms = [...a.terms].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, term]) => term);
  const first = terms[terms.length - 1];
  if (first === undefined) return { coefficient: 1, powers: new Map(), rest: ZERO };
  const powers = new Map(
    [...first.powers].flatMap(([key]): [string, number][] => {
      const least = Math.min(...terms.map((term) => term.powers.get(key) ?? 0));
      return terms.every((term) => term.powers.has(key)) ? [[key, least]] : [];
    }),
  );
  const rest = multiply(a, monomial(1 / first.coefficient, inverted(powers)));
  return { coefficient: first.coefficient, powers, rest };
}

function inverted(powers: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map([...powers].map(([key, exponent]) => [key, -exponent]));
}

/** The square root of a; a number, where a is a square. */
export function squareRoot(unknowns: Unknowns, a: Scalar): Scalar {
  const { coefficient, powers, rest } = content(a);
  const even = [...powers].every(
    ([key, exponent]) => exponent % 2 === 0 && (unknowns.get(key)?.sign ?? null) !== null,
  );
  if (a.terms.size === 0 || coefficient < 0) return root(unknowns, a);
  const scaled = Math.sqrt(coefficient);
  if (!even) return multiply(number(scaled), root(unknowns, multiply(a, number(1 / coefficient))));
  const outside = monomial(scaled, new Map([...powers].map(([key, exponent]) => [key, exponent / 2])));
  return valueOf(rest) === 1 ? outside : multiply(outside, root(unknowns, rest));
}

function root(unknowns: Unknowns, a: Scalar): Scalar {
  if (a.terms.size === 0) return ZERO;
  return unknown(unknowns, `sqrt(${scalarKey(a)})`, {
    label: "",
    sign: signBySigns(unknowns, a) === "positive" ? "positive" : "nonnegative",
    squareOf: a,
    varies: varies(unknowns, a),
    moves: moves(unknowns, a),
  });
}

/** What the signs of the unknowns alone say of a polynomial. */
export function signBySigns(unknowns: Unknowns, a: Scalar): "positive" | "nonnegative" | null {
  let positive = false;
  for (const { coefficient, powers } of a.terms.values()) {
    const signs = [...powers].map(([key, exponent]) => ({ exponent, sign: unknowns.get(key)?.sign ?? null }));
    if (coefficient < 0 || signs.some(({ exponent, sign }) => exponent % 2 !== 0 && sign === null))
      return null;
    positive ||= signs.every(({ sign }) => sign === "positive");
  }
  return positive ? "positive" : "nonnegative";
}

/** Whether a number may be another one in the next step. */
export function varies(unknowns: Unknowns, a: Scalar): boolean {
  return [...keysOf(a)].some((key) => unknowns.get(key)?.varies !== false);
}

/** Whether a number depends on the placeholder. */
export function moves(unknowns: Unknowns, a: Scalar): boolean {
  return [...keysOf(a)].some((key) => unknowns.get(key)?.moves === true);
}

/**
 * A positive multiple of a without reciprocals, negative powers and powers of roots: a > 0 and a = 0 can be read off
 * it. Factors of unknown sign are multiplied by twice.
 */
export function cleared(unknowns: Unknowns, a: Scalar): Scalar {
  for (const key of keysOf(a)) {
    const entry = unknowns.get(key);
    const least = Math.min(0, ...[...a.terms.values()].map((term) => term.powers.get(key) ?? 0));
    const squareOf = entry?.squareOf ?? null;
    const inverse = entry?.inverse ?? null;
    if (inverse !== null) return cleared(unknowns, withoutReciprocal(a, key, inverse, entry?.sign ?? null));
    if (least < 0) {
      const exponent = entry?.sign === "positive" ? -least : even(-least);
      return cleared(unknowns, multiply(a, power(key, exponent)));
    }
    if (squareOf !== null && degree(a, key) > 1) return cleared(unknowns, withoutSquares(a, key, squareOf));
  }
  return a;
}

function even(exponent: number): number {
  return exponent + (exponent % 2);
}

/** a times q^n, with Q = 1/q put in, for the least n that leaves no Q. */
function withoutReciprocal(a: Scalar, key: string, q: Scalar, sign: Unknown["sign"]): Scalar {
  const highest = degree(a, key);
  const exponent = sign === "positive" ? highest : even(highest);
  return [...a.terms.values()].reduce<Scalar>((total, term) => {
    const own = term.powers.get(key) ?? 0;
    const powers = new Map(term.powers);
    powers.delete(key);
    return add(total, multiply(monomial(term.coefficient, powers), raise(q, exponent - own)));
  }, ZERO);
}

function withoutSquares(a: Scalar, key: string, squareOf: Scalar): Scalar {
  return termsOf(a).reduce<Scalar>((total, term) => {
    const exponent = degree(term, key);
    const rest = multiply(cofactor(term, key, exponent), raise(squareOf, Math.floor(exponent / 2)));
    return add(total, multiply(rest, power(key, exponent % 2)));
  }, ZERO);
}

/** Whether a = 0 for every value of the unknowns. */
export function isZero(unknowns: Unknowns, a: Scalar): boolean {
  return cleared(unknowns, a).terms.size === 0;
}

/** Whether a = b for every value of the unknowns. */
export function equal(unknowns: Unknowns, a: Scalar, b: Scalar): boolean {
  return isZero(unknowns, subtract(a, b));
}

/** The same number, with roots squared and reciprocals cancelled where that leaves fewer of them. */
export function simplified(unknowns: Unknowns, a: Scalar): Scalar {
  let result = a;
  for (const key of keysOf(a)) {
    const entry = unknowns.get(key);
    if (entry?.squareOf != null) result = rootsSquared(unknowns, result, key, entry.squareOf);
  }
  for (const key of keysOf(result)) {
    const entry = unknowns.get(key);
    if (entry?.inverse != null) result = cancelled(result, key, entry.inverse);
  }
  return result;
}

function rootsSquared(unknowns: Unknowns, a: Scalar, key: string, squareOf: Scalar): Scalar {
  return [...a.terms.values()].reduce<Scalar>((total, term) => {
    const exponent = term.powers.get(key) ?? 0;
    const half = Math.trunc(exponent / 2);
    const powers = new Map(term.powers);
    powers.delete(key);
    const base = half < 0 ? reciprocal(unknowns, squareOf) : squareOf;
    const rest = multiply(monomial(term.coefficient, powers), power(key, exponent - 2 * half));
    return add(total, multiply(rest, raise(base, Math.abs(half))));
  }, ZERO);
}

/** m q Q^n = m Q^(n-1) for a monomial m, from the highest n down. */
function cancelled(a: Scalar, key: string, q: Scalar): Scalar {
  const highest = degree(a, key);
  if (highest === 0) return a;
  const factor = cofactor(a, key, highest);
  const quotient = quotientBy(factor, q);
  if (quotient === null) return a;
  const rest = subtract(a, multiply(factor, power(key, highest)));
  return cancelled(add(rest, multiply(quotient, power(key, highest - 1))), key, q);
}

/** The monomial m with a = m b, or null. */
function quotientBy(a: Scalar, b: Scalar): Scalar | null {
  const [divisor] = termsOf(b);
  if (divisor === undefined || a.terms.size !== b.terms.size) return null;
  const [lead] = [...divisor.terms.values()];
  if (lead === undefined) return null;
  const inverse = monomial(1 / lead.coefficient, inverted(lead.powers));
  const candidates = termsOf(a).map((term) => multiply(term, inverse));
  return candidates.find((m) => subtract(multiply(m, b), a).terms.size === 0) ?? null;
}

/** A scalar in the language's notation, with 4 digits. */
export function text(unknowns: Unknowns, a: Scalar): string {
  const parts = [...a.terms.values()].map((term) => termText(unknowns, term));
  if (parts.length === 0) return "0";
  return parts
    .map((part, k) => (k === 0 ? part : part.startsWith("-") ? ` - ${part.slice(1)}` : ` + ${part}`))
    .join("");
}

function termText(unknowns: Unknowns, { coefficient, powers }: Term): string {
  const above: string[] = [];
  const below: string[] = [];
  for (const [key, exponent] of powers) {
    const entry = unknowns.get(key);
    const inverse = entry?.inverse ?? null;
    const label = labelOf(unknowns, key);
    const plain = /\s/u.test(label.replace(/\(.*\)/u, "")) ? `(${label})` : label;
    const base = inverse === null ? plain : `(${text(unknowns, inverse)})`;
    const side = exponent > 0 === (inverse === null) ? above : below;
    side.push(Math.abs(exponent) === 1 ? base : `${base}^${Math.abs(exponent)}`);
  }
  const size = Number(Math.abs(coefficient).toPrecision(4));
  if (size !== 1 || above.length === 0) above.unshift(String(size));
  const fraction =
    below.length === 0 ? "" : `/${below.length === 1 ? (below[0] ?? "") : `(${below.join("*")})`}`;
  return `${coefficient < 0 ? "-" : ""}${above.join("*")}${fraction}`;
}

function labelOf(unknowns: Unknowns, key: string): string {
  const entry = unknowns.get(key);
  if (entry?.squareOf != null) return `sqrt(${text(unknowns, entry.squareOf)})`;
  return entry === undefined ? key : entry.label;
}
