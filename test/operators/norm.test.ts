import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { R } from "../../runtime/arrays/spaces.ts";
import { compose } from "../../runtime/operators/algebra/algebra.ts";
import { libraryOperator } from "../../runtime/operators/create.ts";
import { cholesky, solveCholesky } from "../../runtime/operators/dense/cholesky.ts";
import { lanczosBounds } from "../../runtime/operators/dense/lanczos.ts";
import { provedMatrixNorm } from "../../runtime/operators/dense/norm.ts";
import { gaussianMatrix } from "../../runtime/operators/matrices/gaussian.ts";
import { matrixOperator } from "../../runtime/operators/matrices/matrix.ts";
import { measuredNorm, nonnegativeBound, withMeasuredNorm } from "../../runtime/operators/norm.ts";
import { materialiseOperator } from "../../runtime/operators/materialise.ts";
import {
  array,
  exact,
  gaussianArray,
  gaussianNumbers,
  length,
  rowsOf,
  single,
  spectralNorm,
} from "./support.ts";

/** A lower bound of the norm of a matrix: the Rayleigh quotient after many power iterations. */
function rayleigh(
  data: Float64Array | Float32Array,
  rows: number,
  columns: number,
  iterations: number,
): number {
  let x = gaussianNumbers(columns, 1);
  let norm = 0;
  for (let iteration = 0; iteration < iterations; iteration++) {
    const image = new Float64Array(rows);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++)
        image[i] = (image[i] ?? 0) + (data[i * columns + j] ?? 0) * (x[j] ?? 0);
    }
    norm = length(image) / length(x);
    const back = new Float64Array(columns);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++)
        back[j] = (back[j] ?? 0) + (data[i * columns + j] ?? 0) * (image[i] ?? 0);
    }
    const size = length(back);
    x = back.map((value) => value / size);
  }
  return norm;
}

describe("the proved norm of a matrix", () => {
  it("is never below the norm and within 1e-5 of it, whatever the scale", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 0, max: 10000 }),
        fc.constantFrom(1, 1e-160, 1e140),
        (rows, columns, seed, size) => {
          const entries = gaussianNumbers(rows * columns, seed);
          const truth = spectralNorm(rowsOf(entries, rows, columns));
          const bound =
            provedMatrixNorm({ rows, columns, data: entries.map((entry) => entry * size) }) / size;
          expect(bound).toBeGreaterThanOrEqual(truth * (1 - 1e-15));
          expect(bound).toBeLessThanOrEqual(truth * (1 + 1e-5));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("holds for extremes: zero, rank one, equal singular values, a tight cluster", () => {
    expect(provedMatrixNorm({ rows: 2, columns: 3, data: new Float64Array(6) })).toBe(0);
    const ones = provedMatrixNorm({ rows: 30, columns: 40, data: new Float64Array(1200).fill(1) });
    expect(ones / Math.sqrt(1200)).toBeGreaterThanOrEqual(1);
    expect(ones / Math.sqrt(1200)).toBeLessThan(1 + 1e-6);
    const cluster = new Float64Array(2500);
    for (let i = 0; i < 50; i++) cluster[51 * i] = 1 - i * 1e-9;
    const bound = provedMatrixNorm({ rows: 50, columns: 50, data: cluster });
    expect(bound).toBeGreaterThanOrEqual(1);
    expect(bound).toBeLessThan(1 + 1e-6);
  });

  it("of gaussian(250, 500) is within 1e-5 of the exact one, on both engines, where Schur's bound is far off", () => {
    const { data } = gaussianMatrix(250, 500, true, 0);
    const lower = rayleigh(data, 250, 500, 400);
    for (const using of [exact, single]) {
      const A = libraryOperator(using, "gaussian", { m: 250, n: 500, normalise: "columns" }, R(500), []);
      expect(A.norm.provenance).toEqual({ kind: "proved" });
      expect(A.norm.value / lower).toBeGreaterThan(1 - 1e-7);
      expect(A.norm.value / lower).toBeLessThan(1 + 1e-5);
    }
  });

  it("does not trust a Gram matrix that is not definite: the factorisation breaks down", () => {
    expect(cholesky({ rows: 2, columns: 2, data: Float64Array.of(1, 2, 2, 1) })).toBeNull();
    const matrix = { rows: 2, columns: 2, data: Float64Array.of(4, 2, 2, 3) };
    const factor = cholesky(matrix);
    const x = factor && solveCholesky(factor, { rows: 2, columns: 1, data: Float64Array.of(8, 7) });
    expect(Array.from(x?.data ?? [])).toEqual(
      [1.25, 1.5].map((value) => expect.closeTo(value, 14) as number),
    );
  });
});

