/**
 * Model adaptation (Gilton, Ongie, Willett, 2021): weights trained for A0 are fitted to one measurement of
 * A.
 * min_theta |y - A f(y; theta, A)|^2 + mu |theta - theta0|^2, by gradient descent in the space of weights.
 *
 * Compiled by ipc from model_adaptation.ipx: a solver of at most 200 steps.
 *
 * Convergence: not found. no proof was found, and no counterexample: the step is none of the algorithms
 * that have a rule
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
  readonly mu?: ArrayDatum;
  /** R in (0, inf) */
  readonly t?: ArrayDatum;
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
  readonly mu: Value;
  /** R in (0, inf) */
  readonly t: Value;
  /** Y, of each sample */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** bool */
  readonly true: Value;
  /** R */
  readonly two_times_mu: Value;
  /** linear R[h, w] -> R[h, w] with symmetric, positive */
  readonly gram_A: Operator;
}

/** What may be learned. */
interface Learned {
  /** R[3, 3, 1, 4] */
  readonly "de_prox.D.conv1.filter": Value;
  /** R[4] */
  readonly "de_prox.D.conv1.bias": Value;
  /** R[3, 3, 4, 4] */
  readonly "de_prox.D.conv2.filter": Value;
  /** R[4] */
  readonly "de_prox.D.conv2.bias": Value;
  /** R[3, 3, 4, 1] */
  readonly "de_prox.D.conv3.filter": Value;
  /** R[1] */
  readonly "de_prox.D.conv3.bias": Value;
  /** R */
  readonly "de_prox.eta": Value;
}

/** What does not change between steps. */
interface Prepared {
  /** (R[3, 3, 1, 4], R[4], R[3, 3, 4, 4], R[4], R[3, 3, 4, 1], R[1], R) */
  readonly theta0: Value;
  /** R[h, w] */
  readonly x: Value;
  /** R[h, w] */
  readonly grad_f: Value;
}

/** All that a step may read. */
type Known = Data & Constants & Learned & Prepared;

/** What lives on from step to step. */
interface State {
  /** (R[3, 3, 1, 4], R[4], R[3, 3, 4, 4], R[4], R[3, 3, 4, 1], R[1], R) */
  readonly theta: Value;
}

/** What `de_prox_D_save` keeps of the layers of `de_prox_D` for its adjoints. */
type de_prox_D_Saved = Record<"conv1_biased" | "conv2_biased", Value>;

/** The learned network `de_prox_D`: its value at the arguments. */
function de_prox_D(
  ops: Operations,
  u1: Value,
  conv1_filter: Value,
  conv1_bias: Value,
  conv2_filter: Value,
  conv2_bias: Value,
  conv3_filter: Value,
  conv3_bias: Value,
  { h, w }: Known,
): Value {
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const conv1 = ops.convolve(u1_image, conv1_filter, 1);
  const relu = ops.map("relu(conv1 + conv1_bias)", { conv1, conv1_bias });
  const conv2 = ops.convolve(relu, conv2_filter, 1);
  const relu_2 = ops.map("relu(conv2 + conv2_bias)", { conv2, conv2_bias });
  const conv3 = ops.convolve(relu_2, conv3_filter, 1);
  const difference = ops.map("u1_image - (conv3 + conv3_bias)", { u1_image, conv3, conv3_bias });
  return ops.reshape(difference, R(h, w));
}

/** `de_prox_D`, and beside its value what its adjoints read of the layers. */
function de_prox_D_save(
  ops: Operations,
  u1: Value,
  conv1_filter: Value,
  conv1_bias: Value,
  conv2_filter: Value,
  conv2_bias: Value,
  conv3_filter: Value,
  conv3_bias: Value,
  { h, w }: Known,
): [Value, de_prox_D_Saved] {
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const conv1 = ops.convolve(u1_image, conv1_filter, 1);
  const { conv1_biased, relu } = ops.mapAll(
    { conv1_biased: "conv1 + conv1_bias", relu: "relu(conv1_biased)" },
    { conv1, conv1_bias },
  );
  const conv2 = ops.convolve(relu, conv2_filter, 1);
  const { conv2_biased, relu_2 } = ops.mapAll(
    { conv2_biased: "conv2 + conv2_bias", relu_2: "relu(conv2_biased)" },
    { conv2, conv2_bias },
  );
  const conv3 = ops.convolve(relu_2, conv3_filter, 1);
  const difference = ops.map("u1_image - (conv3 + conv3_bias)", { u1_image, conv3, conv3_bias });
  const difference_2 = ops.reshape(difference, R(h, w));
  return [difference_2, { conv1_biased, conv2_biased }];
}

/** `de_prox_D`, and beside its value what its adjoints read of the layers. */
function de_prox_D_save_0(
  ops: Operations,
  u1: Value,
  conv1_filter: Value,
  conv1_bias: Value,
  conv2_filter: Value,
  conv2_bias: Value,
  conv3_filter: Value,
  conv3_bias: Value,
  { h, w }: Known,
): [Value, de_prox_D_Saved] {
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const conv1 = ops.convolve(u1_image, conv1_filter, 1);
  const { conv1_biased, relu } = ops.mapAll(
    { conv1_biased: "conv1 + conv1_bias", relu: "relu(conv1_biased)" },
    { conv1, conv1_bias },
  );
  const conv2 = ops.convolve(relu, conv2_filter, 1);
  const { conv2_biased, relu_2 } = ops.mapAll(
    { conv2_biased: "conv2 + conv2_bias", relu_2: "relu(conv2_biased)" },
    { conv2, conv2_bias },
  );
  const conv3 = ops.convolve(relu_2, conv3_filter, 1);
  const difference = ops.map("u1_image - (conv3 + conv3_bias)", { u1_image, conv3, conv3_bias });
  const difference_2 = ops.reshape(difference, R(h, w));
  return [difference_2, { conv1_biased, conv2_biased }];
}

/** The vector-Jacobian product of `de_prox_D`: the cotangents of its arguments, given that of its value. */
function de_prox_D_adjoint_0(
  ops: Operations,
  conv1_filter: Value,
  conv2_filter: Value,
  conv3_filter: Value,
  saved: de_prox_D_Saved,
  output_bar: Value,
  { h, w }: Known,
): Value {
  const difference_bar = ops.reshape(output_bar, R(h, w, 1));
  const conv3_biased_bar = ops.map("-difference_bar", { difference_bar });
  const conv3_input_bar = ops.convolveInputGradient(conv3_biased_bar, conv3_filter, R(h, w, 4), 1);
  const conv2_biased_bar = ops.map("positive(conv2_biased)*conv3_input_bar", {
    conv2_biased: saved.conv2_biased,
    conv3_input_bar,
  });
  const conv2_input_bar = ops.convolveInputGradient(conv2_biased_bar, conv2_filter, R(h, w, 4), 1);
  const conv1_biased_bar = ops.map("positive(conv1_biased)*conv2_input_bar", {
    conv1_biased: saved.conv1_biased,
    conv2_input_bar,
  });
  const conv1_input_bar = ops.convolveInputGradient(conv1_biased_bar, conv1_filter, R(h, w, 1), 1);
  const u1_image_bar = ops.map("difference_bar + conv1_input_bar", { difference_bar, conv1_input_bar });
  return ops.reshape(u1_image_bar, R(h, w));
}

