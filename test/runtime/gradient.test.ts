import { describe, expect, test } from "vitest";
import { valueAndGradient, type GradientOptions } from "../../runtime/adjoint/gradient.ts";
import type { OutputLoss } from "../../runtime/adjoint/loss.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import type { Value } from "../../runtime/arrays/value.ts";
import { bind } from "../../runtime/program/bind.ts";
import type { AdjointSolver, ProgramDefinition, Target } from "../../runtime/program/definition.ts";
import { bindInputs } from "../../runtime/program/inputs.ts";
import { saveParameters } from "../../runtime/program/parameters.ts";
import { downloadParts } from "../../runtime/program/transfer.ts";
import type { HostArray } from "../../runtime/io/hostArray.ts";
import { perform } from "../../runtime/solve/task.ts";
import { norm2sq } from "../../runtime/train/losses.ts";
import { upload } from "../../runtime/program/transfer.ts";
import { istaProgram } from "./istaProgram.ts";
import { ENGINES, gaussianMatrix, normals, reference } from "./setting.ts";

const A = gaussianMatrix(6, 8);
const y = normals(7, 3, 6);
const wanted = normals(9, 3, 8);
const unrolled: Target = { kind: "unrolled", steps: 5, beyond: "error" };
const equilibrium = {
  kind: "equilibrium",
  solver: { kind: "anderson", memory: 5, damping: 1, ridge: 1e-10 },
  tolerance: 1e-11,
  maximum: 300,
  backward: { kind: "gmres", tolerance: 1e-11, restart: 20, maximum: 100 },
  otherwise: { kind: "error" },
} as const satisfies Target;

interface Found {
  readonly value: number;
  readonly gradients: ReadonlyMap<string, readonly number[]>;
  readonly input: readonly number[];
  readonly iterations: readonly number[];
}

async function gradientOf(
  operations: Operations,
  definition: ProgramDefinition,
  options: GradientOptions = {},
  data: HostArray = y,
  weights?: Parameters<typeof bind>[2],
): Promise<Found> {
  const program = await bind(definition, operations, { givens: { A }, ...weights });
  const inputs = await perform(operations, bindInputs(program, { y: data }));
  const target = upload(
    operations,
    { ...wanted, shape: [data.shape[0] ?? 0, 8], data: wanted.data.slice(0, 8 * (data.shape[0] ?? 0)) },
    true,
  );
  const loss: OutputLoss = (of, output) => norm2sq(of, output, target);
  const before = operations.engine.memory().arrays;
  const found = await valueAndGradient(program, inputs, loss, options);
  const gradients = new Map<string, readonly number[]>();
  for (const [name, values] of found.parameters) {
    const parts: number[] = [];
    for (const value of values) parts.push(...(await numbersOf(operations, value)));
    gradients.set(name, parts);
  }
  const input = await numbersOf(operations, found.inputs["y"] ?? null);
  operations.engine.dispose(found.owned);
  expect(operations.engine.memory().arrays).toBe(before);
  return { value: found.value, gradients, input, iterations: found.equilibrium?.iterations ?? [] };
}

async function numbersOf(operations: Operations, value: Value | null): Promise<readonly number[]> {
  if (value === null) return [];
  return (await downloadParts(operations, value)).flatMap(({ data }) => [...data]);
}

/** Central differences of the loss by some entries of a parameter. */
async function differences(definition: ProgramDefinition, name: string, entries: readonly number[]) {
  const operations = reference();
  const program = await bind(definition, operations, { givens: { A } });
  const saved = await saveParameters(operations, definition, program.parameters);
  const at = async (entry: number, shift: number): Promise<number> => {
    const tensors = new Map(saved.tensors);
    const array = tensors.get(name);
    if (array === undefined) throw new Error(name);
    const data = Float64Array.from(array.data);
    data[entry] = (data[entry] ?? 0) + shift;
    tensors.set(name, { ...array, data });
    const weights = { tensors, metadata: saved.metadata };
    return (await gradientOf(operations, definition, {}, y, { weights })).value;
  };
  const h = 1e-6;
  const slopes: number[] = [];
  for (const entry of entries) slopes.push(((await at(entry, h)) - (await at(entry, -h))) / (2 * h));
  return slopes;
}