describe("Lanczos", () => {
  /** Spectra that are hard for it: a cluster at the end, a slow edge, one eigenvalue far from the rest. */
  const spectra: readonly (readonly [string, (t: number) => number])[] = [
    ["uniform", (t) => t],
    ["quadratic edge", (t) => 1 - (1 - t) ** 2],
    ["isolated", (t) => (t === 1 ? 1 : 0.5 * t)],
    ["one value", () => 1],
    ["decaying", (t) => Math.exp(-20 * (1 - t))],
  ];

  it.each(spectra)("bounds the end of a spectrum: %s", (_name, spectrum) => {
    const n = 2000;
    const values = Float64Array.from({ length: n }, (_, i) => spectrum(i / (n - 1)));
    for (let seed = 0; seed < 5; seed++) {
      const { lower, upper, steps } = lanczosBounds((x) => x.map((value, i) => value * (values[i] ?? 0)), n, {
        seed,
        failure: 1e-6,
        rounding: 1e-15,
        known: Infinity,
        gap: 5e-3,
        maximum: 1000,
      });
      expect(lower).toBeLessThanOrEqual(1 + 1e-14);
      expect(upper).toBeGreaterThanOrEqual(1 - 1e-14);
      expect(upper).toBeLessThanOrEqual(lower * 1.005);
      expect(steps).toBeLessThan(160);
    }
  });

  it.each([1, 10, 1000, 100_000])(
    "is near the norm where Krylov spaces end at once, in single precision: R^%i",
    (n) => {
      const single = { seed: 1, failure: 1e-6, rounding: 64 * 2 ** -24, known: Infinity };
      const settings = { ...single, gap: 5e-3, maximum: 1000 };
      const multiple = lanczosBounds((x) => x.map((value) => Math.fround(3 * value)), n, settings);
      const projection = lanczosBounds(
        (x) => x.map((value, i) => (i % 2 === 0 ? 3 * value : 0)),
        n,
        settings,
      );
      for (const { upper, steps } of [multiple, projection]) {
        expect(upper).toBeGreaterThanOrEqual(3);
        expect(upper).toBeLessThan(3 * 1.02);
        expect(steps).toBeLessThan(32);
      }
    },
  );

  it.each([
    ["reference", exact],
    ["wasm", single],
  ])("improves the product's bound and stays above the norm: %s", (_name, using) => {
    const product = compose(
      matrixOperator(using, gaussianArray(using, [20, 30], 1)),
      matrixOperator(using, gaussianArray(using, [30, 25], 2)),
    );
    const { data } = materialiseOperator(using, product);
    const truth = spectralNorm(rowsOf(data, 20, 25));
    const bound = withMeasuredNorm(using, product).norm;
    expect(bound.provenance).toEqual({ kind: "probabilistic", failure: 1e-6 });
    expect(bound.value).toBeGreaterThanOrEqual(truth);
    expect(bound.value).toBeLessThanOrEqual(truth * 1.003);
    expect(product.norm.value).toBeGreaterThan(truth * 1.1);
  });

  it("keeps a known bound that is as good, with its provenance", () => {
    const M = libraryOperator(exact, "mask", { rate: 0.5 }, R(16, 16), []);
    expect(measuredNorm(exact, M, M.norm)).toEqual({ value: 1, provenance: { kind: "proved" } });
  });
});

describe("Schur's test with ones", () => {
  it("bounds nonnegative operators", () => {
    const entries = Array.from(gaussianNumbers(24, 3), Math.abs);
    const A = matrixOperator(exact, array(exact, [4, 6], entries));
    const bound = nonnegativeBound(exact, A);
    const truth = spectralNorm(rowsOf(Float64Array.from(entries), 4, 6));
    expect(bound.value).toBeGreaterThanOrEqual(truth);
    expect(bound.value).toBeLessThan(1.5 * truth);
  });
});
