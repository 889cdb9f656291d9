/**
 * Learned ISTA (Gregor and LeCun, 2010):  x <- soft(W1*y + W2*x, theta), started from the values of ISTA.
 * Without `per step` at W1 and W2 all layers share them, as in the paper.
 *
 * Compiled by ipc from lista.ipx: an unrolled network of 16 steps.
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

/** What follows from the givens. */
interface Constants {
  /** R */
  readonly L: Value;
}

/** What may be learned. */
interface Learned {
  /** R[n, m], one for each step */
  readonly W1: Value;
  /** R[n, n], one for each step */
  readonly W2: Value;
  /** R[n], one for each step */
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
function constants(ops: Operations, { A }: Data) {
  const norm_A = ops.norm(A);
  const L = ops.map("square(norm_A)", { norm_A });
  return { L };
}

/** The first state. */
function initial(ops: Operations, { n }: Known) {
  const x = ops.fill(0, R(n));
  return { values: { x } };
}

/** The first iteration, where the state is still 0. */
function firstStep(ops: Operations, { n, W1, y, theta }: Known) {
  const W1_y = ops.matvec(W1, y, R(n));
  const x_next = ops.map("soft(W1_y, theta)", { W1_y, theta });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** `firstStep`, and what its adjoint needs. */
function firstStepSaving(ops: Operations, { n, W1, y, theta }: Known) {
  const W1_y = ops.matvec(W1, y, R(n));
  const x_next = ops.map("soft(W1_y, theta)", { W1_y, theta });
  return { values: { x: x_next }, reports: {}, capped: null, saved: { values: { W1_y }, traces: {} } };
}

/** The vector-Jacobian product of `firstStep`: cotangents of what it returns become those of what it reads. */
function firstStepAdjoint(
  ops: Operations,
  { theta, y }: Known,
  { values: { W1_y } }: ReturnType<typeof firstStepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { W1_y_bar, theta_bar } = ops.mapAll(
    {
      W1_y_bar: "select(theta < abs(W1_y), x_next_bar, 0)",
      theta_bar: "select(theta < abs(W1_y), -(sign(W1_y)*x_next_bar), 0)",
    },
    { theta, W1_y, x_next_bar },
    { theta_bar: "sumSamples" },
  );
  const W1_bar = ops.outerSum(W1_y_bar, y);
  return { state: {}, known: { W1: W1_bar, theta: theta_bar } };
}

/** `firstStepAdjoint` for the inputs alone. */
function firstStepInputAdjoint(
  ops: Operations,
  { m, theta, W1 }: Known,
  { values: { W1_y } }: ReturnType<typeof firstStepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const W1_y_bar = ops.map("select(theta < abs(W1_y), x_next_bar, 0)", { theta, W1_y, x_next_bar });
  const y_bar = ops.matvecTransposed(W1, W1_y_bar, R(m));
  return { y: y_bar };
}

/** One iteration: the next state. */
function step(ops: Operations, { n, W1, y, W2, theta }: Known, { x }: State) {
  const W1_y = ops.matvec(W1, y, R(n));
  const W2_x = ops.matvec(W2, x, R(n));
  const x_next = ops.map("soft(W1_y + W2_x, theta)", { W1_y, W2_x, theta });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, { n, W1, y, W2, theta }: Known, { x }: State) {
  const W1_y = ops.matvec(W1, y, R(n));
  const W2_x = ops.matvec(W2, x, R(n));
  const { W1_y_plus_W2_x, x_next } = ops.mapAll(
    { W1_y_plus_W2_x: "W1_y + W2_x", x_next: "soft(W1_y_plus_W2_x, theta)" },
    { W1_y, W2_x, theta },
  );
  return {
    values: { x: x_next },
    reports: {},
    capped: null,
    saved: { values: { x, W1_y_plus_W2_x }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  { n, theta, W2, y }: Known,
  { values: { x, W1_y_plus_W2_x } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { W1_y_plus_W2_x_bar, theta_bar } = ops.mapAll(
    {
      W1_y_plus_W2_x_bar: "select(theta < abs(W1_y_plus_W2_x), x_next_bar, 0)",
      theta_bar: "select(theta < abs(W1_y_plus_W2_x), -(sign(W1_y_plus_W2_x)*x_next_bar), 0)",
    },
    { theta, W1_y_plus_W2_x, x_next_bar },
    { theta_bar: "sumSamples" },
  );
  const x_bar = ops.matvecTransposed(W2, W1_y_plus_W2_x_bar, R(n));
  const W2_bar = ops.outerSum(W1_y_plus_W2_x_bar, x);
  const W1_bar = ops.outerSum(W1_y_plus_W2_x_bar, y);
  return { state: { x: x_bar }, known: { W1: W1_bar, W2: W2_bar, theta: theta_bar } };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  { m, theta, W1 }: Known,
  { values: { W1_y_plus_W2_x } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const W1_y_plus_W2_x_bar = ops.map("select(theta < abs(W1_y_plus_W2_x), x_next_bar, 0)", {
    theta,
    W1_y_plus_W2_x,
    x_next_bar,
  });
  const y_bar = ops.matvecTransposed(W1, W1_y_plus_W2_x_bar, R(m));
  return { y: y_bar };
}

/**
 * Learned ISTA (Gregor and LeCun, 2010):  x <- soft(W1*y + W2*x, theta), started from the values of ISTA.
 * Without `per step` at W1 and W2 all layers share them, as in the paper.
 */
export const lista = defineProgram<Known, State, Givens, Inputs>({
  name: "lista",
  doc: "Learned ISTA (Gregor and LeCun, 2010):  x <- soft(W1*y + W2*x, theta), started from the values of ISTA.\nWithout `per step` at W1 and W2 all layers share them, as in the paper.",
  hash: "331b9f56962b44e4786d66983408132c41c9e78f2478d1336c27824ff681620c",
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
      name: "W1",
      type: { kind: "array", field: "real", dimensions: ["n", "m"] },
      perStep: true,
      initial: {
        kind: "value",
        evaluate: (ops, { m, L, A }) => {
          const one_over_L = ops.map("reciprocal(L)", { L });
          return ops.materialise(R(m), (v) => {
            const At_v = ops.applyAdjoint(A, v);
            return ops.map("one_over_L*At_v", { one_over_L, At_v });
          });
        },
      },
    },
    {
      name: "W2",
      type: { kind: "array", field: "real", dimensions: ["n", "n"] },
      perStep: true,
      initial: {
        kind: "value",
        evaluate: (ops, { n, L, A }) => {
          const one_over_L = ops.map("reciprocal(L)", { L });
          return ops.materialise(R(n), (v) => {
            const A_v = ops.apply(A, v);
            const At_A_v = ops.applyAdjoint(A, A_v);
            return ops.map("v - one_over_L*At_A_v", { v, one_over_L, At_A_v });
          });
        },
      },
    },
    {
      name: "theta",
      type: { kind: "array", field: "real", dimensions: ["n"] },
      perStep: true,
      initial: {
        kind: "value",
        evaluate: (ops, { n, lambda, L }) => {
          const lambda_over_L = ops.map("lambda/L", { lambda, L });
          return ops.fill(lambda_over_L, R(n));
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
