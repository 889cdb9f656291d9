/**
 * Second-order total generalised variation (Bredies, Kunisch, Pock, SIAM J. Imaging Sci. 3, 2010) by
 * Chambolle-Pock:
 * min over x, v of 1/2 |Ax - y|^2 + alpha |Dx - v|_{2,1} + beta |Ev|_{2,1}, with the data term dualised,
 * too.
 *
 * Compiled by ipc from tgv.ipx: an unrolled network of 30 steps.
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

/** The vector-Jacobian product of `prepare` for the inputs. */
function prepareInputAdjoint(
  ops: Operations,
  { t }: Data & Constants,
  _saved: unknown,
  { t_times_y: t_times_y_bar }: Prepared,
) {
  const y_bar = ops.map("t_times_y_bar*t", { t_times_y_bar, t });
  return { y: y_bar };
}

/** The first state. */
function initial(ops: Operations, { h, w, Y }: Known) {
  const x = ops.fill(0, R(h, w));
  const v = ops.fill(0, R(h, w, 2));
  const r = ops.fill(0, Y);
  const q = ops.fill(0, R(h, w, 3));
  return { values: { x, v, r, p: v, q } };
}

/** The first iteration, where the state is still 0. */
function firstStep(ops: Operations, { h, w, t_times_y, one_plus_t }: Known) {
  const x_next = ops.fill(0, R(h, w));
  const v_next = ops.fill(0, R(h, w, 2));
  const r_next = ops.map("-(t_times_y/one_plus_t)", { t_times_y, one_plus_t });
  const q_next = ops.fill(0, R(h, w, 3));
  return { values: { x: x_next, v: v_next, r: r_next, p: v_next, q: q_next }, reports: {}, capped: null };
}

