/**
 * SGP with a learned diagonal scaling and direction relaxation (Lee and Chun, arXiv:1902.02449, 2019,
 * Algorithms 3 and 4, as printed).
 * The slack 1e-6*abs(fx) is for single precision, and not in the paper.
 *
 * Compiled by ipc from sgp_drs_diag.ipx: an unrolled network of 10 steps.
 *
 * Convergence: not found. no proof was found, and no counterexample: the step is none of the algorithms
 * that have a rule around its loop
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
  /** R in (0, inf) */
  readonly lambda?: ArrayDatum;
  /** R in (0, 1] */
  readonly alpha?: ArrayDatum;
  /** R in (0, 1) */
  readonly beta?: ArrayDatum;
  /** R in (0, 1) */
  readonly eta1?: ArrayDatum;
  /** R in (0, 1) */
  readonly eta2?: ArrayDatum;
}

/** What `run` takes; samples may be on a first axis. */
export interface Inputs {
  /** linear R[h, w] -> Y with norm <= 1 */
  readonly A: OperatorDatum;
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
  /** R in (0, inf) */
  readonly lambda: Value;
  /** R in (0, 1] */
  readonly alpha: Value;
  /** R in (0, 1) */
  readonly beta: Value;
  /** R in (0, 1) */
  readonly eta1: Value;
  /** R in (0, 1) */
  readonly eta2: Value;
  /** linear R[h, w] -> Y with norm <= 1, of each sample */
  readonly A: Operator;
  /** Y, of each sample */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** bool */
  readonly use_net_0: Value;
}

/** What may be learned. */
interface Learned {
  /** R[3, 3, 2, 3] */
  readonly "Psi.down1.conv1.filter": Value;
  /** R[3] */
  readonly "Psi.down1.conv1.bias": Value;
  /** R[3, 3, 3, 3] */
  readonly "Psi.down1.conv2.filter": Value;
  /** R[3] */
  readonly "Psi.down1.conv2.bias": Value;
  /** R[3, 3, 3, 6] */
  readonly "Psi.bottom.conv1.filter": Value;
  /** R[6] */
  readonly "Psi.bottom.conv1.bias": Value;
  /** R[3, 3, 6, 6] */
  readonly "Psi.bottom.conv2.filter": Value;
  /** R[6] */
  readonly "Psi.bottom.conv2.bias": Value;
  /** R[2, 2, 3, 6] */
  readonly "Psi.up1.upconv1.filter": Value;
  /** R[3] */
  readonly "Psi.up1.upconv1.bias": Value;
  /** R[3, 3, 6, 3] */
  readonly "Psi.up1.conv1.filter": Value;
  /** R[3] */
  readonly "Psi.up1.conv1.bias": Value;
  /** R[3, 3, 3, 3] */
  readonly "Psi.up1.conv2.filter": Value;
  /** R[3] */
  readonly "Psi.up1.conv2.bias": Value;
  /** R[1, 1, 3, 1] */
  readonly "Psi.conv1.filter": Value;
  /** R[1] */
  readonly "Psi.conv1.bias": Value;
}

/** All that a step may read. */
type Known = Data & Constants & Learned;

/** What lives on from step to step. */
interface State {
  /** R[h, w] */
  readonly x: Value;
  /** bool */
  readonly use_net: Value;
  /** R */
  readonly gamma1: Value;
}

/** What `Psi_save` keeps of the layers of `Psi` for its adjoints. */
type Psi_Saved = Record<
  | "padded"
  | "down1_conv1_biased"
  | "down1_conv2_biased"
  | "down1_pooled"
  | "bottom_conv1_biased"
  | "bottom_conv2_biased"
  | "up1_joined"
  | "up1_conv1_biased"
  | "up1_conv2_biased"
  | "cropped",
  Value
>;
/** The cotangents of the weights of `Psi`. */
type Psi_Weights = Record<
  | "Psi.down1.conv1.filter"
  | "Psi.down1.conv1.bias"
  | "Psi.down1.conv2.filter"
  | "Psi.down1.conv2.bias"
  | "Psi.bottom.conv1.filter"
  | "Psi.bottom.conv2.filter"
  | "Psi.bottom.conv1.bias"
  | "Psi.bottom.conv2.bias"
  | "Psi.up1.upconv1.filter"
  | "Psi.up1.upconv1.bias"
  | "Psi.up1.conv1.filter"
  | "Psi.up1.conv1.bias"
  | "Psi.up1.conv2.filter"
  | "Psi.up1.conv2.bias"
  | "Psi.conv1.filter"
  | "Psi.conv1.bias",
  Value
>;
/** What `Psi_save_1` keeps of the layers of `Psi` for its adjoints. */
type Psi_Saved_2 = Record<
  | "down1_conv1_biased"
  | "down1_conv2_biased"
  | "bottom_conv1_biased"
  | "bottom_conv2_biased"
  | "up1_conv1_biased"
  | "up1_conv2_biased"
  | "cropped",
  Value
>;

