/**
 * DE-Prox (Gilton, Ongie, Willett, 2021): a network stands where the prox would.
 *
 * Compiled by ipc from de_prox.ipx: an unrolled network of 10 steps.
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
  /** R[3, 3, 4, 4] */
  readonly "D.conv3.filter": Value;
  /** R[4] */
  readonly "D.conv3.bias": Value;
  /** R[3, 3, 4, 4] */
  readonly "D.conv4.filter": Value;
  /** R[4] */
  readonly "D.conv4.bias": Value;
  /** R[3, 3, 4, 1] */
  readonly "D.conv5.filter": Value;
  /** R[1] */
  readonly "D.conv5.bias": Value;
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

/** What `D_save` keeps of the layers of `D` for its adjoints. */
type D_Saved = Record<`conv${1 | 2 | 3 | 4}_biased`, Value>;
/** The cotangents of the weights of `D`. */
type D_Weights = Record<`D.conv${1 | 2 | 3 | 4 | 5}.filter` | `D.conv${1 | 2 | 3 | 4 | 5}.bias`, Value>;

/** The learned network `D` with 5 layers of weights: its value at the arguments. */
function D(ops: Operations, u1: Value, known: Known): Value {
  const { h, w } = known;
  const u1_image = ops.reshape(u1, R(h, w, 1));
  let relu = u1_image;
  for (const layer of [1, 2, 3, 4] as const) {
    const conv = ops.convolve(relu, known[`D.conv${layer}.filter` as const], 1);
    relu = ops.map("relu(conv + D_conv_bias)", { conv, D_conv_bias: known[`D.conv${layer}.bias` as const] });
  }

  const conv5 = ops.convolve(relu, known["D.conv5.filter"], 1);
  const difference = ops.map("u1_image - (conv5 + D_conv5_bias)", {
    u1_image,
    conv5,
    D_conv5_bias: known["D.conv5.bias"],
  });
  return ops.reshape(difference, R(h, w));
}

/** `D`, and beside its value what its adjoints read of the layers. */
function D_save(ops: Operations, u1: Value, known: Known): [Value, D_Saved] {
  const { h, w } = known;
  const saved = {} as D_Saved;
  const u1_image = ops.reshape(u1, R(h, w, 1));
  let relu = u1_image;
  for (const layer of [1, 2, 3, 4] as const) {
    const conv = ops.convolve(relu, known[`D.conv${layer}.filter` as const], 1);
    const conv_biased = ops.map("conv + D_conv_bias", {
      conv,
      D_conv_bias: known[`D.conv${layer}.bias` as const],
    });
    relu = ops.map("relu(conv_biased)", { conv_biased });
    saved[`conv${layer}_biased` as const] = conv_biased;
  }

  const conv5 = ops.convolve(relu, known["D.conv5.filter"], 1);
  const difference = ops.map("u1_image - (conv5 + D_conv5_bias)", {
    u1_image,
    conv5,
    D_conv5_bias: known["D.conv5.bias"],
  });
  const difference_2 = ops.reshape(difference, R(h, w));
  return [difference_2, saved];
}

/** The vector-Jacobian product of `D`: the cotangent of `u1` and those of its weights, given that of its value. */
function D_adjoint(
  ops: Operations,
  u1: Value,
  saved: D_Saved,
  output_bar: Value,
  known: Known,
): [Value, D_Weights] {
  const { h, w } = known;
  const weights = {} as D_Weights;
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const output_bar_2 = ops.reshape(output_bar, R(h, w, 1));
  const minus_output_bar = ops.map("-output_bar_2", { output_bar_2 });
  const output_bar_2_sum = ops.sumTo(output_bar_2, R(1));
  const output_bar_2_sum_total = ops.sumSamples(output_bar_2_sum);
  const minus_sumTo = ops.map("-output_bar_2_sum_total", { output_bar_2_sum_total });
  const conv5_input_bar = ops.convolveInputGradient(minus_output_bar, known["D.conv5.filter"], R(h, w, 4), 1);
  const relu = ops.map("relu(conv4_biased)", { conv4_biased: saved.conv4_biased });
  const minus_output_bar_filter = ops.convolveFilterGradient(relu, minus_output_bar, R(3, 3, 4, 1), 1);
  let conv_input_bar = conv5_input_bar;
  for (const [layer, before] of [
    [4, 3],
    [3, 2],
    [2, 1],
  ] as const) {
    const product = ops.map("positive(conv_biased)*conv_input_bar", {
      conv_biased: saved[`conv${layer}_biased` as const],
      conv_input_bar,
    });
    const product_sum = ops.sumTo(product, R(4));
    const product_sum_total = ops.sumSamples(product_sum);
    conv_input_bar = ops.convolveInputGradient(
      product,
      known[`D.conv${layer}.filter` as const],
      R(h, w, 4),
      1,
    );
    const relu_2 = ops.map("relu(conv_biased)", { conv_biased: saved[`conv${before}_biased` as const] });
    const product_filter = ops.convolveFilterGradient(relu_2, product, R(3, 3, 4, 4), 1);
    weights[`D.conv${layer}.bias` as const] = product_sum_total;
    weights[`D.conv${layer}.filter` as const] = product_filter;
  }

  const product_2 = ops.map("positive(conv1_biased)*conv_input_bar", {
    conv1_biased: saved.conv1_biased,
    conv_input_bar,
  });
  const product_2_sum = ops.sumTo(product_2, R(4));
  const product_2_sum_total = ops.sumSamples(product_2_sum);
  const conv1_input_bar = ops.convolveInputGradient(product_2, known["D.conv1.filter"], R(h, w, 1), 1);
  const sum = ops.map("output_bar_2 + conv1_input_bar", { output_bar_2, conv1_input_bar });
  const product_2_filter = ops.convolveFilterGradient(u1_image, product_2, R(3, 3, 1, 4), 1);
  const sum_reshaped = ops.reshape(sum, R(h, w));
  return [
    sum_reshaped,
    {
      ...weights,
      "D.conv1.filter": product_2_filter,
      "D.conv1.bias": product_2_sum_total,
      "D.conv5.filter": minus_output_bar_filter,
      "D.conv5.bias": minus_sumTo,
    },
  ];
}

