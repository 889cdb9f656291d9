import { describe, expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import type { HostArray } from "../../runtime/io/hostArray.ts";
import { model } from "../../runtime/model.ts";
import { bind } from "../../runtime/program/bind.ts";
import type { Data } from "../../runtime/program/datum.ts";
import { bindInputs } from "../../runtime/program/inputs.ts";
import { stream } from "../../runtime/random/stream.ts";
import { perform } from "../../runtime/solve/task.ts";
import { mse } from "../../runtime/train/losses.ts";
import { compiledProgram, compiledText, definitionFor } from "./lab/compiled.ts";
import { COUNT, LESSONS, type Lesson } from "./lab/lessons.ts";
import { parameterSlopes } from "./lab/slopes.ts";

/** Equilibria found to full precision. */
const EXACT = {
  tolerance: 1e-12,
  maximum: 1000,
  backward: { kind: "gmres", tolerance: 1e-12, restart: 20, maximum: 200 },
};
const exact = operations(referenceEngine());

/** The output of a program without a step, on data of a lesson. */
async function outputOf(lesson: Lesson, text: string, inputs: Data): Promise<HostArray> {
  const definition = definitionFor(compiledText("data", text), "direct");
  const program = await model(definition, lesson.givens, { engine: exact, sizes: lesson.sizes });
  return (await program.run(inputs, { batched: true })).output;
}

async function inputsOf(lesson: Lesson, x: HostArray): Promise<Data> {
  return { ...lesson.inputs, y: await outputOf(lesson, lesson.measure, { ...lesson.inputs, x }) };
}

function meanSquare(found: HostArray, truth: HostArray): number {
  const count = found.shape.reduce((product, extent) => product * extent, 1);
  return [...found.data].reduce((sum, entry, i) => sum + (entry - (truth.data[i] ?? 0)) ** 2, 0) / count;
}

/** Without dark regions, where networks without biases stand on kinks. */
function noise(like: HostArray): HostArray {
  const random = stream(5, "noise");
  return { ...like, data: Float64Array.from(like.data, () => random.normal()) };
}

test("tv_tomography is better than filtered back-projection of few views", async () => {
  const lesson = LESSONS.find(({ name }) => name === "fbp_convnet");
  if (lesson === undefined || lesson.baseline === null) throw new Error("a lesson with views");
  const { givens, sizes, truth } = lesson;
  const inputs = await inputsOf(lesson, truth);
  const definition = definitionFor(compiledProgram("tv_tomography"), "solver");
  const solver = await model(definition, givens, { engine: operations(await wasmEngine()), sizes });
  const { output } = await solver.run(inputs, { batched: true, maximum: 400 });
  const filtered = await outputOf(lesson, lesson.baseline, inputs);
  expect(meanSquare(output, truth)).toBeLessThan(0.5 * meanSquare(filtered, truth));
});

describe.each(LESSONS)("$name", (lesson) => {
  const { target, settings, givens, sizes, truth } = lesson;

  test("learns", async () => {
    const definition = definitionFor(compiledProgram(lesson.program, lesson.edits), target, settings);
    const using = operations(await wasmEngine());
    const program = await model(definition, givens, { engine: using, sizes, seed: 1 });
    const inputs = await inputsOf(lesson, truth);
    const losses: number[] = [];
    await program.train({
      data: () => Promise.resolve({ inputs, target: truth }),
      loss: mse,
      optimiser: { name: "adam", rate: lesson.rate },
      batch: COUNT,
      steps: lesson.steps,
      progress: ({ loss }) => losses.push(loss),
    });
    const last = losses.at(-1) ?? Infinity;
    expect(last).toBeLessThan(0.8 * (losses[0] ?? 0));
    if (lesson.baseline === null) return;
    const baseline = meanSquare(await outputOf(lesson, lesson.baseline, inputs), truth);
    expect(last).toBeLessThan(0.8 * baseline);
  });
});

const ALONE = LESSONS.flatMap(({ smooth, ...lesson }) => (smooth === null ? [] : [{ ...lesson, smooth }]));

describe.each(ALONE)("$name", (lesson) => {
  const { target, settings, givens, sizes, truth } = lesson;

  test("gradients of all that is learned are those of differences", async () => {
    const compiled = compiledProgram(lesson.program, [...lesson.edits, ...lesson.smooth]);
    const definition = definitionFor(compiled, target, { ...settings, ...EXACT });
    const program = await bind(definition, exact, { givens, sizes, seed: 2 });
    const inputs = await perform(exact, bindInputs(program, await inputsOf(lesson, noise(truth)), true));
    for (const { name, gradient, difference, scale } of await parameterSlopes({ program, inputs })) {
      expect(Math.abs(gradient - difference), name).toBeLessThan(1e-5 * scale + 1e-6);
    }
  });
});
