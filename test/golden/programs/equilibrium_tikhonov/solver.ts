/**
 * Equilibrium regularisation (Obmann and Haltmeier, arXiv:2306.01421, 2023): solve  A'(Ax - y) + alpha G(x)
 * = 0.
 * G = I - N with N a contraction is strongly monotone, hence coercive: a solution exists and is stable.
 *
 * Compiled by ipc from equilibrium_tikhonov.ipx: a solver of at most 2000 steps.
 *
 * Convergence: proved. the step is a contraction with factor 0.9909 at the start, since t*norm(A)^2 +
 * 1.9*t*alpha stays below 2 and `N` is 0.9-Lipschitz; the iterates converge to its one fixed point
 * - t*(1 + L + eps) < 2
 * - eps < 1
 * - `N` keeps its bound
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
  /** linear R[h, w] -> Y with norm <= 1 */
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
  /** a size */
  readonly h: number;
  /** a size */
  readonly w: number;
  /** a space */
  readonly Y: Space;
  /** linear R[h, w] -> Y with norm <= 1 */
  readonly A: Operator;
  /** R in (0, inf) */
  readonly alpha: Value;
  /** Y, of each sample */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** linear R[h, w] -> R[h, w] with symmetric, positive */
  readonly gram_A: Operator;
}

/** What may be learned. */
interface Learned {
  /** R[3, 3, 1, 4] */
  readonly "N.conv1.filter": Value;
  /** R[4] */
  readonly "N.conv1.bias": Value;
  /** R[3, 3, 4, 4] */
  readonly "N.conv2.filter": Value;
  /** R[4] */
  readonly "N.conv2.bias": Value;
  /** R[3, 3, 4, 1] */
  readonly "N.conv3.filter": Value;
  /** R[1] */
  readonly "N.conv3.bias": Value;
  /** R */
  readonly t: Value;
}

/** What does not change between steps. */
interface Prepared {
  /** R[h, w] */
  readonly At_y: Value;
}

/** All that a step may read. */
type Known = Data & Constants & Learned & Prepared;

/** What lives on from step to step. */
interface State {
  /** R[h, w] */
  readonly x: Value;
}

/** The learned network `N` with 3 layers of weights: its value at the arguments. */
function N(ops: Operations, u1: Value, known: Known): Value {
  const { h, w } = known;
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const conv1 = ops.convolve(u1_image, known["N.conv1.filter"], 1);
  const relu = ops.map("relu(conv1 + N_conv1_bias)", { conv1, N_conv1_bias: known["N.conv1.bias"] });
  const conv2 = ops.convolve(relu, known["N.conv2.filter"], 1);
  const relu_2 = ops.map("relu(conv2 + N_conv2_bias)", { conv2, N_conv2_bias: known["N.conv2.bias"] });
  const conv3 = ops.convolve(relu_2, known["N.conv3.filter"], 1);
  const conv3_biased = ops.map("conv3 + N_conv3_bias", { conv3, N_conv3_bias: known["N.conv3.bias"] });
  return ops.reshape(conv3_biased, R(h, w));
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { A }: Data) {
  const gram_A = ops.gram(A);
  return { gram_A };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, { A, y }: Data & Constants & Learned) {
  const At_y = ops.applyAdjoint(A, y);
  return { values: { At_y } };
}

