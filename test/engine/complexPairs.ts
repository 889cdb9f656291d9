import fc from "fast-check";
import { expect, it } from "vitest";
import { split } from "../../runtime/arrays/complex.ts";
import { parse } from "../../runtime/arrays/parse.ts";
import type { Engine, Handle } from "../../runtime/engine/engine.ts";
import { deviation, type Numbers, onBoth, scattered } from "./support.ts";

/** An expression of complex a and b and real r, by their parts. */
export interface PairsCase {
  readonly text: string;
  readonly arrays: readonly [Numbers, Numbers, Numbers];
}

const FIELDS = new Map([["a", "complex"] as const, ["b", "complex"] as const, ["r", "real"] as const]);

const TEXTS = [
  "a*b",
  "conj(a)*b + r",
  "abs(a)",
  "real(a*conj(b)) - r",
  "soft(a - b, abs(r))",
  "a/(2 + r*r)",
  "imaginary(r)",
  "complex(r)",
  "exp(r)*a*b",
];

/** Arrays that align, empty and odd ones; what repeats is left to chance. */
export const pairsCase: fc.Arbitrary<PairsCase> = fc
  .record({
    shape: fc.array(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(8, 19, 35)), { maxLength: 3 }),
    ones: fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }),
    text: fc.constantFrom(...TEXTS),
    seed: fc.nat(99),
  })
  .map(({ shape, ones, text, seed }) => {
    const cut = (which: number) => shape.map((n, axis) => (ones[3 * which + axis] ? 1 : n));
    const [a, b, r] = [[...cut(0), 2], [...cut(1), 2], cut(2)].map((of, at) => scattered(of, seed + at));
    if (a === undefined || b === undefined || r === undefined) throw new Error("three arrays");
    return { text, arrays: [a, b, r] };
  });

/** The result of a case on an engine. */
export function pairsOf(engine: Engine, text: string, [a, b, r]: readonly Handle[]): Handle {
  if (a === undefined || b === undefined || r === undefined) throw new Error("three arrays");
  return engine.elementwisePairs(split(parse(text), FIELDS), { pairs: { a, b }, reals: { r } });
}

/** Declares the test that complex expressions agree with the reference. */
export function complexPairsAgree(engines: () => readonly [Engine, Engine]): void {
  it("complex expressions are those of their parts, whatever repeats", () => {
    fc.assert(
      fc.property(pairsCase, ({ text, arrays }) => {
        const [got, wanted] = onBoth(engines(), arrays, (engine, ...handles) =>
          pairsOf(engine, text, handles),
        );
        expect(got.shape).toEqual(wanted.shape);
        expect(deviation(got, wanted)).toBeLessThan(1e-5);
      }),
      { numRuns: 200 },
    );
  });
}
