/**
 * Chambolle and Pock (2011) for  min 1/2 |Ax - y|^2 + lambda |Dx|_{2,1}, with both terms dualised.
 *
 * Compiled by ipc from tv_chambolle_pock.ipx: a solver of at most 3000 steps.
 *
 * Convergence: proved. tau*sigma*|K|^2 = 0.9801 stays below 1; the iterates converge to a minimiser of the
 * objective, if there is one
 * - tau*sigma*|K|^2 < 1
 * - a saddle point exists
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
  /** linear R[h, w] -> Y with norm <= 1 */
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
  /** a size */
  readonly h: number;
  /** a size */
  readonly w: number;
  /** a space */
  readonly Y: Space;
  /** linear R[h, w] -> Y with norm <= 1 */
  readonly A: Operator;
  /** R in (0, inf) */
  readonly lambda: Value;
  /** Y, of each sample */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** linear R[h, w] -> R[h, w, 2] */
  readonly D: Operator;
  /** R */
  readonly tau: Value;
  /** R */
  readonly one_plus_tau: Value;
}

/** What does not change between steps. */
interface Prepared {
  /** Y */
  readonly tau_times_y: Value;
}

/** All that a step may read. */
type Known = Data & Constants & Prepared;

/** What lives on from step to step. */
interface State {
  /** R[h, w] */
  readonly x: Value;
  /** R[h, w] */
  readonly xb: Value;
  /** R[h, w, 2] */
  readonly p: Value;
  /** Y */
  readonly q: Value;
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { h, w }: Data) {
  const D = ops.at("tv_chambolle_pock.ipx:7:42").library("gradient", {}, R(h, w), []);
  const norm_D = ops.norm(D);
  const tau = ops.map("0.99/sqrt(1 + square(norm_D))", { norm_D });
  const one_plus_tau = ops.map("1 + tau", { tau });
  return { D, tau, one_plus_tau };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, { tau, y }: Data & Constants) {
  const tau_times_y = ops.map("tau*y", { tau, y });
  return { values: { tau_times_y } };
}

/** The first state. */
function initial(ops: Operations, { h, w, Y }: Known) {
  const x = ops.fill(0, R(h, w));
  const p = ops.fill(0, R(h, w, 2));
  const q = ops.fill(0, Y);
  return { values: { x, xb: x, p, q } };
}

/** One iteration: the next state. */
function step(
  ops: Operations,
  { D, tau, lambda, A, tau_times_y, one_plus_tau }: Known,
  { x, xb, p, q }: State,
) {
  const D_xb = ops.applied(D, xb);
  const p_next = ops.map("(p + tau*D_xb)*(lambda/max(lambda, pairNorm(p + tau*D_xb)))", {
    p,
    tau,
    D_xb,
    lambda,
  });
  const A_xb = ops.apply(A, xb);
  const q_next = ops.map("(q + tau*A_xb - tau_times_y)/one_plus_tau", {
    q,
    tau,
    A_xb,
    tau_times_y,
    one_plus_tau,
  });
  const Dt_p_next = ops.appliedAdjoint(D, p_next);
  const At_q_next = ops.applyAdjoint(A, q_next);
  const { x_next, xb_next } = ops.mapAll(
    { x_next: "x - tau*(Dt_p_next + At_q_next)", xb_next: "2*x_next - x" },
    { x, tau, Dt_p_next, At_q_next },
  );
  return { values: { x: x_next, xb: xb_next, p: p_next, q: q_next }, reports: {}, capped: null };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, { A, y, D, lambda }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const residual = ops.map("A_x - y", { A_x, y });
  const residual_squared = ops.dot(residual, residual);
  const D_x = ops.apply(D, x);
  const group_norms = ops.groupNorm(D_x);
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

/** Chambolle and Pock (2011) for  min 1/2 |Ax - y|^2 + lambda |Dx|_{2,1}, with both terms dualised. */
export const tv_chambolle_pock = defineProgram<Known, State, Givens, Inputs>({
  name: "tv_chambolle_pock",
  doc: "Chambolle and Pock (2011) for  min 1/2 |Ax - y|^2 + lambda |Dx|_{2,1}, with both terms dualised.",
  hash: "c0b647f6711b7a8af88830e32e513f3c29d4c7d463cc8ed216dc0304d3e325d5",
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
      properties: [{ name: "norm", bound: 1 }],
    },
    {
      name: "lambda",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.1),
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
      name: "xb",
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
    { name: "q", type: { kind: "space", name: "Y" }, assumedInterval: null, carried: true },
  ],
  output: { type: { kind: "array", field: "real", dimensions: ["h", "w"] } },
  constants,
  prepare: { run: prepare, reverse: null },
  initial: { run: initial, reverse: null },
  step: { run: step, reverse: null },
  finish: { run: (_ops, _known, { x }) => ({ values: { output: x } }), reverse: null },
  objective,
  until,
  target: { kind: "solver", maximum: 3000, every: 1, accelerate: null },
  certificate: {
    answer: "proved",
    algorithm: "Chambolle-Pock",
    statement:
      "tau*sigma*|K|^2 = 0.9801 stays below 1; the iterates converge to a minimiser of the objective, if there is one",
    conditions: ["tau*sigma*|K|^2 < 1", "a saddle point exists"],
  },
  notes: [],
});
