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

async function outcome(
  of: Problem,
  definition: ProgramDefinition,
  engine: Engine,
  samples: readonly number[],
) {
  const using = operations(engine);
  const { program, inputs } = await ready(of, definition, using, 6, { samples });
  const before = engine.memory().arrays;
  const result = await run(program, inputs, { maximum: 200 });
  const { iterations, converged, residual, reason, objective } = result;
  const numbers = await numbersOf(using, result.output, samples.length);
  engine.dispose(result.owned);
  expect(engine.memory().arrays).toBe(before);
  return { iterations, converged, residual, reason, objective, numbers };
}

/** Whose steps look at numbers while they run. */
const UNRECORDED: ReadonlySet<string> = new Set(["fista_backtracking", "admm_lasso", "sgp"]);

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
    const recorded = await outcome(problem(name), definition, engine, SAMPLES);
    const asked = await outcome(problem(name), definition, { ...engine, recorder: null }, SAMPLES);
    expect(recorded).toEqual(asked);
    expect(Math.max(...recorded.iterations)).toBeGreaterThan(8);
    expect(made() > 0).toBe(!UNRECORDED.has(name));
  });
});
