/**
 * Kaczmarz (Bull. Int. Acad. Polon. Sci. A 35, 1937).
 * Project onto one equation <a_i, x> = y_i after the other, in cyclic order.
 *
 * Compiled by ipc from kaczmarz.ipx: an unrolled network of 10 steps.
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
}

/** All that a step may read. */
type Known = Data & Constants;

/** What lives on from step to step. */
interface State {
  /** X */
  readonly x: Value;
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { A }: Data) {
  const r = ops.at("kaczmarz.ipx:9:11").rowNorms(A);
  return { r };
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

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, { m, k, r, omega, y, A }: Known, { x }: State) {
  const size = ops.number(m);
  const i = ops.map("mod(k, size)", { k, size });
  const r_i = ops.rows(r, i);
  const quotient = ops.map("omega/square(r_i)", { omega, r_i });
  const y_i = ops.rows(y, i);
  const Ai_x = ops.applyRows(A, i, x);
  const y_i_minus_Ai_x = ops.map("y_i - Ai_x", { y_i, Ai_x });
  const Ait_sub = ops.applyRowsAdjoint(A, i, y_i_minus_Ai_x);
  const x_next = ops.map("x + quotient*Ait_sub", { x, quotient, Ait_sub });
  return { values: { x: x_next }, reports: {}, capped: null, saved: { values: { quotient }, traces: {} } };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  { m, k, A }: Known,
  { values: { quotient } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const size = ops.number(m);
  const i = ops.map("mod(k, size)", { k, size });
  const Ait_sub_bar = ops.map("x_next_bar*quotient", { x_next_bar, quotient });
  const Ai_mul = ops.applyRows(A, i, Ait_sub_bar);
  const Ai_x_bar = ops.map("-Ai_mul", { Ai_mul });
  const Ait_neg = ops.applyRowsAdjoint(A, i, Ai_x_bar);
  const x_bar = ops.map("x_next_bar + Ait_neg", { x_next_bar, Ait_neg });
  return { state: { x: x_bar }, known: {} };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  { m, k, A }: Known,
  { values: { quotient } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const size = ops.number(m);
  const i = ops.map("mod(k, size)", { k, size });
  const Ait_sub_bar = ops.map("x_next_bar*quotient", { x_next_bar, quotient });
  const Ai_mul = ops.applyRows(A, i, Ait_sub_bar);
  const y_bar = ops.placeRows(Ai_mul, i, R(m));
  return { y: y_bar };
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
  target: { kind: "unrolled", steps: 10, beyond: "error" },
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
