import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import { beforeAll, describe, expect, test } from "vitest";
import {
  asTfjsFunction,
  bind,
  bindInputs,
  engine,
  finiteData,
  model,
  norm2sq,
  operations as operationsOn,
  perform,
  upload,
  valueAndGradient,
} from "../../runtime/index.ts";
import type { ProgramDefinition, Target } from "../../runtime/program/definition.ts";
import { readSafetensors, writeSafetensors } from "../../runtime/io/safetensors.ts";
import { istaProgram } from "./istaProgram.ts";
import { gaussianMatrix, normals, reference } from "./setting.ts";

const A = gaussianMatrix(6, 8);
const unrolled: Target = { kind: "unrolled", steps: 4, beyond: "error" };
const equilibrium: Target = {
  kind: "equilibrium",
  solver: { kind: "anderson", memory: 5, damping: 1, ridge: 1e-8 },
  tolerance: 1e-6,
  maximum: 100,
  backward: { kind: "gmres", tolerance: 1e-6, restart: 20, maximum: 60 },
  otherwise: { kind: "error" },
};

test("a model is bound, trained, stored and run in a few lines", async () => {
  const lista = await model(istaProgram({ target: unrolled, perStep: true }), { A, lambda: 0.05 });
  const x = normals(1, 40, 8);
  const operations = reference();
  const y = await model(istaProgram({ target: unrolled, perStep: true }), { A }, { engine: operations });
  expect(y.program.steps).toBe(4);

  const data = finiteData({ inputs: { y: normals(2, 40, 6) }, target: x });
  await lista.train({ data, loss: norm2sq, optimiser: { name: "adam", rate: 0.01 }, batch: 10, steps: 5 });
  const { output, reason } = await lista.run({ y: normals(3, 6) });
  expect(output.shape).toEqual([8]);
  expect(reason).toEqual(["fixed_steps"]);
  const batch = await lista.run({ y: normals(3, 2, 6) });
  expect(batch.output.shape).toEqual([2, 8]);
  expect(Array.from(batch.output.data.slice(0, 8))).toEqual(Array.from(output.data));

  const weights = await lista.weights();
  const again = await model(lista.program.definition, { A, lambda: 0.05 }, { weights });
  expect((await again.run({ y: normals(3, 6) })).output).toEqual(output);
  const other = istaProgram({ target: unrolled, perStep: false });
  await expect(model(other, { A }, { weights })).rejects.toMatchObject({ code: "IPX8010" });

  const { tensors } = readSafetensors(weights);
  const elsewhere = (kept: typeof tensors): Uint8Array => writeSafetensors({ tensors: kept, metadata: {} });
  const taken = await model(lista.program.definition, { A, lambda: 0.05 }, { weights: elsewhere(tensors) });
  expect((await taken.run({ y: normals(3, 6) })).output).toEqual(output);
  const partial = elsewhere(new Map([...tensors].slice(1)));
  await expect(model(lista.program.definition, { A }, { weights: partial })).rejects.toMatchObject({
    code: "IPX8010",
  });
});

describe("as a function of tfjs", () => {
  beforeAll(async () => {
    await tf.setBackend("cpu");
    await tf.ready();
  });

  test.each<[string, ProgramDefinition]>([
    ["unrolled", istaProgram({ target: unrolled, perStep: true })],
    ["equilibrium", istaProgram({ target: equilibrium, perStep: false, shrink: 0.8 })],
  ])("%s: value and gradients are the program's, and no tensor is left", async (_name, definition) => {
    const operations = operationsOn(await engine({ tf }));
    const program = await bind(definition, operations, { givens: { A } });
    const f = asTfjsFunction(tf, program);
    const y = normals(7, 3, 6);
    const tensor = tf.tensor2d([...y.data], [3, 6]);
    const W = program.parameters.get("W") ?? [];
    const stacked = W.map((value) => (value.kind === "array" ? (value.handle as tf.Tensor) : tf.scalar(0)));
    const weights =
      definition.parameters[0]?.perStep === true ? tf.stack(stacked) : (stacked[0] ?? tf.scalar(0));

    const before = tf.memory().numTensors;
    // f stands between other operations of the user's
    const grads = tf.grads((input: tf.Tensor, matrix: tf.Tensor) =>
      tf.div(tf.sum(tf.square(f({ y: tf.mul(input, 2) }, { W: matrix }))), 3),
    );
    const [dy, dW] = grads([tensor, weights]);
    expect(tf.memory().numTensors).toBe(before + 2);

    const doubled = { ...y, data: y.data.map((value) => 2 * value) };
    const inputs = await perform(operations, bindInputs(program, { y: doubled }));
    const zero = upload(operations, { ...normals(1, 3, 8), data: new Float64Array(24) }, true);
    const found = await valueAndGradient(program, inputs, (of, output) => norm2sq(of, output, zero));
    const expected = found.parameters.get("W") ?? [];
    const numbers = expected.flatMap((value) =>
      value?.kind === "array" ? [...(operations.engine.readNow(value.handle) ?? [])] : [],
    );
    expect(Array.from(dW?.dataSync() ?? [])).toHaveLength(numbers.length);
    dW?.dataSync().forEach((value, index) => expect(value).toBeCloseTo(numbers[index] ?? 0, 3));
    const input = found.inputs["y"];
    const byInput = input?.kind === "array" ? (operations.engine.readNow(input.handle) ?? []) : [];
    dy?.dataSync().forEach((value, index) => expect(value).toBeCloseTo(2 * (byInput[index] ?? 0), 3));
  });
});
