import { expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { upload } from "../../runtime/program/transfer.ts";
import { denoiser } from "./lab/denoiser.ts";
import { numbersOf } from "./lab/steps.ts";

test("a trained map is differentiated by its argument alone: no cotangent of a weight is computed", async () => {
  const plain = operations(referenceEngine());
  let filters = 0;
  const counting: Operations = {
    ...plain,
    convolveFilterGradient: (...given) => {
      filters++;
      return plain.convolveFilterGradient(...given);
    },
  };
  const map = await denoiser(plain, 3, [["width = 64", "depth = 3, width = 4"]]);
  const entries = (phase: number): Float64Array =>
    Float64Array.from({ length: 64 }, (_, i) => Math.sin(i + phase));
  const at = (data: Float64Array) => upload(plain, realArray([8, 8], data), false);
  const [x, g, d] = [entries(0), entries(1), entries(2)];
  const back = await numbersOf(plain, map.reverse(counting, at(x), at(g)), 1);
  expect(filters).toBe(0);
  const moved = async (by: number): Promise<readonly number[]> =>
    numbersOf(plain, map.apply(plain, at(x.map((value, i) => value + by * (d[i] ?? 0)))), 1);
  const [ahead, behind] = [await moved(1e-6), await moved(-1e-6)];
  const slope = ahead.reduce((sum, value, i) => sum + ((value - (behind[i] ?? 0)) / 2e-6) * (g[i] ?? 0), 0);
  const expected = back.reduce((sum, value, i) => sum + value * (d[i] ?? 0), 0);
  expect(Math.abs(slope - expected)).toBeLessThan(1e-6 * (1 + Math.abs(expected)));
});
