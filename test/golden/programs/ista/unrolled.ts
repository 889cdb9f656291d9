/**
 * ISTA (Daubechies, Defrise, De Mol, 2004): proximal gradient for the LASSO.
 *
 * Compiled by ipc from ista.ipx: an unrolled network of 20 steps.
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

/** The vector-Jacobian product of `prepare`: cotangents of what it returns become those of what it reads. */
function prepareAdjoint(
  ops: Operations,
  { lambda }: Data & Constants & Learned,
  _saved: unknown,
  { lambda_times_t: lambda_times_t_bar }: Prepared,
) {
  const t_bar = ops.map("lambda_times_t_bar*lambda", { lambda_times_t_bar, lambda });
  return { state: {}, known: { t: t_bar } };
}

/** `prepareAdjoint` for the inputs alone. */
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
function firstStep(ops: Operations, { t, At_y, lambda_times_t }: Known) {
  const x_next = ops.map("soft(t*At_y, lambda_times_t)", { t, At_y, lambda_times_t });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** The vector-Jacobian product of `firstStep`: cotangents of what it returns become those of what it reads. */
function firstStepAdjoint(
  ops: Operations,
  { t, At_y, lambda_times_t }: Known,
  _saved: unknown,
  { x: x_next_bar }: State,
) {
  const signs = ops.map("sign(t*At_y)", { t, At_y });
  const chosen = ops.map(
    "select(lambda_times_t < abs(t*At_y), x_next_bar - lambda_times_t/abs(t*At_y)*(x_next_bar - signs*real(conj(signs)*x_next_bar)), 0)",
    { lambda_times_t, t, At_y, x_next_bar, signs },
  );
  const chosen_2 = ops.map("select(lambda_times_t < abs(t*At_y), -real(conj(signs)*x_next_bar), 0)", {
    lambda_times_t,
    t,
    At_y,
    signs,
    x_next_bar,
  });
  const lambda_times_t_bar_each = ops.sum(chosen_2);
  const lambda_times_t_bar = ops.sumSamples(lambda_times_t_bar_each);
  const t_bar_each = ops.dot(At_y, chosen);
  const t_bar = ops.sumSamples(t_bar_each);
  return { state: {}, known: { t: t_bar, lambda_times_t: lambda_times_t_bar } };
}

/** `firstStepAdjoint` for the inputs alone. */
function firstStepInputAdjoint(
  ops: Operations,
  { t, At_y, lambda_times_t }: Known,
  _saved: unknown,
  { x: x_next_bar }: State,
) {
  const signs = ops.map("sign(t*At_y)", { t, At_y });
  const At_y_bar = ops.map(
    "select(lambda_times_t < abs(t*At_y), x_next_bar - lambda_times_t/abs(t*At_y)*(x_next_bar - signs*real(conj(signs)*x_next_bar)), 0)*t",
    { lambda_times_t, t, At_y, x_next_bar, signs },
  );
  return { At_y: At_y_bar };
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

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, { gram_A, At_y, t, lambda_times_t }: Known, { x }: State) {
  const gram_A_x = ops.apply(gram_A, x);
  const residual = ops.map("gram_A_x - At_y", { gram_A_x, At_y });
  const difference = ops.map("x - t*residual", { x, t, residual });
  const x_next = ops.map("soft(difference, lambda_times_t)", { difference, lambda_times_t });
  return {
    values: { x: x_next },
    reports: {},
    capped: null,
    saved: { values: { residual, difference }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  { lambda_times_t, t, gram_A }: Known,
  { values: { residual, difference } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const sign_difference = ops.map("sign(difference)", { difference });
  const difference_bar = ops.map(
    "select(lambda_times_t < abs(difference), x_next_bar - lambda_times_t/abs(difference)*(x_next_bar - sign_difference*real(conj(sign_difference)*x_next_bar)), 0)",
    { lambda_times_t, difference, x_next_bar, sign_difference },
  );
  const chosen = ops.map(
    "select(lambda_times_t < abs(difference), -real(conj(sign_difference)*x_next_bar), 0)",
    { lambda_times_t, difference, sign_difference, x_next_bar },
  );
  const lambda_times_t_bar_each = ops.sum(chosen);
  const lambda_times_t_bar = ops.sumSamples(lambda_times_t_bar_each);
  const minus_t_bar_each = ops.dot(residual, difference_bar);
  const minus_t_bar = ops.sumSamples(minus_t_bar_each);
  const t_bar = ops.map("-minus_t_bar", { minus_t_bar });
  const minus_residual_bar = ops.map("difference_bar*t", { difference_bar, t });
  const gram_At_v = ops.applyAdjoint(gram_A, minus_residual_bar);
  const x_bar = ops.map("difference_bar - gram_At_v", { difference_bar, gram_At_v });
  return { state: { x: x_bar }, known: { t: t_bar, lambda_times_t: lambda_times_t_bar } };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  { lambda_times_t, t }: Known,
  { values: { difference } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const sign_difference = ops.map("sign(difference)", { difference });
  const At_y_bar = ops.map(
    "select(lambda_times_t < abs(difference), x_next_bar - lambda_times_t/abs(difference)*(x_next_bar - sign_difference*real(conj(sign_difference)*x_next_bar)), 0)*t",
    { lambda_times_t, difference, x_next_bar, sign_difference, t },
  );
  return { At_y: At_y_bar };
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
  prepare: {
    run: prepare,
    reverse: {
      save: (ops, known) => ({ ...prepare(ops, known), saved: { values: {}, traces: {} } }),
      adjoint: prepareAdjoint,
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
    algorithm: "proximal gradient",
    statement:
      "the step is averaged, since t*L = t*norm(A)^2 stays below 2; the iterates converge to a minimiser of the objective, if there is one",
    conditions: ["t < 2/L", "a minimiser exists"],
  },
  notes: [],
  inputGradients: true,
});