/** One iteration: the next state. */
function step(ops: Operations, known: Known, { x }: State) {
  const { gram_A, t, At_y, alpha } = known;
  const gram_A_x = ops.apply(gram_A, x);
  const N_x = N(ops, x, known);
  const x_next = ops.map("x - t*(gram_A_x - At_y + alpha*(x - N_x))", { x, t, gram_A_x, At_y, alpha, N_x });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** 1 for the samples that may stop; `before` means the last test. */
function until(ops: Operations, _known: Known, { x }: State, { x: x_before }: State) {
  const { norm_squared, norm_x_squared, norm_x_before_squared } = ops.mapAll(
    {
      norm_squared: "(x - x_before)*(x - x_before)",
      norm_x_squared: "x*x",
      norm_x_before_squared: "x_before*x_before",
    },
    { x, x_before },
    { norm_squared: "sum", norm_x_squared: "sum", norm_x_before_squared: "sum" },
  );
  const norm = ops.map("sqrt(norm_squared)", { norm_squared });
  const norm_x = ops.map("sqrt(norm_x_squared)", { norm_x_squared });
  const norm_x_before = ops.map("sqrt(norm_x_before_squared)", { norm_x_before_squared });
  return ops.map("select(0 < max(norm_x, norm_x_before), norm/max(norm_x, norm_x_before), 0) < 0.000001", {
    norm_x,
    norm_x_before,
    norm,
  });
}

/**
 * Equilibrium regularisation (Obmann and Haltmeier, arXiv:2306.01421, 2023): solve  A'(Ax - y) + alpha G(x) = 0.
 * G = I - N with N a contraction is strongly monotone, hence coercive: a solution exists and is stable.
 */
export const equilibrium_tikhonov = defineProgram<Known, State, Givens, Inputs>({
  name: "equilibrium_tikhonov",
  doc: "Equilibrium regularisation (Obmann and Haltmeier, arXiv:2306.01421, 2023): solve  A'(Ax - y) + alpha G(x) = 0.\nG = I - N with N a contraction is strongly monotone, hence coercive: a solution exists and is stable.",
  hash: "a155491cc5441ed28a0d701dc913771a77ca4d4c38bf4c4479b48097762a303f",
  sizes: [
    { name: "h", initial: null },
    { name: "w", initial: null },
  ],
  spaces: [{ name: "Y", field: "any" }],
  givens: [
    {
      name: "A",
      type: {
        kind: "operator",
        domain: { kind: "array", field: "real", dimensions: ["h", "w"] },
        codomain: { kind: "space", name: "Y" },
      },
      properties: [{ name: "norm", bound: 1 }],
    },
    {
      name: "alpha",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.1),
    },
  ],
  inputs: [{ name: "y", type: { kind: "space", name: "Y" } }],
  parameters: [
    {
      name: "N.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "1", "4"] },
      initial: { kind: "random", init: "he" },
      spectralBound: 0.9654893846056297,
    },
    {
      name: "N.conv1.bias",
      type: { kind: "array", field: "real", dimensions: ["4"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "N.conv2.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "4", "4"] },
      initial: { kind: "random", init: "he" },
      spectralBound: 0.9654893846056297,
    },
    {
      name: "N.conv2.bias",
      type: { kind: "array", field: "real", dimensions: ["4"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "N.conv3.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "4", "1"] },
      initial: { kind: "random", init: "he" },
      spectralBound: 0.9654893846056297,
    },
    {
      name: "N.conv3.bias",
      type: { kind: "array", field: "real", dimensions: ["1"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "t",
      type: { kind: "array", field: "real", dimensions: [] },
      initial: { kind: "value", evaluate: (ops, { alpha }) => ops.map("1/(1 + alpha)", { alpha }) },
      interval: (ops, { alpha }) => {
        const low = ops.number(0);
        const high = ops.map("2/(1 + 2*alpha)", { alpha });
        return { low, high, lowOpen: true, highOpen: true };
      },
    },
  ],
  states: [
    {
      name: "x",
      type: { kind: "array", field: "real", dimensions: ["h", "w"] },
      assumedInterval: null,
      carried: true,
    },
  ],
  output: { type: { kind: "array", field: "real", dimensions: ["h", "w"] } },
  constants,
  prepare: { run: prepare, reverse: null },
  initial: { run: (_ops, { At_y }) => ({ values: { x: At_y } }), reverse: null },
  step: { run: step, reverse: null },
  finish: { run: (_ops, _known, { x }) => ({ values: { output: x } }), reverse: null },
  objective: null,
  until,
  target: { kind: "solver", maximum: 2000, every: 1, accelerate: null },
  certificate: {
    answer: "proved",
    algorithm: "DE-Grad (Gilton, Ongie, Willett, 2021)",
    statement:
      "the step is a contraction with factor 0.9909 at the start, since t*norm(A)^2 + 1.9*t*alpha stays below 2 and `N` is 0.9-Lipschitz; the iterates converge to its one fixed point",
    conditions: ["t*(1 + L + eps) < 2", "eps < 1", "`N` keeps its bound"],
  },
  notes: [],
});
