import { describe, expect, test } from "vitest";
import { operations } from "../../runtime/arrays/create.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import { run } from "../../runtime/solve/run.ts";
import type { SolveResult } from "../../runtime/solve/result.ts";
import { compiledText, definitionFor, programText } from "./lab/compiled.ts";
import { PROBLEMS, SAMPLES, type Problem } from "./lab/problems.ts";
import { apart, numbersOf, ready } from "./lab/steps.ts";

const SEED = 3;

/** The program with a test that is met soon. */
function hasty({ program, edits }: Problem): string {
  return programText(program, edits).replaceAll(/(change\([a-z]\) < )1e-\d/gu, "$11e-2");
}

interface Solved {
  readonly result: SolveResult;
  readonly output: readonly number[];
}

async function solved(
  problem: Problem,
  definition: ProgramDefinition,
  using: Operations,
  samples: readonly number[],
  maximum: number,
): Promise<Solved> {
  const { program, inputs } = await ready(problem, definition, using, SEED, { samples });
  const result = await run(program, inputs, { maximum });
  return { result, output: await numbersOf(using, result.output, samples.length) };
}

const counts: number[] = [];

describe.each(PROBLEMS)("$name", (problem) => {
  const compiled = compiledText(problem.program, hasty(problem));

  test("a batch equals its samples, with their numbers of steps", async () => {
    const definition = definitionFor(compiled, "solver");
    const using = operations(referenceEngine());
    const together = await solved(problem, definition, using, SAMPLES, 60);
    const length = together.output.length / SAMPLES.length;
    counts.push(new Set(together.result.iterations).size);
    for (const sample of SAMPLES) {
      const alone = await solved(problem, definition, using, [sample], 60);
      expect(alone.result.iterations).toEqual([together.result.iterations[sample]]);
      expect(alone.result.reason).toEqual([together.result.reason[sample]]);
      const part = together.output.slice(sample * length, (sample + 1) * length);
      expect(apart(part, alone.output)).toBeLessThan(1e-12);
    }
  });

  // networks of each step start at random numbers, of which a solver takes the first step's only
  const drawnEachStep = compiled.lowered.parameters.some(
    (each) => each.perStep && each.initial.kind === "random",
  );
  test.skipIf(drawnEachStep)("as many unrolled steps as solver steps give the same", async () => {
    const using = operations(referenceEngine());
    const steps = 7;
    const solver = { ...definitionFor(compiled, "solver"), until: null };
    const unrolled = definitionFor(compiled, "unrolled", { steps });
    const byStep = await solved(problem, solver, using, SAMPLES, steps);
    const layers = await solved(problem, unrolled, using, SAMPLES, steps);
    expect(apart(layers.output, byStep.output)).toBeLessThan(1e-13);
    expect(layers.result.iterations).toEqual(SAMPLES.map(() => steps));
  });
});

test("samples of one batch did end after different numbers of steps", () => {
  expect(counts.filter((count) => count > 1).length).toBeGreaterThan(10);
});
