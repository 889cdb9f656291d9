/**
 * ADMM-Net for compressed-sensing MRI (Yang, Sun, Li, Xu, 2016): learned filters, penalties and shrinkage.
 *
 * Compiled by ipc from admm_net.ipx: an unrolled network of 10 steps.
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
  /** R[h, w] in [0, 1] */
  readonly P: ArrayDatum;
  /** C[h, w] */
  readonly y: ArrayDatum;
}

/** What the program is run on. */
interface Data {
  /** a size */
  readonly h: number;
  /** a size */
  readonly w: number;
  /** R[h, w] in [0, 1], of each sample */
  readonly P: Value;
  /** C[h, w], of each sample */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** linear C[h, w] -> C[h, w] with orthonormal */
  readonly fourier: Operator;
}

/** What may be learned. */
interface Learned {
  /** R[3, 3, 1, 2], one for each step */
  readonly H: Value;
  /** R[4, 7], one for each step */
  readonly "S.piecewise_linear1.offsets": Value;
  /** R, one for each step */
  readonly rho: Value;
  /** R, one for each step */
  readonly eta: Value;
}

/** What does not change between steps. */
interface Prepared {
  /** C[h, w] */
  readonly fouriert_v: Value;
}

/** All that a step may read. */
type Known = Data & Constants & Learned & Prepared;

/** What lives on from step to step. */
interface State {
  /** C[h, w] */
  readonly x: Value;
  /** C[h, w, 2] */
  readonly b: Value;
  /** C[h, w, 2] */
  readonly z: Value;
}

/** What `S_save` keeps of the layers of `S` for its adjoints. */
type S_Saved = Record<"sum" | "within" | "row_plus_cell" | "sum_2" | "difference" | "tanh", Value>;
/** The cotangents of the weights of `S`. */
type S_Weights = Record<"S.piecewise_linear1.offsets", Value>;

/** The learned network `S` with 1 layers of weights: its value at the arguments. */
function S(ops: Operations, u1: Value, known: Known): Value {
  const { h, w } = known;
  const real = ops.map("real(u1)", { u1 });
  const imag = ops.map("imag(u1)", { u1 });
  const concat = ops.concat([real, imag]);
  const size = ops.number(4);
  const quotient = ops.map("(size - 1)/2", { size });
  const coordinate = ops.coordinate(R(4), 0);
  const row = ops.map("7*(coordinate + quotient)", { coordinate, quotient });
  const { larger, cell, row_plus_cell } = ops.mapAll(
    { larger: "max(min(3*concat + 3, 6), 0)", cell: "min(floor(larger), 5)", row_plus_cell: "row + cell" },
    { concat, row },
  );
  const piecewise_linear1_offsets = ops.reshape(known["S.piecewise_linear1.offsets"], R(28));
  const row_plus_cell_2 = ops.reshape(row_plus_cell, R(4 * h * w));
  const chosen = ops.rows(piecewise_linear1_offsets, row_plus_cell_2);
  const chosen_0 = ops.reshape(chosen, R(h, w, 4));
  const sum = ops.map("row + (cell + 1)", { row, cell });
  const sum_reshaped = ops.reshape(sum, R(4 * h * w));
  const chosen_2 = ops.rows(piecewise_linear1_offsets, sum_reshaped);
  const chosen_1 = ops.reshape(chosen_2, R(h, w, 4));
  const tanh = ops.map("tanh(concat + (chosen_0 + (larger - cell)*(chosen_1 - chosen_0)))", {
    concat,
    chosen_0,
    larger,
    cell,
    chosen_1,
  });
  const channels = ops.channels(tanh, 0, 2);
  const channels_2 = ops.reshape(channels, R(h, w, 2));
  const channels_3 = ops.channels(tanh, 2, 2);
  const channels_4 = ops.reshape(channels_3, R(h, w, 2));
  return ops.map("complex(channels_2) + imaginary(channels_4)", { channels_2, channels_4 });
}

/** `S`, and beside its value what its adjoints read of the layers. */
function S_save(ops: Operations, u1: Value, known: Known): [Value, S_Saved] {
  const { h, w } = known;
  const real = ops.map("real(u1)", { u1 });
  const imag = ops.map("imag(u1)", { u1 });
  const concat = ops.concat([real, imag]);
  const size = ops.number(4);
  const quotient = ops.map("(size - 1)/2", { size });
  const coordinate = ops.coordinate(R(4), 0);
  const row = ops.map("7*(coordinate + quotient)", { coordinate, quotient });
  const { sum, cell, within, row_plus_cell } = ops.mapAll(
    {
      sum: "3*concat + 3",
      cell: "min(floor(max(min(sum, 6), 0)), 5)",
      within: "max(min(sum, 6), 0) - cell",
      row_plus_cell: "row + cell",
    },
    { concat, row },
  );
  const piecewise_linear1_offsets = ops.reshape(known["S.piecewise_linear1.offsets"], R(28));
  const row_plus_cell_2 = ops.reshape(row_plus_cell, R(4 * h * w));
  const chosen = ops.rows(piecewise_linear1_offsets, row_plus_cell_2);
  const chosen_0 = ops.reshape(chosen, R(h, w, 4));
  const sum_2 = ops.map("row + (cell + 1)", { row, cell });
  const sum_2_reshaped = ops.reshape(sum_2, R(4 * h * w));
  const chosen_2 = ops.rows(piecewise_linear1_offsets, sum_2_reshaped);
  const chosen_1 = ops.reshape(chosen_2, R(h, w, 4));
  const { difference, tanh } = ops.mapAll(
    { difference: "chosen_1 - chosen_0", tanh: "tanh(concat + (chosen_0 + within*difference))" },
    { chosen_1, chosen_0, concat, within },
  );
  const channels = ops.channels(tanh, 0, 2);
  const channels_2 = ops.reshape(channels, R(h, w, 2));
  const channels_3 = ops.channels(tanh, 2, 2);
  const channels_4 = ops.reshape(channels_3, R(h, w, 2));
  const sum_3 = ops.map("complex(channels_2) + imaginary(channels_4)", { channels_2, channels_4 });
  return [sum_3, { sum, within, row_plus_cell: row_plus_cell_2, sum_2: sum_2_reshaped, difference, tanh }];
}

