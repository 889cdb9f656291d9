import { expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { R } from "../../runtime/arrays/spaces.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import { realArray, type HostArray } from "../../runtime/io/hostArray.ts";
import { model } from "../../runtime/model.ts";
import { uploadShared } from "../../runtime/operators/host.ts";
import type { Operator } from "../../runtime/operators/operator.ts";
import { compiledProgram, definitionFor, type Edit } from "../laws/lab/compiled.ts";
import { SOLVES } from "./fixtures.ts";

const exact = operations(referenceEngine());
const single = operations(await wasmEngine());
const [ROWS = 0, COLUMNS = 0] = SOLVES.shape;
/** Would stop conjugate gradients at once: what is exact all the same is direct. */
const NO_ROUNDS: Edit = ["max = 500", "max = 1"];

function array(shape: readonly number[], entries: readonly number[]): HostArray {
  return realArray(shape, Float64Array.from(entries));
}

function blurOn(using: Operations): Operator {
  const kernel = uploadShared(using.engine, array([3, 3], SOLVES.kernel));
  return using.library("blur", { boundary: "periodic" }, R(ROWS, COLUMNS), [kernel]);
}

function furthest(found: ArrayLike<number>, expected: readonly number[]): number {
  return expected.reduce((most, each, i) => Math.max(most, Math.abs((found[i] ?? Number.NaN) - each)), 0);
}

const engines = [
  ["in double precision", exact, 1e-10],
  ["in single precision", single, 1e-5],
] as const;

test.each(engines)(
  "Tikhonov's regularisation is direct, and that of dense factorisations, %s",
  async (_, using, within) => {
    const definition = definitionFor(compiledProgram("tikhonov_direct", [NO_ROUNDS]), "first");
    const { alpha } = SOLVES;
    const deblur = await model(definition, { A: blurOn(using), alpha }, { engine: using });
    const { output } = await deblur.run({ y: array(SOLVES.shape, SOLVES.blurred) });
    expect(furthest(output.data, SOLVES.tikhonov)).toBeLessThan(within);
    for (const { shape, A, y, x } of [SOLVES.wide, SOLVES.high]) {
      const program = await model(definition, { A: array(shape, A), alpha }, { engine: using });
      const { output: found } = await program.run({ y: array([y.length], y) });
      expect(furthest(found.data, x)).toBeLessThan(within);
    }
  },
);

test.each(engines)("truncated singular values are LAPACK's, %s", async (_, using, within) => {
  const { shape, A, y } = SOLVES.high;
  const definition = definitionFor(compiledProgram("tsvd"), "first");
  const program = await model(definition, { A: array(shape, A), r: SOLVES.tsvd.rank }, { engine: using });
  const { output } = await program.run({ y: array([y.length], y) });
  expect(furthest(output.data, SOLVES.tsvd.x)).toBeLessThan(within);
});

test("deblurring by total variation ends at the minimum of Chambolle and Pock", async () => {
  const edits: readonly Edit[] = [
    ["change(x) < 1e-5, max = 1000", "change(x) < 1e-9, max = 4000"],
    ["max = 50", "max = 1"],
  ];
  const definition = definitionFor(compiledProgram("admm_tv", edits), "solver");
  const { lambda, x, minimum } = SOLVES.tv;
  const program = await model(definition, { A: blurOn(exact), lambda, rho: 0.2 }, { engine: exact });
  const { output, objective } = await program.run({ y: array(SOLVES.shape, SOLVES.blurred) });
  expect(Math.abs((objective?.[0] ?? 0) / minimum - 1)).toBeLessThan(1e-8);
  expect(furthest(output.data, x)).toBeLessThan(1e-4);
});