function expectClose(actual: readonly number[], expected: readonly number[], relative: number) {
  const scale = Math.max(...expected.map(Math.abs), 1e-12);
  expect(actual.length).toBe(expected.length);
  const error = Math.max(...actual.map((value, index) => Math.abs(value - (expected[index] ?? 0))));
  expect(error / scale).toBeLessThan(relative);
}

describe("gradients against central differences", () => {
  test.each([
    ["unrolled, weights anew in each step", istaProgram({ target: unrolled, perStep: true })],
    ["unrolled, shared weights and a preparation", istaProgram({ target: unrolled, perStep: false })],
    ["equilibrium", istaProgram({ target: equilibrium, perStep: false, shrink: 0.8 })],
  ])("%s", async (_name, definition) => {
    const { gradients } = await gradientOf(reference(), definition);
    for (const name of ["W", "theta"]) {
      const gradient = gradients.get(name) ?? [];
      const entries = name === "W" ? [0, 11, 47, gradient.length - 1] : [0, gradient.length - 1];
      const slopes = await differences(definition, name, entries);
      const scale = Math.max(...gradient.map(Math.abs));
      entries.forEach((entry, index) => {
        expect(Math.abs((gradient[entry] ?? 0) - (slopes[index] ?? 0))).toBeLessThan(1e-5 * scale);
      });
    }
  });
});

describe.each(ENGINES)("on %s", (name, make) => {
  const close = name === "reference" ? 1e-13 : 1e-5;

  test("recomputation changes memory, not the gradient", async () => {
    const definition = istaProgram({ target: { ...unrolled, steps: 9 }, perStep: true });
    const whole = await gradientOf(await make(), definition);
    for (const recompute of ["steps", 3, 2] as const) {
      const again = await gradientOf(await make(), definition, { recompute });
      for (const [key, gradient] of whole.gradients)
        expectClose(again.gradients.get(key) ?? [], gradient, close);
      expectClose(again.input, whole.input, close);
    }
  });

  test("steps that rest have no gradient, and change none of the others'", async () => {
    const definition = istaProgram({ target: { ...unrolled, steps: 9 }, perStep: true });
    const whole = await gradientOf(await make(), definition);
    for (const options of [{ resting: 6 }, { resting: 6, recompute: "steps" as const }]) {
      const late = await gradientOf(await make(), definition, options);
      for (const [key, gradient] of whole.gradients) {
        const found = late.gradients.get(key) ?? [];
        const count = gradient.length / 3;
        expectClose(found.slice(-count), gradient.slice(-count), close);
        expect(found.slice(0, -count).every((entry) => entry === 0)).toBe(true);
      }
    }
  });

  test("the gradient of a batch is the mean of its samples' gradients", async () => {
    for (const target of [
      unrolled,
      { ...equilibrium, tolerance: 1e-5, backward: { ...equilibrium.backward, tolerance: 1e-6 } },
    ]) {
      const definition = istaProgram({ target, perStep: false, shrink: 0.8 });
      const together = await gradientOf(await make(), definition);
      const sums = new Map<string, number[]>();
      const operations = await make();
      const program = await bind(definition, operations, { givens: { A } });
      for (let sample = 0; sample < 3; sample++) {
        const inputs = await perform(
          operations,
          bindInputs(program, { y: { ...y, shape: [1, 6], data: y.data.slice(6 * sample, 6 * sample + 6) } }),
        );
        const data = wanted.data.slice(8 * sample, 8 * sample + 8);
        const goal = upload(operations, { ...wanted, shape: [1, 8], data }, true);
        const found = await valueAndGradient(program, inputs, (of, output) => norm2sq(of, output, goal));
        for (const [key, values] of found.parameters) {
          const numbers = await numbersOf(operations, values[0] ?? null);
          sums.set(
            key,
            numbers.map((value, index) => (sums.get(key)?.[index] ?? 0) + value / 3),
          );
        }
      }
      for (const [key, gradient] of together.gradients) {
        expectClose(sums.get(key) ?? [], gradient, name === "reference" ? 1e-4 : 1e-3);
      }
    }
  });
});

test("the gradient of an equilibrium is the limit of the unrolled gradient", async () => {
  const shape = { perStep: false, shrink: 0.8 };
  const limit = await gradientOf(reference(), istaProgram({ target: equilibrium, ...shape }));
  let last = Number.POSITIVE_INFINITY;
  for (const steps of [5, 20, 80]) {
    const target: Target = { kind: "unrolled", steps, beyond: "error" };
    const cut = await gradientOf(reference(), istaProgram({ target, ...shape }));
    const distance = distanceOf(cut.gradients.get("W") ?? [], limit.gradients.get("W") ?? []);
    expect(distance).toBeLessThan(last);
    last = distance;
  }
  expect(last).toBeLessThan(1e-6);
});

