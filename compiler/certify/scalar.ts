/**
 * Numbers of a program as polynomials over unknowns, with integer exponents of either sign: enough to compare step
 * sizes with Lipschitz constants exactly. A quotient by a sum is an unknown of its own, `inverse`.
 */
export interface Scalar {
  readonly terms: ReadonlyMap<string, Term>;
}

interface Term {
  readonly coefficient: number;
  readonly powers: ReadonlyMap<string, number>;
}

/** An unknown number: its name, where it lies, and what it is the reciprocal of, if it is one. */
export interface Unknown {
  readonly key: string;
  readonly positive: boolean;
  /** an upper end, null if there is none */
  readonly upper: Scalar | null;
  readonly upperOpen: boolean;
  readonly inverse: Scalar | null;
  /** what it is the square root of, if it is one */
  readonly squareOf?: Scalar;
}

/** The unknowns of one program by key. */
export type Unknowns = Map<string, Unknown>;

export const ZERO: Scalar = { terms: new Map() };
export const ONE: Scalar = number(1);

export function number(value: number): Scalar {
  return value === 0
    ? { terms: new Map() }
    : { terms: new Map([["", { coefficient: value, powers: new Map() }]]) };
}

export function unknown(unknowns: Unknowns, entry: Unknown): Scalar {
  if (!unknowns.has(entry.key)) unknowns.set(entry.key, entry);
  return { terms: new Map([[entry.key, { coefficient: 1, powers: new Map([[entry.key, 1]]) }]]) };
}

export function add(a: Scalar, b: Scalar): Scalar {
  const terms = new Map(a.terms);
  for (const [key, term] of b.terms) {
    const coefficient = (terms.get(key)?.coefficient ?? 0) + term.coefficient;
    if (Math.abs(coefficient) < 1e-15) terms.delete(key);
    else terms.set(key, { ...term, coefficient });
  }
  return { terms };
}

export function scale(a: Scalar, by: number): Scalar {
  return multiply(a, number(by));
}

export function subtract(a: Scalar, b: Scalar): Scalar {
  return add(a, scale(b, -1));
}

export function multiply(a: Scalar, b: Scalar): Scalar {
  let product: Scalar = ZERO;
  for (const left of a.terms.values()) {
    for (const right of b.terms.values()) {
      const powers = new Map(left.powers);
      for (const [name, power] of right.powers) {
        const sum = (powers.get(name) ?? 0) + power;
        if (sum === 0) powers.delete(name);
        else powers.set(name, sum);
      }
      const coefficient = left.coefficient * right.coefficient;
      product = add(product, { terms: new Map([[keyOf(powers), { coefficient, powers }]]) });
    }
  }
  return product;
}

function keyOf(powers: ReadonlyMap<string, number>): string {
  return [...powers]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, power]) => (power === 1 ? name : `${name}^${power}`))
    .join("*");
}

/** 1/a. */
export function reciprocal(unknowns: Unknowns, a: Scalar): Scalar {
  const [only, ...others] = [...a.terms.values()];
  if (only !== undefined && others.length === 0) {
    const powers = new Map([...only.powers].map(([name, power]): [string, number] => [name, -power]));
    return { terms: new Map([[keyOf(powers), { coefficient: 1 / only.coefficient, powers }]]) };
  }
  const key = `1/(${text(a)})`;
  return unknown(unknowns, {
    key,
    positive: isPositive(unknowns, a),
    upper: null,
    upperOpen: false,
    inverse: a,
  });
}

/** The square root of a, an unknown whose square is known. */
export function squareRoot(unknowns: Unknowns, a: Scalar): Scalar {
  const plain = valueOf(a);
  if (plain !== null && plain >= 0) return number(Math.sqrt(plain));
  const key = `sqrt(${text(a)})`;
  const positive = isPositive(unknowns, a);
  return unknown(unknowns, { key, positive, upper: null, upperOpen: false, inverse: null, squareOf: a });
}

/** Squares of roots replaced by what they are roots of. */
function withoutRoots(unknowns: Unknowns, a: Scalar): Scalar {
  let result = a;
  for (const [key, { squareOf }] of [...unknowns]) {
    if (squareOf === undefined) continue;
    result = [...result.terms.values()].reduce<Scalar>((total, term) => {
      const power = term.powers.get(key) ?? 0;
      if (Math.abs(power) < 2) return add(total, single(term.coefficient, term.powers));
      const powers = new Map(term.powers);
      if (Math.abs(power) === 2) powers.delete(key);
      else powers.set(key, power - 2 * Math.sign(power));
      const factor = power > 0 ? squareOf : reciprocal(unknowns, squareOf);
      return add(total, multiply(single(term.coefficient, powers), factor));
    }, ZERO);
  }
  return result;
}

function single(coefficient: number, powers: ReadonlyMap<string, number>): Scalar {
  return { terms: new Map([[keyOf(powers), { coefficient, powers }]]) };
}

/** The same number with Q times 1/Q cancelled. */
export function simplified(unknowns: Unknowns, scalar: Scalar): Scalar {
  const a = withoutRoots(unknowns, scalar);
  for (const [key, entry] of unknowns) {
    if (entry.inverse === null || a.terms.size === 0) continue;
    const all = [...a.terms.values()].every((term) => term.powers.get(key) === 1);
    if (!all) continue;
    const rest = multiply(a, {
      terms: new Map([[`${key}^-1`, { coefficient: 1, powers: new Map([[key, -1]]) }]]),
    });
    const ratio = constantRatio(rest, entry.inverse);
    if (ratio !== null) return number(ratio);
  }
  return a;
}

