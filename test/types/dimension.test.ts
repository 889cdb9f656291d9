import fc from "fast-check";
import { expect, test } from "vitest";
import {
  add,
  constant,
  constantValue,
  type Dimension,
  divideBy,
  equal,
  evaluate,
  multiply,
  name,
  namesOf,
  roundedUp,
  substitute,
  subtract,
  text,
} from "../../compiler/types/dimension.ts";

const dimensions: fc.Arbitrary<Dimension> = fc.letrec<{ dimension: Dimension }>((tie) => ({
  dimension: fc.oneof(
    { maxDepth: 3 },
    fc.integer({ min: -4, max: 9 }).map(constant),
    fc.constantFrom("h", "w", "n").map(name),
    fc.tuple(tie("dimension"), tie("dimension")).map(([a, b]) => add(a, b)),
    fc.tuple(tie("dimension"), tie("dimension")).map(([a, b]) => subtract(a, b)),
    fc.tuple(tie("dimension"), tie("dimension")).map(([a, b]) => multiply(a, b)),
    fc.tuple(tie("dimension"), fc.integer({ min: 1, max: 5 })).map(([a, d]) => divideBy(a, d)),
  ),
})).dimension;

const sizes = { h: 7, w: 12, n: 5 };

test("arithmetic of dimensions is that of the numbers they stand for", () => {
  fc.assert(
    fc.property(dimensions, dimensions, (a, b) => {
      const x = evaluate(a, sizes) ?? NaN;
      const y = evaluate(b, sizes) ?? NaN;
      expect(evaluate(add(a, b), sizes)).toBeCloseTo(x + y, 6);
      expect(evaluate(subtract(a, b), sizes)).toBeCloseTo(x - y, 6);
      expect(evaluate(multiply(a, b), sizes)).toBeCloseTo(x * y, 6);
      expect(equal(add(a, b), add(b, a))).toBe(true);
      expect(equal(subtract(add(a, b), b), a)).toBe(true);
    }),
  );
});

test("sizes rounded up keep their meaning through text, substitution and evaluation", () => {
  const half = divideBy(roundedUp(add(multiply(constant(2), name("h")), constant(1)), 4), 2);
  expect(text(half)).toBe("ceil(2*h + 1/4)*4/2");
  expect(namesOf(half)).toEqual(["h"]);
  for (const h of [1, 2, 7, 30]) {
    const expected = (Math.ceil((2 * h + 1) / 4) * 4) / 2;
    expect(evaluate(half, { h })).toBe(expected);
    expect(constantValue(substitute(half, () => constant(h)))).toBe(expected);
  }
  expect(evaluate(half, {})).toBeNull();
});
