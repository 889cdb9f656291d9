import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  constant,
  type Dimension,
  divideBy,
  equal,
  evaluate,
  multiply,
  name,
  substitute,
  subtract,
  text,
} from "../../compiler/types/dimension.ts";
import {
  difference,
  hull,
  type Interval,
  isWithin,
  maximum,
  minimum,
  modulus,
  negative,
  point,
  power,
  product,
  quotient,
  sum,
  widen,
} from "../../compiler/types/interval.ts";
import { instantiate } from "../../compiler/types/scheme.ts";
import { arraySpace, equalSpaces, type Space, spaceText } from "../../compiler/types/space.ts";
import {
  attempt,
  closedSubstitution,
  emptySubstitution,
  fitSpace,
  hasUnknowns,
  joinSpaces,
  resolveSpace,
  unifySpaces,
} from "../../compiler/types/substitution.ts";

const SIZES = { h: 12, w: 20, q: 3 };
const dimension: fc.Arbitrary<Dimension> = fc.letrec<{ dimension: Dimension }>((tie) => ({
  dimension: fc.oneof(
    { maxDepth: 3 },
    fc.integer({ min: -4, max: 6 }).map(constant),
    fc.constantFrom("h", "w", "q").map(name),
    fc.tuple(tie("dimension"), tie("dimension")).map(([a, b]) => add(a, b)),
    fc.tuple(tie("dimension"), tie("dimension")).map(([a, b]) => multiply(a, b)),
    fc.tuple(tie("dimension"), fc.integer({ min: 1, max: 4 })).map(([a, k]) => divideBy(a, k)),
  ),
})).dimension;

const value = (a: Dimension): number => evaluate(a, SIZES) ?? NaN;

describe("dimensions", () => {
  test("are a ring, and evaluation is a homomorphism", () => {
    fc.assert(
      fc.property(dimension, dimension, dimension, (a, b, c) => {
        expect(equal(multiply(a, add(b, c)), add(multiply(a, b), multiply(a, c)))).toBe(true);
        expect(equal(subtract(add(a, b), b), a)).toBe(true);
        expect(value(multiply(a, b))).toBeCloseTo(value(a) * value(b), 4);
        expect(value(add(a, b))).toBeCloseTo(value(a) + value(b), 6);
      }),
    );
  });

  test("are printed as they are written", () => {
    const h = name("h");
    expect(text(multiply(constant(2), h))).toBe("2*h");
    expect(text(divideBy(h, 2))).toBe("h/2");
    expect(text(subtract(name("n"), constant(1)))).toBe("n - 1");
    expect(text(substitute(add(h, name("w")), (size) => (size === "h" ? constant(3) : null)))).toBe("w + 3");
  });
});

/** An interval with a number in it. */
const member = fc
  .tuple(
    fc.integer({ min: -8, max: 8 }),
    fc.integer({ min: 0, max: 6 }),
    fc.boolean(),
    fc.boolean(),
    fc.double({ min: 0.01, max: 0.99, noNaN: true }),
  )
  .map(([low, length, lowOpen, highOpen, share]) => {
    const high = low + length;
    const single = length === 0;
    const interval: Interval = { low, high, lowOpen: lowOpen && !single, highOpen: highOpen && !single };
    return { interval, x: low + share * length };
  });

const holds = (interval: Interval, x: number): boolean =>
  isWithin(point(x), { ...interval, low: interval.low - 1e-9, high: interval.high + 1e-9 });