/** The vector-Jacobian product of `S`: the cotangent of `u1` and those of its weights, given that of its value. */
function S_adjoint(ops: Operations, saved: S_Saved, output_bar: Value, { h, w }: Known): [Value, S_Weights] {
  const channels_bar = ops.map("imag(output_bar)", { output_bar });
  const channels_bar_2 = ops.map("real(output_bar)", { output_bar });
  const channels_bar_3 = ops.reshape(channels_bar, R(h, w, 2));
  const placeChannels = ops.placeChannels(channels_bar_3, 2, 4);
  const channels_bar_4 = ops.reshape(channels_bar_2, R(h, w, 2));
  const placeChannels_2 = ops.placeChannels(channels_bar_4, 0, 4);
  const { piecewise_linear1_bar, product, chosen_0_bar } = ops.mapAll(
    {
      piecewise_linear1_bar: "(placeChannels + placeChannels_2)*(1 - square(tanh))",
      product: "piecewise_linear1_bar*within",
      chosen_0_bar: "piecewise_linear1_bar - product",
    },
    { placeChannels, placeChannels_2, tanh: saved.tanh, within: saved.within },
  );
  const chosen_bar = ops.reshape(product, R(4 * h * w));
  const placed = ops.placeRows(chosen_bar, saved.sum_2, R(28));
  const placed_2 = ops.sumSamples(placed);
  const chosen_bar_2 = ops.reshape(chosen_0_bar, R(4 * h * w));
  const placed_3 = ops.placeRows(chosen_bar_2, saved.row_plus_cell, R(28));
  const placed_4 = ops.sumSamples(placed_3);
  const piecewise_linear1_offsets_bar = ops.map("placed_2 + placed_4", { placed_2, placed_4 });
  const piecewise_linear1_offsets_bar_2 = ops.reshape(piecewise_linear1_offsets_bar, R(4, 7));
  const concat_bar = ops.map(
    "piecewise_linear1_bar + select(add < 6, select(0 < min(add, 6), piecewise_linear1_bar*sub, 0), 0)*3",
    { piecewise_linear1_bar, add: saved.sum, sub: saved.difference },
  );
  const channels = ops.channels(concat_bar, 0, 2);
  const channels_2 = ops.channels(concat_bar, 2, 2);
  const u1_bar = ops.map("imaginary(channels_2) + complex(channels)", { channels_2, channels });
  return [u1_bar, { "S.piecewise_linear1.offsets": piecewise_linear1_offsets_bar_2 }];
}

/** The vector-Jacobian product of `S`: the cotangent of `u1`, given that of its value. */
function S_adjoint_inputs(
  ops: Operations,
  saved: Record<"sum" | "difference" | "tanh", Value>,
  output_bar: Value,
  { h, w }: Known,
): Value {
  const channels_bar = ops.map("imag(output_bar)", { output_bar });
  const channels_bar_2 = ops.map("real(output_bar)", { output_bar });
  const channels_bar_3 = ops.reshape(channels_bar, R(h, w, 2));
  const placeChannels = ops.placeChannels(channels_bar_3, 2, 4);
  const channels_bar_4 = ops.reshape(channels_bar_2, R(h, w, 2));
  const placeChannels_2 = ops.placeChannels(channels_bar_4, 0, 4);
  const { concat_bar } = ops.mapAll(
    {
      r0: "(placeChannels + placeChannels_2)*(1 - square(tanh))",
      concat_bar: "r0 + select(add < 6, select(0 < min(add, 6), r0*sub, 0), 0)*3",
    },
    { placeChannels, placeChannels_2, tanh: saved.tanh, add: saved.sum, sub: saved.difference },
  );
  const channels = ops.channels(concat_bar, 0, 2);
  const channels_2 = ops.channels(concat_bar, 2, 2);
  return ops.map("imaginary(channels_2) + complex(channels)", { channels_2, channels });
}

/** The learned convolution `H` of real images. */
function H_applied(ops: Operations, real: Value, { h, w, H }: Known): Value {
  const real_extended = ops.extendImage(real, { boundary: "periodic", before: 1, after: 1 });
  const real_extended_2 = ops.reshape(real_extended, R(h + 2, w + 2, 1));
  const H_real = ops.convolve(real_extended_2, H, 1);
  return ops.foldImage(H_real, { boundary: "zero", before: 1, after: 1 });
}

