/**
 * Landweber iteration (Amer. J. Math. 73, 1951), stopped by the discrepancy principle (Morozov, 1966).
 *
 * Compiled by ipc from landweber.ipx: a solver of at most 10000 steps.
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
  /** R */
  readonly tau_times_delta: Value;
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
function constants(ops: Operations, { tau, delta, A }: Data) {
  const tau_times_delta = ops.map("tau*delta", { tau, delta });
  const gram_A = ops.gram(A);
  return { tau_times_delta, gram_A };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, { A, y }: Data & Constants & Learned) {
  const At_y = ops.applyAdjoint(A, y);
  return { values: { At_y } };
}

/** The first state. */
function initial(ops: Operations, { X }: Known) {
  const x = ops.fill(0, X);
  return { values: { x } };
}

/** One iteration: the next state. */
function step(ops: Operations, { gram_A, t, At_y }: Known, { x }: State) {
  const gram_A_x = ops.apply(gram_A, x);
  const x_next = ops.map("x + t*(At_y - gram_A_x)", { x, t, At_y, gram_A_x });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, { A, y }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const residual = ops.map("A_x - y", { A_x, y });
  const residual_squared = ops.dot(residual, residual);
  return ops.map("0.5*residual_squared", { residual_squared });
}

/** 1 for the samples that may stop; `before` means the last test. */
function until(ops: Operations, { A, y, tau_times_delta }: Known, { x }: State, { x: x_before }: State) {
  const A_x = ops.apply(A, x);
  const residual = ops.map("A_x - y", { A_x, y });
  const norm_residual = ops.norm2(residual);
  const x_minus_x_before = ops.map("x - x_before", { x, x_before });
  const norm = ops.norm2(x_minus_x_before);
  const norm_x = ops.norm2(x);
  const norm_x_before = ops.norm2(x_before);
  return ops.map(
    "or(norm_residual <= tau_times_delta, select(0 < max(norm_x, norm_x_before), norm/max(norm_x, norm_x_before), 0) < 0.000001)",
    { norm_residual, tau_times_delta, norm_x, norm_x_before, norm },
  );
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
  prepare: { run: prepare, reverse: null },
  initial: { run: initial, reverse: null },
  step: { run: step, reverse: null },
  finish: { run: (_ops, _known, { x }) => ({ values: { output: x } }), reverse: null },
  objective,
  until,
  target: { kind: "solver", maximum: 10000, every: 1, accelerate: null },
  certificate: {
    answer: "proved",
    algorithm: "gradient descent",
    statement:
      "the step is averaged, since t*L = t*norm(A)^2 stays below 2; the iterates converge to a minimiser of the objective, if there is one",
    conditions: ["t < 2/L", "a minimiser exists"],
  },
  notes: [],
});
