/**
 * The end-to-end variational network (Sriram et al., MICCAI 2020) for multi-coil MRI with given coil
 * sensitivities, in
 * the image domain: gradient steps on the data term (Hammernik et al., Magn. Reson. Med. 79, 2018), each
 * with a U-Net of
 * its own in place of the gradient of a regulariser. Where the squares of the sensitivities sum to 1, the
 * modulus of the
 * output is the root of the sum of the squares of all coil images.
 *
 * Compiled by ipc from varnet.ipx: an unrolled network of 12 steps.
 */
import {
  defineProgram,
  R,
  C,
  type ArrayDatum,
  type Operations,
  type Operator,
  type Value,
} from "ipc/runtime";

/** What `run` takes; samples may be on a first axis. */
export interface Inputs {
  /** C[h, w, c] */
  readonly S: ArrayDatum;
  /** R[h, w] in [0, 1] */
  readonly P: ArrayDatum;
  /** C[h, w, c] */
  readonly y: ArrayDatum;
}

/** What the program is run on. */
interface Data {
  /** a size */
  readonly h: number;
  /** a size */
  readonly w: number;
  /** a size */
  readonly c: number;
  /** C[h, w, c], of each sample */
  readonly S: Value;
  /** R[h, w] in [0, 1], of each sample */
  readonly P: Value;
  /** C[h, w, c], of each sample */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** linear C[h, w, c] -> C[h, w, c] with orthonormal */
  readonly fourier: Operator;
}

/** What may be learned. */
interface Learned {
  /** R[3, 3, 2, 4], one for each step */
  readonly "N.conv1.filter": Value;
  /** R[4], one for each step */
  readonly "N.conv1.bias": Value;
  /** R[3, 3, 4, 4], one for each step */
  readonly "N.conv2.filter": Value;
  /** R[4], one for each step */
  readonly "N.conv2.bias": Value;
  /** R[3, 3, 4, 2], one for each step */
  readonly "N.conv3.filter": Value;
  /** R[2], one for each step */
  readonly "N.conv3.bias": Value;
  /** R, one for each step */
  readonly eta: Value;
}

/** What does not change between steps. */
interface Prepared {
  /** R[h, w, 1] */
  readonly P_2: Value;
  /** C[h, w, c] */
  readonly conj: Value;
}

/** All that a step may read. */
type Known = Data & Constants & Learned & Prepared;

/** What lives on from step to step. */
interface State {
  /** C[h, w] */
  readonly x: Value;
}

/** What `N_save` keeps of the layers of `N` for its adjoints. */
type N_Saved = Record<"concat" | "conv1_biased" | "conv2_biased", Value>;
/** The cotangents of the weights of `N`. */
type N_Weights = Record<`N.conv${1 | 2 | 3}.filter` | `N.conv${1 | 2 | 3}.bias`, Value>;

/** The learned network `N` with 3 layers of weights: its value at the arguments. */
function N(ops: Operations, u1: Value, known: Known): Value {
  const { h, w } = known;
  const real = ops.map("real(u1)", { u1 });
  const imag = ops.map("imag(u1)", { u1 });
  const real_image = ops.reshape(real, R(h, w, 1));
  const imag_image = ops.reshape(imag, R(h, w, 1));
  const concat = ops.concat([real_image, imag_image]);
  const conv1 = ops.convolve(concat, known["N.conv1.filter"], 1);
  const relu = ops.map("relu(conv1 + N_conv1_bias)", { conv1, N_conv1_bias: known["N.conv1.bias"] });
  const conv2 = ops.convolve(relu, known["N.conv2.filter"], 1);
  const relu_2 = ops.map("relu(conv2 + N_conv2_bias)", { conv2, N_conv2_bias: known["N.conv2.bias"] });
  const conv3 = ops.convolve(relu_2, known["N.conv3.filter"], 1);
  const conv3_biased = ops.map("conv3 + N_conv3_bias", { conv3, N_conv3_bias: known["N.conv3.bias"] });
  const channels = ops.channels(conv3_biased, 0, 1);
  const channels_2 = ops.reshape(channels, R(h, w));
  const channels_3 = ops.channels(conv3_biased, 1, 1);
  const channels_4 = ops.reshape(channels_3, R(h, w));
  return ops.map("complex(channels_2) + imaginary(channels_4)", { channels_2, channels_4 });
}