/** The adjoint of the learned convolution `H`, of real images. */
function H_adjoint(ops: Operations, real: Value, { h, w, H }: Known): Value {
  const real_extended = ops.extendImage(real, { boundary: "zero", before: 1, after: 1 });
  const real_extended_images = ops.convolveInputGradient(real_extended, H, R(h + 2, w + 2, 1), 1);
  const convolveInput = ops.reshape(real_extended_images, R(h + 2, w + 2));
  return ops.foldImage(convolveInput, { boundary: "periodic", before: 1, after: 1 });
}

/** The adjoint of the learned convolution `H`, of real images that are extended already. */
function H_adjoint_to_extended(ops: Operations, H_imag_bar: Value, { h, w, H }: Known): Value {
  const imag_extended_bar = ops.convolveInputGradient(H_imag_bar, H, R(h + 2, w + 2, 1), 1);
  const imag_extended_bar_2 = ops.reshape(imag_extended_bar, R(h + 2, w + 2));
  return ops.foldImage(imag_extended_bar_2, { boundary: "periodic", before: 1, after: 1 });
}

/** The linear map that is solved with. */
function system(ops: Operations, v: Value, known: Known): Value {
  const { fourier, P, rho } = known;
  const fourier_v = ops.apply(fourier, v);
  const P_times_fourier_v = ops.map("P*fourier_v", { P, fourier_v });
  const fouriert_v = ops.applyAdjoint(fourier, P_times_fourier_v);
  const real = ops.map("real(v)", { v });
  const H_real_folded = H_applied(ops, real, known);
  const imag = ops.map("imag(v)", { v });
  const H_imag_folded = H_applied(ops, imag, known);
  const sum = ops.map("complex(H_real_folded) + imaginary(H_imag_folded)", { H_real_folded, H_imag_folded });
  const real_2 = ops.map("real(sum)", { sum });
  const folded = H_adjoint(ops, real_2, known);
  const imag_2 = ops.map("imag(sum)", { sum });
  const folded_2 = H_adjoint(ops, imag_2, known);
  return ops.map("fouriert_v + rho*(complex(folded) + imaginary(folded_2)) + 0.000001*v", {
    fouriert_v,
    rho,
    folded,
    folded_2,
    v,
  });
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { h, w }: Data) {
  const fourier = ops.at("admm_net.ipx:6:19").library("fourier", {}, C(h, w), []);
  return { fourier };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, { P, y, fourier }: Data & Constants & Learned) {
  const P_times_y = ops.map("P*y", { P, y });
  const fouriert_v = ops.applyAdjoint(fourier, P_times_y);
  return { values: { fouriert_v } };
}

/** The vector-Jacobian product of `prepare` for the inputs. */
function prepareInputAdjoint(
  ops: Operations,
  { fourier, y, P }: Data & Constants & Learned,
  _saved: unknown,
  { fouriert_v: fouriert_v_bar }: Prepared,
) {
  const fourier_v = ops.apply(fourier, fouriert_v_bar);
  const P_bar = ops.map("real(fourier_v*conj(y))", { fourier_v, y });
  const y_bar = ops.map("fourier_v*P", { fourier_v, P });
  return { P: P_bar, y: y_bar };
}

/** The first state. */
function initial(ops: Operations, { h, w }: Known) {
  const x = ops.fill(0, C(h, w));
  const b = ops.fill(0, C(h, w, 2));
  return { values: { x, b, z: b } };
}

/** The first iteration, where the state is still 0. */
function firstStep(ops: Operations, known: Known) {
  const { fouriert_v, eta } = known;
  const x_next = ops.solve(fouriert_v, null, (v) => system(ops, v, known), {
    by: "cg",
    tolerance: 1e-13,
    maximum: 90,
  });
  const real = ops.map("real(x_next)", { x_next });
  const H_real_folded = H_applied(ops, real, known);
  const imag = ops.map("imag(x_next)", { x_next });
  const H_imag_folded = H_applied(ops, imag, known);
  const sum = ops.map("complex(H_real_folded) + imaginary(H_imag_folded)", { H_real_folded, H_imag_folded });
  const z_next = S(ops, sum, known);
  const b_next = ops.map("eta*(sum - z_next)", { eta, sum, z_next });
  return { values: { x: x_next, b: b_next, z: z_next }, reports: {}, capped: null };
}

/** `firstStep`, and what its adjoint needs. */
function firstStepSaving(ops: Operations, known: Known) {
  const { h, w, fouriert_v, H, eta } = known;
  const x_next = ops.solve(fouriert_v, null, (v) => system(ops, v, known), {
    by: "cg",
    tolerance: 1e-13,
    maximum: 90,
  });
  const real = ops.map("real(x_next)", { x_next });
  const real_extended = ops.extendImage(real, { boundary: "periodic", before: 1, after: 1 });
  const real_extended_2 = ops.reshape(real_extended, R(h + 2, w + 2, 1));
  const H_real = ops.convolve(real_extended_2, H, 1);
  const H_real_folded = ops.foldImage(H_real, { boundary: "zero", before: 1, after: 1 });
  const imag = ops.map("imag(x_next)", { x_next });
  const imag_extended = ops.extendImage(imag, { boundary: "periodic", before: 1, after: 1 });
  const imag_extended_2 = ops.reshape(imag_extended, R(h + 2, w + 2, 1));
  const H_imag = ops.convolve(imag_extended_2, H, 1);
  const H_imag_folded = ops.foldImage(H_imag, { boundary: "zero", before: 1, after: 1 });
  const sum = ops.map("complex(H_real_folded) + imaginary(H_imag_folded)", { H_real_folded, H_imag_folded });
  const [z_next, S_saved] = S_save(ops, sum, known);
  const sum_minus_z_next = ops.map("sum - z_next", { sum, z_next });
  const b_next = ops.map("eta*sum_minus_z_next", { eta, sum_minus_z_next });
  return {
    values: { x: x_next, b: b_next, z: z_next },
    reports: {},
    capped: null,
    saved: {
      values: {
        x_next,
        real_extended: real_extended_2,
        imag_extended: imag_extended_2,
        ...S_saved,
        sum_minus_z_next,
      },
      traces: {},
    },
  };
}

