/**
 * FISTA (Beck and Teboulle, 2009) with the step 1/L.
 *
 * Compiled by ipc from fista.ipx: an unrolled network of 20 steps.
 *
 * Convergence: proved. F(x_k) - F* <= 2*L*R^2/(k + 1)^2 with R the distance from the start to a minimiser,
 * by the Lyapunov function of Beck and Teboulle; F is the objective
 * - t <= 1/L
 * - t_{k+1}^2 - t_{k+1} <= t_k^2
 * - a minimiser exists
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

/** The vector-Jacobian product of `prepare` for the inputs. */
function prepareInputAdjoint(
  ops: Operations,
  { A }: Data & Constants,
  _saved: unknown,
  { At_y: At_y_bar }: Prepared,
) {
  const y_bar = ops.apply(A, At_y_bar);
  return { y: y_bar };
}

/** The first state. */
function initial(ops: Operations, { X }: Known) {
  const s = ops.number(1);
  const x = ops.fill(0, X);
  return { values: { x, z: x, s } };
}

/** The first iteration, where the state is still 0. */
function firstStep(ops: Operations, { At_y, L, lambda_over_L }: Known, { s }: State) {
  const x_next = ops.map("soft(At_y/L, lambda_over_L)", { At_y, L, lambda_over_L });
  const s_next = ops.map("(1 + sqrt(1 + 4*square(s)))/2", { s });
  const quotient = ops.map("(s - 1)/s_next", { s, s_next });
  const z_next = ops.map("x_next + quotient*x_next", { x_next, quotient });
  return { values: { x: x_next, z: z_next, s: s_next }, reports: {}, capped: null };
}

/** `firstStep`, and what its adjoint needs. */
function firstStepSaving(ops: Operations, { At_y, L, lambda_over_L }: Known, { s }: State) {
  const x_next = ops.map("soft(At_y/L, lambda_over_L)", { At_y, L, lambda_over_L });
  const s_next = ops.map("(1 + sqrt(1 + 4*square(s)))/2", { s });
  const quotient = ops.map("(s - 1)/s_next", { s, s_next });
  const z_next = ops.map("x_next + quotient*x_next", { x_next, quotient });
  return {
    values: { x: x_next, z: z_next, s: s_next },
    reports: {},
    capped: null,
    saved: { values: { quotient }, traces: {} },
  };
}