/** `N`, and beside its value what its adjoints read of the layers. */
function N_save(ops: Operations, u1: Value, known: Known): [Value, N_Saved] {
  const { h, w } = known;
  const real = ops.map("real(u1)", { u1 });
  const imag = ops.map("imag(u1)", { u1 });
  const real_image = ops.reshape(real, R(h, w, 1));
  const imag_image = ops.reshape(imag, R(h, w, 1));
  const concat = ops.concat([real_image, imag_image]);
  const conv1 = ops.convolve(concat, known["N.conv1.filter"], 1);
  const { conv1_biased, relu } = ops.mapAll(
    { conv1_biased: "conv1 + N_conv1_bias", relu: "relu(conv1_biased)" },
    { conv1, N_conv1_bias: known["N.conv1.bias"] },
  );
  const conv2 = ops.convolve(relu, known["N.conv2.filter"], 1);
  const { conv2_biased, relu_2 } = ops.mapAll(
    { conv2_biased: "conv2 + N_conv2_bias", relu_2: "relu(conv2_biased)" },
    { conv2, N_conv2_bias: known["N.conv2.bias"] },
  );
  const conv3 = ops.convolve(relu_2, known["N.conv3.filter"], 1);
  const conv3_biased = ops.map("conv3 + N_conv3_bias", { conv3, N_conv3_bias: known["N.conv3.bias"] });
  const channels = ops.channels(conv3_biased, 0, 1);
  const channels_2 = ops.reshape(channels, R(h, w));
  const channels_3 = ops.channels(conv3_biased, 1, 1);
  const channels_4 = ops.reshape(channels_3, R(h, w));
  const sum = ops.map("complex(channels_2) + imaginary(channels_4)", { channels_2, channels_4 });
  return [sum, { concat, conv1_biased, conv2_biased }];
}

/** The vector-Jacobian product of `N`: the cotangent of `u1` and those of its weights, given that of its value. */
function N_adjoint(ops: Operations, saved: N_Saved, output_bar: Value, known: Known): [Value, N_Weights] {
  const { h, w } = known;
  const channels_bar = ops.map("imag(output_bar)", { output_bar });
  const channels_bar_2 = ops.map("real(output_bar)", { output_bar });
  const channels_bar_3 = ops.reshape(channels_bar, R(h, w, 1));
  const placeChannels = ops.placeChannels(channels_bar_3, 1, 2);
  const channels_bar_4 = ops.reshape(channels_bar_2, R(h, w, 1));
  const placeChannels_2 = ops.placeChannels(channels_bar_4, 0, 2);
  const { conv3_biased_bar, conv3_bias_bar } = ops.mapAll(
    { conv3_biased_bar: "placeChannels + placeChannels_2", conv3_bias_bar: "conv3_biased_bar" },
    { placeChannels, placeChannels_2 },
    { conv3_bias_bar: "sumChannels" },
  );
  const conv3_input_bar = ops.convolveInputGradient(conv3_biased_bar, known["N.conv3.filter"], R(h, w, 4), 1);
  const relu = ops.map("relu(conv2_biased)", { conv2_biased: saved.conv2_biased });
  const conv3_filter_bar = ops.convolveFilterGradient(relu, conv3_biased_bar, R(3, 3, 4, 2), 1);
  const { conv2_biased_bar, conv2_bias_bar } = ops.mapAll(
    { conv2_biased_bar: "positive(conv2_biased)*conv3_input_bar", conv2_bias_bar: "conv2_biased_bar" },
    { conv2_biased: saved.conv2_biased, conv3_input_bar },
    { conv2_bias_bar: "sumChannels" },
  );
  const conv2_input_bar = ops.convolveInputGradient(conv2_biased_bar, known["N.conv2.filter"], R(h, w, 4), 1);
  const relu_2 = ops.map("relu(conv1_biased)", { conv1_biased: saved.conv1_biased });
  const conv2_filter_bar = ops.convolveFilterGradient(relu_2, conv2_biased_bar, R(3, 3, 4, 4), 1);
  const { conv1_biased_bar, conv1_bias_bar } = ops.mapAll(
    { conv1_biased_bar: "positive(conv1_biased)*conv2_input_bar", conv1_bias_bar: "conv1_biased_bar" },
    { conv1_biased: saved.conv1_biased, conv2_input_bar },
    { conv1_bias_bar: "sumChannels" },
  );
  const concat_bar = ops.convolveInputGradient(conv1_biased_bar, known["N.conv1.filter"], R(h, w, 2), 1);
  const conv1_filter_bar = ops.convolveFilterGradient(saved.concat, conv1_biased_bar, R(3, 3, 2, 4), 1);
  const real_image_bar = ops.channels(concat_bar, 0, 1);
  const imag_image_bar = ops.channels(concat_bar, 1, 1);
  const imag_image_bar_2 = ops.reshape(imag_image_bar, R(h, w));
  const real_image_bar_2 = ops.reshape(real_image_bar, R(h, w));
  const u1_bar = ops.map("imaginary(imag_image_bar_2) + complex(real_image_bar_2)", {
    imag_image_bar_2,
    real_image_bar_2,
  });
  return [
    u1_bar,
    {
      "N.conv1.filter": conv1_filter_bar,
      "N.conv1.bias": conv1_bias_bar,
      "N.conv2.filter": conv2_filter_bar,
      "N.conv2.bias": conv2_bias_bar,
      "N.conv3.filter": conv3_filter_bar,
      "N.conv3.bias": conv3_bias_bar,
    },
  ];
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { h, w, c }: Data) {
  const fourier = ops.at("varnet.ipx:10:19").library("fourier", {}, C(h, w, c), []);
  return { fourier };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, { h, w, P, S }: Data & Constants & Learned) {
  const P_2 = ops.reshape(P, R(h, w, 1));
  const conj = ops.map("conj(S)", { S });
  return { values: { P_2, conj } };
}

