/**
 * ALISTA (Liu, Chen, Wang, Yin, 2019): the weights are computed, only step sizes and thresholds are
 * learned.
 * W minimises |W'A|_F over diag(W'A) = 1.
 *
 * Compiled by ipc from alista.ipx: an unrolled network of 16 steps.
 */
import {
  defineProgram,
  R,
  type ArrayDatum,
  type Operations,
  type Operator,
  type OperatorDatum,
  type Value,
} from "ipc/runtime";

/** What `model` binds. */
export interface Givens {
  /** linear R[n] -> R[m] */
  readonly A: OperatorDatum;
  /** R in (0, inf) */
  readonly lambda?: ArrayDatum;
}

/** What `run` takes; samples may be on a first axis. */
export interface Inputs {
  /** R[m] */
  readonly y: ArrayDatum;
}

/** What the program is run on. */
interface Data {
  /** a size */
  readonly m: number;
  /** a size */
  readonly n: number;
  /** linear R[n] -> R[m] */
  readonly A: Operator;
  /** R in (0, inf) */
  readonly lambda: Value;
  /** R[m], of each sample */
  readonly y: Value;
  /** the number of the step, from 0 */
  readonly k: Value;
}

/** What follows from the givens. */
interface Constants {
  /** linear R[n] -> R[m] */
  readonly W: Operator;
}

/** What may be learned. */
interface Learned {
  /** R, one for each step */
  readonly gamma: Value;
  /** R, one for each step */
  readonly theta: Value;
}

/** All that a step may read. */
type Known = Data & Constants & Learned;

/** What lives on from step to step. */
interface State {
  /** R[n] */
  readonly x: Value;
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { n, m, A }: Data) {
  const matrix = ops.materialise(R(n), (v) => ops.apply(A, v));
  const W = ops.at("alista.ipx:8:11").library("min_coherence", {}, R(n), [matrix], R(m));
  return { W };
}

/** The first state. */
function initial(ops: Operations, { n }: Known) {
  const x = ops.fill(0, R(n));
  return { values: { x } };
}