/** The learned network `Psi` with 8 layers of weights: its value at the arguments. */
function Psi(ops: Operations, u1: Value, u2: Value, known: Known): Value {
  const { h, w } = known;
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const u2_image = ops.reshape(u2, R(h, w, 1));
  const concat = ops.concat([u1_image, u2_image]);
  const padded = ops.padImage(concat, 2);
  const down1_conv1 = ops.convolve(padded, known["Psi.down1.conv1.filter"], 1);
  const relu = ops.map("relu(down1_conv1 + Psi_down1_conv1_bias)", {
    down1_conv1,
    Psi_down1_conv1_bias: known["Psi.down1.conv1.bias"],
  });
  const down1_conv2 = ops.convolve(relu, known["Psi.down1.conv2.filter"], 1);
  const relu_2 = ops.map("relu(down1_conv2 + Psi_down1_conv2_bias)", {
    down1_conv2,
    Psi_down1_conv2_bias: known["Psi.down1.conv2.bias"],
  });
  const down1_pooled = ops.maxPool(relu_2, 2);
  const bottom_conv1 = ops.convolve(down1_pooled, known["Psi.bottom.conv1.filter"], 1);
  const relu_3 = ops.map("relu(bottom_conv1 + Psi_bottom_conv1_bias)", {
    bottom_conv1,
    Psi_bottom_conv1_bias: known["Psi.bottom.conv1.bias"],
  });
  const bottom_conv2 = ops.convolve(relu_3, known["Psi.bottom.conv2.filter"], 1);
  const relu_4 = ops.map("relu(bottom_conv2 + Psi_bottom_conv2_bias)", {
    bottom_conv2,
    Psi_bottom_conv2_bias: known["Psi.bottom.conv2.bias"],
  });
  const up1_upconv1 = ops.convolveInputGradient(
    relu_4,
    known["Psi.up1.upconv1.filter"],
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 3),
    2,
  );
  const up1_upconv1_biased = ops.map("up1_upconv1 + Psi_up1_upconv1_bias", {
    up1_upconv1,
    Psi_up1_upconv1_bias: known["Psi.up1.upconv1.bias"],
  });
  const up1_joined = ops.concat([relu_2, up1_upconv1_biased]);
  const up1_conv1 = ops.convolve(up1_joined, known["Psi.up1.conv1.filter"], 1);
  const relu_5 = ops.map("relu(up1_conv1 + Psi_up1_conv1_bias)", {
    up1_conv1,
    Psi_up1_conv1_bias: known["Psi.up1.conv1.bias"],
  });
  const up1_conv2 = ops.convolve(relu_5, known["Psi.up1.conv2.filter"], 1);
  const relu_6 = ops.map("relu(up1_conv2 + Psi_up1_conv2_bias)", {
    up1_conv2,
    Psi_up1_conv2_bias: known["Psi.up1.conv2.bias"],
  });
  const conv1 = ops.convolve(relu_6, known["Psi.conv1.filter"], 1);
  const conv1_biased = ops.map("conv1 + Psi_conv1_bias", { conv1, Psi_conv1_bias: known["Psi.conv1.bias"] });
  const cropped = ops.cropImage(conv1_biased, R(h, w, 1));
  const softplus = ops.map("softplus(cropped)", { cropped });
  return ops.reshape(softplus, R(h, w));
}

/** `Psi`, and beside its value what its adjoints read of the layers. */
function Psi_save(ops: Operations, u1: Value, u2: Value, known: Known): [Value, Psi_Saved] {
  const { h, w } = known;
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const u2_image = ops.reshape(u2, R(h, w, 1));
  const concat = ops.concat([u1_image, u2_image]);
  const padded = ops.padImage(concat, 2);
  const down1_conv1 = ops.convolve(padded, known["Psi.down1.conv1.filter"], 1);
  const { down1_conv1_biased, relu } = ops.mapAll(
    { down1_conv1_biased: "down1_conv1 + Psi_down1_conv1_bias", relu: "relu(down1_conv1_biased)" },
    { down1_conv1, Psi_down1_conv1_bias: known["Psi.down1.conv1.bias"] },
  );
  const down1_conv2 = ops.convolve(relu, known["Psi.down1.conv2.filter"], 1);
  const { down1_conv2_biased, relu_2 } = ops.mapAll(
    { down1_conv2_biased: "down1_conv2 + Psi_down1_conv2_bias", relu_2: "relu(down1_conv2_biased)" },
    { down1_conv2, Psi_down1_conv2_bias: known["Psi.down1.conv2.bias"] },
  );
  const down1_pooled = ops.maxPool(relu_2, 2);
  const bottom_conv1 = ops.convolve(down1_pooled, known["Psi.bottom.conv1.filter"], 1);
  const { bottom_conv1_biased, relu_3 } = ops.mapAll(
    { bottom_conv1_biased: "bottom_conv1 + Psi_bottom_conv1_bias", relu_3: "relu(bottom_conv1_biased)" },
    { bottom_conv1, Psi_bottom_conv1_bias: known["Psi.bottom.conv1.bias"] },
  );
  const bottom_conv2 = ops.convolve(relu_3, known["Psi.bottom.conv2.filter"], 1);
  const { bottom_conv2_biased, relu_4 } = ops.mapAll(
    { bottom_conv2_biased: "bottom_conv2 + Psi_bottom_conv2_bias", relu_4: "relu(bottom_conv2_biased)" },
    { bottom_conv2, Psi_bottom_conv2_bias: known["Psi.bottom.conv2.bias"] },
  );
  const up1_upconv1 = ops.convolveInputGradient(
    relu_4,
    known["Psi.up1.upconv1.filter"],
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 3),
    2,
  );
  const up1_upconv1_biased = ops.map("up1_upconv1 + Psi_up1_upconv1_bias", {
    up1_upconv1,
    Psi_up1_upconv1_bias: known["Psi.up1.upconv1.bias"],
  });
  const up1_joined = ops.concat([relu_2, up1_upconv1_biased]);
  const up1_conv1 = ops.convolve(up1_joined, known["Psi.up1.conv1.filter"], 1);
  const { up1_conv1_biased, relu_5 } = ops.mapAll(
    { up1_conv1_biased: "up1_conv1 + Psi_up1_conv1_bias", relu_5: "relu(up1_conv1_biased)" },
    { up1_conv1, Psi_up1_conv1_bias: known["Psi.up1.conv1.bias"] },
  );
  const up1_conv2 = ops.convolve(relu_5, known["Psi.up1.conv2.filter"], 1);
  const { up1_conv2_biased, relu_6 } = ops.mapAll(
    { up1_conv2_biased: "up1_conv2 + Psi_up1_conv2_bias", relu_6: "relu(up1_conv2_biased)" },
    { up1_conv2, Psi_up1_conv2_bias: known["Psi.up1.conv2.bias"] },
  );
  const conv1 = ops.convolve(relu_6, known["Psi.conv1.filter"], 1);
  const conv1_biased = ops.map("conv1 + Psi_conv1_bias", { conv1, Psi_conv1_bias: known["Psi.conv1.bias"] });
  const cropped = ops.cropImage(conv1_biased, R(h, w, 1));
  const softplus = ops.map("softplus(cropped)", { cropped });
  const softplus_2 = ops.reshape(softplus, R(h, w));
  return [
    softplus_2,
    {
      padded,
      down1_conv1_biased,
      down1_conv2_biased,
      down1_pooled,
      bottom_conv1_biased,
      bottom_conv2_biased,
      up1_joined,
      up1_conv1_biased,
      up1_conv2_biased,
      cropped,
    },
  ];
}