/** The vector-Jacobian product of `de_prox_D`: the cotangents of its arguments, given that of its value. */
function de_prox_D_adjoint(
  ops: Operations,
  u1: Value,
  conv1_filter: Value,
  conv2_filter: Value,
  conv3_filter: Value,
  saved: de_prox_D_Saved,
  output_bar: Value,
  { h, w }: Known,
): [Value, Value, Value, Value, Value, Value, Value] {
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const difference_bar = ops.reshape(output_bar, R(h, w, 1));
  const conv3_biased_bar = ops.map("-difference_bar", { difference_bar });
  const minus_conv3_bias_bar = ops.sumTo(difference_bar, R(1));
  const conv3_bias_bar = ops.map("-minus_conv3_bias_bar", { minus_conv3_bias_bar });
  const conv3_input_bar = ops.convolveInputGradient(conv3_biased_bar, conv3_filter, R(h, w, 4), 1);
  const relu = ops.map("relu(conv2_biased)", { conv2_biased: saved.conv2_biased });
  const conv3_filter_bar = ops.convolveFilterGradient(relu, conv3_biased_bar, R(3, 3, 4, 1), 1, "apart");
  const conv2_biased_bar = ops.map("positive(conv2_biased)*conv3_input_bar", {
    conv2_biased: saved.conv2_biased,
    conv3_input_bar,
  });
  const conv2_bias_bar = ops.sumTo(conv2_biased_bar, R(4));
  const conv2_input_bar = ops.convolveInputGradient(conv2_biased_bar, conv2_filter, R(h, w, 4), 1);
  const relu_2 = ops.map("relu(conv1_biased)", { conv1_biased: saved.conv1_biased });
  const conv2_filter_bar = ops.convolveFilterGradient(relu_2, conv2_biased_bar, R(3, 3, 4, 4), 1, "apart");
  const conv1_biased_bar = ops.map("positive(conv1_biased)*conv2_input_bar", {
    conv1_biased: saved.conv1_biased,
    conv2_input_bar,
  });
  const conv1_bias_bar = ops.sumTo(conv1_biased_bar, R(4));
  const conv1_input_bar = ops.convolveInputGradient(conv1_biased_bar, conv1_filter, R(h, w, 1), 1);
  const u1_image_bar = ops.map("difference_bar + conv1_input_bar", { difference_bar, conv1_input_bar });
  const conv1_filter_bar = ops.convolveFilterGradient(u1_image, conv1_biased_bar, R(3, 3, 1, 4), 1, "apart");
  const u1_bar = ops.reshape(u1_image_bar, R(h, w));
  return [
    u1_bar,
    conv1_filter_bar,
    conv1_bias_bar,
    conv2_filter_bar,
    conv2_bias_bar,
    conv3_filter_bar,
    conv3_bias_bar,
  ];
}

