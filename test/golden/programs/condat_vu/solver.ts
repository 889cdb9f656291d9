/**
 * Condat-Vu (Condat, J. Optim. Theory Appl. 158, 2013; Vu, Adv. Comput. Math. 38, 2013): a smooth term, a
 * simple one
 * and one behind an operator: min 1/2 |Ax - y|^2 + lambda |Dx|_{2,1} over x in [0, 1].
 *
 * Compiled by ipc from condat_vu.ipx: a solver of at most 2000 steps.
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

/** The first state. */
function initial(ops: Operations, { h, w }: Known) {
  const x = ops.fill(0, R(h, w));
  const p = ops.fill(0, R(h, w, 2));
  return { values: { x, p } };
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
  prepare: { run: prepare, reverse: null },
  initial: { run: initial, reverse: null },
  step: { run: step, reverse: null },
  finish: { run: (_ops, _known, { x }) => ({ values: { output: x } }), reverse: null },
  objective,
  until,
  target: { kind: "solver", maximum: 2000, every: 1, accelerate: null },
  certificate: {
    answer: "proved",
    algorithm: "Condat-Vu",
    statement:
      "tau*sigma*|K|^2 = 0.99*norm(gradient)/(norm(A)^2 + norm(gradient)) stays below 1 - tau*L/2 with tau*L = 1.98*norm(A)^2/(norm(A)^2 + norm(gradient)); the iterates converge to a minimiser of the objective, if there is one",
    conditions: ["1 - tau*sigma*|K|^2 > tau*L/2", "a saddle point exists"],
  },
  notes: [],
});
