/**
 * Chambolle and Pock (2011) for  min 1/2 |Ax - y|^2 + lambda |Dx|_{2,1}, with both terms dualised.
 *
 * Compiled by ipc from tv_chambolle_pock.ipx: an unrolled network of 30 steps.
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

/** The vector-Jacobian product of `prepare` for the inputs. */
function prepareInputAdjoint(
  ops: Operations,
  { tau }: Data & Constants,
  _saved: unknown,
  { tau_times_y: tau_times_y_bar }: Prepared,
) {
  const y_bar = ops.map("tau_times_y_bar*tau", { tau_times_y_bar, tau });
  return { y: y_bar };
}

/** The first state. */
function initial(ops: Operations, { h, w, Y }: Known) {
  const x = ops.fill(0, R(h, w));
  const p = ops.fill(0, R(h, w, 2));
  const q = ops.fill(0, Y);
  return { values: { x, xb: x, p, q } };
}

/** The first iteration, where the state is still 0. */
function firstStep(ops: Operations, { h, w, tau_times_y, one_plus_tau, A, tau }: Known) {
  const p_next = ops.fill(0, R(h, w, 2));
  const q_next_2 = ops.map("tau_times_y/one_plus_tau", { tau_times_y, one_plus_tau });
  const q_next = ops.map("-q_next_2", { q_next_2 });
  const At_q_next = ops.applyAdjoint(A, q_next_2);
  const { x_next, xb_next } = ops.mapAll(
    { x_next: "tau*At_q_next", xb_next: "2*x_next" },
    { tau, At_q_next },
  );
  return { values: { x: x_next, xb: xb_next, p: p_next, q: q_next }, reports: {}, capped: null };
}

/** The vector-Jacobian product of `firstStep` for the inputs. */
function firstStepInputAdjoint(
  ops: Operations,
  { tau, A, one_plus_tau }: Known,
  _saved: unknown,
  { x: x_next_bar, xb: xb_next_bar, q: q_next_bar }: State,
) {
  const At_q_next_bar = ops.map("(x_next_bar + xb_next_bar*2)*tau", { x_next_bar, xb_next_bar, tau });
  const A_At_q_next_bar = ops.apply(A, At_q_next_bar);
  const tau_times_y_bar = ops.map("(A_At_q_next_bar - q_next_bar)/one_plus_tau", {
    A_At_q_next_bar,
    q_next_bar,
    one_plus_tau,
  });
  return { tau_times_y: tau_times_y_bar };
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

/** `step`, and what its adjoint needs. */
function stepSaving(
  ops: Operations,
  { D, tau, lambda, A, tau_times_y, one_plus_tau }: Known,
  { x, xb, p, q }: State,
) {
  const D_xb = ops.applied(D, xb);
  const sum = ops.map("p + tau*D_xb", { p, tau, D_xb });
  const group_norms = ops.groupNorm(sum);
  const quotient = ops.map("lambda/max(lambda, group_norms)", { lambda, group_norms });
  const p_next = ops.map("sum*quotient", { sum, quotient });
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
  return {
    values: { x: x_next, xb: xb_next, p: p_next, q: q_next },
    reports: {},
    capped: null,
    saved: { values: { sum, group_norms }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  { h, w, tau, A, D, one_plus_tau, lambda }: Known,
  { values: { sum, group_norms } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar, xb: xb_next_bar, p: p_next_bar, q: q_next_bar }: State,
) {
  const { x_bar, product } = ops.mapAll(
    { x_bar: "x_next_bar + xb_next_bar*2 - xb_next_bar", product: "(x_next_bar + xb_next_bar*2)*tau" },
    { x_next_bar, xb_next_bar, tau },
  );
  const A_product = ops.apply(A, product);
  const D_product = ops.apply(D, product);
  const q_bar = ops.map("(q_next_bar - A_product)/one_plus_tau", { q_next_bar, A_product, one_plus_tau });
  const A_xb_bar = ops.map("q_bar*tau", { q_bar, tau });
  const At_A_xb_bar = ops.applyAdjoint(A, A_xb_bar);
  const quotient_bar_each = ops.map("(p_next_bar - D_product)*sum", { p_next_bar, D_product, sum });
  const quotient_bar = ops.sumTo(quotient_bar_each, R(h, w, 1));
  const { quotient, chosen } = ops.mapAll(
    {
      quotient: "lambda/max(lambda, group_norms)",
      chosen:
        "select(group_norms, select(lambda < group_norms, -(quotient*quotient_bar/max(lambda, group_norms)), 0)/group_norms, 0)",
    },
    { lambda, group_norms, quotient_bar },
  );
  const { p_bar, D_xb_bar } = ops.mapAll(
    { p_bar: "(p_next_bar - D_product)*quotient + chosen*sum", D_xb_bar: "p_bar*tau" },
    { p_next_bar, D_product, quotient, chosen, sum, tau },
  );
  const Dt_D_xb_bar = ops.appliedAdjoint(D, D_xb_bar);
  const xb_bar = ops.map("At_A_xb_bar + Dt_D_xb_bar", { At_A_xb_bar, Dt_D_xb_bar });
  return { state: { x: x_bar, xb: xb_bar, p: p_bar, q: q_bar }, known: {} };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  { tau, A, one_plus_tau }: Known,
  _saved: unknown,
  { x: x_next_bar, xb: xb_next_bar, q: q_next_bar }: State,
) {
  const product = ops.map("(x_next_bar + xb_next_bar*2)*tau", { x_next_bar, xb_next_bar, tau });
  const A_product = ops.apply(A, product);
  const tau_times_y_bar = ops.map("-((q_next_bar - A_product)/one_plus_tau)", {
    q_next_bar,
    A_product,
    one_plus_tau,
  });
  return { tau_times_y: tau_times_y_bar };
}

/** The vector-Jacobian product of `finish`: cotangents of what it returns become those of what it reads. */
function finishAdjoint(
  ops: Operations,
  { h, w, Y }: Known,
  _saved: unknown,
  { output: output_bar }: { readonly output: Value },
) {
  const xb_bar = ops.fill(0, R(h, w));
  const p_bar = ops.fill(0, R(h, w, 2));
  const q_bar = ops.fill(0, Y);
  return { state: { x: output_bar, xb: xb_bar, p: p_bar, q: q_bar }, known: {} };
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
    answer: "proved",
    algorithm: "Chambolle-Pock",
    statement:
      "tau*sigma*|K|^2 = 0.9801 stays below 1; the iterates converge to a minimiser of the objective, if there is one",
    conditions: ["tau*sigma*|K|^2 < 1", "a saddle point exists"],
  },
  notes: [],
  inputGradients: true,
});
