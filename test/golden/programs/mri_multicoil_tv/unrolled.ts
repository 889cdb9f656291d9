/**
 * Multi-coil MRI with total variation, by Condat (J. Optim. Theory Appl. 158, 2013) and Vu (2013).
 * The data term is smooth, TV is dualised.
 *
 * Compiled by ipc from mri_multicoil_tv.ipx: an unrolled network of 20 steps.
 *
 * Convergence: proved. tau*sigma*|K|^2 = 1.98*min(1,
 * 30*lambda)*norm(gradient)/(norm(mask(P)*fourier*coils(S))^2 + 2*min(1, 30*lambda)*norm(gradient)) stays
 * below 1 - tau*L/2 with tau*L = 1.98*norm(mask(P)*fourier*coils(S))^2/(norm(mask(P)*fourier*coils(S))^2 +
 * 2*min(1, 30*lambda)*norm(gradient)); the iterates converge to a minimiser of the objective, if there is
 * one
 * - 1 - tau*sigma*|K|^2 > tau*L/2
 * - a saddle point exists
 */
import {
  defineProgram,
  R,
  C,
  type ArrayDatum,
  type Operations,
  type Operator,
  type Value,
} from "ipc/runtime";

/** What `model` binds. */
export interface Givens {
  /** R in (0, inf) */
  readonly lambda?: ArrayDatum;
}

/** What `run` takes; samples may be on a first axis. */
export interface Inputs {
  /** C[h, w, c] */
  readonly S: ArrayDatum;
  /** R[h, w] in [0, 1] */
  readonly P: ArrayDatum;
  /** C[h, w, c] */
  readonly y: ArrayDatum;
}

/** What the program is run on. */
interface Data {
  /** a size */
  readonly h: number;
  /** a size */
  readonly w: number;
  /** a size */
  readonly c: number;
  /** R in (0, inf) */
  readonly lambda: Value;
  /** C[h, w, c], of each sample */
  readonly S: Value;
  /** R[h, w] in [0, 1], of each sample */
  readonly P: Value;
  /** C[h, w, c], of each sample */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** linear C[h, w] -> C[h, w, 2] */
  readonly D: Operator;
  /** R */
  readonly sigma: Value;
  /** linear C[h, w, c] -> C[h, w, c] with orthonormal */
  readonly fourier: Operator;
  /** R */
  readonly norm_fourier: Value;
  /** R */
  readonly product: Value;
}

/** What does not change between steps. */
interface Prepared {
  /** R */
  readonly v2: Value;
  /** R */
  readonly v0_5: Value;
  /** R */
  readonly tau: Value;
  /** R[h, w, 1] */
  readonly P_2: Value;
  /** C[h, w, c] */
  readonly conj: Value;
}

/** All that a step may read. */
type Known = Data & Constants & Prepared;

/** What lives on from step to step. */
interface State {
  /** C[h, w] */
  readonly x: Value;
  /** C[h, w, 2] */
  readonly p: Value;
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { h, w, c, lambda }: Data) {
  const D = ops.at("mri_multicoil_tv.ipx:10:42").library("gradient", {}, C(h, w), []);
  const norm_D = ops.norm(D);
  const sigma = ops.map("min(1, 30*lambda)/norm_D", { lambda, norm_D });
  const fourier = ops.at("mri_multicoil_tv.ipx:9:19").library("fourier", {}, C(h, w, c), []);
  const norm_fourier = ops.norm(fourier);
  const product = ops.map("sigma*square(norm_D)", { sigma, norm_D });
  return { D, sigma, fourier, norm_fourier, product };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, { h, w, P, S, norm_fourier, product }: Data & Constants) {
  const v2 = ops.number(2);
  const v0_5 = ops.number(0.5);
  const { maximum } = ops.mapAll({ maximum: "abs(P)" }, { P }, { maximum: "maximum" });
  const group_norms = ops.groupNorm(S);
  const maximum_2 = ops.maximum(group_norms);
  const sum = ops.map("square(maximum*norm_fourier*maximum_2)/2 + product", {
    maximum,
    norm_fourier,
    maximum_2,
    product,
  });
  const tau = ops.map("0.99/sum", { sum });
  const P_2 = ops.reshape(P, R(h, w, 1));
  const conj = ops.map("conj(S)", { S });
  return { values: { v2, v0_5, tau, P_2, conj } };
}

