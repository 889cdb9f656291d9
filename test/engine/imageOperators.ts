import fc from "fast-check";
import { expect, it } from "vitest";
import type { Engine, Handle } from "../../runtime/engine/engine.ts";
import { sizeOf } from "../../runtime/engine/shape.ts";
import { handlesOfSparse, sparseRows } from "../../runtime/engine/sparseRows.ts";
import { arrayOf, deviation, extent, type Numbers, onBoth, scattered } from "./support.ts";

type Pair = () => readonly [Engine, Engine];

/** Declares the tests that what operators of images are made of agrees with the reference, and with its adjoint. */
export function imageOperatorsAgree(engines: Pair): void {
  it("patches are entries of images at strides, and are added where they lie", () => {
    const sizes = fc.record({
      size: extent(1, 9),
      stride: extent(1, 6),
      down: extent(1, 4),
      across: extent(1, 9),
    });
    const around = fc.record({
      samples: extent(0, 2),
      deep: extent(1, 3),
      pair: extent(1, 2),
      seed: fc.nat(99),
    });
    fc.assert(
      fc.property(sizes, around, ({ size, stride, down, across }, { samples, deep, pair, seed }) => {
        const [rows, columns] = [down, across].map((count) => (count - 1) * stride + size);
        const image = [samples, rows ?? 0, columns ?? 0, deep, pair];
        const patches = [samples, size, size, deep, down, across, pair];
        adjointAgree(engines, [image, patches], seed, (engine, x, adjoint) =>
          engine.patches(x, { size, stride, adjoint }),
        );
      }),
      { numRuns: 150 },
    );
  });

  it("symmetrised gradients are those of both components", () => {
    const sizes = fc.tuple(extent(0, 2), extent(1, 6), extent(1, 14), extent(1, 2), fc.nat(99));
    const boundaries = fc.constantFrom("neumann" as const, "periodic" as const, "zero" as const);
    fc.assert(
      fc.property(sizes, boundaries, ([samples, rows, columns, pair, seed], boundary) => {
        const [field, matrices] = [2, 3].map((entries) => [samples, rows, columns, entries, pair]);
        adjointAgree(engines, [field ?? [], matrices ?? []], seed, (engine, x, adjoint) =>
          engine.symmetrised(x, { boundary, adjoint }),
        );
      }),
      { numRuns: 150 },
    );
  });

  it("a sparse matrix multiplies the middle axis, rows without entries and entries at one place too", () => {
    const sizes = fc.tuple(extent(0, 40), extent(1, 9), extent(1, 11), extent(1, 20));
    const places = fc.array(fc.tuple(fc.nat(99), fc.nat(99), fc.integer({ min: -8, max: 8 })), {
      maxLength: 40,
    });
    const cases = sizes.chain(([outer, m, n, inner]) => fc.tuple(fc.constant(m), arrayOf([outer, n, inner])));
    fc.assert(
      fc.property(cases, places, ([m, x], entries) => {
        const n = x.shape[1] ?? 1;
        const placed = entries.map(([row, column, value]) => ({ row: row % m, column: column % n, value }));
        agree(engines, [x], (engine, lines) =>
          engine.scope(
            () => engine.sparseProduct(sparseRows(engine, [m, n], placed), lines),
            (result) => [result],
          ),
        );
      }),
      { numRuns: 150 },
    );
  });

  it("multiplies rows of many entries with wide lines", () => {
    const entries = Array.from({ length: 500 }, (_, at) => ({
      ...{ row: at < 200 ? 0 : at < 330 ? 2 : 3 + (at % 3), column: (at * 37) % 83 },
      value: ((at * 13) % 17) / 8 - 1,
    }));
    agree(engines, [scattered([2, 83, 205], 5)], (engine, lines) =>
      engine.scope(
        () => engine.sparseProduct(sparseRows(engine, [7, 83], entries), lines),
        (result) => [result],
      ),
    );
  });

  it("multiplies long lines that do not stand side by side", () => {
    const matrix = (engine: Engine) =>
      sparseRows(
        engine,
        [3, 5000],
        [4999, 7, 0].map((column, row) => ({ row, column, value: row + 1 })),
      );
    agree(engines, [scattered([2, 5000, 1], 4)], (engine, lines) => {
      const made = matrix(engine);
      const result = engine.sparseProduct(made, lines);
      engine.dispose(handlesOfSparse(made));
      return result;
    });
  });
}

function agree(
  engines: Pair,
  inputs: readonly Numbers[],
  body: (engine: Engine, x: Handle) => Handle,
): Numbers {
  const [got, wanted] = onBoth(engines(), inputs, (engine, x) => {
    if (x === undefined) throw new Error("an array is needed");
    return body(engine, x);
  });
  expect(got.shape).toEqual(wanted.shape);
  expect(deviation(got, wanted)).toBeLessThan(1e-5);
  return got;
}

/** Both directions agree with the reference, and are adjoint to each other. */
function adjointAgree(
  engines: Pair,
  [domain, codomain]: readonly [readonly number[], readonly number[]],
  seed: number,
  body: (engine: Engine, x: Handle, adjoint: boolean) => Handle,
): void {
  const [x, y] = [scattered(domain, seed), scattered(codomain, seed + 1)];
  const image = agree(engines, [x], (engine, handle) => body(engine, handle, false));
  const back = agree(engines, [y], (engine, handle) => body(engine, handle, true));
  const inner = (a: Numbers, b: Numbers) =>
    a.data.reduce((sum, value, i) => sum + value * (b.data[i] ?? NaN), 0);
  const scale = 1 + sizeOf(codomain);
  expect(Math.abs(inner(image, y) - inner(x, back)) / scale).toBeLessThan(1e-5);
}
