import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { analyse, compileProgram, definitionOf, planProgram } from "../../compiler/compile.ts";
import { bind } from "../../runtime/program/bind.ts";
import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import { saveParameters } from "../../runtime/program/parameters.ts";
import type { OptimiserSettings } from "../../runtime/train/optimiser.ts";
import { mse } from "../../runtime/train/losses.ts";
import { train, type TrainingOptions } from "../../runtime/train/trainer.ts";
import { gaussianMatrix, normals, reference } from "./setting.ts";

const path = "lista.ipx";
const text = readFileSync(new URL(`../../programs/${path}`, import.meta.url), "utf8");
const { file, checked } = analyse({ path, text: text.replace("unroll(16)", "unroll(3)") }, () => null);
const compiled = compileProgram(file, checked.programs[0]!);
/** LISTA of three layers, its reverses with the cotangents of the inputs or without. */
function lista(inputs: boolean): ProgramDefinition {
  const plan = compiled.kind === "done" ? planProgram(compiled.value, "first", { inputs }) : compiled;
  if (plan.kind === "refused") throw new Error(JSON.stringify(plan.diagnostic));
  return definitionOf(plan.value);
}

const definition = lista(false);

/** The weights of LISTA after some steps, and how many arrays are left. */
async function trained(
  optimiser: OptimiserSettings,
  options: Partial<TrainingOptions>,
  of = definition,
): Promise<{ readonly weights: readonly (readonly [string, readonly number[]])[]; readonly arrays: number }> {
  const operations = reference();
  const program = await bind(of, operations, { givens: { A: gaussianMatrix(5, 8) } });
  const { parameters } = await train(program, {
    data: ({ step }) => ({ inputs: { y: normals(step, 4, 5) }, target: normals(50 + step, 4, 8) }),
    loss: mse,
    optimiser,
    batch: 4,
    steps: 4,
    ...options,
  });
  const { tensors } = await saveParameters(operations, of, parameters);
  const weights = [...tensors].map(([name, { data }]) => [name, Array.from(data)] as const);
  return { weights, arrays: operations.engine.memory().arrays };
}

// a norm that nothing reaches: gradients are as they are, and wait for each other
const together = { clipping: { kind: "norm", bound: 1e12 } } as const;

test.each<OptimiserSettings>([
  { name: "sgd", rate: 0.1 },
  { name: "adam", rate: 0.01 },
  { name: "adamax", rate: 0.01 },
])("variables that move one by one as gradients come in move as all at once, by $name", async (optimiser) => {
  const oneByOne = await trained(optimiser, {});
  expect((await trained(optimiser, together)).weights).toEqual(oneByOne.weights);
  expect((await trained(optimiser, { recompute: 2 })).weights).toEqual(oneByOne.weights);
  const slower = await trained(optimiser, { rates: { W1: 0, theta: 0.5 } });
  expect((await trained(optimiser, { ...together, rates: { W1: 0, theta: 0.5 } })).weights).toEqual(
    slower.weights,
  );
  expect(slower.weights).not.toEqual(oneByOne.weights);
  expect((await trained(optimiser, { steps: 9 })).arrays).toBe(oneByOne.arrays);
});

test("training asks for no gradient by the inputs", async () => {
  const whole = lista(true);
  const asked: string[] = [];
  const watched = <S extends ProgramDefinition["step"]>(step: S): S =>
    step?.reverse == null
      ? step
      : {
          ...step,
          reverse: {
            ...step.reverse,
            inputAdjoint: () => {
              asked.push("inputs");
              return {};
            },
          },
        };
  const { step, firstStep } = whole;
  if (firstStep === undefined) throw new Error("LISTA begins at 0");
  expect(step?.reverse?.inputAdjoint).toBeDefined();
  const spied = { ...whole, step: watched(step), firstStep: watched(firstStep) };
  const adam = { name: "adam", rate: 0.01 } as const;
  expect((await trained(adam, {}, spied)).weights).toEqual((await trained(adam, {})).weights);
  expect(asked).toEqual([]);
});
