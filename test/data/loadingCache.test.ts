import fc from "fast-check";
import { expect, it } from "vitest";
import { loadingCache } from "../../runtime/data/loadingCache.ts";

it("gives what is loaded, and keeps no more than its limit", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(9), { maxLength: 40 }),
      fc.integer({ min: 0, max: 8 }),
      async (asked, limit) => {
        const recent: number[] = [];
        let loads = 0;
        const cache = loadingCache(
          async (index: number) => {
            loads++;
            return Promise.resolve(10 * index);
          },
          () => 1,
          limit,
        );
        for (const index of asked) {
          const known = recent.slice(-limit || recent.length).includes(index);
          const before = loads;
          expect(await cache.get(index)).toBe(10 * index);
          expect(loads - before).toBe(known && limit > 0 ? 0 : 1);
          const place = recent.indexOf(index);
          if (place !== -1) recent.splice(place, 1);
          recent.push(index);
        }
      },
    ),
    { numRuns: 100 },
  );
});

it("prefetches once, and keeps faults for the one who asks", async () => {
  const loaded: number[] = [];
  const cache = loadingCache(
    (index: number) => {
      loaded.push(index);
      return index === 3 ? Promise.reject(new Error("three")) : Promise.resolve(index);
    },
    () => 1,
    100,
  );
  cache.prefetch([1, 2, 3]);
  await expect(cache.get(3)).rejects.toThrow("three");
  expect(await cache.get(2)).toBe(2);
  expect(loaded).toEqual([1, 2, 3]);
  await expect(cache.get(3)).rejects.toThrow("three");
  expect(loaded).toEqual([1, 2, 3, 3]);
});
