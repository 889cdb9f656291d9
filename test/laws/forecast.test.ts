import { describe, expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import { arenaEngine } from "../../runtime/engine/arena.ts";
import type { SharedMemory } from "../../runtime/engine/arena/memory.ts";
import type { Engine } from "../../runtime/engine/engine.ts";
import { forecastRun, forecastTraining } from "../../runtime/forecast.ts";
import { type HostArray, realArray } from "../../runtime/io/hostArray.ts";
import { bind } from "../../runtime/program/bind.ts";
import { bindInputs } from "../../runtime/program/inputs.ts";
import { stream } from "../../runtime/random/stream.ts";
import { run } from "../../runtime/solve/run.ts";
import { perform } from "../../runtime/solve/task.ts";
import { finiteData } from "../../runtime/train/data.ts";
import { norm2sq } from "../../runtime/train/losses.ts";
import { train } from "../../runtime/train/trainer.ts";
import { compiledProgram, definitionFor } from "./lab/compiled.ts";
import { problem } from "./lab/problems.ts";
import { ready } from "./lab/steps.ts";

/** An arena of its own, and the memory that it stands on. */
function ownArena(): { readonly engine: Engine; readonly memory: SharedMemory } {
  const found: SharedMemory[] = [];
  const engine = arenaEngine("own", {
    native: (memory) => {
      found.push(memory);
      return {
        file: "",
        names: [],
        kernelAt: () => Object.assign(() => undefined, { address: 0 }),
        successorOf: null,
      };
    },
  });
  const [memory] = found;
  if (memory === undefined) throw new Error("an arena has a memory");
  return { engine, memory };
}

/** The sizes of the laws' matrices. */
const [ROWS, COLUMNS] = [6, 9];

function drawn(...shape: readonly [number, number]): HostArray {
  const numbers = stream(1, "drawn");
  return realArray(
    shape,
    Float64Array.from({ length: shape[0] * shape[1] }, () => numbers.normal()),
  );
}

/** Where loops may end before their cap, less may be taken than is said. */
const AT_MOST: ReadonlySet<string> = new Set(["fista_backtracking", "sgp", "admm_lasso"]);

describe("the peak of memory is known before a run", () => {
  test.each([
    ["landweber", "solver"],
    ["ista", "solver"],
    ["fista", "solver"],
    ["fista_backtracking", "solver"],
    ["sgp", "solver"],
    ["admm_lasso", "solver"],
    ["tv_chambolle_pock", "solver"],
    ["gradient_descent_tikhonov", "solver"],
    ["lista", "unrolled"],
    ["ista", "equilibrium"],
  ] as const)("%s, %s", async (name, target) => {
    const { engine, memory } = ownArena();
    const using = operations(engine);
    const definition = definitionFor(compiledProgram(name), target);
    const { program, inputs } = await ready(problem(name), definition, using, 6, { samples: [0, 1] });
    const [held, before] = [memory.used, memory.peak];
    const forecast = await forecastRun(program, inputs);
    expect([memory.used, memory.peak]).toEqual([held, before]);
    await run(program, inputs);
    const said = Math.max(before, held + (forecast?.peak ?? 0));
    if (AT_MOST.has(name)) expect(memory.peak).toBeLessThanOrEqual(said);
    else expect(memory.peak).toBe(said);
  });
});

describe("the peak of memory is known before a training", () => {
  test.each([
    ["lista", "unrolled", "none", "end_to_end"],
    ["lista", "unrolled", "steps", "end_to_end"],
    ["lista", "unrolled", "none", "layerwise"],
    ["gradient_descent_tikhonov", "equilibrium", "none", "end_to_end"],
  ] as const)("%s, %s, recomputed %s, %s", async (name, target, recompute, schedule) => {
    const { engine, memory } = ownArena();
    const using = operations(engine);
    const definition = definitionFor(compiledProgram(name), target);
    const { program } = await ready(problem(name), definition, using, 6, { samples: [0] });
    const options = {
      data: finiteData({ inputs: { y: drawn(4, ROWS) }, target: drawn(4, COLUMNS) }),
      loss: norm2sq,
      optimiser: { name: "adam", rate: 1e-3 },
      schedule: schedule === "layerwise" ? { kind: schedule, warm: false } : { kind: schedule },
      batch: 4,
      steps: 6,
      recompute,
    } as const;
    const [held, before] = [memory.used, memory.peak];
    const forecast = await forecastTraining(program, options);
    expect([memory.used, memory.peak]).toEqual([held, before]);
    await train(program, options);
    const said = Math.max(before, held + (forecast?.peak ?? 0));
    if (target === "equilibrium") expect(memory.peak).toBeLessThanOrEqual(said);
    else expect(memory.peak).toBe(said);
  });
});

/** The peak of a denoiser with so many layers on one picture, without training. */
async function peakOf(depth: number): Promise<number> {
  const { engine } = ownArena();
  const using = operations(engine);
  const edit = ["dncnn17(width = 64)", `dncnn17(depth = ${depth}, width = 8)`] as const;
  const definition = definitionFor(compiledProgram("dncnn_denoise", [edit]), "direct");
  const program = await bind(definition, using, {});
  const inputs = await perform(
    using,
    bindInputs(program, { y: realArray([16, 16], new Float64Array(256)) }, false),
  );
  return (await forecastRun(program, inputs))?.peak ?? 0;
}

test("a network that runs takes no more memory the deeper it is", async () => {
  expect(await peakOf(9)).toBe(await peakOf(5));
});
