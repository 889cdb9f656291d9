import { describe, expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { compiledProgram, definitionFor } from "./lab/compiled.ts";
import { PROBLEMS } from "./lab/problems.ts";
import { inputSlopes, parameterSlopes, type Slopes } from "./lab/slopes.ts";
import { ready } from "./lab/steps.ts";

const SEED = 4;

function expectEqualSlopes({ name, gradient, difference, scale }: Slopes): void {
  expect(scale, `${name} has a gradient`).toBeGreaterThan(1e-9);
  expect(Math.abs(gradient - difference) / scale, `${name}: ${gradient} and ${difference}`).toBeLessThan(
    2e-6,
  );
}

/** Solves inside of a step are exact to their tolerances only; programCalls.test.ts has this one to full precision. */
const COARSE: ReadonlySet<string> = new Set(["model_adaptation"]);

describe.each(PROBLEMS.filter(({ name }) => !COARSE.has(name)))("$name, unrolled", (problem) => {
  const compiled = compiledProgram(problem.program, problem.edits);
  const definition = definitionFor(compiled, "unrolled", { steps: 3 });

  const learned = definition.parameters.filter(({ of }) => of === undefined);

  test.runIf(learned.length > 0)("gradients of all that is learned", async () => {
    const bound = await ready(problem, definition, operations(referenceEngine()), SEED);
    const slopes = await parameterSlopes(bound);
    expect(slopes.length).toBe(new Set(learned.map(({ name }) => name.split(".")[0] ?? name)).size);
    slopes.forEach(expectEqualSlopes);
  });

  test("gradients by the data", async () => {
    const bound = await ready(problem, definition, operations(referenceEngine()), SEED);
    expectEqualSlopes(await inputSlopes(bound, "y"));
  });
});
