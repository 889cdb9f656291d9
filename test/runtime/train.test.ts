import { describe, expect, test } from "vitest";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { bind } from "../../runtime/program/bind.ts";
import type { Target } from "../../runtime/program/definition.ts";
import { saveParameters, type Parameters as ProgramParameters } from "../../runtime/program/parameters.ts";
import { stream } from "../../runtime/random/stream.ts";
import type { Store } from "../../runtime/train/checkpoint.ts";
import { finiteData, type TrainingData } from "../../runtime/train/data.ts";
import { mse, norm2sq } from "../../runtime/train/losses.ts";
import { train, type TrainingOptions } from "../../runtime/train/trainer.ts";
import { istaProgram, type IstaVariant } from "./istaProgram.ts";
import { ENGINES, gaussianMatrix, reference } from "./setting.ts";

const A = gaussianMatrix(10, 16);
const unrolled: Target = { kind: "unrolled", steps: 3, beyond: "error" };

/** y = A x for sparse x, drawn by seed, step and sample. */
const sparse: TrainingData = ({ seed, step, size }) => {
  const x = new Float64Array(size * 16);
  const y = new Float64Array(size * 10);
  for (let sample = 0; sample < size; sample++) {
    const random = stream(seed, "train", step, sample);
    for (let i = 0; i < 16; i++) x[sample * 16 + i] = random.uniform() < 0.2 ? random.normal() : 0;
    for (let row = 0; row < 10; row++) {
      let sum = 0;
      for (let i = 0; i < 16; i++) sum += (A.data[row * 16 + i] ?? 0) * (x[sample * 16 + i] ?? 0);
      y[sample * 10 + row] = sum;
    }
  }
  return { inputs: { y: realArray([size, 10], y) }, target: realArray([size, 16], x) };
};

async function validation() {
  return { batches: [await sparse({ seed: 99, step: 0, size: 64 })], every: 10 };
}

async function trained(
  operations: Operations,
  variant: Partial<IstaVariant>,
  options: Partial<TrainingOptions>,
) {
  const definition = istaProgram({ target: unrolled, perStep: true, ...variant });
  const program = await bind(definition, operations, { givens: { A } });
  const result = await train(program, {
    data: sparse,
    loss: norm2sq,
    optimiser: { name: "adam", rate: 0.01 },
    batch: 16,
    steps: 30,
    seed: 1,
    ...options,
  });
  return { program, definition, result };
}

async function numbers(
  operations: Operations,
  definition: Parameters<typeof saveParameters>[1],
  parameters: ProgramParameters,
) {
  const { tensors } = await saveParameters(operations, definition, parameters);
  return new Map([...tensors].map(([name, { data }]) => [name, Array.from(data)]));
}

function memoryStore(): Store & { readonly files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  return {
    files,
    read: (name) => Promise.resolve(files.get(name) ?? null),
    write: (name, bytes) => {
      files.set(name, bytes.slice());
      return Promise.resolve();
    },
  };
}

