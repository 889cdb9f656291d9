/**
 * MoDL (Aggarwal, Mani, Jacob, IEEE Trans. Med. Imaging 38, 2019) for multi-coil MRI: a denoiser that all
 * iterations
 * share, and data consistency by conjugate gradients.
 *
 * Compiled by ipc from modl.ipx: an unrolled network of 10 steps.
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
  /** R[3, 3, 2, 4] */
  readonly "D.conv1.filter": Value;
  /** R[4] */
  readonly "D.conv1.bias": Value;
  /** R[3, 3, 4, 4] */
  readonly "D.conv2.filter": Value;
  /** R[4] */
  readonly "D.conv2.bias": Value;
  /** R[3, 3, 4, 2] */
  readonly "D.conv3.filter": Value;
  /** R[2] */
  readonly "D.conv3.bias": Value;
  /** R */
  readonly lambda: Value;
}

/** What does not change between steps. */
interface Prepared {
  /** R[h, w, 1] */
  readonly P_2: Value;
  /** C[h, w, c] */
  readonly conj: Value;
  /** C[h, w] */
  readonly sumTo: Value;
}

/** All that a step may read. */
type Known = Data & Constants & Learned & Prepared;

/** What lives on from step to step. */
interface State {
  /** C[h, w] */
  readonly x: Value;
}

/** What `D_save` keeps of the layers of `D` for its adjoints. */
type D_Saved = Record<"concat" | "conv1_biased" | "conv2_biased", Value>;
/** The cotangents of the weights of `D`. */
type D_Weights = Record<`D.conv${1 | 2 | 3}.filter` | `D.conv${1 | 2 | 3}.bias`, Value>;

/** The learned network `D` with 3 layers of weights: its value at the arguments. */
function D(ops: Operations, u1: Value, known: Known): Value {
  const { h, w } = known;
  const real = ops.map("real(u1)", { u1 });
  const imag = ops.map("imag(u1)", { u1 });
  const real_image = ops.reshape(real, R(h, w, 1));
  const imag_image = ops.reshape(imag, R(h, w, 1));
  const concat = ops.concat([real_image, imag_image]);
  const conv1 = ops.convolve(concat, known["D.conv1.filter"], 1);
  const relu = ops.map("relu(conv1 + D_conv1_bias)", { conv1, D_conv1_bias: known["D.conv1.bias"] });
  const conv2 = ops.convolve(relu, known["D.conv2.filter"], 1);
  const relu_2 = ops.map("relu(conv2 + D_conv2_bias)", { conv2, D_conv2_bias: known["D.conv2.bias"] });
  const conv3 = ops.convolve(relu_2, known["D.conv3.filter"], 1);
  const difference = ops.map("concat - (conv3 + D_conv3_bias)", {
    concat,
    conv3,
    D_conv3_bias: known["D.conv3.bias"],
  });
  const channels = ops.channels(difference, 0, 1);
  const channels_2 = ops.reshape(channels, R(h, w));
  const channels_3 = ops.channels(difference, 1, 1);
  const channels_4 = ops.reshape(channels_3, R(h, w));
  return ops.map("complex(channels_2) + imaginary(channels_4)", { channels_2, channels_4 });
}

/** `D`, and beside its value what its adjoints read of the layers. */
function D_save(ops: Operations, u1: Value, known: Known): [Value, D_Saved] {
  const { h, w } = known;
  const real = ops.map("real(u1)", { u1 });
  const imag = ops.map("imag(u1)", { u1 });
  const real_image = ops.reshape(real, R(h, w, 1));
  const imag_image = ops.reshape(imag, R(h, w, 1));
  const concat = ops.concat([real_image, imag_image]);
  const conv1 = ops.convolve(concat, known["D.conv1.filter"], 1);
  const { conv1_biased, relu } = ops.mapAll(
    { conv1_biased: "conv1 + D_conv1_bias", relu: "relu(conv1_biased)" },
    { conv1, D_conv1_bias: known["D.conv1.bias"] },
  );
  const conv2 = ops.convolve(relu, known["D.conv2.filter"], 1);
  const { conv2_biased, relu_2 } = ops.mapAll(
    { conv2_biased: "conv2 + D_conv2_bias", relu_2: "relu(conv2_biased)" },
    { conv2, D_conv2_bias: known["D.conv2.bias"] },
  );
  const conv3 = ops.convolve(relu_2, known["D.conv3.filter"], 1);
  const difference = ops.map("concat - (conv3 + D_conv3_bias)", {
    concat,
    conv3,
    D_conv3_bias: known["D.conv3.bias"],
  });
  const channels = ops.channels(difference, 0, 1);
  const channels_2 = ops.reshape(channels, R(h, w));
  const channels_3 = ops.channels(difference, 1, 1);
  const channels_4 = ops.reshape(channels_3, R(h, w));
  const sum = ops.map("complex(channels_2) + imaginary(channels_4)", { channels_2, channels_4 });
  return [sum, { concat, conv1_biased, conv2_biased }];
}