/** A round of a loop. */
function round(
  ops: Operations,
  [x, residual, plain, dx1, dx2, dx3, dx4, dx5, dr1, dr2, dr3, dr4, dr5]: readonly [
    Value,
    Value,
    Value,
    Value,
    Value,
    Value,
    Value,
    Value,
    Value,
    Value,
    Value,
    Value,
    Value,
    ...Value[],
  ],
  theta_6: Value,
  theta_0: Value,
  theta_1: Value,
  theta_2: Value,
  theta_3: Value,
  theta_4: Value,
  theta_5: Value,
  fill: Value,
  known: Known,
): [Value, Value, Value, Value, Value, Value, Value, Value, Value, Value, Value, Value, Value] {
  const { A, y } = known;
  const residual_dot_dr1 = ops.dot(residual, dr1);
  const residual_dot_dr2 = ops.dot(residual, dr2);
  const residual_dot_dr3 = ops.dot(residual, dr3);
  const residual_dot_dr4 = ops.dot(residual, dr4);
  const residual_dot_dr5 = ops.dot(residual, dr5);
  const difference = ops.map(
    "x + residual - residual_dot_dr1*(dx1 + dr1) - residual_dot_dr2*(dx2 + dr2) - residual_dot_dr3*(dx3 + dr3) - residual_dot_dr4*(dx4 + dr4) - residual_dot_dr5*(dx5 + dr5)",
    {
      x,
      residual,
      residual_dot_dr1,
      dx1,
      dr1,
      residual_dot_dr2,
      dx2,
      dr2,
      residual_dot_dr3,
      dx3,
      dr3,
      residual_dot_dr4,
      dx4,
      dr4,
      residual_dot_dr5,
      dx5,
      dr5,
    },
  );
  const norm_residual = ops.norm2(residual);
  const { norm_squared } = ops.mapAll(
    { norm_squared: "(difference - x)*(difference - x)" },
    { difference, x },
    { norm_squared: "sum" },
  );
  const norm = ops.map("sqrt(norm_squared)", { norm_squared });
  const both = ops.map("and(not(plain), norm <= 300*norm_residual)", { plain, norm, norm_residual });
  const chosen = ops.map("select(both, difference, x + residual)", { both, difference, x, residual });
  const A_x = ops.apply(A, chosen);
  const residual_2 = ops.map("A_x - y", { A_x, y });
  const grad_f = ops.applyAdjoint(A, residual_2);
  const difference_2 = ops.map("chosen - theta_6*grad_f", { chosen, theta_6, grad_f });
  const x_next = de_prox_D(ops, difference_2, theta_0, theta_1, theta_2, theta_3, theta_4, theta_5, known);
  const { difference_3, norm_difference_squared } = ops.mapAll(
    { difference_3: "x_next - chosen", norm_difference_squared: "difference_3*difference_3" },
    { x_next, chosen },
    { norm_difference_squared: "sum" },
  );
  const norm_difference = ops.map("sqrt(norm_difference_squared)", { norm_difference_squared });
  const both_2 = ops.map("and(not(plain), not(norm_difference <= 2*norm_residual))", {
    plain,
    norm_difference,
    norm_residual,
  });
  const { difference_4, norm_difference_squared_2, difference_dot_dr1 } = ops.mapAll(
    {
      difference_4: "difference_3 - residual",
      norm_difference_squared_2: "difference_4*difference_4",
      difference_dot_dr1: "difference_4*dr1",
    },
    { difference_3, residual, dr1 },
    { norm_difference_squared_2: "sum", difference_dot_dr1: "sum" },
  );
  const norm_difference_2 = ops.map("sqrt(norm_difference_squared_2)", { norm_difference_squared_2 });
  const { difference_5, difference_dot_dr2 } = ops.mapAll(
    { difference_5: "difference_4 - difference_dot_dr1*dr1", difference_dot_dr2: "difference_5*dr2" },
    { difference_4, difference_dot_dr1, dr1, dr2 },
    { difference_dot_dr2: "sum" },
  );
  const { difference_6, difference_dot_dr3 } = ops.mapAll(
    { difference_6: "difference_5 - difference_dot_dr2*dr2", difference_dot_dr3: "difference_6*dr3" },
    { difference_5, difference_dot_dr2, dr2, dr3 },
    { difference_dot_dr3: "sum" },
  );
  const { difference_7, difference_dot_dr4 } = ops.mapAll(
    { difference_7: "difference_6 - difference_dot_dr3*dr3", difference_dot_dr4: "difference_7*dr4" },
    { difference_6, difference_dot_dr3, dr3, dr4 },
    { difference_dot_dr4: "sum" },
  );
  const { difference_8, difference_dot_dr5 } = ops.mapAll(
    { difference_8: "difference_7 - difference_dot_dr4*dr4", difference_dot_dr5: "difference_8*dr5" },
    { difference_7, difference_dot_dr4, dr4, dr5 },
    { difference_dot_dr5: "sum" },
  );
  const { difference_9, norm_difference_squared_3 } = ops.mapAll(
    {
      difference_9: "difference_8 - difference_dot_dr5*dr5",
      norm_difference_squared_3: "difference_9*difference_9",
    },
    { difference_8, difference_dot_dr5, dr5 },
    { norm_difference_squared_3: "sum" },
  );
  const norm_difference_3 = ops.map("sqrt(norm_difference_squared_3)", { norm_difference_squared_3 });
  const is_less = ops.map("0.0001*norm_difference_2 < norm_difference_3", {
    norm_difference_2,
    norm_difference_3,
  });
  const quotient = ops.map("1/select(is_less, norm_difference_3, 1)", { is_less, norm_difference_3 });
  const chosen_2 = ops.map("select(both_2, x, chosen)", { both_2, x, chosen });
  const chosen_3 = ops.map("select(both_2, residual, difference_3)", { both_2, residual, difference_3 });
  const chosen_4 = ops.map(
    "select(both_2, fill, select(is_less, quotient*(chosen - x - difference_dot_dr1*dx1 - difference_dot_dr2*dx2 - difference_dot_dr3*dx3 - difference_dot_dr4*dx4 - difference_dot_dr5*dx5), fill))",
    {
      both_2,
      fill,
      is_less,
      quotient,
      chosen,
      x,
      difference_dot_dr1,
      dx1,
      difference_dot_dr2,
      dx2,
      difference_dot_dr3,
      dx3,
      difference_dot_dr4,
      dx4,
      difference_dot_dr5,
      dx5,
    },
  );
  const { chosen_5, chosen_6, chosen_7 } = ops.mapAll(
    {
      chosen_5: "select(both_2, fill, dx1)",
      chosen_6: "select(both_2, fill, dx2)",
      chosen_7: "select(both_2, fill, dx3)",
    },
    { both_2, fill, dx1, dx2, dx3 },
  );
  const { chosen_8, chosen_9, chosen_10 } = ops.mapAll(
    {
      chosen_8: "select(both_2, fill, dx4)",
      chosen_9: "select(both_2, fill, select(is_less, quotient*difference_9, fill))",
      chosen_10: "select(both_2, fill, dr1)",
    },
    { both_2, fill, dx4, is_less, quotient, difference_9, dr1 },
  );
  const { chosen_11, chosen_12, chosen_13 } = ops.mapAll(
    {
      chosen_11: "select(both_2, fill, dr2)",
      chosen_12: "select(both_2, fill, dr3)",
      chosen_13: "select(both_2, fill, dr4)",
    },
    { both_2, fill, dr2, dr3, dr4 },
  );
  return [
    chosen_2,
    chosen_3,
    both_2,
    chosen_4,
    chosen_5,
    chosen_6,
    chosen_7,
    chosen_8,
    chosen_9,
    chosen_10,
    chosen_11,
    chosen_12,
    chosen_13,
  ];
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { mu, A }: Data) {
  const true_2 = ops.map("1 == 1", {});
  const two_times_mu = ops.map("2*mu", { mu });
  const gram_A = ops.gram(A);
  return { true: true_2, two_times_mu, gram_A };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, known: Data & Constants & Learned) {
  const { A, y } = known;
  const theta0 = ops.product([
    known["de_prox.D.conv1.filter"],
    known["de_prox.D.conv1.bias"],
    known["de_prox.D.conv2.filter"],
    known["de_prox.D.conv2.bias"],
    known["de_prox.D.conv3.filter"],
    known["de_prox.D.conv3.bias"],
    known["de_prox.eta"],
  ]);
  const x = ops.applyAdjoint(A, y);
  const A_x = ops.apply(A, x);
  const residual = ops.map("A_x - y", { A_x, y });
  const grad_f = ops.applyAdjoint(A, residual);
  return { values: { theta0, x, grad_f } };
}

