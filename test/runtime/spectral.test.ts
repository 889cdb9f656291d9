import fc from "fast-check";
import { expect, test } from "vitest";
import { layerNormBound, withinNorm } from "../../runtime/nets/spectral.ts";
import { operations as operationsOn } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { upload } from "../../runtime/program/transfer.ts";
import type { Value } from "../../runtime/arrays/value.ts";
import { normals } from "./setting.ts";

/** The norm of the convolution on an image of a size, by many power steps: a lower bound that is nearly exact. */
function convolutionNorm(filters: ReturnType<typeof normals>, size: number): number {
  const operations = operationsOn(referenceEngine());
  const weights = upload(operations, filters, false);
  const channels = filters.shape[2] ?? 1;
  const space = { kind: "array", field: "real", shape: [size, size, channels] } as const;
  let x: Value = upload(operations, normals(11, 1, size, size, channels), true);
  let value = 0;
  for (let step = 0; step < 60; step++) {
    const norm = operations.norm2(x);
    const unit = operations.map("x/n", { x, n: norm });
    const y = operations.convolve(unit, weights, 1);
    value = operations.engine.readNow(operations.norm2(y).handle)?.[0] ?? 0;
    x = operations.convolveInputGradient(y, weights, space, 1);
  }
  return value;
}

test("the bound of a convolution is above its norm on images, and not far above", () => {
  for (const [seed, shape] of [
    [1, [3, 3, 2, 4]],
    [2, [3, 3, 1, 1]],
    [3, [5, 3, 3, 2]],
  ] as const) {
    const filters = normals(seed, ...shape);
    const bound = layerNormBound(filters);
    const norm = convolutionNorm(filters, 12);
    expect(bound).toBeGreaterThan(norm);
    expect(bound).toBeLessThan(1.25 * norm);
  }
});

test("weights are scaled to their bound, and left alone within it", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.double({ min: 0.01, max: 10, noNaN: true }),
      (seed, bound) => {
        const weights = normals(seed, 3, 3, 2, 2);
        const scaled = withinNorm(weights, bound);
        expect(layerNormBound(scaled)).toBeLessThanOrEqual(bound);
        expect(withinNorm(scaled, bound)).toBe(scaled);
        const dense = normals(seed, 5, 3);
        expect(layerNormBound(withinNorm(dense, bound))).toBeLessThanOrEqual(bound);
      },
    ),
    { numRuns: 20 },
  );
});
