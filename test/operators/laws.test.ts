import { describe, expect, it } from "vitest";
import { handlesOf, type ArrayValue, type Value } from "../../runtime/arrays/value.ts";
import { sizeOf } from "../../runtime/engine/shape.ts";
import { gram } from "../../runtime/operators/algebra/algebra.ts";
import { adjointTest } from "../../runtime/operators/adjointTest.ts";
import { packValue } from "../../runtime/operators/host.ts";
import { materialiseOperator } from "../../runtime/operators/materialise.ts";
import type { Operator, OperatorProperty } from "../../runtime/operators/operator.ts";
import { realDimension } from "../../runtime/operators/spaces.ts";
import { CASES, PER_SAMPLE } from "./cases.ts";
import {
  adjointDefect,
  applied,
  distance,
  eigenvalues,
  exact,
  gaussianNumbers,
  gramOf,
  rowsOf,
  single,
  spectralNorm,
  transposeOf,
} from "./support.ts";

function denseRows(operator: Operator): number[][] {
  const { shape, data } = materialiseOperator(exact, operator);
  return rowsOf(data, shape[0] ?? 0, shape[1] ?? 0);
}

/** The largest deviation of a Gram matrix from the identity. */
function offIdentity(gram: readonly (readonly number[])[]): number {
  return Math.max(...gram.flatMap((row, i) => row.map((value, j) => Math.abs(value - (i === j ? 1 : 0)))));
}

/** One index or a list of them, shared or one for each of three samples: shape and batch. */
const INDICES: readonly (readonly [readonly number[], number | null])[] = [
  [[], null],
  [[], 3],
  [[2], null],
  [[2], 3],
];

function largestOf(numbers: Value): number {
  return Math.max(
    ...handlesOf(numbers).flatMap((handle) => [...(exact.engine.readNow(handle) ?? [Number.NaN])]),
  );
}

const HOLDS: { readonly [P in OperatorProperty]: (rows: number[][]) => boolean } = {
  nonnegative: (rows) => rows.every((row) => row.every((value) => value >= -1e-14)),
  symmetric: (rows) =>
    rows.every((row, i) => row.every((value, j) => Math.abs(value - (rows[j]?.[i] ?? NaN)) < 1e-12)),
  positive: (rows) => HOLDS.symmetric(rows) && Math.min(...eigenvalues(rows)) > -1e-12,
  orthonormal: (rows) => offIdentity(gramOf(rows)) < 1e-12 && offIdentity(gramOf(transposeOf(rows))) < 1e-12,
  unit_columns: (rows) => gramOf(rows).every((row, i) => Math.abs((row[i] ?? NaN) - 1) < 1e-12),
};