/** One iteration: the next state. */
function step(ops: Operations, known: Known, { theta }: State) {
  const { h, w, x, grad_f, true: true_2, A, y, two_times_mu, theta0, t } = known;
  const theta_0 = ops.part(theta, 0);
  const theta_1 = ops.part(theta, 1);
  const theta_2 = ops.part(theta, 2);
  const theta_3 = ops.part(theta, 3);
  const theta_4 = ops.part(theta, 4);
  const theta_5 = ops.part(theta, 5);
  const theta_6 = ops.part(theta, 6);
  const zeros = ops.fill(0, R(h, w));
  const difference = ops.map("x - theta_6*grad_f", { x, theta_6, grad_f });
  const x_next = de_prox_D(ops, difference, theta_0, theta_1, theta_2, theta_3, theta_4, theta_5, known);
  const x_next_minus_x = ops.map("x_next - x", { x_next, x });
  const {
    carried: [x_2],
    capped,
  } = ops.loop(
    [x, x_next_minus_x, true_2, zeros, zeros, zeros, zeros, zeros, zeros, zeros, zeros, zeros, zeros],
    ([x, residual]) => {
      const norm_x = ops.norm2(x);
      const norm_residual = ops.norm2(residual);
      return ops.map("not(norm_residual <= 0.00001*norm_x)", { norm_residual, norm_x });
    },
    (carried) =>
      round(ops, carried, theta_6, theta_0, theta_1, theta_2, theta_3, theta_4, theta_5, zeros, known),
    100,
  );
  const x_3 = ops.map("select(capped, inf, x_2)", { capped, x_2 });
  const A_x = ops.apply(A, x_3);
  const product = ops.map("two_times_mu*(theta - theta0)", { two_times_mu, theta, theta0 });
  const product_2 = ops.map("2*(y - A_x)", { y, A_x });
  const At_neg = ops.applyAdjoint(A, product_2);
  const minus_At_neg = ops.map("-At_neg", { At_neg });
  const residual = ops.map("A_x - y", { A_x, y });
  const grad_f_2 = ops.applyAdjoint(A, residual);
  const { difference_2, norm_x_squared } = ops.mapAll(
    { difference_2: "x_3 - theta_6*grad_f_2", norm_x_squared: "x_3*x_3" },
    { x_3, theta_6, grad_f_2 },
    { norm_x_squared: "sum" },
  );
  const [, { conv1_biased, conv2_biased }] = de_prox_D_save_0(
    ops,
    difference_2,
    theta_0,
    theta_1,
    theta_2,
    theta_3,
    theta_4,
    theta_5,
    known,
  );
  const u1_bar = de_prox_D_adjoint_0(
    ops,
    theta_0,
    theta_2,
    theta_4,
    { conv1_biased, conv2_biased },
    minus_At_neg,
    known,
  );
  const u1_bar_scaled = ops.map("u1_bar*theta_6", { u1_bar, theta_6 });
  const A_u1_bar_scaled = ops.apply(A, u1_bar_scaled);
  const At_v = ops.applyAdjoint(A, A_u1_bar_scaled);
  const difference_3 = ops.map("minus_At_neg + (u1_bar - At_v) - minus_At_neg", {
    minus_At_neg,
    u1_bar,
    At_v,
  });
  const {
    carried: [At_neg_next],
    capped: capped_next,
  } = ops.loop(
    [
      minus_At_neg,
      difference_3,
      true_2,
      zeros,
      zeros,
      zeros,
      zeros,
      zeros,
      zeros,
      zeros,
      zeros,
      zeros,
      zeros,
      zeros,
      zeros,
      zeros,
      zeros,
      zeros,
      zeros,
      zeros,
      zeros,
      zeros,
      zeros,
    ],
    ([At_neg, residual]) => {
      const norm_At_neg = ops.norm2(At_neg);
      const norm_residual = ops.norm2(residual);
      return ops.map("not(norm_residual <= 0.00001*norm_At_neg)", { norm_residual, norm_At_neg });
    },
    ([
      At_neg,
      residual,
      plain,
      dx1,
      dx2,
      dx3,
      dx4,
      dx5,
      dx6,
      dx7,
      dx8,
      dx9,
      dx10,
      dr1,
      dr2,
      dr3,
      dr4,
      dr5,
      dr6,
      dr7,
      dr8,
      dr9,
      dr10,
    ]) => {
      const residual_dot_dr1 = ops.dot(residual, dr1);
      const residual_dot_dr2 = ops.dot(residual, dr2);
      const residual_dot_dr3 = ops.dot(residual, dr3);
      const residual_dot_dr4 = ops.dot(residual, dr4);
      const residual_dot_dr5 = ops.dot(residual, dr5);
      const residual_dot_dr6 = ops.dot(residual, dr6);
      const residual_dot_dr7 = ops.dot(residual, dr7);
      const residual_dot_dr8 = ops.dot(residual, dr8);
      const product = ops.map("residual_dot_dr8*(dx8 + dr8)", { residual_dot_dr8, dx8, dr8 });
      const residual_dot_dr9 = ops.dot(residual, dr9);
      const product_next = ops.map("residual_dot_dr9*(dx9 + dr9)", { residual_dot_dr9, dx9, dr9 });
      const difference = ops.map(
        "At_neg + residual - residual_dot_dr1*(dx1 + dr1) - residual_dot_dr2*(dx2 + dr2) - residual_dot_dr3*(dx3 + dr3) - residual_dot_dr4*(dx4 + dr4) - residual_dot_dr5*(dx5 + dr5) - residual_dot_dr6*(dx6 + dr6) - residual_dot_dr7*(dx7 + dr7) - product - product_next",
        {
          At_neg,
          residual,
          residual_dot_dr1,
          dx1,
          dr1,
          residual_dot_dr2,
          dx2,
          dr2,
          residual_dot_dr3,
          dx3,
          dr3,
          residual_dot_dr4,
          dx4,
          dr4,
          residual_dot_dr5,
          dx5,
          dr5,
          residual_dot_dr6,
          dx6,
          dr6,
          residual_dot_dr7,
          dx7,
          dr7,
          product,
          product_next,
        },
      );
      const residual_dot_dr10 = ops.dot(residual, dr10);
      const norm_residual = ops.norm2(residual);
      const { difference_next, norm_difference_squared } = ops.mapAll(
        {
          difference_next: "difference - residual_dot_dr10*(dx10 + dr10)",
          norm_difference_squared: "(difference_next - At_neg)*(difference_next - At_neg)",
        },
        { difference, residual_dot_dr10, dx10, dr10, At_neg },
        { norm_difference_squared: "sum" },
      );
      const norm_difference = ops.map("sqrt(norm_difference_squared)", { norm_difference_squared });
      const both = ops.map("and(not(plain), norm_difference <= 300*norm_residual)", {
        plain,
        norm_difference,
        norm_residual,
      });
      const chosen = ops.map("select(both, difference_next, At_neg + residual)", {
        both,
        difference_next,
        At_neg,
        residual,
      });
      const u1_bar = de_prox_D_adjoint_0(
        ops,
        theta_0,
        theta_2,
        theta_4,
        { conv1_biased, conv2_biased },
        chosen,
        known,
      );
      const u1_bar_scaled = ops.map("u1_bar*theta_6", { u1_bar, theta_6 });
      const A_u1_bar_scaled = ops.apply(A, u1_bar_scaled);
      const At_v = ops.applyAdjoint(A, A_u1_bar_scaled);
      const { difference_2, norm_difference_squared_next } = ops.mapAll(
        {
          difference_2: "minus_At_neg + (u1_bar - At_v) - chosen",
          norm_difference_squared_next: "difference_2*difference_2",
        },
        { minus_At_neg, u1_bar, At_v, chosen },
        { norm_difference_squared_next: "sum" },
      );
      const norm_difference_next = ops.map("sqrt(norm_difference_squared_next)", {
        norm_difference_squared_next,
      });
      const both_next = ops.map("and(not(plain), not(norm_difference_next <= 2*norm_residual))", {
        plain,
        norm_difference_next,
        norm_residual,
      });
      const { difference_3, norm_difference_squared_2, difference_dot_dr1 } = ops.mapAll(
        {
          difference_3: "difference_2 - residual",
          norm_difference_squared_2: "difference_3*difference_3",
          difference_dot_dr1: "difference_3*dr1",
        },
        { difference_2, residual, dr1 },
        { norm_difference_squared_2: "sum", difference_dot_dr1: "sum" },
      );
      const norm_difference_2 = ops.map("sqrt(norm_difference_squared_2)", { norm_difference_squared_2 });
      const { difference_4, difference_dot_dr2 } = ops.mapAll(
        { difference_4: "difference_3 - difference_dot_dr1*dr1", difference_dot_dr2: "difference_4*dr2" },
        { difference_3, difference_dot_dr1, dr1, dr2 },
        { difference_dot_dr2: "sum" },
      );
      const { difference_5, difference_dot_dr3 } = ops.mapAll(
        { difference_5: "difference_4 - difference_dot_dr2*dr2", difference_dot_dr3: "difference_5*dr3" },
        { difference_4, difference_dot_dr2, dr2, dr3 },
        { difference_dot_dr3: "sum" },
      );
      const { difference_6, difference_dot_dr4 } = ops.mapAll(
        { difference_6: "difference_5 - difference_dot_dr3*dr3", difference_dot_dr4: "difference_6*dr4" },
        { difference_5, difference_dot_dr3, dr3, dr4 },
        { difference_dot_dr4: "sum" },
      );
      const { difference_7, difference_dot_dr5 } = ops.mapAll(
        { difference_7: "difference_6 - difference_dot_dr4*dr4", difference_dot_dr5: "difference_7*dr5" },
        { difference_6, difference_dot_dr4, dr4, dr5 },
        { difference_dot_dr5: "sum" },
      );
      const { difference_8, difference_dot_dr6 } = ops.mapAll(
        { difference_8: "difference_7 - difference_dot_dr5*dr5", difference_dot_dr6: "difference_8*dr6" },
        { difference_7, difference_dot_dr5, dr5, dr6 },
        { difference_dot_dr6: "sum" },
      );
      const { difference_9, difference_dot_dr7 } = ops.mapAll(
        { difference_9: "difference_8 - difference_dot_dr6*dr6", difference_dot_dr7: "difference_9*dr7" },
        { difference_8, difference_dot_dr6, dr6, dr7 },
        { difference_dot_dr7: "sum" },
      );
      const { difference_10, difference_dot_dr8 } = ops.mapAll(
        { difference_10: "difference_9 - difference_dot_dr7*dr7", difference_dot_dr8: "difference_10*dr8" },
        { difference_9, difference_dot_dr7, dr7, dr8 },
        { difference_dot_dr8: "sum" },
      );
      const { difference_11, difference_dot_dr9 } = ops.mapAll(
        { difference_11: "difference_10 - difference_dot_dr8*dr8", difference_dot_dr9: "difference_11*dr9" },
        { difference_10, difference_dot_dr8, dr8, dr9 },
        { difference_dot_dr9: "sum" },
      );
      const { difference_12, inner_product } = ops.mapAll(
        { difference_12: "difference_11 - difference_dot_dr9*dr9", inner_product: "difference_12*dr10" },
        { difference_11, difference_dot_dr9, dr9, dr10 },
        { inner_product: "sum" },
      );
      const { difference_13, norm_difference_squared_3 } = ops.mapAll(
        {
          difference_13: "difference_12 - inner_product*dr10",
          norm_difference_squared_3: "difference_13*difference_13",
        },
        { difference_12, inner_product, dr10 },
        { norm_difference_squared_3: "sum" },
      );
      const norm_difference_3 = ops.map("sqrt(norm_difference_squared_3)", { norm_difference_squared_3 });
      const is_less = ops.map("0.0001*norm_difference_2 < norm_difference_3", {
        norm_difference_2,
        norm_difference_3,
      });
      const quotient = ops.map("1/select(is_less, norm_difference_3, 1)", { is_less, norm_difference_3 });
      const chosen_next = ops.map("select(both_next, At_neg, chosen)", { both_next, At_neg, chosen });
      const chosen_2 = ops.map("select(both_next, residual, difference_2)", {
        both_next,
        residual,
        difference_2,
      });
      const chosen_3 = ops.map(
        "select(both_next, zeros, select(is_less, quotient*(chosen - At_neg - difference_dot_dr1*dx1 - difference_dot_dr2*dx2 - difference_dot_dr3*dx3 - difference_dot_dr4*dx4 - difference_dot_dr5*dx5 - difference_dot_dr6*dx6 - difference_dot_dr7*dx7 - difference_dot_dr8*dx8 - difference_dot_dr9*dx9 - inner_product*dx10), zeros))",
        {
          both_next,
          zeros,
          is_less,
          quotient,
          chosen,
          At_neg,
          difference_dot_dr1,
          dx1,
          difference_dot_dr2,
          dx2,
          difference_dot_dr3,
          dx3,
          difference_dot_dr4,
          dx4,
          difference_dot_dr5,
          dx5,
          difference_dot_dr6,
          dx6,
          difference_dot_dr7,
          dx7,
          difference_dot_dr8,
          dx8,
          difference_dot_dr9,
          dx9,
          inner_product,
          dx10,
        },
      );
      const { chosen_4, chosen_5, chosen_6 } = ops.mapAll(
        {
          chosen_4: "select(both_next, zeros, dx1)",
          chosen_5: "select(both_next, zeros, dx2)",
          chosen_6: "select(both_next, zeros, dx3)",
        },
        { both_next, zeros, dx1, dx2, dx3 },
      );
      const { chosen_7, chosen_8, chosen_9 } = ops.mapAll(
        {
          chosen_7: "select(both_next, zeros, dx4)",
          chosen_8: "select(both_next, zeros, dx5)",
          chosen_9: "select(both_next, zeros, dx6)",
        },
        { both_next, zeros, dx4, dx5, dx6 },
      );
      const { chosen_10, chosen_11, chosen_12 } = ops.mapAll(
        {
          chosen_10: "select(both_next, zeros, dx7)",
          chosen_11: "select(both_next, zeros, dx8)",
          chosen_12: "select(both_next, zeros, dx9)",
        },
        { both_next, zeros, dx7, dx8, dx9 },
      );
      const { chosen_13, chosen_14, chosen_15 } = ops.mapAll(
        {
          chosen_13: "select(both_next, zeros, select(is_less, quotient*difference_13, zeros))",
          chosen_14: "select(both_next, zeros, dr1)",
          chosen_15: "select(both_next, zeros, dr2)",
        },
        { both_next, zeros, is_less, quotient, difference_13, dr1, dr2 },
      );
      const { chosen_16, chosen_17, chosen_18 } = ops.mapAll(
        {
          chosen_16: "select(both_next, zeros, dr3)",
          chosen_17: "select(both_next, zeros, dr4)",
          chosen_18: "select(both_next, zeros, dr5)",
        },
        { both_next, zeros, dr3, dr4, dr5 },
      );
      const { chosen_19, chosen_20, chosen_21 } = ops.mapAll(
        {
          chosen_19: "select(both_next, zeros, dr6)",
          chosen_20: "select(both_next, zeros, dr7)",
          chosen_21: "select(both_next, zeros, dr8)",
        },
        { both_next, zeros, dr6, dr7, dr8 },
      );
      const chosen_22 = ops.map("select(both_next, zeros, dr9)", { both_next, zeros, dr9 });
      return [
        chosen_next,
        chosen_2,
        both_next,
        chosen_3,
        chosen_4,
        chosen_5,
        chosen_6,
        chosen_7,
        chosen_8,
        chosen_9,
        chosen_10,
        chosen_11,
        chosen_12,
        chosen_13,
        chosen_14,
        chosen_15,
        chosen_16,
        chosen_17,
        chosen_18,
        chosen_19,
        chosen_20,
        chosen_21,
        chosen_22,
      ];
    },
    100,
  );
  const At_neg_2 = ops.map("select(capped_next, inf, At_neg_next)", { capped_next, At_neg_next });
  const [, de_prox_D_saved] = de_prox_D_save(
    ops,
    difference_2,
    theta_0,
    theta_1,
    theta_2,
    theta_3,
    theta_4,
    theta_5,
    known,
  );
  const [
    u1_bar_next,
    conv1_filter_bar,
    conv1_bias_bar,
    conv2_filter_bar,
    conv2_bias_bar,
    conv3_filter_bar,
    sumTo,
  ] = de_prox_D_adjoint(ops, difference_2, theta_0, theta_2, theta_4, de_prox_D_saved, At_neg_2, known);
  const grad_f_dot_u1_bar = ops.dot(grad_f_2, u1_bar_next);
  const norm_x = ops.map("sqrt(norm_x_squared)", { norm_x_squared });
  const norm_At_neg = ops.norm2(At_neg_2);
  const chosen = ops.map("select(norm_x + norm_At_neg < inf, 0, inf)", { norm_x, norm_At_neg });
  const filled = ops.fill(chosen, R());
  const filled_2 = ops.fill(chosen, R(3, 3, 1, 4));
  const filled_3 = ops.fill(chosen, R(4));
  const filled_4 = ops.fill(chosen, R(3, 3, 4, 4));
  const filled_5 = ops.fill(chosen, R(3, 3, 4, 1));
  const filled_6 = ops.fill(chosen, R(1));
  const mul_0 = ops.part(product, 0);
  const mul_1 = ops.part(product, 1);
  const mul_2 = ops.part(product, 2);
  const mul_3 = ops.part(product, 3);
  const mul_4 = ops.part(product, 4);
  const mul_5 = ops.part(product, 5);
  const mul_6 = ops.part(product, 6);
  const sum = ops.map("mul_6 + (filled - grad_f_dot_u1_bar)", { mul_6, filled, grad_f_dot_u1_bar });
  const sum_2 = ops.map("mul_5 + (sumTo + filled_6)", { mul_5, sumTo, filled_6 });
  const sum_3 = ops.map("mul_4 + (conv3_filter_bar + filled_5)", { mul_4, conv3_filter_bar, filled_5 });
  const sum_4 = ops.map("mul_2 + (conv2_filter_bar + filled_4)", { mul_2, conv2_filter_bar, filled_4 });
  const { sum_5, sum_6 } = ops.mapAll(
    { sum_5: "mul_3 + (conv2_bias_bar + filled_3)", sum_6: "mul_1 + (conv1_bias_bar + filled_3)" },
    { mul_3, conv2_bias_bar, filled_3, mul_1, conv1_bias_bar },
  );
  const sum_7 = ops.map("mul_0 + (conv1_filter_bar + filled_2)", { mul_0, conv1_filter_bar, filled_2 });
  const grad_J = ops.product([sum_7, sum_6, sum_4, sum_5, sum_3, sum_2, sum]);
  const theta_next = ops.map("theta - t*grad_J", { theta, t, grad_J });
  return { values: { theta: theta_next }, reports: {}, capped: null };
}

