/**
 * Three-operator splitting (Davis and Yin, Set-Valued Var. Anal. 25, 2017): wavelet coefficients are
 * sparse,
 * pixels lie in [0, 1], and the data term needs its gradient only.
 *
 * Compiled by ipc from davis_yin.ipx: an unrolled network of 20 steps.
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

/** The vector-Jacobian product of `prepare`: cotangents of what it returns become those of what it reads. */
function prepareAdjoint(
  ops: Operations,
  { lambda }: Data & Constants & Learned,
  _saved: unknown,
  { lambda_times_t: lambda_times_t_bar }: Prepared,
) {
  const t_bar = ops.map("lambda_times_t_bar*lambda", { lambda_times_t_bar, lambda });
  return { state: {}, known: { t: t_bar } };
}

/** `prepareAdjoint` for the inputs alone. */
function prepareInputAdjoint(
  ops: Operations,
  { A }: Data & Constants & Learned,
  _saved: unknown,
  { At_y: At_y_bar }: Prepared,
) {
  const y_bar = ops.apply(A, At_y_bar);
  return { y: y_bar };
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

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, { gram_A, At_y, t, W, lambda_times_t }: Known, { z }: State) {
  const x_next = ops.map("min(max(z, 0), 1)", { z });
  const gram_A_x_next = ops.apply(gram_A, x_next);
  const { residual, difference } = ops.mapAll(
    { residual: "gram_A_x_next - At_y", difference: "2*x_next - z - t*residual" },
    { gram_A_x_next, At_y, x_next, z, t },
  );
  const W_difference = ops.apply(W, difference);
  const residual_2 = ops.map("soft(W_difference, lambda_times_t) - W_difference", {
    W_difference,
    lambda_times_t,
  });
  const Wt_residual = ops.applyAdjoint(W, residual_2);
  const z_next = ops.map("z + (difference + Wt_residual) - x_next", { z, difference, Wt_residual, x_next });
  return {
    values: { z: z_next, x: x_next },
    reports: {},
    capped: null,
    saved: { values: { z, residual, W_difference }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  { h, w, W, lambda_times_t, t, gram_A }: Known,
  { values: { z, residual, W_difference } }: ReturnType<typeof stepSaving>["saved"],
  { z: z_next_bar, x: x_next_bar }: State,
) {
  const W_z_next_bar = ops.apply(W, z_next_bar);
  const { W_difference_bar, lambda_times_t_bar_each } = ops.mapAll(
    {
      W_difference_bar: "select(lambda_times_t < abs(W_difference), W_z_next_bar, 0) - W_z_next_bar",
      lambda_times_t_bar_each:
        "select(lambda_times_t < abs(W_difference), -(sign(W_difference)*W_z_next_bar), 0)",
    },
    { lambda_times_t, W_difference, W_z_next_bar },
    { lambda_times_t_bar_each: "sum" },
  );
  const lambda_times_t_bar = ops.sumSamples(lambda_times_t_bar_each);
  const Wt_add = ops.applyAdjoint(W, W_difference_bar);
  const { difference_bar, minus_t_bar_each } = ops.mapAll(
    { difference_bar: "z_next_bar + Wt_add", minus_t_bar_each: "residual*difference_bar" },
    { z_next_bar, Wt_add, residual },
    { minus_t_bar_each: "sum" },
  );
  const minus_t_bar = ops.sumSamples(minus_t_bar_each);
  const t_bar = ops.map("-minus_t_bar", { minus_t_bar });
  const minus_residual_bar = ops.map("difference_bar*t", { difference_bar, t });
  const gram_At_v = ops.applyAdjoint(gram_A, minus_residual_bar);
  const z_bar = ops.map(
    "z_next_bar - difference_bar + select(0 < z, select(max(z, 0) < 1, x_next_bar - z_next_bar - gram_At_v + difference_bar*2, 0), 0)",
    { z_next_bar, difference_bar, z, x_next_bar, gram_At_v },
  );
  const x_bar = ops.fill(0, R(h, w));
  return { state: { z: z_bar, x: x_bar }, known: { t: t_bar, lambda_times_t: lambda_times_t_bar } };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  { W, lambda_times_t, t }: Known,
  { values: { W_difference } }: ReturnType<typeof stepSaving>["saved"],
  { z: z_next_bar }: State,
) {
  const W_z_next_bar = ops.apply(W, z_next_bar);
  const W_difference_bar = ops.map(
    "select(lambda_times_t < abs(W_difference), W_z_next_bar, 0) - W_z_next_bar",
    { lambda_times_t, W_difference, W_z_next_bar },
  );
  const Wt_add = ops.applyAdjoint(W, W_difference_bar);
  const At_y_bar = ops.map("(z_next_bar + Wt_add)*t", { z_next_bar, Wt_add, t });
  return { At_y: At_y_bar };
}

/** The vector-Jacobian product of `finish`: cotangents of what it returns become those of what it reads. */
function finishAdjoint(
  ops: Operations,
  { h, w }: Known,
  _saved: unknown,
  { output: output_bar }: { readonly output: Value },
) {
  const z_bar = ops.fill(0, R(h, w));
  return { state: { z: z_bar, x: output_bar }, known: {} };
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
  prepare: {
    run: prepare,
    reverse: {
      save: (ops, known) => ({ ...prepare(ops, known), saved: { values: {}, traces: {} } }),
      adjoint: prepareAdjoint,
      stateAdjoint: null,
      inputAdjoint: prepareInputAdjoint,
    },
  },
  initial: { run: initial, reverse: null },
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
    answer: "not_found",
    algorithm: null,
    statement:
      "no proof was found, and no counterexample: the step is none of the algorithms that have a rule",
    conditions: [],
  },
  notes: [],
  inputGradients: true,
});
