/**
 * DE-Prox (Gilton, Ongie, Willett, 2021): a network stands where the prox would.
 *
 * Compiled by ipc from de_prox.ipx: an equilibrium model, solved by anderson(memory = 5, damping = 1, ridge
 * = 1e-8) to 0.00001 in at most 100 steps; gradients by gmres(tol = 0.00001, restart = 20, max = 100);
 * samples that do not converge are an error.
 *
 * Convergence: not found. no proof was found, and no counterexample: f need not be strongly convex, so mu =
 * 0 and (1 + eps)*max|1 - t*l| >= 1: a fixed point is not proved. Try a Tikhonov term, DE-Grad with eps <
 * 1, or an averaged denoiser
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
  /** linear R[h, w] -> Y with norm */
  readonly A: OperatorDatum;
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
  /** linear R[h, w] -> Y with norm */
  readonly A: Operator;
  /** Y, of each sample */
  readonly y: Value;
}

/** What may be learned. */
interface Learned {
  /** R[3, 3, 1, 4] */
  readonly "D.conv1.filter": Value;
  /** R[4] */
  readonly "D.conv1.bias": Value;
  /** R[3, 3, 4, 4] */
  readonly "D.conv2.filter": Value;
  /** R[4] */
  readonly "D.conv2.bias": Value;
  /** R[3, 3, 4, 1] */
  readonly "D.conv3.filter": Value;
  /** R[1] */
  readonly "D.conv3.bias": Value;
  /** R */
  readonly eta: Value;
}

/** All that a step may read. */
type Known = Data & Learned;

/** What lives on from step to step. */
interface State {
  /** R[h, w] */
  readonly x: Value;
}

function D(ops: Operations, u1: Value, known: Known): Value {
  const { h, w } = known;
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const conv1 = ops.convolve(u1_image, known["D.conv1.filter"], 1);
  const relu = ops.map("relu(conv1 + D_conv1_bias)", { conv1, D_conv1_bias: known["D.conv1.bias"] });
  const conv2 = ops.convolve(relu, known["D.conv2.filter"], 1);
  const relu_2 = ops.map("relu(conv2 + D_conv2_bias)", { conv2, D_conv2_bias: known["D.conv2.bias"] });
  const conv3 = ops.convolve(relu_2, known["D.conv3.filter"], 1);
  const difference = ops.map("u1_image - (conv3 + D_conv3_bias)", {
    u1_image,
    conv3,
    D_conv3_bias: known["D.conv3.bias"],
  });
  return ops.reshape(difference, R(h, w));
}

/** D, with what its adjoint reads. */
function D_save(ops: Operations, u1: Value, known: Known): [Value, Value, Value] {
  const { h, w } = known;
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const conv1 = ops.convolve(u1_image, known["D.conv1.filter"], 1);
  const conv1_biased = ops.map("conv1 + D_conv1_bias", { conv1, D_conv1_bias: known["D.conv1.bias"] });
  const relu = ops.map("relu(conv1_biased)", { conv1_biased });
  const conv2 = ops.convolve(relu, known["D.conv2.filter"], 1);
  const conv2_biased = ops.map("conv2 + D_conv2_bias", { conv2, D_conv2_bias: known["D.conv2.bias"] });
  const relu_2 = ops.map("relu(conv2_biased)", { conv2_biased });
  const conv3 = ops.convolve(relu_2, known["D.conv3.filter"], 1);
  const difference = ops.map("u1_image - (conv3 + D_conv3_bias)", {
    u1_image,
    conv3,
    D_conv3_bias: known["D.conv3.bias"],
  });
  const difference_2 = ops.reshape(difference, R(h, w));
  return [difference_2, conv1_biased, conv2_biased];
}

