import { operations } from "../../runtime/arrays/create.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import { realArray, type HostArray } from "../../runtime/io/hostArray.ts";
import { stream } from "../../runtime/random/stream.ts";

/** Both engines of the package, by name. */
export const ENGINES: readonly (readonly [name: string, make: () => Promise<Operations>])[] = [
  ["reference", () => Promise.resolve(operations(referenceEngine()))],
  ["wasm", async () => operations(await wasmEngine())],
];

export function reference(): Operations {
  return operations(referenceEngine());
}

/** A Gaussian m x n matrix with entries of variance 1/m. */
export function gaussianMatrix(m: number, n: number, seed = 1): HostArray {
  const random = stream(seed, "matrix");
  return realArray(
    [m, n],
    Float64Array.from({ length: m * n }, () => random.normal() / Math.sqrt(m)),
  );
}

/** Normal numbers. */
export function normals(seed: number, ...shape: readonly number[]): HostArray {
  const random = stream(seed, "normals");
  const length = shape.reduce((count, extent) => count * extent, 1);
  return realArray(
    shape,
    Float64Array.from({ length }, () => random.normal()),
  );
}
