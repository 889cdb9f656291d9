import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isAtMost, isBelow, isNonnegative, isPositive } from "../../compiler/certify/scalar/bounds.ts";
import {
  add,
  multiply,
  number,
  power,
  raise,
  type Scalar,
  scalarKey,
  scale,
  subtract,
} from "../../compiler/certify/scalar/polynomial.ts";
import {
  cleared,
  equal,
  reciprocal,
  simplified,
  squareRoot,
  text,
  unknown,
  type Unknowns,
} from "../../compiler/certify/scalar/unknowns.ts";

/** An expression of numbers, made as a scalar and as a function of the values of a, b and c. */
type Tree =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "unknown"; readonly name: "a" | "b" | "c" }
  | { readonly kind: "add" | "subtract" | "multiply" | "divide"; readonly left: Tree; readonly right: Tree }
  | { readonly kind: "root" | "square"; readonly of: Tree };

const leaves: fc.Arbitrary<Tree> = fc.oneof(
  fc.integer({ min: 1, max: 9 }).map((value): Tree => ({ kind: "number", value: value / 4 })),
  fc.constantFrom("a" as const, "b" as const, "c" as const).map((name): Tree => ({ kind: "unknown", name })),
);

/** Trees of positive value, where subtraction is left out. */
function trees(kinds: readonly ("add" | "subtract" | "multiply" | "divide")[]): fc.Arbitrary<Tree> {
  return fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaves,
      fc
        .tuple(fc.constantFrom(...kinds), tie("tree"), tie("tree"))
        .map(([kind, left, right]): Tree => ({ kind, left, right })),
      tie("tree").map((of): Tree => ({ kind: "square", of })),
      tie("tree").map((of): Tree => ({ kind: "root", of })),
    ),
  })).tree;
}

const positiveTrees = trees(["add", "multiply", "divide"]);
const values = fc.record({
  a: fc.double({ min: 0.3, max: 3, noNaN: true }),
  b: fc.double({ min: 0.3, max: 3, noNaN: true }),
  c: fc.double({ min: 0.3, max: 3, noNaN: true }),
});
type Values = Readonly<Record<"a" | "b" | "c", number>>;

function positives(): Unknowns {
  const unknowns: Unknowns = new Map();
  for (const label of ["a", "b", "c"]) unknown(unknowns, label, { label, sign: "positive" });
  return unknowns;
}

function scalarOf(unknowns: Unknowns, tree: Tree): Scalar {
  switch (tree.kind) {
    case "number":
      return number(tree.value);
    case "unknown":
      return power(tree.name, 1);
    case "add":
      return add(scalarOf(unknowns, tree.left), scalarOf(unknowns, tree.right));
    case "subtract":
      return subtract(scalarOf(unknowns, tree.left), scalarOf(unknowns, tree.right));
    case "multiply":
      return multiply(scalarOf(unknowns, tree.left), scalarOf(unknowns, tree.right));
    case "divide":
      return multiply(scalarOf(unknowns, tree.left), reciprocal(unknowns, scalarOf(unknowns, tree.right)));
    case "root":
      return squareRoot(unknowns, scalarOf(unknowns, tree.of));
    case "square":
      return raise(scalarOf(unknowns, tree.of), 2);
  }
}

function valueOf(tree: Tree, at: Values): number {
  switch (tree.kind) {
    case "number":
      return tree.value;
    case "unknown":
      return at[tree.name];
    case "add":
      return valueOf(tree.left, at) + valueOf(tree.right, at);
    case "subtract":
      return valueOf(tree.left, at) - valueOf(tree.right, at);
    case "multiply":
      return valueOf(tree.left, at) * valueOf(tree.right, at);
    case "divide":
      return valueOf(tree.left, at) / valueOf(tree.right, at);
    case "root":
      return Math.sqrt(valueOf(tree.of, at));
    case "square":
      return valueOf(tree.of, at) ** 2;
  }
}

function evaluated(unknowns: Unknowns, a: Scalar, at: Values): number {
  let total = 0;
  for (const { coefficient, powers } of a.terms.values()) {
    let product = coefficient;
    for (const [key, exponent] of powers) product *= unknownValue(unknowns, key, at) ** exponent;
    total += product;
  }
  return total;
}

function unknownValue(unknowns: Unknowns, key: string, at: Values): number {
  const { inverse, squareOf } = unknowns.get(key)!;
  if (inverse !== null) return 1 / evaluated(unknowns, inverse, at);
  if (squareOf !== null) return Math.sqrt(evaluated(unknowns, squareOf, at));
  return at[key as keyof Values];
}

