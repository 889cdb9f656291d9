/**
 * The variational network (Hammernik et al., Magn. Reson. Med. 79, 2018) for multi-coil MRI: gradient steps
 * on the data
 * term and on a regulariser of learned filters and activations, each step with its own. Here the
 * activations are sums of
 * cubic B-splines in place of Gaussians, 0 at first, and a filter acts on real and imaginary part alike.
 *
 * Compiled by ipc from variational_network.ipx: an unrolled network of 10 steps.
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
  /** R[3, 3, 1, 2], one for each step */
  readonly K: Value;
  /** R[4, 7], one for each step */
  readonly "phi.spline1.coefficients": Value;
  /** R, one for each step */
  readonly lambda: Value;
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

/** What `phi_save` keeps of the layers of `phi` for its adjoints. */
type phi_Saved = Record<
  | "sum"
  | "within"
  | `sum_${2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13}`
  | `chosen_${2 | 3 | 4 | 5}`
  | "tanh",
  Value
>;
/** The cotangents of the weights of `phi`. */
type phi_Weights = Record<"phi.spline1.coefficients", Value>;

/** The learned network `phi` with 1 layers of weights: its value at the arguments. */
function phi(ops: Operations, u1: Value, known: Known): Value {
  const { h, w } = known;
  const real = ops.map("real(u1)", { u1 });
  const imag = ops.map("imag(u1)", { u1 });
  const concat = ops.concat([real, imag]);
  const zeros = ops.fill(0, R(4, 3));
  const concat_2 = ops.concat([zeros, known["phi.spline1.coefficients"], zeros]);
  const size = ops.number(4);
  const quotient = ops.map("(size - 1)/2", { size });
  const coordinate = ops.coordinate(R(4), 0);
  const row = ops.map("13*(coordinate + quotient)", { coordinate, quotient });
  const { cell, within, sum } = ops.mapAll(
    {
      r0: "max(min(3*concat + 3, 8), -2)",
      cell: "min(floor(r0), 7)",
      within: "r0 - cell",
      sum: "row + (cell + 2)",
    },
    { concat, row },
  );
  const concat_3 = ops.reshape(concat_2, R(52));
  const sum_reshaped = ops.reshape(sum, R(4 * h * w));
  const chosen = ops.rows(concat_3, sum_reshaped);
  const chosen_2 = ops.reshape(chosen, R(h, w, 4));
  const sum_2 = ops.map("row + (cell + 3)", { row, cell });
  const sum_2_reshaped = ops.reshape(sum_2, R(4 * h * w));
  const chosen_3 = ops.rows(concat_3, sum_2_reshaped);
  const chosen_3_2 = ops.reshape(chosen_3, R(h, w, 4));
  const sum_3 = ops.map("row + (cell + 4)", { row, cell });
  const sum_3_reshaped = ops.reshape(sum_3, R(4 * h * w));
  const chosen_4 = ops.rows(concat_3, sum_3_reshaped);
  const chosen_4_2 = ops.reshape(chosen_4, R(h, w, 4));
  const sum_4 = ops.map("row + (cell + 5)", { row, cell });
  const sum_4_reshaped = ops.reshape(sum_4, R(4 * h * w));
  const chosen_5 = ops.rows(concat_3, sum_4_reshaped);
  const chosen_5_2 = ops.reshape(chosen_5, R(h, w, 4));
  const product = ops.map("within*(within*(within*0.16666666666666666))*chosen_5_2", { within, chosen_5_2 });
  const spline1 = ops.map(
    "concat + (0.16666666666666666 + within*(-0.5 + within*(0.5 + within*-0.16666666666666666)))*chosen_2 + (0.6666666666666666 + within*(within*(-1 + within*0.5)))*chosen_3_2 + (0.16666666666666666 + within*(0.5 + within*(0.5 + within*-0.5)))*chosen_4_2 + product",
    { concat, within, chosen_2, chosen_3_2, chosen_4_2, product },
  );
  const tanh = ops.map("tanh(spline1)", { spline1 });
  const channels = ops.channels(tanh, 0, 2);
  const channels_2 = ops.reshape(channels, R(h, w, 2));
  const channels_3 = ops.channels(tanh, 2, 2);
  const channels_4 = ops.reshape(channels_3, R(h, w, 2));
  return ops.map("complex(channels_2) + imaginary(channels_4)", { channels_2, channels_4 });
}

