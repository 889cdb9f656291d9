import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { beforeAll, expect, test } from "vitest";
import type { Value } from "../../runtime/arrays/value.ts";
import { FRESH, optimise, type OptimiserSettings } from "../../runtime/train/optimiser.ts";
import { download, upload } from "../../runtime/program/transfer.ts";
import { normals, reference } from "./setting.ts";

beforeAll(async () => {
  await tf.setBackend("cpu");
});

const CASES: readonly (readonly [OptimiserSettings, () => tf.Optimizer])[] = [
  [{ name: "sgd", rate: 0.1 }, () => tf.train.sgd(0.1)],
  [{ name: "momentum", rate: 0.1, momentum: 0.9 }, () => tf.train.momentum(0.1, 0.9)],
  [{ name: "momentum", rate: 0.1, momentum: 0.8, nesterov: true }, () => tf.train.momentum(0.1, 0.8, true)],
  [{ name: "rmsprop", rate: 0.01 }, () => tf.train.rmsprop(0.01)],
  [{ name: "rmsprop", rate: 0.01, decay: 0.8, momentum: 0.5 }, () => tf.train.rmsprop(0.01, 0.8, 0.5)],
  [
    { name: "rmsprop", rate: 0.01, decay: 0.7, momentum: 0.2, epsilon: 1e-6, centered: true },
    () => tf.train.rmsprop(0.01, 0.7, 0.2, 1e-6, true),
  ],
  [{ name: "adagrad", rate: 0.1 }, () => tf.train.adagrad(0.1)],
  [{ name: "adam" }, () => tf.train.adam()],
  [
    { name: "adam", rate: 0.1, beta1: 0.5, beta2: 0.9, epsilon: 1e-3 },
    () => tf.train.adam(0.1, 0.5, 0.9, 1e-3),
  ],
  [{ name: "adamax" }, () => tf.train.adamax()],
  [{ name: "adamax", rate: 0.1, decay: 0.3 }, () => tf.train.adamax(0.1, 0.9, 0.999, 1e-7, 0.3)],
];

/** Where an optimiser moves in eight steps, from `normals(1, 6)`; `seen` is given each gradient. */
async function moves(
  settings: OptimiserSettings,
  seen: (gradient: readonly number[]) => void,
): Promise<readonly number[]> {
  const operations = reference();
  let value: Value = upload(operations, normals(1, 6), false);
  let state = FRESH;
  for (let step = 0; step < 8; step++) {
    const gradient = normals(100 + step, 6);
    // the first gradient is 0 somewhere, as those of dead entries are
    if (step === 0) gradient.data[2] = 0;
    seen([...gradient.data]);
    const moved = optimise(operations, settings, state, [
      { key: "x", value, gradient: upload(operations, gradient, false), factor: 1 },
    ]);
    value = moved.values.get("x") ?? value;
    state = moved.state;
  }
  return value.kind === "array" ? [...(await download(operations, value)).data] : [];
}

test.each(CASES)("%o moves as tfjs's does", async (settings, make) => {
  const variable = tf.variable(tf.tensor1d([...normals(1, 6).data]));
  const optimiser = make();
  const ours = await moves(settings, (gradient) => {
    optimiser.applyGradients({ [variable.name]: tf.tensor1d([...gradient]) });
  });
  const theirs = variable.dataSync();
  theirs.forEach((expected, index) => {
    const actual = ours[index] ?? 0;
    if (Number.isNaN(expected)) expect(actual).toBeNaN();
    else expect(Math.abs(actual - expected)).toBeLessThan(2e-5 * Math.max(1, Math.abs(expected)));
  });
});

test.each([
  [0.5, 0.95, 1e-7],
  [1, 0.6, 1e-3],
])(
  "Adadelta moves as Zeiler's algorithm says, with rate %f, rho %f, epsilon %f",
  async (rate, rho, epsilon) => {
    const means = normals(1, 6).data.map(() => 0);
    const updates = [...means];
    const expected = [...normals(1, 6).data];
    const ours = await moves({ name: "adadelta", rate, rho, epsilon }, (gradient) => {
      for (const [at, g] of gradient.entries()) {
        const mean = rho * (means[at] ?? 0) + (1 - rho) * g ** 2;
        const before = updates[at] ?? 0;
        const update = (g * Math.sqrt(before + epsilon)) / Math.sqrt(mean + epsilon);
        [means[at], updates[at]] = [mean, rho * before + (1 - rho) * update ** 2];
        expected[at] = (expected[at] ?? 0) - rate * update;
      }
    });
    expected.forEach((value, at) => {
      expect(ours[at]).toBeCloseTo(value, 6);
    });
  },
);
