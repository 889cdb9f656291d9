import { describe, expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import { R } from "../../runtime/arrays/spaces.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { model } from "../../runtime/model.ts";
import { compiledProgram, definitionFor, type Edit } from "../laws/lab/compiled.ts";
import { RECONSTRUCTIONS } from "./fixtures.ts";

const { tv, nnls } = RECONSTRUCTIONS;
const A = realArray([nnls.rows, nnls.columns], Float64Array.from(nnls.A));
const y = realArray([nnls.rows], Float64Array.from(nnls.y));
const exact = { engine: { name: "reference" } } as const;

function solver(name: string, ...edits: readonly Edit[]): ReturnType<typeof definitionFor> {
  return definitionFor(compiledProgram(name, edits), "solver");
}

function furthest(found: ArrayLike<number>, expected: readonly number[]): number {
  return expected.reduce((most, each, i) => Math.max(most, Math.abs((found[i] ?? Number.NaN) - each)), 0);
}

/** 1/2 |A x - y|^2. */
function misfit(x: ArrayLike<number>): number {
  return nnls.y.reduce((sum, each, i) => {
    const image = Array.from(
      { length: nnls.columns },
      (_, j) => (nnls.A[i * nnls.columns + j] ?? 0) * (x[j] ?? 0),
    );
    return sum + (image.reduce((total, term) => total + term, 0) - each) ** 2 / 2;
  }, 0);
}

test("total variation denoising is that of scikit-image and of fast gradient projection", async () => {
  const definition = solver("tv_chambolle_pock", [
    "change(x) < 1e-5, max = 3000",
    "change(x) < 1e-9, max = 10000",
  ]);
  const using = operations(referenceEngine());
  const identity = using.library("I", {}, R(10, 12), []);
  const denoise = await model(definition, { A: identity, lambda: tv.lambda }, { engine: using });
  const { output, objective } = await denoise.run({ y: realArray([10, 12], Float64Array.from(tv.image)) });
  expect(furthest(output.data, tv.denoised)).toBeLessThan(1e-4);
  expect(Math.abs((objective?.[0] ?? 0) / tv.minimum - 1)).toBeLessThan(1e-6);
});

describe("nonnegative least squares", () => {
  test("projected gradients with Tikhonov's term end where the active sets end", async () => {
    const definition = solver("gradient_descent_tikhonov", [
      "change(x) < 1e-6, max = 5000",
      "change(x) < 1e-11, max = 50000",
    ]);
    const program = await model(definition, { A, alpha: nnls.alpha }, exact);
    const { output } = await program.run({ y });
    expect(furthest(output.data, nnls.tikhonov)).toBeLessThan(1e-6);
  });

  test("scaled gradient projection never goes up, and ends at the minimum", async () => {
    const program = await model(solver("sgp", ["change(x) < 1e-6", "change(x) < 1e-10"]), { A }, exact);
    const { output, trace, converged } = await program.run({ y }, { measure: () => ({}) });
    const values = (trace?.values["objective"] ?? []).map(([value = Number.NaN]) => value);
    expect(values.length).toBeGreaterThan(10);
    values.slice(1).forEach((value, k) => {
      // the slack that the line search has for single precision
      expect(value).toBeLessThanOrEqual((values[k] ?? 0) * (1 + 1e-6));
    });
    expect(converged).toEqual([true]);
    expect(misfit(output.data) / nnls.minimum - 1).toBeLessThan(1e-5);
    expect(Math.min(...output.data)).toBeGreaterThanOrEqual(0);
  });
});
