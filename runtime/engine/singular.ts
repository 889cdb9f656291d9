import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { sizeOf } from "./shape.ts";
import type { Handle } from "./engine.ts";

/** Why an array is no batch of matrices, or null. */
export function singularRefusal({ shape }: Handle): string | null {
  return shape.length === 3 && sizeOf(shape) > 0 ? null : "matrices [count, m, n] are needed";
}

/** The right singular vectors of [count, m, n] matrices, a vector a row: [count, n, n]. For engines on the host. */
export function rightSingularOf(
  data: Float32Array | Float64Array,
  [count = 0, m = 0, n = 0]: readonly number[],
): Float64Array {
  const result = new Float64Array(count * n * n);
  for (let item = 0; item < count; item++) {
    const entries = Array.from(data.subarray(item * m * n, (item + 1) * m * n));
    // square, so that there are n vectors whatever m is
    const square = Matrix.zeros(Math.max(m, n), n);
    square.setSubMatrix(Matrix.from1DArray(m, n, entries), 0, 0);
    const { rightSingularVectors } = new SingularValueDecomposition(square, {
      computeLeftSingularVectors: false,
    });
    result.set(rightSingularVectors.transpose().to1DArray(), item * n * n);
  }
  return result;
}
