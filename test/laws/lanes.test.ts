import { describe, expect, test } from "vitest";
import { valueAndGradient } from "../../runtime/adjoint/gradient.ts";
import { operations } from "../../runtime/arrays/create.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import { realArray } from "../../runtime/io/hostArray.ts";
import { bind } from "../../runtime/program/bind.ts";
import { bindInputs } from "../../runtime/program/inputs.ts";
import { run } from "../../runtime/solve/run.ts";
import { perform } from "../../runtime/solve/task.ts";
import { compiledProgram, compiledText, definitionFor } from "./lab/compiled.ts";
import { problem, SAMPLES } from "./lab/problems.ts";
import { inputSlopes, LOSS, parameterSlopes } from "./lab/slopes.ts";
import { numbersOf, ready, type Ready } from "./lab/steps.ts";

/** Sums c/r for r, r - 1, ... while r > 0: in a lane that has ended r is 0, and one more round would divide by it. */
const HARMONIC = `
program harmonic[n] {
  input y : R[n]
  learn c : R in (0, inf) = 1.5
  state x : R[n] = y
  state w : R = 0
  step {
    var r = maximum(abs(y))
    var v = 0
    while r > 0 max 20 {
      v <- v + c/r
      r <- max(r - 1, 0)
    }
    w <- v
    x <- x + v*y
  }
  output x
  converge(until = w > 0, max = 1)
}`;

/** c/(r - 1) where r is not 1: the side that is not taken divides by 0. */
const SIDES = `
program sides[n] {
  input y : R[n]
  learn c : R in (0, inf) = 1.5
  state x : R[n] = y
  step {
    let r = maximum(abs(y))
    var v = c*c
    if r > 1 { v <- c/(r - 1) }
    x <- x + v*y
  }
  output x
  converge(until = change(x) < 1, max = 1)
}`;

const ENGINES: readonly (readonly [string, () => Promise<Operations>])[] = [
  ["reference", () => Promise.resolve(operations(referenceEngine()))],
  ["wasm", async () => operations(await wasmEngine())],
];

async function bound(name: string, text: string, using: Operations, y: readonly number[]): Promise<Ready> {
  const definition = definitionFor(compiledText(name, text), "unrolled", { steps: 1 });
  const program = await bind(definition, using, {});
  const data = { y: realArray([y.length / 2, 2], Float64Array.from(y)) };
  return { program, inputs: await perform(using, bindInputs(program, data, true)) };
}

describe.each(ENGINES)("on %s", (_name, make) => {
  test("a lane that has ended keeps its values, and its sums stay finite", async () => {
    const using = await make();
    const { program, inputs } = await bound("harmonic", HARMONIC, using, [0, 0, 1, -0.5, -2, 1, 5, 3]);
    const { states } = await run(program, inputs);
    const sums = await numbersOf(using, states["w"] ?? using.number(0), 4);
    const expected = [0, 1, 1 + 1 / 2, 1 + 1 / 2 + 1 / 3 + 1 / 4 + 1 / 5].map((each) => 1.5 * each);
    expected.forEach((each, lane) => {
      expect(sums[lane]).toBeCloseTo(each, 5);
    });
    const found = await valueAndGradient(program, inputs, LOSS);
    const [gradient] = await numbersOf(using, found.parameters.get("c")?.[0] ?? using.number(Number.NaN), 1);
    const byData = await numbersOf(using, found.inputs["y"] ?? using.number(Number.NaN), 4);
    expect([gradient, ...byData].every(Number.isFinite)).toBe(true);
  });

  test("the side that is not taken may be infinite", async () => {
    const using = await make();
    const { program, inputs } = await bound("sides", SIDES, using, [1, -1, 3, 0, 0.25, 0.5]);
    const { output } = await run(program, inputs);
    const found = await valueAndGradient(program, inputs, LOSS);
    const byData = await numbersOf(using, found.inputs["y"] ?? using.number(Number.NaN), 3);
    const [gradient] = await numbersOf(using, found.parameters.get("c")?.[0] ?? using.number(Number.NaN), 1);
    const [first, , third, , fifth] = await numbersOf(using, output, 3);
    expect(first).toBeCloseTo(1 + 1.5 ** 2, 5);
    expect(third).toBeCloseTo(3 + (1.5 / 2) * 3, 5);
    expect(fifth).toBeCloseTo(0.25 * (1 + 1.5 ** 2), 5);
    expect([gradient, ...byData].every(Number.isFinite)).toBe(true);
  });
});

test("gradients of lanes that end after different rounds are those of differences", async () => {
  const using = operations(referenceEngine());
  for (const [name, text, y] of [
    ["harmonic", HARMONIC, [0.5, 0.2, 1.3, -0.5, -2.4, 1, 4.6, 3]],
    ["sides", SIDES, [0.9, -0.3, 3, 0.1, 0.25, 0.5]],
  ] as const) {
    const one = await bound(name, text, using, y);
    for (const { gradient, difference, scale } of [
      ...(await parameterSlopes(one)),
      await inputSlopes(one, "y"),
    ]) {
      expect(Math.abs(gradient - difference) / scale).toBeLessThan(1e-6);
    }
  }
});

test("a line search takes for each sample the rounds that it needs", async () => {
  const searching = problem("fista_backtracking");
  const compiled = compiledProgram(searching.program);
  const definition = definitionFor(compiled, "solver", { maximum: 1 });
  const using = operations(referenceEngine());
  const constants = async (samples: readonly number[]): Promise<readonly number[]> => {
    const { program, inputs } = await ready(searching, definition, using, 8, { samples });
    const { states } = await run(program, inputs);
    return numbersOf(using, states["L"] ?? using.number(0), samples.length);
  };
  const together = await constants(SAMPLES);
  const alone = await Promise.all(SAMPLES.map((sample) => constants([sample])));
  expect(together).toEqual(alone.flat());
  expect(together.every((L) => Number.isInteger(Math.log2(L)))).toBe(true);
  expect(new Set(together).size).toBeGreaterThan(1);
});

/** Doubles y until it is at least 100, in a function that the step calls, and that gives up after 3 rounds. */
const CALLED = `
program called[n] {
  input y : R[n]
  fun doubled(v : R[n]) -> R[n] {
    var w : R[n] = v
    while maximum(abs(w)) < 100 max 3 { w <- 2*w }
    return w
  }
  state x : R[n] = 0
  step { x <- doubled(y) }
  output x
  unroll(1)
}`;

test("a sample whose loop gives up in a function has not converged", async () => {
  const using = operations(referenceEngine());
  const definition = definitionFor(compiledText("called", CALLED), "solver", { maximum: 2 });
  const program = await bind(definition, using, {});
  const data = { y: realArray([2, 1], Float64Array.of(50, 1)) };
  const inputs = await perform(using, bindInputs(program, data, true));
  expect((await run(program, inputs)).reason).toEqual(["until", "cap"]);
});
