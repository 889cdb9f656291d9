import { describe, expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import type { Engine } from "../../runtime/engine/engine.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import { run } from "../../runtime/solve/run.ts";
import { compiledProgram, definitionFor } from "./lab/compiled.ts";
import { type Problem, problem } from "./lab/problems.ts";
import { numbersOf, ready } from "./lab/steps.ts";

const SAMPLES = [0, 1, 2];

async function outcome(of: Problem, definition: ProgramDefinition, engine: Engine, every: number) {
  const using = operations(engine);
  const { program, inputs } = await ready(of, definition, using, 6, { samples: SAMPLES });
  const before = engine.memory().arrays;
  const result = await run(program, inputs, { maximum: 200, every });
  const { iterations, converged, residual, reason, objective } = result;
  const numbers = await numbersOf(using, result.output, SAMPLES.length);
  engine.dispose(result.owned);
  expect(engine.memory().arrays).toBe(before);
  return { iterations, converged, residual, reason, objective, numbers };
}

/** Whose steps look at numbers while they run. */
const UNRECORDED: ReadonlySet<string> = new Set(["fista_backtracking", "sgp"]);

/** The engine, and how many records it has made. */
function counting(engine: Engine): { readonly engine: Engine; readonly made: () => number } {
  let made = 0;
  const { recorder } = engine;
  if (recorder === null) throw new Error("the engine records");
  const record: typeof recorder.record = (body) => {
    const found = recorder.record(body);
    if (found !== null) made += 1;
    return found;
  };
  return { engine: { ...engine, recorder: { ...recorder, record } }, made: () => made };
}

describe("steps that are repeated from a record give the bits of steps that are asked for", () => {
  test.each([
    "landweber",
    "kaczmarz",
    "ista",
    "fista",
    "fista_backtracking",
    "admm_lasso",
    "tv_chambolle_pock",
    "gradient_descent_tikhonov",
    "sgp",
  ])("%s, samples that end at different counts", async (name) => {
    const { engine, made } = counting(await wasmEngine());
    const definition = definitionFor(compiledProgram(name), "solver");
    const recorded = await outcome(problem(name), definition, engine, 1);
    for (const every of [1, 7]) {
      const own = await outcome(problem(name), definition, engine, every);
      expect(own).toEqual(await outcome(problem(name), definition, { ...engine, recorder: null }, every));
    }
    expect(Math.max(...recorded.iterations)).toBeGreaterThan(8);
    expect(made() > 0).toBe(!UNRECORDED.has(name));
  });

  test("an unrolled network of many steps, which is looked at now and then", async () => {
    const { engine, made } = counting(await wasmEngine());
    const definition = definitionFor(compiledProgram("fista"), "unrolled");
    const recorded = await outcome(problem("fista"), definition, engine, 1);
    expect(recorded).toEqual(await outcome(problem("fista"), definition, { ...engine, recorder: null }, 1));
    expect(recorded.iterations).toEqual([200, 200, 200]);
    expect(made()).toBeGreaterThan(0);
  });
});
