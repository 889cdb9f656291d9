/**
 * ADMM (Goldstein and Osher, SIAM J. Imaging Sci. 2, 2009) for isotropic total variation, x >= 0:
 * min 1/2 |Ax - y|^2 + lambda |Dx|_{2,1}.
 *
 * Compiled by ipc from admm_tv.ipx: a solver of at most 1000 steps.
 *
 * Convergence: not found. no proof was found, and no counterexample: the step is none of the algorithms
 * that have a rule
 */
import {
  defineProgram,
  R,
  type ArrayDatum,
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
  /** R in (0, inf) */
  readonly lambda?: ArrayDatum;
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
  /** R in (0, inf) */
  readonly lambda: Value;
  /** R in (0, inf) */
  readonly rho: Value;
  /** Y, of each sample */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** linear R[h, w] -> R[h, w, 2] */
  readonly D: Operator;
  /** R */
  readonly lambda_over_rho: Value;
  /** linear R[h, w] -> R[h, w] with symmetric, positive */
  readonly basis_A: Operator;
  /** linear R[h, w] -> R[h, w] with symmetric, positive */
  readonly basis_D: Operator;
}

/** What does not change between steps. */
interface Prepared {
  /** R[h, w] */
  readonly At_y: Value;
}

/** All that a step may read. */
type Known = Data & Constants & Prepared;

/** What lives on from step to step. */
interface State {
  /** R[h, w] */
  readonly x: Value;
  /** R[h, w, 2] */
  readonly p: Value;
  /** R[h, w] */
  readonly q: Value;
  /** R[h, w, 2] */
  readonly u: Value;
  /** R[h, w] */
  readonly v: Value;
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { h, w, lambda, rho, A }: Data) {
  const D = ops.at("admm_tv.ipx:9:42").library("gradient", { axes: 2, boundary: "periodic" }, R(h, w), []);
  const lambda_over_rho = ops.map("lambda/rho", { lambda, rho });
  const basis_A = ops.diagonalise(A, null, { alone: false });
  const basis_D = ops.diagonalise(D, null, { alone: false });
  return { D, lambda_over_rho, basis_A, basis_D };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, { A, y }: Data & Constants) {
  const At_y = ops.applyAdjoint(A, y);
  return { values: { At_y } };
}

/** The first state. */
function initial(ops: Operations, { h, w }: Known) {
  const x = ops.fill(0, R(h, w));
  const p = ops.fill(0, R(h, w, 2));
  return { values: { x, p, q: x, u: p, v: x } };
}

/** One iteration: the next state. */
function step(
  ops: Operations,
  { D, At_y, rho, A, basis_A, basis_D, lambda_over_rho }: Known,
  { x, p, q, u, v }: State,
) {
  const p_minus_u = ops.map("p - u", { p, u });
  const Dt_p_minus_u = ops.appliedAdjoint(D, p_minus_u);
  const sum = ops.map("At_y + rho*Dt_p_minus_u + rho*(q - v)", { At_y, rho, Dt_p_minus_u, q, v });
  const one = ops.number(1);
  const x_next = ops.solveDiagonalised(
    sum,
    x,
    (v) => {
      const A_v = ops.apply(A, v);
      const At_A_v = ops.applyAdjoint(A, A_v);
      const D_v = ops.apply(D, v);
      const Dt_D_v = ops.appliedAdjoint(D, D_v);
      return ops.map("At_A_v + rho*Dt_D_v + rho*v", { At_A_v, rho, Dt_D_v, v });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
    [basis_A, basis_D],
    [one, rho, rho],
  );
  const D_x_next = ops.applied(D, x_next);
  const { p_next, u_next } = ops.mapAll(
    {
      r0: "D_x_next + u",
      r1: "pairNorm(r0)",
      p_next: "max(r1 - lambda_over_rho, 0)/max(r1, lambda_over_rho)*r0",
      u_next: "r0 - p_next",
    },
    { D_x_next, u, lambda_over_rho },
  );
  const { q_next, v_next } = ops.mapAll(
    { q_next: "max(x_next + v, 0)", v_next: "x_next + v - q_next" },
    { x_next, v },
  );
  return { values: { x: x_next, p: p_next, q: q_next, u: u_next, v: v_next }, reports: {}, capped: null };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, { A, y, D, lambda }: Known, { q }: State) {
  const A_q = ops.apply(A, q);
  const residual = ops.map("A_q - y", { A_q, y });
  const residual_squared = ops.dot(residual, residual);
  const D_q = ops.apply(D, q);
  const group_norms = ops.groupNorm(D_q);
  const sum_group_norms = ops.sum(group_norms);
  return ops.map("0.5*residual_squared + lambda*sum_group_norms", {
    residual_squared,
    lambda,
    sum_group_norms,
  });
}

/** 1 for the samples that may stop; `before` means the last test. */
function until(ops: Operations, _known: Known, { x }: State, { x: x_before }: State) {
  const { norm_squared, norm_x_squared, norm_x_before_squared } = ops.mapAll(
    {
      norm_squared: "(x - x_before)*(x - x_before)",
      norm_x_squared: "x*x",
      norm_x_before_squared: "x_before*x_before",
    },
    { x, x_before },
    { norm_squared: "sum", norm_x_squared: "sum", norm_x_before_squared: "sum" },
  );
  const norm = ops.map("sqrt(norm_squared)", { norm_squared });
  const norm_x = ops.map("sqrt(norm_x_squared)", { norm_x_squared });
  const norm_x_before = ops.map("sqrt(norm_x_before_squared)", { norm_x_before_squared });
  return ops.map("select(0 < max(norm_x, norm_x_before), norm/max(norm_x, norm_x_before), 0) < 0.00001", {
    norm_x,
    norm_x_before,
    norm,
  });
}

/**
 * ADMM (Goldstein and Osher, SIAM J. Imaging Sci. 2, 2009) for isotropic total variation, x >= 0:
 * min 1/2 |Ax - y|^2 + lambda |Dx|_{2,1}.
 */
export const admm_tv = defineProgram<Known, State, Givens, Inputs>({
  name: "admm_tv",
  doc: "ADMM (Goldstein and Osher, SIAM J. Imaging Sci. 2, 2009) for isotropic total variation, x >= 0:\nmin 1/2 |Ax - y|^2 + lambda |Dx|_{2,1}.",
  hash: "ff67f7e4396453f773a05b6f433d8041e5bc7d7addfbced197a3f923949aa679",
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
      name: "lambda",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.1),
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
      name: "x",
      type: { kind: "array", field: "real", dimensions: ["h", "w"] },
      assumedInterval: null,
      carried: true,
    },
    {
      name: "p",
      type: { kind: "array", field: "real", dimensions: ["h", "w", "2"] },
      assumedInterval: null,
      carried: true,
    },
    {
      name: "q",
      type: { kind: "array", field: "real", dimensions: ["h", "w"] },
      assumedInterval: null,
      carried: true,
    },
    {
      name: "u",
      type: { kind: "array", field: "real", dimensions: ["h", "w", "2"] },
      assumedInterval: null,
      carried: true,
    },
    {
      name: "v",
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
  finish: { run: (_ops, _known, { q }) => ({ values: { output: q } }), reverse: null },
  objective,
  until,
  target: { kind: "solver", maximum: 1000, every: 1, accelerate: null },
  certificate: {
    answer: "not_found",
    algorithm: null,
    statement:
      "no proof was found, and no counterexample: the step is none of the algorithms that have a rule",
    conditions: [],
  },
  notes: [],
});
