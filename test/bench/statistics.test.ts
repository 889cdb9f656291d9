import fc from "fast-check";
import { expect, test } from "vitest";
import { quantile, relativeDifference, statisticsOf } from "../../bench/statistics.ts";

test("statistics are those of numpy on a known sample, in any order", () => {
  // numpy.quantile([1, 2, 3, 4, 10], [0, 0.25, 0.5, 0.75]) and of [1, 2, 3, 10]
  const sample = { rounds: 5, least: 1, firstQuartile: 2, median: 3, thirdQuartile: 4 };
  expect(statisticsOf([10, 3, 1, 4, 2])).toEqual(sample);
  const even = { rounds: 4, least: 1, firstQuartile: 1.75, median: 2.5, thirdQuartile: 4.75 };
  expect(statisticsOf([10, 3, 1, 2])).toEqual(even);
  expect(() => statisticsOf([])).toThrow(RangeError);
});

test("at least a share of the numbers is up to a quantile, and not more than that below it", () => {
  const numbers = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), (seconds, share) => {
      const found = quantile(seconds, share);
      const below = seconds.filter((value) => value < found - 1e-9).length;
      const above = seconds.filter((value) => value > found + 1e-9).length;
      expect(below).toBeLessThanOrEqual(Math.ceil(share * (seconds.length - 1)));
      expect(above).toBeLessThanOrEqual(Math.ceil((1 - share) * (seconds.length - 1)));
    }),
  );
});

test("results that cannot be compared differ without bound", () => {
  expect(relativeDifference([3, 4], [3, 4])).toBe(0);
  expect(relativeDifference([3, 4.5], [3, 4])).toBeCloseTo(0.1, 12);
  expect(relativeDifference([1], [0])).toBe(Infinity);
  expect(relativeDifference([1, Number.NaN], [1, 2])).toBe(Infinity);
  expect(relativeDifference([1, 2, 3], [1, 2])).toBe(Infinity);
});
