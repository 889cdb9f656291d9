import { describe, expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { download } from "../../runtime/arrays/host.ts";
import { nmseDb } from "../../runtime/measure/nmse.ts";
import { sampleOf } from "../../runtime/io/hostArray.ts";
import { model } from "../../runtime/model.ts";
import { materialiseOperator } from "../../runtime/operators/materialise.ts";
import { bind } from "../../runtime/program/bind.ts";
import { compiledProgram, definitionFor } from "../laws/lab/compiled.ts";
import { LASSO } from "./fixtures.ts";
import { lassoObjectives, sparseCoding } from "./sparseCoding.ts";

const problem = sparseCoding();
const { A, x, y } = problem;

test("lip(grad f) is the largest eigenvalue of A'A, and never below it", async () => {
  const definition = definitionFor(compiledProgram("fista"), "solver");
  const using = operations(referenceEngine());
  const { known } = await bind(definition, using, { givens: { A } });
  const { L } = known;
  if (typeof L !== "object" || L.kind !== "array" || !("handle" in L)) throw new Error("L is no number");
  const [value] = (await download(using, L))[0]?.data ?? [];
  expect(value).toBeGreaterThanOrEqual(LASSO.normSquare);
  expect(value).toBeLessThan(1.01 * LASSO.normSquare);
});

describe.each(LASSO.cases)("lambda = $lambda", ({ lambda, nmse: expected, minimum }) => {
  test("FISTA after 200 steps is where an independent FISTA is", async () => {
    const fista = await model(definitionFor(compiledProgram("fista"), "unrolled", { steps: 200 }), {
      A,
      lambda,
    });
    const { output } = await fista.run({ y }, { batched: true });
    expected.forEach((decibel, sample) => {
      const found = nmseDb(sampleOf(output, sample), sampleOf(x, sample));
      expect(Math.abs(found - decibel)).toBeLessThan(0.3);
    });
    fista.dispose();
  });

  test.each(["fista", "fista_backtracking"])(
    "%s reaches the minimum of an independent solver",
    async (name) => {
      const solver = await model(definitionFor(compiledProgram(name), "solver"), { A, lambda });
      const { output, objective, converged } = await solver.run({ y }, { batched: true });
      expect(converged).toEqual(minimum.map(() => true));
      lassoObjectives(problem, lambda, output).forEach((value, sample) => {
        const least = minimum[sample] ?? Number.NaN;
        expect(value).toBeGreaterThan(least * (1 - 1e-9));
        expect(value / least - 1).toBeLessThan(1e-5);
        expect(Math.abs((objective?.[sample] ?? Number.NaN) / value - 1)).toBeLessThan(1e-5);
      });
      solver.dispose();
    },
  );
});

test("the weights of ALISTA are those of least coherence", async () => {
  const using = operations(referenceEngine());
  const definition = definitionFor(compiledProgram("alista"), "unrolled");
  const { known } = await bind(definition, using, { givens: { A } });
  const { W } = known;
  if (typeof W !== "object" || W.kind !== "operator") throw new Error("W is no operator");
  const weights = materialiseOperator(using, W).data;
  const at = (i: number, j: number): number => weights[i * LASSO.columns + j] ?? Number.NaN;
  LASSO.weights.forEach((row, i) => {
    row.forEach((entry, j) => {
      expect(Math.abs(at(i, j) - entry)).toBeLessThan(1e-10);
    });
  });
  const columns = Array.from({ length: LASSO.columns }, (_, j) => j);
  const entry = (j: number, k: number): number =>
    Array.from({ length: LASSO.rows }, (_, i) => at(i, j) * (A.data[i * LASSO.columns + k] ?? 0)).reduce(
      (sum, term) => sum + term,
      0,
    );
  columns.forEach((j) => {
    expect(Math.abs(entry(j, j) - 1)).toBeLessThan(1e-10);
  });
});