/** `prepare`, and what its adjoint needs. */
function prepareSaving(ops: Operations, { h, w, P, S, norm_fourier, product }: Data & Constants) {
  const v2 = ops.number(2);
  const v0_5 = ops.number(0.5);
  const { maximum } = ops.mapAll({ maximum: "abs(P)" }, { P }, { maximum: "maximum" });
  const group_norms = ops.groupNorm(S);
  const maximum_2 = ops.maximum(group_norms);
  const sum = ops.map("square(maximum*norm_fourier*maximum_2)/2 + product", {
    maximum,
    norm_fourier,
    maximum_2,
    product,
  });
  const tau = ops.map("0.99/sum", { sum });
  const P_2 = ops.reshape(P, R(h, w, 1));
  const conj = ops.map("conj(S)", { S });
  return {
    values: { v2, v0_5, tau, P_2, conj },
    saved: { values: { maximum, group_norms, maximum_2, sum }, traces: {} },
  };
}

/** The vector-Jacobian product of `prepare` for the inputs. */
function prepareInputAdjoint(
  ops: Operations,
  { h, w, norm_fourier, S, P }: Data & Constants,
  { values: { maximum, group_norms, maximum_2, sum } }: ReturnType<typeof prepareSaving>["saved"],
  { tau: tau_bar, P_2: P_2_bar, conj: conj_bar }: Prepared,
) {
  const P_bar_2 = ops.reshape(P_2_bar, R(h, w));
  const tau_bar_scaled = ops.map("0.99/sum*tau_bar/sum/2*(2*(maximum*norm_fourier*maximum_2))", {
    sum,
    tau_bar,
    maximum,
    norm_fourier,
    maximum_2,
  });
  const { is_equal, sum_is_equal } = ops.mapAll(
    { is_equal: "group_norms == maximum_2", sum_is_equal: "is_equal" },
    { group_norms, maximum_2 },
    { sum_is_equal: "sum" },
  );
  const quotient = ops.map("tau_bar_scaled*(maximum*norm_fourier)/sum_is_equal", {
    tau_bar_scaled,
    maximum,
    norm_fourier,
    sum_is_equal,
  });
  const chosen = ops.map("select(group_norms, -(is_equal*quotient/group_norms), 0)", {
    group_norms,
    is_equal,
    quotient,
  });
  const S_bar = ops.map("conj(conj_bar) + chosen*S", { conj_bar, chosen, S });
  const { is_equal_2, sum_is_equal_2 } = ops.mapAll(
    { is_equal_2: "abs(P) == maximum", sum_is_equal_2: "is_equal_2" },
    { P, maximum },
    { sum_is_equal_2: "sum" },
  );
  const quotient_2 = ops.map("tau_bar_scaled*maximum_2*norm_fourier/sum_is_equal_2", {
    tau_bar_scaled,
    maximum_2,
    norm_fourier,
    sum_is_equal_2,
  });
  const P_bar = ops.map("P_bar_2 - sign(P)*(is_equal_2*quotient_2)", { P_bar_2, P, is_equal_2, quotient_2 });
  return { S: S_bar, P: P_bar };
}

/** The first state. */
function initial(ops: Operations, { h, w, P_2, y, fourier, conj }: Known) {
  const P_times_y = ops.map("P_2*y", { P_2, y });
  const fouriert_v = ops.applyAdjoint(fourier, P_times_y);
  const product = ops.map("conj*fouriert_v", { conj, fouriert_v });
  const product_sum = ops.sumTo(product, C(h, w, 1));
  const x = ops.reshape(product_sum, C(h, w));
  const p = ops.fill(0, C(h, w, 2));
  return { values: { x, p } };
}

