import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { emitModule } from "../../compiler/emit/emitModule.ts";
import type { Plan } from "../../compiler/plan/plan.ts";
import { planTarget } from "../../compiler/plan/planTarget.ts";
import type { Target } from "../../runtime/program/definition.ts";
import { backtracking } from "../plan/programs/backtracking.ts";
import { denoiser, denoiserDerivative } from "../plan/programs/denoiser.ts";
import { fista } from "../plan/programs/fista.ts";
import { ista, istaDerivative } from "../plan/programs/ista.ts";
import { selection } from "../plan/programs/selection.ts";
import { tikhonov } from "../plan/programs/tikhonov.ts";
import { typeFaults } from "./typeCheck.ts";

const FOLDER = new URL("../golden/emit/", import.meta.url);

const solver: Target = { kind: "solver", maximum: 5000, every: 1, accelerate: null };
const unrolled: Target = { kind: "unrolled", steps: 10, beyond: "error" };
const equilibrium: Target = {
  kind: "equilibrium",
  solver: { kind: "anderson", memory: 5, damping: 1, ridge: 1e-8 },
  tolerance: 1e-4,
  maximum: 100,
  backward: { kind: "gmres", tolerance: 1e-5, restart: 20, maximum: 100 },
  otherwise: { kind: "error" },
};

/** The goldens: every construct of plans occurs in one of them. */
const PLANS: Readonly<Record<string, Plan>> = {
  "ista.solver": planTarget(ista, solver, istaDerivative),
  "ista.equilibrium": planTarget(ista, equilibrium, istaDerivative),
  "fista.solver": planTarget(fista, solver, null),
  "backtracking.solver": planTarget(backtracking, solver, null),
  "selection.unrolled": planTarget(selection, unrolled, null),
  "tikhonov.direct": planTarget(tikhonov, { kind: "direct" }, null),
  "denoiser.unrolled": planTarget(denoiser, unrolled, denoiserDerivative),
};

test.each(Object.entries(PLANS))("%s is printed as its golden", async (name, plan) => {
  const text = await emitModule(plan, { runtimeSpecifier: "ipc/runtime", sourceName: `${plan.name}.ipx` });
  const file = new URL(`${name}.ts`, FOLDER);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, text);
  }
  expect(text).toBe(readFileSync(file, "utf8"));
});

test("the goldens pass tsc --strict", { timeout: 60_000 }, () => {
  const files = Object.keys(PLANS).map((name) => new URL(`${name}.ts`, FOLDER).pathname);
  expect(typeFaults(files)).toEqual([]);
});
