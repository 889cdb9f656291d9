import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import type { ArrayValue, Value } from "../../runtime/arrays/value.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import {
  anyField,
  apart,
  batchOrNot,
  C,
  complex,
  numbersOfSample,
  R,
  real,
  reference,
  type Sampled,
  sampled,
  sampleOf,
  valueOf,
  withoutLeaks,
} from "./support.ts";

type Argument = { readonly shape: readonly number[]; readonly field: fc.Arbitrary<"real" | "complex"> };
type Body = (ops: Operations, ...values: readonly ArrayValue[]) => Value;

const argument = (shape: readonly number[], field: Argument["field"] = real): Argument => ({ shape, field });
const get = (values: readonly ArrayValue[], index: number): ArrayValue => {
  const value = values[index];
  if (value === undefined) throw new Error(`no argument ${index}`);
  return value;
};

let engines: readonly Operations[];
beforeAll(async () => {
  engines = [reference(), operations(await wasmEngine())];
});

/**
 * The law of batches: whatever arguments are a batch and whatever are shared, each sample's result is what it would be
 * alone; and nothing but the result stays in memory.
 */
function batchEqualsSamples(parts: readonly Argument[], body: Body, runs = 25): void {
  const inputs = fc
    .integer({ min: 1, max: 4 })
    .chain((batch) =>
      fc.tuple(
        ...parts.map(({ shape, field }) => batchOrNot(batch).chain((own) => sampled(field, shape, own))),
      ),
    );
  fc.assert(
    fc.property(inputs, (arrays: readonly Sampled[]) => {
      for (const ops of engines) check(ops, arrays, body);
    }),
    { numRuns: runs },
  );
}

function check(ops: Operations, arrays: readonly Sampled[], body: Body): void {
  const batch = arrays.find((array) => array.batch !== null)?.batch ?? null;
  const values = arrays.map((array) => valueOf(ops, array));
  const whole = body(withoutLeaks(ops), ...values);
  for (let index = 0; index < (batch ?? 1); index++) {
    const alone = arrays.map((array) => valueOf(ops, sampleOf(array, index)));
    const result = body(ops, ...alone);
    const tolerance = ops.engine.significand === 53 ? 1e-12 : 2e-5;
    expect(apart(numbersOfSample(ops, whole, index), numbersOfSample(ops, result, 0))).toBeLessThan(
      tolerance,
    );
  }
}