/** The vector-Jacobian product of `firstStep` for the inputs. */
function firstStepInputAdjoint(
  ops: Operations,
  { At_y, L, lambda_over_L }: Known,
  { values: { quotient } }: ReturnType<typeof firstStepSaving>["saved"],
  { x: x_next_bar, z: z_next_bar }: State,
) {
  const At_y_over_L = ops.map("At_y/L", { At_y, L });
  const x_next_bar_2 = ops.map("x_next_bar + z_next_bar + z_next_bar*quotient", {
    x_next_bar,
    z_next_bar,
    quotient,
  });
  const sign_At_y_over_L = ops.map("sign(At_y_over_L)", { At_y_over_L });
  const At_y_bar = ops.map(
    "select(lambda_over_L < abs(At_y_over_L), x_next_bar_2 - lambda_over_L/abs(At_y_over_L)*(x_next_bar_2 - sign_At_y_over_L*real(conj(sign_At_y_over_L)*x_next_bar_2)), 0)/L",
    { lambda_over_L, At_y_over_L, x_next_bar_2, sign_At_y_over_L, L },
  );
  return { At_y: At_y_bar };
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

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, { gram_A, At_y, L, lambda_over_L }: Known, { x, z, s }: State) {
  const gram_A_z = ops.apply(gram_A, z);
  const difference = ops.map("z - (gram_A_z - At_y)/L", { z, gram_A_z, At_y, L });
  const x_next = ops.map("soft(difference, lambda_over_L)", { difference, lambda_over_L });
  const root = ops.map("sqrt(1 + 4*square(s))", { s });
  const s_next = ops.map("(1 + root)/2", { root });
  const quotient = ops.map("(s - 1)/s_next", { s, s_next });
  const x_next_minus_x = ops.map("x_next - x", { x_next, x });
  const z_next = ops.map("x_next + quotient*x_next_minus_x", { x_next, quotient, x_next_minus_x });
  return {
    values: { x: x_next, z: z_next, s: s_next },
    reports: {},
    capped: null,
    saved: { values: { s, difference, root, s_next, quotient, x_next_minus_x }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  { lambda_over_L, L, gram_A }: Known,
  {
    values: { s, difference, root, s_next, quotient, x_next_minus_x },
  }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar, z: z_next_bar, s: s_next_bar }: State,
) {
  const quotient_bar = ops.dot(x_next_minus_x, z_next_bar);
  const x_next_bar_2 = ops.map("x_next_bar + z_next_bar + z_next_bar*quotient", {
    x_next_bar,
    z_next_bar,
    quotient,
  });
  const x_bar = ops.map("-(z_next_bar*quotient)", { z_next_bar, quotient });
  const s_bar = ops.map(
    "quotient_bar/s_next + (s_next_bar - quotient*quotient_bar/s_next)/2/(2*root)*4*(2*s)",
    { quotient_bar, s_next, s_next_bar, quotient, root, s },
  );
  const sign_difference = ops.map("sign(difference)", { difference });
  const difference_bar = ops.map(
    "select(lambda_over_L < abs(difference), x_next_bar_2 - lambda_over_L/abs(difference)*(x_next_bar_2 - sign_difference*real(conj(sign_difference)*x_next_bar_2)), 0)",
    { lambda_over_L, difference, x_next_bar_2, sign_difference },
  );
  const difference_bar_scaled = ops.map("difference_bar/L", { difference_bar, L });
  const gram_At_v = ops.applyAdjoint(gram_A, difference_bar_scaled);
  const z_bar = ops.map("difference_bar - gram_At_v", { difference_bar, gram_At_v });
  return { state: { x: x_bar, z: z_bar, s: s_bar }, known: {} };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  { lambda_over_L, L }: Known,
  { values: { difference, quotient } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar, z: z_next_bar }: State,
) {
  const x_next_bar_2 = ops.map("x_next_bar + z_next_bar + z_next_bar*quotient", {
    x_next_bar,
    z_next_bar,
    quotient,
  });
  const sign_difference = ops.map("sign(difference)", { difference });
  const At_y_bar = ops.map(
    "select(lambda_over_L < abs(difference), x_next_bar_2 - lambda_over_L/abs(difference)*(x_next_bar_2 - sign_difference*real(conj(sign_difference)*x_next_bar_2)), 0)/L",
    { lambda_over_L, difference, x_next_bar_2, sign_difference, L },
  );
  return { At_y: At_y_bar };
}

/** The vector-Jacobian product of `finish`: cotangents of what it returns become those of what it reads. */
function finishAdjoint(
  ops: Operations,
  { X }: Known,
  _saved: unknown,
  { output: output_bar }: { readonly output: Value },
) {
  const z_bar = ops.fill(0, X);
  const s_bar = ops.fill(0, R());
  return { state: { x: output_bar, z: z_bar, s: s_bar }, known: {} };
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
      save: firstStepSaving,
      adjoint: null,
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
      adjoint: finishAdjoint,
      stateAdjoint: null,
    },
  },
  objective,
  until: null,
  target: { kind: "unrolled", steps: 20, beyond: "error" },
  certificate: {
    answer: "proved",
    algorithm: "FISTA",
    statement:
      "F(x_k) - F* <= 2*L*R^2/(k + 1)^2 with R the distance from the start to a minimiser, by the Lyapunov function of Beck and Teboulle; F is the objective",
    conditions: ["t <= 1/L", "t_{k+1}^2 - t_{k+1} <= t_k^2", "a minimiser exists"],
  },
  notes: [],
  inputGradients: true,
});