/** `initial`, and what its adjoint needs. */
function initialSaving(ops: Operations, { h, w, P_2, y, fourier, conj }: Known) {
  const P_times_y = ops.map("P_2*y", { P_2, y });
  const fouriert_v = ops.applyAdjoint(fourier, P_times_y);
  const product = ops.map("conj*fouriert_v", { conj, fouriert_v });
  const product_sum = ops.sumTo(product, C(h, w, 1));
  const x = ops.reshape(product_sum, C(h, w));
  const p = ops.fill(0, C(h, w, 2));
  return { values: { x, p }, saved: { values: { fouriert_v }, traces: {} } };
}

/** The vector-Jacobian product of `initial` for the inputs. */
function initialInputAdjoint(
  ops: Operations,
  { h, w, c, S, fourier, y, P_2 }: Known,
  { values: { fouriert_v } }: ReturnType<typeof initialSaving>["saved"],
  { x: x_bar }: State,
) {
  const sumTo_bar = ops.reshape(x_bar, C(h, w, 1));
  const ones = ops.fill(1, C(h, w, c));
  const conj_bar = ops.map("sumTo_bar*ones*conj(fouriert_v)", { sumTo_bar, ones, fouriert_v });
  const fouriert_v_bar = ops.map("sumTo_bar*ones*S", { sumTo_bar, ones, S });
  const fourier_v = ops.apply(fourier, fouriert_v_bar);
  const P_bar_each = ops.map("fourier_v*conj(y)", { fourier_v, y });
  const P_2_bar = ops.sumTo(P_bar_each, R(h, w, 1));
  const y_bar = ops.map("fourier_v*P_2", { fourier_v, P_2 });
  return { y: y_bar, P_2: P_2_bar, conj: conj_bar };
}

/** The first iteration, where the state is still 0. */
function firstStep(
  ops: Operations,
  { h, w, S, fourier, P_2, y, conj, tau, D, sigma, lambda }: Known,
  { x }: State,
) {
  const x_2 = ops.reshape(x, C(h, w, 1));
  const S_times_x = ops.map("S*x_2", { S, x_2 });
  const fourier_v = ops.apply(fourier, S_times_x);
  const product = ops.map("(P_2*fourier_v - y)*P_2", { P_2, fourier_v, y });
  const fouriert_product = ops.applyAdjoint(fourier, product);
  const product_2 = ops.map("fouriert_product*conj", { fouriert_product, conj });
  const product_2_sum = ops.sumTo(product_2, C(h, w, 1));
  const grad_f = ops.reshape(product_2_sum, C(h, w));
  const x_next = ops.map("x - tau*grad_f", { x, tau, grad_f });
  const difference = ops.map("2*x_next - x", { x_next, x });
  const D_difference = ops.apply(D, difference);
  const product_3 = ops.map("sigma*D_difference", { sigma, D_difference });
  const group_norms = ops.groupNorm(product_3);
  const quotient = ops.map("lambda/max(lambda, group_norms)", { lambda, group_norms });
  const p_next = ops.map("product_3*quotient", { product_3, quotient });
  return { values: { x: x_next, p: p_next }, reports: {}, capped: null };
}

