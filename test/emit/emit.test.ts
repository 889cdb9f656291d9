import { expect, test } from "vitest";
import { emitModule } from "../../compiler/emit/emitModule.ts";
import { planTarget } from "../../compiler/plan/planTarget.ts";
import { fista } from "../plan/programs/fista.ts";
import { backtracking } from "../plan/programs/backtracking.ts";
import { denoiser, denoiserDerivative } from "../plan/programs/denoiser.ts";

test("x", async () => {
  const solver = { kind: "solver", maximum: 5, every: 1, accelerate: null } as const;
  const show = async (plan: Parameters<typeof emitModule>[0]) => {
    const text = await emitModule(plan, { runtimeSpecifier: "ipc/runtime", sourceName: "x.ipx" });
    console.log(text.split("defineProgram<")[0]);
  };
  await show(planTarget(fista, solver, null));
  await show(planTarget(backtracking, solver, null));
  await show(planTarget(denoiser, { kind: "unrolled", steps: 10, beyond: "error" }, denoiserDerivative));
  expect(1).toBe(1);
});
