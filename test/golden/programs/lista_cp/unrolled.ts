/**
 * LISTA-CP (Chen, Liu, Wang, Yin, 2018): coupled weights,  W1 = W  and  W2 = I - W*A  in the terms of
 * lista.ipx.
 *
 * Compiled by ipc from lista_cp.ipx: an unrolled network of 16 steps.
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
  /** R[n, m], one for each step */
  readonly W: Value;
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
function firstStep(ops: Operations, { n, W, y, theta }: Known) {
  const W_sub = ops.matvec(W, y, R(n));
  const x_next = ops.map("soft(W_sub, theta)", { W_sub, theta });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** `firstStep`, and what its adjoint needs. */
function firstStepSaving(ops: Operations, { n, W, y, theta }: Known) {
  const W_sub = ops.matvec(W, y, R(n));
  const x_next = ops.map("soft(W_sub, theta)", { W_sub, theta });
  return { values: { x: x_next }, reports: {}, capped: null, saved: { values: { W_sub }, traces: {} } };
}

/** The vector-Jacobian product of `firstStep`: cotangents of what it returns become those of what it reads. */
function firstStepAdjoint(
  ops: Operations,
  { theta, y }: Known,
  { values: { W_sub } }: ReturnType<typeof firstStepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { W_sub_bar, theta_bar_each } = ops.mapAll(
    {
      W_sub_bar: "select(theta < abs(W_sub), x_next_bar, 0)",
      theta_bar_each: "select(theta < abs(W_sub), -(sign(W_sub)*x_next_bar), 0)",
    },
    { theta, W_sub, x_next_bar },
    { theta_bar_each: "sum" },
  );
  const theta_bar = ops.sumSamples(theta_bar_each);
  const W_bar = ops.outerSum(W_sub_bar, y);
  return { state: {}, known: { W: W_bar, theta: theta_bar } };
}

/** `firstStepAdjoint` for the inputs alone. */
function firstStepInputAdjoint(
  ops: Operations,
  { m, theta, W }: Known,
  { values: { W_sub } }: ReturnType<typeof firstStepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const W_sub_bar = ops.map("select(theta < abs(W_sub), x_next_bar, 0)", { theta, W_sub, x_next_bar });
  const y_bar = ops.matvecTransposed(W, W_sub_bar, R(m));
  return { y: y_bar };
}

/** One iteration: the next state. */
function step(ops: Operations, { n, A, y, W, theta }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const residual = ops.map("y - A_x", { y, A_x });
  const W_residual = ops.matvec(W, residual, R(n));
  const x_next = ops.map("soft(x + W_residual, theta)", { x, W_residual, theta });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, { n, A, y, W, theta }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const residual = ops.map("y - A_x", { y, A_x });
  const W_residual = ops.matvec(W, residual, R(n));
  const { x_plus_W_residual, x_next } = ops.mapAll(
    { x_plus_W_residual: "x + W_residual", x_next: "soft(x_plus_W_residual, theta)" },
    { x, W_residual, theta },
  );
  return {
    values: { x: x_next },
    reports: {},
    capped: null,
    saved: { values: { residual, x_plus_W_residual }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  { m, theta, W, A }: Known,
  { values: { residual, x_plus_W_residual } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { x_plus_W_residual_bar, theta_bar_each } = ops.mapAll(
    {
      x_plus_W_residual_bar: "select(theta < abs(x_plus_W_residual), x_next_bar, 0)",
      theta_bar_each: "select(theta < abs(x_plus_W_residual), -(sign(x_plus_W_residual)*x_next_bar), 0)",
    },
    { theta, x_plus_W_residual, x_next_bar },
    { theta_bar_each: "sum" },
  );
  const theta_bar = ops.sumSamples(theta_bar_each);
  const Wt_v = ops.matvecTransposed(W, x_plus_W_residual_bar, R(m));
  const W_bar = ops.outerSum(x_plus_W_residual_bar, residual);
  const At_neg = ops.applyAdjoint(A, Wt_v);
  const x_bar = ops.map("x_plus_W_residual_bar - At_neg", { x_plus_W_residual_bar, At_neg });
  return { state: { x: x_bar }, known: { W: W_bar, theta: theta_bar } };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  { m, theta, W }: Known,
  { values: { x_plus_W_residual } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const x_plus_W_residual_bar = ops.map("select(theta < abs(x_plus_W_residual), x_next_bar, 0)", {
    theta,
    x_plus_W_residual,
    x_next_bar,
  });
  const y_bar = ops.matvecTransposed(W, x_plus_W_residual_bar, R(m));
  return { y: y_bar };
}

/** LISTA-CP (Chen, Liu, Wang, Yin, 2018): coupled weights,  W1 = W  and  W2 = I - W*A  in the terms of lista.ipx. */
export const lista_cp = defineProgram<Known, State, Givens, Inputs>({
  name: "lista_cp",
  doc: "LISTA-CP (Chen, Liu, Wang, Yin, 2018): coupled weights,  W1 = W  and  W2 = I - W*A  in the terms of lista.ipx.",
  hash: "09e00d5b00384ae0b041c2644d4d99fac3cf1db26ec41265cc4c9d9eb86bae39",
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
      perStep: true,
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