/** The vector-Jacobian product of `firstStep`: cotangents of what it returns become those of what it reads. */
function firstStepAdjoint(
  ops: Operations,
  known: Known,
  {
    values: { x_next, real_extended, imag_extended, sum_minus_z_next, ...S_saved },
  }: ReturnType<typeof firstStepSaving>["saved"],
  { x: x_next_bar, b: b_next_bar, z: z_next_bar }: State,
) {
  const { h, w, eta, H, rho } = known;
  const eta_bar_each = ops.dot(sum_minus_z_next, b_next_bar);
  const eta_bar = ops.sumSamples(eta_bar_each);
  const z_next_bar_2 = ops.map("z_next_bar - b_next_bar*eta", { z_next_bar, b_next_bar, eta });
  const [u1_bar, S_weights_bar] = S_adjoint(ops, S_saved, z_next_bar_2, known);
  const H_imag_folded_bar = ops.map("imag(b_next_bar*eta + u1_bar)", { b_next_bar, eta, u1_bar });
  const H_real_folded_bar = ops.map("real(b_next_bar*eta + u1_bar)", { b_next_bar, eta, u1_bar });
  const H_imag_bar = ops.extendImage(H_imag_folded_bar, { boundary: "zero", before: 1, after: 1 });
  const H_imag_bar_filter = ops.convolveFilterGradient(imag_extended, H_imag_bar, R(3, 3, 1, 2), 1);
  const folded = H_adjoint_to_extended(ops, H_imag_bar, known);
  const H_real_bar = ops.extendImage(H_real_folded_bar, { boundary: "zero", before: 1, after: 1 });
  const H_real_bar_filter = ops.convolveFilterGradient(real_extended, H_real_bar, R(3, 3, 1, 2), 1);
  const folded_2 = H_adjoint_to_extended(ops, H_real_bar, known);
  const x_next_bar_2 = ops.map("x_next_bar + imaginary(folded) + complex(folded_2)", {
    x_next_bar,
    folded,
    folded_2,
  });
  const solve = ops.solve(x_next_bar_2, null, (v) => system(ops, v, known), {
    by: "cg",
    tolerance: 1e-13,
    maximum: 90,
  });
  const real = ops.map("real(x_next)", { x_next });
  const real_extended_2 = ops.extendImage(real, { boundary: "periodic", before: 1, after: 1 });
  const real_extended_3 = ops.reshape(real_extended_2, R(h + 2, w + 2, 1));
  const H_real = ops.convolve(real_extended_3, H, 1);
  const H_real_folded = ops.foldImage(H_real, { boundary: "zero", before: 1, after: 1 });
  const imag = ops.map("imag(x_next)", { x_next });
  const imag_extended_2 = ops.extendImage(imag, { boundary: "periodic", before: 1, after: 1 });
  const imag_extended_3 = ops.reshape(imag_extended_2, R(h + 2, w + 2, 1));
  const H_imag = ops.convolve(imag_extended_3, H, 1);
  const H_imag_folded = ops.foldImage(H_imag, { boundary: "zero", before: 1, after: 1 });
  const sum = ops.map("complex(H_real_folded) + imaginary(H_imag_folded)", { H_real_folded, H_imag_folded });
  const real_2 = ops.map("real(sum)", { sum });
  const real_extended_4 = ops.extendImage(real_2, { boundary: "zero", before: 1, after: 1 });
  const folded_3 = H_adjoint_to_extended(ops, real_extended_4, known);
  const imag_2 = ops.map("imag(sum)", { sum });
  const imag_extended_4 = ops.extendImage(imag_2, { boundary: "zero", before: 1, after: 1 });
  const folded_4 = H_adjoint_to_extended(ops, imag_extended_4, known);
  const sum_2 = ops.map("complex(folded_3) + imaginary(folded_4)", { folded_3, folded_4 });
  const minus_rho_bar_each = ops.dot(sum_2, solve);
  const minus_rho_bar = ops.sumSamples(minus_rho_bar_each);
  const rho_bar = ops.map("-minus_rho_bar", { minus_rho_bar });
  const imag_3 = ops.map("imag(-(solve*rho))", { solve, rho });
  const real_3 = ops.map("real(-(solve*rho))", { solve, rho });
  const imag_extended_5 = ops.extendImage(imag_3, { boundary: "periodic", before: 1, after: 1 });
  const imag_extended_6 = ops.reshape(imag_extended_5, R(h + 2, w + 2, 1));
  const H_imag_2 = ops.convolve(imag_extended_6, H, 1);
  const imag_extended_4_filter = ops.convolveFilterGradient(
    imag_extended_6,
    imag_extended_4,
    R(3, 3, 1, 2),
    1,
  );
  const H_imag_folded_2 = ops.foldImage(H_imag_2, { boundary: "zero", before: 1, after: 1 });
  const real_extended_5 = ops.extendImage(real_3, { boundary: "periodic", before: 1, after: 1 });
  const real_extended_6 = ops.reshape(real_extended_5, R(h + 2, w + 2, 1));
  const H_real_2 = ops.convolve(real_extended_6, H, 1);
  const real_extended_4_filter = ops.convolveFilterGradient(
    real_extended_6,
    real_extended_4,
    R(3, 3, 1, 2),
    1,
  );
  const H_real_folded_2 = ops.foldImage(H_real_2, { boundary: "zero", before: 1, after: 1 });
  const sum_3 = ops.map("imaginary(H_imag_folded_2) + complex(H_real_folded_2)", {
    H_imag_folded_2,
    H_real_folded_2,
  });
  const imag_4 = ops.map("imag(sum_3)", { sum_3 });
  const real_4 = ops.map("real(sum_3)", { sum_3 });
  const imag_extended_7 = ops.extendImage(imag_4, { boundary: "zero", before: 1, after: 1 });
  const imag_extended_7_filter = ops.convolveFilterGradient(
    imag_extended_3,
    imag_extended_7,
    R(3, 3, 1, 2),
    1,
  );
  const real_extended_7 = ops.extendImage(real_4, { boundary: "zero", before: 1, after: 1 });
  const real_extended_7_filter = ops.convolveFilterGradient(
    real_extended_3,
    real_extended_7,
    R(3, 3, 1, 2),
    1,
  );
  const H_bar = ops.map(
    "H_imag_bar_filter + H_real_bar_filter + (imag_extended_4_filter + real_extended_4_filter + imag_extended_7_filter + real_extended_7_filter)",
    {
      H_imag_bar_filter,
      H_real_bar_filter,
      imag_extended_4_filter,
      real_extended_4_filter,
      imag_extended_7_filter,
      real_extended_7_filter,
    },
  );
  return { state: {}, known: { H: H_bar, ...S_weights_bar, rho: rho_bar, eta: eta_bar } };
}