/** The output. */
function finish(ops: Operations, known: Known, { theta }: State) {
  const { h, w, x, grad_f, A, y, true: true_2, gram_A } = known;
  const theta_0 = ops.part(theta, 0);
  const theta_1 = ops.part(theta, 1);
  const theta_2 = ops.part(theta, 2);
  const theta_3 = ops.part(theta, 3);
  const theta_4 = ops.part(theta, 4);
  const theta_5 = ops.part(theta, 5);
  const theta_6 = ops.part(theta, 6);
  const zeros = ops.fill(0, R(h, w));
  const difference = ops.map("x - theta_6*grad_f", { x, theta_6, grad_f });
  const x_next = de_prox_D(ops, difference, theta_0, theta_1, theta_2, theta_3, theta_4, theta_5, known);
  const x_next_minus_x = ops.map("x_next - x", { x_next, x });
  const At_y = ops.applyAdjoint(A, y);
  const {
    carried: [x_2],
    capped,
  } = ops.loop(
    [x, x_next_minus_x, true_2, zeros, zeros, zeros, zeros, zeros, zeros, zeros, zeros, zeros, zeros],
    ([x, residual]) => {
      const norm_x = ops.norm2(x);
      const norm_residual = ops.norm2(residual);
      return ops.map("not(norm_residual <= 0.00001*norm_x)", { norm_residual, norm_x });
    },
    ([x, residual, plain, dx1, dx2, dx3, dx4, dx5, dr1, dr2, dr3, dr4, dr5]) => {
      const residual_dot_dr1 = ops.dot(residual, dr1);
      const residual_dot_dr2 = ops.dot(residual, dr2);
      const residual_dot_dr3 = ops.dot(residual, dr3);
      const residual_dot_dr4 = ops.dot(residual, dr4);
      const residual_dot_dr5 = ops.dot(residual, dr5);
      const difference = ops.map(
        "x + residual - residual_dot_dr1*(dx1 + dr1) - residual_dot_dr2*(dx2 + dr2) - residual_dot_dr3*(dx3 + dr3) - residual_dot_dr4*(dx4 + dr4) - residual_dot_dr5*(dx5 + dr5)",
        {
          x,
          residual,
          residual_dot_dr1,
          dx1,
          dr1,
          residual_dot_dr2,
          dx2,
          dr2,
          residual_dot_dr3,
          dx3,
          dr3,
          residual_dot_dr4,
          dx4,
          dr4,
          residual_dot_dr5,
          dx5,
          dr5,
        },
      );
      const norm_residual = ops.norm2(residual);
      const { norm_squared } = ops.mapAll(
        { norm_squared: "(difference - x)*(difference - x)" },
        { difference, x },
        { norm_squared: "sum" },
      );
      const norm = ops.map("sqrt(norm_squared)", { norm_squared });
      const both = ops.map("and(not(plain), norm <= 300*norm_residual)", { plain, norm, norm_residual });
      const chosen = ops.map("select(both, difference, x + residual)", { both, difference, x, residual });
      const gram_A_chosen = ops.apply(gram_A, chosen);
      const difference_next = ops.map("chosen - theta_6*(gram_A_chosen - At_y)", {
        chosen,
        theta_6,
        gram_A_chosen,
        At_y,
      });
      const x_next = de_prox_D(
        ops,
        difference_next,
        theta_0,
        theta_1,
        theta_2,
        theta_3,
        theta_4,
        theta_5,
        known,
      );
      const { difference_2, norm_difference_squared } = ops.mapAll(
        { difference_2: "x_next - chosen", norm_difference_squared: "difference_2*difference_2" },
        { x_next, chosen },
        { norm_difference_squared: "sum" },
      );
      const norm_difference = ops.map("sqrt(norm_difference_squared)", { norm_difference_squared });
      const both_next = ops.map("and(not(plain), not(norm_difference <= 2*norm_residual))", {
        plain,
        norm_difference,
        norm_residual,
      });
      const { difference_3, norm_difference_squared_next, difference_dot_dr1 } = ops.mapAll(
        {
          difference_3: "difference_2 - residual",
          norm_difference_squared_next: "difference_3*difference_3",
          difference_dot_dr1: "difference_3*dr1",
        },
        { difference_2, residual, dr1 },
        { norm_difference_squared_next: "sum", difference_dot_dr1: "sum" },
      );
      const norm_difference_next = ops.map("sqrt(norm_difference_squared_next)", {
        norm_difference_squared_next,
      });
      const { difference_4, difference_dot_dr2 } = ops.mapAll(
        { difference_4: "difference_3 - difference_dot_dr1*dr1", difference_dot_dr2: "difference_4*dr2" },
        { difference_3, difference_dot_dr1, dr1, dr2 },
        { difference_dot_dr2: "sum" },
      );
      const { difference_5, difference_dot_dr3 } = ops.mapAll(
        { difference_5: "difference_4 - difference_dot_dr2*dr2", difference_dot_dr3: "difference_5*dr3" },
        { difference_4, difference_dot_dr2, dr2, dr3 },
        { difference_dot_dr3: "sum" },
      );
      const { difference_6, difference_dot_dr4 } = ops.mapAll(
        { difference_6: "difference_5 - difference_dot_dr3*dr3", difference_dot_dr4: "difference_6*dr4" },
        { difference_5, difference_dot_dr3, dr3, dr4 },
        { difference_dot_dr4: "sum" },
      );
      const { difference_7, difference_dot_dr5 } = ops.mapAll(
        { difference_7: "difference_6 - difference_dot_dr4*dr4", difference_dot_dr5: "difference_7*dr5" },
        { difference_6, difference_dot_dr4, dr4, dr5 },
        { difference_dot_dr5: "sum" },
      );
      const { difference_8, norm_difference_squared_2 } = ops.mapAll(
        {
          difference_8: "difference_7 - difference_dot_dr5*dr5",
          norm_difference_squared_2: "difference_8*difference_8",
        },
        { difference_7, difference_dot_dr5, dr5 },
        { norm_difference_squared_2: "sum" },
      );
      const norm_difference_2 = ops.map("sqrt(norm_difference_squared_2)", { norm_difference_squared_2 });
      const is_less = ops.map("0.0001*norm_difference_next < norm_difference_2", {
        norm_difference_next,
        norm_difference_2,
      });
      const quotient = ops.map("1/select(is_less, norm_difference_2, 1)", { is_less, norm_difference_2 });
      const chosen_next = ops.map("select(both_next, x, chosen)", { both_next, x, chosen });
      const chosen_2 = ops.map("select(both_next, residual, difference_2)", {
        both_next,
        residual,
        difference_2,
      });
      const chosen_3 = ops.map(
        "select(both_next, zeros, select(is_less, quotient*(chosen - x - difference_dot_dr1*dx1 - difference_dot_dr2*dx2 - difference_dot_dr3*dx3 - difference_dot_dr4*dx4 - difference_dot_dr5*dx5), zeros))",
        {
          both_next,
          zeros,
          is_less,
          quotient,
          chosen,
          x,
          difference_dot_dr1,
          dx1,
          difference_dot_dr2,
          dx2,
          difference_dot_dr3,
          dx3,
          difference_dot_dr4,
          dx4,
          difference_dot_dr5,
          dx5,
        },
      );
      const { chosen_4, chosen_5, chosen_6 } = ops.mapAll(
        {
          chosen_4: "select(both_next, zeros, dx1)",
          chosen_5: "select(both_next, zeros, dx2)",
          chosen_6: "select(both_next, zeros, dx3)",
        },
        { both_next, zeros, dx1, dx2, dx3 },
      );
      const { chosen_7, chosen_8, chosen_9 } = ops.mapAll(
        {
          chosen_7: "select(both_next, zeros, dx4)",
          chosen_8: "select(both_next, zeros, select(is_less, quotient*difference_8, zeros))",
          chosen_9: "select(both_next, zeros, dr1)",
        },
        { both_next, zeros, dx4, is_less, quotient, difference_8, dr1 },
      );
      const { chosen_10, chosen_11, chosen_12 } = ops.mapAll(
        {
          chosen_10: "select(both_next, zeros, dr2)",
          chosen_11: "select(both_next, zeros, dr3)",
          chosen_12: "select(both_next, zeros, dr4)",
        },
        { both_next, zeros, dr2, dr3, dr4 },
      );
      return [
        chosen_next,
        chosen_2,
        both_next,
        chosen_3,
        chosen_4,
        chosen_5,
        chosen_6,
        chosen_7,
        chosen_8,
        chosen_9,
        chosen_10,
        chosen_11,
        chosen_12,
      ];
    },
    100,
  );
  const output = ops.map("select(capped, inf, x_2)", { capped, x_2 });
  return { values: { output } };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, known: Known, { theta }: State) {
  const { h, w, x, grad_f, true: true_2, A, y, theta0, mu } = known;
  const theta_0 = ops.part(theta, 0);
  const theta_1 = ops.part(theta, 1);
  const theta_2 = ops.part(theta, 2);
  const theta_3 = ops.part(theta, 3);
  const theta_4 = ops.part(theta, 4);
  const theta_5 = ops.part(theta, 5);
  const theta_6 = ops.part(theta, 6);
  const zeros = ops.fill(0, R(h, w));
  const difference = ops.map("x - theta_6*grad_f", { x, theta_6, grad_f });
  const x_next = de_prox_D(ops, difference, theta_0, theta_1, theta_2, theta_3, theta_4, theta_5, known);
  const x_next_minus_x = ops.map("x_next - x", { x_next, x });
  const {
    carried: [x_2],
    capped,
  } = ops.loop(
    [x, x_next_minus_x, true_2, zeros, zeros, zeros, zeros, zeros, zeros, zeros, zeros, zeros, zeros],
    ([x, residual]) => {
      const norm_x = ops.norm2(x);
      const norm_residual = ops.norm2(residual);
      return ops.map("not(norm_residual <= 0.00001*norm_x)", { norm_residual, norm_x });
    },
    (carried) =>
      round(ops, carried, theta_6, theta_0, theta_1, theta_2, theta_3, theta_4, theta_5, zeros, known),
    100,
  );
  const x_3 = ops.map("select(capped, inf, x_2)", { capped, x_2 });
  const A_x = ops.apply(A, x_3);
  const residual = ops.map("y - A_x", { y, A_x });
  const residual_squared = ops.dot(residual, residual);
  const theta_minus_theta0 = ops.map("theta - theta0", { theta, theta0 });
  const inner_product = ops.dot(theta_minus_theta0, theta_minus_theta0);
  return ops.map("residual_squared + mu*inner_product", { residual_squared, mu, inner_product });
}

