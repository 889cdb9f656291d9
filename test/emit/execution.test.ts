import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { emitModule } from "../../compiler/emit/emitModule.ts";
import { executePlan } from "../../compiler/plan/execute.ts";
import { operations } from "../../runtime/arrays/create.ts";
import { upload } from "../../runtime/arrays/host.ts";
import { R } from "../../runtime/arrays/spaces.ts";
import type { ArrayValue } from "../../runtime/arrays/value.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import { matrixOperator } from "../../runtime/operators/matrix.ts";
import type { Known } from "../../runtime/program/definition.ts";
import type { Plan } from "../../compiler/plan/plan.ts";
import { loadModule } from "./load.ts";
import { outcomes } from "./outcomes.ts";
import { GOLDEN_FOLDER, NAMES, PLANS, REVERSED, type GoldenName } from "./plans.ts";
import { typeFaults } from "./typeCheck.ts";

const ops = operations(referenceEngine());
const SAMPLES = 3;
const [M, N, H, W] = [4, 6, 4, 5];

let seed = 1;
/** Numbers in (-1, 1) that look random and are the same at every run. */
function random(): number {
  seed = (seed * 48271) % 2147483647;
  return (2 * seed) / 2147483647 - 1;
}

function array(shape: readonly number[], batch: boolean, field: "real" | "complex" = "real"): ArrayValue {
  const whole = batch ? [SAMPLES, ...shape] : shape;
  const count = whole.reduce((product, size) => product * size, field === "complex" ? 2 : 1);
  return upload(ops, { field, shape: whole, data: Float64Array.from({ length: count }, random) }, { batch });
}

const A = matrixOperator(ops, array([M, N], false), {});
const lasso: Known = { X: R(N), Y: R(M), A, lambda: ops.number(0.1), y: array([M], true) };
const imaging: Known = {
  h: H,
  w: W,
  Y: R(M),
  A: matrixOperator(ops, array([M, H * W], false), { domain: R(H, W) }),
  y: array([M], true),
  "D.conv1.filter": array([3, 3, 1, 4], false),
  "D.conv1.bias": array([4], false),
  "D.conv2.filter": array([3, 3, 4, 1], false),
  "D.conv2.bias": array([1], false),
};

const DATA: { readonly [Name in GoldenName]: Known } = {
  "ista.solver": lasso,
  "ista.equilibrium": lasso,
  "fista.solver": lasso,
  "backtracking.solver": lasso,
  "selection.unrolled": { m: M, n: N, A, y: array([M], true) },
  "tikhonov.direct": { h: 4, w: 4, "λ₀": ops.number(0.5), y: array([2, 8], true, "complex") },
  "denoiser.unrolled": imaging,
};

async function expectSame(text: string, plan: Plan, data: Known): Promise<void> {
  const module = loadModule(text, plan.name);
  const executed = executePlan(plan);
  const expected = await outcomes(ops, executed, data);
  expect(expected.size).toBeGreaterThan(1);
  expect([...expected.values()].flat().every(Number.isFinite)).toBe(true);
  expect(await outcomes(ops, module, data)).toEqual(expected);
  const withoutFunctions = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  expect(withoutFunctions(module)).toEqual(withoutFunctions(executed));
}

test.each(NAMES)("%s computes what its plan computes", async (name) => {
  const text = readFileSync(new URL(`${name}.ts`, GOLDEN_FOLDER), "utf8");
  await expectSame(text, PLANS[name], DATA[name]);
});

test.each(NAMES)("%s with its reverses computes what its plan computes", async (name) => {
  const plan = REVERSED[name];
  const text = await emitModule(plan, { runtimeSpecifier: "ipc/runtime", sourceName: "a.ipx" });
  await expectSame(text, plan, DATA[name]);
});

test("modules with reverses pass tsc --strict", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "emitted-"));
  const files = NAMES.map((name) => join(folder, `${name}.ts`));
  for (const [index, name] of NAMES.entries()) {
    const text = await emitModule(REVERSED[name], { runtimeSpecifier: "ipc/runtime", sourceName: "a.ipx" });
    writeFileSync(files[index] ?? "", text);
  }
  const faults = typeFaults(files);
  rmSync(folder, { recursive: true });
  expect(faults).toEqual([]);
});