/** The cotangents of what D takes, given those of what it returns. */
function D_adjoint(
  ops: Operations,
  u1: Value,
  conv1_biased: Value,
  conv2_biased: Value,
  sub_bar: Value,
  known: Known,
): [Value, Value, Value, Value, Value, Value, Value] {
  const { h, w } = known;
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const relu = ops.map("relu(conv1_biased)", { conv1_biased });
  const relu_2 = ops.map("relu(conv2_biased)", { conv2_biased });
  const sub_bar_2 = ops.reshape(sub_bar, R(h, w, 1));
  const minus_sub_bar = ops.map("-sub_bar_2", { sub_bar_2 });
  const sub_bar_2_sum = ops.sumTo(sub_bar_2, R(1));
  const sub_bar_2_sum_total = ops.sumSamples(sub_bar_2_sum);
  const minus_sumTo = ops.map("-sub_bar_2_sum_total", { sub_bar_2_sum_total });
  const conv3_input_bar = ops.convolveInputGradient(minus_sub_bar, known["D.conv3.filter"], R(h, w, 4), 1);
  const minus_sub_bar_filter = ops.convolveFilterGradient(relu_2, minus_sub_bar, R(3, 3, 4, 1), 1);
  const product = ops.map("positive(conv2_biased)*conv3_input_bar", { conv2_biased, conv3_input_bar });
  const product_sum = ops.sumTo(product, R(4));
  const product_sum_total = ops.sumSamples(product_sum);
  const conv2_input_bar = ops.convolveInputGradient(product, known["D.conv2.filter"], R(h, w, 4), 1);
  const product_filter = ops.convolveFilterGradient(relu, product, R(3, 3, 4, 4), 1);
  const product_2 = ops.map("positive(conv1_biased)*conv2_input_bar", { conv1_biased, conv2_input_bar });
  const product_2_sum = ops.sumTo(product_2, R(4));
  const product_2_sum_total = ops.sumSamples(product_2_sum);
  const conv1_input_bar = ops.convolveInputGradient(product_2, known["D.conv1.filter"], R(h, w, 1), 1);
  const sum = ops.map("sub_bar_2 + conv1_input_bar", { sub_bar_2, conv1_input_bar });
  const product_2_filter = ops.convolveFilterGradient(u1_image, product_2, R(3, 3, 1, 4), 1);
  const sum_reshaped = ops.reshape(sum, R(h, w));
  return [
    sum_reshaped,
    product_2_filter,
    product_2_sum_total,
    product_filter,
    product_sum_total,
    minus_sub_bar_filter,
    minus_sumTo,
  ];
}

/** The cotangents of what D takes, given those of what it returns. */
function D_adjoint_inputs(
  ops: Operations,
  conv1_biased: Value,
  conv2_biased: Value,
  sub_bar: Value,
  known: Known,
): Value {
  const { h, w } = known;
  const sub_bar_2 = ops.reshape(sub_bar, R(h, w, 1));
  const minus_sub_bar = ops.map("-sub_bar_2", { sub_bar_2 });
  const conv3_input_bar = ops.convolveInputGradient(minus_sub_bar, known["D.conv3.filter"], R(h, w, 4), 1);
  const product = ops.map("positive(conv2_biased)*conv3_input_bar", { conv2_biased, conv3_input_bar });
  const conv2_input_bar = ops.convolveInputGradient(product, known["D.conv2.filter"], R(h, w, 4), 1);
  const product_2 = ops.map("positive(conv1_biased)*conv2_input_bar", { conv1_biased, conv2_input_bar });
  const conv1_input_bar = ops.convolveInputGradient(product_2, known["D.conv1.filter"], R(h, w, 1), 1);
  const sum = ops.map("sub_bar_2 + conv1_input_bar", { sub_bar_2, conv1_input_bar });
  return ops.reshape(sum, R(h, w));
}

/** The first state. */
function initial(ops: Operations, { A, y }: Known) {
  const x = ops.applyAdjoint(A, y);
  return { values: { x } };
}

/** `initial`, and what its adjoint needs. */
function initialSaving(ops: Operations, { A, y }: Known) {
  const x = ops.applyAdjoint(A, y);
  return { values: { x }, saved: { values: {}, traces: {} } };
}

/** `initialAdjoint` for the inputs alone. */
function initialInputAdjoint(ops: Operations, { A }: Known, _saved: unknown, { x: x_bar }: State) {
  const y_bar = ops.apply(A, x_bar);
  return { y: y_bar };
}