/** The vector-Jacobian product of `D`: the cotangent of `u1` and those of its weights, given that of its value. */
function D_adjoint(ops: Operations, saved: D_Saved, output_bar: Value, known: Known): [Value, D_Weights] {
  const { h, w } = known;
  const channels_bar = ops.map("imag(output_bar)", { output_bar });
  const channels_bar_2 = ops.map("real(output_bar)", { output_bar });
  const channels_bar_3 = ops.reshape(channels_bar, R(h, w, 1));
  const placeChannels = ops.placeChannels(channels_bar_3, 1, 2);
  const channels_bar_4 = ops.reshape(channels_bar_2, R(h, w, 1));
  const placeChannels_2 = ops.placeChannels(channels_bar_4, 0, 2);
  const { difference_bar, conv3_biased_bar, minus_conv3_bias_bar } = ops.mapAll(
    {
      difference_bar: "placeChannels + placeChannels_2",
      conv3_biased_bar: "-difference_bar",
      minus_conv3_bias_bar: "difference_bar",
    },
    { placeChannels, placeChannels_2 },
    { minus_conv3_bias_bar: "sumChannels" },
  );
  const conv3_bias_bar = ops.map("-minus_conv3_bias_bar", { minus_conv3_bias_bar });
  const conv3_input_bar = ops.convolveInputGradient(conv3_biased_bar, known["D.conv3.filter"], R(h, w, 4), 1);
  const relu = ops.map("relu(conv2_biased)", { conv2_biased: saved.conv2_biased });
  const conv3_filter_bar = ops.convolveFilterGradient(relu, conv3_biased_bar, R(3, 3, 4, 2), 1);
  const { conv2_biased_bar, conv2_bias_bar } = ops.mapAll(
    { conv2_biased_bar: "positive(conv2_biased)*conv3_input_bar", conv2_bias_bar: "conv2_biased_bar" },
    { conv2_biased: saved.conv2_biased, conv3_input_bar },
    { conv2_bias_bar: "sumChannels" },
  );
  const conv2_input_bar = ops.convolveInputGradient(conv2_biased_bar, known["D.conv2.filter"], R(h, w, 4), 1);
  const relu_2 = ops.map("relu(conv1_biased)", { conv1_biased: saved.conv1_biased });
  const conv2_filter_bar = ops.convolveFilterGradient(relu_2, conv2_biased_bar, R(3, 3, 4, 4), 1);
  const { conv1_biased_bar, conv1_bias_bar } = ops.mapAll(
    { conv1_biased_bar: "positive(conv1_biased)*conv2_input_bar", conv1_bias_bar: "conv1_biased_bar" },
    { conv1_biased: saved.conv1_biased, conv2_input_bar },
    { conv1_bias_bar: "sumChannels" },
  );
  const conv1_input_bar = ops.convolveInputGradient(conv1_biased_bar, known["D.conv1.filter"], R(h, w, 2), 1);
  const concat_bar = ops.map("difference_bar + conv1_input_bar", { difference_bar, conv1_input_bar });
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
      "D.conv1.filter": conv1_filter_bar,
      "D.conv1.bias": conv1_bias_bar,
      "D.conv2.filter": conv2_filter_bar,
      "D.conv2.bias": conv2_bias_bar,
      "D.conv3.filter": conv3_filter_bar,
      "D.conv3.bias": conv3_bias_bar,
    },
  ];
}

