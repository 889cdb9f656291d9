/**
 * ISTA (Daubechies, Defrise, De Mol, 2004): proximal gradient for the LASSO.
 *
 * Compiled by ipc from ista.ipx: a solver of at most 5000 steps.
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
  /** linear X -> Y: the forward operator */
  readonly A: OperatorDatum;
  /** R in (0, inf) */
  readonly lambda?: ArrayDatum;
}

/** What `run` takes; samples may be on a first axis. */
export interface Inputs {
  /** Y: the measurement */
  readonly y: ArrayDatum;
}

/** What the program is run on. */
interface Data {
  /** a space */
  readonly X: Space;
  /** a space */
  readonly Y: Space;
  /** linear X -> Y: the forward operator */
  readonly A: Operator;
  /** R in (0, inf) */
  readonly lambda: Value;
  /** Y, of each sample: the measurement */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** R */
  readonly L: Value;
}

/** What may be learned. */
interface Learned {
  /** R: the step, kept in (0, 2/L) */
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
  const norm_A = ops.norm(A);
  const L = ops.map("square(norm_A)", { norm_A });
  return { L };
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
function step(ops: Operations, { A, At_y, t, lambda }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const At_A_x = ops.applyAdjoint(A, A_x);
  const g = ops.map("At_A_x - At_y", { At_A_x, At_y });
  const v = ops.map("x - t*g", { x, t, g });
  const x_next = ops.map("soft(v, t*lambda)", { v, t, lambda });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, { A, y, lambda }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const r = ops.map("A_x - y", { A_x, y });
  const r_sq = ops.dot(r, r);
  const moduli = ops.map("abs(x)", { x });
  const sum_moduli = ops.sum(moduli);
  return ops.map("0.5*r_sq + lambda*sum_moduli", { r_sq, lambda, sum_moduli });
}

/** 1 for the samples that may stop; `before` means the last test. */
function until(ops: Operations, _known: Known, { x }: State, { x: x_before }: State) {
  const d = ops.map("x - x_before", { x, x_before });
  const moved = ops.norm2(d);
  const size = ops.norm2(x);
  return ops.map("moved < 0.000001*size", { moved, size });
}

/** ISTA (Daubechies, Defrise, De Mol, 2004): proximal gradient for the LASSO. */
export const ista = defineProgram<Known, State, Givens, Inputs>({
  name: "ista",
  doc: "ISTA (Daubechies, Defrise, De Mol, 2004): proximal gradient for the LASSO.",
  hash: "0000000000000000000000000000000000000000000000000000000000000000",
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
      doc: "the forward operator",
    },
    {
      name: "lambda",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.1),
    },
  ],
  inputs: [{ name: "y", type: { kind: "space", name: "Y" }, doc: "the measurement" }],
  parameters: [
    {
      name: "t",
      type: { kind: "array", field: "real", dimensions: [] },
      doc: "the step, kept in (0, 2/L)",
      initial: { kind: "value", evaluate: (ops, { L }) => ops.map("reciprocal(L)", { L }) },
      interval: (ops, { L }) => {
        const low = ops.number(0);
        const high = ops.map("2/L", { L });
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
  certificate: null,
  notes: [],
});
