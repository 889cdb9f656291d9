import { reverseProgram } from "../../compiler/differentiate/program.ts";
import type { IrProgram } from "../../compiler/ir/program.ts";
import { finish, optimise } from "../../compiler/passes/pipelines.ts";
import type { Plan } from "../../compiler/plan/plan.ts";
import { planTarget } from "../../compiler/plan/planTarget.ts";
import type { Target } from "../../runtime/program/definition.ts";
import { backtracking } from "../plan/programs/backtracking.ts";
import { denoiser, denoiserDerivative } from "../plan/programs/denoiser.ts";
import { fista } from "../plan/programs/fista.ts";
import { ista, istaDerivative } from "../plan/programs/ista.ts";
import { selection } from "../plan/programs/selection.ts";
import { tikhonov } from "../plan/programs/tikhonov.ts";

/** Where the goldens of emitted modules lie, `NAME.TARGET.ts`. */
export const GOLDEN_FOLDER = new URL("../golden/emit/", import.meta.url);

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

/** The goldens, `PROGRAM.TARGET`. */
export const NAMES = [
  "ista.solver",
  "ista.equilibrium",
  "fista.solver",
  "backtracking.solver",
  "selection.unrolled",
  "tikhonov.direct",
  "denoiser.unrolled",
] as const;

export type GoldenName = (typeof NAMES)[number];

/** A program with all its reverses, as the compiler plans it. */
export function compiledPlan(program: IrProgram, target: Target): Plan {
  const start = optimise(program);
  const module = finish(start, reverseProgram(start, { inputs: true }));
  return planTarget(module.program, target, module.derivative);
}

/** Every program with its reverses, by differentiation: printed and executed alike, but no goldens. */
export const REVERSED: { readonly [Name in GoldenName]: Plan } = {
  "ista.solver": compiledPlan(ista, unrolled),
  "ista.equilibrium": compiledPlan(ista, equilibrium),
  "fista.solver": compiledPlan(fista, equilibrium),
  "backtracking.solver": compiledPlan(backtracking, equilibrium),
  "selection.unrolled": compiledPlan(selection, unrolled),
  "tikhonov.direct": compiledPlan(tikhonov, { kind: "direct" }),
  "denoiser.unrolled": compiledPlan(denoiser, equilibrium),
};

/** The plans behind the goldens: every construct of plans occurs in one of them. */
export const PLANS: { readonly [Name in GoldenName]: Plan } = {
  "ista.solver": planTarget(ista, solver, istaDerivative),
  "ista.equilibrium": planTarget(ista, equilibrium, istaDerivative),
  "fista.solver": planTarget(fista, solver, null),
  "backtracking.solver": planTarget(backtracking, solver, null),
  "selection.unrolled": planTarget(selection, unrolled, null),
  "tikhonov.direct": planTarget(tikhonov, { kind: "direct" }, null),
  "denoiser.unrolled": planTarget(denoiser, unrolled, denoiserDerivative),
};