/** `phi`, and beside its value what its adjoints read of the layers. */
function phi_save(ops: Operations, u1: Value, known: Known): [Value, phi_Saved] {
  const { h, w } = known;
  const real = ops.map("real(u1)", { u1 });
  const imag = ops.map("imag(u1)", { u1 });
  const concat = ops.concat([real, imag]);
  const zeros = ops.fill(0, R(4, 3));
  const concat_2 = ops.concat([zeros, known["phi.spline1.coefficients"], zeros]);
  const size = ops.number(4);
  const quotient = ops.map("(size - 1)/2", { size });
  const coordinate = ops.coordinate(R(4), 0);
  const row = ops.map("13*(coordinate + quotient)", { coordinate, quotient });
  const { sum, cell, within, sum_2, sum_3, sum_4, sum_5 } = ops.mapAll(
    {
      sum: "3*concat + 3",
      cell: "min(floor(max(min(sum, 8), -2)), 7)",
      within: "max(min(sum, 8), -2) - cell",
      sum_2: "0.5 + within*-0.16666666666666666",
      sum_3: "-0.5 + within*sum_2",
      sum_4: "0.16666666666666666 + within*sum_3",
      sum_5: "row + (cell + 2)",
    },
    { concat, row },
  );
  const concat_3 = ops.reshape(concat_2, R(52));
  const sum_5_reshaped = ops.reshape(sum_5, R(4 * h * w));
  const chosen = ops.rows(concat_3, sum_5_reshaped);
  const chosen_2 = ops.reshape(chosen, R(h, w, 4));
  const sum_6 = ops.map("row + (cell + 3)", { row, cell });
  const sum_6_reshaped = ops.reshape(sum_6, R(4 * h * w));
  const chosen_3 = ops.rows(concat_3, sum_6_reshaped);
  const chosen_3_2 = ops.reshape(chosen_3, R(h, w, 4));
  const { sum_7, sum_8, sum_9, sum_10, sum_11 } = ops.mapAll(
    {
      sum_7: "-1 + within*0.5",
      sum_8: "0.6666666666666666 + within*(within*sum_7)",
      sum_9: "0.5 + within*-0.5",
      sum_10: "0.5 + within*sum_9",
      sum_11: "0.16666666666666666 + within*sum_10",
    },
    { within },
  );
  const sum_12 = ops.map("row + (cell + 4)", { row, cell });
  const sum_12_reshaped = ops.reshape(sum_12, R(4 * h * w));
  const chosen_4 = ops.rows(concat_3, sum_12_reshaped);
  const chosen_4_2 = ops.reshape(chosen_4, R(h, w, 4));
  const sum_13 = ops.map("row + (cell + 5)", { row, cell });
  const sum_13_reshaped = ops.reshape(sum_13, R(4 * h * w));
  const chosen_5 = ops.rows(concat_3, sum_13_reshaped);
  const chosen_5_2 = ops.reshape(chosen_5, R(h, w, 4));
  const tanh = ops.map(
    "tanh(concat + sum_4*chosen_2 + sum_8*chosen_3_2 + sum_11*chosen_4_2 + within*(within*(within*0.16666666666666666))*chosen_5_2)",
    { concat, sum_4, chosen_2, sum_8, chosen_3_2, sum_11, chosen_4_2, within, chosen_5_2 },
  );
  const channels = ops.channels(tanh, 0, 2);
  const channels_2 = ops.reshape(channels, R(h, w, 2));
  const channels_3 = ops.channels(tanh, 2, 2);
  const channels_4 = ops.reshape(channels_3, R(h, w, 2));
  const sum_14 = ops.map("complex(channels_2) + imaginary(channels_4)", { channels_2, channels_4 });
  return [
    sum_14,
    {
      sum,
      within,
      sum_2,
      sum_3,
      sum_4,
      sum_5: sum_5_reshaped,
      chosen_2,
      sum_6: sum_7,
      sum_7: sum_8,
      sum_8: sum_6_reshaped,
      chosen_3: chosen_3_2,
      sum_9,
      sum_10,
      sum_11,
      sum_12: sum_12_reshaped,
      chosen_4: chosen_4_2,
      sum_13: sum_13_reshaped,
      chosen_5: chosen_5_2,
      tanh,
    },
  ];
}

