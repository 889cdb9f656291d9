import { describe, expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { realArray, type HostArray } from "../../runtime/io/hostArray.ts";
import { bind } from "../../runtime/program/bind.ts";
import { bindInputs } from "../../runtime/program/inputs.ts";
import { perform } from "../../runtime/solve/task.ts";
import { compiledText, definitionFor } from "./lab/compiled.ts";
import { evaluated } from "./lab/evaluate.ts";
import { parameterSlopes } from "./lab/slopes.ts";

const [SAMPLES, N] = [2, 4];
const y: HostArray = realArray(
  [SAMPLES, N],
  Float64Array.from({ length: SAMPLES * N }, (_, i) => Math.sin(3 * i + 1)),
);

/** Norms of what is learned, as numbers or as arrays of n. */
const NORMS: Readonly<Record<string, string>> = {
  "a matrix": "norm(W)",
  "a matrix times a diagonal of the data": "norm(W*diag(2 .+ tanh(y)))",
  "a diagonal times an operator of the run": "norm(diag(v)*G)",
  "a diagonal that is solved with": "norm(inv(diag(v) + 2*I))",
  "the rows of a matrix": "row_norms(W)",
  "some rows of a matrix": "norm(W[consecutive(4, parts = 2, part = 1)])",
};

describe("the derivative of a norm by what is learned agrees with differences", () => {
  test.each(Object.entries(NORMS))("%s", async (_, norm) => {
    const text = `program p[n] {
    input y : R[n]
    learn W : linear R[n] -> R[n] = gaussian(n, n, seed = 2)
    learn v : R[n] in (0, inf) = ones + abs(gaussian(n, n, seed = 3)*ones)
    let G = gaussian(n, n, seed = 1)
    state x : R[n] = 0
    step { x <- x - 0.1*(diag(v)*G*x - y) + W*y }
    output x ./ (ones + ${norm}*ones)
    unroll(2)
  }`.replace(`${norm}*ones`, norm.startsWith("row") ? norm : `${norm}*ones`);
    const using = operations(referenceEngine());
    const program = await bind(definitionFor(compiledText("p", text), "unrolled"), using, {
      sizes: { n: N },
    });
    const inputs = await perform(using, bindInputs(program, { y }, true));
    for (const { gradient, difference, scale } of await parameterSlopes({ program, inputs })) {
      expect(Math.abs(gradient)).toBeGreaterThan(1e-3 * scale);
      expect(Math.abs(gradient - difference)).toBeLessThan(1e-6 * scale);
    }
  });
});

/** Operators that are written out for their rows, with the rows of zeros that they have at y = 0. */
const ROWS: Readonly<Record<string, { readonly operator: string; readonly norms: readonly number[] }>> = {
  "a diagonal": { operator: "diag(y)*A", norms: [1, 10] },
  "the real part of a complex operator": { operator: "2*real*B", norms: [10, 26] },
  "a stack": { operator: "(A + diag(0*y)*A)", norms: [5, 5] },
};

test.each(Object.entries(ROWS))("the norms of the rows of %s are exact", async (_, { operator, norms }) => {
  const text = `program p {
    given A : linear R[2] -> R[2]
    given B : linear C[2] -> C[2]
    input y : R[2]
    output row_norms(${operator}) + 0*y
  }`;
  const A = realArray([2, 2], Float64Array.from([3, 4, -4, 3]));
  const B: HostArray = {
    field: "complex",
    shape: [2, 2],
    data: Float64Array.from([3, 0, 0, 4, 0, 5, 12, 0]),
  };
  const [found] = await evaluated(text, { y: realArray([1, 2], Float64Array.from([0, 2])) }, { A, B });
  expect(found).toEqual(norms.map((norm) => expect.closeTo(norm, 10)));
});