describe.each(ENGINES)("on %s", (_name, make) => {
  test.each([
    ["end to end", { kind: "end_to_end" }, 37],
    ["layer by layer", { kind: "layerwise", rates: [1, 0.2] }, 23],
  ] as const)(
    "an interrupted and resumed training equals an uninterrupted one, %s",
    async (_text, schedule, stop) => {
      const steps = schedule.kind === "end_to_end" ? 60 : 15;
      const common = { schedule, steps, validation: await validation(), patience: 40 };
      const operations = await make();
      const whole = await trained(operations, {}, common);
      const store = memoryStore();
      const checkpoint = { store, name: "run", every: 10 };
      const controller = new AbortController();
      const broken = await trained(
        await make(),
        {},
        {
          ...common,
          checkpoint,
          signal: controller.signal,
          progress: ({ total }) => {
            if (total === stop) controller.abort();
          },
        },
      );
      expect(broken.result.interrupted).toBe(true);
      expect(broken.result.steps).toBe(stop);
      const again = await make();
      const resumed = await trained(again, {}, { ...common, checkpoint, resume: true });
      expect(resumed.result.interrupted).toBe(false);
      expect(resumed.result.steps).toBe(whole.result.steps);
      expect(resumed.result.history).toEqual(whole.result.history);
      expect(await numbers(again, resumed.definition, resumed.result.parameters)).toEqual(
        await numbers(operations, whole.definition, whole.result.parameters),
      );
    },
  );

  test("training lowers the loss and leaves no arrays behind", async () => {
    const operations = await make();
    const definition = istaProgram({ target: unrolled, perStep: true });
    const program = await bind(definition, operations, { givens: { A } });
    const losses: number[] = [];
    const arrays: number[] = [];
    const { parameters } = await train(program, {
      data: sparse,
      loss: norm2sq,
      optimiser: { name: "adam", rate: 0.02 },
      batch: 32,
      steps: 60,
      progress: ({ loss }) => {
        losses.push(loss);
        arrays.push(operations.engine.memory().arrays);
      },
    });
    const mean = (list: readonly number[]) => list.reduce((sum, each) => sum + each, 0) / list.length;
    expect(mean(losses.slice(-10))).toBeLessThan(0.6 * mean(losses.slice(0, 5)));
    expect(Math.max(...arrays.slice(3))).toBe(arrays[3]);
    expect(parameters.get("theta")?.length).toBe(3);
  });
});

test("a checkpoint of another program or other settings is refused", async () => {
  const store = memoryStore();
  const checkpoint = { store, name: "run", every: 5 };
  await trained(reference(), {}, { steps: 5, checkpoint });
  const other = trained(reference(), { perStep: false }, { steps: 5, checkpoint, resume: true });
  await expect(other).rejects.toMatchObject({ code: "IPX8010" });
  const batch = trained(reference(), {}, { steps: 5, batch: 8, checkpoint, resume: true });
  await expect(batch).rejects.toMatchObject({
    code: "IPX8012",
    message: expect.stringContaining("`batch` was changed from 16 to 8") as unknown,
  });
  const data = { steps: 5, identity: { noise: "0.1" }, checkpoint, resume: true };
  await expect(trained(reference(), {}, data)).rejects.toThrow(/`noise` = 0\.1 was added/);
});

test("a training that has ended goes on with more steps, as if it had begun with them", async () => {
  const common = { validation: await validation() };
  const operations = reference();
  const whole = await trained(operations, {}, { ...common, steps: 40 });
  const store = memoryStore();
  const checkpoint = { store, name: "run", every: 7 };
  await trained(reference(), {}, { ...common, steps: 25, checkpoint });
  const again = reference();
  const longer = await trained(again, {}, { ...common, steps: 40, checkpoint, resume: true });
  expect(longer.result.steps).toBe(40);
  expect(longer.result.history).toEqual(whole.result.history);
  expect(await numbers(again, longer.definition, longer.result.parameters)).toEqual(
    await numbers(operations, whole.definition, whole.result.parameters),
  );
});

test("a stage that nothing made better keeps what it began with, and is named", async () => {
  const operations = reference();
  const start = await trained(operations, {}, { steps: 0 });
  const { result } = await trained(
    operations,
    {},
    {
      validation: await validation(),
      optimiser: { name: "sgd", rate: 3 },
      clipping: { kind: "norm", bound: 1 },
      steps: 20,
    },
  );
  expect(result.unimproved).toHaveLength(1);
  expect(await numbers(operations, start.definition, result.parameters)).toEqual(
    await numbers(operations, start.definition, start.result.parameters),
  );
});

test.each(["projection", "softplus", "log", "sigmoid"] as const)(
  "thresholds stay inside their interval, via %s",
  async (via) => {
    const operations = reference();
    const outside: number[] = [];
    const { result, definition } = await trained(
      operations,
      { via },
      {
        optimiser: { name: "sgd", rate: via === "projection" ? 50 : 0.5 },
        rates: { W: 0 },
        steps: via === "projection" ? 1 : 12,
        clipping: { kind: "norm", bound: 1 },
      },
    );
    const theta = (await numbers(operations, definition, result.parameters)).get("theta") ?? [];
    outside.push(...theta.filter((value) => !(value > 0) || (via === "sigmoid" && value >= 2)));
    expect(outside).toEqual([]);
    if (via === "projection") expect(Math.min(...theta)).toBe(1e-6);
  },
);

