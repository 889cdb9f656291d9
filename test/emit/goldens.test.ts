import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { emitModule } from "../../compiler/emit/emitModule.ts";
import { GOLDEN_FOLDER, PLANS } from "./plans.ts";
import { typeFaults } from "./typeCheck.ts";

test.each(Object.entries(PLANS))("%s is printed as its golden", async (name, plan) => {
  const text = await emitModule(plan, { runtimeSpecifier: "ipc/runtime", sourceName: `${plan.name}.ipx` });
  const file = new URL(`${name}.ts`, GOLDEN_FOLDER);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(GOLDEN_FOLDER, { recursive: true });
    writeFileSync(file, text);
  }
  expect(text).toBe(readFileSync(file, "utf8"));
});

test("the goldens pass tsc --strict", { timeout: 60_000 }, () => {
  const files = Object.keys(PLANS).map((name) => new URL(`${name}.ts`, GOLDEN_FOLDER).pathname);
  expect(typeFaults(files)).toEqual([]);
});
