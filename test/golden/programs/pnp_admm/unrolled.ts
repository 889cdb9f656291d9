/**
 * Plug-and-play ADMM (Venkatakrishnan, Bouman, Wohlberg, 2013): a denoiser stands for the prox of the
 * prior.
 *
 * Compiled by ipc from pnp_admm.ipx: an unrolled network of 10 steps.
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

/** The vector-Jacobian product of `prepare` for the inputs. */
function prepareInputAdjoint(
  ops: Operations,
  { one_over_rho, A }: Data & Constants,
  _saved: unknown,
  { product: product_bar }: Prepared,
) {
  const At_residual_bar = ops.map("product_bar*one_over_rho", { product_bar, one_over_rho });
  const A_v = ops.apply(A, At_residual_bar);
  const y_bar = ops.map("-A_v", { A_v });
  return { y: y_bar };
}

/** The first state. */
function initial(ops: Operations, { h, w, A, y }: Known) {
  const u = ops.fill(0, R(h, w));
  const z = ops.applyAdjoint(A, y);
  return { values: { z, u } };
}

/** The vector-Jacobian product of `initial` for the inputs. */
function initialInputAdjoint(ops: Operations, { A }: Known, _saved: unknown, { z: z_bar }: State) {
  const y_bar = ops.apply(A, z_bar);
  return { y: y_bar };
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

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, { product, A, one_over_rho, basis_A, D }: Known, { z, u }: State) {
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
  return {
    values: { z: z_next, u: u_next },
    reports: {},
    capped: null,
    saved: { values: { x_plus_u }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  { D, A, one_over_rho, basis_A }: Known,
  { values: { x_plus_u } }: ReturnType<typeof stepSaving>["saved"],
  { z: z_next_bar, u: u_next_bar }: State,
) {
  const one = ops.number(1);
  const z_next_bar_2 = ops.map("z_next_bar - u_next_bar", { z_next_bar, u_next_bar });
  const D_back = ops.applyMapReverse(D, x_plus_u, z_next_bar_2);
  const x_plus_u_bar = ops.map("u_next_bar + D_back", { u_next_bar, D_back });
  const z_bar = ops.solveDiagonalised(
    x_plus_u_bar,
    null,
    (v) => {
      const A_v = ops.apply(A, v);
      const At_A_v = ops.applyAdjoint(A, A_v);
      return ops.map("v + one_over_rho*At_A_v", { v, one_over_rho, At_A_v });
    },
    { by: "cg", tolerance: 1e-13, maximum: 30 },
    [basis_A],
    [one_over_rho, one],
  );
  const u_bar = ops.map("x_plus_u_bar - z_bar", { x_plus_u_bar, z_bar });
  return { state: { z: z_bar, u: u_bar }, known: {} };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  { D, A, one_over_rho, basis_A }: Known,
  { values: { x_plus_u } }: ReturnType<typeof stepSaving>["saved"],
  { z: z_next_bar, u: u_next_bar }: State,
) {
  const one = ops.number(1);
  const z_next_bar_2 = ops.map("z_next_bar - u_next_bar", { z_next_bar, u_next_bar });
  const D_back = ops.applyMapReverse(D, x_plus_u, z_next_bar_2);
  const x_plus_u_bar = ops.map("u_next_bar + D_back", { u_next_bar, D_back });
  const difference_bar = ops.solveDiagonalised(
    x_plus_u_bar,
    null,
    (v) => {
      const A_v = ops.apply(A, v);
      const At_A_v = ops.applyAdjoint(A, A_v);
      return ops.map("v + one_over_rho*At_A_v", { v, one_over_rho, At_A_v });
    },
    { by: "cg", tolerance: 1e-13, maximum: 30 },
    [basis_A],
    [one_over_rho, one],
  );
  const product_bar = ops.map("-difference_bar", { difference_bar });
  return { product: product_bar };
}

/** The vector-Jacobian product of `finish`: cotangents of what it returns become those of what it reads. */
function finishAdjoint(
  ops: Operations,
  { h, w }: Known,
  _saved: unknown,
  { output: output_bar }: { readonly output: Value },
) {
  const u_bar = ops.fill(0, R(h, w));
  return { state: { z: output_bar, u: u_bar }, known: {} };
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
  prepare: {
    run: prepare,
    reverse: {
      save: (ops, known) => ({ ...prepare(ops, known), saved: { values: {}, traces: {} } }),
      adjoint: null,
      stateAdjoint: null,
      inputAdjoint: prepareInputAdjoint,
    },
  },
  initial: {
    run: initial,
    reverse: {
      save: (ops, known) => ({ ...initial(ops, known), saved: { values: {}, traces: {} } }),
      adjoint: null,
      stateAdjoint: null,
      inputAdjoint: initialInputAdjoint,
    },
  },
  step: {
    run: step,
    reverse: { save: stepSaving, adjoint: stepAdjoint, stateAdjoint: null, inputAdjoint: stepInputAdjoint },
  },
  finish: {
    run: (_ops, _known, { z }) => ({ values: { output: z } }),
    reverse: {
      save: (_ops, _known, { z }) => ({ values: { output: z }, saved: { values: {}, traces: {} } }),
      adjoint: finishAdjoint,
      stateAdjoint: null,
    },
  },
  objective: null,
  until: null,
  target: { kind: "unrolled", steps: 10, beyond: "error" },
  certificate: {
    answer: "not_found",
    algorithm: "plug-and-play ADMM",
    statement:
      "no proof was found, and no counterexample: f need not be strongly convex, so mu = 0: a fixed point is not proved. Try a Tikhonov term in f, DE-Grad with eps < 1, or an averaged denoiser",
    conditions: [],
  },
  notes: [],
  inputGradients: true,
});
