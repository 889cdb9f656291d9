/**
 * ADMM for the LASSO (Boyd et al., 2011), scaled form.
 *
 * Compiled by ipc from admm_lasso.ipx: an unrolled network of 10 steps.
 *
 * Convergence: proved. for every penalty rho > 0 the iterates converge to a minimiser of the objective, if
 * there is one
 * - rho > 0
 * - a saddle point exists
 * - the inner solves count as exact: each reaches its tolerance of 1e-13 within 90 rounds
 */
import {
  defineProgram,
  type ArrayDatum,
  type Operations,
  type Operator,
  type OperatorDatum,
  type Space,
  type Value,
} from "ipc/runtime";

/** What `model` binds. */
export interface Givens {
  /** linear X -> Y */
  readonly A: OperatorDatum;
  /** R in (0, inf) */
  readonly lambda?: ArrayDatum;
}

/** What `run` takes; samples may be on a first axis. */
export interface Inputs {
  /** Y */
  readonly y: ArrayDatum;
}

/** What the program is run on. */
interface Data {
  /** a space */
  readonly X: Space;
  /** a space */
  readonly Y: Space;
  /** linear X -> Y */
  readonly A: Operator;
  /** R in (0, inf) */
  readonly lambda: Value;
  /** Y, of each sample */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** linear X -> X with symmetric, positive */
  readonly basis_A: Operator;
}

/** What may be learned. */
interface Learned {
  /** R */
  readonly rho: Value;
}

/** What does not change between steps. */
interface Prepared {
  /** X */
  readonly At_y: Value;
  /** R */
  readonly lambda_over_rho: Value;
}

/** All that a step may read. */
type Known = Data & Constants & Learned & Prepared;

/** What lives on from step to step. */
interface State {
  /** X */
  readonly x: Value;
  /** X */
  readonly z: Value;
  /** X */
  readonly u: Value;
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { A }: Data) {
  const basis_A = ops.diagonalise(A, null, { alone: true });
  return { basis_A };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, { A, y, lambda, rho }: Data & Constants & Learned) {
  const At_y = ops.applyAdjoint(A, y);
  const lambda_over_rho = ops.map("lambda/rho", { lambda, rho });
  return { values: { At_y, lambda_over_rho } };
}

/** The vector-Jacobian product of `prepare`: cotangents of what it returns become those of what it reads. */
function prepareAdjoint(
  ops: Operations,
  { lambda, rho }: Data & Constants & Learned,
  _saved: unknown,
  { lambda_over_rho: lambda_over_rho_bar }: Prepared,
) {
  const rho_bar = ops.map("-(lambda/rho*lambda_over_rho_bar/rho)", { lambda, rho, lambda_over_rho_bar });
  return { state: {}, known: { rho: rho_bar } };
}

/** `prepareAdjoint` for the inputs alone. */
function prepareInputAdjoint(
  ops: Operations,
  { A }: Data & Constants & Learned,
  _saved: unknown,
  { At_y: At_y_bar }: Prepared,
) {
  const y_bar = ops.apply(A, At_y_bar);
  return { y: y_bar };
}

/** The first state. */
function initial(ops: Operations, { X }: Known) {
  const x = ops.fill(0, X);
  return { values: { x, z: x, u: x } };
}

