import type { ArrayValue } from "../arrays/value.ts";
import { realArray } from "../io/hostArray.ts";
import { stream } from "../random/stream.ts";
import { sizeOf } from "../engine/shape.ts";
import { OperatorError } from "./operatorError.ts";
import { requireOneArray, type LibraryCall } from "./call.ts";
import { diagonalOperator, type DiagonalOperator } from "./matrices/diagonal.ts";
import { uploadShared } from "./host.ts";
import { count, numberWithin, readSettings } from "./settings.ts";
import { imageAxes, requireArrays } from "./spaces.ts";

/**
 * `mask(P)`: F[i, r] -> F[i, r], x times P, entry by entry over the first axes, P in [0, inf), binary as a rule;
 * further axes are repeated. `mask(rate = r, seed = 0)` draws a binary P of the size of the image, with exactly
 * round(r n) ones at uniformly random places. Norm max P; symmetric, positive, nonnegative.
 * @throws OperatorError IPX8202, IPX8203, IPX8204
 */
export function mask(call: LibraryCall): DiagonalOperator {
  const space = requireArrays("mask", call.domain);
  if (call.arrays.length === 0) {
    const { rate, seed } = readSettings("mask", call.settings, {
      rate: numberWithin(0, 1),
      seed: count(0, 0),
    });
    const drawn = randomMask(space.shape.slice(0, imageAxes(space)), rate, seed);
    const text = `mask(rate = ${rate}, seed = ${seed})`;
    return maskOperator(call, text, uploadShared(call.operations.engine, drawn));
  }
  readSettings("mask", call.settings, {});
  return maskOperator(call, "mask(P)", requireOneArray("mask", call));
}

function maskOperator(call: LibraryCall, text: string, pattern: ArrayValue): DiagonalOperator {
  const space = requireArrays("mask", call.domain);
  if (pattern.field === "complex") {
    throw new OperatorError("IPX8204", {
      what: `\`${text}\` takes real entries in [0, inf), not complex ones.`,
      hint: "A complex diagonal is `diag(d)`.",
    });
  }
  return diagonalOperator(call.operations, text, space, pattern, ["symmetric", "positive", "nonnegative"]);
}

/** A binary array with round(rate n) ones at uniformly random places. */
function randomMask(shape: readonly number[], rate: number, seed: number): ReturnType<typeof realArray> {
  const entries = new Float32Array(sizeOf(shape));
  const order = stream(seed, "mask").permutation(entries.length);
  for (const index of order.subarray(0, Math.round(rate * entries.length))) entries[index] = 1;
  return realArray(shape, entries);
}