function distanceOf(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, index) => value - (b[index] ?? 0))) / Math.hypot(...b);
}

test("all solvers of the adjoint equation agree, and the Neumann series tends to them", async () => {
  const definition = (
    backward: AdjointSolver,
    solver = equilibrium.solver as Target extends never ? never : (typeof equilibrium)["solver"],
  ) => istaProgram({ target: { ...equilibrium, solver, backward }, perStep: false, shrink: 0.8 });
  const limit = await gradientOf(reference(), definition(equilibrium.backward));
  const solvers: readonly AdjointSolver[] = [
    { kind: "gmres", tolerance: 1e-11, restart: 3, maximum: 200 },
    { kind: "bicgstab", tolerance: 1e-11, maximum: 100 },
    { kind: "anderson", memory: 5, damping: 1, ridge: 1e-10, tolerance: 1e-11, maximum: 300 },
    { kind: "broyden", memory: 20, tolerance: 1e-11, maximum: 300 },
    { kind: "neumann", terms: 150 },
  ];
  for (const solver of solvers) {
    const found = await gradientOf(reference(), definition(solver));
    expect(
      distanceOf(found.gradients.get("W") ?? [], limit.gradients.get("W") ?? []),
      solver.kind,
    ).toBeLessThan(1e-8);
  }
  const one = await gradientOf(reference(), definition({ kind: "jacobian_free" }));
  const ten = await gradientOf(reference(), definition({ kind: "neumann", terms: 10 }));
  const of = (found: Found) => distanceOf(found.gradients.get("W") ?? [], limit.gradients.get("W") ?? []);
  expect(of(ten)).toBeLessThan(of(one));
});

test("the iterations of an equilibrium's adjoint ask for the state's cotangent only, and once for the weights'", async () => {
  const asked: string[] = [];
  const plain = istaProgram({ target: equilibrium, perStep: false, shrink: 0.8 });
  const { step } = plain;
  if (step?.reverse?.adjoint == null || step.reverse.stateAdjoint === null)
    throw new Error("a step has both");
  const { adjoint, stateAdjoint } = step.reverse;
  const counting: ProgramDefinition = {
    ...plain,
    step: {
      ...step,
      reverse: {
        ...step.reverse,
        adjoint: (...given) => {
          asked.push("all");
          return adjoint(...given);
        },
        stateAdjoint: (...given) => {
          asked.push("state");
          return stateAdjoint(...given);
        },
      },
    },
  };
  const found = await gradientOf(reference(), counting);
  expect(asked.filter((each) => each === "all")).toHaveLength(1);
  expect(asked.at(-1)).toBe("all");
  expect(asked.length).toBeGreaterThan(4);
  expect(found).toEqual(await gradientOf(reference(), plain));
});

test("forward solvers find the same equilibrium", async () => {
  const limit = await gradientOf(
    reference(),
    istaProgram({ target: equilibrium, perStep: false, shrink: 0.8 }),
  );
  for (const solver of [{ kind: "picard" }, { kind: "broyden", memory: 20 }] as const) {
    const target: Target = { ...equilibrium, solver };
    const found = await gradientOf(reference(), istaProgram({ target, perStep: false, shrink: 0.8 }));
    expect(distanceOf(found.gradients.get("theta") ?? [], limit.gradients.get("theta") ?? [])).toBeLessThan(
      1e-8,
    );
  }
});

test("memory does not grow with the iterations of an equilibrium and of its adjoint", async () => {
  const peaks: number[] = [];
  for (const tolerance of [1e-3, 1e-12]) {
    const operations = reference();
    const backward = {
      kind: "anderson",
      memory: 3,
      damping: 1,
      ridge: 1e-10,
      tolerance,
      maximum: 500,
    } as const;
    const solver = { kind: "anderson", memory: 3, damping: 1, ridge: 1e-10 } as const;
    const target: Target = { ...equilibrium, solver, tolerance, backward };
    const peak = watched(operations);
    const { iterations } = await gradientOf(operations, istaProgram({ target, perStep: false, shrink: 0.8 }));
    peaks.push(peak());
    if (tolerance === 1e-12) expect(Math.min(...iterations)).toBeGreaterThan(12);
  }
  expect(peaks[1]).toBeLessThanOrEqual((peaks[0] ?? 0) + 6);
});

