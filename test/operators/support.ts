import type { Operations } from "../../runtime/arrays/operations.ts";
import { handlesOf, type ArrayValue, type Space, type Value } from "../../runtime/arrays/value.ts";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { sizeOf } from "../../runtime/engine/shape.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import { packValue, unpackValue } from "../../runtime/operators/host.ts";
import type { Operator } from "../../runtime/operators/operator.ts";
import { realDimension } from "../../runtime/operators/spaces.ts";
import { stream } from "../../runtime/random/stream.ts";

/** Operations on the engine in double precision. */
export const exact: Operations = operations(referenceEngine());
/** Operations on the default engine. */
export const single: Operations = operations(await wasmEngine());

/** A shared real array. */
export function array(using: Operations, shape: readonly number[], entries: readonly number[]): ArrayValue {
  const handle = using.engine.upload(Float64Array.from(entries), shape);
  return { kind: "array", field: "real", shape, batch: null, handle };
}

/** A complex array: real parts, imaginary parts. */
export function complexArray(
  using: Operations,
  shape: readonly number[],
  real: readonly number[],
  imaginary: readonly number[],
): ArrayValue {
  const pairs = real.flatMap((value, index) => [value, imaginary[index] ?? 0]);
  const handle = using.engine.upload(Float64Array.from(pairs), [...shape, 2]);
  return { kind: "array", field: "complex", shape, batch: null, handle };
}

/** Gaussian numbers that follow from a seed. */
export function gaussianNumbers(count: number, seed: number): Float64Array {
  const random = stream(seed, "test");
  return Float64Array.from({ length: count }, () => random.normal());
}

/** A Gaussian real array, shared or with a batch. */
export function gaussianArray(
  using: Operations,
  shape: readonly number[],
  seed: number,
  batch: number | null = null,
): ArrayValue {
  const full = batch === null ? shape : [batch, ...shape];
  const handle = using.engine.upload(gaussianNumbers(sizeOf(full), seed), full);
  return { kind: "array", field: "real", shape, batch, handle };
}

/** The product of an operator with numbers of the host, in the order of `packValue`. */
export function applied(
  using: Operations,
  operator: Operator,
  direction: "apply" | "adjoint",
  batch: number | null,
  numbers: Float64Array,
): Float64Array {
  const from: Space = direction === "apply" ? operator.domain : operator.codomain;
  const value: Value = packValue(using.engine, from, batch, numbers);
  const result = operator[direction](using, value);
  const read = unpackValue(using.engine, result, batch, "a test");
  using.engine.dispose([...handlesOf(value), ...handlesOf(result)]);
  return read;
}

/** |<A x, y> - <x, A'y>| relative to the lengths, for Gaussian x and y of so many samples. */
export function adjointDefect(
  using: Operations,
  operator: Operator,
  batch: number | null,
  seed: number,
): number {
  const copies = batch ?? 1;
  const x = gaussianNumbers(realDimension(operator.domain) * copies, seed);
  const y = gaussianNumbers(realDimension(operator.codomain) * copies, seed + 1);
  const image = applied(using, operator, "apply", batch, x);
  const back = applied(using, operator, "adjoint", batch, y);
  const scale = length(image) * length(y) + length(x) * length(back);
  return scale === 0 ? 0 : Math.abs(inner(image, y) - inner(x, back)) / scale;
}

function inner(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

export function length(a: Float64Array): number {
  return Math.sqrt(inner(a, a));
}

/** The largest difference of entries. */
export function distance(a: Float64Array, b: Float64Array): number {
  if (a.length !== b.length) return Infinity;
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? NaN))), 0);
}

/** Eigenvalues of a symmetric matrix by Jacobi's rotations. */
export function eigenvalues(symmetric: readonly (readonly number[])[]): readonly number[] {
  const a = symmetric.map((row) => Float64Array.from(row));
  const n = a.length;
  const at = (i: number, j: number): number => a[i]?.[j] ?? 0;
  const put = (i: number, j: number, value: number): void => {
    const row = a[i];
    if (row !== undefined) row[j] = value;
  };
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        off += at(p, q) ** 2;
        if (Math.abs(at(p, q)) < 1e-300) continue;
        const theta = (at(q, q) - at(p, p)) / (2 * at(p, q));
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        const s = t * c;
        for (let k = 0; k < n; k++) {
          const [x, y] = [at(k, p), at(k, q)];
          put(k, p, c * x - s * y);
          put(k, q, s * x + c * y);
        }
        for (let k = 0; k < n; k++) {
          const [x, y] = [at(p, k), at(q, k)];
          put(p, k, c * x - s * y);
          put(q, k, s * x + c * y);
        }
      }
    }
    if (off < 1e-28) break;
  }
  return a.map((_, i) => at(i, i));
}

/** A matrix as rows. */
export function rowsOf(data: Float64Array | Float32Array, rows: number, columns: number): number[][] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from(data.subarray(row * columns, (row + 1) * columns)),
  );
}

/** A'A of rows. */
export function gramOf(rows: readonly (readonly number[])[]): number[][] {
  const columns = rows[0]?.length ?? 0;
  return Array.from({ length: columns }, (_, i) =>
    Array.from({ length: columns }, (_, j) =>
      rows.reduce((sum, row) => sum + (row[i] ?? 0) * (row[j] ?? 0), 0),
    ),
  );
}

export function transposeOf(rows: readonly (readonly number[])[]): number[][] {
  return Array.from({ length: rows[0]?.length ?? 0 }, (_, column) => rows.map((row) => row[column] ?? 0));
}

/** The largest singular value of rows. */
export function spectralNorm(rows: readonly (readonly number[])[]): number {
  const turned = transposeOf(rows);
  const smaller = turned.length <= rows.length ? rows : turned;
  return Math.sqrt(Math.max(0, ...eigenvalues(gramOf(smaller))));
}
