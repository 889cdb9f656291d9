import { expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { run } from "../../runtime/solve/run.ts";
import { compiledProgram, definitionFor } from "./lab/compiled.ts";
import { problem } from "./lab/problems.ts";
import { ready } from "./lab/steps.ts";

const using = operations(referenceEngine());
const network = problem("gradient_step_pnp");

/** With weights that are not small, so that the regulariser is far from convex, and L has to grow. */
test("each step of plug-and-play with a gradient-step denoiser lowers the objective", async () => {
  const compiled = compiledProgram(network.program, [
    ...network.edits,
    ["lambda : R in (0, inf) = 0.1", "lambda : R in (0, inf) = 5"],
    [" + 1e-6*abs(gx)", ""],
  ]);
  const objectives: number[][] = [];
  for (const maximum of [1, 2, 4, 8]) {
    const definition = definitionFor(compiled, "solver", { maximum });
    const { program, inputs } = await ready(network, definition, using, 3);
    const { objective } = await run(program, inputs);
    objectives.push([...(objective ?? [])]);
  }
  objectives.forEach((now, index) => {
    now.forEach((value, sample) => {
      const before = objectives[index - 1]?.[sample] ?? Infinity;
      expect(value).toBeLessThan(before + 1e-12 * Math.abs(before));
    });
  });
  const falls = (objectives[0]?.[0] ?? 0) - (objectives.at(-1)?.[0] ?? 0);
  expect(falls).toBeGreaterThan(1e-3 * (objectives[0]?.[0] ?? Infinity));
});