/** One iteration: the next state. */
function step(ops: Operations, known: Known, { x }: State) {
  const { A, y, eta } = known;
  const A_x = ops.apply(A, x);
  const residual = ops.map("A_x - y", { A_x, y });
  const grad_f = ops.applyAdjoint(A, residual);
  const difference = ops.map("x - eta*grad_f", { x, eta, grad_f });
  const x_next = D(ops, difference, known);
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, known: Known, { x }: State) {
  const { A, y, eta } = known;
  const A_x = ops.apply(A, x);
  const residual = ops.map("A_x - y", { A_x, y });
  const grad_f = ops.applyAdjoint(A, residual);
  const difference = ops.map("x - eta*grad_f", { x, eta, grad_f });
  const [x_next, conv1_biased, conv2_biased] = D_save(ops, difference, known);
  return {
    values: { x: x_next },
    reports: {},
    capped: null,
    saved: { values: { grad_f, difference, conv1_biased, conv2_biased }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  known: Known,
  { values: { grad_f, difference, conv1_biased, conv2_biased } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { eta, A } = known;
  const [
    sum,
    D_conv1_filter_bar,
    D_conv1_bias_bar,
    D_conv2_filter_bar,
    D_conv2_bias_bar,
    D_conv3_filter_bar,
    D_conv3_bias_bar,
  ] = D_adjoint(ops, difference, conv1_biased, conv2_biased, x_next_bar, known);
  const grad_f_dot_sum = ops.dot(grad_f, sum);
  const total = ops.sumSamples(grad_f_dot_sum);
  const eta_bar = ops.map("-total", { total });
  const sum_times_eta = ops.map("sum*eta", { sum, eta });
  const A_sum_times_eta = ops.apply(A, sum_times_eta);
  const At_v = ops.applyAdjoint(A, A_sum_times_eta);
  const x_bar = ops.map("sum - At_v", { sum, At_v });
  return {
    state: { x: x_bar },
    known: {
      "D.conv1.filter": D_conv1_filter_bar,
      "D.conv1.bias": D_conv1_bias_bar,
      "D.conv2.filter": D_conv2_filter_bar,
      "D.conv2.bias": D_conv2_bias_bar,
      "D.conv3.filter": D_conv3_filter_bar,
      "D.conv3.bias": D_conv3_bias_bar,
      eta: eta_bar,
    },
  };
}

/** `stepAdjoint` for the state alone. */
function stepStateAdjoint(
  ops: Operations,
  known: Known,
  { values: { conv1_biased, conv2_biased } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { eta, A } = known;
  const sum = D_adjoint_inputs(ops, conv1_biased, conv2_biased, x_next_bar, known);
  const sum_times_eta = ops.map("sum*eta", { sum, eta });
  const A_sum_times_eta = ops.apply(A, sum_times_eta);
  const At_v = ops.applyAdjoint(A, A_sum_times_eta);
  const x_bar = ops.map("sum - At_v", { sum, At_v });
  return { x: x_bar };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  known: Known,
  { values: { conv1_biased, conv2_biased } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { eta, A } = known;
  const sum = D_adjoint_inputs(ops, conv1_biased, conv2_biased, x_next_bar, known);
  const sum_times_eta = ops.map("sum*eta", { sum, eta });
  const y_bar = ops.apply(A, sum_times_eta);
  return { y: y_bar };
}

/** DE-Prox (Gilton, Ongie, Willett, 2021): a network stands where the prox would. */
export const de_prox = defineProgram<Known, State, Givens, Inputs>({
  name: "de_prox",
  doc: "DE-Prox (Gilton, Ongie, Willett, 2021): a network stands where the prox would.",
  hash: "d02e969744c389af047ae04b8e4602f450b932ed65c486cb7cf1fff60c4590e9",
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
  ],
  inputs: [{ name: "y", type: { kind: "space", name: "Y" } }],
  parameters: [
    {
      name: "D.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "1", "4"] },
      initial: { kind: "random", init: "he" },
      spectralBound: 0.9654893846056297,
    },
    {
      name: "D.conv1.bias",
      type: { kind: "array", field: "real", dimensions: ["4"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "D.conv2.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "4", "4"] },
      initial: { kind: "random", init: "he" },
      spectralBound: 0.9654893846056297,
    },
    {
      name: "D.conv2.bias",
      type: { kind: "array", field: "real", dimensions: ["4"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "D.conv3.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "4", "1"] },
      initial: { kind: "random", init: "he" },
      spectralBound: 0.9654893846056297,
    },
    {
      name: "D.conv3.bias",
      type: { kind: "array", field: "real", dimensions: ["1"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "eta",
      type: { kind: "array", field: "real", dimensions: [] },
      initial: { kind: "value", evaluate: (ops) => ops.number(1) },
      interval: (ops) => {
        const low = ops.number(0);
        const high = ops.number(2);
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
  constants: () => ({}),
  prepare: null,
  initial: {
    run: initial,
    reverse: {
      save: initialSaving,
      adjoint: () => ({ state: {}, known: {} }),
      stateAdjoint: null,
      inputAdjoint: initialInputAdjoint,
    },
  },
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
  objective: null,
  until: null,
  target: {
    kind: "equilibrium",
    solver: { kind: "anderson", memory: 5, damping: 1, ridge: 1e-8 },
    tolerance: 0.00001,
    maximum: 100,
    backward: { kind: "gmres", restart: 20, tolerance: 0.00001, maximum: 100 },
    otherwise: { kind: "error" },
  },
  certificate: {
    answer: "not_found",
    algorithm: "DE-Prox (Gilton, Ongie, Willett, 2021)",
    statement:
      "no proof was found, and no counterexample: f need not be strongly convex, so mu = 0 and (1 + eps)*max|1 - t*l| >= 1: a fixed point is not proved. Try a Tikhonov term, DE-Grad with eps < 1, or an averaged denoiser",
    conditions: [],
  },
  notes: [],
  inputGradients: true,
});