describe("a batch equals its samples", () => {
  const anything = argument([2, 3], anyField);
  const row = argument([3], anyField);
  const number = argument([]);
  const image = argument([5, 4, 2]);
  const filters = argument([3, 3, 2, 3]);

  const cases: Readonly<Record<string, readonly [readonly Argument[], Body]>> = {
    "map of linear functions": [
      [anything, row, number],
      (ops, x, y, t) => ops.map("x - t*y/2", { x: x as Value, y: y as Value, t: t as Value }),
    ],
    "several maps at once": [
      [anything, row, number],
      (ops, ...values) => {
        const inputs = { x: get(values, 0), y: get(values, 1), t: get(values, 2) };
        const { sum, twice, modulus } = ops.mapAll(
          { sum: "x + t*y", twice: "2*sum - y", modulus: "abs(twice)" },
          inputs,
        );
        return ops.product([sum, twice, modulus]);
      },
    ],
    "several maps at once, some of them reduced": [
      [anything, row, number],
      (ops, ...values) => {
        const inputs = { x: get(values, 0), y: get(values, 1), t: get(values, 2) };
        const { r, a, b } = ops.mapAll({ r: "x + t*y", a: "r*r - y", b: "max(abs(r), 1)" }, inputs, {
          a: "sum",
          b: "maximum",
        });
        return ops.product([r, a, b]);
      },
    ],
    "map of products and moduli": [
      [anything, row, number],
      (ops, x, y, t) =>
        ops.map("soft(x*y + conj(x), abs(t)) + sign(y)*x - hard(x, 0.5)^2", {
          x: x as Value,
          y: y as Value,
          t: t as Value,
        }),
    ],
    "map of phase, real and imag": [
      [anything, row],
      (ops, x, y) =>
        ops.map("complex(phase(x*y))*y + imaginary(real(x) - imag(x)) + select(abs(x) < 1, x, y)", {
          x: x as Value,
          y: y as Value,
        }),
    ],
    "map of products of values": [
      [anything, row, number],
      (ops, x, y, t) => {
        const pair = ops.product([x as Value, ops.product([y as Value])]);
        return ops.map("p + t*p", { p: pair, t: t as Value });
      },
    ],
    fill: [[number], (ops, t) => ops.fill(t as Value, { kind: "product", parts: [R(2), C(1, 2)] })],
    "sum and its adjoint": [
      [anything],
      (ops, x) => ops.product([ops.sum(x as Value), ops.sumTo(x as Value, R(3))]),
    ],
    "extremes, count": [
      [argument([2, 3])],
      (ops, x) => ops.product([ops.maximum(x as Value), ops.minimum(x as Value), ops.count(x as Value)]),
    ],
    "dot, norm2, groupNorm": [
      [anything, anything],
      (ops, x, y) =>
        ops.product([ops.dot(x as Value, y as Value), ops.norm2(x as Value), ops.groupNorm(y as Value)]),
    ],
    largest: [
      [anything, row, number],
      (ops, x, y, t) =>
        ops.largest(ops.product([x as Value, y as Value]), ops.map("sigmoid(t)", { t: t as Value })),
    ],
    "rows, placeRows": [
      [anything, number, argument([4])],
      (ops, x, i, j) => {
        const chosen = ops.rows(x as Value, j as Value);
        const columns = ops.rows(x as Value, j as Value, 1);
        const whole = x?.field === "complex" ? C(2, 3) : R(2, 3);
        return ops.product([
          ops.rows(x as Value, i as Value),
          chosen,
          ops.placeRows(chosen, j as Value, whole),
          columns,
          ops.placeRows(columns, j as Value, whole, 1),
        ]);
      },
    ],
    matvec: [
      [argument([4, 6], anyField), anything],
      (ops, a, x) => ops.matvec(a as Value, x as Value, C(2, 2)),
    ],
    matvecTransposed: [
      [argument([6, 4], anyField), anything],
      (ops, a, x) => ops.matvecTransposed(a as Value, x as Value, { kind: "product", parts: [R(3), C(1)] }),
    ],
    "convolve and its input gradient": [
      [image, filters],
      (ops, x, w) => {
        const y = ops.convolve(x as Value, w as Value, 2);
        return ops.product([y, ops.convolveInputGradient(y, w as Value, R(5, 4, 2), 2)]);
      },
    ],
    maxPool: [
      [argument([4, 2, 2]), argument([2, 1, 2])],
      (ops, x, g) =>
        ops.product([ops.maxPool(x as Value, 2), ops.maxPoolGradient(x as Value, g as Value, 2)]),
    ],
    "depthwise and its input gradient": [
      [image, argument([3, 2, 2])],
      (ops, x, w) => {
        const y = ops.depthwise(x as Value, w as Value);
        return ops.product([y, ops.depthwiseInputGradient(y, w as Value)]);
      },
    ],
    "shuffle, unshuffle, channelMaximum": [
      [argument([4, 2, 8])],
      (ops, x) =>
        ops.product([
          ops.shuffle(x as Value, 2),
          ops.unshuffle(x as Value, 2),
          ops.channelMaximum(x as Value),
        ]),
    ],
    "concat, channels, placeChannels": [
      [anything, argument([2, 2], anyField)],
      (ops, x, y) => {
        const joined = ops.concat([x as Value, y as Value]);
        return ops.product([ops.channels(joined, 2, 2), ops.placeChannels(joined, 1, 7)]);
      },
    ],
    "padding, cropping, reshaping": [
      [argument([3, 5, 2], anyField)],
      (ops, x) => {
        const padded = ops.padImage(x as Value, 4);
        return ops.product([padded, ops.cropImage(padded, R(2, 3, 1)), ops.reshape(x as Value, C(6, 5))]);
      },
    ],
    branch: [
      [anything, number],
      (ops, x, t) => {
        const inputs = { x: x as Value, t: t as Value };
        const sides = ops.branch(
          ops.map("t < 0", { t: t as Value }),
          () => [ops.map("x/0", inputs)],
          () => [ops.map("x + t", inputs)],
        );
        return ops.product(sides);
      },
    ],
    "loop, NaN in finished lanes": [
      [anything, number],
      (ops, x, t) => {
        const result = ops.loop(
          [x as Value, ops.map("abs(t)", { t: t as Value })],
          ([, s]) => ops.map("0 < s", { s: s as Value }),
          ([y, s]) => [
            ops.map("y*sqrt(s)", { y: y as Value, s: s as Value }),
            ops.map("s - 0.4", { s: s as Value }),
          ],
          4,
        );
        return ops.product([...result.carried, result.capped]);
      },
    ],
    solve: [
      [argument([6, 4]), argument([4]), argument([4])],
      (ops, a, b, start) => {
        const normal = (x: Value): Value =>
          ops.map("x + y", { x, y: ops.matvecTransposed(a as Value, ops.matvec(a as Value, x, R(6)), R(4)) });
        return ops.solve(b as Value, start as Value, normal, { by: "cg", tolerance: 1e-6, maximum: 30 });
      },
    ],
    "complex solve": [
      [argument([6, 4], complex), argument([4], complex)],
      (ops, a, b) => {
        const normal = (x: Value): Value =>
          ops.map("x + y", { x, y: ops.matvecTransposed(a as Value, ops.matvec(a as Value, x, C(6)), C(4)) });
        return ops.solve(b as Value, null, normal, { by: "cg", tolerance: 1e-6, maximum: 30 });
      },
    ],
    materialise: [
      [argument([3, 4], anyField)],
      (ops, a) => ops.materialise(R(2, 2), (x) => ops.matvec(a as Value, x, C(3))),
    ],
    frobenius: [
      [argument([3, 4], anyField)],
      (ops, a) => ops.frobenius(C(2, 2), (x) => ops.matvec(a as Value, x, C(3))),
    ],
  };

  it.each(Object.entries(cases))("%s", (_, [parts, body]) => {
    batchEqualsSamples(parts, body);
  });
});

