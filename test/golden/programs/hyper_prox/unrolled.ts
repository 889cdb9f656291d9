/**
 * Unrolled proximal gradient descent with a network that is another one for each level of noise: a
 * hypernetwork gives
 * its weights, so that one training serves all levels (Ha, Dai, Le, 2017; reconstructions at all weights of
 * a
 * regulariser: Wang, Dalca, Sabuncu, 2021).
 *
 * Compiled by ipc from hyper_prox.ipx: an unrolled network of 8 steps.
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
  /** R in [0, inf) */
  readonly sigma: ArrayDatum;
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
  /** R in [0, inf), of each sample */
  readonly sigma: Value;
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
  /** R[3, 1] */
  readonly "H.dense1.matrix": Value;
  /** R[3] */
  readonly "H.dense1.bias": Value;
  /** R[18, 3] */
  readonly "H.D.conv1.filter.matrix": Value;
  /** R[18] */
  readonly "H.D.conv1.filter.bias": Value;
  /** R[2, 3] */
  readonly "H.D.conv1.bias.matrix": Value;
  /** R[2] */
  readonly "H.D.conv1.bias.bias": Value;
  /** R[18, 3] */
  readonly "H.D.conv2.filter.matrix": Value;
  /** R[18] */
  readonly "H.D.conv2.filter.bias": Value;
  /** R[1, 3] */
  readonly "H.D.conv2.bias.matrix": Value;
  /** R[1] */
  readonly "H.D.conv2.bias.bias": Value;
  /** R[1, 3] */
  readonly "H.c.matrix": Value;
  /** R[1] */
  readonly "H.c.bias": Value;
  /** R[3, 3, 1, 2] */
  readonly "denoiser.D.conv1.filter": Value;
  /** R[2] */
  readonly "denoiser.D.conv1.bias": Value;
  /** R[3, 3, 2, 1] */
  readonly "denoiser.D.conv2.filter": Value;
  /** R[1] */
  readonly "denoiser.D.conv2.bias": Value;
  /** R */
  readonly "denoiser.c": Value;
}

