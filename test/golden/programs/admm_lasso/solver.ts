/**
 * ADMM for the LASSO (Boyd et al., 2011), scaled form.
 *
 * Compiled by ipc from admm_lasso.ipx: a solver of at most 1000 steps.
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

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, { A, y, lambda }: Known, { z }: State) {
  const A_z = ops.apply(A, z);
  const residual = ops.map("A_z - y", { A_z, y });
  const residual_squared = ops.dot(residual, residual);
  const abs_z = ops.map("abs(z)", { z });
  const sum_abs_z = ops.sum(abs_z);
  return ops.map("0.5*residual_squared + lambda*sum_abs_z", { residual_squared, lambda, sum_abs_z });
}

/** 1 for the samples that may stop; `before` means the last test. */
function until(ops: Operations, _known: Known, { x, z }: State, { z: z_before }: State) {
  const x_minus_z = ops.map("x - z", { x, z });
  const norm_x_minus_z = ops.norm2(x_minus_z);
  const norm_x = ops.norm2(x);
  const z_minus_z_before = ops.map("z - z_before", { z, z_before });
  const norm = ops.norm2(z_minus_z_before);
  const norm_z = ops.norm2(z);
  const norm_z_before = ops.norm2(z_before);
  return ops.map(
    "and(norm_x_minus_z < 0.00001*norm_x, select(0 < max(norm_z, norm_z_before), norm/max(norm_z, norm_z_before), 0) < 0.00001)",
    { norm_x_minus_z, norm_x, norm_z, norm_z_before, norm },
  );
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
  prepare: { run: prepare, reverse: null },
  initial: { run: initial, reverse: null },
  step: { run: step, reverse: null },
  finish: { run: (_ops, _known, { z }) => ({ values: { output: z } }), reverse: null },
  objective,
  until,
  target: { kind: "solver", maximum: 1000, every: 1, accelerate: null },
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
});
