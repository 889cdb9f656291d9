/**
 * Condat-Vu (Condat, J. Optim. Theory Appl. 158, 2013; Vu, Adv. Comput. Math. 38, 2013): a smooth term, a
 * simple one
 * and one behind an operator: min 1/2 |Ax - y|^2 + lambda |Dx|_{2,1} over x in [0, 1].
 *
 * Compiled by ipc from condat_vu.ipx: an unrolled network of 20 steps.
 *
 * Convergence: proved. tau*sigma*|K|^2 = 0.99*norm(gradient)/(norm(A)^2 + norm(gradient)) stays below 1 -
 * tau*L/2 with tau*L = 1.98*norm(A)^2/(norm(A)^2 + norm(gradient)); the iterates converge to a minimiser of
 * the objective, if there is one
 * - 1 - tau*sigma*|K|^2 > tau*L/2
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
  /** linear R[h, w] -> Y */
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
  /** linear R[h, w] -> Y */
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
  readonly sigma: Value;
  /** R */
  readonly tau: Value;
  /** linear R[h, w] -> R[h, w] with symmetric, positive */
  readonly gram_A: Operator;
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
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { h, w, A }: Data) {
  const D = ops.at("condat_vu.ipx:8:42").library("gradient", {}, R(h, w), []);
  const norm_D = ops.norm(D);
  const sigma = ops.map("0.5/norm_D", { norm_D });
  const norm_A = ops.norm(A);
  const tau = ops.map("0.99/(square(norm_A)/2 + sigma*square(norm_D))", { norm_A, sigma, norm_D });
  const gram_A = ops.gram(A);
  return { D, sigma, tau, gram_A };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, { A, y }: Data & Constants) {
  const At_y = ops.applyAdjoint(A, y);
  return { values: { At_y } };
}

/** The vector-Jacobian product of `prepare` for the inputs. */
function prepareInputAdjoint(
  ops: Operations,
  { A }: Data & Constants,
  _saved: unknown,
  { At_y: At_y_bar }: Prepared,
) {
  const y_bar = ops.apply(A, At_y_bar);
  return { y: y_bar };
}

/** The first state. */
function initial(ops: Operations, { h, w }: Known) {
  const x = ops.fill(0, R(h, w));
  const p = ops.fill(0, R(h, w, 2));
  return { values: { x, p } };
}

/** The first iteration, where the state is still 0. */
function firstStep(ops: Operations, { tau, At_y, D, sigma, lambda }: Known) {
  const { x_next, two_times_x_next } = ops.mapAll(
    { x_next: "min(max(tau*At_y, 0), 1)", two_times_x_next: "2*x_next" },
    { tau, At_y },
  );
  const D_sub = ops.applied(D, two_times_x_next);
  const p_next = ops.map("sigma*D_sub*(lambda/max(lambda, pairNorm(sigma*D_sub)))", { sigma, D_sub, lambda });
  return { values: { x: x_next, p: p_next }, reports: {}, capped: null };
}

/** `firstStep`, and what its adjoint needs. */
function firstStepSaving(ops: Operations, { tau, At_y, D, sigma, lambda }: Known) {
  const { x_next, two_times_x_next } = ops.mapAll(
    { x_next: "min(max(tau*At_y, 0), 1)", two_times_x_next: "2*x_next" },
    { tau, At_y },
  );
  const D_sub = ops.applied(D, two_times_x_next);
  const sigma_times_D_sub = ops.map("sigma*D_sub", { sigma, D_sub });
  const group_norms = ops.groupNorm(sigma_times_D_sub);
  const quotient = ops.map("lambda/max(lambda, group_norms)", { lambda, group_norms });
  const p_next = ops.map("sigma_times_D_sub*quotient", { sigma_times_D_sub, quotient });
  return {
    values: { x: x_next, p: p_next },
    reports: {},
    capped: null,
    saved: { values: { sigma_times_D_sub, group_norms }, traces: {} },
  };
}

