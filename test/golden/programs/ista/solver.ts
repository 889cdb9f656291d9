/**
 * ISTA (Daubechies, Defrise, De Mol, 2004): proximal gradient for the LASSO.
 *
 * Compiled by ipc from ista.ipx: a solver of at most 5000 steps.
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
  /** a space */
  readonly X: Space;
  /** a space */
  readonly Y: Space;
  /** linear X -> Y */
  readonly A: Operator;
  /** R in (0, inf) */
  readonly lambda: Value;
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
  /** R */
  readonly lambda_times_t: Value;
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
function prepare(ops: Operations, { lambda, t, A, y }: Data & Constants & Learned) {
  const lambda_times_t = ops.map("lambda*t", { lambda, t });
  const At_y = ops.applyAdjoint(A, y);
  return { values: { lambda_times_t, At_y } };
}

/** The first state. */
function initial(ops: Operations, { X }: Known) {
  const x = ops.fill(0, X);
  return { values: { x } };
}

/** One iteration: the next state. */
function step(ops: Operations, { gram_A, t, At_y, lambda_times_t }: Known, { x }: State) {
  const gram_A_x = ops.apply(gram_A, x);
  const x_next = ops.map("soft(x - t*(gram_A_x - At_y), lambda_times_t)", {
    x,
    t,
    gram_A_x,
    At_y,
    lambda_times_t,
  });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, { A, y, lambda }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const residual = ops.map("A_x - y", { A_x, y });
  const residual_squared = ops.dot(residual, residual);
  const abs_x = ops.map("abs(x)", { x });
  const sum_abs_x = ops.sum(abs_x);
  return ops.map("0.5*residual_squared + lambda*sum_abs_x", { residual_squared, lambda, sum_abs_x });
}

/** 1 for the samples that may stop; `before` means the last test. */
function until(ops: Operations, _known: Known, { x }: State, { x: x_before }: State) {
  const x_minus_x_before = ops.map("x - x_before", { x, x_before });
  const norm = ops.norm2(x_minus_x_before);
  const norm_x = ops.norm2(x);
  const norm_x_before = ops.norm2(x_before);
  return ops.map("select(0 < max(norm_x, norm_x_before), norm/max(norm_x, norm_x_before), 0) < 0.000001", {
    norm_x,
    norm_x_before,
    norm,
  });
}

/** ISTA (Daubechies, Defrise, De Mol, 2004): proximal gradient for the LASSO. */
export const ista = defineProgram<Known, State, Givens, Inputs>({
  name: "ista",
  doc: "ISTA (Daubechies, Defrise, De Mol, 2004): proximal gradient for the LASSO.",
  hash: "96f36c316048602d750ce2b95b98c6934b531c2bd58082e867fe53fb856582dd",
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
      name: "lambda",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.1),
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
  target: { kind: "solver", maximum: 5000, every: 1, accelerate: null },
  certificate: {
    answer: "proved",
    algorithm: "proximal gradient",
    statement:
      "the step is averaged, since t*L = t*norm(A)^2 stays below 2; the iterates converge to a minimiser of the objective, if there is one",
    conditions: ["t < 2/L", "a minimiser exists"],
  },
  notes: [],
});
