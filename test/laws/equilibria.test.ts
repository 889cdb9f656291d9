import { describe, expect, test } from "vitest";
import { valueAndGradient } from "../../runtime/adjoint/gradient.ts";
import { operations } from "../../runtime/arrays/create.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import { run } from "../../runtime/solve/run.ts";
import { compiledProgram, definitionFor } from "./lab/compiled.ts";
import { onWeightedImages, problem, SAMPLES, tall, type Problem } from "./lab/problems.ts";
import { inputSlopes, LOSS, parameterSlopes } from "./lab/slopes.ts";
import { apart, numbersOf, ready } from "./lab/steps.ts";

const SEED = 2;
const anderson = { kind: "anderson", memory: 5, damping: 1, ridge: 1e-10 } as const;
const gmres = { kind: "gmres", tolerance: 1e-12, restart: 20, maximum: 200 } as const;
const exact = { solver: anderson, tolerance: 1e-12, maximum: 500, backward: gmres };

/** Programs whose step contracts on these data, and how many steps come close to the fixed point. */
const CONTRACTIVE: readonly (Problem & { readonly enough: number })[] = [
  { ...problem("gradient_descent_tikhonov"), enough: 400 },
  { ...tall("ista"), enough: 250 },
  { ...tall("landweber"), enough: 250 },
  { ...tall("admm_lasso", [["tol = 1e-6, max = 50", "tol = 1e-14, max = 90"]]), enough: 250 },
  { ...problem("de_grad"), enough: 60 },
  {
    ...onWeightedImages("tv_proximal", {}, [["tol = 1e-6, max = 100", "tol = 1e-12, max = 200"]]),
    enough: 25,
  },
  { ...problem("de_grad, Fourier data"), enough: 60 },
];

async function gradients(
  definition: ProgramDefinition,
  using: Operations,
  of: Problem,
): Promise<readonly number[]> {
  const { program, inputs } = await ready(of, definition, using, SEED);
  const found = await valueAndGradient(program, inputs, LOSS);
  const numbers: number[] = [];
  for (const values of found.parameters.values()) {
    for (const value of values) if (value !== null) numbers.push(...(await numbersOf(using, value, 1)));
  }
  const byData = found.inputs["y"];
  if (byData !== undefined) numbers.push(...(await numbersOf(using, byData, SAMPLES.length)));
  return numbers;
}

describe.each(CONTRACTIVE)("$name", (contractive) => {
  const { program, edits, enough } = contractive;
  const compiled = compiledProgram(program, edits);
  const model = definitionFor(compiled, "equilibrium", exact);
  const using = operations(referenceEngine());

  test("the equilibrium is where the solver ends, for each sample", async () => {
    const bound = await ready(contractive, model, using, SEED);
    const found = await run(bound.program, bound.inputs);
    expect(found.converged).toEqual(SAMPLES.map(() => true));
    const solver = { ...definitionFor(compiled, "solver"), until: null };
    const same = await ready(contractive, solver, using, SEED);
    const limit = await run(same.program, same.inputs, { maximum: 2 * enough });
    const [a, b] = [found.output, limit.output];
    expect(
      apart(await numbersOf(using, a, SAMPLES.length), await numbersOf(using, b, SAMPLES.length)),
    ).toBeLessThan(1e-9);
  });

  test("the implicit gradient is the limit of the unrolled one", async () => {
    const limit = await gradients(model, using, contractive);
    const size = Math.max(...limit.map(Math.abs));
    const distances: number[] = [];
    for (const steps of [4, Math.ceil(enough / 5), enough]) {
      const network = definitionFor(compiled, "unrolled", { steps });
      const cut = await gradients(network, using, contractive);
      distances.push(Math.max(...cut.map((each, i) => Math.abs(each - (limit[i] ?? 0)))) / size);
    }
    const [far = 0, near = 0, nearest = 0] = distances;
    expect(far).toBeGreaterThan(1e-4);
    expect(near).toBeLessThan(far);
    expect(nearest).toBeLessThan(1e-7);
  });

  test("the implicit gradient is that of differences", async () => {
    const bound = await ready(contractive, model, using, SEED);
    for (const { name, gradient, difference, scale } of [
      ...(await parameterSlopes(bound)),
      await inputSlopes(bound, "y"),
    ]) {
      // what a minimiser does not depend on, such as a step size, has no gradient
      expect(Math.abs(gradient - difference), name).toBeLessThan(1e-5 * scale + 1e-6);
    }
  });
});

test("memory does not grow with the iterations", async () => {
  const contractive = problem("gradient_descent_tikhonov");
  const compiled = compiledProgram(contractive.program);
  const peaks: number[] = [];
  for (const tolerance of [1e-2, 1e-12]) {
    const using = operations(referenceEngine());
    const backward = { ...anderson, memory: 2, tolerance, maximum: 2000 };
    const settings = { solver: { kind: "picard" }, tolerance, maximum: 2000, backward };
    const model = definitionFor(compiled, "equilibrium", settings);
    const { program, inputs } = await ready(contractive, model, using, SEED);
    const before = using.engine.memory().arrays;
    const peak = watched(using);
    const { equilibrium } = await valueAndGradient(program, inputs, LOSS);
    peaks.push(peak() - before);
    if (tolerance === 1e-12) expect(Math.min(...(equilibrium?.iterations ?? []))).toBeGreaterThan(25);
  }
  const [few = 0, many = 0] = peaks;
  expect(many).toBeLessThanOrEqual(few + 6);
});

/** The largest number of arrays that live while something is read. */
function watched({ engine }: Operations): () => number {
  let peak = 0;
  const readNow = engine.readNow.bind(engine);
  Object.assign(engine, {
    readNow: (array: Parameters<typeof readNow>[0]) => {
      peak = Math.max(peak, engine.memory().arrays);
      return readNow(array);
    },
  });
  return () => peak;
}
