import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { valueAndGradient } from "../../runtime/adjoint/gradient.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { analyse, compileProgram, definitionOf, planProgram } from "../../compiler/compile.ts";
import { bind } from "../../runtime/program/bind.ts";
import type { BoundProgram } from "../../runtime/program/bound.ts";
import type { Data } from "../../runtime/program/datum.ts";
import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import { bindInputs } from "../../runtime/program/inputs.ts";
import { loadParameters, saveParameters } from "../../runtime/program/parameters.ts";
import { downloadParts, upload } from "../../runtime/program/transfer.ts";
import { run } from "../../runtime/solve/run.ts";
import { perform } from "../../runtime/solve/task.ts";
import { norm2sq } from "../../runtime/train/losses.ts";
import { stream } from "../../runtime/random/stream.ts";
import { gaussianMatrix, normals, reference } from "./setting.ts";

type TargetName = "solver" | "unrolled" | "equilibrium";

/** A program of the project for a target, with some of its text replaced. */
function compiled(
  name: string,
  target: TargetName,
  replacements: readonly (readonly [string, string])[] = [],
): ProgramDefinition {
  const path = `${name}.ipx`;
  const original = readFileSync(new URL(`../../programs/${path}`, import.meta.url), "utf8");
  const text = replacements.reduce((now, [from, to]) => now.replaceAll(from, to), original);
  const { file, checked, diagnostics } = analyse({ path, text }, () => null);
  const [program] = checked.programs;
  if (program === undefined) throw new Error(JSON.stringify(diagnostics));
  const whole = compileProgram(file, program);
  if (whole.kind === "refused") throw new Error(JSON.stringify(whole.diagnostic));
  const plan = planProgram(whole.value, target);
  if (plan.kind === "refused") throw new Error(JSON.stringify(plan.diagnostic));
  return definitionOf(plan.value);
}

const A = gaussianMatrix(8, 12);

async function boundTo(
  definition: ProgramDefinition,
  operations: Operations,
  givens: Data,
  seed = 3,
): Promise<BoundProgram> {
  return bind(definition, operations, { givens, seed });
}

async function outputOf(program: BoundProgram, data: Data, options = {}) {
  const inputs = await perform(program.operations, bindInputs(program, data, true));
  const result = await run(program, inputs, options);
  const [output] = await downloadParts(program.operations, result.output);
  return { result, numbers: Array.from(output?.data ?? []) };
}

describe("as many unrolled steps as solver steps give the same numbers", () => {
  test.each(["ista", "fista", "admm_lasso", "gradient_descent_tikhonov", "landweber"])("%s", async (name) => {
    const operations = reference();
    const y = normals(5, 3, 8);
    const solver = { ...compiled(name, "solver"), until: null };
    const steps = await outputOf(await boundTo(solver, operations, { A }), { y }, { maximum: 7 });
    const unrolled = await boundTo(compiled(name, "unrolled"), operations, { A });
    const layers = await outputOf(unrolled, { y }, { maximum: 7, beyond: "last" });
    expect(steps.result.iterations).toEqual([7, 7, 7]);
    layers.numbers.forEach((value, index) => expect(value).toBeCloseTo(steps.numbers[index] ?? 0, 12));
  });
});

describe("line searches: a batch equals its samples", () => {
  test.each([
    ["fista_backtracking", gaussianMatrix(8, 12)],
    ["sgp", { ...A, data: A.data.map(Math.abs) }],
  ] as const)("%s", async (name, matrix) => {
    const operations = reference();
    const program = await boundTo(compiled(name, "solver"), operations, { A: matrix });
    const y = normals(6, 4, 8);
    const scaled = {
      ...y,
      data: y.data.map((value, index) => Math.abs(value) * 10 ** (Math.floor(index / 8) - 1)),
    };
    const together = await outputOf(program, { y: scaled }, { maximum: 120 });
    expect(new Set(together.result.iterations).size).toBeGreaterThan(1);
    for (let sample = 0; sample < 4; sample++) {
      const data = scaled.data.slice(8 * sample, 8 * sample + 8);
      const alone = await outputOf(program, { y: { ...scaled, shape: [1, 8], data } }, { maximum: 120 });
      expect(alone.result.iterations[0]).toBe(together.result.iterations[sample]);
      expect(alone.result.converged?.[0]).toBe(together.result.converged?.[sample]);
      alone.numbers.forEach((value, index) => {
        const other = together.numbers[12 * sample + index] ?? 0;
        expect(Math.abs(value - other)).toBeLessThan(1e-10 * Math.max(1, Math.abs(other)));
      });
    }
  });
});

