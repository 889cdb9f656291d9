import { describe, expect, test } from "vitest";
import { hostArray, realArray } from "../../runtime/io/hostArray.ts";
import { matrixOperator } from "../../runtime/operators/matrices/matrix.ts";
import { applied, distance, exact, gaussianNumbers, single } from "./support.ts";

const [rows, columns] = [37, 53];

const matrices = {
  real: realArray([rows, columns], gaussianNumbers(rows * columns, 1)),
  complex: hostArray("complex", [rows, columns], gaussianNumbers(2 * rows * columns, 2)),
} as const;

describe.each(["real", "complex"] as const)(
  "a %s matrix on the arena, for few samples and for many",
  (field) => {
    const [of, wanted] = [matrixOperator(single, matrices[field]), matrixOperator(exact, matrices[field])];
    const lanes = field === "complex" ? 2 : 1;

    test.each([null, 1, 7, 8, 9, 33])("batch %s: A x and A' y are those of double precision", (batch) => {
      for (const [direction, entries] of [
        ["apply", columns],
        ["adjoint", rows],
      ] as const) {
        const numbers = gaussianNumbers((batch ?? 1) * lanes * entries, entries);
        const got = applied(single, of, direction, batch, numbers);
        const expected = applied(exact, wanted, direction, batch, numbers);
        const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        expect(distance(got, expected)).toBeLessThan(1e-6 * largest);
      }
    });
  },
);
