import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import { beforeAll, describe, expect, test } from "vitest";
import { asTfjsFunction, finiteData, hostArray, model, norm2sq, type HostArray } from "ipc/runtime";
import { sparse } from "../../runtime/data/sparse.ts";
import { nmseDb } from "../../runtime/measure/nmse.ts";
import { stack } from "../../runtime/io/hostArray.ts";
import { gaussianMatrix } from "../../runtime/operators/matrices/gaussian.ts";
import { stream } from "../../runtime/random/stream.ts";
import { ista as equilibrium } from "../golden/programs/ista/equilibrium.ts";
import { ista } from "../golden/programs/ista/unrolled.ts";
import { lista } from "../golden/programs/lista/unrolled.ts";

const [m, n] = [20, 40];
const A = gaussianMatrix(m, n, true, 1);

/** Sparse vectors and their measurements. */
function sparseCoding(count: number): { readonly x: HostArray; readonly y: HostArray } {
  const x = stack(Array.from({ length: count }, (_, i) => sparse(n, 0.1)(stream(1, "sample", i))));
  const y = Float64Array.from({ length: count * m }, (_, at) => {
    const [sample, row] = [Math.floor(at / m), at % m];
    let sum = 0;
    for (let j = 0; j < n; j += 1) sum += (A.data[row * n + j] ?? 0) * (x.data[sample * n + j] ?? 0);
    return sum;
  });
  return { x, y: hostArray("real", [count, m], y) };
}

test("an emitted module is bound, trained, stored and run in a few lines", async () => {
  const { x, y } = sparseCoding(256);
  const network = await model(lista, { A, lambda: 0.1 }, { steps: 4 });
  const before = await network.run({ y });
  await network.train({
    data: finiteData({ inputs: { y }, target: x }),
    loss: norm2sq,
    optimiser: { name: "adam", rate: 2e-3 },
    batch: 32,
    steps: 60,
  });
  const { output } = await network.run({ y });
  const weights = await network.weights();
  const again = await model(lista, { A, lambda: 0.1 }, { steps: 4, weights });
  expect((await again.run({ y })).output).toEqual(output);
  expect(nmseDb(output, x)).toBeLessThan(nmseDb(before.output, x) - 3);
});

describe("an emitted module inside a model of one's own", () => {
  beforeAll(async () => {
    await tf.setBackend("cpu");
    await tf.ready();
  });

  const matrix = () => tf.tensor2d([...A.data], [m, n]);

  /** The same steps in operations of tfjs, for its tape. */
  function byTape(y: tf.Tensor, t: tf.Tensor, steps: number, lambda: number): tf.Tensor {
    const [sensing, threshold] = [matrix(), tf.mul(t, lambda)];
    let x: tf.Tensor = tf.zeros([y.shape[0] ?? 0, n]);
    for (let k = 0; k < steps; k += 1) {
      const residual = tf.sub(tf.matMul(x, sensing, false, true), y);
      const moved = tf.sub(x, tf.mul(t, tf.matMul(residual, sensing)));
      x = tf.mul(tf.sign(moved), tf.relu(tf.sub(tf.abs(moved), threshold)));
    }
    return x;
  }

  test("unrolled steps have the values and the gradients of the tape", async () => {
    const { y } = sparseCoding(3);
    const solver = await model(ista, { A, lambda: 0.1 }, { steps: 5, engine: { tf } });
    const reconstruct = asTfjsFunction(tf, solver.program);

    // a scaled input before, a loss behind: the program is one operation among others
    const loss = (through: (input: tf.Tensor, step: tf.Tensor) => tf.Tensor) =>
      tf.valueAndGrads((input: tf.Tensor, step: tf.Tensor) =>
        tf.mean(tf.square(tf.sub(through(tf.mul(input, 2), step), 0.1))),
      );
    const data = [tf.tensor2d([...y.data], [3, m]), tf.scalar(0.11)];
    const own = loss((input, t) => reconstruct({ y: input }, { t }))(data);
    const tape = loss((input, t) => byTape(input, t, 5, 0.1))(data);

    expect(own.value.dataSync()[0]).toBeCloseTo(tape.value.dataSync()[0] ?? Number.NaN, 6);
    own.grads.forEach((gradient, i) => {
      const expected = [...(tape.grads[i]?.dataSync() ?? [])];
      const size = Math.max(...expected.map(Math.abs));
      expect(size).toBeGreaterThan(1e-4);
      [...gradient.dataSync()].forEach((entry, at) => {
        expect(Math.abs(entry - (expected[at] ?? Number.NaN)) / size).toBeLessThan(1e-4);
      });
    });
  });

  test("an equilibrium has the gradient of many steps", async () => {
    const { y } = sparseCoding(2);
    const solver = await model(equilibrium, { A, lambda: 0.3 }, { engine: { tf } });
    const reconstruct = asTfjsFunction(tf, solver.program);
    const input = tf.tensor2d([...y.data], [2, m]);
    const own = tf.grad((data: tf.Tensor) => tf.sum(tf.square(reconstruct({ y: data }))))(input);
    const tape = tf.grad((data: tf.Tensor) => tf.sum(tf.square(byTape(data, tf.scalar(0.15), 800, 0.3))))(
      input,
    );
    const expected = [...tape.dataSync()];
    const size = Math.max(...expected.map(Math.abs));
    [...own.dataSync()].forEach((entry, at) => {
      expect(Math.abs(entry - (expected[at] ?? Number.NaN)) / size).toBeLessThan(5e-3);
    });
  });
});