describe("arithmetic", () => {
  test("evaluates to what floats give", () => {
    fc.assert(
      fc.property(positiveTrees, values, (tree, at) => {
        const unknowns = positives();
        const scalar = scalarOf(unknowns, tree);
        const expected = valueOf(tree, at);
        fc.pre(Math.abs(expected) < 1e6 && Math.abs(expected) > 1e-6);
        expect(evaluated(unknowns, scalar, at) / expected).toBeCloseTo(1, 6);
        expect(evaluated(unknowns, simplified(unknowns, scalar), at) / expected).toBeCloseTo(1, 6);
      }),
      { numRuns: 300 },
    );
  });

  test("knows equal numbers, however they are written", () => {
    fc.assert(
      fc.property(positiveTrees, positiveTrees, positiveTrees, (x, y, z) => {
        const unknowns = positives();
        const [a, b, c] = [x, y, z].map((tree) => scalarOf(unknowns, tree));
        if (a === undefined || b === undefined || c === undefined) return;
        fc.pre([a, b, c].every(({ terms }) => terms.size <= 4));
        const left = multiply(a, reciprocal(unknowns, add(b, c)));
        const right = reciprocal(unknowns, multiply(add(c, b), reciprocal(unknowns, a)));
        expect(equal(unknowns, left, right)).toBe(true);
        expect(equal(unknowns, left, add(right, number(1)))).toBe(false);
        expect(equal(unknowns, raise(squareRoot(unknowns, a), 2), a)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test("keeps numbers apart that differ in the fifth digit", () => {
    const unknowns = positives();
    const a = power("a", 1);
    const inverses = [1, 1.00001].map((c) => reciprocal(unknowns, add(a, number(c))));
    expect(scalarKey(inverses[0]!)).not.toBe(scalarKey(inverses[1]!));
    expect(equal(unknowns, inverses[0]!, inverses[1]!)).toBe(false);
  });

  test("does not divide by what is 0", () => {
    const unknowns = positives();
    const zero = subtract(
      raise(squareRoot(unknowns, add(power("a", 1), number(1))), 2),
      add(power("a", 1), number(1)),
    );
    const quotient = reciprocal(unknowns, zero);
    expect(equal(unknowns, multiply(quotient, number(2)), number(7))).toBe(false);
    expect(isNonnegative(unknowns, quotient)).toBe(false);
  });

  test("writes numbers as a reader would", () => {
    const unknowns = positives();
    const [a, b] = [power("a", 1), power("b", 1)];
    const shown = multiply(scale(a, 2), reciprocal(unknowns, add(multiply(b, b), a)));
    expect(text(unknowns, subtract(shown, squareRoot(unknowns, add(a, b))))).toBe(
      "2*a/(b^2 + a) - sqrt(a + b)",
    );
  });
});

/** a in (0, 2/(b + c)), b in [0.5, 2], c positive. */
function bounded(): Unknowns {
  const unknowns: Unknowns = new Map();
  unknown(unknowns, "b", {
    label: "b",
    sign: "positive",
    lower: { value: 0.5, open: false },
    upper: { value: number(2), open: false },
  });
  unknown(unknowns, "c", { label: "c", sign: "positive" });
  const high = scale(reciprocal(unknowns, add(power("b", 1), power("c", 1))), 2);
  unknown(unknowns, "a", { label: "a", sign: "positive", upper: { value: high, open: true } });
  return unknowns;
}

describe("bounds", () => {
  const at = fc
    .record({
      share: fc.double({ min: 0.001, max: 0.999, noNaN: true }),
      b: fc.double({ min: 0.5, max: 2, noNaN: true }),
      c: fc.double({ min: 0.01, max: 50, noNaN: true }),
    })
    .map(({ share, b, c }): Values => ({ a: (share * 2) / (b + c), b, c }));

  test("are never claimed wrongly", () => {
    let claims = 0;
    fc.assert(
      fc.property(
        trees(["add", "subtract", "multiply", "divide"]),
        fc.array(at, { minLength: 8, maxLength: 8 }),
        (tree, points) => {
          const unknowns = bounded();
          const scalar = scalarOf(unknowns, tree);
          fc.pre(scalar.terms.size <= 8);
          const found = points.map((point) => valueOf(tree, point)).filter(Number.isFinite);
          const slack = 1e-9 * Math.max(1, ...found.map(Math.abs));
          if (isPositive(unknowns, scalar)) {
            claims += 1;
            expect(Math.min(...found)).toBeGreaterThan(-slack);
          }
          for (const limit of [1, 2, 5]) {
            if (!isBelow(unknowns, scalar, limit)) continue;
            claims += 1;
            expect(Math.max(...found)).toBeLessThan(limit + slack);
          }
        },
      ),
      { numRuns: 400, seed: 3 },
    );
    expect(claims).toBeGreaterThan(50);
  });

  test("are found for step sizes", () => {
    const unknowns = bounded();
    const [a, b, c] = [power("a", 1), power("b", 1), power("c", 1)];
    const whole = multiply(a, add(b, c));
    expect(isBelow(unknowns, whole, 2)).toBe(true);
    expect(isBelow(unknowns, whole, 1.999)).toBe(false);
    expect(isAtMost(unknowns, whole, 2)).toBe(true);
    expect(isBelow(unknowns, multiply(a, add(b, scale(c, 0.5))), 2)).toBe(true);
    expect(isBelow(unknowns, multiply(a, add(b, scale(c, 1.01))), 2)).toBe(false);
    expect(isPositive(unknowns, subtract(b, number(0.4)))).toBe(true);
    expect(isPositive(unknowns, subtract(b, number(0.5)))).toBe(false);
    expect(isNonnegative(unknowns, subtract(b, number(0.5)))).toBe(true);
    expect(isPositive(unknowns, multiply(subtract(b, number(3)), subtract(number(0), c)))).toBe(true);
  });

  test("do not take a square of anything for positive, nor an open end for reached", () => {
    const unknowns: Unknowns = new Map();
    const x = unknown(unknowns, "x", { label: "x" });
    expect(isNonnegative(unknowns, multiply(x, x))).toBe(true);
    expect(isPositive(unknowns, multiply(x, x))).toBe(false);
    const y = unknown(unknowns, "y", { label: "y", upper: { value: number(1), open: false } });
    expect(isBelow(unknowns, multiply(y, y), 2)).toBe(false);
    const open = unknown(unknowns, "o", {
      label: "o",
      sign: "positive",
      upper: { value: number(1), open: true },
    });
    expect(isBelow(unknowns, open, 1)).toBe(true);
    expect(isBelow(unknowns, multiply(open, multiply(x, x)), 1)).toBe(false);
    expect(cleared(unknowns, reciprocal(unknowns, open)).terms.size).toBe(1);
  });
});
