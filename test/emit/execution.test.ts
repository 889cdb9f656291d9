import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { emitModule } from "../../compiler/emit/emitModule.ts";
import { executePlan } from "../../compiler/plan/execute.ts";
import { operations } from "../../runtime/arrays/create.ts";
import { referenceEngine } from "../../runtime/engine/reference.ts";
import type { Known } from "../../runtime/program/definition.ts";
import type { Plan } from "../../compiler/plan/plan.ts";
import { knownOf } from "./data.ts";
import { loadModule } from "./load.ts";
import { outcomes } from "./outcomes.ts";
import { DATA, GOLDEN_FOLDER, NAMES, PLANS, REVERSED } from "./plans.ts";
import { typeFaults } from "./typeCheck.ts";

const ops = operations(referenceEngine());

/** The modules with reverses. */
const PRINTED = new Map<string, string>();
for (const name of NAMES) {
  const settings = { runtimeSpecifier: "ipc/runtime", sourceName: "a.ipx" };
  PRINTED.set(name, await emitModule(REVERSED[name].plan, settings));
}

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
  await expectSame(text, PLANS[name], knownOf(ops, DATA[name]));
});

test.each(NAMES)("%s with its reverses computes what its plan computes", async (name) => {
  await expectSame(PRINTED.get(name) ?? "", REVERSED[name].plan, knownOf(ops, DATA[name]));
});

test("modules with reverses pass tsc --strict", { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "emitted-"));
  const files = [...PRINTED].map(([name, text]) => {
    const file = join(folder, `${name}.ts`);
    writeFileSync(file, text);
    return file;
  });
  const faults = typeFaults(files);
  rmSync(folder, { recursive: true });
  expect(faults).toEqual([]);
});
