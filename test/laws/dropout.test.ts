import { expect, test } from "vitest";
import { definitionOf } from "../../compiler/compile.ts";
import { emitModule } from "../../compiler/emit/emitModule.ts";
import { valueAndGradient } from "../../runtime/adjoint/gradient.ts";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { bind } from "../../runtime/program/bind.ts";
import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import { saveParameters } from "../../runtime/program/parameters.ts";
import { stream } from "../../runtime/random/stream.ts";
import { mse } from "../../runtime/train/losses.ts";
import { train } from "../../runtime/train/trainer.ts";
import { loadModule } from "../emit/load.ts";
import { compiledText, definitionFor, planOf } from "./lab/compiled.ts";
import { byDefinition } from "./lab/interpreter.ts";
import type { Problem } from "./lab/problems.ts";
import { parameterSlopes } from "./lab/slopes.ts";
import { distance, ready, stepped } from "./lab/steps.ts";

const [SAMPLES, N] = [3, 40];
const RATE = 0.25;

const random = stream(5, "dropout");
const DATA = realArray(
  [SAMPLES, N],
  Float64Array.from({ length: SAMPLES * N }, () => Math.fround(random.normal())),
);

const problem: Problem = {
  name: "dropout",
  program: "",
  edits: [],
  sizes: {},
  givens: () => ({}),
  inputs: () => ({ y: DATA }),
};

/** Two places call the network in each step. */
const text = (layer: string): string => `program p {
  input y : R[${N}]
  learn M : net R[${N}] -> R[${N}] = dense(7) |> tanh ${layer} |> dense(${N}) |> tanh
  state x : R[${N}] = M(y)
  step { x <- y + 0.1*M(x) - 0.05*M(0.5*x) }
  output x
  unroll(3)
  equilibrium(tol = 1e-11, backward = gmres(tol = 1e-11))
}
`;
const WITH = compiledText("p", text(`|> dropout(rate = ${RATE})`));

test("while running it changes nothing", async () => {
  for (const engine of [referenceEngine(), await wasmEngine()]) {
    const using = operations(engine);
    const plain = definitionFor(compiledText("p", text("")), "unrolled");
    const same = definitionFor(WITH, "unrolled");
    const ran = await stepped(await ready(problem, same, using, 1), 2);
    expect(ran).toEqual(await stepped(await ready(problem, plain, using, 1), 2));
    if (engine.name !== "reference") continue;
    const exact = await ready(problem, same, using, 1);
    expect(distance(ran, byDefinition(WITH.lowered, exact, 2))).toBeLessThan(1e-12);
  }
});

test("while training entries are 0 or over 1 - rate, for each sample and each place anew", async () => {
  const program = `program p {
  input y : R[${N}]
  learn t : R = 1
  learn M : net R[${N}] -> R[${N}] = dropout(rate = ${RATE})
  output t*(M(y), M(y))
}
`;
  const definition = definitionFor(compiledText("p", program), "direct");
  const { program: bound, inputs } = await ready(problem, definition, operations(referenceEngine()), 1);
  const seen = new Set<string>();
  await valueAndGradient(bound, inputs, (using, output) => {
    for (const index of [0, 1]) {
      const part = using.part(output, index);
      const { handle } = using.map("p/y", { p: part, y: inputs.known["y"] as typeof part }) as typeof part & {
        handle: Parameters<typeof using.engine.readNow>[0];
      };
      const found = [...(using.engine.readNow(handle) ?? [])];
      for (const entry of found)
        expect(Math.min(Math.abs(entry), Math.abs(entry - 1 / (1 - RATE)))).toBeLessThan(1e-12);
      const kept = found.filter((entry) => entry > 0).length / found.length;
      expect(Math.abs(kept - (1 - RATE))).toBeLessThan(0.15);
      for (let sample = 0; sample < SAMPLES; sample += 1) {
        seen.add(found.slice(sample * N, (sample + 1) * N).join());
      }
    }
    return { value: using.dot(output, output), cotangent: using.map("2*x", { x: output }) };
  });
  expect(seen.size).toBe(2 * SAMPLES);
});