/** The vector-Jacobian product of `phi`: the cotangent of `u1` and those of its weights, given that of its value. */
function phi_adjoint(
  ops: Operations,
  saved: phi_Saved,
  output_bar: Value,
  { h, w }: Known,
): [Value, phi_Weights] {
  const channels_bar = ops.map("imag(output_bar)", { output_bar });
  const channels_bar_2 = ops.map("real(output_bar)", { output_bar });
  const channels_bar_3 = ops.reshape(channels_bar, R(h, w, 2));
  const placeChannels = ops.placeChannels(channels_bar_3, 2, 4);
  const channels_bar_4 = ops.reshape(channels_bar_2, R(h, w, 2));
  const placeChannels_2 = ops.placeChannels(channels_bar_4, 0, 4);
  const { spline1_bar, chosen_5_bar } = ops.mapAll(
    {
      spline1_bar: "(placeChannels + placeChannels_2)*(1 - square(tanh))",
      chosen_5_bar: "spline1_bar*(within*(within*(within*0.16666666666666666)))",
    },
    { placeChannels, placeChannels_2, tanh: saved.tanh, within: saved.within },
  );
  const chosen_bar = ops.reshape(chosen_5_bar, R(4 * h * w));
  const placed = ops.placeRows(chosen_bar, saved.sum_13, R(52));
  const placed_2 = ops.sumSamples(placed);
  const { spline1_bar_scaled, chosen_4_bar } = ops.mapAll(
    { spline1_bar_scaled: "spline1_bar*chosen_5*within", chosen_4_bar: "spline1_bar*add" },
    { spline1_bar, chosen_5: saved.chosen_5, within: saved.within, add: saved.sum_11 },
  );
  const chosen_bar_2 = ops.reshape(chosen_4_bar, R(4 * h * w));
  const placed_3 = ops.placeRows(chosen_bar_2, saved.sum_12, R(52));
  const placed_4 = ops.sumSamples(placed_3);
  const { spline1_bar_scaled_2, chosen_3_bar } = ops.mapAll(
    { spline1_bar_scaled_2: "spline1_bar*chosen_4*within", chosen_3_bar: "spline1_bar*add" },
    { spline1_bar, chosen_4: saved.chosen_4, within: saved.within, add: saved.sum_7 },
  );
  const chosen_bar_3 = ops.reshape(chosen_3_bar, R(4 * h * w));
  const placed_5 = ops.placeRows(chosen_bar_3, saved.sum_8, R(52));
  const placed_6 = ops.sumSamples(placed_5);
  const spline1_bar_scaled_3 = ops.map("spline1_bar*chosen_3*within", {
    spline1_bar,
    chosen_3: saved.chosen_3,
    within: saved.within,
  });
  const sum = ops.map(
    "spline1_bar*chosen_5*(within*(within*0.16666666666666666)) + spline1_bar_scaled*(within*0.16666666666666666) + spline1_bar_scaled*within*0.16666666666666666 + spline1_bar*chosen_4*add + spline1_bar_scaled_2*add_2 + spline1_bar_scaled_2*within*-0.5 + spline1_bar*chosen_3*(within*add_3) + spline1_bar_scaled_3*add_3",
    {
      spline1_bar,
      chosen_5: saved.chosen_5,
      within: saved.within,
      spline1_bar_scaled,
      chosen_4: saved.chosen_4,
      add: saved.sum_10,
      spline1_bar_scaled_2,
      add_2: saved.sum_9,
      chosen_3: saved.chosen_3,
      add_3: saved.sum_6,
      spline1_bar_scaled_3,
    },
  );
  const chosen_2_bar = ops.map("spline1_bar*add", { spline1_bar, add: saved.sum_4 });
  const chosen_bar_4 = ops.reshape(chosen_2_bar, R(4 * h * w));
  const placed_7 = ops.placeRows(chosen_bar_4, saved.sum_5, R(52));
  const placed_8 = ops.sumSamples(placed_7);
  const concat_bar = ops.map("placed_2 + placed_4 + placed_6 + placed_8", {
    placed_2,
    placed_4,
    placed_6,
    placed_8,
  });
  const concat_bar_2 = ops.reshape(concat_bar, R(4, 13));
  const spline1_bar_scaled_4 = ops.map("spline1_bar*chosen_2*within", {
    spline1_bar,
    chosen_2: saved.chosen_2,
    within: saved.within,
  });
  const concat_bar_3 = ops.map(
    "spline1_bar + select(add < 8, select(-2 < min(add, 8), sum + spline1_bar_scaled_3*within*0.5 + spline1_bar*chosen_2*add_2 + spline1_bar_scaled_4*add_3 + spline1_bar_scaled_4*within*-0.16666666666666666, 0), 0)*3",
    {
      spline1_bar,
      add: saved.sum,
      sum,
      spline1_bar_scaled_3,
      within: saved.within,
      chosen_2: saved.chosen_2,
      add_2: saved.sum_3,
      spline1_bar_scaled_4,
      add_3: saved.sum_2,
    },
  );
  const spline1_coefficients_bar = ops.channels(concat_bar_2, 3, 7);
  const channels = ops.channels(concat_bar_3, 0, 2);
  const channels_2 = ops.channels(concat_bar_3, 2, 2);
  const u1_bar = ops.map("imaginary(channels_2) + complex(channels)", { channels_2, channels });
  return [u1_bar, { "phi.spline1.coefficients": spline1_coefficients_bar }];
}

