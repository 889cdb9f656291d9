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

describe.each(PROBLEMS)("$name, unrolled", (problem) => {
  const compiled = compiledProgram(problem.program, problem.edits);
  const definition = definitionFor(compiled, "unrolled", { steps: 3 });

  test.runIf(definition.parameters.length > 0)("gradients of all that is learned", async () => {
    const bound = await ready(problem, definition, operations(referenceEngine()), SEED);
    const slopes = await parameterSlopes(bound);
    expect(slopes.length).toBe(
      new Set(definition.parameters.map(({ name }) => name.split(".")[0] ?? name)).size,
    );
    slopes.forEach(expectEqualSlopes);
  });

  test("gradients by the data", async () => {
    const bound = await ready(problem, definition, operations(referenceEngine()), SEED);
    expectEqualSlopes(await inputSlopes(bound, "y"));
  });
});