/** The vector-Jacobian product of `firstStep` for the inputs. */
function firstStepInputAdjoint(
  ops: Operations,
  { h, w, lambda, sigma, D, tau, At_y }: Known,
  { values: { sigma_times_D_sub, group_norms } }: ReturnType<typeof firstStepSaving>["saved"],
  { x: x_next_bar, p: p_next_bar }: State,
) {
  const quotient_bar_each = ops.map("p_next_bar*sigma_times_D_sub", { p_next_bar, sigma_times_D_sub });
  const quotient_bar = ops.sumTo(quotient_bar_each, R(h, w, 1));
  const { quotient, chosen } = ops.mapAll(
    {
      quotient: "lambda/max(lambda, group_norms)",
      chosen:
        "select(group_norms, select(lambda < group_norms, -(quotient*quotient_bar/max(lambda, group_norms)), 0)/group_norms, 0)",
    },
    { lambda, group_norms, quotient_bar },
  );
  const D_sub_bar = ops.map("(p_next_bar*quotient + chosen*sigma_times_D_sub)*sigma", {
    p_next_bar,
    quotient,
    chosen,
    sigma_times_D_sub,
    sigma,
  });
  const Dt_D_sub_bar = ops.appliedAdjoint(D, D_sub_bar);
  const At_y_bar = ops.map(
    "select(0 < tau*At_y, select(max(tau*At_y, 0) < 1, x_next_bar + Dt_D_sub_bar*2, 0), 0)*tau",
    { tau, At_y, x_next_bar, Dt_D_sub_bar },
  );
  return { At_y: At_y_bar };
}