/** The vector-Jacobian product of `Psi`: the cotangents of its arguments and those of its weights, given that of its value. */
function Psi_adjoint(
  ops: Operations,
  saved: Psi_Saved,
  output_bar: Value,
  known: Known,
): [Value, Value, Psi_Weights] {
  const { h, w } = known;
  const output_bar_2 = ops.reshape(output_bar, R(h, w, 1));
  const cropped_bar = ops.map("output_bar_2*sigmoid(cropped)", { output_bar_2, cropped: saved.cropped });
  const conv1_biased_bar = ops.padImageTo(cropped_bar, R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 1));
  const conv1_bias_bar_each = ops.sumTo(conv1_biased_bar, R(1));
  const conv1_bias_bar = ops.sumSamples(conv1_bias_bar_each);
  const conv1_input_bar = ops.convolveInputGradient(
    conv1_biased_bar,
    known["Psi.conv1.filter"],
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 3),
    1,
  );
  const relu = ops.map("relu(up1_conv2_biased)", { up1_conv2_biased: saved.up1_conv2_biased });
  const conv1_filter_bar = ops.convolveFilterGradient(relu, conv1_biased_bar, R(1, 1, 3, 1), 1);
  const { up1_conv2_biased_bar, up1_conv2_bias_bar } = ops.mapAll(
    {
      up1_conv2_biased_bar: "positive(up1_conv2_biased)*conv1_input_bar",
      up1_conv2_bias_bar: "up1_conv2_biased_bar",
    },
    { up1_conv2_biased: saved.up1_conv2_biased, conv1_input_bar },
    { up1_conv2_bias_bar: "sumChannels" },
  );
  const up1_conv2_input_bar = ops.convolveInputGradient(
    up1_conv2_biased_bar,
    known["Psi.up1.conv2.filter"],
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 3),
    1,
  );
  const relu_2 = ops.map("relu(up1_conv1_biased)", { up1_conv1_biased: saved.up1_conv1_biased });
  const up1_conv2_filter_bar = ops.convolveFilterGradient(relu_2, up1_conv2_biased_bar, R(3, 3, 3, 3), 1);
  const { up1_conv1_biased_bar, up1_conv1_bias_bar } = ops.mapAll(
    {
      up1_conv1_biased_bar: "positive(up1_conv1_biased)*up1_conv2_input_bar",
      up1_conv1_bias_bar: "up1_conv1_biased_bar",
    },
    { up1_conv1_biased: saved.up1_conv1_biased, up1_conv2_input_bar },
    { up1_conv1_bias_bar: "sumChannels" },
  );
  const up1_joined_bar = ops.convolveInputGradient(
    up1_conv1_biased_bar,
    known["Psi.up1.conv1.filter"],
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 6),
    1,
  );
  const up1_conv1_filter_bar = ops.convolveFilterGradient(
    saved.up1_joined,
    up1_conv1_biased_bar,
    R(3, 3, 6, 3),
    1,
  );
  const channels = ops.channels(up1_joined_bar, 0, 3);
  const up1_upconv1_biased_bar = ops.channels(up1_joined_bar, 3, 3);
  const up1_upconv1_bias_bar_each = ops.sumTo(up1_upconv1_biased_bar, R(3));
  const up1_upconv1_bias_bar = ops.sumSamples(up1_upconv1_bias_bar_each);
  const convolved = ops.convolve(up1_upconv1_biased_bar, known["Psi.up1.upconv1.filter"], 2);
  const relu_3 = ops.map("relu(bottom_conv2_biased)", { bottom_conv2_biased: saved.bottom_conv2_biased });
  const up1_upconv1_filter_bar = ops.convolveFilterGradient(up1_upconv1_biased_bar, relu_3, R(2, 2, 3, 6), 2);
  const { bottom_conv2_biased_bar, bottom_conv2_bias_bar } = ops.mapAll(
    {
      bottom_conv2_biased_bar: "positive(bottom_conv2_biased)*convolved",
      bottom_conv2_bias_bar: "bottom_conv2_biased_bar",
    },
    { bottom_conv2_biased: saved.bottom_conv2_biased, convolved },
    { bottom_conv2_bias_bar: "sumChannels" },
  );
  const bottom_conv2_input_bar = ops.convolveInputGradient(
    bottom_conv2_biased_bar,
    known["Psi.bottom.conv2.filter"],
    R((Math.ceil(h / 2) * 2) / 2, (Math.ceil(w / 2) * 2) / 2, 6),
    1,
  );
  const relu_4 = ops.map("relu(bottom_conv1_biased)", { bottom_conv1_biased: saved.bottom_conv1_biased });
  const bottom_conv2_filter_bar = ops.convolveFilterGradient(
    relu_4,
    bottom_conv2_biased_bar,
    R(3, 3, 6, 6),
    1,
  );
  const { bottom_conv1_biased_bar, bottom_conv1_bias_bar } = ops.mapAll(
    {
      bottom_conv1_biased_bar: "positive(bottom_conv1_biased)*bottom_conv2_input_bar",
      bottom_conv1_bias_bar: "bottom_conv1_biased_bar",
    },
    { bottom_conv1_biased: saved.bottom_conv1_biased, bottom_conv2_input_bar },
    { bottom_conv1_bias_bar: "sumChannels" },
  );
  const down1_pooled_bar = ops.convolveInputGradient(
    bottom_conv1_biased_bar,
    known["Psi.bottom.conv1.filter"],
    R((Math.ceil(h / 2) * 2) / 2, (Math.ceil(w / 2) * 2) / 2, 3),
    1,
  );
  const bottom_conv1_filter_bar = ops.convolveFilterGradient(
    saved.down1_pooled,
    bottom_conv1_biased_bar,
    R(3, 3, 3, 6),
    1,
  );
  const relu_5 = ops.map("relu(down1_conv2_biased)", { down1_conv2_biased: saved.down1_conv2_biased });
  const maxPoolGradient = ops.maxPoolGradient(relu_5, down1_pooled_bar, 2);
  const { down1_conv2_biased_bar, down1_conv2_bias_bar } = ops.mapAll(
    {
      down1_conv2_biased_bar: "positive(down1_conv2_biased)*(channels + maxPoolGradient)",
      down1_conv2_bias_bar: "down1_conv2_biased_bar",
    },
    { down1_conv2_biased: saved.down1_conv2_biased, channels, maxPoolGradient },
    { down1_conv2_bias_bar: "sumChannels" },
  );
  const down1_conv2_input_bar = ops.convolveInputGradient(
    down1_conv2_biased_bar,
    known["Psi.down1.conv2.filter"],
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 3),
    1,
  );
  const relu_6 = ops.map("relu(down1_conv1_biased)", { down1_conv1_biased: saved.down1_conv1_biased });
  const down1_conv2_filter_bar = ops.convolveFilterGradient(relu_6, down1_conv2_biased_bar, R(3, 3, 3, 3), 1);
  const { down1_conv1_biased_bar, down1_conv1_bias_bar } = ops.mapAll(
    {
      down1_conv1_biased_bar: "positive(down1_conv1_biased)*down1_conv2_input_bar",
      down1_conv1_bias_bar: "down1_conv1_biased_bar",
    },
    { down1_conv1_biased: saved.down1_conv1_biased, down1_conv2_input_bar },
    { down1_conv1_bias_bar: "sumChannels" },
  );
  const padded_bar = ops.convolveInputGradient(
    down1_conv1_biased_bar,
    known["Psi.down1.conv1.filter"],
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 2),
    1,
  );
  const down1_conv1_filter_bar = ops.convolveFilterGradient(
    saved.padded,
    down1_conv1_biased_bar,
    R(3, 3, 2, 3),
    1,
  );
  const concat_bar = ops.cropImage(padded_bar, R(h, w, 2));
  const u1_image_bar = ops.channels(concat_bar, 0, 1);
  const u2_image_bar = ops.channels(concat_bar, 1, 1);
  const u2_bar = ops.reshape(u2_image_bar, R(h, w));
  const u1_bar = ops.reshape(u1_image_bar, R(h, w));
  return [
    u1_bar,
    u2_bar,
    {
      "Psi.down1.conv1.filter": down1_conv1_filter_bar,
      "Psi.down1.conv1.bias": down1_conv1_bias_bar,
      "Psi.down1.conv2.filter": down1_conv2_filter_bar,
      "Psi.down1.conv2.bias": down1_conv2_bias_bar,
      "Psi.bottom.conv1.filter": bottom_conv1_filter_bar,
      "Psi.bottom.conv1.bias": bottom_conv1_bias_bar,
      "Psi.bottom.conv2.filter": bottom_conv2_filter_bar,
      "Psi.bottom.conv2.bias": bottom_conv2_bias_bar,
      "Psi.up1.upconv1.filter": up1_upconv1_filter_bar,
      "Psi.up1.upconv1.bias": up1_upconv1_bias_bar,
      "Psi.up1.conv1.filter": up1_conv1_filter_bar,
      "Psi.up1.conv1.bias": up1_conv1_bias_bar,
      "Psi.up1.conv2.filter": up1_conv2_filter_bar,
      "Psi.up1.conv2.bias": up1_conv2_bias_bar,
      "Psi.conv1.filter": conv1_filter_bar,
      "Psi.conv1.bias": conv1_bias_bar,
    },
  ];
}

