/**
 * Plug-and-play ADMM (Venkatakrishnan, Bouman, Wohlberg, 2013): a denoiser stands for the prox of the
 * prior.
 *
 * Compiled by ipc from pnp_admm.ipx: a solver of at most 200 steps.
 *
 * Convergence: not found. no proof was found, and no counterexample: f need not be strongly convex, so mu =
 * 0: a fixed point is not proved. Try a Tikhonov term in f, DE-Grad with eps < 1, or an averaged denoiser
 */
import {
  defineProgram,
  R,
  type ArrayDatum,
  type GivenMap,
  type Operations,
  type Operator,
  type OperatorDatum,
  type Space,
  type Value,
} from "ipc/runtime";

/** What `model` binds. */
export interface Givens {
  /** linear R[h, w] -> Y */
  readonly A: OperatorDatum;
  /** R[h, w] -> R[h, w] with residual_lipschitz <= 0.6 */
  readonly D: GivenMap;
  /** R in (0, inf) */
  readonly rho?: ArrayDatum;
}

/** What `run` takes; samples may be on a first axis. */
export interface Inputs {
  /** Y */
  readonly y: ArrayDatum;
}

/** What the program is run on. */
interface Data {
  /** a size */
  readonly h: number;
  /** a size */
  readonly w: number;
  /** a space */
  readonly Y: Space;
  /** linear R[h, w] -> Y */
  readonly A: Operator;
  /** R[h, w] -> R[h, w] with residual_lipschitz <= 0.6 */
  readonly D: GivenMap;
  /** R in (0, inf) */
  readonly rho: Value;
  /** Y, of each sample */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** R */
  readonly one_over_rho: Value;
  /** Y */
  readonly A_fill: Value;
  /** linear R[h, w] -> R[h, w] with symmetric, positive */
  readonly basis_A: Operator;
}

/** What does not change between steps. */
interface Prepared {
  /** R[h, w] */
  readonly product: Value;
}

/** All that a step may read. */
type Known = Data & Constants & Prepared;

/** What lives on from step to step. */
interface State {
  /** R[h, w] */
  readonly z: Value;
  /** R[h, w] */
  readonly u: Value;
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { h, w, rho, A }: Data) {
  const one_over_rho = ops.map("1/rho", { rho });
  const zeros = ops.fill(0, R(h, w));
  const A_fill = ops.apply(A, zeros);
  const basis_A = ops.diagonalise(A, null, { alone: true });
  return { one_over_rho, A_fill, basis_A };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, { A_fill, y, A, one_over_rho }: Data & Constants) {
  const residual = ops.map("A_fill - y", { A_fill, y });
  const At_residual = ops.applyAdjoint(A, residual);
  const product = ops.map("one_over_rho*At_residual", { one_over_rho, At_residual });
  return { values: { product } };
}

/** The first state. */
function initial(ops: Operations, { h, w, A, y }: Known) {
  const u = ops.fill(0, R(h, w));
  const z = ops.applyAdjoint(A, y);
  return { values: { z, u } };
}

/** One iteration: the next state. */
function step(ops: Operations, { product, A, one_over_rho, basis_A, D }: Known, { z, u }: State) {
  const one = ops.number(1);
  const { z_minus_u, difference } = ops.mapAll(
    { z_minus_u: "z - u", difference: "z_minus_u - product" },
    { z, u, product },
  );
  const x = ops.solveDiagonalised(
    difference,
    z_minus_u,
    (v) => {
      const A_v = ops.apply(A, v);
      const At_A_v = ops.applyAdjoint(A, A_v);
      return ops.map("v + one_over_rho*At_A_v", { v, one_over_rho, At_A_v });
    },
    { by: "cg", tolerance: 1e-13, maximum: 30 },
    [basis_A],
    [one_over_rho, one],
  );
  const x_plus_u = ops.map("x + u", { x, u });
  const z_next = ops.applyMap(D, x_plus_u);
  const u_next = ops.map("x_plus_u - z_next", { x_plus_u, z_next });
  return { values: { z: z_next, u: u_next }, reports: {}, capped: null };
}

/** 1 for the samples that may stop; `before` means the last test. */
function until(ops: Operations, _known: Known, { z }: State, { z: z_before }: State) {
  const { norm_squared, norm_z_squared, norm_z_before_squared } = ops.mapAll(
    {
      norm_squared: "(z - z_before)*(z - z_before)",
      norm_z_squared: "z*z",
      norm_z_before_squared: "z_before*z_before",
    },
    { z, z_before },
    { norm_squared: "sum", norm_z_squared: "sum", norm_z_before_squared: "sum" },
  );
  const norm = ops.map("sqrt(norm_squared)", { norm_squared });
  const norm_z = ops.map("sqrt(norm_z_squared)", { norm_z_squared });
  const norm_z_before = ops.map("sqrt(norm_z_before_squared)", { norm_z_before_squared });
  return ops.map("select(0 < max(norm_z, norm_z_before), norm/max(norm_z, norm_z_before), 0) < 0.0001", {
    norm_z,
    norm_z_before,
    norm,
  });
}

/** Plug-and-play ADMM (Venkatakrishnan, Bouman, Wohlberg, 2013): a denoiser stands for the prox of the prior. */
export const pnp_admm = defineProgram<Known, State, Givens, Inputs>({
  name: "pnp_admm",
  doc: "Plug-and-play ADMM (Venkatakrishnan, Bouman, Wohlberg, 2013): a denoiser stands for the prox of the prior.",
  hash: "2130eb04bea7a5fa956d0b8d139599c34b59c24a6cddfb50f419bcbbed91fc51",
  sizes: [
    { name: "h", initial: null },
    { name: "w", initial: null },
  ],
  spaces: [{ name: "Y", field: "any" }],
  givens: [
    {
      name: "A",
      type: {
        kind: "operator",
        domain: { kind: "array", field: "real", dimensions: ["h", "w"] },
        codomain: { kind: "space", name: "Y" },
      },
    },
    {
      name: "D",
      type: {
        kind: "map",
        domain: { kind: "array", field: "real", dimensions: ["h", "w"] },
        codomain: { kind: "array", field: "real", dimensions: ["h", "w"] },
      },
      properties: [{ name: "residual_lipschitz", bound: 0.6 }],
    },
    {
      name: "rho",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(1),
    },
  ],
  inputs: [{ name: "y", type: { kind: "space", name: "Y" } }],
  parameters: [],
  states: [
    {
      name: "z",
      type: { kind: "array", field: "real", dimensions: ["h", "w"] },
      assumedInterval: null,
      carried: true,
    },
    {
      name: "u",
      type: { kind: "array", field: "real", dimensions: ["h", "w"] },
      assumedInterval: null,
      carried: true,
    },
  ],
  output: { type: { kind: "array", field: "real", dimensions: ["h", "w"] } },
  constants,
  prepare: { run: prepare, reverse: null },
  initial: { run: initial, reverse: null },
  step: { run: step, reverse: null },
  finish: { run: (_ops, _known, { z }) => ({ values: { output: z } }), reverse: null },
  objective: null,
  until,
  target: { kind: "solver", maximum: 200, every: 1, accelerate: null },
  certificate: {
    answer: "not_found",
    algorithm: "plug-and-play ADMM",
    statement:
      "no proof was found, and no counterexample: f need not be strongly convex, so mu = 0: a fixed point is not proved. Try a Tikhonov term in f, DE-Grad with eps < 1, or an averaged denoiser",
    conditions: [],
  },
  notes: [],
});
