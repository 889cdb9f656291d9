import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printProgram } from "../../compiler/ir/print.ts";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import { compiledProgram, definitionFor } from "./lab/compiled.ts";
import { byDefinition } from "./lab/interpreter.ts";
import { PROBLEMS } from "./lab/problems.ts";
import { distance, ready, stepped } from "./lab/steps.ts";

const STEPS = 3;
const seeds = fc.integer({ min: 1, max: 1000 });

describe.each(PROBLEMS)("$name", (problem) => {
  const compiled = compiledProgram(problem.program, problem.edits);
  const definition = definitionFor(compiled, "solver");
  // a proof of the norm of a product leaves room of 1e-7, and the interpreter has the norm itself
  const exactness = /= composition\(/u.test(printProgram(compiled.lowered)) ? 1e-6 : 1e-9;

  test("steps as its definition says", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const bound = await ready(problem, definition, operations(referenceEngine()), seed);
        const expected = byDefinition(compiled.lowered, bound, STEPS);
        expect(distance(await stepped(bound, STEPS), expected)).toBeLessThan(exactness);
      }),
      { numRuns: 2, seed: 7 },
    );
  });

  // of a seed for which no line search ends on a rounding error
  test("steps alike in single precision on WebAssembly", async () => {
    const expected = await stepped(await ready(problem, definition, operations(referenceEngine()), 6), STEPS);
    const found = await stepped(await ready(problem, definition, operations(await wasmEngine()), 6), STEPS);
    expect(distance(found, expected)).toBeLessThan(2e-4);
  });
});