/** The linear map that is solved with. */
function system(ops: Operations, v: Value, { h, w, S, fourier, P_2, conj, lambda }: Known): Value {
  const v_2 = ops.reshape(v, C(h, w, 1));
  const S_times_v = ops.map("S*v_2", { S, v_2 });
  const fourier_v = ops.apply(fourier, S_times_v);
  const P_times_fourier_v = ops.map("P_2*fourier_v", { P_2, fourier_v });
  const fouriert_v = ops.applyAdjoint(fourier, P_times_fourier_v);
  const product = ops.map("conj*fouriert_v", { conj, fouriert_v });
  const product_sum = ops.sumTo(product, C(h, w, 1));
  const product_sum_reshaped = ops.reshape(product_sum, C(h, w));
  return ops.map("product_sum_reshaped + lambda*v", { product_sum_reshaped, lambda, v });
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { h, w, c }: Data) {
  const fourier = ops.at("modl.ipx:8:19").library("fourier", {}, C(h, w, c), []);
  return { fourier };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, { h, w, P, y, fourier, S }: Data & Constants & Learned) {
  const P_2 = ops.reshape(P, R(h, w, 1));
  const P_times_y = ops.map("P_2*y", { P_2, y });
  const fouriert_v = ops.applyAdjoint(fourier, P_times_y);
  const conj = ops.map("conj(S)", { S });
  const product = ops.map("conj*fouriert_v", { conj, fouriert_v });
  const product_sum = ops.sumTo(product, C(h, w, 1));
  const sumTo = ops.reshape(product_sum, C(h, w));
  return { values: { P_2, conj, sumTo } };
}

/** `prepare`, and what its adjoint needs. */
function prepareSaving(ops: Operations, { h, w, P, y, fourier, S }: Data & Constants & Learned) {
  const P_2 = ops.reshape(P, R(h, w, 1));
  const P_times_y = ops.map("P_2*y", { P_2, y });
  const fouriert_v = ops.applyAdjoint(fourier, P_times_y);
  const conj = ops.map("conj(S)", { S });
  const product = ops.map("conj*fouriert_v", { conj, fouriert_v });
  const product_sum = ops.sumTo(product, C(h, w, 1));
  const sumTo = ops.reshape(product_sum, C(h, w));
  return { values: { P_2, conj, sumTo }, saved: { values: { fouriert_v }, traces: {} } };
}

/** The vector-Jacobian product of `prepare` for the inputs. */
function prepareInputAdjoint(
  ops: Operations,
  { h, w, c, P, S, fourier, y }: Data & Constants & Learned,
  { values: { fouriert_v } }: ReturnType<typeof prepareSaving>["saved"],
  { P_2: P_2_bar, conj: conj_bar, sumTo: sumTo_bar }: Prepared,
) {
  const P_2 = ops.reshape(P, R(h, w, 1));
  const sumTo_bar_2 = ops.reshape(sumTo_bar, C(h, w, 1));
  const ones = ops.fill(1, C(h, w, c));
  const fouriert_v_bar = ops.map("sumTo_bar_2*ones*S", { sumTo_bar_2, ones, S });
  const S_bar = ops.map("conj(conj_bar + sumTo_bar_2*ones*conj(fouriert_v))", {
    conj_bar,
    sumTo_bar_2,
    ones,
    fouriert_v,
  });
  const fourier_v = ops.apply(fourier, fouriert_v_bar);
  const product = ops.map("fourier_v*conj(y)", { fourier_v, y });
  const product_sum = ops.sumTo(product, R(h, w, 1));
  const P_bar_2 = ops.map("P_2_bar + product_sum", { P_2_bar, product_sum });
  const y_bar = ops.map("fourier_v*P_2", { fourier_v, P_2 });
  const P_bar = ops.reshape(P_bar_2, R(h, w));
  return { S: S_bar, P: P_bar, y: y_bar };
}