/** The vector-Jacobian product of `prepare` for the inputs. */
function prepareInputAdjoint(
  ops: Operations,
  { h, w }: Data & Constants & Learned,
  _saved: unknown,
  { P_2: P_2_bar, conj: conj_bar }: Prepared,
) {
  const S_bar = ops.map("conj(conj_bar)", { conj_bar });
  const P_bar = ops.reshape(P_2_bar, R(h, w));
  return { S: S_bar, P: P_bar };
}

/** The first state. */
function initial(ops: Operations, { h, w, P_2, y, fourier, conj }: Known) {
  const P_times_y = ops.map("P_2*y", { P_2, y });
  const fouriert_v = ops.applyAdjoint(fourier, P_times_y);
  const product = ops.map("conj*fouriert_v", { conj, fouriert_v });
  const product_sum = ops.sumTo(product, C(h, w, 1));
  const x = ops.reshape(product_sum, C(h, w));
  return { values: { x } };
}

/** `initial`, and what its adjoint needs. */
function initialSaving(ops: Operations, { h, w, P_2, y, fourier, conj }: Known) {
  const P_times_y = ops.map("P_2*y", { P_2, y });
  const fouriert_v = ops.applyAdjoint(fourier, P_times_y);
  const product = ops.map("conj*fouriert_v", { conj, fouriert_v });
  const product_sum = ops.sumTo(product, C(h, w, 1));
  const x = ops.reshape(product_sum, C(h, w));
  return { values: { x }, saved: { values: { fouriert_v }, traces: {} } };
}

/** The vector-Jacobian product of `initial` for the inputs. */
function initialInputAdjoint(
  ops: Operations,
  { h, w, c, S, fourier, y, P_2 }: Known,
  { values: { fouriert_v } }: ReturnType<typeof initialSaving>["saved"],
  { x: x_bar }: State,
) {
  const sumTo_bar = ops.reshape(x_bar, C(h, w, 1));
  const ones = ops.fill(1, C(h, w, c));
  const conj_bar = ops.map("sumTo_bar*ones*conj(fouriert_v)", { sumTo_bar, ones, fouriert_v });
  const fouriert_v_bar = ops.map("sumTo_bar*ones*S", { sumTo_bar, ones, S });
  const fourier_v = ops.apply(fourier, fouriert_v_bar);
  const P_bar_each = ops.map("fourier_v*conj(y)", { fourier_v, y });
  const P_2_bar = ops.sumTo(P_bar_each, R(h, w, 1));
  const y_bar = ops.map("fourier_v*P_2", { fourier_v, P_2 });
  return { y: y_bar, P_2: P_2_bar, conj: conj_bar };
}

