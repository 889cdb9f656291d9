import { describe, expect, it } from "vitest";
import { fixtureJson } from "../io/fixture.ts";
import { C, R } from "../../runtime/arrays/spaces.ts";
import { libraryOperator } from "../../runtime/operators/create.ts";
import { minCoherence } from "../../runtime/operators/matrices/minCoherence.ts";
import { materialiseOperator } from "../../runtime/operators/materialise.ts";
import { matrixOperator } from "../../runtime/operators/matrices/matrix.ts";
import { rowNorms } from "../../runtime/operators/rowNorms.ts";
import { inverse } from "../../runtime/operators/algebra/inverse.ts";
import { compose, adjoint, scale } from "../../runtime/operators/algebra/algebra.ts";
import { levelMatrix } from "../../runtime/engine/wavelet.ts";
import { LOWPASS, WAVELET_NAMES } from "../../runtime/operators/wavelets/waveletFilters.ts";
import {
  array,
  applied,
  complexArray,
  distance,
  exact,
  gaussianArray,
  gaussianNumbers,
  gramOf,
  rowsOf,
  single,
  transposeOf,
} from "./support.ts";

interface WaveletCase {
  readonly name: string;
  readonly shape: readonly number[];
  readonly levels: number;
  readonly coefficients: readonly number[];
}

const fixture = fixtureJson<{
  readonly cases: readonly WaveletCase[];
  readonly symmetric: readonly WaveletCase[];
}>("wavelets.json");

function apply(
  name: Parameters<typeof libraryOperator>[1],
  domain: ReturnType<typeof R>,
  settings: object,
  x: readonly number[],
  arrays: Parameters<typeof libraryOperator>[4] = [],
  using: typeof exact = exact,
): number[] {
  const operator = libraryOperator(using, name, { ...settings }, domain, arrays);
  return Array.from(applied(using, operator, "apply", null, Float64Array.from(x)));
}

describe("wavelet", () => {
  it.each(fixture.cases)("$name $shape agrees with PyWavelets", ({ name, shape, levels, coefficients }) => {
    const x = coefficients.map((_, i) => Math.sin(i ** 2 / 7 + 1));
    const found = apply("wavelet", R(...shape), { name, levels, axes: shape.length }, x);
    expect(distance(Float64Array.from(found), Float64Array.from(coefficients))).toBeLessThan(1e-11);
    const inSingle = apply("wavelet", R(...shape), { name, levels, axes: shape.length }, x, [], single);
    expect(distance(Float64Array.from(inSingle), Float64Array.from(coefficients))).toBeLessThan(1e-6);
  });

  it.each(fixture.symmetric)(
    "$name $shape with symmetric boundaries agrees with PyWavelets",
    ({ name, shape, levels, coefficients }) => {
      const x = Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i ** 2 / 7 + 1));
      const settings = { name, levels, axes: shape.length, boundary: "symmetric" };
      const found = apply("wavelet", R(...shape), settings, x);
      expect(distance(Float64Array.from(found), Float64Array.from(coefficients))).toBeLessThan(1e-10);
    },
  );

  it("says which sizes symmetric boundaries take", () => {
    const settings = { name: "db4", levels: 2, boundary: "symmetric" };
    expect(() => apply("wavelet", R(22, 24), settings, [])).toThrow(/22 or 26/u);
  });

  it.each(WAVELET_NAMES)("%s has the matrix of a level that engines without loops multiply by", (name) => {
    for (const n of [2, 4, 6, 32]) {
      const settings = { name, levels: 1, axes: 1 };
      const matrix = rowsOf(levelMatrix(LOWPASS[name], n), n, n);
      for (let column = 0; column < n; column++) {
        const unit = Array.from({ length: n }, (_, i) => (i === column ? 1 : 0));
        const image = apply("wavelet", R(n), settings, unit);
        matrix.forEach((row, i) => expect(row[column]).toBeCloseTo(image[i] ?? Number.NaN, 12));
      }
    }
  });

  it.each(WAVELET_NAMES)("%s is orthonormal to rounding, also on signals shorter than the filter", (name) => {
    for (const n of [2, 4, 6, 32]) {
      const gram = gramOf(rowsOf(levelMatrix(LOWPASS[name], n), n, n));
      const defect = Math.max(
        ...gram.flatMap((row, i) => row.map((value, j) => Math.abs(value - (i === j ? 1 : 0)))),
      );
      expect(defect).toBeLessThan(1e-15 * 4);
    }
  });
});

