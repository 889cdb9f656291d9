/**
 * Multi-coil MRI with total variation, by Condat (J. Optim. Theory Appl. 158, 2013) and Vu (2013).
 * The data term is smooth, TV is dualised.
 *
 * Compiled by ipc from mri_multicoil_tv.ipx: a solver of at most 2000 steps.
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
  const { maximum } = ops.mapAll({ maximum: "abs(P)" }, { P }, { maximum: "maximum" });
  const group_norms = ops.groupNorm(S);
  const maximum_2 = ops.maximum(group_norms);
  const tau = ops.map("0.99/(square(maximum*norm_fourier*maximum_2)/2 + product)", {
    maximum,
    norm_fourier,
    maximum_2,
    product,
  });
  const P_2 = ops.reshape(P, R(h, w, 1));
  const conj = ops.map("conj(S)", { S });
  return { values: { tau, P_2, conj } };
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

/** The output. */
function finish(ops: Operations, _known: Known, { x }: State) {
  const output = ops.map("abs(x)", { x });
  return { values: { output } };
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

/** 1 for the samples that may stop; `before` means the last test. */
function until(ops: Operations, _known: Known, { x }: State, { x: x_before }: State) {
  const x_minus_x_before = ops.map("x - x_before", { x, x_before });
  const norm = ops.norm2(x_minus_x_before);
  const norm_x = ops.norm2(x);
  const norm_x_before = ops.norm2(x_before);
  return ops.map("select(0 < max(norm_x, norm_x_before), norm/max(norm_x, norm_x_before), 0) < 0.00001", {
    norm_x,
    norm_x_before,
    norm,
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
  prepare: { run: prepare, reverse: null },
  initial: { run: initial, reverse: null },
  step: { run: step, reverse: null },
  finish: { run: finish, reverse: null },
  objective,
  until,
  target: { kind: "solver", maximum: 2000, every: 1, accelerate: null },
  certificate: {
    answer: "proved",
    algorithm: "Condat-Vu",
    statement:
      "tau*sigma*|K|^2 = 1.98*min(1, 30*lambda)*norm(gradient)/(norm(mask(P)*fourier*coils(S))^2 + 2*min(1, 30*lambda)*norm(gradient)) stays below 1 - tau*L/2 with tau*L = 1.98*norm(mask(P)*fourier*coils(S))^2/(norm(mask(P)*fourier*coils(S))^2 + 2*min(1, 30*lambda)*norm(gradient)); the iterates converge to a minimiser of the objective, if there is one",
    conditions: ["1 - tau*sigma*|K|^2 > tau*L/2", "a saddle point exists"],
  },
  notes: [],
});