/** 1 for the samples that may stop; `before` means the last test. */
function until(ops: Operations, _known: Known, { theta }: State, { theta: theta_before }: State) {
  const difference = ops.map("theta - theta_before", { theta, theta_before });
  const norm_difference = ops.norm2(difference);
  const norm_theta = ops.norm2(theta);
  const norm_theta_before = ops.norm2(theta_before);
  return ops.map(
    "select(0 < max(norm_theta, norm_theta_before), norm_difference/max(norm_theta, norm_theta_before), 0) < 0.0001",
    { norm_theta, norm_theta_before, norm_difference },
  );
}

/**
 * Model adaptation (Gilton, Ongie, Willett, 2021): weights trained for A0 are fitted to one measurement of A.
 * min_theta |y - A f(y; theta, A)|^2 + mu |theta - theta0|^2, by gradient descent in the space of weights.
 */
export const model_adaptation = defineProgram<Known, State, Givens, Inputs>({
  name: "model_adaptation",
  doc: "Model adaptation (Gilton, Ongie, Willett, 2021): weights trained for A0 are fitted to one measurement of A.\nmin_theta |y - A f(y; theta, A)|^2 + mu |theta - theta0|^2, by gradient descent in the space of weights.",
  hash: "49e4986dff4ad11e2a45d5eeb2b4fd7f71ff6f5de022ebc036210e5427d444c9",
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
      name: "mu",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.001),
    },
    {
      name: "t",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.0001),
    },
  ],
  inputs: [{ name: "y", type: { kind: "space", name: "Y" } }],
  parameters: [
    {
      name: "de_prox.D.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "1", "4"] },
      initial: { kind: "random", init: "he" },
      of: {
        program: "de_prox",
        hash: "d02e969744c389af047ae04b8e4602f450b932ed65c486cb7cf1fff60c4590e9",
        name: "D.conv1.filter",
      },
      spectralBound: 0.9654893846056297,
    },
    {
      name: "de_prox.D.conv1.bias",
      type: { kind: "array", field: "real", dimensions: ["4"] },
      initial: { kind: "random", init: "zero" },
      of: {
        program: "de_prox",
        hash: "d02e969744c389af047ae04b8e4602f450b932ed65c486cb7cf1fff60c4590e9",
        name: "D.conv1.bias",
      },
    },
    {
      name: "de_prox.D.conv2.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "4", "4"] },
      initial: { kind: "random", init: "he" },
      of: {
        program: "de_prox",
        hash: "d02e969744c389af047ae04b8e4602f450b932ed65c486cb7cf1fff60c4590e9",
        name: "D.conv2.filter",
      },
      spectralBound: 0.9654893846056297,
    },
    {
      name: "de_prox.D.conv2.bias",
      type: { kind: "array", field: "real", dimensions: ["4"] },
      initial: { kind: "random", init: "zero" },
      of: {
        program: "de_prox",
        hash: "d02e969744c389af047ae04b8e4602f450b932ed65c486cb7cf1fff60c4590e9",
        name: "D.conv2.bias",
      },
    },
    {
      name: "de_prox.D.conv3.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "4", "1"] },
      initial: { kind: "random", init: "he" },
      of: {
        program: "de_prox",
        hash: "d02e969744c389af047ae04b8e4602f450b932ed65c486cb7cf1fff60c4590e9",
        name: "D.conv3.filter",
      },
      spectralBound: 0.9654893846056297,
    },
    {
      name: "de_prox.D.conv3.bias",
      type: { kind: "array", field: "real", dimensions: ["1"] },
      initial: { kind: "random", init: "zero" },
      of: {
        program: "de_prox",
        hash: "d02e969744c389af047ae04b8e4602f450b932ed65c486cb7cf1fff60c4590e9",
        name: "D.conv3.bias",
      },
    },
    {
      name: "de_prox.eta",
      type: { kind: "array", field: "real", dimensions: [] },
      initial: { kind: "value", evaluate: (ops) => ops.number(1) },
      of: {
        program: "de_prox",
        hash: "d02e969744c389af047ae04b8e4602f450b932ed65c486cb7cf1fff60c4590e9",
        name: "eta",
      },
    },
  ],
  states: [
    {
      name: "theta",
      type: {
        kind: "product",
        parts: [
          { kind: "array", field: "real", dimensions: ["3", "3", "1", "4"] },
          { kind: "array", field: "real", dimensions: ["4"] },
          { kind: "array", field: "real", dimensions: ["3", "3", "4", "4"] },
          { kind: "array", field: "real", dimensions: ["4"] },
          { kind: "array", field: "real", dimensions: ["3", "3", "4", "1"] },
          { kind: "array", field: "real", dimensions: ["1"] },
          { kind: "array", field: "real", dimensions: [] },
        ],
      },
      assumedInterval: null,
      carried: true,
    },
  ],
  output: { type: { kind: "array", field: "real", dimensions: ["h", "w"] } },
  constants,
  prepare: { run: prepare, reverse: null },
  initial: { run: (_ops, { theta0 }) => ({ values: { theta: theta0 } }), reverse: null },
  step: { run: step, reverse: null },
  finish: { run: finish, reverse: null },
  objective,
  until,
  target: { kind: "solver", maximum: 200, every: 1, accelerate: null },
  certificate: {
    answer: "not_found",
    algorithm: null,
    statement:
      "no proof was found, and no counterexample: the step is none of the algorithms that have a rule",
    conditions: [],
  },
  notes: [],
});