/** `Psi`, and beside its value what its adjoints read of the layers. */
function Psi_save_1(ops: Operations, u1: Value, u2: Value, known: Known): [Value, Psi_Saved_2] {
  const { h, w } = known;
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const u2_image = ops.reshape(u2, R(h, w, 1));
  const concat = ops.concat([u1_image, u2_image]);
  const padded = ops.padImage(concat, 2);
  const down1_conv1 = ops.convolve(padded, known["Psi.down1.conv1.filter"], 1);
  const { down1_conv1_biased, relu } = ops.mapAll(
    { down1_conv1_biased: "down1_conv1 + Psi_down1_conv1_bias", relu: "relu(down1_conv1_biased)" },
    { down1_conv1, Psi_down1_conv1_bias: known["Psi.down1.conv1.bias"] },
  );
  const down1_conv2 = ops.convolve(relu, known["Psi.down1.conv2.filter"], 1);
  const { down1_conv2_biased, relu_2 } = ops.mapAll(
    { down1_conv2_biased: "down1_conv2 + Psi_down1_conv2_bias", relu_2: "relu(down1_conv2_biased)" },
    { down1_conv2, Psi_down1_conv2_bias: known["Psi.down1.conv2.bias"] },
  );
  const down1_pooled = ops.maxPool(relu_2, 2);
  const bottom_conv1 = ops.convolve(down1_pooled, known["Psi.bottom.conv1.filter"], 1);
  const { bottom_conv1_biased, relu_3 } = ops.mapAll(
    { bottom_conv1_biased: "bottom_conv1 + Psi_bottom_conv1_bias", relu_3: "relu(bottom_conv1_biased)" },
    { bottom_conv1, Psi_bottom_conv1_bias: known["Psi.bottom.conv1.bias"] },
  );
  const bottom_conv2 = ops.convolve(relu_3, known["Psi.bottom.conv2.filter"], 1);
  const { bottom_conv2_biased, relu_4 } = ops.mapAll(
    { bottom_conv2_biased: "bottom_conv2 + Psi_bottom_conv2_bias", relu_4: "relu(bottom_conv2_biased)" },
    { bottom_conv2, Psi_bottom_conv2_bias: known["Psi.bottom.conv2.bias"] },
  );
  const up1_upconv1 = ops.convolveInputGradient(
    relu_4,
    known["Psi.up1.upconv1.filter"],
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 3),
    2,
  );
  const up1_upconv1_biased = ops.map("up1_upconv1 + Psi_up1_upconv1_bias", {
    up1_upconv1,
    Psi_up1_upconv1_bias: known["Psi.up1.upconv1.bias"],
  });
  const up1_joined = ops.concat([relu_2, up1_upconv1_biased]);
  const up1_conv1 = ops.convolve(up1_joined, known["Psi.up1.conv1.filter"], 1);
  const { up1_conv1_biased, relu_5 } = ops.mapAll(
    { up1_conv1_biased: "up1_conv1 + Psi_up1_conv1_bias", relu_5: "relu(up1_conv1_biased)" },
    { up1_conv1, Psi_up1_conv1_bias: known["Psi.up1.conv1.bias"] },
  );
  const up1_conv2 = ops.convolve(relu_5, known["Psi.up1.conv2.filter"], 1);
  const { up1_conv2_biased, relu_6 } = ops.mapAll(
    { up1_conv2_biased: "up1_conv2 + Psi_up1_conv2_bias", relu_6: "relu(up1_conv2_biased)" },
    { up1_conv2, Psi_up1_conv2_bias: known["Psi.up1.conv2.bias"] },
  );
  const conv1 = ops.convolve(relu_6, known["Psi.conv1.filter"], 1);
  const conv1_biased = ops.map("conv1 + Psi_conv1_bias", { conv1, Psi_conv1_bias: known["Psi.conv1.bias"] });
  const cropped = ops.cropImage(conv1_biased, R(h, w, 1));
  const softplus = ops.map("softplus(cropped)", { cropped });
  const softplus_2 = ops.reshape(softplus, R(h, w));
  return [
    softplus_2,
    {
      down1_conv1_biased,
      down1_conv2_biased,
      bottom_conv1_biased,
      bottom_conv2_biased,
      up1_conv1_biased,
      up1_conv2_biased,
      cropped,
    },
  ];
}