/** `firstStep`, and what its adjoint needs. */
function firstStepSaving(
  ops: Operations,
  { h, w, S, fourier, P_2, y, conj, tau, D, sigma, lambda }: Known,
  { x }: State,
) {
  const x_2 = ops.reshape(x, C(h, w, 1));
  const S_times_x = ops.map("S*x_2", { S, x_2 });
  const fourier_v = ops.apply(fourier, S_times_x);
  const difference = ops.map("P_2*fourier_v - y", { P_2, fourier_v, y });
  const product = ops.map("difference*P_2", { difference, P_2 });
  const fouriert_product = ops.applyAdjoint(fourier, product);
  const product_2 = ops.map("fouriert_product*conj", { fouriert_product, conj });
  const product_2_sum = ops.sumTo(product_2, C(h, w, 1));
  const grad_f = ops.reshape(product_2_sum, C(h, w));
  const x_next = ops.map("x - tau*grad_f", { x, tau, grad_f });
  const difference_2 = ops.map("2*x_next - x", { x_next, x });
  const D_difference = ops.apply(D, difference_2);
  const product_3 = ops.map("sigma*D_difference", { sigma, D_difference });
  const group_norms = ops.groupNorm(product_3);
  const quotient = ops.map("lambda/max(lambda, group_norms)", { lambda, group_norms });
  const p_next = ops.map("product_3*quotient", { product_3, quotient });
  return {
    values: { x: x_next, p: p_next },
    reports: {},
    capped: null,
    saved: {
      values: { x: x_2, fourier_v, difference, fouriert_product, grad_f, product: product_3, group_norms },
      traces: {},
    },
  };
}

/** The vector-Jacobian product of `firstStep`: cotangents of what it returns become those of what it reads. */
function firstStepAdjoint(
  ops: Operations,
  { h, w, c, lambda, sigma, D, tau, S, fourier, P_2, conj }: Known,
  { values: { product, group_norms } }: ReturnType<typeof firstStepSaving>["saved"],
  { x: x_next_bar, p: p_next_bar }: State,
) {
  const quotient_bar_each = ops.map("p_next_bar*conj(product)", { p_next_bar, product });
  const quotient_bar = ops.sumTo(quotient_bar_each, R(h, w, 1));
  const { quotient, chosen } = ops.mapAll(
    {
      quotient: "lambda/max(lambda, group_norms)",
      chosen:
        "select(group_norms, select(lambda < group_norms, -(quotient*quotient_bar/max(lambda, group_norms)), 0)/group_norms, 0)",
    },
    { lambda, group_norms, quotient_bar },
  );
  const D_difference_bar = ops.map("(p_next_bar*quotient + chosen*product)*sigma", {
    p_next_bar,
    quotient,
    chosen,
    product,
    sigma,
  });
  const Dt_v = ops.applyAdjoint(D, D_difference_bar);
  const grad_f_bar = ops.map("-((x_next_bar + Dt_v*2)*tau)", { x_next_bar, Dt_v, tau });
  const sumTo_bar = ops.reshape(grad_f_bar, C(h, w, 1));
  const ones = ops.fill(1, C(h, w, c));
  const fouriert_product_bar = ops.map("sumTo_bar*ones*S", { sumTo_bar, ones, S });
  const fourier_v = ops.apply(fourier, fouriert_product_bar);
  const fourier_v_bar = ops.map("fourier_v*P_2*P_2", { fourier_v, P_2 });
  const fouriert_v = ops.applyAdjoint(fourier, fourier_v_bar);
  const x_bar_each = ops.map("fouriert_v*conj", { fouriert_v, conj });
  const x_bar_2 = ops.sumTo(x_bar_each, C(h, w, 1));
  const x_bar_3 = ops.reshape(x_bar_2, C(h, w));
  const x_bar = ops.map("x_next_bar + Dt_v*2 - Dt_v + x_bar_3", { x_next_bar, Dt_v, x_bar_3 });
  return { state: { x: x_bar }, known: {} };
}

