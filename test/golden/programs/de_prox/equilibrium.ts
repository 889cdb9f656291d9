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
  /** linear R[h, w] -> Y with norm <= 1 */
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
  /** linear R[h, w] -> Y with norm <= 1 */
  readonly A: Operator;
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
    const { conv_biased, relu_2 } = ops.mapAll(
      { conv_biased: "conv + D_conv_bias", relu_2: "relu(conv_biased)" },
      { conv, D_conv_bias: known[`D.conv${layer}.bias` as const] },
    );
    saved[`conv${layer}_biased` as const] = conv_biased;
    relu = relu_2;
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
  const difference_bar = ops.reshape(output_bar, R(h, w, 1));
  const conv5_biased_bar = ops.map("-difference_bar", { difference_bar });
  const minus_conv5_bias_bar_each = ops.sumTo(difference_bar, R(1));
  const minus_conv5_bias_bar = ops.sumSamples(minus_conv5_bias_bar_each);
  const conv5_bias_bar = ops.map("-minus_conv5_bias_bar", { minus_conv5_bias_bar });
  const conv5_input_bar = ops.convolveInputGradient(conv5_biased_bar, known["D.conv5.filter"], R(h, w, 4), 1);
  const relu = ops.map("relu(conv4_biased)", { conv4_biased: saved.conv4_biased });
  const conv5_filter_bar = ops.convolveFilterGradient(relu, conv5_biased_bar, R(3, 3, 4, 1), 1);
  let conv_input_bar = conv5_input_bar;
  for (const [layer, before] of [
    [4, 3],
    [3, 2],
    [2, 1],
  ] as const) {
    const { conv_biased_bar, conv_bias_bar } = ops.mapAll(
      { conv_biased_bar: "positive(conv_biased)*conv_input_bar", conv_bias_bar: "conv_biased_bar" },
      { conv_biased: saved[`conv${layer}_biased` as const], conv_input_bar },
      { conv_bias_bar: "sumChannels" },
    );
    conv_input_bar = ops.convolveInputGradient(
      conv_biased_bar,
      known[`D.conv${layer}.filter` as const],
      R(h, w, 4),
      1,
    );
    const relu_2 = ops.map("relu(conv_biased)", { conv_biased: saved[`conv${before}_biased` as const] });
    const conv_filter_bar = ops.convolveFilterGradient(relu_2, conv_biased_bar, R(3, 3, 4, 4), 1);
    weights[`D.conv${layer}.bias` as const] = conv_bias_bar;
    weights[`D.conv${layer}.filter` as const] = conv_filter_bar;
  }

  const { conv1_biased_bar, conv1_bias_bar } = ops.mapAll(
    { conv1_biased_bar: "positive(conv1_biased)*conv_input_bar", conv1_bias_bar: "conv1_biased_bar" },
    { conv1_biased: saved.conv1_biased, conv_input_bar },
    { conv1_bias_bar: "sumChannels" },
  );
  const conv1_input_bar = ops.convolveInputGradient(conv1_biased_bar, known["D.conv1.filter"], R(h, w, 1), 1);
  const u1_image_bar = ops.map("difference_bar + conv1_input_bar", { difference_bar, conv1_input_bar });
  const conv1_filter_bar = ops.convolveFilterGradient(u1_image, conv1_biased_bar, R(3, 3, 1, 4), 1);
  const u1_bar = ops.reshape(u1_image_bar, R(h, w));
  return [
    u1_bar,
    {
      ...weights,
      "D.conv1.filter": conv1_filter_bar,
      "D.conv1.bias": conv1_bias_bar,
      "D.conv5.filter": conv5_filter_bar,
      "D.conv5.bias": conv5_bias_bar,
    },
  ];
}