/** What does not change between steps. */
interface Prepared {
  /** R[3, 3, 1, 2] */
  readonly theta_0: Value;
  /** R[2] */
  readonly theta_1: Value;
  /** R[3, 3, 2, 1] */
  readonly theta_2: Value;
  /** R[1] */
  readonly theta_3: Value;
  /** R */
  readonly theta_4: Value;
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

/** What `H_save_0_1_2_3_4_5_6_7_8_9_10_11_12` keeps of the layers of `H` for its adjoints. */
type H_Saved = Record<"u1" | "dense1_biased" | "c", Value>;
/** The cotangents of the weights of `H`. */
type H_Weights = Record<
  | "H.dense1.matrix"
  | "H.dense1.bias"
  | "H.D.conv1.filter.matrix"
  | "H.D.conv2.filter.matrix"
  | "H.D.conv1.filter.bias"
  | "H.D.conv2.filter.bias"
  | "H.D.conv1.bias.matrix"
  | "H.D.conv2.bias.matrix"
  | "H.D.conv1.bias.bias"
  | "H.D.conv2.bias.bias"
  | "H.c.matrix"
  | "H.c.bias",
  Value
>;
/** What `denoiser_D_save` keeps of the layers of `denoiser_D` for its adjoints. */
type denoiser_D_Saved = Record<"conv1_biased", Value>;

/** The learned network `H` with 9 layers of weights: its value at the arguments. */
function H(ops: Operations, known: Data & Constants & Learned): Value {
  const { sigma } = known;
  const u1 = ops.reshape(sigma, R(1));
  const u1_2 = ops.reshape(u1, R(1));
  const dense1 = ops.matvec(known["H.dense1.matrix"], u1_2, R(3));
  const softplus = ops.map("softplus(dense1 + H_dense1_bias)", {
    dense1,
    H_dense1_bias: known["H.dense1.bias"],
  });
  const D_conv1_filter_matrix_v = ops.matvec(known["H.D.conv1.filter.matrix"], softplus, R(18));
  const D_conv1_filter_change = ops.map("D_conv1_filter_matrix_v + H_D_conv1_filter_bias", {
    D_conv1_filter_matrix_v,
    H_D_conv1_filter_bias: known["H.D.conv1.filter.bias"],
  });
  const D_conv1_filter_change_2 = ops.reshape(D_conv1_filter_change, R(3, 3, 1, 2));
  const D_conv1_filter = ops.map("denoiser_D_conv1_filter + D_conv1_filter_change_2", {
    denoiser_D_conv1_filter: known["denoiser.D.conv1.filter"],
    D_conv1_filter_change_2,
  });
  const D_conv1_bias_matrix_v = ops.matvec(known["H.D.conv1.bias.matrix"], softplus, R(2));
  const D_conv1_bias = ops.map("denoiser_D_conv1_bias + (D_conv1_bias_matrix_v + H_D_conv1_bias_bias)", {
    denoiser_D_conv1_bias: known["denoiser.D.conv1.bias"],
    D_conv1_bias_matrix_v,
    H_D_conv1_bias_bias: known["H.D.conv1.bias.bias"],
  });
  const D_conv2_filter_matrix_v = ops.matvec(known["H.D.conv2.filter.matrix"], softplus, R(18));
  const D_conv2_filter_change = ops.map("D_conv2_filter_matrix_v + H_D_conv2_filter_bias", {
    D_conv2_filter_matrix_v,
    H_D_conv2_filter_bias: known["H.D.conv2.filter.bias"],
  });
  const D_conv2_filter_change_2 = ops.reshape(D_conv2_filter_change, R(3, 3, 2, 1));
  const D_conv2_filter = ops.map("denoiser_D_conv2_filter + D_conv2_filter_change_2", {
    denoiser_D_conv2_filter: known["denoiser.D.conv2.filter"],
    D_conv2_filter_change_2,
  });
  const D_conv2_bias_matrix_v = ops.matvec(known["H.D.conv2.bias.matrix"], softplus, R(1));
  const D_conv2_bias = ops.map("denoiser_D_conv2_bias + (D_conv2_bias_matrix_v + H_D_conv2_bias_bias)", {
    denoiser_D_conv2_bias: known["denoiser.D.conv2.bias"],
    D_conv2_bias_matrix_v,
    H_D_conv2_bias_bias: known["H.D.conv2.bias.bias"],
  });
  const c_matrix_v = ops.matvec(known["H.c.matrix"], softplus, R(1));
  const c_change = ops.map("c_matrix_v + H_c_bias", { c_matrix_v, H_c_bias: known["H.c.bias"] });
  const c_change_2 = ops.reshape(c_change, R());
  const log = ops.map("log(min(max(denoiser_c, 0.001), 0.999)/(1 - min(max(denoiser_c, 0.001), 0.999)))", {
    denoiser_c: known["denoiser.c"],
  });
  const c = ops.map("sigmoid(log + c_change_2)", { log, c_change_2 });
  return ops.product([D_conv1_filter, D_conv1_bias, D_conv2_filter, D_conv2_bias, c]);
}

/** The learned network `denoiser_D`: its value at the arguments. */
function denoiser_D(
  ops: Operations,
  u1: Value,
  conv1_filter: Value,
  conv1_bias: Value,
  conv2_filter: Value,
  conv2_bias: Value,
  { h, w }: Data & Constants & Learned,
): Value {
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const conv1 = ops.convolve(u1_image, conv1_filter, 1);
  const relu = ops.map("relu(conv1 + conv1_bias)", { conv1, conv1_bias });
  const conv2 = ops.convolve(relu, conv2_filter, 1);
  const conv2_biased = ops.map("conv2 + conv2_bias", { conv2, conv2_bias });
  return ops.reshape(conv2_biased, R(h, w));
}

/** `H`, and beside its value what its adjoints read of the layers. */
function H_save_0_1_2_3_4_5_6_7_8_9_10_11_12(
  ops: Operations,
  known: Data & Constants & Learned,
): [Value, H_Saved] {
  const { sigma } = known;
  const u1 = ops.reshape(sigma, R(1));
  const u1_2 = ops.reshape(u1, R(1));
  const dense1 = ops.matvec(known["H.dense1.matrix"], u1_2, R(3));
  const { dense1_biased, softplus } = ops.mapAll(
    { dense1_biased: "dense1 + H_dense1_bias", softplus: "softplus(dense1_biased)" },
    { dense1, H_dense1_bias: known["H.dense1.bias"] },
  );
  const D_conv1_filter_matrix_v = ops.matvec(known["H.D.conv1.filter.matrix"], softplus, R(18));
  const D_conv1_filter_change = ops.map("D_conv1_filter_matrix_v + H_D_conv1_filter_bias", {
    D_conv1_filter_matrix_v,
    H_D_conv1_filter_bias: known["H.D.conv1.filter.bias"],
  });
  const D_conv1_filter_change_2 = ops.reshape(D_conv1_filter_change, R(3, 3, 1, 2));
  const D_conv1_filter = ops.map("denoiser_D_conv1_filter + D_conv1_filter_change_2", {
    denoiser_D_conv1_filter: known["denoiser.D.conv1.filter"],
    D_conv1_filter_change_2,
  });
  const D_conv1_bias_matrix_v = ops.matvec(known["H.D.conv1.bias.matrix"], softplus, R(2));
  const D_conv1_bias = ops.map("denoiser_D_conv1_bias + (D_conv1_bias_matrix_v + H_D_conv1_bias_bias)", {
    denoiser_D_conv1_bias: known["denoiser.D.conv1.bias"],
    D_conv1_bias_matrix_v,
    H_D_conv1_bias_bias: known["H.D.conv1.bias.bias"],
  });
  const D_conv2_filter_matrix_v = ops.matvec(known["H.D.conv2.filter.matrix"], softplus, R(18));
  const D_conv2_filter_change = ops.map("D_conv2_filter_matrix_v + H_D_conv2_filter_bias", {
    D_conv2_filter_matrix_v,
    H_D_conv2_filter_bias: known["H.D.conv2.filter.bias"],
  });
  const D_conv2_filter_change_2 = ops.reshape(D_conv2_filter_change, R(3, 3, 2, 1));
  const D_conv2_filter = ops.map("denoiser_D_conv2_filter + D_conv2_filter_change_2", {
    denoiser_D_conv2_filter: known["denoiser.D.conv2.filter"],
    D_conv2_filter_change_2,
  });
  const D_conv2_bias_matrix_v = ops.matvec(known["H.D.conv2.bias.matrix"], softplus, R(1));
  const D_conv2_bias = ops.map("denoiser_D_conv2_bias + (D_conv2_bias_matrix_v + H_D_conv2_bias_bias)", {
    denoiser_D_conv2_bias: known["denoiser.D.conv2.bias"],
    D_conv2_bias_matrix_v,
    H_D_conv2_bias_bias: known["H.D.conv2.bias.bias"],
  });
  const c_matrix_v = ops.matvec(known["H.c.matrix"], softplus, R(1));
  const c_change = ops.map("c_matrix_v + H_c_bias", { c_matrix_v, H_c_bias: known["H.c.bias"] });
  const c_change_2 = ops.reshape(c_change, R());
  const log = ops.map("log(min(max(denoiser_c, 0.001), 0.999)/(1 - min(max(denoiser_c, 0.001), 0.999)))", {
    denoiser_c: known["denoiser.c"],
  });
  const c = ops.map("sigmoid(log + c_change_2)", { log, c_change_2 });
  const product = ops.product([D_conv1_filter, D_conv1_bias, D_conv2_filter, D_conv2_bias, c]);
  return [product, { u1: u1_2, dense1_biased, c }];
}

/** The vector-Jacobian product of `H`: the cotangents of its weights, given that of its value. */
function H_adjoint_1_2_3_4_5_6_7_8_9_10_11_12(
  ops: Operations,
  saved: H_Saved,
  output_bar: Value,
  known: Data & Constants & Learned,
): H_Weights {
  const softplus = ops.map("softplus(dense1_biased)", { dense1_biased: saved.dense1_biased });
  const output_bar_0 = ops.part(output_bar, 0);
  const output_bar_1 = ops.part(output_bar, 1);
  const output_bar_2 = ops.part(output_bar, 2);
  const output_bar_3 = ops.part(output_bar, 3);
  const output_bar_4 = ops.part(output_bar, 4);
  const product = ops.map("output_bar_4*(c*(1 - c))", { output_bar_4, c: saved.c });
  const c_change_bar = ops.reshape(product, R(1));
  const c_bias_bar = ops.sumSamples(c_change_bar);
  const c_matrixt_v = ops.matvecTransposed(known["H.c.matrix"], c_change_bar, R(3));
  const outer = ops.outerSum(c_change_bar, softplus);
  const output_bar_3_2 = ops.sumSamples(output_bar_3);
  const D_conv2_bias_matrixt_v = ops.matvecTransposed(known["H.D.conv2.bias.matrix"], output_bar_3, R(3));
  const outer_2 = ops.outerSum(output_bar_3, softplus);
  const D_conv2_filter_change_bar = ops.reshape(output_bar_2, R(18));
  const total = ops.sumSamples(D_conv2_filter_change_bar);
  const D_conv2_filter_matrixt_v = ops.matvecTransposed(
    known["H.D.conv2.filter.matrix"],
    D_conv2_filter_change_bar,
    R(3),
  );
  const outer_3 = ops.outerSum(D_conv2_filter_change_bar, softplus);
  const output_bar_1_2 = ops.sumSamples(output_bar_1);
  const D_conv1_bias_matrixt_v = ops.matvecTransposed(known["H.D.conv1.bias.matrix"], output_bar_1, R(3));
  const outer_4 = ops.outerSum(output_bar_1, softplus);
  const D_conv1_filter_change_bar = ops.reshape(output_bar_0, R(18));
  const total_2 = ops.sumSamples(D_conv1_filter_change_bar);
  const D_conv1_filter_matrixt_v = ops.matvecTransposed(
    known["H.D.conv1.filter.matrix"],
    D_conv1_filter_change_bar,
    R(3),
  );
  const outer_5 = ops.outerSum(D_conv1_filter_change_bar, softplus);
  const { dense1_biased_bar, dense1_bias_bar } = ops.mapAll(
    {
      dense1_biased_bar:
        "(c_matrixt_v + D_conv2_bias_matrixt_v + D_conv2_filter_matrixt_v + D_conv1_bias_matrixt_v + D_conv1_filter_matrixt_v)*sigmoid(dense1_biased)",
      dense1_bias_bar: "dense1_biased_bar",
    },
    {
      c_matrixt_v,
      D_conv2_bias_matrixt_v,
      D_conv2_filter_matrixt_v,
      D_conv1_bias_matrixt_v,
      D_conv1_filter_matrixt_v,
      dense1_biased: saved.dense1_biased,
    },
    { dense1_bias_bar: "sumSamples" },
  );
  const outer_6 = ops.outerSum(dense1_biased_bar, saved.u1);
  return {
    "H.dense1.matrix": outer_6,
    "H.dense1.bias": dense1_bias_bar,
    "H.D.conv1.filter.matrix": outer_5,
    "H.D.conv1.filter.bias": total_2,
    "H.D.conv1.bias.matrix": outer_4,
    "H.D.conv1.bias.bias": output_bar_1_2,
    "H.D.conv2.filter.matrix": outer_3,
    "H.D.conv2.filter.bias": total,
    "H.D.conv2.bias.matrix": outer_2,
    "H.D.conv2.bias.bias": output_bar_3_2,
    "H.c.matrix": outer,
    "H.c.bias": c_bias_bar,
  };
}

/** The vector-Jacobian product of `H`: the cotangent of `u1`, given that of its value. */
function H_adjoint_inputs(
  ops: Operations,
  saved: Record<"dense1_biased" | "c", Value>,
  output_bar: Value,
  known: Data & Constants & Learned,
): Value {
  const output_bar_0 = ops.part(output_bar, 0);
  const output_bar_1 = ops.part(output_bar, 1);
  const output_bar_2 = ops.part(output_bar, 2);
  const output_bar_3 = ops.part(output_bar, 3);
  const output_bar_4 = ops.part(output_bar, 4);
  const product = ops.map("output_bar_4*(c*(1 - c))", { output_bar_4, c: saved.c });
  const c_change_bar = ops.reshape(product, R(1));
  const c_matrixt_v = ops.matvecTransposed(known["H.c.matrix"], c_change_bar, R(3));
  const D_conv2_bias_matrixt_v = ops.matvecTransposed(known["H.D.conv2.bias.matrix"], output_bar_3, R(3));
  const D_conv2_filter_change_bar = ops.reshape(output_bar_2, R(18));
  const D_conv2_filter_matrixt_v = ops.matvecTransposed(
    known["H.D.conv2.filter.matrix"],
    D_conv2_filter_change_bar,
    R(3),
  );
  const D_conv1_bias_matrixt_v = ops.matvecTransposed(known["H.D.conv1.bias.matrix"], output_bar_1, R(3));
  const D_conv1_filter_change_bar = ops.reshape(output_bar_0, R(18));
  const D_conv1_filter_matrixt_v = ops.matvecTransposed(
    known["H.D.conv1.filter.matrix"],
    D_conv1_filter_change_bar,
    R(3),
  );
  const dense1_biased_bar = ops.map(
    "(c_matrixt_v + D_conv2_bias_matrixt_v + D_conv2_filter_matrixt_v + D_conv1_bias_matrixt_v + D_conv1_filter_matrixt_v)*sigmoid(dense1_biased)",
    {
      c_matrixt_v,
      D_conv2_bias_matrixt_v,
      D_conv2_filter_matrixt_v,
      D_conv1_bias_matrixt_v,
      D_conv1_filter_matrixt_v,
      dense1_biased: saved.dense1_biased,
    },
  );
  const dense1_matrixt_v = ops.matvecTransposed(known["H.dense1.matrix"], dense1_biased_bar, R(1));
  const u1_bar = ops.reshape(dense1_matrixt_v, R(1));
  return ops.reshape(u1_bar, R());
}

/** `denoiser_D`, and beside its value what its adjoints read of the layers. */
function denoiser_D_save(
  ops: Operations,
  u1: Value,
  conv1_filter: Value,
  conv1_bias: Value,
  conv2_filter: Value,
  conv2_bias: Value,
  { h, w }: Data & Constants & Learned,
): [Value, denoiser_D_Saved] {
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const conv1 = ops.convolve(u1_image, conv1_filter, 1);
  const { conv1_biased, relu } = ops.mapAll(
    { conv1_biased: "conv1 + conv1_bias", relu: "relu(conv1_biased)" },
    { conv1, conv1_bias },
  );
  const conv2 = ops.convolve(relu, conv2_filter, 1);
  const conv2_biased = ops.map("conv2 + conv2_bias", { conv2, conv2_bias });
  const conv2_biased_2 = ops.reshape(conv2_biased, R(h, w));
  return [conv2_biased_2, { conv1_biased }];
}

/** The vector-Jacobian product of `denoiser_D`: the cotangents of its arguments, given that of its value. */
function denoiser_D_adjoint(
  ops: Operations,
  u1: Value,
  conv1_filter: Value,
  conv2_filter: Value,
  saved: denoiser_D_Saved,
  output_bar: Value,
  { h, w }: Data & Constants & Learned,
): [Value, Value, Value, Value, Value] {
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const conv2_biased_bar = ops.reshape(output_bar, R(h, w, 1));
  const conv2_bias_bar = ops.sumTo(conv2_biased_bar, R(1));
  const conv2_input_bar = ops.convolveInputGradient(conv2_biased_bar, conv2_filter, R(h, w, 2), 1);
  const relu = ops.map("relu(conv1_biased)", { conv1_biased: saved.conv1_biased });
  const conv2_filter_bar = ops.convolveFilterGradient(relu, conv2_biased_bar, R(3, 3, 2, 1), 1, "apart");
  const conv1_biased_bar = ops.map("positive(conv1_biased)*conv2_input_bar", {
    conv1_biased: saved.conv1_biased,
    conv2_input_bar,
  });
  const conv1_bias_bar = ops.sumTo(conv1_biased_bar, R(2));
  const u1_image_bar = ops.convolveInputGradient(conv1_biased_bar, conv1_filter, R(h, w, 1), 1);
  const conv1_filter_bar = ops.convolveFilterGradient(u1_image, conv1_biased_bar, R(3, 3, 1, 2), 1, "apart");
  const u1_bar = ops.reshape(u1_image_bar, R(h, w));
  return [u1_bar, conv1_filter_bar, conv1_bias_bar, conv2_filter_bar, conv2_bias_bar];
}

/** The vector-Jacobian product of `denoiser_D`: the cotangents of its arguments, given that of its value. */
function denoiser_D_adjoint_0(
  ops: Operations,
  conv1_filter: Value,
  conv2_filter: Value,
  saved: denoiser_D_Saved,
  output_bar: Value,
  { h, w }: Data & Constants & Learned,
): Value {
  const conv2_biased_bar = ops.reshape(output_bar, R(h, w, 1));
  const conv2_input_bar = ops.convolveInputGradient(conv2_biased_bar, conv2_filter, R(h, w, 2), 1);
  const conv1_biased_bar = ops.map("positive(conv1_biased)*conv2_input_bar", {
    conv1_biased: saved.conv1_biased,
    conv2_input_bar,
  });
  const u1_image_bar = ops.convolveInputGradient(conv1_biased_bar, conv1_filter, R(h, w, 1), 1);
  return ops.reshape(u1_image_bar, R(h, w));
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { A }: Data) {
  const gram_A = ops.gram(A);
  return { gram_A };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, known: Data & Constants & Learned) {
  const { A, y } = known;
  const theta = H(ops, known);
  const theta_0 = ops.part(theta, 0);
  const theta_1 = ops.part(theta, 1);
  const theta_2 = ops.part(theta, 2);
  const theta_3 = ops.part(theta, 3);
  const theta_4 = ops.part(theta, 4);
  const At_y = ops.applyAdjoint(A, y);
  return { values: { theta_0, theta_1, theta_2, theta_3, theta_4, At_y } };
}

/** `prepare`, and what its adjoint needs. */
function prepareSaving(ops: Operations, known: Data & Constants & Learned) {
  const { A, y } = known;
  const [theta, H_saved] = H_save_0_1_2_3_4_5_6_7_8_9_10_11_12(ops, known);
  const theta_0 = ops.part(theta, 0);
  const theta_1 = ops.part(theta, 1);
  const theta_2 = ops.part(theta, 2);
  const theta_3 = ops.part(theta, 3);
  const theta_4 = ops.part(theta, 4);
  const At_y = ops.applyAdjoint(A, y);
  return {
    values: { theta_0, theta_1, theta_2, theta_3, theta_4, At_y },
    saved: { values: { ...H_saved }, traces: {} },
  };
}

/** The vector-Jacobian product of `prepare`: cotangents of what it returns become those of what it reads. */
function prepareAdjoint(
  ops: Operations,
  known: Data & Constants & Learned,
  { values: H_saved }: ReturnType<typeof prepareSaving>["saved"],
  {
    theta_0: theta_0_bar,
    theta_1: theta_1_bar,
    theta_2: theta_2_bar,
    theta_3: theta_3_bar,
    theta_4: theta_4_bar,
  }: Prepared,
) {
  const product = ops.product([theta_0_bar, theta_1_bar, theta_2_bar, theta_3_bar, theta_4_bar]);
  const H_weights_bar = H_adjoint_1_2_3_4_5_6_7_8_9_10_11_12(ops, H_saved, product, known);
  return { state: {}, known: { ...H_weights_bar } };
}

/** `prepareAdjoint` for the inputs alone. */
function prepareInputAdjoint(
  ops: Operations,
  known: Data & Constants & Learned,
  { values: H_saved }: ReturnType<typeof prepareSaving>["saved"],
  {
    theta_0: theta_0_bar,
    theta_1: theta_1_bar,
    theta_2: theta_2_bar,
    theta_3: theta_3_bar,
    theta_4: theta_4_bar,
    At_y: At_y_bar,
  }: Prepared,
) {
  const { A } = known;
  const y_bar = ops.apply(A, At_y_bar);
  const product = ops.product([theta_0_bar, theta_1_bar, theta_2_bar, theta_3_bar, theta_4_bar]);
  const sigma_bar = H_adjoint_inputs(ops, H_saved, product, known);
  return { sigma: sigma_bar, y: y_bar };
}

/** One iteration: the next state. */
function step(ops: Operations, known: Known, { x }: State) {
  const { gram_A, At_y, theta_0, theta_1, theta_2, theta_3, theta_4 } = known;
  const gram_A_x = ops.apply(gram_A, x);
  const difference = ops.map("x - (gram_A_x - At_y)", { x, gram_A_x, At_y });
  const D_sub = denoiser_D(ops, difference, theta_0, theta_1, theta_2, theta_3, known);
  const x_next = ops.map("difference - theta_4*D_sub", { difference, theta_4, D_sub });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, known: Known, { x }: State) {
  const { gram_A, At_y, theta_0, theta_1, theta_2, theta_3, theta_4 } = known;
  const gram_A_x = ops.apply(gram_A, x);
  const difference = ops.map("x - (gram_A_x - At_y)", { x, gram_A_x, At_y });
  const [D_sub, denoiser_D_saved] = denoiser_D_save(
    ops,
    difference,
    theta_0,
    theta_1,
    theta_2,
    theta_3,
    known,
  );
  const x_next = ops.map("difference - theta_4*D_sub", { difference, theta_4, D_sub });
  return {
    values: { x: x_next },
    reports: {},
    capped: null,
    saved: { values: { difference, D_sub, ...denoiser_D_saved }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  known: Known,
  { values: { difference, D_sub, ...denoiser_D_saved } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { theta_4, theta_0, theta_2, gram_A } = known;
  const minus_theta_4_bar = ops.dot(D_sub, x_next_bar);
  const theta_4_bar = ops.map("-minus_theta_4_bar", { minus_theta_4_bar });
  const D_sub_bar = ops.map("-(x_next_bar*theta_4)", { x_next_bar, theta_4 });
  const [u1_bar, theta_0_bar, theta_1_bar, theta_2_bar, theta_3_bar] = denoiser_D_adjoint(
    ops,
    difference,
    theta_0,
    theta_2,
    denoiser_D_saved,
    D_sub_bar,
    known,
  );
  const difference_bar = ops.map("x_next_bar + u1_bar", { x_next_bar, u1_bar });
  const gram_At_neg = ops.applyAdjoint(gram_A, difference_bar);
  const x_bar = ops.map("difference_bar - gram_At_neg", { difference_bar, gram_At_neg });
  return {
    state: { x: x_bar },
    known: {
      theta_0: theta_0_bar,
      theta_1: theta_1_bar,
      theta_2: theta_2_bar,
      theta_3: theta_3_bar,
      theta_4: theta_4_bar,
    },
  };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  known: Known,
  { values: denoiser_D_saved }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { theta_4, theta_0, theta_2 } = known;
  const D_sub_bar = ops.map("-(x_next_bar*theta_4)", { x_next_bar, theta_4 });
  const u1_bar = denoiser_D_adjoint_0(ops, theta_0, theta_2, denoiser_D_saved, D_sub_bar, known);
  const At_y_bar = ops.map("x_next_bar + u1_bar", { x_next_bar, u1_bar });
  return { At_y: At_y_bar };
}

/**
 * Unrolled proximal gradient descent with a network that is another one for each level of noise: a hypernetwork gives
 * its weights, so that one training serves all levels (Ha, Dai, Le, 2017; reconstructions at all weights of a
 * regulariser: Wang, Dalca, Sabuncu, 2021).
 */
export const hyper_prox = defineProgram<Known, State, Givens, Inputs>({
  name: "hyper_prox",
  doc: "Unrolled proximal gradient descent with a network that is another one for each level of noise: a hypernetwork gives\nits weights, so that one training serves all levels (Ha, Dai, Le, 2017; reconstructions at all weights of a\nregulariser: Wang, Dalca, Sabuncu, 2021).",
  hash: "be65d34bcaec38f84ece0584d615d186ce9394608f94bac7c90f2fcbcd949fbb",
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
  inputs: [
    {
      name: "sigma",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: false, highOpen: true },
    },
    { name: "y", type: { kind: "space", name: "Y" } },
  ],
  parameters: [
    {
      name: "H.dense1.matrix",
      type: { kind: "array", field: "real", dimensions: ["3", "1"] },
      initial: { kind: "random", init: "he" },
    },
    {
      name: "H.dense1.bias",
      type: { kind: "array", field: "real", dimensions: ["3"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "H.D.conv1.filter.matrix",
      type: { kind: "array", field: "real", dimensions: ["18", "3"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "H.D.conv1.filter.bias",
      type: { kind: "array", field: "real", dimensions: ["18"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "H.D.conv1.bias.matrix",
      type: { kind: "array", field: "real", dimensions: ["2", "3"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "H.D.conv1.bias.bias",
      type: { kind: "array", field: "real", dimensions: ["2"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "H.D.conv2.filter.matrix",
      type: { kind: "array", field: "real", dimensions: ["18", "3"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "H.D.conv2.filter.bias",
      type: { kind: "array", field: "real", dimensions: ["18"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "H.D.conv2.bias.matrix",
      type: { kind: "array", field: "real", dimensions: ["1", "3"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "H.D.conv2.bias.bias",
      type: { kind: "array", field: "real", dimensions: ["1"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "H.c.matrix",
      type: { kind: "array", field: "real", dimensions: ["1", "3"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "H.c.bias",
      type: { kind: "array", field: "real", dimensions: ["1"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "denoiser.D.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "1", "2"] },
      initial: { kind: "random", init: "he" },
      of: {
        program: "denoiser",
        hash: "7fab27f3f182619103c7ffff6097f3d3a50032e36a9f710a79bbe7bc0489e730",
        name: "D.conv1.filter",
      },
    },
    {
      name: "denoiser.D.conv1.bias",
      type: { kind: "array", field: "real", dimensions: ["2"] },
      initial: { kind: "random", init: "zero" },
      of: {
        program: "denoiser",
        hash: "7fab27f3f182619103c7ffff6097f3d3a50032e36a9f710a79bbe7bc0489e730",
        name: "D.conv1.bias",
      },
    },
    {
      name: "denoiser.D.conv2.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "2", "1"] },
      initial: { kind: "random", init: "he" },
      of: {
        program: "denoiser",
        hash: "7fab27f3f182619103c7ffff6097f3d3a50032e36a9f710a79bbe7bc0489e730",
        name: "D.conv2.filter",
      },
    },
    {
      name: "denoiser.D.conv2.bias",
      type: { kind: "array", field: "real", dimensions: ["1"] },
      initial: { kind: "random", init: "zero" },
      of: {
        program: "denoiser",
        hash: "7fab27f3f182619103c7ffff6097f3d3a50032e36a9f710a79bbe7bc0489e730",
        name: "D.conv2.bias",
      },
    },
    {
      name: "denoiser.c",
      type: { kind: "array", field: "real", dimensions: [] },
      initial: { kind: "value", evaluate: (ops) => ops.number(0.5) },
      of: {
        program: "denoiser",
        hash: "7fab27f3f182619103c7ffff6097f3d3a50032e36a9f710a79bbe7bc0489e730",
        name: "c",
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
      save: prepareSaving,
      adjoint: prepareAdjoint,
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
  target: { kind: "unrolled", steps: 8, beyond: "error" },
  certificate: null,
  notes: [],
  inputGradients: true,
});