/** The largest number of arrays that live while something is read. */
function watched(operations: Operations): () => number {
  let peak = 0;
  const { engine } = operations;
  const readNow = engine.readNow.bind(engine);
  Object.assign(engine, {
    readNow: (array: Parameters<typeof readNow>[0]) => {
      peak = Math.max(peak, engine.memory().arrays);
      return readNow(array);
    },
  });
  return () => peak;
}

describe("samples without an equilibrium", () => {
  const failing = (otherwise: (typeof equilibrium)["otherwise"] | object): ProgramDefinition =>
    istaProgram({
      target: {
        ...equilibrium,
        solver: { kind: "picard" },
        maximum: 25,
        tolerance: 1e-6,
        otherwise,
      } as Target,
      perStep: false,
      shrink: 0.8,
    });
  // the second sample needs more steps than the others, which are (nearly) 0
  const data: HostArray = {
    ...y,
    data: y.data.map((value, index) => (index >= 6 && index < 12 ? value : value * 1e-3)),
  };

  test("are an error, named", async () => {
    await expect(gradientOf(reference(), failing({ kind: "error" }), {}, data)).rejects.toMatchObject({
      code: "IPX8302",
      samples: [1],
    });
  });

  test.each([
    [null, /may expand at the fixed point/, /proved/],
    ["not_found", /may expand at the fixed point/, /is proved/],
    ["proved", /is proved \(it contracts, on the conditions that t < 1\)[^]*does not expand/, /may expand/],
    ["refuted", /proved not to converge always: it contracts\./, /may expand/],
  ] as const)("say no other of the adjoint equation than a certificate %j", async (answer, says, saysNot) => {
    const target: Target = { ...equilibrium, backward: { ...equilibrium.backward, restart: 1, maximum: 1 } };
    const certificate =
      answer === null
        ? null
        : {
            answer,
            algorithm: null,
            statement: "it contracts",
            conditions: answer === "proved" ? ["t < 1"] : [],
          };
    const definition = { ...istaProgram({ target, perStep: false, shrink: 0.8 }), certificate };
    const error: unknown = await gradientOf(reference(), definition).catch((found: unknown) => found);
    expect(error).toMatchObject({ code: "IPX8303", message: expect.stringMatching(says) as string });
    expect(error).not.toMatchObject({ message: expect.stringMatching(saysNot) as string });
    expect(error).toMatchObject({ message: expect.stringContaining("1e-11 is asked for") as string });
  });

  test("are dropped, or unrolled, or tried again", async () => {
    const dropped = await gradientOf(reference(), failing({ kind: "drop" }), {}, data);
    const unrolledOnes = await gradientOf(reference(), failing({ kind: "unroll", steps: 40 }), {}, data);
    const again = await gradientOf(reference(), failing({ kind: "retry" }), {}, data);
    const exact = await gradientOf(
      reference(),
      istaProgram({ target: equilibrium, perStep: false, shrink: 0.8 }),
      {},
      data,
    );
    expect(distanceOf(again.gradients.get("W") ?? [], exact.gradients.get("W") ?? [])).toBeLessThan(1e-3);
    expect(distanceOf(unrolledOnes.gradients.get("W") ?? [], exact.gradients.get("W") ?? [])).toBeLessThan(
      1e-2,
    );
    expect(distanceOf(dropped.gradients.get("W") ?? [], exact.gradients.get("W") ?? [])).toBeGreaterThan(0.1);
  });
});

test("a greedy gradient is that of single steps", async () => {
  const definition = istaProgram({ target: { ...unrolled, steps: 3 }, perStep: true });
  const greedy = await gradientOf(reference(), definition, { greedy: true });
  const first = await gradientOf(reference(), definition, { steps: 1 });
  const length = first.gradients.get("W")?.length ?? 0;
  expectClose(
    (greedy.gradients.get("W") ?? []).slice(0, 48),
    (first.gradients.get("W") ?? []).slice(0, 48),
    1e-12,
  );
  expect(length).toBeGreaterThan(0);
  expect(greedy.gradients.get("W")?.length).toBe(3 * 48);
});