/** The vector-Jacobian product of `D`: the cotangent of `u1`, given that of its value. */
function D_adjoint_inputs(ops: Operations, saved: D_Saved, output_bar: Value, known: Known): Value {
  const { h, w } = known;
  const output_bar_2 = ops.reshape(output_bar, R(h, w, 1));
  const minus_output_bar = ops.map("-output_bar_2", { output_bar_2 });
  let product = minus_output_bar;
  for (const [layer, before] of [
    [5, 4],
    [4, 3],
    [3, 2],
    [2, 1],
  ] as const) {
    const conv_input_bar = ops.convolveInputGradient(
      product,
      known[`D.conv${layer}.filter` as const],
      R(h, w, 4),
      1,
    );
    product = ops.map("positive(conv_biased)*conv_input_bar", {
      conv_biased: saved[`conv${before}_biased` as const],
      conv_input_bar,
    });
  }

  const conv1_input_bar = ops.convolveInputGradient(product, known["D.conv1.filter"], R(h, w, 1), 1);
  const sum = ops.map("output_bar_2 + conv1_input_bar", { output_bar_2, conv1_input_bar });
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
  const [x_next, D_saved] = D_save(ops, difference, known);
  return {
    values: { x: x_next },
    reports: {},
    capped: null,
    saved: { values: { grad_f, difference, ...D_saved }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  known: Known,
  { values: { grad_f, difference, ...D_saved } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { eta, A } = known;
  const [sum, D_weights_bar] = D_adjoint(ops, difference, D_saved, x_next_bar, known);
  const grad_f_dot_sum = ops.dot(grad_f, sum);
  const total = ops.sumSamples(grad_f_dot_sum);
  const eta_bar = ops.map("-total", { total });
  const sum_times_eta = ops.map("sum*eta", { sum, eta });
  const A_sum_times_eta = ops.apply(A, sum_times_eta);
  const At_v = ops.applyAdjoint(A, A_sum_times_eta);
  const x_bar = ops.map("sum - At_v", { sum, At_v });
  return { state: { x: x_bar }, known: { ...D_weights_bar, eta: eta_bar } };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  known: Known,
  { values: D_saved }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { eta, A } = known;
  const sum = D_adjoint_inputs(ops, D_saved, x_next_bar, known);
  const sum_times_eta = ops.map("sum*eta", { sum, eta });
  const y_bar = ops.apply(A, sum_times_eta);
  return { y: y_bar };
}

/** DE-Prox (Gilton, Ongie, Willett, 2021): a network stands where the prox would. */
export const de_prox = defineProgram<Known, State, Givens, Inputs>({
  name: "de_prox",
  doc: "DE-Prox (Gilton, Ongie, Willett, 2021): a network stands where the prox would.",
  hash: "d80c682eb9a772cd83ecca61ed7c53bca3d5d2dbc91644aef0dd34e13d6a6328",
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
      spectralBound: 0.9791483623609768,
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
      spectralBound: 0.9791483623609768,
    },
    {
      name: "D.conv2.bias",
      type: { kind: "array", field: "real", dimensions: ["4"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "D.conv3.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "4", "4"] },
      initial: { kind: "random", init: "he" },
      spectralBound: 0.9791483623609768,
    },
    {
      name: "D.conv3.bias",
      type: { kind: "array", field: "real", dimensions: ["4"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "D.conv4.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "4", "4"] },
      initial: { kind: "random", init: "he" },
      spectralBound: 0.9791483623609768,
    },
    {
      name: "D.conv4.bias",
      type: { kind: "array", field: "real", dimensions: ["4"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "D.conv5.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "4", "1"] },
      initial: { kind: "random", init: "he" },
      spectralBound: 0.9791483623609768,
    },
    {
      name: "D.conv5.bias",
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
    algorithm: "DE-Prox (Gilton, Ongie, Willett, 2021)",
    statement:
      "no proof was found, and no counterexample: f need not be strongly convex, so mu = 0 and (1 + eps)*max|1 - t*l| >= 1: a fixed point is not proved. Try a Tikhonov term, DE-Grad with eps < 1, or an averaged denoiser",
    conditions: [],
  },
  notes: [],
  inputGradients: true,
});