/** One iteration: the next state. */
function step(ops: Operations, known: Known, { x }: State) {
  const { h, w, S, fourier, P_2, y, conj, eta } = known;
  const x_2 = ops.reshape(x, C(h, w, 1));
  const S_times_x = ops.map("S*x_2", { S, x_2 });
  const fourier_v = ops.apply(fourier, S_times_x);
  const product = ops.map("(P_2*fourier_v - y)*P_2", { P_2, fourier_v, y });
  const fouriert_product = ops.applyAdjoint(fourier, product);
  const product_2 = ops.map("fouriert_product*conj", { fouriert_product, conj });
  const product_2_sum = ops.sumTo(product_2, C(h, w, 1));
  const grad_f = ops.reshape(product_2_sum, C(h, w));
  const N_x = N(ops, x, known);
  const x_next = ops.map("x - eta*grad_f - N_x", { x, eta, grad_f, N_x });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, known: Known, { x }: State) {
  const { h, w, S, fourier, P_2, y, conj, eta } = known;
  const x_2 = ops.reshape(x, C(h, w, 1));
  const S_times_x = ops.map("S*x_2", { S, x_2 });
  const fourier_v = ops.apply(fourier, S_times_x);
  const difference = ops.map("P_2*fourier_v - y", { P_2, fourier_v, y });
  const product = ops.map("difference*P_2", { difference, P_2 });
  const fouriert_product = ops.applyAdjoint(fourier, product);
  const product_2 = ops.map("fouriert_product*conj", { fouriert_product, conj });
  const product_2_sum = ops.sumTo(product_2, C(h, w, 1));
  const grad_f = ops.reshape(product_2_sum, C(h, w));
  const [N_x, N_saved] = N_save(ops, x, known);
  const x_next = ops.map("x - eta*grad_f - N_x", { x, eta, grad_f, N_x });
  return {
    values: { x: x_next },
    reports: {},
    capped: null,
    saved: { values: { x: x_2, fourier_v, difference, fouriert_product, grad_f, ...N_saved }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  known: Known,
  { values: { grad_f, ...N_saved } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { h, w, c, eta, S, fourier, P_2, conj } = known;
  const N_x_bar = ops.map("-x_next_bar", { x_next_bar });
  const [u1_bar, N_weights_bar] = N_adjoint(ops, N_saved, N_x_bar, known);
  const minus_eta_bar_each = ops.dot(grad_f, x_next_bar);
  const minus_eta_bar = ops.sumSamples(minus_eta_bar_each);
  const eta_bar = ops.map("-minus_eta_bar", { minus_eta_bar });
  const grad_f_bar = ops.map("-(x_next_bar*eta)", { x_next_bar, eta });
  const sumTo_bar = ops.reshape(grad_f_bar, C(h, w, 1));
  const ones = ops.fill(1, C(h, w, c));
  const fouriert_product_bar = ops.map("sumTo_bar*ones*S", { sumTo_bar, ones, S });
  const fourier_v = ops.apply(fourier, fouriert_product_bar);
  const fourier_v_bar = ops.map("fourier_v*P_2*P_2", { fourier_v, P_2 });
  const fouriert_v = ops.applyAdjoint(fourier, fourier_v_bar);
  const x_bar_each = ops.map("fouriert_v*conj", { fouriert_v, conj });
  const x_bar_2 = ops.sumTo(x_bar_each, C(h, w, 1));
  const x_bar_3 = ops.reshape(x_bar_2, C(h, w));
  const x_bar = ops.map("u1_bar + x_next_bar + x_bar_3", { u1_bar, x_next_bar, x_bar_3 });
  return { state: { x: x_bar }, known: { ...N_weights_bar, eta: eta_bar } };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  { h, w, c, eta, S, fourier, P_2 }: Known,
  { values: { x, fourier_v, difference, fouriert_product } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const grad_f_bar = ops.map("-(x_next_bar*eta)", { x_next_bar, eta });
  const sumTo_bar = ops.reshape(grad_f_bar, C(h, w, 1));
  const ones = ops.fill(1, C(h, w, c));
  const fouriert_product_bar = ops.map("sumTo_bar*ones*S", { sumTo_bar, ones, S });
  const conj_bar = ops.map("sumTo_bar*ones*conj(fouriert_product)", { sumTo_bar, ones, fouriert_product });
  const fourier_v_2 = ops.apply(fourier, fouriert_product_bar);
  const difference_bar = ops.map("fourier_v_2*P_2", { fourier_v_2, P_2 });
  const product = ops.map("fourier_v_2*conj(difference)", { fourier_v_2, difference });
  const product_sum = ops.sumTo(product, R(h, w, 1));
  const y_bar = ops.map("-difference_bar", { difference_bar });
  const difference_bar_scaled = ops.map("difference_bar*conj(fourier_v)", { difference_bar, fourier_v });
  const sumTo = ops.sumTo(difference_bar_scaled, R(h, w, 1));
  const P_2_bar = ops.map("product_sum + sumTo", { product_sum, sumTo });
  const fourier_v_bar = ops.map("difference_bar*P_2", { difference_bar, P_2 });
  const fouriert_v = ops.applyAdjoint(fourier, fourier_v_bar);
  const conj = ops.map("conj(x)", { x });
  const S_bar = ops.map("fouriert_v*conj", { fouriert_v, conj });
  return { S: S_bar, y: y_bar, P_2: P_2_bar, conj: conj_bar };
}

/**
 * The end-to-end variational network (Sriram et al., MICCAI 2020) for multi-coil MRI with given coil sensitivities, in
 * the image domain: gradient steps on the data term (Hammernik et al., Magn. Reson. Med. 79, 2018), each with a U-Net of
 * its own in place of the gradient of a regulariser. Where the squares of the sensitivities sum to 1, the modulus of the
 * output is the root of the sum of the squares of all coil images.
 */
export const varnet = defineProgram<Known, State, Record<string, never>, Inputs>({
  name: "varnet",
  doc: "The end-to-end variational network (Sriram et al., MICCAI 2020) for multi-coil MRI with given coil sensitivities, in\nthe image domain: gradient steps on the data term (Hammernik et al., Magn. Reson. Med. 79, 2018), each with a U-Net of\nits own in place of the gradient of a regulariser. Where the squares of the sensitivities sum to 1, the modulus of the\noutput is the root of the sum of the squares of all coil images.",
  hash: "ec45922fec0a720fec874ac7d173699e41cd93b0f5737e0238e26d84f69e827d",
  sizes: [
    { name: "h", initial: null },
    { name: "w", initial: null },
    { name: "c", initial: null },
  ],
  spaces: [],
  givens: [],
  inputs: [
    { name: "S", type: { kind: "array", field: "complex", dimensions: ["h", "w", "c"] } },
    {
      name: "P",
      type: { kind: "array", field: "real", dimensions: ["h", "w"] },
      interval: { low: 0, high: 1, lowOpen: false, highOpen: false },
      properties: [{ name: "binary", bound: null }],
    },
    { name: "y", type: { kind: "array", field: "complex", dimensions: ["h", "w", "c"] } },
  ],
  parameters: [
    {
      name: "N.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "2", "4"] },
      perStep: true,
      initial: { kind: "random", init: "he" },
    },
    {
      name: "N.conv1.bias",
      type: { kind: "array", field: "real", dimensions: ["4"] },
      perStep: true,
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "N.conv2.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "4", "4"] },
      perStep: true,
      initial: { kind: "random", init: "he" },
    },
    {
      name: "N.conv2.bias",
      type: { kind: "array", field: "real", dimensions: ["4"] },
      perStep: true,
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "N.conv3.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "4", "2"] },
      perStep: true,
      initial: { kind: "random", init: "he" },
    },
    {
      name: "N.conv3.bias",
      type: { kind: "array", field: "real", dimensions: ["2"] },
      perStep: true,
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "eta",
      type: { kind: "array", field: "real", dimensions: [] },
      perStep: true,
      initial: { kind: "value", evaluate: (ops) => ops.number(0.2) },
      interval: (ops) => {
        const low = ops.number(0);
        return { low, high: null, lowOpen: true, highOpen: true };
      },
    },
  ],
  states: [
    {
      name: "x",
      type: { kind: "array", field: "complex", dimensions: ["h", "w"] },
      assumedInterval: null,
      carried: true,
    },
  ],
  output: { type: { kind: "array", field: "complex", dimensions: ["h", "w"] } },
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
    run: initial,
    reverse: { save: initialSaving, adjoint: null, stateAdjoint: null, inputAdjoint: initialInputAdjoint },
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
  target: { kind: "unrolled", steps: 12, beyond: "error" },
  certificate: null,
  notes: [],
  inputGradients: true,
});
