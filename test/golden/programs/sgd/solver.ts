/**
 * Stochastic gradient descent (Robbins and Monro, Ann. Math. Statist. 22, 1951) on 1/2 |Ax - y|^2
 * with random blocks of b measurements.
 *
 * Compiled by ipc from sgd.ipx: a solver of at most 50*m/b steps, tested every m/b.
 *
 * Convergence: not found. no proof was found, and no counterexample: the step draws at random, and the
 * rules speak of every run, not of expectations
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
  /** linear X -> R[m] */
  readonly A: OperatorDatum;
  /** R in (0, 2) */
  readonly t0?: ArrayDatum;
  /** R in (0.5, 1] */
  readonly p?: ArrayDatum;
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
  readonly b: number;
  /** a space */
  readonly X: Space;
  /** linear X -> R[m] */
  readonly A: Operator;
  /** R in (0, 2) */
  readonly t0: Value;
  /** R in (0.5, 1] */
  readonly p: Value;
  /** R[m], of each sample */
  readonly y: Value;
  /** the number of the step, from 0 */
  readonly k: Value;
  /** int[b], drawn anew in each step */
  readonly J: Value;
}

/** What follows from the givens. */
interface Constants {
  /** R */
  readonly quotient: Value;
}

/** What does not change between steps. */
interface Prepared {
  /** R */
  readonly product: Value;
}

/** All that a step may read. */
type Known = Data & Constants & Prepared;

/** What lives on from step to step. */
interface State {
  /** X */
  readonly x: Value;
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { A, t0 }: Data) {
  const norm_A = ops.norm(A);
  const quotient = ops.map("t0/square(norm_A)", { t0, norm_A });
  return { quotient };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, { y }: Data & Constants) {
  const norm_y = ops.norm2(y);
  const product = ops.map("0.001*norm_y", { norm_y });
  return { values: { product } };
}

/** The first state. */
function initial(ops: Operations, { X }: Known) {
  const x = ops.fill(0, X);
  return { values: { x } };
}

/** One iteration: the next state. */
function step(ops: Operations, { b, m, quotient, k, p, A, J, y }: Known, { x }: State) {
  const size = ops.number(b);
  const size_2 = ops.number(m);
  const quotient_2 = ops.map("quotient/(1 + k*size/size_2)^p*size_2/size", { quotient, k, size, size_2, p });
  const AJ_x = ops.applyRows(A, J, x);
  const y_J = ops.rows(y, J);
  const AJ_x_minus_y_J = ops.map("AJ_x - y_J", { AJ_x, y_J });
  const AJt_sub = ops.applyRowsAdjoint(A, J, AJ_x_minus_y_J);
  const x_next = ops.map("x - quotient_2*AJt_sub", { x, quotient_2, AJt_sub });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, { A, y }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const { residual_squared } = ops.mapAll(
    { residual_squared: "(A_x - y)*(A_x - y)" },
    { A_x, y },
    { residual_squared: "sum" },
  );
  return ops.map("0.5*residual_squared", { residual_squared });
}

/** 1 for the samples that may stop; `before` means the last test. */
function until(ops: Operations, { A, y, product }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const { norm_residual_squared } = ops.mapAll(
    { norm_residual_squared: "(A_x - y)*(A_x - y)" },
    { A_x, y },
    { norm_residual_squared: "sum" },
  );
  const norm_residual = ops.map("sqrt(norm_residual_squared)", { norm_residual_squared });
  return ops.map("norm_residual < product", { norm_residual, product });
}

/**
 * Stochastic gradient descent (Robbins and Monro, Ann. Math. Statist. 22, 1951) on 1/2 |Ax - y|^2
 * with random blocks of b measurements.
 */
export const sgd = defineProgram<Known, State, Givens, Inputs>({
  name: "sgd",
  doc: "Stochastic gradient descent (Robbins and Monro, Ann. Math. Statist. 22, 1951) on 1/2 |Ax - y|^2\nwith random blocks of b measurements.",
  hash: "3282d1e6dcff30e6b602a9faef5de3e89d25d35fa1870f56ecfcd368bdf541cc",
  sizes: [
    { name: "m", initial: null },
    { name: "b", initial: 4 },
  ],
  spaces: [{ name: "X", field: "any" }],
  givens: [
    {
      name: "A",
      type: {
        kind: "operator",
        domain: { kind: "space", name: "X" },
        codomain: { kind: "array", field: "real", dimensions: ["m"] },
      },
    },
    {
      name: "t0",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: 2, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(1),
    },
    {
      name: "p",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0.5, high: 1, lowOpen: true, highOpen: false },
      initial: (ops) => ops.number(0.6),
    },
  ],
  inputs: [{ name: "y", type: { kind: "array", field: "real", dimensions: ["m"] } }],
  parameters: [],
  requirements: [
    {
      name: "m",
      of: "`every = m/b`",
      written: "[1, inf)",
      computed: false,
      lowOpen: false,
      highOpen: true,
      evaluate: (ops, { m, b }) => {
        const size = ops.number(m);
        const size_2 = ops.number(b);
        const value = ops.map("size/size_2", { size, size_2 });
        const low = ops.number(1);
        return { value, low, high: null };
      },
    },
    {
      name: "m",
      of: "`max = 50*m/b`",
      written: "[1, inf)",
      computed: false,
      lowOpen: false,
      highOpen: true,
      evaluate: (ops, { m, b }) => {
        const size = ops.number(m);
        const size_2 = ops.number(b);
        const value = ops.map("50*size/size_2", { size, size_2 });
        const low = ops.number(1);
        return { value, low, high: null };
      },
    },
  ],
  states: [{ name: "x", type: { kind: "space", name: "X" }, assumedInterval: null, carried: true }],
  counter: "k",
  draws: [
    {
      name: "J",
      type: { kind: "array", field: "real", dimensions: ["b"] },
      when: "step",
      statement: 0,
      rounds: [],
      of: { kind: "batch", below: "m" },
    },
  ],
  output: { type: { kind: "space", name: "X" } },
  constants,
  prepare: { run: prepare, reverse: null },
  initial: { run: initial, reverse: null },
  step: { run: step, reverse: null },
  finish: { run: (_ops, _known, { x }) => ({ values: { output: x } }), reverse: null },
  objective,
  until,
  target: { kind: "solver", maximum: "50*m/b", every: "m/b", accelerate: null },
  certificate: {
    answer: "not_found",
    algorithm: null,
    statement:
      "no proof was found, and no counterexample: the step draws at random, and the rules speak of every run, not of expectations",
    conditions: [],
  },
  notes: [],
});
