/**
 * Kaczmarz (Bull. Int. Acad. Polon. Sci. A 35, 1937).
 * Project onto one equation <a_i, x> = y_i after the other, in cyclic order.
 *
 * Compiled by ipc from kaczmarz.ipx: a solver of at most 100*m steps, tested every m.
 *
 * Convergence: not found. no proof was found, and no counterexample: the step is none of the algorithms
 * that have a rule
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
  readonly omega?: ArrayDatum;
  /** R in [0, inf) */
  readonly delta?: ArrayDatum;
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
  /** a space */
  readonly X: Space;
  /** linear X -> R[m] */
  readonly A: Operator;
  /** R in (0, 2) */
  readonly omega: Value;
  /** R in [0, inf) */
  readonly delta: Value;
  /** R[m], of each sample */
  readonly y: Value;
  /** the number of the step, from 0 */
  readonly k: Value;
}

/** What follows from the givens. */
interface Constants {
  /** R[m] */
  readonly r: Value;
  /** R */
  readonly product: Value;
}

/** All that a step may read. */
type Known = Data & Constants;

/** What lives on from step to step. */
interface State {
  /** X */
  readonly x: Value;
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { A, delta }: Data) {
  const r = ops.at("kaczmarz.ipx:9:11").rowNorms(A);
  const product = ops.map("1.1*delta", { delta });
  return { r, product };
}

/** The first state. */
function initial(ops: Operations, { X }: Known) {
  const x = ops.fill(0, X);
  return { values: { x } };
}

/** One iteration: the next state. */
function step(ops: Operations, { m, k, r, omega, y, A }: Known, { x }: State) {
  const size = ops.number(m);
  const i = ops.map("mod(k, size)", { k, size });
  const r_i = ops.rows(r, i);
  const quotient = ops.map("omega/square(r_i)", { omega, r_i });
  const y_i = ops.rows(y, i);
  const Ai_x = ops.applyRows(A, i, x);
  const y_i_minus_Ai_x = ops.map("y_i - Ai_x", { y_i, Ai_x });
  const Ait_sub = ops.applyRowsAdjoint(A, i, y_i_minus_Ai_x);
  const x_next = ops.map("x + quotient*Ait_sub", { x, quotient, Ait_sub });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** 1 for the samples that may stop; `before` means the last test. */
function until(ops: Operations, { A, y, product }: Known, { x }: State, { x: x_before }: State) {
  const A_x = ops.apply(A, x);
  const { norm_residual_squared } = ops.mapAll(
    { norm_residual_squared: "(A_x - y)*(A_x - y)" },
    { A_x, y },
    { norm_residual_squared: "sum" },
  );
  const norm_residual = ops.map("sqrt(norm_residual_squared)", { norm_residual_squared });
  const x_minus_x_before = ops.map("x - x_before", { x, x_before });
  const norm = ops.norm2(x_minus_x_before);
  const norm_x = ops.norm2(x);
  const norm_x_before = ops.norm2(x_before);
  return ops.map(
    "or(norm_residual <= product, select(0 < max(norm_x, norm_x_before), norm/max(norm_x, norm_x_before), 0) < 0.000001)",
    { norm_residual, product, norm_x, norm_x_before, norm },
  );
}

/**
 * Kaczmarz (Bull. Int. Acad. Polon. Sci. A 35, 1937).
 * Project onto one equation <a_i, x> = y_i after the other, in cyclic order.
 */
export const kaczmarz = defineProgram<Known, State, Givens, Inputs>({
  name: "kaczmarz",
  doc: "Kaczmarz (Bull. Int. Acad. Polon. Sci. A 35, 1937).\nProject onto one equation <a_i, x> = y_i after the other, in cyclic order.",
  hash: "3eb4eaa1fbf55bab7071132027b8cf36d4656a055029bcc37201f558c0491e6a",
  sizes: [{ name: "m", initial: null }],
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
      name: "omega",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: 2, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(1),
    },
    {
      name: "delta",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: false, highOpen: true },
      initial: (ops) => ops.number(0),
    },
  ],
  inputs: [{ name: "y", type: { kind: "array", field: "real", dimensions: ["m"] } }],
  parameters: [],
  states: [{ name: "x", type: { kind: "space", name: "X" }, assumedInterval: null, carried: true }],
  counter: "k",
  output: { type: { kind: "space", name: "X" } },
  constants,
  prepare: null,
  initial: { run: initial, reverse: null },
  step: { run: step, reverse: null },
  finish: { run: (_ops, _known, { x }) => ({ values: { output: x } }), reverse: null },
  objective: null,
  until,
  target: { kind: "solver", maximum: "100*m", every: "m", accelerate: null },
  certificate: {
    answer: "not_found",
    algorithm: null,
    statement:
      "no proof was found, and no counterexample: the step is none of the algorithms that have a rule",
    conditions: [],
  },
  notes: [],
});
