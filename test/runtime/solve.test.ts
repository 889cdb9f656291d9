import { describe, expect, test } from "vitest";
import { bind } from "../../runtime/program/bind.ts";
import { bindInputs } from "../../runtime/program/inputs.ts";
import type { Target } from "../../runtime/program/definition.ts";
import { downloadParts } from "../../runtime/program/transfer.ts";
import { run } from "../../runtime/solve/run.ts";
import { perform } from "../../runtime/solve/task.ts";
import { sampleOf, type HostArray } from "../../runtime/io/hostArray.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { istaProgram } from "./istaProgram.ts";
import { ENGINES, gaussianMatrix, normals, reference } from "./setting.ts";

const A = gaussianMatrix(20, 12);
const solver: Target = { kind: "solver", maximum: 3000, every: 1, accelerate: null };
const anderson = { kind: "anderson", memory: 5, damping: 1, ridge: 1e-8 } as const;

async function solved(operations: Operations, target: Target, y: HostArray, options = {}) {
  const program = await bind(istaProgram({ target, perStep: false }), operations, { givens: { A } });
  const inputs = await perform(operations, bindInputs(program, { y }));
  const result = await run(program, inputs, options);
  const [output] = await downloadParts(operations, result.output);
  return { program, result, output: output?.data ?? new Float64Array(0) };
}

/** Samples of very different difficulty: the data differ in size by orders of magnitude. */
function samplesOf(count: number): HostArray {
  const y = normals(3, count, 20);
  return { ...y, data: y.data.map((value, index) => value * 2 ** (Math.floor(index / 20) - 1)) };
}

describe.each(ENGINES)("solving on %s", (_name, make) => {
  test("a batch equals its samples, with their numbers of steps", async () => {
    const operations = await make();
    const y = samplesOf(3);
    const together = await solved(operations, solver, y);
    expect(new Set(together.result.iterations).size).toBeGreaterThan(2);
    for (let sample = 0; sample < 3; sample++) {
      const alone = await solved(operations, solver, sampleOf(y, sample));
      expect(alone.result.iterations).toEqual([together.result.iterations[sample]]);
      expect(alone.result.reason).toEqual(["until"]);
      const part = together.output.slice(sample * 12, (sample + 1) * 12);
      expect(Array.from(part)).toEqual(Array.from(alone.output));
    }
  });

  test.each([null, anderson, { kind: "broyden", memory: 5 } as const])(
    "the number of handles does not grow with the steps, and none is left (%o)",
    async (accelerate) => {
      const operations = await make();
      const target: Target = { ...solver, maximum: 60, accelerate };
      const program = await bind(istaProgram({ target, perStep: false }), operations, { givens: { A } });
      const inputs = await perform(operations, bindInputs(program, { y: samplesOf(3) }));
      const before = operations.engine.memory().arrays;
      const counts: number[] = [];
      const result = await run(program, inputs, {
        progress: () => counts.push(operations.engine.memory().arrays),
      });
      // where samples ended, a mask and merged arrays come in
      expect(Math.max(...counts.slice(12))).toBeLessThanOrEqual(Math.max(...counts.slice(0, 12)) + 4);
      operations.engine.dispose(result.owned);
      expect(operations.engine.memory().arrays).toBe(before);
    },
  );
});

test("acceleration reaches the same minimiser in fewer steps, every sample below the tolerance", async () => {
  const operations = reference();
  const y = samplesOf(8);
  const plain = await solved(operations, { ...solver, maximum: 20000 }, y);
  const fast = await solved(operations, { ...solver, maximum: 20000, accelerate: anderson }, y);
  expect(fast.result.converged).toEqual(new Array(8).fill(true));
  expect(Math.max(...fast.result.residual)).toBeLessThan(1e-6);
  const sum = (list: readonly number[]) => list.reduce((total, each) => total + each, 0);
  expect(sum(fast.result.iterations)).toBeLessThan(sum(plain.result.iterations) / 2);
  fast.result.objective?.forEach((value, sample) => {
    expect(value).toBeLessThan((plain.result.objective?.[sample] ?? 0) * (1 + 1e-5) + 1e-12);
  });
});

test("a fixed number of steps, a cap, an interrupt and an infinite state are told apart", async () => {
  const operations = reference();
  const y = samplesOf(2);
  const capped = await solved(operations, { ...solver, maximum: 3 }, y);
  expect(capped.result.reason).toEqual(["cap", "cap"]);
  expect(capped.result.converged).toEqual([false, false]);

  const definition = { ...istaProgram({ target: solver, perStep: false }), until: null };
  const program = await bind(definition, operations, { givens: { A } });
  const inputs = await perform(operations, bindInputs(program, { y }));
  const fixed = await run(program, inputs, { maximum: 37 });
  expect(fixed.reason).toEqual(["fixed_steps", "fixed_steps"]);
  expect(fixed.iterations).toEqual([37, 37]);
  expect(fixed.converged).toEqual([true, true]);

  const controller = new AbortController();
  const aborted = run(program, inputs, { signal: controller.signal, progress: () => controller.abort() });
  await expect(aborted).rejects.toThrow(/abort/i);

  const diverging = istaProgram({ target: { ...solver, maximum: 5000 }, perStep: false, shrink: 30 });
  const bound = await bind(diverging, operations, { givens: { A } });
  const data = normals(5, 2, 20);
  const zero = { ...data, data: data.data.map((value, index) => (index < 20 ? value : 0)) };
  const result = await run(bound, await perform(operations, bindInputs(bound, { y: zero })));
  expect(result.reason).toEqual(["not_finite", "until"]);
  const [output] = await downloadParts(operations, result.output);
  expect(output?.data.every(Number.isFinite)).toBe(true);
});

test("a measure records every step, the start among them", async () => {
  const operations = reference();
  const target: Target = { kind: "unrolled", steps: 6, beyond: "error" };
  const program = await bind(istaProgram({ target, perStep: true }), operations, { givens: { A } });
  const inputs = await perform(operations, bindInputs(program, { y: samplesOf(2) }));
  const result = await run(program, inputs, {
    measure: ({ output }) => ({ norm: operations.norm2(output) }),
  });
  expect(result.trace?.steps).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(result.trace?.values["norm"]?.[0]).toEqual(new Float64Array(2));
  const objective = result.trace?.values["objective"]?.map(([first = 0]) => first) ?? [];
  objective.slice(1).forEach((value, index) => expect(value).toBeLessThan(objective[index] ?? 0));
  expect(result.converged).toBeNull();
  await expect(run(program, inputs, { maximum: 7 })).rejects.toThrow(/Step 7 has no value/);
});

test("as many unrolled steps as solver steps give the same bits", async () => {
  const operations = reference();
  const y = samplesOf(3);
  const unrolled = await solved(operations, { kind: "unrolled", steps: 25, beyond: "error" }, y);
  const steps = await solved(operations, { ...solver, maximum: 25 }, y);
  expect(Array.from(unrolled.output)).toEqual(Array.from(steps.output));
});
