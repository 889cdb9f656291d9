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

export type GoldenName =
  | "ista.solver"
  | "ista.equilibrium"
  | "fista.solver"
  | "backtracking.solver"
  | "selection.unrolled"
  | "tikhonov.direct"
  | "denoiser.unrolled";

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