/** The learned convolution `K` of real images. */
function K_applied(ops: Operations, real: Value, { h, w, K }: Known): Value {
  const real_extended = ops.extendImage(real, { boundary: "reflect", before: 1, after: 1 });
  const real_extended_2 = ops.reshape(real_extended, R(h + 2, w + 2, 1));
  const K_real = ops.convolve(real_extended_2, K, 1);
  return ops.foldImage(K_real, { boundary: "zero", before: 1, after: 1 });
}

/** The adjoint of the learned convolution `K`, of real images. */
function K_adjoint(ops: Operations, real: Value, { h, w, K }: Known): Value {
  const real_extended = ops.extendImage(real, { boundary: "zero", before: 1, after: 1 });
  const real_extended_images = ops.convolveInputGradient(real_extended, K, R(h + 2, w + 2, 1), 1);
  const convolveInput = ops.reshape(real_extended_images, R(h + 2, w + 2));
  return ops.foldImage(convolveInput, { boundary: "reflect", before: 1, after: 1 });
}

/** The adjoint of the learned convolution `K`, of real images that are extended already. */
function K_adjoint_to_extended(ops: Operations, real_extended: Value, { h, w, K }: Known): Value {
  const real_extended_images = ops.convolveInputGradient(real_extended, K, R(h + 2, w + 2, 1), 1);
  const convolveInput = ops.reshape(real_extended_images, R(h + 2, w + 2));
  return ops.foldImage(convolveInput, { boundary: "reflect", before: 1, after: 1 });
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { h, w, c }: Data) {
  const fourier = ops.at("variational_network.ipx:9:19").library("fourier", {}, C(h, w, c), []);
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
  const { h, w, S, fourier, P_2, y, conj, lambda } = known;
  const real = ops.map("real(x)", { x });
  const K_real_folded = K_applied(ops, real, known);
  const imag = ops.map("imag(x)", { x });
  const K_imag_folded = K_applied(ops, imag, known);
  const u = ops.map("complex(K_real_folded) + imaginary(K_imag_folded)", { K_real_folded, K_imag_folded });
  const x_2 = ops.reshape(x, C(h, w, 1));
  const S_times_x = ops.map("S*x_2", { S, x_2 });
  const fourier_v = ops.apply(fourier, S_times_x);
  const product = ops.map("(P_2*fourier_v - y)*P_2", { P_2, fourier_v, y });
  const fouriert_product = ops.applyAdjoint(fourier, product);
  const product_2 = ops.map("fouriert_product*conj", { fouriert_product, conj });
  const product_2_sum = ops.sumTo(product_2, C(h, w, 1));
  const grad_f = ops.reshape(product_2_sum, C(h, w));
  const phi_u = phi(ops, u, known);
  const real_2 = ops.map("real(phi_u - u)", { phi_u, u });
  const folded = K_adjoint(ops, real_2, known);
  const imag_2 = ops.map("imag(phi_u - u)", { phi_u, u });
  const folded_2 = K_adjoint(ops, imag_2, known);
  const x_next = ops.map("x - lambda*grad_f - (complex(folded) + imaginary(folded_2))", {
    x,
    lambda,
    grad_f,
    folded,
    folded_2,
  });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, known: Known, { x }: State) {
  const { h, w, K, S, fourier, P_2, y, conj, lambda } = known;
  const real = ops.map("real(x)", { x });
  const real_extended = ops.extendImage(real, { boundary: "reflect", before: 1, after: 1 });
  const real_extended_2 = ops.reshape(real_extended, R(h + 2, w + 2, 1));
  const K_real = ops.convolve(real_extended_2, K, 1);
  const K_real_folded = ops.foldImage(K_real, { boundary: "zero", before: 1, after: 1 });
  const imag = ops.map("imag(x)", { x });
  const imag_extended = ops.extendImage(imag, { boundary: "reflect", before: 1, after: 1 });
  const imag_extended_2 = ops.reshape(imag_extended, R(h + 2, w + 2, 1));
  const K_imag = ops.convolve(imag_extended_2, K, 1);
  const K_imag_folded = ops.foldImage(K_imag, { boundary: "zero", before: 1, after: 1 });
  const u = ops.map("complex(K_real_folded) + imaginary(K_imag_folded)", { K_real_folded, K_imag_folded });
  const x_2 = ops.reshape(x, C(h, w, 1));
  const S_times_x = ops.map("S*x_2", { S, x_2 });
  const fourier_v = ops.apply(fourier, S_times_x);
  const difference = ops.map("P_2*fourier_v - y", { P_2, fourier_v, y });
  const product = ops.map("difference*P_2", { difference, P_2 });
  const fouriert_product = ops.applyAdjoint(fourier, product);
  const product_2 = ops.map("fouriert_product*conj", { fouriert_product, conj });
  const product_2_sum = ops.sumTo(product_2, C(h, w, 1));
  const grad_f = ops.reshape(product_2_sum, C(h, w));
  const [phi_u, phi_saved] = phi_save(ops, u, known);
  const real_2 = ops.map("real(phi_u - u)", { phi_u, u });
  const real_extended_3 = ops.extendImage(real_2, { boundary: "zero", before: 1, after: 1 });
  const folded = K_adjoint_to_extended(ops, real_extended_3, known);
  const imag_2 = ops.map("imag(phi_u - u)", { phi_u, u });
  const imag_extended_3 = ops.extendImage(imag_2, { boundary: "zero", before: 1, after: 1 });
  const folded_2 = K_adjoint_to_extended(ops, imag_extended_3, known);
  const x_next = ops.map("x - lambda*grad_f - (complex(folded) + imaginary(folded_2))", {
    x,
    lambda,
    grad_f,
    folded,
    folded_2,
  });
  return {
    values: { x: x_next },
    reports: {},
    capped: null,
    saved: {
      values: {
        real_extended: real_extended_2,
        imag_extended: imag_extended_2,
        x: x_2,
        fourier_v,
        difference,
        fouriert_product,
        grad_f,
        ...phi_saved,
        real_extended_2: real_extended_3,
        imag_extended_2: imag_extended_3,
      },
      traces: {},
    },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  known: Known,
  {
    values: { real_extended, imag_extended, grad_f, real_extended_2, imag_extended_2, ...phi_saved },
  }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { h, w, c, K, lambda, S, fourier, P_2, conj } = known;
  const folded_bar = ops.map("imag(-x_next_bar)", { x_next_bar });
  const folded_bar_2 = ops.map("real(-x_next_bar)", { x_next_bar });
  const convolveInput_bar = ops.extendImage(folded_bar, { boundary: "reflect", before: 1, after: 1 });
  const convolveInput_bar_2 = ops.reshape(convolveInput_bar, R(h + 2, w + 2, 1));
  const imag_extended_bar = ops.convolve(convolveInput_bar_2, K, 1);
  const imag_extended_2_filter = ops.convolveFilterGradient(
    convolveInput_bar_2,
    imag_extended_2,
    R(3, 3, 1, 2),
    1,
  );
  const folded = ops.foldImage(imag_extended_bar, { boundary: "zero", before: 1, after: 1 });
  const convolveInput_bar_3 = ops.extendImage(folded_bar_2, { boundary: "reflect", before: 1, after: 1 });
  const convolveInput_bar_4 = ops.reshape(convolveInput_bar_3, R(h + 2, w + 2, 1));
  const real_extended_bar = ops.convolve(convolveInput_bar_4, K, 1);
  const real_extended_2_filter = ops.convolveFilterGradient(
    convolveInput_bar_4,
    real_extended_2,
    R(3, 3, 1, 2),
    1,
  );
  const folded_2 = ops.foldImage(real_extended_bar, { boundary: "zero", before: 1, after: 1 });
  const sum = ops.map("imaginary(folded) + complex(folded_2)", { folded, folded_2 });
  const [u1_bar, phi_weights_bar] = phi_adjoint(ops, phi_saved, sum, known);
  const minus_lambda_bar_each = ops.dot(grad_f, x_next_bar);
  const minus_lambda_bar = ops.sumSamples(minus_lambda_bar_each);
  const lambda_bar = ops.map("-minus_lambda_bar", { minus_lambda_bar });
  const grad_f_bar = ops.map("-(x_next_bar*lambda)", { x_next_bar, lambda });
  const sumTo_bar = ops.reshape(grad_f_bar, C(h, w, 1));
  const ones = ops.fill(1, C(h, w, c));
  const fouriert_product_bar = ops.map("sumTo_bar*ones*S", { sumTo_bar, ones, S });
  const fourier_v = ops.apply(fourier, fouriert_product_bar);
  const fourier_v_bar = ops.map("fourier_v*P_2*P_2", { fourier_v, P_2 });
  const fouriert_v = ops.applyAdjoint(fourier, fourier_v_bar);
  const x_bar_each = ops.map("fouriert_v*conj", { fouriert_v, conj });
  const x_bar_2 = ops.sumTo(x_bar_each, C(h, w, 1));
  const x_bar_3 = ops.reshape(x_bar_2, C(h, w));
  const K_imag_folded_bar = ops.map("imag(u1_bar - sum)", { u1_bar, sum });
  const K_real_folded_bar = ops.map("real(u1_bar - sum)", { u1_bar, sum });
  const K_imag_bar = ops.extendImage(K_imag_folded_bar, { boundary: "zero", before: 1, after: 1 });
  const K_imag_bar_filter = ops.convolveFilterGradient(imag_extended, K_imag_bar, R(3, 3, 1, 2), 1);
  const folded_3 = K_adjoint_to_extended(ops, K_imag_bar, known);
  const K_real_bar = ops.extendImage(K_real_folded_bar, { boundary: "zero", before: 1, after: 1 });
  const K_real_bar_filter = ops.convolveFilterGradient(real_extended, K_real_bar, R(3, 3, 1, 2), 1);
  const K_bar = ops.map(
    "imag_extended_2_filter + real_extended_2_filter + K_imag_bar_filter + K_real_bar_filter",
    { imag_extended_2_filter, real_extended_2_filter, K_imag_bar_filter, K_real_bar_filter },
  );
  const folded_4 = K_adjoint_to_extended(ops, K_real_bar, known);
  const x_bar = ops.map("x_next_bar + x_bar_3 + imaginary(folded_3) + complex(folded_4)", {
    x_next_bar,
    x_bar_3,
    folded_3,
    folded_4,
  });
  return { state: { x: x_bar }, known: { K: K_bar, ...phi_weights_bar, lambda: lambda_bar } };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  { h, w, c, lambda, S, fourier, P_2 }: Known,
  { values: { x, fourier_v, difference, fouriert_product } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const grad_f_bar = ops.map("-(x_next_bar*lambda)", { x_next_bar, lambda });
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
 * The variational network (Hammernik et al., Magn. Reson. Med. 79, 2018) for multi-coil MRI: gradient steps on the data
 * term and on a regulariser of learned filters and activations, each step with its own. Here the activations are sums of
 * cubic B-splines in place of Gaussians, 0 at first, and a filter acts on real and imaginary part alike.
 */
export const variational_network = defineProgram<Known, State, Record<string, never>, Inputs>({
  name: "variational_network",
  doc: "The variational network (Hammernik et al., Magn. Reson. Med. 79, 2018) for multi-coil MRI: gradient steps on the data\nterm and on a regulariser of learned filters and activations, each step with its own. Here the activations are sums of\ncubic B-splines in place of Gaussians, 0 at first, and a filter acts on real and imaginary part alike.",
  hash: "7ac49fdaade5ba974bee02dbd9fd50720d49b8b4548d98478788154b14ec058d",
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
      name: "K",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "1", "2"] },
      perStep: true,
      initial: { kind: "random", init: "xavier" },
    },
    {
      name: "phi.spline1.coefficients",
      type: { kind: "array", field: "real", dimensions: ["4", "7"] },
      perStep: true,
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "lambda",
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
  target: { kind: "unrolled", steps: 10, beyond: "error" },
  certificate: null,
  notes: [],
  inputGradients: true,
});
