import { describe, expect, test } from "vitest";
import { analyse, definitionOf } from "../../compiler/compile.ts";
import { emitModule } from "../../compiler/emit/emitModule.ts";
import { operations } from "../../runtime/arrays/create.ts";
import type { Operations } from "../../runtime/arrays/operations.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { wasmEngine } from "../../runtime/engine/wasm.ts";
import { hostArray, realArray, type HostArray } from "../../runtime/io/hostArray.ts";
import { bind } from "../../runtime/program/bind.ts";
import type { ProgramDefinition } from "../../runtime/program/definition.ts";
import { stream } from "../../runtime/random/stream.ts";
import { mse } from "../../runtime/train/losses.ts";
import { train } from "../../runtime/train/trainer.ts";
import { loadModule } from "../emit/load.ts";
import { compiledProgram, compiledText, definitionFor, planOf } from "./lab/compiled.ts";
import { byDefinition } from "./lab/interpreter.ts";
import { outputOf } from "./lab/networks.ts";
import { problem, type Problem } from "./lab/problems.ts";
import { inputSlopes, parameterSlopes } from "./lab/slopes.ts";
import { apart, ready, type Ready } from "./lab/steps.ts";

const [SAMPLES, H, W, C] = [2, 4, 3, 2];
const RANGE = 0.8;
const COUNT = 7;

const hat = (x: number): number => Math.max(0, 1 - Math.abs(x));
const cubic = (x: number): number => {
  const r = Math.abs(x);
  return r < 1 ? 2 / 3 - r ** 2 + r ** 3 / 2 : Math.max(0, 2 - r) ** 3 / 6;
};

/** u + the sum over the points p_k of table_k times a bump of (u - p_k)/h. */
function byFormula(bump: (x: number) => number, u: number, at: number, table: readonly number[]): number {
  const step = (2 * RANGE) / (COUNT - 1);
  return table.reduce((sum, entry, k) => sum + entry * bump((at + RANGE) / step - k), u);
}

const LEARNED = [
  {
    text: `piecewise_linear(points = ${COUNT}, range = ${RANGE})`,
    weights: "piecewise_linear1.offsets",
    formula: (u: number, table: readonly number[]) =>
      byFormula(hat, u, Math.max(-RANGE, Math.min(RANGE, u)), table),
  },
  {
    text: `spline(${COUNT}, range = ${RANGE})`,
    weights: "spline1.coefficients",
    formula: (u: number, table: readonly number[]) => byFormula(cubic, u, u, table),
  },
] as const;

function normals(shape: readonly number[], ...key: readonly string[]): HostArray {
  const random = stream(8, ...key);
  const length = shape.reduce((count, extent) => count * extent, 1);
  return realArray(
    shape,
    Float64Array.from({ length }, () => Math.fround(random.normal())),
  );
}

const IMAGES = normals([SAMPLES, H, W, C], "images");
const TABLE = normals([C, COUNT], "table");

function programOf(layer: string, type = `R[${H}, ${W}, ${C}]`): string {
  return `program layer {
  input u : ${type}
  learn N : net ${type} -> ${type} = ${layer}
  output N(u)
}
`;
}

function problemOf(u: HostArray): Problem {
  return { name: "layer", program: "", edits: [], sizes: {}, givens: () => ({}), inputs: () => ({ u }) };
}

function bound(definition: ProgramDefinition, using: Operations, weights: string): Promise<Ready> {
  const metadata = { program: definition.name, program_hash: definition.hash };
  const tensors = new Map([[`N.${weights}`, TABLE]]);
  return ready(problemOf(IMAGES), definition, using, 0, { weights: { tensors, metadata } });
}