/** c where a = c b for a plain number c, else null. */
function constantRatio(a: Scalar, b: Scalar): number | null {
  let ratio: number | null = null;
  if (a.terms.size !== b.terms.size) return null;
  for (const [key, term] of a.terms) {
    const other = b.terms.get(key);
    if (other === undefined) return null;
    const here = term.coefficient / other.coefficient;
    if (ratio !== null && Math.abs(here - ratio) > 1e-12 * Math.abs(ratio)) return null;
    ratio = here;
  }
  return ratio;
}

/** The plain number that a scalar is, or null. */
export function valueOf(a: Scalar): number | null {
  if (a.terms.size === 0) return 0;
  const only = a.terms.get("");
  return a.terms.size === 1 && only !== undefined ? only.coefficient : null;
}

export function equal(a: Scalar, b: Scalar): boolean {
  return [...subtract(a, b).terms.values()].every((term) => Math.abs(term.coefficient) < 1e-12);
}

/** Whether a > 0 follows from the signs of the unknowns alone. */
export function isPositive(unknowns: Unknowns, a: Scalar): boolean {
  return a.terms.size > 0 && isNonnegative(unknowns, a);
}

/** Whether a >= 0 follows from the signs of the unknowns alone. */
export function isNonnegative(unknowns: Unknowns, a: Scalar): boolean {
  return [...a.terms.values()].every(
    (term) =>
      term.coefficient >= 0 &&
      [...term.powers].every(([name, power]) => power % 2 === 0 || unknowns.get(name)?.positive === true),
  );
}

/**
 * Whether a < limit for every value of the unknowns: unknowns that occur with positive weight only are put to their
 * upper ends, then a quotient R/Q is compared by the signs of limit Q - R.
 */
export function isBelow(unknowns: Unknowns, a: Scalar, limit: number): boolean {
  return isBounded(unknowns, a, limit, false);
}

/** Whether a <= limit for every value of the unknowns. */
export function isAtMost(unknowns: Unknowns, a: Scalar, limit: number): boolean {
  return isBounded(unknowns, a, limit, true);
}

function isBounded(unknowns: Unknowns, a: Scalar, limit: number, closed: boolean): boolean {
  const supreme = supremum(unknowns, a);
  const { value } = supreme;
  const open = supreme.open || closed;
  const plain = valueOf(value);
  if (plain !== null) return open ? plain <= limit * (1 + 1e-12) : plain < limit;
  for (const [key, entry] of unknowns) {
    if (entry.inverse === null || !entry.positive) continue;
    const numerator = withoutInverse(value, key);
    if (numerator === null) continue;
    const room = subtract(scale(entry.inverse, limit), numerator);
    if (open ? isNonnegative(unknowns, room) : isPositive(unknowns, room)) return true;
  }
  return false;
}

function withoutInverse(a: Scalar, key: string): Scalar | null {
  const all = a.terms.size > 0 && [...a.terms.values()].every((term) => term.powers.get(key) === 1);
  if (!all) return null;
  return multiply(a, { terms: new Map([[`${key}^-1`, { coefficient: 1, powers: new Map([[key, -1]]) }]]) });
}

/** The least upper bound that the intervals of the unknowns give, and whether it is not reached. */
export function supremum(unknowns: Unknowns, a: Scalar): { readonly value: Scalar; readonly open: boolean } {
  let value = a;
  let open = false;
  for (let round = 0; round < 4; round += 1) {
    const replaced = [...unknowns.values()].find(
      (entry) => entry.upper !== null && isLinearIn(unknowns, value, entry),
    );
    if (replaced?.upper === undefined || replaced.upper === null) break;
    value = simplified(unknowns, substitute(value, replaced.key, replaced.upper));
    open ||= replaced.upperOpen;
  }
  return { value: simplified(unknowns, value), open };
}

function isLinearIn(unknowns: Unknowns, a: Scalar, entry: Unknown): boolean {
  const terms = [...a.terms.values()].filter((term) => term.powers.has(entry.key));
  return (
    terms.length > 0 &&
    terms.every(
      (term) =>
        (term.powers.get(entry.key) ?? 0) >= 1 && isNonnegative(unknowns, { terms: new Map([["", term]]) }),
    )
  );
}

function substitute(a: Scalar, key: string, by: Scalar): Scalar {
  let result: Scalar = ZERO;
  for (const term of a.terms.values()) {
    const powers = new Map(term.powers);
    const power = powers.get(key) ?? 0;
    powers.delete(key);
    let product: Scalar = { terms: new Map([[keyOf(powers), { coefficient: term.coefficient, powers }]]) };
    for (let i = 0; i < power; i += 1) product = multiply(product, by);
    result = add(result, product);
  }
  return result;
}

/** A scalar in the language's notation. */
export function text(a: Scalar): string {
  const parts = [...a.terms].map(([key, term]) => {
    const size = Number(term.coefficient.toPrecision(4));
    if (key === "") return String(size);
    return size === 1 ? key : `${size}*${key}`;
  });
  return parts.length === 0 ? "0" : parts.join(" + ");
}
