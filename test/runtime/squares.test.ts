import fc from "fast-check";
import { expect, test } from "vitest";
import { handlesOf, type ArrayValue, type Value } from "../../runtime/arrays/value.ts";
import { squares } from "../../runtime/solve/lanes.ts";
import { anyField, batchOrNot, reference, sampled, valueOf, type Sampled } from "../arrays/support.ts";

const SHAPES = [[], [7], [3, 40]] as const;

/** Two arrays of a shape, of any fields, each with a batch of 2 or shared. */
const pair = (shape: readonly number[]) =>
  fc
    .tuple(batchOrNot(2), batchOrNot(2))
    .chain(([a, b]) => fc.tuple(sampled(anyField, shape, a), sampled(anyField, shape, b)));

test("squares of a change are those of dot products, of products and of arrays of any field, sample by sample", () => {
  const operations = reference();
  const numbers = ({ handle }: ArrayValue): readonly number[] => [
    ...(operations.engine.readNow(handle) ?? []),
  ];
  fc.assert(
    fc.property(fc.tuple(...SHAPES.map(pair)), fc.boolean(), (pairs, isProduct) => {
      const side = (arrays: readonly Sampled[]): Value => {
        const parts = arrays.map((array) => valueOf(operations, array));
        const [only] = parts;
        return isProduct || only === undefined ? operations.product(parts) : only;
      };
      const next = side(pairs.map(([a]) => a));
      const previous = side(pairs.map(([, b]) => b));
      const difference = operations.map("a - b", { a: next, b: previous });
      const wanted = [difference, next, previous].map((value) => numbers(operations.dot(value, value)));
      const found = squares(operations, next, previous).map(numbers);
      found.forEach((each, at) => {
        const expected = wanted[at] ?? [];
        each.forEach((value, sample) => {
          expect(value).toBeCloseTo(expected[expected.length === 1 ? 0 : sample] ?? NaN, 9);
        });
        expect(each.length).toBeGreaterThanOrEqual(expected.length);
      });
      operations.engine.dispose([...handlesOf(next), ...handlesOf(previous), ...handlesOf(difference)]);
    }),
    { numRuns: 60 },
  );
});