/** The vector-Jacobian product of `firstStep` for the inputs. */
function firstStepInputAdjoint(
  ops: Operations,
  { one_plus_t }: Known,
  _saved: unknown,
  { r: r_next_bar }: State,
) {
  const t_times_y_bar = ops.map("-(r_next_bar/one_plus_t)", { r_next_bar, one_plus_t });
  return { t_times_y: t_times_y_bar };
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

/** `step`, and what its adjoint needs. */
function stepSaving(
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
  const { v_next, vb, sum } = ops.mapAll(
    { v_next: "v - t*(Et_q - p)", vb: "2*v_next - v", sum: "p + t*(D_xb - vb)" },
    { v, t, Et_q, p, D_xb },
  );
  const group_norms = ops.groupNorm(sum);
  const quotient = ops.map("alpha/max(alpha, group_norms)", { alpha, group_norms });
  const p_next = ops.map("sum*quotient", { sum, quotient });
  const E_vb = ops.apply(E, vb);
  const sum_2 = ops.map("q + t*E_vb", { q, t, E_vb });
  const group_norms_2 = ops.groupNorm(sum_2);
  const quotient_2 = ops.map("beta/max(beta, group_norms_2)", { beta, group_norms_2 });
  const q_next = ops.map("sum_2*quotient_2", { sum_2, quotient_2 });
  return {
    values: { x: x_next, v: v_next, r: r_next, p: p_next, q: q_next },
    reports: {},
    capped: null,
    saved: { values: { sum, group_norms, sum_2, group_norms_2 }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  { h, w, beta, t, E, alpha, D, one_plus_t, A }: Known,
  { values: { sum, group_norms, sum_2, group_norms_2 } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar, v: v_next_bar, r: r_next_bar, p: p_next_bar, q: q_next_bar }: State,
) {
  const quotient_bar_each = ops.map("q_next_bar*sum_2", { q_next_bar, sum_2 });
  const quotient_bar = ops.sumTo(quotient_bar_each, R(h, w, 1));
  const { quotient, chosen } = ops.mapAll(
    {
      quotient: "beta/max(beta, group_norms_2)",
      chosen:
        "select(group_norms_2, select(beta < group_norms_2, -(quotient*quotient_bar/max(beta, group_norms_2)), 0)/group_norms_2, 0)",
    },
    { beta, group_norms_2, quotient_bar },
  );
  const { sum_bar, E_vb_bar } = ops.mapAll(
    { sum_bar: "q_next_bar*quotient + chosen*sum_2", E_vb_bar: "sum_bar*t" },
    { q_next_bar, quotient, chosen, sum_2, t },
  );
  const Et_E_vb_bar = ops.applyAdjoint(E, E_vb_bar);
  const quotient_bar_each_2 = ops.map("p_next_bar*sum", { p_next_bar, sum });
  const quotient_bar_2 = ops.sumTo(quotient_bar_each_2, R(h, w, 1));
  const { quotient_2, chosen_2 } = ops.mapAll(
    {
      quotient_2: "alpha/max(alpha, group_norms)",
      chosen_2:
        "select(group_norms, select(alpha < group_norms, -(quotient_2*quotient_bar_2/max(alpha, group_norms)), 0)/group_norms, 0)",
    },
    { alpha, group_norms, quotient_bar_2 },
  );
  const { sum_bar_2, sum_bar_times_t } = ops.mapAll(
    { sum_bar_2: "p_next_bar*quotient_2 + chosen_2*sum", sum_bar_times_t: "sum_bar_2*t" },
    { p_next_bar, quotient_2, chosen_2, sum, t },
  );
  const Dt_v = ops.applyAdjoint(D, sum_bar_times_t);
  const r_next_bar_scaled = ops.map("r_next_bar/one_plus_t", { r_next_bar, one_plus_t });
  const A_xb_bar = ops.map("r_next_bar_scaled*t", { r_next_bar_scaled, t });
  const At_A_xb_bar = ops.applyAdjoint(A, A_xb_bar);
  const { v_bar, v_next_bar_times_t } = ops.mapAll(
    {
      r0: "v_next_bar + (Et_E_vb_bar - sum_bar_times_t)*2",
      v_bar: "sum_bar_times_t - Et_E_vb_bar + r0",
      v_next_bar_times_t: "r0*t",
    },
    { v_next_bar, Et_E_vb_bar, sum_bar_times_t, t },
  );
  const E_v = ops.apply(E, v_next_bar_times_t);
  const q_bar = ops.map("sum_bar - E_v", { sum_bar, E_v });
  const { x_bar, x_next_bar_times_t } = ops.mapAll(
    {
      r0: "x_next_bar + (Dt_v + At_A_xb_bar)*2",
      x_bar: "r0 - (Dt_v + At_A_xb_bar)",
      x_next_bar_times_t: "r0*t",
    },
    { x_next_bar, Dt_v, At_A_xb_bar, t },
  );
  const D_v = ops.applied(D, x_next_bar_times_t);
  const p_bar = ops.map("sum_bar_2 + v_next_bar_times_t - D_v", { sum_bar_2, v_next_bar_times_t, D_v });
  const A_v = ops.apply(A, x_next_bar_times_t);
  const r_bar = ops.map("r_next_bar_scaled - A_v", { r_next_bar_scaled, A_v });
  return { state: { x: x_bar, v: v_bar, r: r_bar, p: p_bar, q: q_bar }, known: {} };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(ops: Operations, { one_plus_t }: Known, _saved: unknown, { r: r_next_bar }: State) {
  const t_times_y_bar = ops.map("-(r_next_bar/one_plus_t)", { r_next_bar, one_plus_t });
  return { t_times_y: t_times_y_bar };
}

/** The vector-Jacobian product of `finish`: cotangents of what it returns become those of what it reads. */
function finishAdjoint(
  ops: Operations,
  { h, w, Y }: Known,
  _saved: unknown,
  { output: output_bar }: { readonly output: Value },
) {
  const v_bar = ops.fill(0, R(h, w, 2));
  const r_bar = ops.fill(0, Y);
  const p_bar = ops.fill(0, R(h, w, 2));
  const q_bar = ops.fill(0, R(h, w, 3));
  return { state: { x: output_bar, v: v_bar, r: r_bar, p: p_bar, q: q_bar }, known: {} };
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
  prepare: {
    run: prepare,
    reverse: {
      save: (ops, known) => ({ ...prepare(ops, known), saved: { values: {}, traces: {} } }),
      adjoint: null,
      stateAdjoint: null,
      inputAdjoint: prepareInputAdjoint,
    },
  },
  initial: { run: initial, reverse: null },
  firstStep: {
    run: firstStep,
    reverse: {
      save: (ops, known) => ({ ...firstStep(ops, known), saved: { values: {}, traces: {} } }),
      adjoint: null,
      stateAdjoint: null,
      inputAdjoint: firstStepInputAdjoint,
    },
  },
  step: {
    run: step,
    reverse: { save: stepSaving, adjoint: stepAdjoint, stateAdjoint: null, inputAdjoint: stepInputAdjoint },
  },
  finish: {
    run: (_ops, _known, { x }) => ({ values: { output: x } }),
    reverse: {
      save: (_ops, _known, { x }) => ({ values: { output: x }, saved: { values: {}, traces: {} } }),
      adjoint: finishAdjoint,
      stateAdjoint: null,
    },
  },
  objective,
  until: null,
  target: { kind: "unrolled", steps: 30, beyond: "error" },
  certificate: {
    answer: "not_found",
    algorithm: null,
    statement:
      "no proof was found, and no counterexample: the step is none of the algorithms that have a rule",
    conditions: [],
  },
  notes: [],
  inputGradients: true,
});