/** The first iteration, where the state is still 0. */
function firstStep(ops: Operations, { k, W, y, gamma, theta }: Known) {
  const share = ops.map("min(0.012*(k + 1), 0.13)", { k });
  const Wt_sub = ops.applyAdjoint(W, y);
  const gamma_times_Wt_sub = ops.map("gamma*Wt_sub", { gamma, Wt_sub });
  const largest = ops.largest(gamma_times_Wt_sub, share);
  const x_next = ops.map(
    "select(largest, hard(gamma_times_Wt_sub, theta), soft(gamma_times_Wt_sub, theta))",
    { largest, gamma_times_Wt_sub, theta },
  );
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** `firstStep`, and what its adjoint needs. */
function firstStepSaving(ops: Operations, { k, W, y, gamma, theta }: Known) {
  const share = ops.map("min(0.012*(k + 1), 0.13)", { k });
  const Wt_sub = ops.applyAdjoint(W, y);
  const gamma_times_Wt_sub = ops.map("gamma*Wt_sub", { gamma, Wt_sub });
  const largest = ops.largest(gamma_times_Wt_sub, share);
  const x_next = ops.map(
    "select(largest, hard(gamma_times_Wt_sub, theta), soft(gamma_times_Wt_sub, theta))",
    { largest, gamma_times_Wt_sub, theta },
  );
  return {
    values: { x: x_next },
    reports: {},
    capped: null,
    saved: { values: { Wt_sub, largest }, traces: {} },
  };
}

/** The vector-Jacobian product of `firstStep`: cotangents of what it returns become those of what it reads. */
function firstStepAdjoint(
  ops: Operations,
  { theta, gamma }: Known,
  { values: { Wt_sub, largest } }: ReturnType<typeof firstStepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { x_next_bar_passed, is_less, theta_bar_each } = ops.mapAll(
    {
      x_next_bar_passed: "select(largest, 0, x_next_bar)",
      is_less: "theta < abs(gamma*Wt_sub)",
      theta_bar_each: "select(is_less, -(sign(gamma*Wt_sub)*x_next_bar_passed), 0)",
    },
    { largest, x_next_bar, theta, gamma, Wt_sub },
    { theta_bar_each: "sum" },
  );
  const theta_bar = ops.sumSamples(theta_bar_each);
  const { gamma_bar_each } = ops.mapAll(
    {
      gamma_bar_each:
        "Wt_sub*(select(is_less, x_next_bar_passed, 0) + select(is_less, select(largest, x_next_bar, 0), 0))",
    },
    { is_less, x_next_bar_passed, largest, x_next_bar, Wt_sub },
    { gamma_bar_each: "sum" },
  );
  const gamma_bar = ops.sumSamples(gamma_bar_each);
  return { state: {}, known: { gamma: gamma_bar, theta: theta_bar } };
}

/** `firstStepAdjoint` for the inputs alone. */
function firstStepInputAdjoint(
  ops: Operations,
  { theta, gamma, W }: Known,
  { values: { Wt_sub, largest } }: ReturnType<typeof firstStepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const Wt_sub_bar = ops.map(
    "(select(theta < abs(gamma*Wt_sub), select(largest, 0, x_next_bar), 0) + select(theta < abs(gamma*Wt_sub), select(largest, x_next_bar, 0), 0))*gamma",
    { theta, gamma, Wt_sub, largest, x_next_bar },
  );
  const y_bar = ops.apply(W, Wt_sub_bar);
  return { y: y_bar };
}

/** One iteration: the next state. */
function step(ops: Operations, { k, A, y, W, gamma, theta }: Known, { x }: State) {
  const share = ops.map("min(0.012*(k + 1), 0.13)", { k });
  const A_x = ops.apply(A, x);
  const residual = ops.map("y - A_x", { y, A_x });
  const Wt_residual = ops.applyAdjoint(W, residual);
  const sum = ops.map("x + gamma*Wt_residual", { x, gamma, Wt_residual });
  const largest = ops.largest(sum, share);
  const x_next = ops.map("select(largest, hard(sum, theta), soft(sum, theta))", { largest, sum, theta });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, { k, A, y, W, gamma, theta }: Known, { x }: State) {
  const share = ops.map("min(0.012*(k + 1), 0.13)", { k });
  const A_x = ops.apply(A, x);
  const residual = ops.map("y - A_x", { y, A_x });
  const Wt_residual = ops.applyAdjoint(W, residual);
  const sum = ops.map("x + gamma*Wt_residual", { x, gamma, Wt_residual });
  const largest = ops.largest(sum, share);
  const x_next = ops.map("select(largest, hard(sum, theta), soft(sum, theta))", { largest, sum, theta });
  return {
    values: { x: x_next },
    reports: {},
    capped: null,
    saved: { values: { Wt_residual, sum, largest }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  { theta, gamma, W, A }: Known,
  { values: { Wt_residual, sum, largest } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { x_next_bar_passed, is_less, theta_bar_each } = ops.mapAll(
    {
      x_next_bar_passed: "select(largest, 0, x_next_bar)",
      is_less: "theta < abs(sum)",
      theta_bar_each: "select(is_less, -(sign(sum)*x_next_bar_passed), 0)",
    },
    { largest, x_next_bar, theta, sum },
    { theta_bar_each: "sum" },
  );
  const theta_bar = ops.sumSamples(theta_bar_each);
  const { sum_bar, gamma_bar_each } = ops.mapAll(
    {
      sum_bar: "select(is_less, x_next_bar_passed, 0) + select(is_less, select(largest, x_next_bar, 0), 0)",
      gamma_bar_each: "Wt_residual*sum_bar",
    },
    { is_less, x_next_bar_passed, largest, x_next_bar, Wt_residual },
    { gamma_bar_each: "sum" },
  );
  const gamma_bar = ops.sumSamples(gamma_bar_each);
  const Wt_residual_bar = ops.map("sum_bar*gamma", { sum_bar, gamma });
  const W_v = ops.apply(W, Wt_residual_bar);
  const At_neg = ops.applyAdjoint(A, W_v);
  const x_bar = ops.map("sum_bar - At_neg", { sum_bar, At_neg });
  return { state: { x: x_bar }, known: { gamma: gamma_bar, theta: theta_bar } };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  { theta, gamma, W }: Known,
  { values: { sum, largest } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const Wt_residual_bar = ops.map(
    "(select(theta < abs(sum), select(largest, 0, x_next_bar), 0) + select(theta < abs(sum), select(largest, x_next_bar, 0), 0))*gamma",
    { theta, sum, largest, x_next_bar, gamma },
  );
  const y_bar = ops.apply(W, Wt_residual_bar);
  return { y: y_bar };
}

/**
 * ALISTA (Liu, Chen, Wang, Yin, 2019): the weights are computed, only step sizes and thresholds are learned.
 * W minimises |W'A|_F over diag(W'A) = 1.
 */
export const alista = defineProgram<Known, State, Givens, Inputs>({
  name: "alista",
  doc: "ALISTA (Liu, Chen, Wang, Yin, 2019): the weights are computed, only step sizes and thresholds are learned.\nW minimises |W'A|_F over diag(W'A) = 1.",
  hash: "e458f178f643f85d8b077ee4530168a40f65fb9a40d6ebe9c796a9e55300d456",
  sizes: [
    { name: "m", initial: null },
    { name: "n", initial: null },
  ],
  spaces: [],
  givens: [
    {
      name: "A",
      type: {
        kind: "operator",
        domain: { kind: "array", field: "real", dimensions: ["n"] },
        codomain: { kind: "array", field: "real", dimensions: ["m"] },
      },
    },
    {
      name: "lambda",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.4),
    },
  ],
  inputs: [{ name: "y", type: { kind: "array", field: "real", dimensions: ["m"] } }],
  parameters: [
    {
      name: "gamma",
      type: { kind: "array", field: "real", dimensions: [] },
      perStep: true,
      initial: {
        kind: "value",
        evaluate: (ops, { A }) => {
          const norm_A = ops.norm(A);
          return ops.map("1/square(norm_A)", { norm_A });
        },
      },
      interval: (ops) => {
        const low = ops.number(0);
        return { low, high: null, lowOpen: true, highOpen: true };
      },
    },
    {
      name: "theta",
      type: { kind: "array", field: "real", dimensions: [] },
      perStep: true,
      initial: {
        kind: "value",
        evaluate: (ops, { A, lambda }) => {
          const norm_A = ops.norm(A);
          return ops.map("lambda/square(norm_A)", { lambda, norm_A });
        },
      },
      interval: (ops) => {
        const low = ops.number(0);
        return { low, high: null, lowOpen: true, highOpen: true };
      },
    },
  ],
  states: [
    {
      name: "x",
      type: { kind: "array", field: "real", dimensions: ["n"] },
      assumedInterval: null,
      carried: true,
    },
  ],
  counter: "k",
  output: { type: { kind: "array", field: "real", dimensions: ["n"] } },
  constants,
  prepare: null,
  initial: { run: initial, reverse: null },
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
  finish: {
    run: (_ops, _known, { x }) => ({ values: { output: x } }),
    reverse: {
      save: (_ops, _known, { x }) => ({ values: { output: x }, saved: { values: {}, traces: {} } }),
      adjoint: (_ops, _known, _saved, { output: output_bar }) => ({ state: { x: output_bar }, known: {} }),
      stateAdjoint: null,
    },
  },
  objective: null,
  until: null,
  target: { kind: "unrolled", steps: 16, beyond: "error" },
  certificate: null,
  notes: [],
  inputGradients: true,
});
