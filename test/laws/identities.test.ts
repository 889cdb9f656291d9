import { describe, expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import type { Safetensors } from "../../runtime/io/safetensors.ts";
import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import { saveParameters } from "../../runtime/program/parameters.ts";
import { run } from "../../runtime/solve/run.ts";
import type { SolveResult } from "../../runtime/solve/result.ts";
import { compiledProgram, definitionFor, type Edit } from "./lab/compiled.ts";
import { problem, SAMPLES, type Problem } from "./lab/problems.ts";
import { apart, numbersOf, ready } from "./lab/steps.ts";

const SEED = 6;
const using = operations(referenceEngine());

interface Found extends SolveResult {
  readonly numbers: readonly number[];
}

async function outcome(
  of: Problem,
  definition: ProgramDefinition,
  options: { readonly maximum?: number; readonly weights?: Safetensors } = {},
): Promise<Found> {
  const { weights, ...rest } = options;
  const { program, inputs } = await ready(of, definition, using, SEED, { ...(weights && { weights }) });
  const result = await run(program, inputs, rest);
  return { ...result, numbers: await numbersOf(using, result.output, SAMPLES.length) };
}

function solver(name: string, ...edits: readonly Edit[]): ProgramDefinition {
  return definitionFor(compiledProgram(name, edits), "solver");
}

/** The problem with another program on its data. */
function on(data: Problem, givens: object = {}): Problem {
  return { ...data, givens: async (own, seed) => ({ ...(await data.givens(own, seed)), ...givens }) };
}

describe("networks start as the algorithm that they unroll", () => {
  const lambda = 0.2;

  test.each(["lista", "lista_cp", "tilista"])("%s is ISTA before it is trained", async (name) => {
    const network = definitionFor(compiledProgram(name), "unrolled", { steps: 6 });
    const ista = definitionFor(compiledProgram("ista"), "unrolled", { steps: 6 });
    const data = on(problem("lista"), { lambda });
    const [found, expected] = [await outcome(data, network), await outcome(data, ista)];
    expect(apart(found.numbers, expected.numbers)).toBeLessThan(1e-12);
    expect(Math.max(...expected.numbers)).toBeGreaterThan(0.05);
  });

  test("support selection lets the largest entries pass whole, and shrinks the others", async () => {
    const data = problem("lista_cpss");
    const first = (name: string) => definitionFor(compiledProgram(name), "unrolled", { steps: 1 });
    const selected = (await outcome(data, first("lista_cpss"))).numbers;
    const shrunk = (await outcome(data, first("lista_cp"))).numbers;
    const n = selected.length / SAMPLES.length;
    for (const sample of SAMPLES) {
      const [own, soft] = [selected, shrunk].map((all) => all.slice(sample * n, (sample + 1) * n));
      const moved = (own ?? []).map((entry, i) => Math.abs(entry) - Math.abs(soft?.[i] ?? 0));
      const passed = moved.flatMap((gap, i) => (gap > 1e-12 ? [i] : []));
      const sizes = (soft ?? []).map(Math.abs);
      expect(passed.length).toBe(Math.floor(0.012 * n));
      const others = sizes.filter((_, i) => !passed.includes(i));
      expect(Math.min(...passed.map((i) => sizes[i] ?? 0))).toBeGreaterThan(Math.max(...others));
    }
  });
});

describe("different algorithms for one problem end at one minimum", () => {
  const data = problem("ista");
  const complex = problem("ista, complex");
  const exact: Edit = ["change(x) < 1e-6, max = 5000", "change(x) < 1e-9, max = 20000"];

  test.each([
    ["fista", solver("fista", exact), data],
    ["fista_backtracking", solver("fista_backtracking", exact), data],
    [
      "admm_lasso",
      solver(
        "admm_lasso",
        ["tol = 1e-6", "tol = 1e-12"],
        ["change(z) < 1e-5, max = 1000", "change(z) < 1e-9, max = 20000"],
      ),
      data,
    ],
    ["fista, complex", solver("fista", exact), complex],
    ["admm_lasso, complex", solver("admm_lasso", ["max = 1000", "max = 5000"]), complex],
  ])("%s ends where ISTA ends", async (_name, definition, of) => {
    const least = (await outcome(of, solver("ista", exact))).objective ?? [];
    const found = await outcome(of, definition);
    expect(found.converged).toEqual(SAMPLES.map(() => true));
    found.objective?.forEach((value, sample) => {
      expect(Math.abs(value / (least[sample] ?? Number.NaN) - 1)).toBeLessThan(1e-7);
    });
  });

  test("sgp_drs_plus ends where ISTA ends, whatever its network says", async () => {
    const name = "sgp_drs_plus";
    const images = problem(name);
    const lasso = { ...images, sizes: {} };
    const perSample: Edit = ["given A      : linear X -> Y", "input A : linear X -> Y"];
    const bounded: Edit = [
      "learn t : R in (0, 2/lip(grad f)) = 1/lip(grad f)     // the interval is kept while training, too",
      "let t = 1",
    ];
    const least = (await outcome(lasso, solver("ista", perSample, bounded, exact))).objective ?? [];
    const relaxed = definitionFor(
      compiledProgram(name, [
        ...images.edits,
        ["change(x) < 1e-6, max = 1200", "change(x) < 1e-7, max = 1200"],
      ]),
      "solver",
    );
    (await outcome(images, relaxed)).objective?.forEach((value, sample) => {
      expect(Math.abs(value / (least[sample] ?? Number.NaN) - 1)).toBeLessThan(1e-4);
    });
  });
});

describe("networks of zeros", () => {
  async function withoutWeights(of: Problem, definition: ProgramDefinition): Promise<Safetensors> {
    const { program } = await ready(of, definition, using, SEED);
    const { tensors, metadata } = await saveParameters(using, definition, program.parameters);
    const zeroed = [...tensors].map(
      ([name, array]) =>
        [name, name.includes(".") ? { ...array, data: array.data.map(() => 0) } : array] as const,
    );
    return { tensors: new Map(zeroed), metadata };
  }

  test("de_prox is gradient descent on the data term", async () => {
    const of = problem("de_prox");
    const definition = definitionFor(compiledProgram("de_prox", of.edits), "unrolled", { steps: 8 });
    const weights = await withoutWeights(of, definition);
    const landweber = definitionFor(
      compiledProgram("landweber", [
        ["space X, space Y", "h, w, space Y"],
        ["linear X -> Y", "linear R[h, w] -> Y with norm <= 1"],
        ["fun f(x : X)", "fun f(x : R[h, w])"],
        ["state x : X = 0", "state x : R[h, w] = A'*y"],
      ]),
      "unrolled",
      { steps: 8 },
    );
    const found = await outcome(of, definition, { weights });
    const expected = await outcome({ ...of, sizes: {} }, landweber);
    expect(apart(found.numbers, expected.numbers)).toBeLessThan(1e-12);
  });

  test("de_grad is Tikhonov's method with alpha = 1", async () => {
    const of = problem("de_grad");
    const definition = definitionFor(compiledProgram("de_grad", of.edits), "equilibrium", {
      tolerance: 1e-12,
    });
    const weights = await withoutWeights(of, definition);
    const { program, inputs } = await ready(of, definition, using, SEED, { weights });
    const { output } = await run(program, inputs);
    const { A } = program.known;
    const { y } = inputs.known;
    if (typeof A !== "object" || A.kind !== "operator") throw new Error("A");
    if (typeof y !== "object" || y.kind !== "array" || !("handle" in y)) throw new Error("y");
    const residual = using.map("a - y", { a: using.apply(A, output), y });
    const gradient = using.map("g + x", { g: using.applyAdjoint(A, residual), x: output });
    const size = Math.max(...(await numbersOf(using, output, SAMPLES.length)).map(Math.abs));
    expect(size).toBeGreaterThan(0.1);
    (await numbersOf(using, gradient, SAMPLES.length)).forEach((entry) => {
      expect(Math.abs(entry)).toBeLessThan(1e-9 * size);
    });
  });
});

test("Landweber's iteration stops by the discrepancy principle", async () => {
  const data = on(problem("landweber"), { delta: 0.5, tau: 1.2 });
  const found = await outcome(data, solver("landweber"));
  expect(found.reason).toEqual(SAMPLES.map(() => "until"));
  found.objective?.forEach((value) => {
    const misfit = Math.sqrt(2 * value);
    expect(misfit).toBeLessThanOrEqual(0.6);
    expect(misfit).toBeGreaterThan(0.3);
  });
});
