/**
 * FISTA (Beck and Teboulle, 2009) with the step 1/L.
 *
 * Compiled by ipc from fista.ipx: a solver of at most 5000 steps.
 *
 * Convergence: proved. F(x_k) - F* <= 2*L*R^2/(k + 1)^2 with R the distance from the start to a minimiser,
 * by the Lyapunov function of Beck and Teboulle; F is the objective
 * - t <= 1/L
 * - t_{k+1}^2 - t_{k+1} <= t_k^2
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
  /** R */
  readonly L: Value;
  /** R */
  readonly lambda_over_L: Value;
  /** linear X -> X with symmetric, positive */
  readonly gram_A: Operator;
}

/** What does not change between steps. */
interface Prepared {
  /** X */
  readonly At_y: Value;
}

/** All that a step may read. */
type Known = Data & Constants & Prepared;

/** What lives on from step to step. */
interface State {
  /** X */
  readonly x: Value;
  /** X */
  readonly z: Value;
  /** R */
  readonly s: Value;
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { A, lambda }: Data) {
  const norm_A = ops.norm(A);
  const L = ops.map("square(norm_A)", { norm_A });
  const lambda_over_L = ops.map("lambda/L", { lambda, L });
  const gram_A = ops.gram(A);
  return { L, lambda_over_L, gram_A };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, { A, y }: Data & Constants) {
  const At_y = ops.applyAdjoint(A, y);
  return { values: { At_y } };
}

/** The first state. */
function initial(ops: Operations, { X }: Known) {
  const s = ops.number(1);
  const x = ops.fill(0, X);
  return { values: { x, z: x, s } };
}

/** One iteration: the next state. */
function step(ops: Operations, { gram_A, At_y, L, lambda_over_L }: Known, { x, z, s }: State) {
  const gram_A_z = ops.apply(gram_A, z);
  const x_next = ops.map("soft(z - (gram_A_z - At_y)/L, lambda_over_L)", {
    z,
    gram_A_z,
    At_y,
    L,
    lambda_over_L,
  });
  const s_next = ops.map("(1 + sqrt(1 + 4*square(s)))/2", { s });
  const quotient = ops.map("(s - 1)/s_next", { s, s_next });
  const z_next = ops.map("x_next + quotient*(x_next - x)", { x_next, quotient, x });
  return { values: { x: x_next, z: z_next, s: s_next }, reports: {}, capped: null };
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

/** FISTA (Beck and Teboulle, 2009) with the step 1/L. */
export const fista = defineProgram<Known, State, Givens, Inputs>({
  name: "fista",
  doc: "FISTA (Beck and Teboulle, 2009) with the step 1/L.",
  hash: "0e558ef18ceb9388835da12192f0fe0fecb6905c1717fbf130cbadb9e14d1abf",
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
  parameters: [],
  states: [
    { name: "x", type: { kind: "space", name: "X" }, assumedInterval: null, carried: true },
    { name: "z", type: { kind: "space", name: "X" }, assumedInterval: null, carried: true },
    {
      name: "s",
      type: { kind: "array", field: "real", dimensions: [] },
      assumedInterval: null,
      carried: true,
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
  target: { kind: "solver", maximum: 5000, every: 1, accelerate: null },
  certificate: {
    answer: "proved",
    algorithm: "FISTA",
    statement:
      "F(x_k) - F* <= 2*L*R^2/(k + 1)^2 with R the distance from the start to a minimiser, by the Lyapunov function of Beck and Teboulle; F is the objective",
    conditions: ["t <= 1/L", "t_{k+1}^2 - t_{k+1} <= t_k^2", "a minimiser exists"],
  },
  notes: [],
});