/** `firstStepAdjoint` for the inputs alone. */
function firstStepInputAdjoint(
  ops: Operations,
  known: Known,
  { values: { x_next, ...S_saved } }: ReturnType<typeof firstStepSaving>["saved"],
  { x: x_next_bar, b: b_next_bar, z: z_next_bar }: State,
) {
  const { eta, fourier } = known;
  const z_next_bar_2 = ops.map("z_next_bar - b_next_bar*eta", { z_next_bar, b_next_bar, eta });
  const u1_bar = S_adjoint_inputs(ops, S_saved, z_next_bar_2, known);
  const H_imag_folded_bar = ops.map("imag(b_next_bar*eta + u1_bar)", { b_next_bar, eta, u1_bar });
  const H_real_folded_bar = ops.map("real(b_next_bar*eta + u1_bar)", { b_next_bar, eta, u1_bar });
  const folded = H_adjoint(ops, H_imag_folded_bar, known);
  const folded_2 = H_adjoint(ops, H_real_folded_bar, known);
  const x_next_bar_2 = ops.map("x_next_bar + imaginary(folded) + complex(folded_2)", {
    x_next_bar,
    folded,
    folded_2,
  });
  const fouriert_v_bar = ops.solve(x_next_bar_2, null, (v) => system(ops, v, known), {
    by: "cg",
    tolerance: 1e-13,
    maximum: 90,
  });
  const fourier_v = ops.apply(fourier, x_next);
  const fourier_neg = ops.apply(fourier, fouriert_v_bar);
  const P_bar = ops.map("real(-(fourier_neg*conj(fourier_v)))", { fourier_neg, fourier_v });
  return { P: P_bar, fouriert_v: fouriert_v_bar };
}