/** The vector-Jacobian product of `Psi`: the cotangents of its arguments, given that of its value. */
function Psi_adjoint_1(ops: Operations, saved: Psi_Saved_2, output_bar: Value, known: Known): Value {
  const { h, w } = known;
  const output_bar_2 = ops.reshape(output_bar, R(h, w, 1));
  const cropped_bar = ops.map("output_bar_2*sigmoid(cropped)", { output_bar_2, cropped: saved.cropped });
  const conv1_biased_bar = ops.padImageTo(cropped_bar, R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 1));
  const conv1_input_bar = ops.convolveInputGradient(
    conv1_biased_bar,
    known["Psi.conv1.filter"],
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 3),
    1,
  );
  const up1_conv2_biased_bar = ops.map("positive(up1_conv2_biased)*conv1_input_bar", {
    up1_conv2_biased: saved.up1_conv2_biased,
    conv1_input_bar,
  });
  const up1_conv2_input_bar = ops.convolveInputGradient(
    up1_conv2_biased_bar,
    known["Psi.up1.conv2.filter"],
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 3),
    1,
  );
  const up1_conv1_biased_bar = ops.map("positive(up1_conv1_biased)*up1_conv2_input_bar", {
    up1_conv1_biased: saved.up1_conv1_biased,
    up1_conv2_input_bar,
  });
  const up1_joined_bar = ops.convolveInputGradient(
    up1_conv1_biased_bar,
    known["Psi.up1.conv1.filter"],
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 6),
    1,
  );
  const channels = ops.channels(up1_joined_bar, 0, 3);
  const up1_upconv1_biased_bar = ops.channels(up1_joined_bar, 3, 3);
  const convolved = ops.convolve(up1_upconv1_biased_bar, known["Psi.up1.upconv1.filter"], 2);
  const bottom_conv2_biased_bar = ops.map("positive(bottom_conv2_biased)*convolved", {
    bottom_conv2_biased: saved.bottom_conv2_biased,
    convolved,
  });
  const bottom_conv2_input_bar = ops.convolveInputGradient(
    bottom_conv2_biased_bar,
    known["Psi.bottom.conv2.filter"],
    R((Math.ceil(h / 2) * 2) / 2, (Math.ceil(w / 2) * 2) / 2, 6),
    1,
  );
  const bottom_conv1_biased_bar = ops.map("positive(bottom_conv1_biased)*bottom_conv2_input_bar", {
    bottom_conv1_biased: saved.bottom_conv1_biased,
    bottom_conv2_input_bar,
  });
  const down1_pooled_bar = ops.convolveInputGradient(
    bottom_conv1_biased_bar,
    known["Psi.bottom.conv1.filter"],
    R((Math.ceil(h / 2) * 2) / 2, (Math.ceil(w / 2) * 2) / 2, 3),
    1,
  );
  const relu = ops.map("relu(down1_conv2_biased)", { down1_conv2_biased: saved.down1_conv2_biased });
  const maxPoolGradient = ops.maxPoolGradient(relu, down1_pooled_bar, 2);
  const down1_conv2_biased_bar = ops.map("positive(down1_conv2_biased)*(channels + maxPoolGradient)", {
    down1_conv2_biased: saved.down1_conv2_biased,
    channels,
    maxPoolGradient,
  });
  const down1_conv2_input_bar = ops.convolveInputGradient(
    down1_conv2_biased_bar,
    known["Psi.down1.conv2.filter"],
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 3),
    1,
  );
  const down1_conv1_biased_bar = ops.map("positive(down1_conv1_biased)*down1_conv2_input_bar", {
    down1_conv1_biased: saved.down1_conv1_biased,
    down1_conv2_input_bar,
  });
  const padded_bar = ops.convolveInputGradient(
    down1_conv1_biased_bar,
    known["Psi.down1.conv1.filter"],
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 2),
    1,
  );
  const concat_bar = ops.cropImage(padded_bar, R(h, w, 2));
  const u2_image_bar = ops.channels(concat_bar, 1, 1);
  return ops.reshape(u2_image_bar, R(h, w));
}

/** What follows from the givens, once a run. */
function constants(ops: Operations) {
  const use_net_0 = ops.map("1 == 1", {});
  return { use_net_0 };
}

/** The first state. */
function initial(ops: Operations, { A, y, use_net_0 }: Known) {
  const gamma1 = ops.number(1);
  const x = ops.applyAdjoint(A, y);
  return { values: { x, use_net: use_net_0, gamma1 } };
}

/** The vector-Jacobian product of `initial` for the inputs. */
function initialInputAdjoint(ops: Operations, { A }: Known, _saved: unknown, { x: x_bar }: State) {
  const y_bar = ops.apply(A, x_bar);
  return { y: y_bar };
}