describe.each(CASES)("$name", ({ build, tight }) => {
  const operator = build(exact);

  it("has an exact adjoint", () => {
    for (const batch of [null, 1, 2, 3]) {
      expect(adjointDefect(exact, operator, batch, 10)).toBeLessThan(1e-13);
    }
    expect(adjointTest(exact, operator, 1).passed).toBe(true);
  });

  it("gives each sample of a batch what it gives it alone", () => {
    const x = gaussianNumbers(realDimension(operator.domain), 2);
    const byColumns = denseRows(operator).map((row) =>
      row.reduce((sum, entry, j) => sum + entry * (x[j] ?? 0), 0),
    );
    const alone = applied(exact, operator, "apply", null, x);
    expect(distance(alone, Float64Array.from(byColumns))).toBeLessThan(1e-12);
  });

  it("has an A'A that is A' after A", () => {
    const product = gram(exact, operator);
    const expected = gramOf(denseRows(operator));
    denseRows(product).forEach((row, i) => {
      row.forEach((value, j) => {
        expect(Math.abs(value - (expected[i]?.[j] ?? NaN))).toBeLessThan(1e-10);
      });
    });
    expect(product.norm.value).toBeGreaterThanOrEqual(spectralNorm(denseRows(product)) * (1 - 1e-9));
  });

  it("is bounded by its norm", () => {
    const truth = spectralNorm(denseRows(operator));
    expect(operator.norm.value).toBeGreaterThanOrEqual(truth * (1 - 1e-14));
    if (tight) expect(operator.norm.value).toBeLessThanOrEqual(truth * (1 + 1e-5));
  });

  it("has the properties that it claims", () => {
    const rows = denseRows(operator);
    for (const property of operator.properties)
      expect([property, HOLDS[property](rows)]).toEqual([property, true]);
  });

  it("has rows that are those of its products, each sample its own, with their adjoint", () => {
    const { domain, codomain } = operator;
    const extent = codomain.kind === "array" ? (codomain.shape[0] ?? 0) : 0;
    if (extent === 0) return;
    for (const [shape, batch] of INDICES) {
      const count = sizeOf(shape) * (batch ?? 1);
      const numbers = Float64Array.from({ length: count }, (_, i) => (7 * i + 3) % extent);
      const full = batch === null ? shape : [batch, ...shape];
      const i: ArrayValue = {
        kind: "array",
        field: "real",
        shape,
        batch,
        handle: exact.engine.upload(numbers, full),
      };
      const x = packValue(exact.engine, domain, 3, gaussianNumbers(3 * realDimension(domain), 5));
      const image = exact.applyRows(operator, i, x);
      const difference = exact.map("a - b", { a: image, b: exact.rows(exact.apply(operator, x), i) });
      expect(largestOf(exact.norm2(difference))).toBeLessThan(1e-13 * (1 + operator.norm.value));
      const y = exact.map("image/2 + image*image", { image });
      const left = exact.dot(image, y);
      const right = exact.dot(x, exact.applyRowsAdjoint(operator, i, y));
      expect(largestOf(exact.map("abs(a - b)/(1 + abs(a))", { a: left, b: right }))).toBeLessThan(1e-12);
    }
  });

  it("is the same on the default engine, sample by sample, and leaks nothing", () => {
    const other = build(single);
    const size = realDimension(operator.domain);
    const whole = gaussianNumbers(size, 4);
    const expected = applied(exact, operator, "apply", null, whole);
    expect(distance(applied(single, other, "apply", null, whole), expected)).toBeLessThan(
      1e-5 * Math.max(1, operator.norm.value) * Math.sqrt(size),
    );
    applied(single, other, "adjoint", null, new Float64Array(realDimension(operator.codomain)));
    const before = single.engine.memory().arrays; // the engine keeps tables from the first call on
    for (const batch of [null, 1, 2, 3]) expect(adjointDefect(single, other, batch, 20)).toBeLessThan(1e-6);
    expect(single.engine.memory().arrays).toBe(before);
  });
});

describe.each(PER_SAMPLE)("$name", ({ build, tight }) => {
  const batch = 3;
  const operator = build(exact);

  it("has an exact adjoint for all samples at once", () => {
    expect(adjointDefect(exact, operator, batch, 10)).toBeLessThan(1e-13);
    expect(adjointDefect(single, build(single), batch, 10)).toBeLessThan(1e-6);
    expect(adjointTest(exact, operator, 1).passed).toBe(true);
  });

  it("is bounded for all samples by its norm", () => {
    const [size, image] = [realDimension(operator.domain), realDimension(operator.codomain)];
    const columns = Array.from({ length: size }, (_, j) => {
      const unit = new Float64Array(size * batch);
      for (let sample = 0; sample < batch; sample++) unit[sample * size + j] = 1;
      return applied(exact, operator, "apply", batch, unit);
    });
    const norms = Array.from({ length: batch }, (_, sample) =>
      spectralNorm(
        columns.map((column) => Array.from(column.subarray(sample * image, (sample + 1) * image))),
      ),
    );
    expect(operator.norm.value).toBeGreaterThanOrEqual(Math.max(...norms) * (1 - 1e-14));
    if (tight) expect(operator.norm.value).toBeLessThanOrEqual(Math.max(...norms) * (1 + 1e-5));
  });
});
