/**
 * TiLISTA (Liu, Chen, Wang, Yin, 2019): one matrix for all layers, a step size and a threshold for each.
 *
 * Compiled by ipc from tilista.ipx: an unrolled network of 16 steps.
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
}

/** What may be learned. */
interface Learned {
  /** R[n, m] */
  readonly W: Value;
  /** R, one for each step */
  readonly gamma: Value;
  /** R, one for each step */
  readonly theta: Value;
}

/** All that a step may read. */
type Known = Data & Learned;

/** What lives on from step to step. */
interface State {
  /** R[n] */
  readonly x: Value;
}

/** The first state. */
function initial(ops: Operations, { n }: Known) {
  const x = ops.fill(0, R(n));
  return { values: { x } };
}

/** The first iteration, where the state is still 0. */
function firstStep(ops: Operations, { n, W, y, gamma, theta }: Known) {
  const W_sub = ops.matvec(W, y, R(n));
  const x_next = ops.map("soft(gamma*W_sub, theta)", { gamma, W_sub, theta });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** `firstStep`, and what its adjoint needs. */
function firstStepSaving(ops: Operations, { n, W, y, gamma, theta }: Known) {
  const W_sub = ops.matvec(W, y, R(n));
  const x_next = ops.map("soft(gamma*W_sub, theta)", { gamma, W_sub, theta });
  return { values: { x: x_next }, reports: {}, capped: null, saved: { values: { W_sub }, traces: {} } };
}

/** The vector-Jacobian product of `firstStep`: cotangents of what it returns become those of what it reads. */
function firstStepAdjoint(
  ops: Operations,
  { theta, gamma, y }: Known,
  { values: { W_sub } }: ReturnType<typeof firstStepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { x_next_bar_passed, theta_bar_each, gamma_bar_each } = ops.mapAll(
    {
      x_next_bar_passed: "select(theta < abs(gamma*W_sub), x_next_bar, 0)",
      theta_bar_each: "select(theta < abs(gamma*W_sub), -(sign(gamma*W_sub)*x_next_bar), 0)",
      gamma_bar_each: "W_sub*x_next_bar_passed",
    },
    { theta, gamma, W_sub, x_next_bar },
    { theta_bar_each: "sum", gamma_bar_each: "sum" },
  );
  const theta_bar = ops.sumSamples(theta_bar_each);
  const gamma_bar = ops.sumSamples(gamma_bar_each);
  const W_sub_bar = ops.map("x_next_bar_passed*gamma", { x_next_bar_passed, gamma });
  const W_bar = ops.outerSum(W_sub_bar, y);
  return { state: {}, known: { W: W_bar, gamma: gamma_bar, theta: theta_bar } };
}

/** `firstStepAdjoint` for the inputs alone. */
function firstStepInputAdjoint(
  ops: Operations,
  { m, theta, gamma, W }: Known,
  { values: { W_sub } }: ReturnType<typeof firstStepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const W_sub_bar = ops.map("select(theta < abs(gamma*W_sub), x_next_bar, 0)*gamma", {
    theta,
    gamma,
    W_sub,
    x_next_bar,
  });
  const y_bar = ops.matvecTransposed(W, W_sub_bar, R(m));
  return { y: y_bar };
}

/** One iteration: the next state. */
function step(ops: Operations, { n, A, y, W, gamma, theta }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const residual = ops.map("y - A_x", { y, A_x });
  const W_residual = ops.matvec(W, residual, R(n));
  const x_next = ops.map("soft(x + gamma*W_residual, theta)", { x, gamma, W_residual, theta });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, { n, A, y, W, gamma, theta }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const residual = ops.map("y - A_x", { y, A_x });
  const W_residual = ops.matvec(W, residual, R(n));
  const { sum, x_next } = ops.mapAll(
    { sum: "x + gamma*W_residual", x_next: "soft(sum, theta)" },
    { x, gamma, W_residual, theta },
  );
  return {
    values: { x: x_next },
    reports: {},
    capped: null,
    saved: { values: { residual, W_residual, sum }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  { m, theta, gamma, W, A }: Known,
  { values: { residual, W_residual, sum } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { sum_bar, theta_bar_each, gamma_bar_each } = ops.mapAll(
    {
      sum_bar: "select(theta < abs(sum), x_next_bar, 0)",
      theta_bar_each: "select(theta < abs(sum), -(sign(sum)*x_next_bar), 0)",
      gamma_bar_each: "W_residual*sum_bar",
    },
    { theta, sum, x_next_bar, W_residual },
    { theta_bar_each: "sum", gamma_bar_each: "sum" },
  );
  const theta_bar = ops.sumSamples(theta_bar_each);
  const gamma_bar = ops.sumSamples(gamma_bar_each);
  const W_residual_bar = ops.map("sum_bar*gamma", { sum_bar, gamma });
  const Wt_v = ops.matvecTransposed(W, W_residual_bar, R(m));
  const W_bar = ops.outerSum(W_residual_bar, residual);
  const At_neg = ops.applyAdjoint(A, Wt_v);
  const x_bar = ops.map("sum_bar - At_neg", { sum_bar, At_neg });
  return { state: { x: x_bar }, known: { W: W_bar, gamma: gamma_bar, theta: theta_bar } };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  { m, theta, gamma, W }: Known,
  { values: { sum } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const W_residual_bar = ops.map("select(theta < abs(sum), x_next_bar, 0)*gamma", {
    theta,
    sum,
    x_next_bar,
    gamma,
  });
  const y_bar = ops.matvecTransposed(W, W_residual_bar, R(m));
  return { y: y_bar };
}

/** TiLISTA (Liu, Chen, Wang, Yin, 2019): one matrix for all layers, a step size and a threshold for each. */
export const tilista = defineProgram<Known, State, Givens, Inputs>({
  name: "tilista",
  doc: "TiLISTA (Liu, Chen, Wang, Yin, 2019): one matrix for all layers, a step size and a threshold for each.",
  hash: "9c4d0a34c9973e54596a29fcb343eb66a7f912fcf8ef802865cfefb58c3f6ad2",
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
      name: "W",
      type: { kind: "array", field: "real", dimensions: ["n", "m"] },
      initial: {
        kind: "value",
        evaluate: (ops, { m, A }) => {
          const norm_A = ops.norm(A);
          const reciprocal = ops.map("reciprocal(square(norm_A))", { norm_A });
          return ops.materialise(R(m), (v) => {
            const At_v = ops.applyAdjoint(A, v);
            return ops.map("reciprocal*At_v", { reciprocal, At_v });
          });
        },
      },
    },
    {
      name: "gamma",
      type: { kind: "array", field: "real", dimensions: [] },
      perStep: true,
      initial: { kind: "value", evaluate: (ops) => ops.number(1) },
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
  output: { type: { kind: "array", field: "real", dimensions: ["n"] } },
  constants: () => ({}),
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
