import { describe, expect, it } from "vitest";
import { C, R, productOf } from "../../runtime/arrays/spaces.ts";
import { compose, sum, vstack } from "../../runtime/operators/algebra/algebra.ts";
import { OperatorError, type OperatorErrorCode } from "../../runtime/operators/operatorError.ts";
import { libraryOperator } from "../../runtime/operators/create.ts";
import { inverse } from "../../runtime/operators/algebra/inverse.ts";
import { materialiseOperator } from "../../runtime/operators/materialise.ts";
import { matrixOperator } from "../../runtime/operators/matrices/matrix.ts";
import { minCoherence } from "../../runtime/operators/matrices/minCoherence.ts";
import { pseudoInverseOf } from "../../runtime/operators/algebra/pseudoInverse.ts";
import { applied, array, complexArray, exact, gaussianArray } from "./support.ts";

const make = (
  ...[name, settings, domain, arrays]: [
    Parameters<typeof libraryOperator>[1],
    Parameters<typeof libraryOperator>[2],
    Parameters<typeof libraryOperator>[3],
    Parameters<typeof libraryOperator>[4]?,
  ]
) => libraryOperator(exact, name, settings, domain, arrays ?? []);

const G = make("gaussian", { m: 2, n: 3 }, R(3));
const F = make("fourier", {}, C(4));

const FAULTS: readonly (readonly [OperatorErrorCode, string, RegExp, () => unknown])[] = [
  [
    "IPX8201",
    "unknown setting",
    /`levels`.*name, levels|no setting/,
    () => make("gradient", { levels: 3 }, R(4, 4)),
  ],
  ["IPX8202", "missing setting", /needs its setting `q`/, () => make("downsample", {}, R(4, 4))],
  [
    "IPX8202",
    "word that is none",
    /`haar` or `db2` or .* or `sym8`/,
    () => make("wavelet", { name: "coif1" }, R(8, 8)),
  ],
  [
    "IPX8202",
    "no integer",
    /integer of at least 1/,
    () => make("wavelet", { name: "haar", levels: 1.5 }, R(8, 8)),
  ],
  ["IPX8202", "rate above 1", /\[0, 1\]/, () => make("mask", { rate: 50 }, R(8, 8))],
  ["IPX8202", "axis that is not there", /has 1 axes/, () => make("fourier", { axes: [0, 1] }, C(4))],
  ["IPX8202", "unknown codomain", /Declare it/, () => make("reshape", {}, R(4))],
  [
    "IPX8203",
    "size that 2^levels does not divide",
    /8 must divide.*fewer levels/s,
    () => make("wavelet", { name: "haar" }, R(12, 8)),
  ],
  ["IPX8203", "size that q does not divide", /3 must divide/, () => make("downsample", { q: 3 }, R(9, 8))],
  ["IPX8203", "real domain of fourier", /fourier\*real'/, () => make("fourier", {}, R(4))],
  [
    "IPX8203",
    "tuple",
    /arrays of at least 1 axis, not on \(R\[2\], C\)/,
    () => make("gradient", {}, productOf(R(2), C())),
  ],
  ["IPX8203", "too few axes", /at least 3 axes/, () => make("gradient", { axes: 3 }, R(4, 4))],
  ["IPX8203", "other number of entries", /12 entries/, () => make("reshape", { shape: [5] }, R(3, 4))],
  [
    "IPX8203",
    "kernel beyond the mirror",
    /reaches beyond/,
    () => make("blur", { boundary: "neumann" }, R(2, 8), [array(exact, [7, 1], [1, 1, 1, 1, 1, 1, 1])]),
  ],
  ["IPX8203", "domain that is not R[n]", /R\[5\]/, () => make("gaussian", { m: 3, n: 5 }, R(6))],
  [
    "IPX8204",
    "mask of another shape",
    /first axes/,
    () => make("mask", {}, R(3, 4), [array(exact, [4], [1, 1, 1, 1])]),
  ],
  [
    "IPX8204",
    "complex mask",
    /diag\(d\)/,
    () => make("mask", {}, C(2), [complexArray(exact, [2], [1, 1], [1, 0])]),
  ],
  [
    "IPX8204",
    "complex diagonal on reals",
    /out of the reals/,
    () => make("diag", {}, R(2), [complexArray(exact, [2], [1, 1], [1, 0])]),
  ],
  [
    "IPX8204",
    "array that is not wanted",
    /takes no array/,
    () => make("I", {}, R(2), [array(exact, [2], [1, 1])]),
  ],
  ["IPX8204", "vector for a matrix", /two axes/, () => matrixOperator(exact, array(exact, [2], [1, 1]))],
  [
    "IPX8204",
    "matrix that does not fit",
    /3 real entries/,
    () => matrixOperator(exact, gaussianArray(exact, [2, 3], 1), { domain: R(4) }),
  ],
  [
    "IPX8205",
    "engine that cannot read at once",
    /with norm <= c/,
    () => {
      const engine = { ...exact.engine, readNow: () => null };
      return libraryOperator({ ...exact, engine }, "diag", {}, R(2), [array(exact, [2], [1, 1])]).norm;
    },
  ],
  ["IPX8206", "product that does not fit", /acts on R\[3\], the other gives R\[2\]/, () => compose(G, G)],
  ["IPX8206", "sum that does not fit", /cannot be added/, () => sum(G, make("I", {}, R(3)))],
  ["IPX8206", "stack that does not fit", /cannot be stacked/, () => vstack(G, F)],
  ["IPX8207", "no known inverse", /solve\(M, b/, () => inverse(exact, G)],
  [
    "IPX8207",
    "zero on the diagonal",
    /has a zero/,
    () => inverse(exact, make("diag", {}, R(2), [array(exact, [2], [1, 0])])),
  ],
  [
    "IPX8208",
    "dependent rows",
    /dependent/,
    () => minCoherence(exact, matrixOperator(exact, array(exact, [2, 3], [1, 2, 3, 2, 4, 6]))),
  ],
  [
    "IPX8202",
    "rank above the shorter side",
    /`rank` of `pinv\(.*is 7.*3 singular values/,
    () => pseudoInverseOf(exact, matrixOperator(exact, gaussianArray(exact, [3, 9], 1)), 7),
  ],
  [
    "IPX8208",
    "matrix for each sample",
    /for each sample/,
    () => materialiseOperator(exact, matrixOperator(exact, gaussianArray(exact, [2, 2], 1, 3))),
  ],
  [
    "IPX8208",
    "matrix too large",
    /16777216 x 16777216/,
    () => materialiseOperator(exact, make("I", {}, R(2 ** 24))),
  ],
  [
    "IPX8209",
    "value of another space",
    /R\[4\]; it acts on R\[3\]/,
    () => applied(exact, { ...G, domain: R(4) }, "apply", null, new Float64Array(4)),
  ],
];

describe("what cannot be bound is refused", () => {
  it.each(FAULTS)("%s: %s", (code, _name, text, attempt) => {
    let error: unknown;
    try {
      attempt();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(OperatorError);
    expect((error as OperatorError).code).toBe(code);
    expect((error as OperatorError).message).toMatch(text);
  });
});