/** One iteration: the next state. */
function step(ops: Operations, known: Known, { x }: State) {
  const { sumTo, lambda } = known;
  const z = D(ops, x, known);
  const sum = ops.map("sumTo + lambda*z", { sumTo, lambda, z });
  const x_next = ops.solve(sum, x, (v) => system(ops, v, known), { by: "cg", tolerance: 1e-13, maximum: 90 });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, known: Known, { x }: State) {
  const { sumTo, lambda } = known;
  const [z, D_saved] = D_save(ops, x, known);
  const sum = ops.map("sumTo + lambda*z", { sumTo, lambda, z });
  const x_next = ops.solve(sum, x, (v) => system(ops, v, known), { by: "cg", tolerance: 1e-13, maximum: 90 });
  return {
    values: { x: x_next },
    reports: {},
    capped: null,
    saved: { values: { z, ...D_saved, x_next }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  known: Known,
  { values: { z, x_next, ...D_saved } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { lambda } = known;
  const sum_bar = ops.solve(x_next_bar, null, (v) => system(ops, v, known), {
    by: "cg",
    tolerance: 1e-13,
    maximum: 90,
  });
  const x_next_dot_sum_bar = ops.dot(x_next, sum_bar);
  const total = ops.sumSamples(x_next_dot_sum_bar);
  const z_dot_sum_bar = ops.dot(z, sum_bar);
  const total_2 = ops.sumSamples(z_dot_sum_bar);
  const lambda_bar = ops.map("total_2 - total", { total_2, total });
  const z_bar = ops.map("sum_bar*lambda", { sum_bar, lambda });
  const [x_bar, D_weights_bar] = D_adjoint(ops, D_saved, z_bar, known);
  return { state: { x: x_bar }, known: { ...D_weights_bar, lambda: lambda_bar } };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  known: Known,
  { values: { x_next } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { h, w, c, S, fourier, P_2 } = known;
  const sumTo_bar = ops.solve(x_next_bar, null, (v) => system(ops, v, known), {
    by: "cg",
    tolerance: 1e-13,
    maximum: 90,
  });
  const minus_sum_bar = ops.map("-sumTo_bar", { sumTo_bar });
  const v = ops.reshape(x_next, C(h, w, 1));
  const S_times_v = ops.map("S*v", { S, v });
  const fourier_v = ops.apply(fourier, S_times_v);
  const P_times_fourier_v = ops.map("P_2*fourier_v", { P_2, fourier_v });
  const fouriert_v = ops.applyAdjoint(fourier, P_times_fourier_v);
  const minus_sum_bar_2 = ops.reshape(minus_sum_bar, C(h, w, 1));
  const ones = ops.fill(1, C(h, w, c));
  const conj_bar = ops.map("minus_sum_bar_2*ones*conj(fouriert_v)", { minus_sum_bar_2, ones, fouriert_v });
  const minus_sum_bar_scaled = ops.map("minus_sum_bar_2*ones*S", { minus_sum_bar_2, ones, S });
  const fourier_v_2 = ops.apply(fourier, minus_sum_bar_scaled);
  const P_bar_each = ops.map("fourier_v_2*conj(fourier_v)", { fourier_v_2, fourier_v });
  const P_2_bar = ops.sumTo(P_bar_each, R(h, w, 1));
  const fourier_v_times_P = ops.map("fourier_v_2*P_2", { fourier_v_2, P_2 });
  const fouriert_v_2 = ops.applyAdjoint(fourier, fourier_v_times_P);
  const conj = ops.map("conj(v)", { v });
  const S_bar = ops.map("fouriert_v_2*conj", { fouriert_v_2, conj });
  return { S: S_bar, P_2: P_2_bar, conj: conj_bar, sumTo: sumTo_bar };
}

/**
 * MoDL (Aggarwal, Mani, Jacob, IEEE Trans. Med. Imaging 38, 2019) for multi-coil MRI: a denoiser that all iterations
 * share, and data consistency by conjugate gradients.
 */
export const modl = defineProgram<Known, State, Record<string, never>, Inputs>({
  name: "modl",
  doc: "MoDL (Aggarwal, Mani, Jacob, IEEE Trans. Med. Imaging 38, 2019) for multi-coil MRI: a denoiser that all iterations\nshare, and data consistency by conjugate gradients.",
  hash: "0422a9ec634ed4bc1ff289df3b1555d6ac2a9fa11da15563b10e3d1022ba8fc7",
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
      name: "D.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "2", "4"] },
      initial: { kind: "random", init: "he" },
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
    },
    {
      name: "D.conv2.bias",
      type: { kind: "array", field: "real", dimensions: ["4"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "D.conv3.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "4", "2"] },
      initial: { kind: "random", init: "he" },
    },
    {
      name: "D.conv3.bias",
      type: { kind: "array", field: "real", dimensions: ["2"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "lambda",
      type: { kind: "array", field: "real", dimensions: [] },
      initial: { kind: "value", evaluate: (ops) => ops.number(0.05) },
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
    reverse: { save: prepareSaving, adjoint: null, stateAdjoint: null, inputAdjoint: prepareInputAdjoint },
  },
  initial: {
    run: (_ops, { sumTo }) => ({ values: { x: sumTo } }),
    reverse: {
      save: (_ops, { sumTo }) => ({ values: { x: sumTo }, saved: { values: {}, traces: {} } }),
      adjoint: null,
      stateAdjoint: null,
      inputAdjoint: (_ops, _known, _saved, { x: x_bar }) => ({ sumTo: x_bar }),
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
  certificate: null,
  notes: [],
  inputGradients: true,
});
