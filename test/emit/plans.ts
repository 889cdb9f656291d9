import { reverseProgram } from "../../compiler/differentiate/program.ts";
import type { IrProgram } from "../../compiler/ir/program.ts";
import { finish, optimise } from "../../compiler/passes/pipelines.ts";
import type { Module } from "../../compiler/passes/pass.ts";
import type { Plan } from "../../compiler/plan/plan.ts";
import { planTarget } from "../../compiler/plan/planTarget.ts";
import { R } from "../../runtime/arrays/spaces.ts";
import type { Target } from "../../runtime/program/definition.ts";
import { backtracking } from "../plan/programs/backtracking.ts";
import { denoiser, denoiserDerivative } from "../plan/programs/denoiser.ts";
import { fista } from "../plan/programs/fista.ts";
import { ista, istaDerivative } from "../plan/programs/ista.ts";
import { selection } from "../plan/programs/selection.ts";
import { tikhonov } from "../plan/programs/tikhonov.ts";
import { batch, matrix, number, shared, type ProgramData } from "./data.ts";

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

interface Reversed {
  readonly module: Module;
  readonly plan: Plan;
}

/** A program with all its reverses, as the compiler plans it. */
function reversed(program: IrProgram, target: Target): Reversed {
  const start = optimise(program);
  const module = finish(start, reverseProgram(start, { inputs: true }));
  return { module, plan: planTarget(module.program, target, module.derivative) };
}

/** Every program with its reverses by differentiation: no goldens. */
export const REVERSED: { readonly [Name in GoldenName]: Reversed } = {
  "ista.solver": reversed(ista, unrolled),
  "ista.equilibrium": reversed(ista, equilibrium),
  "fista.solver": reversed(fista, equilibrium),
  "backtracking.solver": reversed(backtracking, equilibrium),
  "selection.unrolled": reversed(selection, unrolled),
  "tikhonov.direct": reversed(tikhonov, { kind: "direct" }),
  "denoiser.unrolled": reversed(denoiser, equilibrium),
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

const A = matrix(R(6), R(4));
const lasso: ProgramData = {
  X: { kind: "space", space: R(6) },
  Y: { kind: "space", space: R(4) },
  A,
  lambda: number(0.1),
  t: number(0.15),
  y: batch("real", 4),
};

/** Random data for every program. */
export const DATA: { readonly [Name in GoldenName]: ProgramData } = {
  "ista.solver": lasso,
  "ista.equilibrium": lasso,
  "fista.solver": lasso,
  "backtracking.solver": lasso,
  "selection.unrolled": {
    m: { kind: "size", value: 4 },
    n: { kind: "size", value: 6 },
    A,
    y: batch("real", 4),
    W: shared(6, 4),
    theta: number(0.1),
  },
  "tikhonov.direct": {
    h: { kind: "size", value: 4 },
    w: { kind: "size", value: 4 },
    "λ₀": number(0.5),
    y: batch("complex", 2, 8),
  },
  "denoiser.unrolled": {
    h: { kind: "size", value: 4 },
    w: { kind: "size", value: 5 },
    Y: { kind: "space", space: R(4) },
    A: matrix(R(4, 5), R(4)),
    y: batch("real", 4),
    eta: number(0.2),
    "D.conv1.filter": shared(3, 3, 1, 4),
    "D.conv1.bias": shared(4),
    "D.conv2.filter": shared(3, 3, 4, 1),
    "D.conv2.bias": shared(1),
  },
};