describe("blur", () => {
  const image = Array.from(gaussianNumbers(42, 3));
  const [height, width] = [6, 7];
  const at: Record<string, (i: number, n: number) => number | null> = {
    periodic: (i, n) => ((i % n) + n) % n,
    zero: (i, n) => (i >= 0 && i < n ? i : null),
    neumann: (i, n) => (i < 0 ? -1 - i : i < n ? i : 2 * n - 1 - i),
  };

  function naive(
    kernel: readonly number[],
    [rows, columns]: readonly [number, number],
    boundary: string,
  ): number[] {
    return image.map((_, position) => {
      const [i, j] = [Math.floor(position / width), position % width];
      return kernel.reduce((sum, weight, index) => {
        const [k, l] = [Math.floor(index / columns), index % columns];
        const row = at[boundary]?.(i + Math.floor(rows / 2) - k, height);
        const column = at[boundary]?.(j + Math.floor(columns / 2) - l, width);
        if (row === null || row === undefined || column === null || column === undefined) return sum;
        return sum + weight * (image[row * width + column] ?? NaN);
      }, 0);
    });
  }

  const kernels: readonly (readonly [number, number, readonly string[]])[] = [
    [3, 3, ["periodic", "neumann", "zero"]],
    [2, 5, ["periodic", "neumann", "zero"]],
    [11, 12, ["periodic", "neumann", "zero"]],
    [13, 15, ["periodic", "zero"]],
  ];
  for (const [rows, columns, boundaries] of kernels) {
    it.each(boundaries)(
      `is the convolution with a ${rows} x ${columns} kernel, boundary = %s`,
      (boundary) => {
        const kernel = Array.from(gaussianNumbers(rows * columns, 8));
        const found = apply("blur", R(height, width), { boundary }, image, [
          array(exact, [rows, columns], kernel),
        ]);
        const expected = naive(kernel, [rows, columns], boundary);
        expect(distance(Float64Array.from(found), Float64Array.from(expected))).toBeLessThan(1e-12);
      },
    );
  }
});

describe("SciPy and NumPy agree", () => {
  const { blurs, transforms } = fixtureJson<{
    readonly blurs: readonly {
      readonly shape: readonly [number, number];
      readonly kernel: readonly number[];
      readonly boundary: string;
      readonly image: readonly number[];
      readonly weights: readonly number[];
      readonly result: readonly number[];
    }[];
    readonly transforms: readonly {
      readonly shape: readonly number[];
      readonly centred: boolean;
      readonly x: readonly number[];
      readonly result: readonly number[];
    }[];
  }>("convolutions.json");

  it.each(blurs)("blur of $shape by $kernel, boundary = $boundary", (of) => {
    const weights = array(exact, of.kernel, of.weights);
    const found = apply("blur", R(...of.shape), { boundary: of.boundary }, of.image, [weights]);
    expect(distance(Float64Array.from(found), Float64Array.from(of.result))).toBeLessThan(1e-11);
    const own = [array(single, of.kernel, of.weights)];
    const inSingle = apply("blur", R(...of.shape), { boundary: of.boundary }, of.image, own, single);
    expect(distance(Float64Array.from(inSingle), Float64Array.from(of.result))).toBeLessThan(1e-5);
  });

  it.each(transforms)("fourier of $shape, centred = $centred", ({ shape, centred, x, result }) => {
    const axes = shape.map((_, axis) => axis);
    const found = apply("fourier", C(...shape), { axes, centred }, x);
    expect(distance(Float64Array.from(found), Float64Array.from(result))).toBeLessThan(1e-11);
    const inSingle = apply("fourier", C(...shape), { axes, centred }, x, [], single);
    expect(distance(Float64Array.from(inSingle), Float64Array.from(result))).toBeLessThan(1e-6);
  });
});

describe("small operators", () => {
  it("gradient: forward differences, new axis last", () => {
    const x = [1, 2, 4, 8, 16, 32];
    expect(apply("gradient", R(2, 3), {}, x)).toEqual([7, 1, 14, 2, 28, 0, 0, 8, 0, 16, 0, 0]);
    expect(apply("gradient", R(3), { axes: 1, boundary: "periodic" }, [1, 2, 4])).toEqual([1, 2, -3]);
    expect(apply("gradient", R(3), { axes: 1, boundary: "zero" }, [1, 2, 4])).toEqual([1, 2, -4]);
  });

  it("downsample: every q-th pixel from the first", () => {
    const x = Array.from({ length: 24 }, (_, i) => i);
    expect(apply("downsample", R(4, 6), { q: 2 }, x)).toEqual([0, 2, 4, 12, 14, 16]);
  });

  it("fourier: a unit impulse at 1 gives the unitary exponential", () => {
    const found = apply("fourier", C(4), {}, [0, 0, 1, 0, 0, 0, 0, 0]);
    const expected = [0.5, 0, 0, -0.5, -0.5, 0, 0, 0.5];
    expect(distance(Float64Array.from(found), Float64Array.from(expected))).toBeLessThan(1e-15);
  });

  it("mask: exactly the asked share, another pattern for another seed, the same for the same", () => {
    const pattern = (seed: number): number[] =>
      apply("mask", R(10, 10), { rate: 0.37, seed }, Array<number>(100).fill(1));
    expect(pattern(1).filter((entry) => entry === 1)).toHaveLength(37);
    expect(pattern(1).every((entry) => entry === 0 || entry === 1)).toBe(true);
    expect(pattern(1)).toEqual(pattern(1));
    expect(pattern(1)).not.toEqual(pattern(2));
  });

  it("gaussian: variance 1/m, columns of norm 1 where asked", () => {
    const plain = materialiseOperator(
      exact,
      libraryOperator(exact, "gaussian", { m: 100, n: 400 }, R(400), []),
    );
    const square = plain.data.reduce((sum, value) => sum + value ** 2, 0);
    expect(Math.abs(square / 400 - 1)).toBeLessThan(0.03);
    const scaled = libraryOperator(exact, "gaussian", { m: 10, n: 5, normalise: "columns" }, R(5), []);
    const gram = gramOf(rowsOf(materialiseOperator(exact, scaled).data, 10, 5));
    gram.forEach((row, i) => expect(row[i]).toBeCloseTo(1, 14));
  });

  it("row_norms: of each row, and 1 for one of zeros", () => {
    const A = matrixOperator(exact, array(exact, [3, 2], [3, 4, 0, 0, 0, -2]));
    expect(Array.from(exact.engine.readNow(rowNorms(exact, A).handle) ?? [])).toEqual([5, 1, 2]);
  });
});