describe.each(LEARNED)("$text", ({ text, weights, formula }) => {
  const compiled = compiledText("layer", programOf(text));
  const plan = planOf(compiled, "direct");
  const definition = definitionOf(plan);
  const expected = [...IMAGES.data].map((u, i) => {
    const c = i % C;
    return formula(u, [...TABLE.data.slice(c * COUNT, (c + 1) * COUNT)]);
  });

  test("is the sum of its bumps on every engine, in the interpreter and in the emitted module", async () => {
    expect(IMAGES.data.some((u) => Math.abs(u) > 2 * RANGE)).toBe(true);
    const exact = await bound(definition, operations(referenceEngine()), weights);
    expect(apart(await outputOf(exact, definition), expected)).toBeLessThan(1e-12);
    const single = await bound(definition, operations(await wasmEngine()), weights);
    expect(apart(await outputOf(single, definition), expected)).toBeLessThan(1e-5);
    expect(apart(byDefinition(compiled.lowered, exact, 0).get("output") ?? [], expected)).toBeLessThan(1e-12);
    const module = await emitModule(plan, { runtimeSpecifier: "ipc/runtime", sourceName: "layer.ipx" });
    expect(await outputOf(exact, loadModule(module, "layer"))).toEqual(await outputOf(exact, definition));
  });

  test("gradients are those of differences", async () => {
    const of = await bound(definition, operations(referenceEngine()), weights);
    const slopes = [await inputSlopes(of, "u"), ...(await parameterSlopes(of))];
    expect(slopes.length).toBe(2);
    for (const { gradient, difference, scale } of slopes) {
      expect(Math.abs(gradient - difference) / scale).toBeLessThan(1e-6);
    }
  });

  test("begins as the identity, and learns to clip", async () => {
    const start = await ready(problemOf(IMAGES), definition, operations(referenceEngine()), 0);
    expect(apart(await outputOf(start, definition), [...IMAGES.data])).toBeLessThan(1e-12);
    const u = { ...IMAGES, data: IMAGES.data.map((x) => Math.max(-RANGE, Math.min(RANGE, x))) };
    const target = { ...u, data: u.data.map((x) => Math.max(-0.3, Math.min(0.3, x))) };
    const losses: number[] = [];
    await train(start.program, {
      data: () => Promise.resolve({ inputs: { u }, target }),
      loss: mse,
      optimiser: { name: "adam", rate: 0.05 },
      batch: SAMPLES,
      steps: 60,
      progress: ({ loss }) => losses.push(loss),
    });
    expect(losses.at(-1)).toBeLessThan(0.05 * (losses[0] ?? 0));
  });

  test("takes vectors, each entry with a function of its own", async () => {
    const vector = definitionOf(planOf(compiledText("layer", programOf(text, "R[5]")), "direct"));
    const of = await ready(problemOf(normals([2, 5], "vectors")), vector, operations(referenceEngine()), 0);
    expect(vector.parameters.map(({ name }) => name)).toEqual([`N.${weights}`]);
    expect(of.program.parameters.get(`N.${weights}`)?.[0]).toMatchObject({ shape: [5, COUNT] });
  });
});

test.each([
  ["piecewise_linear(points = 1)", "IPX3205"],
  ["spline(1)", "IPX2027"],
])("%s is refused", (text, refusal) => {
  const { diagnostics } = analyse({ path: "layer.ipx", text: programOf(text) }, () => null);
  expect(diagnostics.map(({ code }) => code)).toEqual([refusal]);
});

test.each(["piecewise_linear", "spline(5)"])("no Lipschitz constant is known of %s", (text) => {
  const program = programOf(`${text} with lipschitz <= 1`);
  expect(() => compiledText("layer", program)).toThrow(/lipschitz|Lipschitz/u);
});

test("ADMM-Net learns", async () => {
  const compiled = compiledProgram("admm_net", problem("admm_net").edits);
  const definition = definitionFor(compiled, "unrolled", { steps: 3 });
  const using = operations(referenceEngine());
  const program = await bind(definition, using, { sizes: { h: H, w: W } });
  const P = normals([SAMPLES, H, W], "patterns");
  const y = hostArray("complex", [SAMPLES, H, W], normals([SAMPLES, H, W, 2], "data").data);
  const inputs = { P: { ...P, data: P.data.map((x) => (x > -0.3 ? 1 : 0)) }, y };
  const target = { ...y, data: y.data.map((entry) => entry / 2) };
  const losses: number[] = [];
  const trained = await train(program, {
    data: () => Promise.resolve({ inputs, target }),
    loss: mse,
    optimiser: { name: "adam", rate: 0.01 },
    batch: SAMPLES,
    steps: 4,
    progress: ({ loss }) => losses.push(loss),
  });
  expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
  const [offsets] = trained.parameters.get("S.piecewise_linear1.offsets") ?? [];
  if (offsets?.kind !== "array") throw new Error("there are no offsets");
  expect([...(using.engine.readNow(offsets.handle) ?? [])].some((entry) => entry !== 0)).toBe(true);
});
