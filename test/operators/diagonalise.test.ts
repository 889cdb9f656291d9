import { describe, expect, it } from "vitest";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { C, R } from "../../runtime/arrays/spaces.ts";
import type { Space, Value } from "../../runtime/arrays/value.ts";
import { adjoint, compose, scale, vstack } from "../../runtime/operators/algebra/algebra.ts";
import { solveDiagonalised } from "../../runtime/operators/algebra/diagonalise.ts";
import { packValue, unpackValue } from "../../runtime/operators/host.ts";
import type { Operator } from "../../runtime/operators/operator.ts";
import { matrixOperator } from "../../runtime/operators/matrices/matrix.ts";
import { realDimension } from "../../runtime/operators/spaces.ts";
import { array, complexArray, exact, gaussianArray, gaussianNumbers, length, single } from "./support.ts";

/** A term A'A, or W' diag(w) W. */
interface Term {
  readonly operator: Operator;
  readonly weights?: Value;
}

interface Solve {
  readonly name: string;
  readonly space: Space;
  readonly terms: (using: Operations) => readonly Term[];
  readonly batch?: number;
}

const FACTORS = [1.5, 0.7, 0.3];
const SHIFT = 0.05;
const KERNEL = [0.1, 0.2, 0.1, 0, 0.3, 0.25, 0.05, -0.2, 0.1];

const image = (using: Operations, batch: number | null = null): Value =>
  using.map("abs(x)", { x: gaussianArray(using, [5, 6], 3, batch) });
const blurOf = (using: Operations, space: Space): Operator =>
  using.library("blur", { boundary: "periodic" }, space, [array(using, [3, 3], KERNEL)]);
const differences = (using: Operations, space: Space): Operator =>
  using.library("gradient", { boundary: "periodic" }, space, []);
const wavelet = (using: Operations): Operator =>
  using.library("wavelet", { name: "db2", levels: 1 }, R(4, 8), []);

const DIRECT: readonly Solve[] = [
  { name: "a blur", space: R(5, 6), terms: (using) => [{ operator: blurOf(using, R(5, 6)) }] },
  {
    name: "a large blur and differences, with channels",
    space: R(5, 6, 2),
    terms: (using) => [
      { operator: using.library("blur", {}, R(5, 6, 2), [gaussianArray(using, [17, 15], 4)]) },
      { operator: differences(using, R(5, 6, 2)) },
    ],
  },
  {
    name: "differences of a blur, a multiple, and its adjoint",
    space: R(5, 6),
    terms: (using) => {
      const B = blurOf(using, R(5, 6));
      const D = differences(using, R(5, 6));
      return [{ operator: compose(D, B) }, { operator: scale(-2, adjoint(B)) }, { operator: vstack(B, D) }];
    },
  },
  {
    name: "a blur of each sample",
    space: R(5, 6),
    batch: 3,
    terms: (using) => [
      { operator: using.library("blur", {}, R(5, 6), [gaussianArray(using, [3, 3], 5, 3)]) },
      { operator: differences(using, R(5, 6)) },
    ],
  },
  {
    name: "masked frequencies and differences of complex images",
    space: C(5, 6),
    batch: 3,
    terms: (using) => [
      { operator: using.library("fourier", {}, C(5, 6), []), weights: image(using, 3) },
      { operator: differences(using, C(5, 6)) },
    ],
  },
  {
    name: "masked centred frequencies, bound as a product, and differences",
    space: C(5, 6),
    terms: (using) => {
      const F = using.library("fourier", { centred: true }, C(5, 6), []);
      return [
        { operator: compose(using.library("mask", {}, C(5, 6), [image(using)]), F) },
        { operator: differences(using, C(5, 6)) },
      ];
    },
  },
  {
    name: "masked coefficients of wavelets",
    space: R(4, 8),
    terms: (using) => {
      const W = wavelet(using);
      const P = using.library("mask", {}, R(4, 8), [gaussianArray(using, [4, 8], 2)]);
      return [{ operator: compose(P, W) }, { operator: W }, { operator: compose(P, W) }];
    },
  },
  {
    name: "entries",
    space: C(3, 2),
    terms: (using) => [
      { operator: using.library("diag", {}, C(3, 2), [complexArray(using, [3], [1, 0.5, -2], [0.5, 1, 1])]) },
      {
        operator: using.library("coils", {}, C(3, 2), [
          complexArray(
            using,
            [3, 2, 2],
            Array.from(gaussianNumbers(12, 1)),
            Array.from(gaussianNumbers(12, 2)),
          ),
        ]),
      },
    ],
  },
  {
    name: "a high matrix",
    space: R(2, 3),
    terms: (using) => [
      { operator: matrixOperator(using, gaussianArray(using, [9, 6], 1), { domain: R(2, 3) }) },
    ],
  },
  {
    name: "a wide matrix",
    space: R(9),
    batch: 3,
    terms: (using) => [{ operator: matrixOperator(using, gaussianArray(using, [6, 9], 1)) }],
  },
];