/** The vector-Jacobian product of `D`: the cotangent of `u1`, given that of its value. */
function D_adjoint_inputs(ops: Operations, saved: D_Saved, output_bar: Value, known: Known): Value {
  const { h, w } = known;
  const difference_bar = ops.reshape(output_bar, R(h, w, 1));
  const conv5_biased_bar = ops.map("-difference_bar", { difference_bar });
  let conv_biased_bar = conv5_biased_bar;
  for (const [layer, before] of [
    [5, 4],
    [4, 3],
    [3, 2],
    [2, 1],
  ] as const) {
    const conv_input_bar = ops.convolveInputGradient(
      conv_biased_bar,
      known[`D.conv${layer}.filter` as const],
      R(h, w, 4),
      1,
    );
    conv_biased_bar = ops.map("positive(conv_biased)*conv_input_bar", {
      conv_biased: saved[`conv${before}_biased` as const],
      conv_input_bar,
    });
  }

  const conv1_input_bar = ops.convolveInputGradient(conv_biased_bar, known["D.conv1.filter"], R(h, w, 1), 1);
  const u1_image_bar = ops.map("difference_bar + conv1_input_bar", { difference_bar, conv1_input_bar });
  return ops.reshape(u1_image_bar, R(h, w));
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

/** One iteration: the next state. */
function step(ops: Operations, known: Known, { x }: State) {
  const { gram_A, eta, At_y } = known;
  const gram_A_x = ops.apply(gram_A, x);
  const difference = ops.map("x - eta*(gram_A_x - At_y)", { x, eta, gram_A_x, At_y });
  const x_next = D(ops, difference, known);
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, known: Known, { x }: State) {
  const { gram_A, At_y, eta } = known;
  const gram_A_x = ops.apply(gram_A, x);
  const { residual, difference } = ops.mapAll(
    { residual: "gram_A_x - At_y", difference: "x - eta*residual" },
    { gram_A_x, At_y, x, eta },
  );
  const [x_next, D_saved] = D_save(ops, difference, known);
  return {
    values: { x: x_next },
    reports: {},
    capped: null,
    saved: { values: { residual, difference, ...D_saved }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  known: Known,
  { values: { residual, difference, ...D_saved } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { eta, gram_A } = known;
  const [u1_bar, D_weights_bar] = D_adjoint(ops, difference, D_saved, x_next_bar, known);
  const minus_eta_bar_each = ops.dot(residual, u1_bar);
  const minus_eta_bar = ops.sumSamples(minus_eta_bar_each);
  const eta_bar = ops.map("-minus_eta_bar", { minus_eta_bar });
  const minus_residual_bar = ops.map("u1_bar*eta", { u1_bar, eta });
  const gram_At_v = ops.applyAdjoint(gram_A, minus_residual_bar);
  const x_bar = ops.map("u1_bar - gram_At_v", { u1_bar, gram_At_v });
  return { state: { x: x_bar }, known: { ...D_weights_bar, eta: eta_bar } };
}

/** `stepAdjoint` for the state alone. */
function stepStateAdjoint(
  ops: Operations,
  known: Known,
  { values: D_saved }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { eta, gram_A } = known;
  const u1_bar = D_adjoint_inputs(ops, D_saved, x_next_bar, known);
  const minus_residual_bar = ops.map("u1_bar*eta", { u1_bar, eta });
  const gram_At_v = ops.applyAdjoint(gram_A, minus_residual_bar);
  const x_bar = ops.map("u1_bar - gram_At_v", { u1_bar, gram_At_v });
  return { x: x_bar };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  known: Known,
  { values: D_saved }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { eta } = known;
  const u1_bar = D_adjoint_inputs(ops, D_saved, x_next_bar, known);
  const At_y_bar = ops.map("u1_bar*eta", { u1_bar, eta });
  return { At_y: At_y_bar };
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
  initial: {
    run: (_ops, { At_y }) => ({ values: { x: At_y } }),
    reverse: {
      save: (_ops, { At_y }) => ({ values: { x: At_y }, saved: { values: {}, traces: {} } }),
      adjoint: null,
      stateAdjoint: null,
      inputAdjoint: (_ops, _known, _saved, { x: x_bar }) => ({ At_y: x_bar }),
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
