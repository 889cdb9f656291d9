/**
 * Projected gradient descent (Goldstein, Bull. Amer. Math. Soc. 70, 1964) for
 * min_{x >= 0} 1/2 |Ax - y|^2 + alpha/2 |x|^2.
 * Written out, the step is  x <- P(x - t*((A'A + alpha I)x - A'y)).
 *
 * Compiled by ipc from gradient_descent_tikhonov.ipx: an equilibrium model, solved by anderson(memory = 5,
 * damping = 1, ridge = 1e-8) to 0.00001 in at most 200 steps; gradients by gmres(tol = 0.000001, restart =
 * 20, max = 100); samples that do not converge are an error.
 *
 * Convergence: proved. the step is averaged, since t*L = t*norm(A)^2 + t*alpha stays below 2; the iterates
 * converge to a minimiser of the objective, if there is one
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
  readonly alpha?: ArrayDatum;
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
  readonly alpha: Value;
  /** Y, of each sample */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** R */
  readonly alpha_over_two: Value;
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
function constants(ops: Operations, { alpha, A }: Data) {
  const alpha_over_two = ops.map("alpha/2", { alpha });
  const gram_A = ops.gram(A);
  return { alpha_over_two, gram_A };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, { A, y }: Data & Constants & Learned) {
  const At_y = ops.applyAdjoint(A, y);
  return { values: { At_y } };
}

/** The vector-Jacobian product of `prepare` for the inputs. */
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

/** One iteration: the next state. */
function step(ops: Operations, { gram_A, t, alpha, At_y }: Known, { x }: State) {
  const gram_A_x = ops.apply(gram_A, x);
  const x_next = ops.map("max(x - t*(alpha*x + (gram_A_x - At_y)), 0)", { x, t, alpha, gram_A_x, At_y });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, { gram_A, alpha, At_y, t }: Known, { x }: State) {
  const gram_A_x = ops.apply(gram_A, x);
  const { grad_f, difference, x_next } = ops.mapAll(
    { grad_f: "alpha*x + (gram_A_x - At_y)", difference: "x - t*grad_f", x_next: "max(difference, 0)" },
    { alpha, x, gram_A_x, At_y, t },
  );
  return {
    values: { x: x_next },
    reports: {},
    capped: null,
    saved: { values: { grad_f, difference }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  { t, gram_A, alpha }: Known,
  { values: { grad_f, difference } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const difference_bar = ops.map("select(0 < difference, x_next_bar, 0)", { difference, x_next_bar });
  const minus_t_bar_each = ops.dot(grad_f, difference_bar);
  const minus_t_bar = ops.sumSamples(minus_t_bar_each);
  const t_bar = ops.map("-minus_t_bar", { minus_t_bar });
  const minus_grad_f_bar = ops.map("difference_bar*t", { difference_bar, t });
  const gram_At_v = ops.applyAdjoint(gram_A, minus_grad_f_bar);
  const x_bar = ops.map("difference_bar - gram_At_v - minus_grad_f_bar*alpha", {
    difference_bar,
    gram_At_v,
    minus_grad_f_bar,
    alpha,
  });
  return { state: { x: x_bar }, known: { t: t_bar } };
}

/** `stepAdjoint` for the state alone. */
function stepStateAdjoint(
  ops: Operations,
  { t, gram_A, alpha }: Known,
  { values: { difference } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { difference_bar, minus_grad_f_bar } = ops.mapAll(
    { difference_bar: "select(0 < difference, x_next_bar, 0)", minus_grad_f_bar: "difference_bar*t" },
    { difference, x_next_bar, t },
  );
  const gram_At_v = ops.applyAdjoint(gram_A, minus_grad_f_bar);
  const x_bar = ops.map("difference_bar - gram_At_v - minus_grad_f_bar*alpha", {
    difference_bar,
    gram_At_v,
    minus_grad_f_bar,
    alpha,
  });
  return { x: x_bar };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  { t }: Known,
  { values: { difference } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const At_y_bar = ops.map("select(0 < difference, x_next_bar, 0)*t", { difference, x_next_bar, t });
  return { At_y: At_y_bar };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, { A, y, alpha_over_two }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const residual = ops.map("A_x - y", { A_x, y });
  const residual_squared = ops.dot(residual, residual);
  const x_squared = ops.dot(x, x);
  return ops.map("0.5*residual_squared + alpha_over_two*x_squared", {
    residual_squared,
    alpha_over_two,
    x_squared,
  });
}

/**
 * Projected gradient descent (Goldstein, Bull. Amer. Math. Soc. 70, 1964) for
 * min_{x >= 0} 1/2 |Ax - y|^2 + alpha/2 |x|^2.
 * Written out, the step is  x <- P(x - t*((A'A + alpha I)x - A'y)).
 */
export const gradient_descent_tikhonov = defineProgram<Known, State, Givens, Inputs>({
  name: "gradient_descent_tikhonov",
  doc: "Projected gradient descent (Goldstein, Bull. Amer. Math. Soc. 70, 1964) for\nmin_{x >= 0} 1/2 |Ax - y|^2 + alpha/2 |x|^2.\nWritten out, the step is  x <- P(x - t*((A'A + alpha I)x - A'y)).",
  hash: "508fedc4848167f08741e049e182cc10e43d2b3fd14a6f0500e08f4a9790c093",
  sizes: [],
  spaces: [
    { name: "X", field: "real" },
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
      name: "alpha",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.01),
    },
  ],
  inputs: [{ name: "y", type: { kind: "space", name: "Y" } }],
  parameters: [
    {
      name: "t",
      type: { kind: "array", field: "real", dimensions: [] },
      initial: {
        kind: "value",
        evaluate: (ops, { A, alpha_over_two }) => {
          const norm_A = ops.norm(A);
          return ops.map("1/(square(norm_A) + 2*abs(alpha_over_two))", { norm_A, alpha_over_two });
        },
      },
      interval: (ops, { A, alpha_over_two }) => {
        const low = ops.number(0);
        const norm_A = ops.norm(A);
        const high = ops.map("2/(square(norm_A) + 2*abs(alpha_over_two))", { norm_A, alpha_over_two });
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
      adjoint: null,
      stateAdjoint: null,
      inputAdjoint: prepareInputAdjoint,
    },
  },
  initial: { run: initial, reverse: null },
  step: {
    run: step,
    reverse: {
      save: stepSaving,
      adjoint: stepAdjoint,
      stateAdjoint: stepStateAdjoint,
      inputAdjoint: stepInputAdjoint,
    },
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
  target: {
    kind: "equilibrium",
    solver: { kind: "anderson", memory: 5, damping: 1, ridge: 1e-8 },
    tolerance: 0.00001,
    maximum: 200,
    backward: { kind: "gmres", restart: 20, tolerance: 0.000001, maximum: 100 },
    otherwise: { kind: "error" },
  },
  certificate: {
    answer: "proved",
    algorithm: "projected gradient",
    statement:
      "the step is averaged, since t*L = t*norm(A)^2 + t*alpha stays below 2; the iterates converge to a minimiser of the objective, if there is one",
    conditions: ["t < 2/L", "a minimiser exists"],
  },
  notes: [],
  inputGradients: true,
});
