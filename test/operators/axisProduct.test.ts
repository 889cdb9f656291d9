import fc from "fast-check";
import { expect, test } from "vitest";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { axisProduct } from "../../runtime/operators/resampling/axisProduct.ts";
import { stream } from "../../runtime/random/stream.ts";

const engine = referenceEngine();
const COLUMNS = 64;

test("a matrix multiplies any axis as its definition says, whether its rows have few entries or many", () => {
  const sizes = fc.tuple(fc.integer({ min: 1, max: 70 }), fc.nat(3), fc.integer({ min: 1, max: 3 }));
  fc.assert(
    fc.property(
      sizes,
      fc.integer({ min: 1, max: 3 }),
      fc.nat(1000),
      ([rows, entries, outer], inner, seed) => {
        const random = stream(seed, "axis");
        const matrix = new Float64Array(rows * COLUMNS);
        for (let row = 0; row < rows; row++) {
          for (let count = 0; count < (entries === 3 ? COLUMNS : entries); count++) {
            matrix[row * COLUMNS + random.integer(COLUMNS)] = random.normal();
          }
        }
        const x = Float64Array.from({ length: outer * COLUMNS * inner }, () => random.normal());
        const product = axisProduct(engine, { rows, columns: COLUMNS, data: matrix });
        const found = product.along(engine, engine.upload(x, [outer, COLUMNS, inner]), 1);
        expect(found.shape).toEqual([outer, rows, inner]);
        const byDefinition = Array.from({ length: outer * rows * inner }, (_, at) => {
          const [o, row, i] = [Math.floor(at / rows / inner), Math.floor(at / inner) % rows, at % inner];
          return Array.from({ length: COLUMNS }, (_, column) => column).reduce(
            (sum, column) =>
              sum + (matrix[row * COLUMNS + column] ?? NaN) * (x[(o * COLUMNS + column) * inner + i] ?? NaN),
            0,
          );
        });
        const values = engine.readNow(found);
        expect(values).toHaveLength(byDefinition.length);
        for (const [at, value] of (values ?? []).entries())
          expect(value).toBeCloseTo(byDefinition[at] ?? NaN, 9);
      },
    ),
  );
});