describe("intervals hold every result", () => {
  test("of sums, products, quotients, extremes and powers", () => {
    fc.assert(
      fc.property(
        member,
        member,
        fc.integer({ min: 0, max: 4 }),
        ({ interval: a, x }, { interval: b, x: y }, n) => {
          expect(holds(sum(a, b), x + y)).toBe(true);
          expect(holds(difference(a, b), x - y)).toBe(true);
          expect(holds(product(a, b), x * y)).toBe(true);
          if (y !== 0) expect(holds(quotient(a, b), x / y)).toBe(true);
          expect(holds(maximum(a, b), Math.max(x, y))).toBe(true);
          expect(holds(minimum(a, b), Math.min(x, y))).toBe(true);
          expect(holds(hull(a, b), x) && holds(hull(a, b), y)).toBe(true);
          expect(holds(modulus(a), Math.abs(x)) && holds(negative(a), -x)).toBe(true);
          expect(holds(power(a, point(n)), x ** n)).toBe(true);
          if (x > 0 && a.low >= 0) expect(holds(power(a, b), x ** y)).toBe(true);
          expect(isWithin(a, widen(a, b)) && isWithin(b, widen(a, b))).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("an open end stays open", () => {
    const open: Interval = { low: 0, high: 1, lowOpen: true, highOpen: false };
    expect(product(open, open)).toEqual(open);
    expect(quotient(point(1), open)).toEqual({ low: 1, high: Infinity, lowOpen: false, highOpen: true });
    expect(widen(point(1), product(point(1), { ...open, high: 0.5 }))).toEqual(open);
  });
});

describe("unknowns", () => {
  const at = (scheme: string, key = "k", known: readonly (readonly [string, Dimension])[] = []): Space =>
    instantiate(scheme, { key, known: new Map(known) });
  const R = (...names: readonly string[]): Space => arraySpace("real", names.map(name));
  const C = (...names: readonly string[]): Space => arraySpace("complex", names.map(name));

  test.each([
    ["F[h, w, r.., 2]", arraySpace("real", [name("a"), name("b"), constant(2)]), "R[a, b, 2]"],
    [
      "F[h, w, r.., 2]",
      arraySpace("complex", [name("a"), name("b"), name("c"), constant(2)]),
      "C[a, b, c, 2]",
    ],
    ["C[d..]", C("a", "b"), "C[a, b]"],
    ["T", { kind: "product", parts: [R("n"), R("m")] } as Space, "(R[n], R[m])"],
    ["R[q*h]", arraySpace("real", [multiply(name("q"), name("a"))]), "R[a*q]"],
  ] as const)("%s takes %o", (scheme, space, printed) => {
    const substitution = emptySubstitution();
    const unknown = at(scheme, "k", [["q", name("q")]]);
    expect(unifySpaces(substitution, unknown, space)).toBe(true);
    expect(spaceText(resolveSpace(substitution, unknown))).toBe(printed);
  });

  test("common factors cancel, and other sizes do not fit", () => {
    const substitution = emptySubstitution();
    const scaled = at("R[q*h]", "k", [["q", name("q")]]);
    expect(attempt(substitution, () => unifySpaces(substitution, scaled, R("n")))).toBe(false);
    expect(attempt(substitution, () => unifySpaces(substitution, R("n"), R("m")))).toBe(false);
    expect(substitution.sizes.size).toBe(0);
  });

  test("two unknown numbers of axes share what lies between", () => {
    const substitution = emptySubstitution();
    expect(unifySpaces(substitution, at("R[r.., c]", "k1"), at("R[h, s..]", "k2"))).toBe(true);
    expect(unifySpaces(substitution, at("R[h, s..]", "k2"), R("a", "b", "e"))).toBe(true);
    expect(spaceText(resolveSpace(substitution, at("R[r.., c]", "k1")))).toBe("R[a, b, e]");
    expect(spaceText(resolveSpace(substitution, at("R[r..]", "k1")))).toBe("R[a, b]");
  });

  test("what stays open takes its default once all is known", () => {
    const substitution = emptySubstitution();
    expect(hasUnknowns(resolveSpace(substitution, at("F[r..]")))).toBe(true);
    expect(spaceText(resolveSpace(closedSubstitution(substitution), at("F[r..]")))).toBe("R");
  });

  test("real is embedded in complex, and never back", () => {
    const substitution = emptySubstitution();
    expect(fitSpace(substitution, R("n"), C("n"))).toBe(true);
    expect(fitSpace(substitution, C("n"), R("n"))).toBe(false);
    expect(fitSpace(substitution, arraySpace("int", []), arraySpace("real", []))).toBe(true);
    const joined = joinSpaces(substitution, R("n"), C("n"));
    expect(joined !== null && equalSpaces(joined, C("n"))).toBe(true);
  });
});
