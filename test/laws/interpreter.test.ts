import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asValue, itemAt, type LaneValue } from "../../compiler/ir/evaluate/lanes.ts";
import { runProgram } from "../../compiler/ir/evaluate/program.ts";
import type { ReferenceValue } from "../../compiler/ir/evaluate/array.ts";
import type { IrProgram } from "../../compiler/ir/program.ts";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import { compiledProgram, definitionFor } from "./lab/compiled.ts";
import { interpreted } from "./lab/interpreter.ts";
import { PROBLEMS } from "./lab/problems.ts";
import { distance, ready, stepped, type Ready, type Record } from "./lab/steps.ts";

const STEPS = 3;
const seeds = fc.integer({ min: 1, max: 1000 });

/** The same steps by the reference interpreter. */
function byDefinition(ir: IrProgram, { program, inputs }: Ready): Record {
  const { samples } = inputs;
  const run = runProgram(ir, interpreted(ir, program, inputs, STEPS), STEPS);
  const found = new Map<string, readonly number[]>();
  run.states.forEach((states, k) => {
    states.forEach((value, i) => {
      found.set(`state ${k} ${ir.states[i]?.name ?? ""}`, lanesNumbers(value, samples));
    });
  });
  run.reports.forEach((reports, k) => {
    reports.forEach((value, i) => {
      const name = ir.reports[i];
      found.set(
        name === undefined ? `capped ${k + 1}` : `report ${k + 1} ${name}`,
        lanesNumbers(value, samples),
      );
    });
  });
  found.set("output", lanesNumbers(run.output, samples));
  if (run.objective !== null) found.set("objective", lanesNumbers(run.objective, samples));
  return found;
}

function lanesNumbers(value: LaneValue, samples: number): readonly number[] {
  return Array.from({ length: samples }, (_, lane) => numbersOf(asValue(itemAt(value, lane)))).flat();
}

function numbersOf(value: ReferenceValue): readonly number[] {
  if (value.kind === "product") return value.parts.flatMap(numbersOf);
  const { re, im } = value;
  return im === null ? [...re] : [...re].flatMap((entry, i) => [entry, im[i] ?? 0]);
}

describe.each(PROBLEMS)("$name", (problem) => {
  const compiled = compiledProgram(problem.program, problem.edits);
  const definition = definitionFor(compiled, "solver");

  test("steps as its definition says", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const bound = await ready(problem, definition, operations(referenceEngine()), seed);
        const expected = byDefinition(compiled.lowered, bound);
        expect(distance(await stepped(bound, STEPS), expected)).toBeLessThan(1e-9);
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