/** One iteration: the next state. */
function step(ops: Operations, known: Known, { x, use_net, gamma1 }: State) {
  const { A, y, lambda, alpha, beta, eta1, eta2 } = known;
  const one = ops.number(1);
  const A_x = ops.apply(A, x);
  const residual = ops.map("A_x - y", { A_x, y });
  const gx = ops.applyAdjoint(A, residual);
  const z2 = ops.map("soft(x - gx, lambda) - x", { x, gx, lambda });
  const [z, use_net_next] = ops.branch(
    use_net,
    () => {
      const d = Psi(ops, x, gx, known);
      const xt = ops.map("soft(x - d*gx, d*lambda)", { x, d, gx, lambda });
      const A_xt = ops.apply(A, xt);
      const residual = ops.map("A_xt - y", { A_xt, y });
      const grad_f = ops.applyAdjoint(A, residual);
      const { z1, norm_z1_squared } = ops.mapAll(
        { z1: "soft(xt - grad_f, lambda) - x", norm_z1_squared: "z1*z1" },
        { xt, grad_f, lambda, x },
        { norm_z1_squared: "sum" },
      );
      const norm_z1 = ops.map("sqrt(norm_z1_squared)", { norm_z1_squared });
      const one_minus_gamma1 = ops.map("1 - gamma1", { gamma1 });
      const norm_z2 = ops.norm2(z2);
      const is_less = ops.map("alpha*one_minus_gamma1*norm_z2 < gamma1*norm_z1", {
        alpha,
        one_minus_gamma1,
        norm_z2,
        gamma1,
        norm_z1,
      });
      const [z, use_net_next] = ops.branch(
        is_less,
        () => {
          const z = ops.map("gamma1*z1 + one_minus_gamma1*z2", { gamma1, z1, one_minus_gamma1, z2 });
          return [z, use_net];
        },
        () => {
          const use_net_next = ops.map("1 == 0", {});
          return [z2, use_net_next];
        },
      );
      return [z, use_net_next];
    },
    () => [z2, use_net],
  );
  const residual_squared = ops.dot(residual, residual);
  const fx = ops.map("0.5*residual_squared", { residual_squared });
  const gx_dot_z = ops.dot(gx, z);
  const product = ops.map("0.000001*abs(fx)", { fx });
  const {
    carried: [gamma1_next, gamma2],
    capped,
  } = ops.loop(
    [gamma1, one],
    ([, gamma2]) => {
      const sum = ops.map("x + gamma2*z", { x, gamma2, z });
      const A_sum = ops.apply(A, sum);
      const residual = ops.map("A_sum - y", { A_sum, y });
      const residual_squared = ops.dot(residual, residual);
      return ops.map("fx + beta*gamma2*gx_dot_z + product < 0.5*residual_squared", {
        fx,
        beta,
        gamma2,
        gx_dot_z,
        product,
        residual_squared,
      });
    },
    ([gamma1, gamma2]) => {
      const gamma1_next = ops.map("eta1*gamma1", { eta1, gamma1 });
      const gamma2_next = ops.map("eta2*gamma2", { eta2, gamma2 });
      return [gamma1_next, gamma2_next];
    },
    60,
  );
  const x_next = ops.map("x + gamma2*z", { x, gamma2, z });
  return { values: { x: x_next, use_net: use_net_next, gamma1: gamma1_next }, reports: {}, capped };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, known: Known, { x, use_net, gamma1 }: State) {
  const { A, y, lambda, alpha, beta, eta1, eta2 } = known;
  const one = ops.number(1);
  const A_x = ops.apply(A, x);
  const residual = ops.map("A_x - y", { A_x, y });
  const gx = ops.applyAdjoint(A, residual);
  const z2 = ops.map("soft(x - gx, lambda) - x", { x, gx, lambda });
  const [z, use_net_next] = ops.branch(
    use_net,
    () => {
      const d = Psi(ops, x, gx, known);
      const xt = ops.map("soft(x - d*gx, d*lambda)", { x, d, gx, lambda });
      const A_xt = ops.apply(A, xt);
      const residual = ops.map("A_xt - y", { A_xt, y });
      const grad_f = ops.applyAdjoint(A, residual);
      const { z1, norm_z1_squared } = ops.mapAll(
        { z1: "soft(xt - grad_f, lambda) - x", norm_z1_squared: "z1*z1" },
        { xt, grad_f, lambda, x },
        { norm_z1_squared: "sum" },
      );
      const norm_z1 = ops.map("sqrt(norm_z1_squared)", { norm_z1_squared });
      const one_minus_gamma1 = ops.map("1 - gamma1", { gamma1 });
      const norm_z2 = ops.norm2(z2);
      const is_less = ops.map("alpha*one_minus_gamma1*norm_z2 < gamma1*norm_z1", {
        alpha,
        one_minus_gamma1,
        norm_z2,
        gamma1,
        norm_z1,
      });
      const [z, use_net_next] = ops.branch(
        is_less,
        () => {
          const z = ops.map("gamma1*z1 + one_minus_gamma1*z2", { gamma1, z1, one_minus_gamma1, z2 });
          return [z, use_net];
        },
        () => {
          const use_net_next = ops.map("1 == 0", {});
          return [z2, use_net_next];
        },
      );
      return [z, use_net_next];
    },
    () => [z2, use_net],
  );
  const residual_squared = ops.dot(residual, residual);
  const fx = ops.map("0.5*residual_squared", { residual_squared });
  const gx_dot_z = ops.dot(gx, z);
  const product = ops.map("0.000001*abs(fx)", { fx });
  const {
    carried: [gamma1_next, gamma2],
    capped,
    trace,
  } = ops.loopSaving(
    [gamma1, one],
    ([, gamma2]) => {
      const sum = ops.map("x + gamma2*z", { x, gamma2, z });
      const A_sum = ops.apply(A, sum);
      const residual = ops.map("A_sum - y", { A_sum, y });
      const residual_squared = ops.dot(residual, residual);
      return ops.map("fx + beta*gamma2*gx_dot_z + product < 0.5*residual_squared", {
        fx,
        beta,
        gamma2,
        gx_dot_z,
        product,
        residual_squared,
      });
    },
    ([gamma1, gamma2]) => {
      const gamma1_next = ops.map("eta1*gamma1", { eta1, gamma1 });
      const gamma2_next = ops.map("eta2*gamma2", { eta2, gamma2 });
      return [gamma1_next, gamma2_next];
    },
    60,
  );
  const x_next = ops.map("x + gamma2*z", { x, gamma2, z });
  return {
    values: { x: x_next, use_net: use_net_next, gamma1: gamma1_next },
    reports: {},
    capped,
    saved: { values: { x, use_net, gamma1, gx, z2, gamma2 }, traces: { trace } },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  known: Known,
  {
    values: { x, use_net, gamma1, gx, z2, gamma2 },
    traces: { trace },
  }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar, use_net: use_net_next_bar, gamma1: gamma1_next_bar }: State,
) {
  const { eta1, lambda, A, y, alpha } = known;
  const { z_bar, z2_dot_z_bar } = ops.mapAll(
    { z_bar: "x_next_bar*gamma2", z2_dot_z_bar: "z2*z_bar" },
    { x_next_bar, gamma2, z2 },
    { z2_dot_z_bar: "sum" },
  );
  const zero = ops.number(0);
  const {
    carried: [gamma1_bar_next],
  } = ops.loopAdjoint(
    trace,
    [gamma1_next_bar, zero],
    (_1, [gamma1_bar]) => {
      const gamma1_bar_scaled = ops.map("gamma1_bar*eta1", { gamma1_bar, eta1 });
      return { carried: [gamma1_bar_scaled, zero], captured: [] };
    },
    [],
  );
  const chosen = ops.map("select(use_net, x, 0)", { use_net, x });
  const chosen_2 = ops.map("select(use_net, gx, 0)", { use_net, gx });
  const [d, Psi_saved] = Psi_save(ops, chosen, chosen_2, known);
  const { difference, xt } = ops.mapAll(
    { difference: "x - d*gx", xt: "soft(difference, d*lambda)" },
    { x, d, gx, lambda },
  );
  const A_xt = ops.apply(A, xt);
  const residual = ops.map("A_xt - y", { A_xt, y });
  const grad_f = ops.applyAdjoint(A, residual);
  const { norm_z1_squared, z1_dot_z_bar } = ops.mapAll(
    {
      norm_z1_squared: "(soft(xt - grad_f, lambda) - x)*(soft(xt - grad_f, lambda) - x)",
      z1_dot_z_bar: "(soft(xt - grad_f, lambda) - x)*z_bar",
    },
    { xt, grad_f, lambda, x, z_bar },
    { norm_z1_squared: "sum", z1_dot_z_bar: "sum" },
  );
  const norm_z1 = ops.map("sqrt(norm_z1_squared)", { norm_z1_squared });
  const norm_z2 = ops.norm2(z2);
  const is_less = ops.map("alpha*(1 - gamma1)*norm_z2 < gamma1*norm_z1", { alpha, gamma1, norm_z2, norm_z1 });
  const both = ops.map("and(use_net, is_less)", { use_net, is_less });
  const { z_bar_scaled, chosen_3 } = ops.mapAll(
    {
      z_bar_scaled: "select(both, z_bar*gamma1, 0)",
      chosen_3: "select(lambda < abs(xt - grad_f), z_bar_scaled, 0)",
    },
    { both, z_bar, gamma1, lambda, xt, grad_f },
  );
  const A_neg = ops.apply(A, chosen_3);
  const At_A_neg = ops.applyAdjoint(A, A_neg);
  const { chosen_4, chosen_5 } = ops.mapAll(
    {
      r0: "max(d*lambda, 0) < abs(difference)",
      chosen_4: "select(r0, chosen_3 - At_A_neg, 0)",
      chosen_5:
        "select(use_net, select(r0, -(sign(difference)*(chosen_3 - At_A_neg)), 0)*lambda - chosen_4*gx, 0)",
    },
    { d, lambda, difference, chosen_3, At_A_neg, use_net, gx },
  );
  const [u1_bar, u2_bar, Psi_weights_bar] = Psi_adjoint(ops, Psi_saved, chosen_5, known);
  const gamma1_bar = ops.map(
    "gamma1_bar_next + select(use_net, select(both, z1_dot_z_bar, 0) - select(both, z2_dot_z_bar, 0), 0)",
    { gamma1_bar_next, use_net, both, z1_dot_z_bar, z2_dot_z_bar },
  );
  const use_net_bar = ops.map(
    "select(use_net, select(both, use_net_next_bar, 0), 0) + select(use_net, 0, use_net_next_bar)",
    { use_net, both, use_net_next_bar },
  );
  const { z2_bar, z2_bar_passed } = ops.mapAll(
    {
      z2_bar:
        "select(use_net, select(both, z_bar*(1 - gamma1), 0) + select(and(use_net, not(is_less)), z_bar, 0), 0) + select(use_net, 0, z_bar)",
      z2_bar_passed: "select(lambda < abs(x - gx), z2_bar, 0)",
    },
    { use_net, both, z_bar, gamma1, is_less, lambda, x, gx },
  );
  const gx_bar = ops.map("select(use_net, select(use_net, u2_bar, 0) - chosen_4*d, 0) - z2_bar_passed", {
    use_net,
    u2_bar,
    chosen_4,
    d,
    z2_bar_passed,
  });
  const A_add = ops.apply(A, gx_bar);
  const At_A_add = ops.applyAdjoint(A, A_add);
  const x_bar = ops.map(
    "x_next_bar + select(use_net, chosen_4 - z_bar_scaled + select(use_net, u1_bar, 0), 0) - z2_bar + z2_bar_passed + At_A_add",
    { x_next_bar, use_net, chosen_4, z_bar_scaled, u1_bar, z2_bar, z2_bar_passed, At_A_add },
  );
  return { state: { x: x_bar, use_net: use_net_bar, gamma1: gamma1_bar }, known: { ...Psi_weights_bar } };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  known: Known,
  { values: { x, use_net, gamma1, gx, z2, gamma2 } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { lambda, A, y, alpha } = known;
  const chosen = ops.map("select(use_net, x, 0)", { use_net, x });
  const chosen_2 = ops.map("select(use_net, gx, 0)", { use_net, gx });
  const [d, Psi_saved] = Psi_save_1(ops, chosen, chosen_2, known);
  const { difference, xt } = ops.mapAll(
    { difference: "x - d*gx", xt: "soft(difference, d*lambda)" },
    { x, d, gx, lambda },
  );
  const A_xt = ops.apply(A, xt);
  const residual = ops.map("A_xt - y", { A_xt, y });
  const grad_f = ops.applyAdjoint(A, residual);
  const { norm_z1_squared } = ops.mapAll(
    { norm_z1_squared: "(soft(xt - grad_f, lambda) - x)*(soft(xt - grad_f, lambda) - x)" },
    { xt, grad_f, lambda, x },
    { norm_z1_squared: "sum" },
  );
  const norm_z1 = ops.map("sqrt(norm_z1_squared)", { norm_z1_squared });
  const norm_z2 = ops.norm2(z2);
  const is_less = ops.map("alpha*(1 - gamma1)*norm_z2 < gamma1*norm_z1", { alpha, gamma1, norm_z2, norm_z1 });
  const { z_bar, chosen_3 } = ops.mapAll(
    {
      z_bar: "x_next_bar*gamma2",
      chosen_3: "select(lambda < abs(xt - grad_f), select(and(use_net, is_less), z_bar*gamma1, 0), 0)",
    },
    { x_next_bar, gamma2, lambda, xt, grad_f, use_net, is_less, gamma1 },
  );
  const A_neg = ops.apply(A, chosen_3);
  const At_A_neg = ops.applyAdjoint(A, A_neg);
  const { chosen_4, chosen_5 } = ops.mapAll(
    {
      r0: "max(d*lambda, 0) < abs(difference)",
      chosen_4: "select(r0, chosen_3 - At_A_neg, 0)",
      chosen_5:
        "select(use_net, select(r0, -(sign(difference)*(chosen_3 - At_A_neg)), 0)*lambda - chosen_4*gx, 0)",
    },
    { d, lambda, difference, chosen_3, At_A_neg, use_net, gx },
  );
  const u2_bar = Psi_adjoint_1(ops, Psi_saved, chosen_5, known);
  const gx_bar = ops.map(
    "select(use_net, select(use_net, u2_bar, 0) - chosen_4*d, 0) - select(lambda < abs(x - gx), select(use_net, select(and(use_net, is_less), z_bar*(1 - gamma1), 0) + select(and(use_net, not(is_less)), z_bar, 0), 0) + select(use_net, 0, z_bar), 0)",
    { use_net, u2_bar, chosen_4, d, lambda, x, gx, is_less, z_bar, gamma1 },
  );
  const A_add = ops.apply(A, gx_bar);
  const y_bar = ops.map("select(use_net, A_neg, 0) - A_add", { use_net, A_neg, A_add });
  return { y: y_bar };
}

/** The vector-Jacobian product of `finish`: cotangents of what it returns become those of what it reads. */
function finishAdjoint(
  ops: Operations,
  _known: Known,
  _saved: unknown,
  { output: output_bar }: { readonly output: Value },
) {
  const use_net_bar = ops.fill(0, R());
  const gamma1_bar = ops.fill(0, R());
  return { state: { x: output_bar, use_net: use_net_bar, gamma1: gamma1_bar }, known: {} };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, { A, y, lambda }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const residual = ops.map("A_x - y", { A_x, y });
  const residual_squared = ops.dot(residual, residual);
  const { sum_abs_x } = ops.mapAll({ sum_abs_x: "abs(x)" }, { x }, { sum_abs_x: "sum" });
  return ops.map("0.5*residual_squared + lambda*sum_abs_x", { residual_squared, lambda, sum_abs_x });
}

/**
 * SGP with a learned diagonal scaling and direction relaxation (Lee and Chun, arXiv:1902.02449, 2019,
 * Algorithms 3 and 4, as printed).
 * The slack 1e-6*abs(fx) is for single precision, and not in the paper.
 */
export const sgp_drs_diag = defineProgram<Known, State, Givens, Inputs>({
  name: "sgp_drs_diag",
  doc: "SGP with a learned diagonal scaling and direction relaxation (Lee and Chun, arXiv:1902.02449, 2019,\nAlgorithms 3 and 4, as printed).\nThe slack 1e-6*abs(fx) is for single precision, and not in the paper.",
  hash: "ee631b123fc7c26692223261f0f48684c7f7790c4f4ad41b42ffba775061daf9",
  sizes: [
    { name: "h", initial: null },
    { name: "w", initial: null },
  ],
  spaces: [{ name: "Y", field: "any" }],
  givens: [
    {
      name: "lambda",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.1),
    },
    {
      name: "alpha",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: 1, lowOpen: true, highOpen: false },
      initial: (ops) => ops.number(0.01),
    },
    {
      name: "beta",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: 1, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.0001),
    },
    {
      name: "eta1",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: 1, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.8),
    },
    {
      name: "eta2",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: 1, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.5),
    },
  ],
  inputs: [
    {
      name: "A",
      type: {
        kind: "operator",
        domain: { kind: "array", field: "real", dimensions: ["h", "w"] },
        codomain: { kind: "space", name: "Y" },
      },
      properties: [{ name: "norm", bound: 1 }],
    },
    { name: "y", type: { kind: "space", name: "Y" } },
  ],
  parameters: [
    {
      name: "Psi.down1.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "2", "3"] },
      initial: { kind: "random", init: "he" },
    },
    {
      name: "Psi.down1.conv1.bias",
      type: { kind: "array", field: "real", dimensions: ["3"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "Psi.down1.conv2.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "3", "3"] },
      initial: { kind: "random", init: "he" },
    },
    {
      name: "Psi.down1.conv2.bias",
      type: { kind: "array", field: "real", dimensions: ["3"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "Psi.bottom.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "3", "6"] },
      initial: { kind: "random", init: "he" },
    },
    {
      name: "Psi.bottom.conv1.bias",
      type: { kind: "array", field: "real", dimensions: ["6"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "Psi.bottom.conv2.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "6", "6"] },
      initial: { kind: "random", init: "he" },
    },
    {
      name: "Psi.bottom.conv2.bias",
      type: { kind: "array", field: "real", dimensions: ["6"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "Psi.up1.upconv1.filter",
      type: { kind: "array", field: "real", dimensions: ["2", "2", "3", "6"] },
      initial: { kind: "random", init: "he" },
    },
    {
      name: "Psi.up1.upconv1.bias",
      type: { kind: "array", field: "real", dimensions: ["3"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "Psi.up1.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "6", "3"] },
      initial: { kind: "random", init: "he" },
    },
    {
      name: "Psi.up1.conv1.bias",
      type: { kind: "array", field: "real", dimensions: ["3"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "Psi.up1.conv2.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "3", "3"] },
      initial: { kind: "random", init: "he" },
    },
    {
      name: "Psi.up1.conv2.bias",
      type: { kind: "array", field: "real", dimensions: ["3"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "Psi.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["1", "1", "3", "1"] },
      initial: { kind: "random", init: "uniform" },
    },
    {
      name: "Psi.conv1.bias",
      type: { kind: "array", field: "real", dimensions: ["1"] },
      initial: { kind: "random", init: "zero" },
    },
  ],
  states: [
    {
      name: "x",
      type: { kind: "array", field: "real", dimensions: ["h", "w"] },
      assumedInterval: null,
      carried: true,
    },
    {
      name: "use_net",
      type: { kind: "array", field: "real", dimensions: [] },
      assumedInterval: null,
      carried: true,
    },
    {
      name: "gamma1",
      type: { kind: "array", field: "real", dimensions: [] },
      assumedInterval: null,
      carried: true,
    },
  ],
  output: { type: { kind: "array", field: "real", dimensions: ["h", "w"] } },
  constants,
  prepare: null,
  initial: {
    run: initial,
    reverse: {
      save: (ops, known) => ({ ...initial(ops, known), saved: { values: {}, traces: {} } }),
      adjoint: null,
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
      adjoint: finishAdjoint,
      stateAdjoint: null,
    },
  },
  objective,
  until: null,
  target: { kind: "unrolled", steps: 10, beyond: "error" },
  certificate: {
    answer: "not_found",
    algorithm: null,
    statement:
      "no proof was found, and no counterexample: the step is none of the algorithms that have a rule around its loop",
    conditions: [],
  },
  notes: [],
  inputGradients: true,
});
