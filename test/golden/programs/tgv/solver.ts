/**
 * Second-order total generalised variation (Bredies, Kunisch, Pock, SIAM J. Imaging Sci. 3, 2010) by
 * Chambolle-Pock:
 * min over x, v of 1/2 |Ax - y|^2 + alpha |Dx - v|_{2,1} + beta |Ev|_{2,1}, with the data term dualised,
 * too.
 *
 * Compiled by ipc from tgv.ipx: a solver of at most 5000 steps.
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
  readonly alpha?: ArrayDatum;
  /** R in (0, inf) */
  readonly beta?: ArrayDatum;
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
  readonly alpha: Value;
  /** R in (0, inf) */
  readonly beta: Value;
  /** Y, of each sample */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** linear R[h, w] -> R[h, w, 2] */
  readonly D: Operator;
  /** linear R[h, w, 2] -> R[h, w, 3] */
  readonly E: Operator;
  /** R */
  readonly t: Value;
  /** R */
  readonly one_plus_t: Value;
}

/** What does not change between steps. */
interface Prepared {
  /** Y */
  readonly t_times_y: Value;
}

/** All that a step may read. */
type Known = Data & Constants & Prepared;

/** What lives on from step to step. */
interface State {
  /** R[h, w] */
  readonly x: Value;
  /** R[h, w, 2] */
  readonly v: Value;
  /** Y */
  readonly r: Value;
  /** R[h, w, 2] */
  readonly p: Value;
  /** R[h, w, 3] */
  readonly q: Value;
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { h, w, A }: Data) {
  const D = ops.at("tgv.ipx:9:42").library("gradient", {}, R(h, w), []);
  const E = ops.at("tgv.ipx:10:45").library("symmetrised_gradient", {}, R(h, w, 2), []);
  const norm_A = ops.norm(A);
  const norm_D = ops.norm(D);
  const norm_E = ops.norm(E);
  const t = ops.map("0.99/(norm_A + norm_D + 1 + norm_E)", { norm_A, norm_D, norm_E });
  const one_plus_t = ops.map("1 + t", { t });
  return { D, E, t, one_plus_t };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, { t, y }: Data & Constants) {
  const t_times_y = ops.map("t*y", { t, y });
  return { values: { t_times_y } };
}

/** The first state. */
function initial(ops: Operations, { h, w, Y }: Known) {
  const x = ops.fill(0, R(h, w));
  const v = ops.fill(0, R(h, w, 2));
  const r = ops.fill(0, Y);
  const q = ops.fill(0, R(h, w, 3));
  return { values: { x, v, r, p: v, q } };
}

/** One iteration: the next state. */
function step(
  ops: Operations,
  { A, D, E, t, t_times_y, one_plus_t, alpha, beta }: Known,
  { x, v, r, p, q }: State,
) {
  const At_r = ops.applyAdjoint(A, r);
  const Dt_p = ops.appliedAdjoint(D, p);
  const Et_q = ops.applyAdjoint(E, q);
  const { x_next, xb } = ops.mapAll(
    { x_next: "x - t*(At_r + Dt_p)", xb: "2*x_next - x" },
    { x, t, At_r, Dt_p },
  );
  const A_xb = ops.apply(A, xb);
  const r_next = ops.map("(r + t*A_xb - t_times_y)/one_plus_t", { r, t, A_xb, t_times_y, one_plus_t });
  const D_xb = ops.applied(D, xb);
  const { v_next, vb, p_next } = ops.mapAll(
    {
      v_next: "v - t*(Et_q - p)",
      vb: "2*v_next - v",
      r2: "p + t*(D_xb - vb)",
      p_next: "r2*(alpha/max(alpha, pairNorm(r2)))",
    },
    { v, t, Et_q, p, D_xb, alpha },
  );
  const E_vb = ops.apply(E, vb);
  const sum = ops.map("q + t*E_vb", { q, t, E_vb });
  const group_norms = ops.groupNorm(sum);
  const quotient = ops.map("beta/max(beta, group_norms)", { beta, group_norms });
  const q_next = ops.map("sum*quotient", { sum, quotient });
  return { values: { x: x_next, v: v_next, r: r_next, p: p_next, q: q_next }, reports: {}, capped: null };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, { A, y, D, E, alpha, beta }: Known, { x, v }: State) {
  const A_x = ops.apply(A, x);
  const residual = ops.map("A_x - y", { A_x, y });
  const residual_squared = ops.dot(residual, residual);
  const D_x = ops.applied(D, x);
  const residual_2 = ops.map("D_x - v", { D_x, v });
  const group_norms = ops.groupNorm(residual_2);
  const sum_group_norms = ops.sum(group_norms);
  const E_v = ops.apply(E, v);
  const group_norms_2 = ops.groupNorm(E_v);
  const sum_group_norms_2 = ops.sum(group_norms_2);
  return ops.map("0.5*residual_squared + alpha*sum_group_norms + beta*sum_group_norms_2", {
    residual_squared,
    alpha,
    sum_group_norms,
    beta,
    sum_group_norms_2,
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
  return ops.map("select(0 < max(norm_x, norm_x_before), norm/max(norm_x, norm_x_before), 0) < 0.000001", {
    norm_x,
    norm_x_before,
    norm,
  });
}

/**
 * Second-order total generalised variation (Bredies, Kunisch, Pock, SIAM J. Imaging Sci. 3, 2010) by Chambolle-Pock:
 * min over x, v of 1/2 |Ax - y|^2 + alpha |Dx - v|_{2,1} + beta |Ev|_{2,1}, with the data term dualised, too.
 */
export const tgv = defineProgram<Known, State, Givens, Inputs>({
  name: "tgv",
  doc: "Second-order total generalised variation (Bredies, Kunisch, Pock, SIAM J. Imaging Sci. 3, 2010) by Chambolle-Pock:\nmin over x, v of 1/2 |Ax - y|^2 + alpha |Dx - v|_{2,1} + beta |Ev|_{2,1}, with the data term dualised, too.",
  hash: "774f336cb6ad00a1307f5ba536d6a0df1b4052535a68a301442ebffc657f7b15",
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
      name: "alpha",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.1),
    },
    {
      name: "beta",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.2),
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
      name: "v",
      type: { kind: "array", field: "real", dimensions: ["h", "w", "2"] },
      assumedInterval: null,
      carried: true,
    },
    { name: "r", type: { kind: "space", name: "Y" }, assumedInterval: null, carried: true },
    {
      name: "p",
      type: { kind: "array", field: "real", dimensions: ["h", "w", "2"] },
      assumedInterval: null,
      carried: true,
    },
    {
      name: "q",
      type: { kind: "array", field: "real", dimensions: ["h", "w", "3"] },
      assumedInterval: null,
      carried: true,
    },
  ],
  output: { type: { kind: "array", field: "real", dimensions: ["h", "w"] } },
  constants,
  prepare: { run: prepare, reverse: null },
  initial: { run: initial, reverse: null },
  step: { run: step, reverse: null },
  finish: { run: (_ops, _known, { x }) => ({ values: { output: x } }), reverse: null },
  objective,
  until,
  target: { kind: "solver", maximum: 5000, every: 1, accelerate: null },
  certificate: {
    answer: "not_found",
    algorithm: null,
    statement:
      "no proof was found, and no counterexample: the step is none of the algorithms that have a rule",
    conditions: [],
  },
  notes: [],
});