test("layer by layer, only the new layer moves in a layer's first stage", async () => {
  const operations = reference();
  const before = await trained(operations, {}, { schedule: { kind: "layerwise", rates: [1] }, steps: 0 });
  const start = await numbers(operations, before.definition, before.result.parameters);
  const controller = new AbortController();
  const cut = await trained(
    operations,
    {},
    {
      schedule: { kind: "layerwise", rates: [1] },
      steps: 4,
      signal: controller.signal,
      progress: ({ total }) => {
        if (total === 8) controller.abort();
      },
    },
  );
  const now = await numbers(operations, cut.definition, cut.result.parameters);
  const layer = (numbers: Map<string, number[]>, k: number) =>
    numbers.get("W")?.slice(160 * k, 160 * (k + 1));
  expect(layer(now, 0)).not.toEqual(layer(start, 0));
  expect(layer(now, 1)).not.toEqual(layer(start, 1));
  expect(layer(now, 2)).toEqual(layer(start, 2));
});

test("a warm layer begins with what the layer before has learned, and older layers rest", async () => {
  const operations = reference();
  const controller = new AbortController();
  const { definition, result } = await trained(
    operations,
    {},
    {
      schedule: { kind: "layerwise", rates: [1, 0.5], decay: 0, warm: true },
      steps: 4,
      signal: controller.signal,
      progress: ({ total }) => {
        if (total === 8) controller.abort();
      },
    },
  );
  const now = await numbers(operations, definition, result.parameters);
  for (const [name, size] of [
    ["W", 160],
    ["theta", 1],
  ] as const) {
    const values = now.get(name) ?? [];
    expect(values.slice(size, 2 * size)).toEqual(values.slice(0, size));
    expect(values.slice(2 * size)).not.toEqual(values.slice(0, size));
  }
});

test("greedy training lowers the loss of the last step", async () => {
  const losses: (number | null)[] = [];
  await trained(
    reference(),
    {},
    {
      schedule: { kind: "greedy" },
      steps: 30,
      validation: await validation(),
      progress: ({ stage, validation: measured }) => {
        if (stage === 2) losses.push(measured);
      },
    },
  );
  const measured = losses.filter((value) => value !== null);
  expect(measured.at(-1)).toBeLessThan(measured[0] ?? 0);
});

test("an equilibrium is trained, too", async () => {
  const target: Target = {
    kind: "equilibrium",
    solver: { kind: "anderson", memory: 5, damping: 1, ridge: 1e-8 },
    tolerance: 1e-6,
    maximum: 200,
    backward: { kind: "gmres", tolerance: 1e-6, restart: 20, maximum: 60 },
    otherwise: { kind: "drop" },
  };
  const losses: number[] = [];
  await trained(
    reference(),
    { target, perStep: false, shrink: 0.9 },
    {
      loss: mse,
      steps: 20,
      optimiser: { name: "adam", rate: 0.02 },
      validation: await validation(),
      progress: ({ validation: measured }) => {
        if (measured !== null) losses.push(measured);
      },
    },
  );
  expect(losses.at(-1)).toBeLessThan(0.9 * (losses[0] ?? 0));
});

test("a finite set is gone through in every epoch, in an order of its own", () => {
  const target = realArray([6, 1], Float64Array.of(0, 1, 2, 3, 4, 5));
  const data = finiteData({ inputs: { y: target }, target });
  const batch = (step: number) => {
    const made = data({ seed: 1, step, size: 2 });
    if (made instanceof Promise || typeof made.target === "number" || !("data" in made.target))
      throw new Error();
    return [...made.target.data];
  };
  const epochs = [0, 1].map((epoch) => [0, 1, 2].flatMap((step) => batch(3 * epoch + step)));
  for (const epoch of epochs) expect(epoch.toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
  expect(epochs[0]).not.toEqual(epochs[1]);
  expect(batch(4)).toEqual(batch(4));
});

test("timers are served while many short steps are taken", async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 100);
  const { result } = await trained(reference(), {}, { steps: 100_000, signal: controller.signal });
  expect(result.interrupted).toBe(true);
});