/** The slope of the loss along a random direction in all parameters, by central differences and by the gradient. */
async function slopes(
  definition: ProgramDefinition,
  givens: Data,
  y: Data,
  size: readonly number[],
  differences = true,
) {
  const operations = reference();
  const program = await boundTo(definition, operations, givens);
  const inputs = await perform(operations, bindInputs(program, y, true));
  const goal = upload(operations, normals(12, ...size), true);
  const lossAt = (at: BoundProgram) =>
    valueAndGradient(at, inputs, (of, output) => norm2sq(of, output, goal));
  const saved = await saveParameters(operations, definition, program.parameters);
  const random = stream(4, "direction");
  const direction = new Map(
    [...saved.tensors].map(([name, { data }]) => [
      name,
      data.map((value) => random.normal() * (Math.abs(value) + 1e-3)),
    ]),
  );
  const h = 1e-6;
  const shifted = async (sign: number): Promise<number> => {
    const tensors = new Map(
      [...saved.tensors].map(([name, array]) => {
        const along = direction.get(name);
        const data = Float64Array.from(
          array.data,
          (value, index) => value + sign * h * (along?.[index] ?? 0),
        );
        return [name, { ...array, data }];
      }),
    );
    const { dimensions, known, steps } = program;
    const request = { operations, definition, dimensions, known, steps, seed: 0 };
    const parameters = loadParameters(request, { tensors, metadata: saved.metadata });
    return (await lossAt({ ...program, parameters })).value;
  };
  const numerical = differences ? ((await shifted(1)) - (await shifted(-1))) / (2 * h) : Number.NaN;
  const { parameters } = await lossAt(program);
  let analytical = 0;
  for (const [name, values] of parameters) {
    const numbers: number[] = [];
    for (const [index, found] of values.entries()) {
      // nothing depends on what the first step multiplies a state of zeros by
      const value = found ?? operations.map("0*w", { w: program.parameters.get(name)![index]! });
      numbers.push(...(await downloadParts(operations, value)).flatMap(({ data }) => [...data]));
    }
    const along = direction.get(name) ?? [];
    expect(numbers.length, name).toBe(along.length);
    analytical += numbers.reduce((sum, value, index) => sum + value * (along[index] ?? 0), 0);
  }
  return { numerical, analytical };
}

const TIGHT: readonly (readonly [string, string])[] = [
  ["tol = 1e-4", "tol = 1e-12"],
  ["tol = 1e-5", "tol = 1e-12"],
  ["tol = 1e-6, max = 50", "tol = 1e-13, max = 200"],
  ["max = 100", "max = 2000"],
  ["depth = 17, width = 64", "depth = 3, width = 3"],
  ["ridge = 1e-2", "ridge = 1e-10"],
  ["backward = anderson(memory = 5)", "backward = gmres(tol = 1e-12)"],
];

describe("gradients of compiled programs are slopes", () => {
  const y = { y: normals(5, 2, 8) };
  test.each<[string, TargetName]>([
    ["lista", "unrolled"],
    ["lista_cp", "unrolled"],
    ["lista_cpss", "unrolled"],
    ["tilista", "unrolled"],
    ["alista", "unrolled"],
    ["ista", "unrolled"],
    ["admm_lasso", "unrolled"],
  ])("%s, %s", async (name, target) => {
    const { numerical, analytical } = await slopes(compiled(name, target, TIGHT), { A }, y, [2, 12]);
    expect(Math.abs(numerical)).toBeGreaterThan(1e-8);
    expect(Math.abs(analytical - numerical)).toBeLessThan(1e-5 * Math.max(1e-3, Math.abs(numerical)));
  });

  test("the equilibrium of ADMM does not depend on its penalty", async () => {
    const definition = compiled("admm_lasso", "equilibrium", TIGHT);
    const { analytical } = await slopes(definition, { A }, y, [2, 12], false);
    const unrolled = await slopes(compiled("admm_lasso", "unrolled", TIGHT), { A }, y, [2, 12], false);
    expect(Math.abs(analytical)).toBeLessThan(1e-6 * Math.abs(unrolled.analytical));
  });

  test.each<[string, TargetName]>([
    ["de_grad", "unrolled"],
    ["de_prox", "unrolled"],
    ["de_grad", "equilibrium"],
    ["de_prox", "equilibrium"],
  ])("%s with a small network, %s", async (name, target) => {
    const operations = reference();
    const space = { kind: "array", field: "real", shape: [4, 5] } as const;
    // entries in [0.7, 1], so that DE-Prox contracts
    const scales = normals(2, 4, 5);
    const P = { ...scales, data: scales.data.map((value) => 1 - 0.3 * Math.abs(Math.tanh(value))) };
    const mask = upload(operations, P, false);
    const definition = compiled(name, target, TIGHT);
    const operator = operations.library("mask", {}, space, [mask]);
    const { numerical, analytical } = await slopes(
      definition,
      { A: operator },
      { y: normals(5, 2, 4, 5) },
      [2, 4, 5],
    );
    expect(Math.abs(analytical - numerical)).toBeLessThan(1e-4 * Math.max(1e-3, Math.abs(numerical)));
  });
});
