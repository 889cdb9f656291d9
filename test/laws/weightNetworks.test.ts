import { describe, expect, test } from "vitest";
import { valueAndGradient } from "../../runtime/adjoint/gradient.ts";
import { analyse } from "../../compiler/compile.ts";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import type { HostArray } from "../../runtime/io/hostArray.ts";
import type { Safetensors } from "../../runtime/io/safetensors.ts";
import { saveParameters } from "../../runtime/program/parameters.ts";
import { stream } from "../../runtime/random/stream.ts";
import { run } from "../../runtime/solve/run.ts";
import { compiledText, definitionFor, programText } from "./lab/compiled.ts";
import { problem, SAMPLES, type Problem } from "./lab/problems.ts";
import { LOSS, parameterSlopes } from "./lab/slopes.ts";
import { apart, numbersOf, ready, type Ready } from "./lab/steps.ts";

const SEED = 3;
const using = operations(referenceEngine());
const levels = problem("hyper_prox");
const alone = problem("refined_ista");
const vectors: Problem = {
  ...alone,
  edits: [],
  givens: async (...all) => {
    const { A } = await alone.givens(...all);
    return A === undefined ? {} : { A };
  },
  inputs: (...all) => ({ ...levels.inputs(...all), ...alone.inputs(...all) }),
};

const VECTORS = `
  program caller[n, space Y] {
    given A      : linear R[n] -> Y
    given lambda : R in (0, inf) = 0.2
    input sigma  : R in [0, inf)
    input y      : Y
    learn H : net R -> weights(callee) = dense(3) |> softplus
    let theta = H(sigma)
    state x : R[n] = 0
    step { x <- callee(A = A, y = y, x0 = x, lambda = lambda, weights = theta) }
    output x
    unroll(2)
  }
  program callee[n, space Y] {
    given A      : linear R[n] -> Y
    given lambda : R in (0, inf) = 0.1
    input y      : Y
    input x0     : R[n]
    let L = norm(A)^2
    learn t : R in (0, inf) per step = 1/L
    learn r : R in (-inf, 3] per step = lambda/L
    learn a : R in [0, 1] = 0.7
    learn q : C[n] = 0.3
    learn b : R[n] = 0.1
    state x : R[n] = x0 + b
    step { x <- soft(x - t*A'*(A*x - y), exp(r)) + a*real*(q .* q .* (real'*x)) }
    output x
    unroll(3)
  }`;

const CASES: readonly (readonly [string, Problem, string, string])[] = [
  ["denoiser", levels, programText("hyper_prox", levels.edits), "c"],
  ["callee", vectors, VECTORS, "a"],
];

async function bound(of: Problem, text: string, weights?: Safetensors): Promise<Ready> {
  const compiled = compiledText("test", text);
  const unrolled = compiled.lowered.step !== null;
  const definition = definitionFor(compiled, unrolled ? "unrolled" : "direct", unrolled ? { steps: 2 } : {});
  return ready(of, definition, using, SEED, weights === undefined ? {} : { weights });
}

async function outputOf({ program, inputs }: Ready): Promise<readonly number[]> {
  const { output } = await run(program, inputs);
  return numbersOf(using, output, SAMPLES.length);
}

/** The weights of a program somewhere else than at their start. */
async function elsewhere({ program }: Ready, by: number): Promise<Safetensors> {
  const saved = await saveParameters(using, program.definition, program.parameters);
  const tensors = new Map(
    [...saved.tensors].map(([name, array]): [string, HostArray] => {
      const random = stream(17, name);
      const moves = name.startsWith("H.");
      const data = Float64Array.from(array.data, (entry) => (moves ? entry + by * random.normal() : entry));
      return [name, { ...array, data }];
    }),
  );
  return { ...saved, tensors };
}

