/**
 * Landweber iteration (Amer. J. Math. 73, 1951), stopped by the discrepancy principle (Morozov, 1966).
 *
 * Compiled by ipc from landweber.ipx: an unrolled network of 20 steps.
 *
 * Convergence: proved. the step is averaged, since t*L = t*norm(A)^2 stays below 2; the iterates converge
 * to a minimiser of the objective, if there is one
 * - t < 2/L
 * - a minimiser exists
 */
import {
  defineProgram,
  type ArrayDatum,
  type Operations,
  type Operator,
  type OperatorDatum,
  type Space,
  type Value,
} from "ipc/runtime";

/** What `model` binds. */
export interface Givens {
  /** linear X -> Y */
  readonly A: OperatorDatum;
  /** R in [0, inf) */
  readonly delta?: ArrayDatum;
  /** R in (1, inf) */
  readonly tau?: ArrayDatum;
}

/** What `run` takes; samples may be on a first axis. */
export interface Inputs {
  /** Y */
  readonly y: ArrayDatum;
}

/** What the program is run on. */
interface Data {
  /** a space */
  readonly X: Space;
  /** a space */
  readonly Y: Space;
  /** linear X -> Y */
  readonly A: Operator;
  /** R in [0, inf) */
  readonly delta: Value;
  /** R in (1, inf) */
  readonly tau: Value;
  /** Y, of each sample */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** linear X -> X with symmetric, positive */
  readonly gram_A: Operator;
}

/** What may be learned. */
interface Learned {
  /** R */
  readonly t: Value;
}

/** What does not change between steps. */
interface Prepared {
  /** X */
  readonly At_y: Value;
}

/** All that a step may read. */
type Known = Data & Constants & Learned & Prepared;

/** What lives on from step to step. */
interface State {
  /** X */
  readonly x: Value;
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { A }: Data) {
  const gram_A = ops.gram(A);
  return { gram_A };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, { A, y }: Data & Constants & Learned) {
  const At_y = ops.applyAdjoint(A, y);
  return { values: { At_y } };
}

/** The vector-Jacobian product of `prepare` for the inputs. */
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
function initial(ops: Operations, { X }: Known) {
  const x = ops.fill(0, X);
  return { values: { x } };
}

/** The first iteration, where the state is still 0. */
function firstStep(ops: Operations, { t, At_y }: Known) {
  const x_next = ops.map("t*At_y", { t, At_y });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** The vector-Jacobian product of `firstStep`: cotangents of what it returns become those of what it reads. */
function firstStepAdjoint(ops: Operations, { At_y }: Known, _saved: unknown, { x: x_next_bar }: State) {
  const t_bar_each = ops.dot(At_y, x_next_bar);
  const t_bar = ops.sumSamples(t_bar_each);
  return { state: {}, known: { t: t_bar } };
}

/** `firstStepAdjoint` for the inputs alone. */
function firstStepInputAdjoint(ops: Operations, { t }: Known, _saved: unknown, { x: x_next_bar }: State) {
  const At_y_bar = ops.map("x_next_bar*t", { x_next_bar, t });
  return { At_y: At_y_bar };
}

/** One iteration: the next state. */
function step(ops: Operations, { gram_A, t, At_y }: Known, { x }: State) {
  const gram_A_x = ops.apply(gram_A, x);
  const x_next = ops.map("x + t*(At_y - gram_A_x)", { x, t, At_y, gram_A_x });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, { gram_A, At_y, t }: Known, { x }: State) {
  const gram_A_x = ops.apply(gram_A, x);
  const residual = ops.map("At_y - gram_A_x", { At_y, gram_A_x });
  const x_next = ops.map("x + t*residual", { x, t, residual });
  return { values: { x: x_next }, reports: {}, capped: null, saved: { values: { residual }, traces: {} } };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  { t, gram_A }: Known,
  { values: { residual } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const t_bar_each = ops.dot(residual, x_next_bar);
  const t_bar = ops.sumSamples(t_bar_each);
  const residual_bar = ops.map("x_next_bar*t", { x_next_bar, t });
  const gram_At_neg = ops.applyAdjoint(gram_A, residual_bar);
  const x_bar = ops.map("x_next_bar - gram_At_neg", { x_next_bar, gram_At_neg });
  return { state: { x: x_bar }, known: { t: t_bar } };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(ops: Operations, { t }: Known, _saved: unknown, { x: x_next_bar }: State) {
  const At_y_bar = ops.map("x_next_bar*t", { x_next_bar, t });
  return { At_y: At_y_bar };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, { A, y }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const residual = ops.map("A_x - y", { A_x, y });
  const residual_squared = ops.dot(residual, residual);
  return ops.map("0.5*residual_squared", { residual_squared });
}

/** Landweber iteration (Amer. J. Math. 73, 1951), stopped by the discrepancy principle (Morozov, 1966). */
export const landweber = defineProgram<Known, State, Givens, Inputs>({
  name: "landweber",
  doc: "Landweber iteration (Amer. J. Math. 73, 1951), stopped by the discrepancy principle (Morozov, 1966).",
  hash: "0c471fd9e1337a3ea5fef40b277160307ac35f9d37c4ed9afc4c772ce49046cb",
  sizes: [],
  spaces: [
    { name: "X", field: "any" },
    { name: "Y", field: "any" },
  ],
  givens: [
    {
      name: "A",
      type: {
        kind: "operator",
        domain: { kind: "space", name: "X" },
        codomain: { kind: "space", name: "Y" },
      },
    },
    {
      name: "delta",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: false, highOpen: true },
      initial: (ops) => ops.number(0),
    },
    {
      name: "tau",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 1, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(1.1),
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
  states: [{ name: "x", type: { kind: "space", name: "X" }, assumedInterval: null, carried: true }],
  output: { type: { kind: "space", name: "X" } },
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
      save: (ops, known) => ({ ...firstStep(ops, known), saved: { values: {}, traces: {} } }),
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
  objective,
  until: null,
  target: { kind: "unrolled", steps: 20, beyond: "error" },
  certificate: {
    answer: "proved",
    algorithm: "gradient descent",
    statement:
      "the step is averaged, since t*L = t*norm(A)^2 stays below 2; the iterates converge to a minimiser of the objective, if there is one",
    conditions: ["t < 2/L", "a minimiser exists"],
  },
  notes: [],
  inputGradients: true,
});
