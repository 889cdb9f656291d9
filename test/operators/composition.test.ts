import fc from "fast-check";
import { expect, test } from "vitest";
import { R } from "../../runtime/arrays/spaces.ts";
import { composition } from "../../runtime/operators/algebra/composition.ts";
import { libraryOperator } from "../../runtime/operators/create.ts";
import { materialiseOperator } from "../../runtime/operators/materialise.ts";
import { matrixOperator } from "../../runtime/operators/matrices/matrix.ts";
import type { Operator } from "../../runtime/operators/operator.ts";
import { array, exact, gaussianArray, rowsOf, single, spectralNorm } from "./support.ts";

const size = fc.integer({ min: 1, max: 6 });
const seeds = fc.integer({ min: 0, max: 10000 });

test("the norm of a product is never below the true norm, nor above the product of norms", () => {
  fc.assert(
    fc.property(size, size, size, seeds, fc.boolean(), (m, k, n, seed, turned) => {
      for (const using of [exact, single]) {
        const outer = matrixOperator(using, gaussianArray(using, turned ? [k, m] : [m, k], seed));
        const weights = Array.from({ length: k }, (_, i) => 10 ** (i - 2));
        const diagonal = libraryOperator(using, "diag", {}, R(k), [array(using, [k], weights)]);
        const inner = matrixOperator(using, gaussianArray(using, [k, n], seed + 1));
        const product = composition(using, [outer, diagonal, inner], turned ? [0] : []);
        const { data } = materialiseOperator(using, product);
        const truth = spectralNorm(rowsOf(data, m, n));
        const most = outer.norm.value * diagonal.norm.value * inner.norm.value;
        expect(product.norm.value).toBeGreaterThanOrEqual(truth * (1 - 1e-12));
        expect(product.norm.value).toBeLessThanOrEqual(most * (1 + 1e-12));
        expect(product.norm.value).toBeLessThanOrEqual(truth * (1 + 1e-5) + 64 * 2 ** -24 * most);
        expect(product.norm.provenance.kind).toBe("proved");
      }
    }),
    { numRuns: 40 },
  );
});

test("a product too large to be written out is measured, within half a per cent", () => {
  const n = 2000;
  const entries = Array.from({ length: n }, (_, i) => i + 1);
  const diagonal = (values: readonly number[]): Operator =>
    libraryOperator(single, "diag", {}, R(n), [array(single, [n], values)]);
  const { value, provenance } = composition(
    single,
    [diagonal(entries), diagonal([...entries].reverse())],
    [],
  ).norm;
  expect(value).toBeGreaterThanOrEqual(1000 * 1001);
  expect(value).toBeLessThan(1000 * 1001 * 1.005);
  expect(provenance.kind).toBe("probabilistic");
});

test("beside orthonormal factors the norm of the only other one is exact, and nothing is measured", () => {
  const wavelet = libraryOperator(exact, "wavelet", { name: "haar", levels: 1, axes: 1 }, R(8), []);
  const matrix = matrixOperator(exact, gaussianArray(exact, [5, 8], 3));
  const inner = { ...matrix, apply: () => fail(), adjoint: () => fail(), norm: matrix.norm };
  expect(composition(exact, [inner, wavelet], [1]).norm).toEqual(matrix.norm);
});

function fail(): never {
  throw new Error("the operator was applied");
}