const ITERATED: readonly Solve[] = [
  {
    name: "a matrix beside differences",
    space: R(3, 4),
    terms: (using) => [
      { operator: matrixOperator(using, gaussianArray(using, [5, 12], 1), { domain: R(3, 4) }) },
      { operator: differences(using, R(3, 4)) },
    ],
  },
  {
    name: "differences that are not periodic",
    space: R(5, 4),
    terms: (using) => [{ operator: using.library("gradient", {}, R(5, 4), []) }],
  },
  {
    name: "a mask beside a blur",
    space: R(5, 6),
    terms: (using) => [
      { operator: using.library("mask", {}, R(5, 6), [image(using)]) },
      { operator: blurOf(using, R(5, 6)) },
    ],
  },
  {
    name: "differences of what wavelets and a blur give",
    space: R(4, 8),
    terms: (using) => [
      { operator: compose(differences(using, R(4, 8)), compose(wavelet(using), blurOf(using, R(4, 8)))) },
    ],
  },
];

/** x of the direct way, and M x as the operators themselves give it. */
function solved(
  using: Operations,
  { space, terms, batch = 2 }: Solve,
): { x: Value; b: Value; back: Value } | null {
  const parts = terms(using);
  const operators = parts.map(({ operator, weights }) =>
    using.diagonalise(operator, weights ?? null, { alone: parts.length === 1 }),
  );
  const factors = [...FACTORS.slice(0, parts.length), SHIFT].map((value) => using.number(value));
  const b = packValue(using.engine, space, batch, gaussianNumbers(realDimension(space) * batch, 8));
  const x = solveDiagonalised(using, b, operators, factors);
  if (x === null) return null;
  const back = parts.reduce(
    (sum, { operator, weights }, i) => {
      const y = operator.apply(using, x);
      const weighted = weights === undefined ? y : using.map("w*y", { w: weights, y });
      const term = operator.adjoint(using, weighted);
      return using.map(`sum + ${FACTORS[i] ?? 0}*term`, { sum, term });
    },
    using.map(`${SHIFT}*x`, { x }),
  );
  return { x, b, back };
}

function numbersOf(using: Operations, value: Value, batch: number): Float64Array {
  return unpackValue(using.engine, value, batch, "a test");
}

describe.each(DIRECT)("a solve with $name", (of) => {
  const batch = of.batch ?? 2;

  it("is direct and exact", () => {
    const found = solved(exact, of)!;
    const residual = numbersOf(exact, exact.map("b - m", { b: found.b, m: found.back }), batch);
    expect(length(residual)).toBeLessThan(1e-11 * length(numbersOf(exact, found.b, batch)));
  });

  // |x - x*| <= (rounding) |M| |M^-1| |x|: the norms here are below 40 and 1/SHIFT
  it("has an error of some units of single precision times the condition", () => {
    const expected = numbersOf(exact, solved(exact, of)!.x, batch);
    const found = numbersOf(single, solved(single, of)!.x, batch);
    const error = length(found.map((value, i) => value - (expected[i] ?? NaN)));
    expect(error).toBeLessThan(4 * 2 ** -24 * (40 / SHIFT) * length(expected));
  });
});

it.each(ITERATED)("$name share no basis, and are left to conjugate gradients", (of) => {
  expect(solved(exact, of)).toBeNull();
});

it("bounds W' diag(w) W by the largest weight, too", () => {
  const weights = [7, 0.5, 2, 1, 3, 0.1];
  for (const W of [
    exact.library("I", {}, R(6), []),
    matrixOperator(exact, gaussianArray(exact, [6, 4], 3)),
  ]) {
    const product = exact.diagonalise(W, array(exact, [6], weights), { alone: false });
    const space = W.domain;
    for (let seed = 0; seed < 20; seed++) {
      const x = packValue(exact.engine, space, null, gaussianNumbers(realDimension(space), seed));
      const [before, after] = [x, product.apply(exact, x)].map((value) => length(numbersOf(exact, value, 1)));
      expect(product.norm.value * (before ?? 0)).toBeGreaterThanOrEqual(after ?? Infinity);
    }
    const unit = array(
      exact,
      [realDimension(space)],
      [1, ...Array.from({ length: realDimension(space) - 1 }, () => 0)],
    );
    expect(product.norm.value).toBeGreaterThanOrEqual(
      length(numbersOf(exact, product.apply(exact, unit), 1)),
    );
  }
});