/** One iteration: the next state. */
function step(ops: Operations, { gram_A, D, tau, At_y, sigma, lambda }: Known, { x, p }: State) {
  const gram_A_x = ops.apply(gram_A, x);
  const Dt_p = ops.appliedAdjoint(D, p);
  const { x_next, difference } = ops.mapAll(
    { x_next: "min(max(x - tau*(gram_A_x - At_y + Dt_p), 0), 1)", difference: "2*x_next - x" },
    { x, tau, gram_A_x, At_y, Dt_p },
  );
  const D_difference = ops.applied(D, difference);
  const p_next = ops.map("(p + sigma*D_difference)*(lambda/max(lambda, pairNorm(p + sigma*D_difference)))", {
    p,
    sigma,
    D_difference,
    lambda,
  });
  return { values: { x: x_next, p: p_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, { gram_A, D, tau, At_y, sigma, lambda }: Known, { x, p }: State) {
  const gram_A_x = ops.apply(gram_A, x);
  const Dt_p = ops.appliedAdjoint(D, p);
  const { difference, x_next, difference_2 } = ops.mapAll(
    {
      difference: "x - tau*(gram_A_x - At_y + Dt_p)",
      x_next: "min(max(difference, 0), 1)",
      difference_2: "2*x_next - x",
    },
    { x, tau, gram_A_x, At_y, Dt_p },
  );
  const D_difference = ops.applied(D, difference_2);
  const sum = ops.map("p + sigma*D_difference", { p, sigma, D_difference });
  const group_norms = ops.groupNorm(sum);
  const quotient = ops.map("lambda/max(lambda, group_norms)", { lambda, group_norms });
  const p_next = ops.map("sum*quotient", { sum, quotient });
  return {
    values: { x: x_next, p: p_next },
    reports: {},
    capped: null,
    saved: { values: { difference, sum, group_norms }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  { h, w, lambda, sigma, D, tau, gram_A }: Known,
  { values: { difference, sum, group_norms } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar, p: p_next_bar }: State,
) {
  const quotient_bar_each = ops.map("p_next_bar*sum", { p_next_bar, sum });
  const quotient_bar = ops.sumTo(quotient_bar_each, R(h, w, 1));
  const { quotient, chosen } = ops.mapAll(
    {
      quotient: "lambda/max(lambda, group_norms)",
      chosen:
        "select(group_norms, select(lambda < group_norms, -(quotient*quotient_bar/max(lambda, group_norms)), 0)/group_norms, 0)",
    },
    { lambda, group_norms, quotient_bar },
  );
  const { sum_bar, D_difference_bar } = ops.mapAll(
    { sum_bar: "p_next_bar*quotient + chosen*sum", D_difference_bar: "sum_bar*sigma" },
    { p_next_bar, quotient, chosen, sum, sigma },
  );
  const Dt_v = ops.applyAdjoint(D, D_difference_bar);
  const { difference_bar, difference_bar_scaled } = ops.mapAll(
    {
      difference_bar: "select(0 < difference, select(max(difference, 0) < 1, x_next_bar + Dt_v*2, 0), 0)",
      difference_bar_scaled: "difference_bar*tau",
    },
    { difference, x_next_bar, Dt_v, tau },
  );
  const D_v = ops.applied(D, difference_bar_scaled);
  const p_bar = ops.map("sum_bar - D_v", { sum_bar, D_v });
  const gram_At_v = ops.applyAdjoint(gram_A, difference_bar_scaled);
  const x_bar = ops.map("difference_bar - Dt_v - gram_At_v", { difference_bar, Dt_v, gram_At_v });
  return { state: { x: x_bar, p: p_bar }, known: {} };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  { h, w, lambda, sigma, D, tau }: Known,
  { values: { difference, sum, group_norms } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar, p: p_next_bar }: State,
) {
  const quotient_bar_each = ops.map("p_next_bar*sum", { p_next_bar, sum });
  const quotient_bar = ops.sumTo(quotient_bar_each, R(h, w, 1));
  const { quotient, chosen } = ops.mapAll(
    {
      quotient: "lambda/max(lambda, group_norms)",
      chosen:
        "select(group_norms, select(lambda < group_norms, -(quotient*quotient_bar/max(lambda, group_norms)), 0)/group_norms, 0)",
    },
    { lambda, group_norms, quotient_bar },
  );
  const D_difference_bar = ops.map("(p_next_bar*quotient + chosen*sum)*sigma", {
    p_next_bar,
    quotient,
    chosen,
    sum,
    sigma,
  });
  const Dt_v = ops.appliedAdjoint(D, D_difference_bar);
  const At_y_bar = ops.map(
    "select(0 < difference, select(max(difference, 0) < 1, x_next_bar + Dt_v*2, 0), 0)*tau",
    { difference, x_next_bar, Dt_v, tau },
  );
  return { At_y: At_y_bar };
}

/** The vector-Jacobian product of `finish`: cotangents of what it returns become those of what it reads. */
function finishAdjoint(
  ops: Operations,
  { h, w }: Known,
  _saved: unknown,
  { output: output_bar }: { readonly output: Value },
) {
  const p_bar = ops.fill(0, R(h, w, 2));
  return { state: { x: output_bar, p: p_bar }, known: {} };
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

/**
 * Condat-Vu (Condat, J. Optim. Theory Appl. 158, 2013; Vu, Adv. Comput. Math. 38, 2013): a smooth term, a simple one
 * and one behind an operator: min 1/2 |Ax - y|^2 + lambda |Dx|_{2,1} over x in [0, 1].
 */
export const condat_vu = defineProgram<Known, State, Givens, Inputs>({
  name: "condat_vu",
  doc: "Condat-Vu (Condat, J. Optim. Theory Appl. 158, 2013; Vu, Adv. Comput. Math. 38, 2013): a smooth term, a simple one\nand one behind an operator: min 1/2 |Ax - y|^2 + lambda |Dx|_{2,1} over x in [0, 1].",
  hash: "29bd62c2fd6d25d1c07ebf23e6c15d963d107efd6d912cb9c424a15a5df1d12f",
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
      save: firstStepSaving,
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
  target: { kind: "unrolled", steps: 20, beyond: "error" },
  certificate: {
    answer: "proved",
    algorithm: "Condat-Vu",
    statement:
      "tau*sigma*|K|^2 = 0.99*norm(gradient)/(norm(A)^2 + norm(gradient)) stays below 1 - tau*L/2 with tau*L = 1.98*norm(A)^2/(norm(A)^2 + norm(gradient)); the iterates converge to a minimiser of the objective, if there is one",
    conditions: ["1 - tau*sigma*|K|^2 > tau*L/2", "a saddle point exists"],
  },
  notes: [],
  inputGradients: true,
});
