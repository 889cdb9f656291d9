import { describe, expect, test } from "vitest";
import { compiledWithReports } from "../../compiler/compile.ts";
import { valueAndGradient } from "../../runtime/adjoint/gradient.ts";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { run } from "../../runtime/solve/run.ts";
import { compiledText, definitionFor, programText, type Edit } from "./lab/compiled.ts";
import { problem, SAMPLES, type Problem } from "./lab/problems.ts";
import { LOSS, parameterSlopes } from "./lab/slopes.ts";
import { apart, numbersOf, ready, stepped, type Ready } from "./lab/steps.ts";

const SEED = 8;
const STEPS = 3;
const using = operations(referenceEngine());
const network = problem("ista_net");
const deep = problem("de_grad");
const EXACT: Edit = [
  "tol = 1e-5, max = 100,\n              backward = anderson(memory = 5)",
  "tol = 1e-12, max = 900, backward = gmres(tol = 1e-12)",
];

async function observed(
  of: Problem,
  text: string,
  target: "unrolled" | "equilibrium",
  reports: readonly string[],
): Promise<Ready> {
  const outcome = compiledWithReports(compiledText("test", text), reports, target);
  if (outcome.kind === "refused") throw new Error(outcome.diagnostic.message);
  const settings = target === "unrolled" ? { steps: STEPS } : {};
  return ready(of, definitionFor(outcome.value, target, settings), using, SEED);
}

/** A report of an array beside that of a number. */
const UNROLLED = programText("ista_net", [
  ...network.edits,
  ["x <- G(", "report residual = A*r - y\n    x <- G("],
]);

async function outputOf({ program, inputs }: Ready): Promise<readonly number[]> {
  return numbersOf(using, (await run(program, inputs)).output, SAMPLES.length);
}

describe("a program with reports in its output", () => {
  test("gives the sum of a number over the steps, and an array of the last step", async () => {
    const alone = await ready(
      network,
      definitionFor(compiledText("test", UNROLLED), "unrolled", { steps: STEPS }),
      using,
      SEED,
    );
    const record = await stepped(alone, STEPS);
    const [symmetry, residual, output] = [
      [1, 2, 3].map((k) => record.get(`report ${k} symmetry`) ?? []),
      record.get(`report ${STEPS} residual`) ?? [],
      record.get("output") ?? [],
    ];
    const expected = SAMPLES.flatMap((sample) => [
      ...part(output, sample),
      symmetry.reduce((sum, each) => sum + (each[sample] ?? Number.NaN), 0),
      ...part(residual, sample),
    ]);
    const found = await outputOf(await observed(network, UNROLLED, "unrolled", ["symmetry", "residual"]));
    expect(apart(found, expected)).toBeLessThan(1e-12);
  });

  test("has the gradients of finite differences through all of them", async () => {
    const bound = await observed(network, UNROLLED, "unrolled", ["symmetry", "residual"]);
    for (const options of [{}, { recompute: "steps" }] as const) {
      const slopes = await parameterSlopes(bound, options);
      expect(slopes.map(({ name }) => name).toSorted()).toEqual(["F", "G", "t", "theta"]);
      for (const { name, gradient, difference, scale } of slopes) {
        expect(Math.abs(gradient - difference) / scale, name).toBeLessThan(2e-6);
      }
    }
  });

  test("as an equilibrium gives what is reported there, with its gradient", async () => {
    const text = programText("de_grad", [
      ...deep.edits,
      EXACT,
      ["step {", "step {\n    report energy = norm2sq(A*x - y)\n"],
    ]);
    const bound = await observed(deep, text, "equilibrium", ["energy"]);
    const found = await valueAndGradient(bound.program, bound.inputs, LOSS);
    expect(found.value).toBeGreaterThan(0);
    const slopes = await parameterSlopes(bound);
    // where it is does not depend on the step size
    const ofNetwork = slopes.filter(({ name }) => name === "N");
    expect(ofNetwork.length).toBe(1);
    for (const { name, gradient, difference, scale } of ofNetwork) {
      expect(Math.abs(gradient - difference) / scale, name).toBeLessThan(1e-5);
    }
  });
});

function part(numbers: readonly number[], sample: number): readonly number[] {
  const length = numbers.length / SAMPLES.length;
  return numbers.slice(sample * length, (sample + 1) * length);
}
