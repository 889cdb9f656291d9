/**
 * Three-operator splitting (Davis and Yin, Set-Valued Var. Anal. 25, 2017): wavelet coefficients are
 * sparse,
 * pixels lie in [0, 1], and the data term needs its gradient only.
 *
 * Compiled by ipc from davis_yin.ipx: a solver of at most 5000 steps.
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
  /** linear R[h, w] -> R[h, w] */
  readonly W: Operator;
  /** linear R[h, w] -> R[h, w] with symmetric, positive */
  readonly gram_A: Operator;
}

/** What may be learned. */
interface Learned {
  /** R */
  readonly t: Value;
}

/** What does not change between steps. */
interface Prepared {
  /** R */
  readonly lambda_times_t: Value;
  /** R[h, w] */
  readonly At_y: Value;
}

/** All that a step may read. */
type Known = Data & Constants & Learned & Prepared;

/** What lives on from step to step. */
interface State {
  /** R[h, w] */
  readonly z: Value;
  /** R[h, w] */
  readonly x: Value;
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { h, w, A }: Data) {
  const W = ops
    .at("davis_yin.ipx:8:39")
    .library("wavelet", { levels: 1, axes: 2, boundary: "periodic", name: "haar" }, R(h, w), []);
  const gram_A = ops.gram(A);
  return { W, gram_A };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, { lambda, t, A, y }: Data & Constants & Learned) {
  const lambda_times_t = ops.map("lambda*t", { lambda, t });
  const At_y = ops.applyAdjoint(A, y);
  return { values: { lambda_times_t, At_y } };
}

/** The first state. */
function initial(ops: Operations, { h, w }: Known) {
  const z = ops.fill(0, R(h, w));
  return { values: { z, x: z } };
}

/** One iteration: the next state. */
function step(ops: Operations, { gram_A, t, At_y, W, lambda_times_t }: Known, { z }: State) {
  const x_next = ops.map("min(max(z, 0), 1)", { z });
  const gram_A_x_next = ops.apply(gram_A, x_next);
  const difference = ops.map("2*x_next - z - t*(gram_A_x_next - At_y)", {
    x_next,
    z,
    t,
    gram_A_x_next,
    At_y,
  });
  const W_difference = ops.apply(W, difference);
  const residual = ops.map("soft(W_difference, lambda_times_t) - W_difference", {
    W_difference,
    lambda_times_t,
  });
  const Wt_residual = ops.applyAdjoint(W, residual);
  const z_next = ops.map("z + (difference + Wt_residual) - x_next", { z, difference, Wt_residual, x_next });
  return { values: { z: z_next, x: x_next }, reports: {}, capped: null };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, { A, y, W, lambda }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const residual = ops.map("A_x - y", { A_x, y });
  const residual_squared = ops.dot(residual, residual);
  const W_x = ops.apply(W, x);
  const { sum_abs_W_x } = ops.mapAll({ sum_abs_W_x: "abs(W_x)" }, { W_x }, { sum_abs_W_x: "sum" });
  return ops.map("0.5*residual_squared + lambda*sum_abs_W_x", { residual_squared, lambda, sum_abs_W_x });
}

/** 1 for the samples that may stop; `before` means the last test. */
function until(ops: Operations, _known: Known, { z }: State, { z: z_before }: State) {
  const { norm_squared, norm_z_squared, norm_z_before_squared } = ops.mapAll(
    {
      norm_squared: "(z - z_before)*(z - z_before)",
      norm_z_squared: "z*z",
      norm_z_before_squared: "z_before*z_before",
    },
    { z, z_before },
    { norm_squared: "sum", norm_z_squared: "sum", norm_z_before_squared: "sum" },
  );
  const norm = ops.map("sqrt(norm_squared)", { norm_squared });
  const norm_z = ops.map("sqrt(norm_z_squared)", { norm_z_squared });
  const norm_z_before = ops.map("sqrt(norm_z_before_squared)", { norm_z_before_squared });
  return ops.map("select(0 < max(norm_z, norm_z_before), norm/max(norm_z, norm_z_before), 0) < 0.000001", {
    norm_z,
    norm_z_before,
    norm,
  });
}

/**
 * Three-operator splitting (Davis and Yin, Set-Valued Var. Anal. 25, 2017): wavelet coefficients are sparse,
 * pixels lie in [0, 1], and the data term needs its gradient only.
 */
export const davis_yin = defineProgram<Known, State, Givens, Inputs>({
  name: "davis_yin",
  doc: "Three-operator splitting (Davis and Yin, Set-Valued Var. Anal. 25, 2017): wavelet coefficients are sparse,\npixels lie in [0, 1], and the data term needs its gradient only.",
  hash: "53ea6324183e3b8841ef563867a008e65b75dc5bf284e204e0f2ea860e8c3c61",
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
      initial: (ops) => ops.number(0.05),
    },
  ],
  inputs: [{ name: "y", type: { kind: "space", name: "Y" } }],
  parameters: [
    {
      name: "t",
      type: { kind: "array", field: "real", dimensions: [] },
      initial: {
        kind: "value",
        evaluate: (ops, { A }) => {
          const norm_A = ops.norm(A);
          return ops.map("1/square(norm_A)", { norm_A });
        },
      },
      interval: (ops, { A }) => {
        const low = ops.number(0);
        const norm_A = ops.norm(A);
        const high = ops.map("2/square(norm_A)", { norm_A });
        return { low, high, lowOpen: true, highOpen: true };
      },
    },
  ],
  states: [
    {
      name: "z",
      type: { kind: "array", field: "real", dimensions: ["h", "w"] },
      assumedInterval: null,
      carried: true,
    },
    {
      name: "x",
      type: { kind: "array", field: "real", dimensions: ["h", "w"] },
      assumedInterval: null,
      carried: false,
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