/** `firstStepAdjoint` for the inputs alone. */
function firstStepInputAdjoint(
  ops: Operations,
  { h, w, c, lambda, sigma, D, tau, S, fourier, P_2 }: Known,
  {
    values: { x, fourier_v, difference, fouriert_product, grad_f, product, group_norms },
  }: ReturnType<typeof firstStepSaving>["saved"],
  { x: x_next_bar, p: p_next_bar }: State,
) {
  const quotient_bar_each = ops.map("p_next_bar*conj(product)", { p_next_bar, product });
  const quotient_bar = ops.sumTo(quotient_bar_each, R(h, w, 1));
  const { quotient, chosen } = ops.mapAll(
    {
      quotient: "lambda/max(lambda, group_norms)",
      chosen:
        "select(group_norms, select(lambda < group_norms, -(quotient*quotient_bar/max(lambda, group_norms)), 0)/group_norms, 0)",
    },
    { lambda, group_norms, quotient_bar },
  );
  const D_difference_bar = ops.map("(p_next_bar*quotient + chosen*product)*sigma", {
    p_next_bar,
    quotient,
    chosen,
    product,
    sigma,
  });
  const Dt_v = ops.applyAdjoint(D, D_difference_bar);
  const x_next_bar_2 = ops.map("x_next_bar + Dt_v*2", { x_next_bar, Dt_v });
  const minus_tau_bar = ops.dot(grad_f, x_next_bar_2);
  const tau_bar = ops.map("-minus_tau_bar", { minus_tau_bar });
  const grad_f_bar = ops.map("-(x_next_bar_2*tau)", { x_next_bar_2, tau });
  const sumTo_bar = ops.reshape(grad_f_bar, C(h, w, 1));
  const ones = ops.fill(1, C(h, w, c));
  const fouriert_product_bar = ops.map("sumTo_bar*ones*S", { sumTo_bar, ones, S });
  const conj_bar = ops.map("sumTo_bar*ones*conj(fouriert_product)", { sumTo_bar, ones, fouriert_product });
  const fourier_v_2 = ops.apply(fourier, fouriert_product_bar);
  const difference_bar = ops.map("fourier_v_2*P_2", { fourier_v_2, P_2 });
  const product_2 = ops.map("fourier_v_2*conj(difference)", { fourier_v_2, difference });
  const product_2_sum = ops.sumTo(product_2, R(h, w, 1));
  const y_bar = ops.map("-difference_bar", { difference_bar });
  const difference_bar_scaled = ops.map("difference_bar*conj(fourier_v)", { difference_bar, fourier_v });
  const sumTo = ops.sumTo(difference_bar_scaled, R(h, w, 1));
  const P_2_bar = ops.map("product_2_sum + sumTo", { product_2_sum, sumTo });
  const fourier_v_bar = ops.map("difference_bar*P_2", { difference_bar, P_2 });
  const fouriert_v = ops.applyAdjoint(fourier, fourier_v_bar);
  const conj = ops.map("conj(x)", { x });
  const S_bar = ops.map("fouriert_v*conj", { fouriert_v, conj });
  return { S: S_bar, y: y_bar, tau: tau_bar, P_2: P_2_bar, conj: conj_bar };
}