describe.each(CASES)("weights of %s by a network", (program, of, text) => {
  test("begin as the program starts them, for every input", async () => {
    const plain = text
      .replace(/learn H .*/u, "")
      .replace("theta = H(sigma)", `theta = weights(${program})`)
      .replace("output x", "output (1 + 0*sigma)*x");
    const expected = await outputOf(await bound(of, plain));
    expect(apart(await outputOf(await bound(of, text)), expected)).toBeLessThan(1e-6);
  });

  test("have the gradients of finite differences, where they differ between samples", async () => {
    const weights = await elsewhere(await bound(of, text), 0.3);
    const moved = await bound(of, text, weights);
    const slopes = await parameterSlopes(moved);
    expect(slopes.map(({ name }) => name)).toEqual(["H"]);
    for (const { gradient, difference, scale } of slopes) {
      expect(scale).toBeGreaterThan(1e-6);
      expect(Math.abs(gradient - difference) / scale).toBeLessThan(2e-6);
    }
  });

  test("for each layer of the network by itself", async () => {
    const weights = await elsewhere(await bound(of, text), 0.3);
    const moved = await bound(of, text, weights);
    const { parameters } = await valueAndGradient(moved.program, moved.inputs, LOSS);
    for (const { name } of moved.program.definition.parameters.filter(({ name }) => name.startsWith("H."))) {
      const [gradient] = parameters.get(name) ?? [];
      const numbers = gradient ? await numbersOf(using, gradient, 1) : [];
      expect(Math.max(0, ...numbers.map(Math.abs)), name).toBeGreaterThan(1e-9);
    }
  });
});

test("intervals hold for each sample, whatever the network gives", async () => {
  const text = `
    program caller[n, space Y] {
      given A     : linear R[n] -> Y
      input sigma : R in [0, inf)
      input y     : Y
      learn H : net R -> weights(ends) = dense(3) |> softplus
      output ends(y = A'*y, weights = H(sigma))
    }
    program ends[n] {
      input y : R[n]
      learn a : R in [0, 1] = 0
      learn b : R in (0, inf) = 1
      learn c : R in (-inf, 3] = 3
      learn d : R[n] = 1
      output (a, b, c, 0*y + d)
    }`;
  const start = await outputOf(await bound(vectors, text));
  expect(apart(start.slice(0, 4), [0.001, 1, 2.999, 1])).toBeLessThan(1e-6);
  const moved = await outputOf(await bound(vectors, text, await elsewhere(await bound(vectors, text), 20)));
  const length = moved.length / SAMPLES.length;
  const ends = SAMPLES.map((sample) => moved.slice(sample * length, sample * length + 3));
  expect(new Set(ends.map((each) => each[1])).size).toBe(SAMPLES.length);
  for (const [a = -1, b = -1, c = 4] of ends) {
    expect(a >= 0 && a <= 1 && b >= 0 && c <= 3, `${a}, ${b}, ${c}`).toBe(true);
  }
  expect(apart(moved, start)).toBeGreaterThan(1);
});

const HEAD = "input y : R[n]\n learn q : R[n] = 0\n";
test.each([
  ["learn w : R[n] in (0, 1) = 0.5", "net R[n] -> weights(inner) = dense(4)", []],
  ["learn w : R[n] = 0.5", "net R[n] -> weights(inner) = tanh", []],
  ["learn w : R[n] in simplex = 1/n", "net R[n] -> weights(inner) = dense(4)", ["IPX3311"]],
  ["learn w : R[n] = 0.5 with unit_norm", "net R[n] -> weights(inner) = dense(4)", ["IPX3311"]],
  [
    "let c = norm(diag(y))\n learn w : R[n] in (0, 2*n) = 0.5",
    "net R[n] -> weights(inner) = dense(4)",
    ["IPX3311"],
  ],
  ["learn w : R[n] = 0.5", "net R[n] -> weights(inner) = dense(4, 5)", ["IPX1010"]],
] as const)("%s as %s is checked", (learned, type, codes) => {
  const text = `program p[n] {\n ${HEAD} learn H : ${type}\n output y + q + inner(y = y, weights = H(y))\n}
program inner[n] {\n input y : R[n]\n ${learned}\n output w.*y\n}`;
  const { diagnostics } = analyse({ path: "p.ipx", text }, () => null);
  expect(diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code)).toEqual(codes);
});
