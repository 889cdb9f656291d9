import { expect, test } from "vitest";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import { run } from "../../runtime/solve/run.ts";
import { programs } from "../programs.ts";
import { compiledProgram, definitionFor } from "./lab/compiled.ts";
import { LESSONS } from "./lab/lessons.ts";
import { PROBLEMS, SAMPLES } from "./lab/problems.ts";
import { RUNS } from "./lab/runs.ts";
import { apart, numbersOf, ready } from "./lab/steps.ts";

/** interpreter.test.ts runs all problems, training.test.ts trains all lessons, and the rest is run here. */
test("every program of the project is run or trained", () => {
  const elsewhere = new Set([...PROBLEMS, ...LESSONS].map(({ program }) => program));
  const names = programs.map(({ path }) => path.replace(/\.ipx$/u, ""));
  const rest = names.filter((name) => !elsewhere.has(name));
  expect(RUNS.map(({ program }) => program).toSorted()).toEqual(rest.toSorted());
});

test.each(RUNS)("$name runs alike in double and in single precision", async (problem) => {
  const compiled = compiledProgram(problem.program, problem.edits);
  const few = problem.target === "solver" ? { maximum: 6 } : {};
  const definition = definitionFor(compiled, problem.target, few);
  const outputOn = async (using: Operations): Promise<readonly number[]> => {
    const { program, inputs } = await ready(problem, definition, using, 2);
    return numbersOf(using, (await run(program, inputs)).output, SAMPLES.length);
  };
  const exact = await outputOn(operations(referenceEngine()));
  expect(exact.every(Number.isFinite)).toBe(true);
  const size = Math.max(...exact.map(Math.abs));
  expect(size).toBeGreaterThan(1e-3);
  const scaled = (numbers: readonly number[]): readonly number[] => numbers.map((entry) => entry / size);
  expect(apart(scaled(await outputOn(operations(await wasmEngine()))), scaled(exact))).toBeLessThan(1e-3);
});