/** One iteration: the next state. */
function step(
  ops: Operations,
  { h, w, S, fourier, P_2, y, conj, D, tau, sigma, lambda }: Known,
  { x, p }: State,
) {
  const x_2 = ops.reshape(x, C(h, w, 1));
  const S_times_x = ops.map("S*x_2", { S, x_2 });
  const fourier_v = ops.apply(fourier, S_times_x);
  const product = ops.map("(P_2*fourier_v - y)*P_2", { P_2, fourier_v, y });
  const fouriert_product = ops.applyAdjoint(fourier, product);
  const product_2 = ops.map("fouriert_product*conj", { fouriert_product, conj });
  const product_2_sum = ops.sumTo(product_2, C(h, w, 1));
  const grad_f = ops.reshape(product_2_sum, C(h, w));
  const Dt_p = ops.applyAdjoint(D, p);
  const x_next = ops.map("x - tau*(grad_f + Dt_p)", { x, tau, grad_f, Dt_p });
  const difference = ops.map("2*x_next - x", { x_next, x });
  const D_difference = ops.apply(D, difference);
  const sum = ops.map("p + sigma*D_difference", { p, sigma, D_difference });
  const group_norms = ops.groupNorm(sum);
  const quotient = ops.map("lambda/max(lambda, group_norms)", { lambda, group_norms });
  const p_next = ops.map("sum*quotient", { sum, quotient });
  return { values: { x: x_next, p: p_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(
  ops: Operations,
  { h, w, S, fourier, P_2, y, conj, D, tau, sigma, lambda }: Known,
  { x, p }: State,
) {
  const x_2 = ops.reshape(x, C(h, w, 1));
  const S_times_x = ops.map("S*x_2", { S, x_2 });
  const fourier_v = ops.apply(fourier, S_times_x);
  const difference = ops.map("P_2*fourier_v - y", { P_2, fourier_v, y });
  const product = ops.map("difference*P_2", { difference, P_2 });
  const fouriert_product = ops.applyAdjoint(fourier, product);
  const product_2 = ops.map("fouriert_product*conj", { fouriert_product, conj });
  const product_2_sum = ops.sumTo(product_2, C(h, w, 1));
  const grad_f = ops.reshape(product_2_sum, C(h, w));
  const Dt_p = ops.applyAdjoint(D, p);
  const grad_f_plus_Dt_p = ops.map("grad_f + Dt_p", { grad_f, Dt_p });
  const x_next = ops.map("x - tau*grad_f_plus_Dt_p", { x, tau, grad_f_plus_Dt_p });
  const difference_2 = ops.map("2*x_next - x", { x_next, x });
  const D_difference = ops.apply(D, difference_2);
  const sum = ops.map("p + sigma*D_difference", { p, sigma, D_difference });
  const group_norms = ops.groupNorm(sum);
  const quotient = ops.map("lambda/max(lambda, group_norms)", { lambda, group_norms });
  const p_next = ops.map("sum*quotient", { sum, quotient });
  return {
    values: { x: x_next, p: p_next },
    reports: {},
    capped: null,
    saved: {
      values: { x: x_2, fourier_v, difference, fouriert_product, grad_f_plus_Dt_p, sum, group_norms },
      traces: {},
    },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  { h, w, c, lambda, sigma, D, tau, S, fourier, P_2, conj }: Known,
  { values: { sum, group_norms } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar, p: p_next_bar }: State,
) {
  const quotient_bar_each = ops.map("p_next_bar*conj(sum)", { p_next_bar, sum });
  const quotient_bar = ops.sumTo(quotient_bar_each, R(h, w, 1));
  const { quotient, chosen } = ops.mapAll(
    {
      quotient: "lambda/max(lambda, group_norms)",
      chosen:
        "select(group_norms, select(lambda < group_norms, -(quotient*quotient_bar/max(lambda, group_norms)), 0)/group_norms, 0)",
    },
    { lambda, group_norms, quotient_bar },
  );
  const sum_bar = ops.map("p_next_bar*quotient + chosen*sum", { p_next_bar, quotient, chosen, sum });
  const D_difference_bar = ops.map("sum_bar*sigma", { sum_bar, sigma });
  const Dt_v = ops.applyAdjoint(D, D_difference_bar);
  const minus_grad_f_plus_Dt_p_bar = ops.map("(x_next_bar + Dt_v*2)*tau", { x_next_bar, Dt_v, tau });
  const grad_f_plus_Dt_p_bar = ops.map("-minus_grad_f_plus_Dt_p_bar", { minus_grad_f_plus_Dt_p_bar });
  const D_v = ops.apply(D, minus_grad_f_plus_Dt_p_bar);
  const p_bar = ops.map("sum_bar - D_v", { sum_bar, D_v });
  const sumTo_bar = ops.reshape(grad_f_plus_Dt_p_bar, C(h, w, 1));
  const ones = ops.fill(1, C(h, w, c));
  const fouriert_product_bar = ops.map("sumTo_bar*ones*S", { sumTo_bar, ones, S });
  const fourier_v = ops.apply(fourier, fouriert_product_bar);
  const fourier_v_bar = ops.map("fourier_v*P_2*P_2", { fourier_v, P_2 });
  const fouriert_v = ops.applyAdjoint(fourier, fourier_v_bar);
  const x_bar_each = ops.map("fouriert_v*conj", { fouriert_v, conj });
  const x_bar_2 = ops.sumTo(x_bar_each, C(h, w, 1));
  const x_bar_3 = ops.reshape(x_bar_2, C(h, w));
  const x_bar = ops.map("x_next_bar + Dt_v*2 - Dt_v + x_bar_3", { x_next_bar, Dt_v, x_bar_3 });
  return { state: { x: x_bar, p: p_bar }, known: {} };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  { h, w, c, lambda, sigma, D, tau, S, fourier, P_2 }: Known,
  {
    values: { x, fourier_v, difference, fouriert_product, grad_f_plus_Dt_p, sum, group_norms },
  }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar, p: p_next_bar }: State,
) {
  const quotient_bar_each = ops.map("p_next_bar*conj(sum)", { p_next_bar, sum });
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
  const Dt_v = ops.applyAdjoint(D, D_difference_bar);
  const x_next_bar_2 = ops.map("x_next_bar + Dt_v*2", { x_next_bar, Dt_v });
  const minus_tau_bar = ops.dot(grad_f_plus_Dt_p, x_next_bar_2);
  const tau_bar = ops.map("-minus_tau_bar", { minus_tau_bar });
  const grad_f_plus_Dt_p_bar = ops.map("-(x_next_bar_2*tau)", { x_next_bar_2, tau });
  const sumTo_bar = ops.reshape(grad_f_plus_Dt_p_bar, C(h, w, 1));
  const ones = ops.fill(1, C(h, w, c));
  const fouriert_product_bar = ops.map("sumTo_bar*ones*S", { sumTo_bar, ones, S });
  const conj_bar = ops.map("sumTo_bar*ones*conj(fouriert_product)", { sumTo_bar, ones, fouriert_product });
  const fourier_v_2 = ops.apply(fourier, fouriert_product_bar);
  const difference_bar = ops.map("fourier_v_2*P_2", { fourier_v_2, P_2 });
  const product = ops.map("fourier_v_2*conj(difference)", { fourier_v_2, difference });
  const product_sum = ops.sumTo(product, R(h, w, 1));
  const y_bar = ops.map("-difference_bar", { difference_bar });
  const difference_bar_scaled = ops.map("difference_bar*conj(fourier_v)", { difference_bar, fourier_v });
  const sumTo = ops.sumTo(difference_bar_scaled, R(h, w, 1));
  const P_2_bar = ops.map("product_sum + sumTo", { product_sum, sumTo });
  const fourier_v_bar = ops.map("difference_bar*P_2", { difference_bar, P_2 });
  const fouriert_v = ops.applyAdjoint(fourier, fourier_v_bar);
  const conj = ops.map("conj(x)", { x });
  const S_bar = ops.map("fouriert_v*conj", { fouriert_v, conj });
  return { S: S_bar, y: y_bar, tau: tau_bar, P_2: P_2_bar, conj: conj_bar };
}

/** The output. */
function finish(ops: Operations, _known: Known, { x }: State) {
  const output = ops.map("abs(x)", { x });
  return { values: { output } };
}

/** `finish`, and what its adjoint needs. */
function finishSaving(ops: Operations, _known: Known, { x }: State) {
  const output = ops.map("abs(x)", { x });
  return { values: { output }, saved: { values: { x }, traces: {} } };
}

/** The vector-Jacobian product of `finish`: cotangents of what it returns become those of what it reads. */
function finishAdjoint(
  ops: Operations,
  { h, w }: Known,
  { values: { x } }: ReturnType<typeof finishSaving>["saved"],
  { output: output_bar }: { readonly output: Value },
) {
  const x_bar = ops.map("sign(x)*output_bar", { x, output_bar });
  const p_bar = ops.fill(0, C(h, w, 2));
  return { state: { x: x_bar, p: p_bar }, known: {} };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, { h, w, S, fourier, P_2, y, D, lambda }: Known, { x }: State) {
  const x_2 = ops.reshape(x, C(h, w, 1));
  const S_times_x = ops.map("S*x_2", { S, x_2 });
  const fourier_v = ops.apply(fourier, S_times_x);
  const difference = ops.map("P_2*fourier_v - y", { P_2, fourier_v, y });
  const difference_squared = ops.dot(difference, difference);
  const D_x = ops.apply(D, x);
  const group_norms = ops.groupNorm(D_x);
  const sum_group_norms = ops.sum(group_norms);
  return ops.map("0.5*difference_squared + lambda*sum_group_norms", {
    difference_squared,
    lambda,
    sum_group_norms,
  });
}

/**
 * Multi-coil MRI with total variation, by Condat (J. Optim. Theory Appl. 158, 2013) and Vu (2013).
 * The data term is smooth, TV is dualised.
 */
export const mri_multicoil_tv = defineProgram<Known, State, Givens, Inputs>({
  name: "mri_multicoil_tv",
  doc: "Multi-coil MRI with total variation, by Condat (J. Optim. Theory Appl. 158, 2013) and Vu (2013).\nThe data term is smooth, TV is dualised.",
  hash: "a2454ccadd3f6f27e3826439058356c17bf5faabebc84ac9a7e4b70aacf59b6f",
  sizes: [
    { name: "h", initial: null },
    { name: "w", initial: null },
    { name: "c", initial: null },
  ],
  spaces: [],
  givens: [
    {
      name: "lambda",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.001),
    },
  ],
  inputs: [
    { name: "S", type: { kind: "array", field: "complex", dimensions: ["h", "w", "c"] } },
    {
      name: "P",
      type: { kind: "array", field: "real", dimensions: ["h", "w"] },
      interval: { low: 0, high: 1, lowOpen: false, highOpen: false },
      properties: [{ name: "binary", bound: null }],
    },
    { name: "y", type: { kind: "array", field: "complex", dimensions: ["h", "w", "c"] } },
  ],
  parameters: [],
  states: [
    {
      name: "x",
      type: { kind: "array", field: "complex", dimensions: ["h", "w"] },
      assumedInterval: null,
      carried: true,
    },
    {
      name: "p",
      type: { kind: "array", field: "complex", dimensions: ["h", "w", "2"] },
      assumedInterval: null,
      carried: true,
    },
  ],
  output: { type: { kind: "array", field: "real", dimensions: ["h", "w"] } },
  constants,
  prepare: {
    run: prepare,
    reverse: { save: prepareSaving, adjoint: null, stateAdjoint: null, inputAdjoint: prepareInputAdjoint },
  },
  initial: {
    run: initial,
    reverse: { save: initialSaving, adjoint: null, stateAdjoint: null, inputAdjoint: initialInputAdjoint },
  },
  firstStep: {
    run: firstStep,
    reverse: {
      save: firstStepSaving,
      adjoint: firstStepAdjoint,
      stateAdjoint: null,
      inputAdjoint: firstStepInputAdjoint,
    },
  },
  step: {
    run: step,
    reverse: { save: stepSaving, adjoint: stepAdjoint, stateAdjoint: null, inputAdjoint: stepInputAdjoint },
  },
  finish: { run: finish, reverse: { save: finishSaving, adjoint: finishAdjoint, stateAdjoint: null } },
  objective,
  until: null,
  target: { kind: "unrolled", steps: 20, beyond: "error" },
  certificate: {
    answer: "proved",
    algorithm: "Condat-Vu",
    statement:
      "tau*sigma*|K|^2 = 1.98*min(1, 30*lambda)*norm(gradient)/(norm(mask(P)*fourier*coils(S))^2 + 2*min(1, 30*lambda)*norm(gradient)) stays below 1 - tau*L/2 with tau*L = 1.98*norm(mask(P)*fourier*coils(S))^2/(norm(mask(P)*fourier*coils(S))^2 + 2*min(1, 30*lambda)*norm(gradient)); the iterates converge to a minimiser of the objective, if there is one",
    conditions: ["1 - tau*sigma*|K|^2 > tau*L/2", "a saddle point exists"],
  },
  notes: [],
  inputGradients: true,
});