test.each(["unrolled", "equilibrium"] as const)("gradients of the %s see one mask", async (target) => {
  const definition = definitionFor(WITH, target);
  const of = await ready(problem, definition, operations(referenceEngine()), 1);
  for (const { gradient, difference, scale } of await parameterSlopes(of)) {
    expect(Math.abs(gradient - difference) / scale).toBeLessThan(2e-6);
  }
  if (target === "equilibrium") return;
  const [kept, anew] = [await slopesOf("none"), await slopesOf("steps")];
  expect(anew).toEqual(kept);

  async function slopesOf(recompute: "none" | "steps"): Promise<readonly number[]> {
    return (await parameterSlopes(of, { recompute })).map(({ gradient }) => gradient);
  }
});

test("masks follow the seed and the number of the sample", async () => {
  const definition = definitionFor(WITH, "unrolled");
  const { program, inputs } = await ready(problem, definition, operations(referenceEngine()), 1);
  const loss = async (seed: number, first: number): Promise<number> =>
    (
      await valueAndGradient({ ...program, seed }, { ...inputs, first }, (using, output) => ({
        value: using.dot(output, output),
        cotangent: using.map("2*x", { x: output }),
      }))
    ).value;
  const here = await loss(1, 0);
  expect(await loss(1, 0)).toBe(here);
  expect(await loss(2, 0)).not.toBe(here);
  expect(await loss(1, SAMPLES)).not.toBe(here);
});

test("a training that is resumed draws what an uninterrupted one draws", async () => {
  const definition = definitionFor(WITH, "unrolled");
  const using = operations(await wasmEngine());
  const files = new Map<string, Uint8Array>();
  const store = {
    read: (name: string) => Promise.resolve(files.get(name) ?? null),
    write: (name: string, bytes: Uint8Array) => Promise.resolve(void files.set(name, bytes)),
  };
  const trained = async (name: string, stopAt: number, resume: boolean): Promise<readonly number[]> => {
    const stop = new AbortController();
    const program = await bind(definition, using, { seed: 3 });
    const result = await train(program, {
      data: () => Promise.resolve({ inputs: { y: DATA }, target: DATA }),
      loss: mse,
      optimiser: { name: "adam", rate: 0.01 },
      batch: SAMPLES,
      steps: 6,
      seed: 3,
      checkpoint: { store, name, every: 1 },
      resume,
      signal: stop.signal,
      progress: ({ step }) => {
        if (step === stopAt) stop.abort();
      },
    });
    const saved = await saveParameters(using, definition, result.parameters);
    return [...saved.tensors.values()].flatMap(({ data }) => [...data]);
  };
  const whole = await trained("whole", 99, false);
  await trained("parts", 3, false);
  expect(await trained("parts", 99, true)).toEqual(whole);
  expect(whole.every(Number.isFinite)).toBe(true);
});

test("the emitted module draws the same, and has the same gradients", async () => {
  const plan = planOf(WITH, "unrolled");
  const settings = { runtimeSpecifier: "ipc/runtime", sourceName: "p.ipx" };
  const module = loadModule(await emitModule(plan, settings), "p");
  const definition = definitionOf(plan);
  expect(definition.draws?.length).toBe(3);
  const [found, expected] = [await gradientOf(module), await gradientOf(definition)];
  expect(found).toEqual(expected);

  async function gradientOf(of: ProgramDefinition): Promise<readonly number[]> {
    const bound = await ready(problem, of, operations(referenceEngine()), 1);
    return (await parameterSlopes(bound)).map(({ gradient }) => gradient);
  }
});

test("a rate of 1 is refused", () => {
  expect(() => compiledText("p", text("|> dropout(rate = 1)"))).toThrow(/rate/u);
});
