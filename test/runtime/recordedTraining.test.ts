import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { analyse, compileProgram, definitionOf, planProgram } from "../../compiler/compile.ts";
import { operations } from "../../runtime/arrays/create.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import type { Engine } from "../../runtime/engine/engine.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import { bind } from "../../runtime/program/bind.ts";
import { saveParameters } from "../../runtime/program/parameters.ts";
import type { Loss } from "../../runtime/train/losses.ts";
import { mse } from "../../runtime/train/losses.ts";
import { train, type TrainingOptions } from "../../runtime/train/trainer.ts";
import { gaussianMatrix, normals } from "./setting.ts";

const path = "lista.ipx";
const text = readFileSync(new URL(`../../programs/${path}`, import.meta.url), "utf8");
const { file, checked } = analyse({ path, text: text.replace("unroll(16)", "unroll(3)") }, () => null);
const compiled = compileProgram(file, checked.programs[0]!);
const plan = compiled.kind === "done" ? planProgram(compiled.value, "first", { inputs: false }) : compiled;
if (plan.kind === "refused") throw new Error(JSON.stringify(plan.diagnostic));
const lista = definitionOf(plan.value);

const recording = await wasmEngine();
/** The same engine, which is asked for every operation of every step. */
const asked: Engine = { ...recording, recorder: null };

/** LISTA of three layers after some steps: its weights, its losses, and how many steps were replayed in part. */
async function trained(engine: Engine, options: Partial<TrainingOptions>) {
  let replays = 0;
  const { recorder } = engine;
  const watched: Engine =
    recorder === null
      ? engine
      : {
          ...engine,
          recorder: {
            ...recorder,
            record: (body, after) => {
              const record = recorder.record(body, after);
              if (record === null) return null;
              const { replay } = record;
              const counted = () => {
                replays += 1;
                replay();
              };
              return Object.assign(record, { replay: counted });
            },
          },
        };
  const on: Operations = operations(watched);
  const program = await bind(lista, on, { givens: { A: gaussianMatrix(5, 8) } });
  const losses: number[] = [];
  const arrays: number[] = [];
  const { parameters } = await train(program, {
    data: ({ step }) => ({ inputs: { y: normals(step, 4, 5) }, target: normals(50 + step, 4, 8) }),
    loss: mse,
    optimiser: { name: "adam", rate: 0.01 },
    batch: 4,
    steps: 7,
    progress: ({ loss }) => {
      losses.push(loss);
      arrays.push(engine.memory().arrays);
    },
    ...options,
  });
  const { tensors } = await saveParameters(on, lista, parameters);
  return {
    weights: [...tensors].map(([name, { data }]) => [name, Array.from(data)]),
    losses,
    arrays,
    replays,
  };
}

test.each<readonly [string, Partial<TrainingOptions>]>([
  ["Adam", {}],
  ["gradient descent", { optimiser: { name: "sgd", rate: 0.1 } }],
  ["momentum", { optimiser: { name: "momentum", rate: 0.1, momentum: 0.9, nesterov: true } }],
  ["RMSProp", { optimiser: { name: "rmsprop", rate: 0.01, momentum: 0.5 } }],
  ["Adadelta", { optimiser: { name: "adadelta" } }],
  ["a clipped norm", { clipping: { kind: "norm", bound: 0.01 } }],
  [
    "clipped entries and rates of their own",
    { clipping: { kind: "value", bound: 1e-3 }, rates: { W1: 0, theta: 0.5 } },
  ],
  ["a forward pass that is computed again", { recompute: 2 }],
  ["layers one after another", { schedule: { kind: "layerwise", rates: [1, 0.2] }, steps: 5 }],
  [
    "the best weights of a stage",
    {
      optimiser: { name: "adam", rate: 0.5 },
      validation: { batches: [{ inputs: { y: normals(7, 4, 5) }, target: normals(8, 4, 8) }], every: 2 },
    },
  ],
])("steps that are recorded move as those that are not: %s", async (_, options) => {
  const recorded = await trained(recording, options);
  const plain = await trained(asked, options);
  expect(recorded.replays).toBeGreaterThan(3);
  expect(recorded.losses).toEqual(plain.losses);
  expect(recorded.weights).toEqual(plain.weights);
});

test("steps of the optimiser adamax, and of losses that read, are not recorded", async () => {
  const reading: Loss = (on, output, target) => {
    const made = mse(on, output, target);
    on.engine.readNow(made.value.handle);
    return made;
  };
  for (const options of [{ optimiser: { name: "adamax" } }, { loss: reading }] as const) {
    const found = await trained(recording, options);
    expect(found.replays).toBe(0);
    expect(found.weights).toEqual((await trained(asked, options)).weights);
    expect(new Set(found.arrays.slice(2)).size).toBe(1);
  }
});

test("a batch of another size is a new record, and nothing is left of the old one", async () => {
  const data: TrainingOptions["data"] = ({ step }) => {
    const samples = step % 7 < 4 ? 4 : 3;
    return { inputs: { y: normals(step, samples, 5) }, target: normals(50 + step, samples, 8) };
  };
  const before = recording.memory();
  const recorded = await trained(recording, { data, steps: 28 });
  expect(recorded.replays).toBeGreaterThan(8);
  expect(recorded.weights).toEqual((await trained(asked, { data, steps: 28 })).weights);
  const left = recording.memory().arrays - before.arrays;
  const once = recording.memory();
  await trained(recording, { steps: 30 });
  expect(recording.memory().arrays - once.arrays).toBe(left / 2);
});

test("a loss that is not finite ends the training, and its weights stay", async () => {
  const store = new Map<string, Uint8Array>();
  const checkpoint = {
    name: "run",
    every: 1,
    store: {
      read: (name: string) => Promise.resolve(store.get(name) ?? null),
      write: (name: string, bytes: Uint8Array) => Promise.resolve(void store.set(name, bytes.slice())),
    },
  };
  const data: TrainingOptions["data"] = ({ step }) => ({
    inputs: { y: normals(step, 4, 5) },
    target:
      step === 5 ? { ...normals(1, 4, 8), data: new Float32Array(32).fill(3e38) } : normals(50 + step, 4, 8),
  });
  await expect(trained(recording, { data, checkpoint })).rejects.toThrow(/not finite/u);
  const kept = store.get("run");
  await expect(trained(recording, { data, checkpoint, resume: true, steps: 7 })).rejects.toThrow(
    /not finite/u,
  );
  expect(store.get("run")).toEqual(kept);
});