describe("min_coherence", () => {
  /** |W'A|_F^2 and the largest deviation of diag(W'A) from 1. */
  function coherence(W: number[][], A: number[][]): { readonly square: number; readonly diagonal: number } {
    const [w, a] = [transposeOf(W), transposeOf(A)];
    const product = w.map((u) => a.map((v) => u.reduce((sum, value, i) => sum + value * (v[i] ?? 0), 0)));
    return {
      square: product.flat().reduce((sum, value) => sum + value ** 2, 0),
      diagonal: Math.max(...product.map((row, i) => Math.abs((row[i] ?? 0) - 1))),
    };
  }

  it.each([
    [4, 9],
    [6, 6],
    [9, 4],
  ])("of %i x %i keeps diag(W'A) = 1, and no admissible change does better", (m, n) => {
    const A = matrixOperator(exact, gaussianArray(exact, [m, n], 7));
    const a = rowsOf(materialiseOperator(exact, A).data, m, n);
    const w = rowsOf(materialiseOperator(exact, minCoherence(exact, A)).data, m, n);
    const best = coherence(w, a);
    expect(best.diagonal).toBeLessThan(1e-12);
    const columns = transposeOf(a);
    for (let trial = 0; trial < 30; trial++) {
      const step = trial % 2 === 0 ? 1 : 1e-3;
      const change = rowsOf(gaussianNumbers(m * n, trial), m, n);
      // the part of each column's change along a_i is removed, so that diag(W'A) stays
      const other = w.map((row, i) =>
        row.map((value, j) => {
          const column = columns[j] ?? [];
          const along = column.reduce((sum, entry, k) => sum + entry * (change[k]?.[j] ?? 0), 0);
          const square = column.reduce((sum, entry) => sum + entry ** 2, 0);
          return value + step * ((change[i]?.[j] ?? 0) - (along / square) * (column[i] ?? 0));
        }),
      );
      const found = coherence(other, a);
      expect(found.diagonal).toBeLessThan(1e-12);
      expect(found.square).toBeGreaterThan(best.square - 1e-12);
    }
  });
});

describe("inverse", () => {
  it("undoes diagonals, orthonormal operators and their multiples", () => {
    const d = array(exact, [4], [2, -0.5, 1, 8]);
    const D = libraryOperator(exact, "diag", {}, R(4), [d]);
    const W = libraryOperator(exact, "wavelet", { name: "haar", levels: 1 }, R(4), []);
    const complex = libraryOperator(exact, "diag", {}, C(2), [complexArray(exact, [2], [1, 0], [2, -3])]);
    const x = gaussianNumbers(4, 1);
    for (const A of [D, W, complex, scale(-3, W), scale(0.5, D)]) {
      const back = applied(exact, compose(inverse(exact, A), A), "apply", null, x);
      expect(distance(back, x)).toBeLessThan(1e-14);
    }
  });
});

describe("texts", () => {
  it("read as the language", () => {
    const W = libraryOperator(exact, "wavelet", { name: "sym4", levels: 1 }, R(4, 4), []);
    const M = libraryOperator(exact, "mask", { rate: 0.5 }, R(4, 4), []);
    const A = compose(M, adjoint(W));
    expect(A.text).toBe("mask(rate = 0.5, seed = 0)*wavelet(sym4, levels = 1)'");
    expect(adjoint(A).text).toBe("(mask(rate = 0.5, seed = 0)*wavelet(sym4, levels = 1)')'");
    expect(adjoint(adjoint(A))).toBe(A);
  });
});
