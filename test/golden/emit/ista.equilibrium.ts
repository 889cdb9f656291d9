/**
 * ISTA (Daubechies, Defrise, De Mol, 2004): proximal gradient for the LASSO.
 *
 * Compiled by ipc from ista.ipx: an equilibrium model, solved by anderson(memory = 5, damping = 1, ridge =
 * 1e-8) to 0.0001 in at most 100 steps; gradients by gmres(tol = 0.00001, restart = 20, max = 100); samples
 * that do not converge are an error.
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

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, { A, At_y, t, lambda }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const At_A_x = ops.applyAdjoint(A, A_x);
  const g = ops.map("At_A_x - At_y", { At_A_x, At_y });
  const v = ops.map("x - t*g", { x, t, g });
  const x_next = ops.map("soft(v, t*lambda)", { v, t, lambda });
  return { values: { x: x_next }, reports: {}, capped: null, saved: { values: { g, v }, traces: {} } };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  { t, lambda, A }: Known,
  { values: { g, v } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const kept = ops.map("select(abs(v) <= t*lambda, 0, x_next_bar)", { v, t, lambda, x_next_bar });
  const A_kept = ops.apply(A, kept);
  const At_A_kept = ops.applyAdjoint(A, A_kept);
  const x_bar = ops.map("kept - t*At_A_kept", { kept, t, At_A_kept });
  const signs = ops.map("sign(v)", { v });
  const g_dot_kept = ops.dot(g, kept);
  const signs_dot_kept = ops.dot(signs, kept);
  const t_bar_2 = ops.map("-g_dot_kept - lambda*signs_dot_kept", { g_dot_kept, signs_dot_kept, lambda });
  const t_bar = ops.sumSamples(t_bar_2);
  return { state: { x: x_bar }, known: { t: t_bar } };
}

/** `stepAdjoint` for the state alone. */
function stepStateAdjoint(
  ops: Operations,
  { t, lambda, A }: Known,
  { values: { v } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const kept = ops.map("select(abs(v) <= t*lambda, 0, x_next_bar)", { v, t, lambda, x_next_bar });
  const A_kept = ops.apply(A, kept);
  const At_A_kept = ops.applyAdjoint(A, A_kept);
  const x_bar = ops.map("kept - t*At_A_kept", { kept, t, At_A_kept });
  return { x: x_bar };
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
  step: { run: step, reverse: { save: stepSaving, adjoint: stepAdjoint, stateAdjoint: stepStateAdjoint } },
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
  target: {
    kind: "equilibrium",
    solver: { kind: "anderson", memory: 5, damping: 1, ridge: 1e-8 },
    tolerance: 0.0001,
    maximum: 100,
    backward: { kind: "gmres", tolerance: 0.00001, restart: 20, maximum: 100 },
    otherwise: { kind: "error" },
  },
  certificate: null,
  notes: [],
});