describe("sums over the samples", () => {
  const sumsOverSamples = (parts: readonly Argument[], body: Body): void => {
    const inputs = fc
      .integer({ min: 1, max: 4 })
      .chain((batch) =>
        fc.tuple(
          ...parts.map(({ shape, field }) => batchOrNot(batch).chain((own) => sampled(field, shape, own))),
        ),
      );
    fc.assert(
      fc.property(inputs, (arrays: readonly Sampled[]) => {
        for (const ops of engines) {
          const batch = arrays.find((array) => array.batch !== null)?.batch ?? 1;
          const whole = body(ops, ...arrays.map((array) => valueOf(ops, array)));
          const alone = Array.from({ length: batch }, (_, index) =>
            numbersOfSample(
              ops,
              body(ops, ...arrays.map((array) => valueOf(ops, sampleOf(array, index)))),
              0,
            ),
          );
          const [first = []] = alone;
          const total = first.map((_, at) => alone.reduce((sum, numbers) => sum + (numbers[at] ?? 0), 0));
          expect(apart(numbersOfSample(ops, whole, 0), total)).toBeLessThan(2e-5);
        }
      }),
      { numRuns: 30 },
    );
  };

  it("outerSum", () => {
    sumsOverSamples([argument([2, 2], anyField), argument([3], anyField)], (ops, ...v) =>
      ops.outerSum(get(v, 0), get(v, 1)),
    );
  });
  it("convolveFilterGradient", () => {
    sumsOverSamples([argument([4, 5, 2]), argument([2, 3, 3])], (ops, ...v) =>
      ops.convolveFilterGradient(get(v, 0), get(v, 1), R(3, 2, 2, 3), 2),
    );
  });
  it("sumSamples", () => {
    sumsOverSamples([argument([2], anyField)], (ops, ...v) => ops.sumSamples(get(v, 0)));
  });
});