/** One iteration: the next state. */
function step(ops: Operations, known: Known, { b, z }: State) {
  const { fouriert_v, rho, eta } = known;
  const real = ops.map("real(z - b)", { z, b });
  const folded = H_adjoint(ops, real, known);
  const imag = ops.map("imag(z - b)", { z, b });
  const folded_2 = H_adjoint(ops, imag, known);
  const sum = ops.map("fouriert_v + rho*(complex(folded) + imaginary(folded_2))", {
    fouriert_v,
    rho,
    folded,
    folded_2,
  });
  const x_next = ops.solve(sum, null, (v) => system(ops, v, known), {
    by: "cg",
    tolerance: 1e-13,
    maximum: 90,
  });
  const real_2 = ops.map("real(x_next)", { x_next });
  const H_real_folded = H_applied(ops, real_2, known);
  const imag_2 = ops.map("imag(x_next)", { x_next });
  const H_imag_folded = H_applied(ops, imag_2, known);
  const sum_2 = ops.map("complex(H_real_folded) + imaginary(H_imag_folded)", {
    H_real_folded,
    H_imag_folded,
  });
  const sum_plus_b = ops.map("sum_2 + b", { sum_2, b });
  const z_next = S(ops, sum_plus_b, known);
  const b_next = ops.map("b + eta*(sum_2 - z_next)", { b, eta, sum_2, z_next });
  return { values: { x: x_next, b: b_next, z: z_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, known: Known, { b, z }: State) {
  const { h, w, H, fouriert_v, rho, eta } = known;
  const real = ops.map("real(z - b)", { z, b });
  const real_extended = ops.extendImage(real, { boundary: "zero", before: 1, after: 1 });
  const folded = H_adjoint_to_extended(ops, real_extended, known);
  const imag = ops.map("imag(z - b)", { z, b });
  const imag_extended = ops.extendImage(imag, { boundary: "zero", before: 1, after: 1 });
  const folded_2 = H_adjoint_to_extended(ops, imag_extended, known);
  const sum = ops.map("complex(folded) + imaginary(folded_2)", { folded, folded_2 });
  const sum_2 = ops.map("fouriert_v + rho*sum", { fouriert_v, rho, sum });
  const x_next = ops.solve(sum_2, null, (v) => system(ops, v, known), {
    by: "cg",
    tolerance: 1e-13,
    maximum: 90,
  });
  const real_2 = ops.map("real(x_next)", { x_next });
  const real_extended_2 = ops.extendImage(real_2, { boundary: "periodic", before: 1, after: 1 });
  const real_extended_3 = ops.reshape(real_extended_2, R(h + 2, w + 2, 1));
  const H_real = ops.convolve(real_extended_3, H, 1);
  const H_real_folded = ops.foldImage(H_real, { boundary: "zero", before: 1, after: 1 });
  const imag_2 = ops.map("imag(x_next)", { x_next });
  const imag_extended_2 = ops.extendImage(imag_2, { boundary: "periodic", before: 1, after: 1 });
  const imag_extended_3 = ops.reshape(imag_extended_2, R(h + 2, w + 2, 1));
  const H_imag = ops.convolve(imag_extended_3, H, 1);
  const H_imag_folded = ops.foldImage(H_imag, { boundary: "zero", before: 1, after: 1 });
  const sum_3 = ops.map("complex(H_real_folded) + imaginary(H_imag_folded)", {
    H_real_folded,
    H_imag_folded,
  });
  const sum_plus_b = ops.map("sum_3 + b", { sum_3, b });
  const [z_next, { sum: sum_next, within, row_plus_cell, sum_2: sum_4, difference, tanh }] = S_save(
    ops,
    sum_plus_b,
    known,
  );
  const sum_minus_z_next = ops.map("sum_3 - z_next", { sum_3, z_next });
  const b_next = ops.map("b + eta*sum_minus_z_next", { b, eta, sum_minus_z_next });
  return {
    values: { x: x_next, b: b_next, z: z_next },
    reports: {},
    capped: null,
    saved: {
      values: {
        real_extended,
        imag_extended,
        sum,
        x_next,
        real_extended_2: real_extended_3,
        imag_extended_2: imag_extended_3,
        sum_2: sum_next,
        within,
        row_plus_cell,
        sum_3: sum_4,
        difference,
        tanh,
        sum_minus_z_next,
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
    values: {
      real_extended,
      imag_extended,
      sum,
      x_next,
      real_extended_2,
      imag_extended_2,
      sum_2,
      within,
      row_plus_cell,
      sum_3,
      difference,
      tanh,
      sum_minus_z_next,
    },
  }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar, b: b_next_bar, z: z_next_bar }: State,
) {
  const { h, w, eta, H, rho } = known;
  const eta_bar_each = ops.dot(sum_minus_z_next, b_next_bar);
  const eta_bar = ops.sumSamples(eta_bar_each);
  const z_next_bar_2 = ops.map("z_next_bar - b_next_bar*eta", { z_next_bar, b_next_bar, eta });
  const [u1_bar, S_weights_bar] = S_adjoint(
    ops,
    { sum: sum_2, within, row_plus_cell, sum_2: sum_3, difference, tanh },
    z_next_bar_2,
    known,
  );
  const H_imag_folded_bar = ops.map("imag(b_next_bar*eta + u1_bar)", { b_next_bar, eta, u1_bar });
  const H_real_folded_bar = ops.map("real(b_next_bar*eta + u1_bar)", { b_next_bar, eta, u1_bar });
  const H_imag_bar = ops.extendImage(H_imag_folded_bar, { boundary: "zero", before: 1, after: 1 });
  const H_imag_bar_filter = ops.convolveFilterGradient(imag_extended_2, H_imag_bar, R(3, 3, 1, 2), 1);
  const folded = H_adjoint_to_extended(ops, H_imag_bar, known);
  const H_real_bar = ops.extendImage(H_real_folded_bar, { boundary: "zero", before: 1, after: 1 });
  const H_real_bar_filter = ops.convolveFilterGradient(real_extended_2, H_real_bar, R(3, 3, 1, 2), 1);
  const folded_2 = H_adjoint_to_extended(ops, H_real_bar, known);
  const x_next_bar_2 = ops.map("x_next_bar + imaginary(folded) + complex(folded_2)", {
    x_next_bar,
    folded,
    folded_2,
  });
  const sum_bar = ops.solve(x_next_bar_2, null, (v) => system(ops, v, known), {
    by: "cg",
    tolerance: 1e-13,
    maximum: 90,
  });
  const real = ops.map("real(x_next)", { x_next });
  const real_extended_3 = ops.extendImage(real, { boundary: "periodic", before: 1, after: 1 });
  const real_extended_4 = ops.reshape(real_extended_3, R(h + 2, w + 2, 1));
  const H_real = ops.convolve(real_extended_4, H, 1);
  const H_real_folded = ops.foldImage(H_real, { boundary: "zero", before: 1, after: 1 });
  const imag = ops.map("imag(x_next)", { x_next });
  const imag_extended_3 = ops.extendImage(imag, { boundary: "periodic", before: 1, after: 1 });
  const imag_extended_4 = ops.reshape(imag_extended_3, R(h + 2, w + 2, 1));
  const H_imag = ops.convolve(imag_extended_4, H, 1);
  const H_imag_folded = ops.foldImage(H_imag, { boundary: "zero", before: 1, after: 1 });
  const sum_4 = ops.map("complex(H_real_folded) + imaginary(H_imag_folded)", {
    H_real_folded,
    H_imag_folded,
  });
  const real_2 = ops.map("real(sum_4)", { sum_4 });
  const real_extended_5 = ops.extendImage(real_2, { boundary: "zero", before: 1, after: 1 });
  const folded_3 = H_adjoint_to_extended(ops, real_extended_5, known);
  const imag_2 = ops.map("imag(sum_4)", { sum_4 });
  const imag_extended_5 = ops.extendImage(imag_2, { boundary: "zero", before: 1, after: 1 });
  const folded_4 = H_adjoint_to_extended(ops, imag_extended_5, known);
  const sum_5 = ops.map("complex(folded_3) + imaginary(folded_4)", { folded_3, folded_4 });
  const sum_dot_sum_bar = ops.dot(sum_5, sum_bar);
  const total = ops.sumSamples(sum_dot_sum_bar);
  const sum_bar_times_rho = ops.map("sum_bar*rho", { sum_bar, rho });
  const imag_3 = ops.map("imag(-sum_bar_times_rho)", { sum_bar_times_rho });
  const real_3 = ops.map("real(-sum_bar_times_rho)", { sum_bar_times_rho });
  const imag_extended_6 = ops.extendImage(imag_3, { boundary: "periodic", before: 1, after: 1 });
  const imag_extended_7 = ops.reshape(imag_extended_6, R(h + 2, w + 2, 1));
  const H_imag_2 = ops.convolve(imag_extended_7, H, 1);
  const imag_extended_5_filter = ops.convolveFilterGradient(
    imag_extended_7,
    imag_extended_5,
    R(3, 3, 1, 2),
    1,
  );
  const H_imag_folded_2 = ops.foldImage(H_imag_2, { boundary: "zero", before: 1, after: 1 });
  const real_extended_6 = ops.extendImage(real_3, { boundary: "periodic", before: 1, after: 1 });
  const real_extended_7 = ops.reshape(real_extended_6, R(h + 2, w + 2, 1));
  const H_real_2 = ops.convolve(real_extended_7, H, 1);
  const real_extended_5_filter = ops.convolveFilterGradient(
    real_extended_7,
    real_extended_5,
    R(3, 3, 1, 2),
    1,
  );
  const H_real_folded_2 = ops.foldImage(H_real_2, { boundary: "zero", before: 1, after: 1 });
  const sum_6 = ops.map("imaginary(H_imag_folded_2) + complex(H_real_folded_2)", {
    H_imag_folded_2,
    H_real_folded_2,
  });
  const imag_4 = ops.map("imag(sum_6)", { sum_6 });
  const real_4 = ops.map("real(sum_6)", { sum_6 });
  const imag_extended_8 = ops.extendImage(imag_4, { boundary: "zero", before: 1, after: 1 });
  const imag_extended_8_filter = ops.convolveFilterGradient(
    imag_extended_4,
    imag_extended_8,
    R(3, 3, 1, 2),
    1,
  );
  const real_extended_8 = ops.extendImage(real_4, { boundary: "zero", before: 1, after: 1 });
  const real_extended_8_filter = ops.convolveFilterGradient(
    real_extended_4,
    real_extended_8,
    R(3, 3, 1, 2),
    1,
  );
  const sum_dot_sum_bar_2 = ops.dot(sum, sum_bar);
  const total_2 = ops.sumSamples(sum_dot_sum_bar_2);
  const rho_bar = ops.map("total_2 - total", { total_2, total });
  const folded_bar = ops.map("imag(sum_bar_times_rho)", { sum_bar_times_rho });
  const folded_bar_2 = ops.map("real(sum_bar_times_rho)", { sum_bar_times_rho });
  const convolveInput_bar = ops.extendImage(folded_bar, { boundary: "periodic", before: 1, after: 1 });
  const convolveInput_bar_2 = ops.reshape(convolveInput_bar, R(h + 2, w + 2, 1));
  const imag_extended_bar = ops.convolve(convolveInput_bar_2, H, 1);
  const imag_extended_filter = ops.convolveFilterGradient(
    convolveInput_bar_2,
    imag_extended,
    R(3, 3, 1, 2),
    1,
  );
  const folded_5 = ops.foldImage(imag_extended_bar, { boundary: "zero", before: 1, after: 1 });
  const convolveInput_bar_3 = ops.extendImage(folded_bar_2, { boundary: "periodic", before: 1, after: 1 });
  const convolveInput_bar_4 = ops.reshape(convolveInput_bar_3, R(h + 2, w + 2, 1));
  const real_extended_bar = ops.convolve(convolveInput_bar_4, H, 1);
  const real_extended_filter = ops.convolveFilterGradient(
    convolveInput_bar_4,
    real_extended,
    R(3, 3, 1, 2),
    1,
  );
  const H_bar = ops.map(
    "H_imag_bar_filter + H_real_bar_filter + (imag_extended_5_filter + real_extended_5_filter + imag_extended_8_filter + real_extended_8_filter) + imag_extended_filter + real_extended_filter",
    {
      H_imag_bar_filter,
      H_real_bar_filter,
      imag_extended_5_filter,
      real_extended_5_filter,
      imag_extended_8_filter,
      real_extended_8_filter,
      imag_extended_filter,
      real_extended_filter,
    },
  );
  const folded_6 = ops.foldImage(real_extended_bar, { boundary: "zero", before: 1, after: 1 });
  const z_bar = ops.map("imaginary(folded_5) + complex(folded_6)", { folded_5, folded_6 });
  const b_bar = ops.map("b_next_bar + u1_bar - z_bar", { b_next_bar, u1_bar, z_bar });
  const x_bar = ops.fill(0, C(h, w));
  return {
    state: { x: x_bar, b: b_bar, z: z_bar },
    known: { H: H_bar, ...S_weights_bar, rho: rho_bar, eta: eta_bar },
  };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  known: Known,
  { values: { x_next, sum_2, difference, tanh } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar, b: b_next_bar, z: z_next_bar }: State,
) {
  const { eta, fourier } = known;
  const z_next_bar_2 = ops.map("z_next_bar - b_next_bar*eta", { z_next_bar, b_next_bar, eta });
  const u1_bar = S_adjoint_inputs(ops, { sum: sum_2, difference, tanh }, z_next_bar_2, known);
  const H_imag_folded_bar = ops.map("imag(b_next_bar*eta + u1_bar)", { b_next_bar, eta, u1_bar });
  const H_real_folded_bar = ops.map("real(b_next_bar*eta + u1_bar)", { b_next_bar, eta, u1_bar });
  const folded = H_adjoint(ops, H_imag_folded_bar, known);
  const folded_2 = H_adjoint(ops, H_real_folded_bar, known);
  const x_next_bar_2 = ops.map("x_next_bar + imaginary(folded) + complex(folded_2)", {
    x_next_bar,
    folded,
    folded_2,
  });
  const fouriert_v_bar = ops.solve(x_next_bar_2, null, (v) => system(ops, v, known), {
    by: "cg",
    tolerance: 1e-13,
    maximum: 90,
  });
  const fourier_v = ops.apply(fourier, x_next);
  const fourier_neg = ops.apply(fourier, fouriert_v_bar);
  const P_bar = ops.map("real(-(fourier_neg*conj(fourier_v)))", { fourier_neg, fourier_v });
  return { P: P_bar, fouriert_v: fouriert_v_bar };
}

/** The vector-Jacobian product of `finish`: cotangents of what it returns become those of what it reads. */
function finishAdjoint(
  ops: Operations,
  { h, w }: Known,
  _saved: unknown,
  { output: output_bar }: { readonly output: Value },
) {
  const b_bar = ops.fill(0, C(h, w, 2));
  const z_bar = ops.fill(0, C(h, w, 2));
  return { state: { x: output_bar, b: b_bar, z: z_bar }, known: {} };
}

/** ADMM-Net for compressed-sensing MRI (Yang, Sun, Li, Xu, 2016): learned filters, penalties and shrinkage. */
export const admm_net = defineProgram<Known, State, Record<string, never>, Inputs>({
  name: "admm_net",
  doc: "ADMM-Net for compressed-sensing MRI (Yang, Sun, Li, Xu, 2016): learned filters, penalties and shrinkage.",
  hash: "08c3f01fe2c74e02177b779e7caa287c60dbccfc089b1c40af67c7f32b40f201",
  sizes: [
    { name: "h", initial: null },
    { name: "w", initial: null },
  ],
  spaces: [],
  givens: [],
  inputs: [
    {
      name: "P",
      type: { kind: "array", field: "real", dimensions: ["h", "w"] },
      interval: { low: 0, high: 1, lowOpen: false, highOpen: false },
      properties: [{ name: "binary", bound: null }],
    },
    { name: "y", type: { kind: "array", field: "complex", dimensions: ["h", "w"] } },
  ],
  parameters: [
    {
      name: "H",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "1", "2"] },
      perStep: true,
      initial: { kind: "random", init: "dct" },
    },
    {
      name: "S.piecewise_linear1.offsets",
      type: { kind: "array", field: "real", dimensions: ["4", "7"] },
      perStep: true,
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "rho",
      type: { kind: "array", field: "real", dimensions: [] },
      perStep: true,
      initial: { kind: "value", evaluate: (ops) => ops.number(0.1) },
      interval: (ops) => {
        const low = ops.number(0);
        return { low, high: null, lowOpen: true, highOpen: true };
      },
    },
    {
      name: "eta",
      type: { kind: "array", field: "real", dimensions: [] },
      perStep: true,
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
      type: { kind: "array", field: "complex", dimensions: ["h", "w"] },
      assumedInterval: null,
      carried: false,
    },
    {
      name: "b",
      type: { kind: "array", field: "complex", dimensions: ["h", "w", "2"] },
      assumedInterval: null,
      carried: true,
    },
    {
      name: "z",
      type: { kind: "array", field: "complex", dimensions: ["h", "w", "2"] },
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
  initial: { run: initial, reverse: null },
  firstStep: {
    run: firstStep,
    reverse: {
      save: firstStepSaving,
      adjoint: firstStepAdjoint,
      stateAdjoint: null,
      inputAdjoint: firstStepInputAdjoint,
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
  objective: null,
  until: null,
  target: { kind: "unrolled", steps: 10, beyond: "error" },
  certificate: null,
  notes: [],
  inputGradients: true,
});