/** One iteration: the next state. */
function step(ops: Operations, { At_y, rho, A, basis_A, lambda_over_rho }: Known, { x, z, u }: State) {
  const sum = ops.map("At_y + rho*(z - u)", { At_y, rho, z, u });
  const one = ops.number(1);
  const x_next = ops.solveDiagonalised(
    sum,
    x,
    (v) => {
      const A_v = ops.apply(A, v);
      const At_A_v = ops.applyAdjoint(A, A_v);
      return ops.map("At_A_v + rho*v", { At_A_v, rho, v });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
    [basis_A],
    [one, rho],
  );
  const z_next = ops.map("soft(x_next + u, lambda_over_rho)", { x_next, u, lambda_over_rho });
  const u_next = ops.map("x_next + u - z_next", { x_next, u, z_next });
  return { values: { x: x_next, z: z_next, u: u_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, { At_y, rho, A, basis_A, lambda_over_rho }: Known, { x, z, u }: State) {
  const z_minus_u = ops.map("z - u", { z, u });
  const sum = ops.map("At_y + rho*z_minus_u", { At_y, rho, z_minus_u });
  const one = ops.number(1);
  const x_next = ops.solveDiagonalised(
    sum,
    x,
    (v) => {
      const A_v = ops.apply(A, v);
      const At_A_v = ops.applyAdjoint(A, A_v);
      return ops.map("At_A_v + rho*v", { At_A_v, rho, v });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
    [basis_A],
    [one, rho],
  );
  const x_next_plus_u = ops.map("x_next + u", { x_next, u });
  const z_next = ops.map("soft(x_next_plus_u, lambda_over_rho)", { x_next_plus_u, lambda_over_rho });
  const u_next = ops.map("x_next_plus_u - z_next", { x_next_plus_u, z_next });
  return {
    values: { x: x_next, z: z_next, u: u_next },
    reports: {},
    capped: null,
    saved: { values: { z_minus_u, x_next, x_next_plus_u }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  { X, lambda_over_rho, A, rho, basis_A }: Known,
  { values: { z_minus_u, x_next, x_next_plus_u } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar, z: z_next_bar, u: u_next_bar }: State,
) {
  const one = ops.number(1);
  const z_next_bar_2 = ops.map("z_next_bar - u_next_bar", { z_next_bar, u_next_bar });
  const sign_x_next_plus_u = ops.map("sign(x_next_plus_u)", { x_next_plus_u });
  const x_next_plus_u_bar = ops.map(
    "u_next_bar + select(lambda_over_rho < abs(x_next_plus_u), z_next_bar_2 - lambda_over_rho/abs(x_next_plus_u)*(z_next_bar_2 - sign_x_next_plus_u*real(conj(sign_x_next_plus_u)*z_next_bar_2)), 0)",
    { u_next_bar, lambda_over_rho, x_next_plus_u, z_next_bar_2, sign_x_next_plus_u },
  );
  const chosen = ops.map(
    "select(lambda_over_rho < abs(x_next_plus_u), -real(conj(sign_x_next_plus_u)*z_next_bar_2), 0)",
    { lambda_over_rho, x_next_plus_u, sign_x_next_plus_u, z_next_bar_2 },
  );
  const lambda_over_rho_bar_each = ops.sum(chosen);
  const lambda_over_rho_bar = ops.sumSamples(lambda_over_rho_bar_each);
  const x_next_bar_2 = ops.map("x_next_bar + x_next_plus_u_bar", { x_next_bar, x_next_plus_u_bar });
  const sum_bar = ops.solveDiagonalised(
    x_next_bar_2,
    null,
    (v) => {
      const A_v = ops.apply(A, v);
      const At_A_v = ops.applyAdjoint(A, A_v);
      return ops.map("At_A_v + rho*v", { At_A_v, rho, v });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
    [basis_A],
    [one, rho],
  );
  const x_next_dot_sum_bar = ops.dot(x_next, sum_bar);
  const total = ops.sumSamples(x_next_dot_sum_bar);
  const inner_product = ops.dot(z_minus_u, sum_bar);
  const total_2 = ops.sumSamples(inner_product);
  const rho_bar = ops.map("total_2 - total", { total_2, total });
  const z_bar = ops.map("sum_bar*rho", { sum_bar, rho });
  const u_bar = ops.map("x_next_plus_u_bar - z_bar", { x_next_plus_u_bar, z_bar });
  const x_bar = ops.fill(0, X);
  return {
    state: { x: x_bar, z: z_bar, u: u_bar },
    known: { rho: rho_bar, lambda_over_rho: lambda_over_rho_bar },
  };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  { lambda_over_rho, A, rho, basis_A }: Known,
  { values: { x_next_plus_u } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar, z: z_next_bar, u: u_next_bar }: State,
) {
  const one = ops.number(1);
  const z_next_bar_2 = ops.map("z_next_bar - u_next_bar", { z_next_bar, u_next_bar });
  const sign_x_next_plus_u = ops.map("sign(x_next_plus_u)", { x_next_plus_u });
  const x_next_bar_2 = ops.map(
    "x_next_bar + (u_next_bar + select(lambda_over_rho < abs(x_next_plus_u), z_next_bar_2 - lambda_over_rho/abs(x_next_plus_u)*(z_next_bar_2 - sign_x_next_plus_u*real(conj(sign_x_next_plus_u)*z_next_bar_2)), 0))",
    { x_next_bar, u_next_bar, lambda_over_rho, x_next_plus_u, z_next_bar_2, sign_x_next_plus_u },
  );
  const At_y_bar = ops.solveDiagonalised(
    x_next_bar_2,
    null,
    (v) => {
      const A_v = ops.apply(A, v);
      const At_A_v = ops.applyAdjoint(A, A_v);
      return ops.map("At_A_v + rho*v", { At_A_v, rho, v });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
    [basis_A],
    [one, rho],
  );
  return { At_y: At_y_bar };
}

/** The vector-Jacobian product of `finish`: cotangents of what it returns become those of what it reads. */
function finishAdjoint(
  ops: Operations,
  { X }: Known,
  _saved: unknown,
  { output: output_bar }: { readonly output: Value },
) {
  const x_bar = ops.fill(0, X);
  const u_bar = ops.fill(0, X);
  return { state: { x: x_bar, z: output_bar, u: u_bar }, known: {} };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, { A, y, lambda }: Known, { z }: State) {
  const A_z = ops.apply(A, z);
  const residual = ops.map("A_z - y", { A_z, y });
  const residual_squared = ops.dot(residual, residual);
  const abs_z = ops.map("abs(z)", { z });
  const sum_abs_z = ops.sum(abs_z);
  return ops.map("0.5*residual_squared + lambda*sum_abs_z", { residual_squared, lambda, sum_abs_z });
}

/** ADMM for the LASSO (Boyd et al., 2011), scaled form. */
export const admm_lasso = defineProgram<Known, State, Givens, Inputs>({
  name: "admm_lasso",
  doc: "ADMM for the LASSO (Boyd et al., 2011), scaled form.",
  hash: "cff1b7b0333b7d10bd09a1a6e45fe157f6c34ccda04b3be49c71b5d8f3f73e7d",
  sizes: [],
  spaces: [
    { name: "X", field: "any" },
    { name: "Y", field: "any" },
  ],
  givens: [
    {
      name: "A",
      type: {
        kind: "operator",
        domain: { kind: "space", name: "X" },
        codomain: { kind: "space", name: "Y" },
      },
    },
    {
      name: "lambda",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.1),
    },
  ],
  inputs: [{ name: "y", type: { kind: "space", name: "Y" } }],
  parameters: [
    {
      name: "rho",
      type: { kind: "array", field: "real", dimensions: [] },
      initial: { kind: "value", evaluate: (ops) => ops.number(1) },
      interval: (ops) => {
        const low = ops.number(0);
        return { low, high: null, lowOpen: true, highOpen: true };
      },
    },
  ],
  states: [
    { name: "x", type: { kind: "space", name: "X" }, assumedInterval: null, carried: true },
    { name: "z", type: { kind: "space", name: "X" }, assumedInterval: null, carried: true },
    { name: "u", type: { kind: "space", name: "X" }, assumedInterval: null, carried: true },
  ],
  output: { type: { kind: "space", name: "X" } },
  constants,
  prepare: {
    run: prepare,
    reverse: {
      save: (ops, known) => ({ ...prepare(ops, known), saved: { values: {}, traces: {} } }),
      adjoint: prepareAdjoint,
      stateAdjoint: null,
      inputAdjoint: prepareInputAdjoint,
    },
  },
  initial: { run: initial, reverse: null },
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
  objective,
  until: null,
  target: { kind: "unrolled", steps: 10, beyond: "error" },
  certificate: {
    answer: "proved",
    algorithm: "ADMM",
    statement:
      "for every penalty rho > 0 the iterates converge to a minimiser of the objective, if there is one",
    conditions: [
      "rho > 0",
      "a saddle point exists",
      "the inner solves count as exact: each reaches its tolerance of 1e-13 within 90 rounds",
    ],
  },
  notes: [],
  inputGradients: true,
});
