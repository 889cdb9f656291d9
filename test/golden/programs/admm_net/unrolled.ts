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
  const larger = ops.map("max(min(3*concat + 3, 6), 0)", { concat });
  const cell = ops.map("min(floor(larger), 5)", { larger });
  const size = ops.number(4);
  const quotient = ops.map("(size - 1)/2", { size });
  const coordinate = ops.coordinate(R(4), 0);
  const row = ops.map("7*(coordinate + quotient)", { coordinate, quotient });
  const row_plus_cell = ops.map("row + cell", { row, cell });
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
  const sum = ops.map("3*concat + 3", { concat });
  const cell = ops.map("min(floor(max(min(sum, 6), 0)), 5)", { sum });
  const within = ops.map("max(min(sum, 6), 0) - cell", { sum, cell });
  const size = ops.number(4);
  const quotient = ops.map("(size - 1)/2", { size });
  const coordinate = ops.coordinate(R(4), 0);
  const row = ops.map("7*(coordinate + quotient)", { coordinate, quotient });
  const row_plus_cell = ops.map("row + cell", { row, cell });
  const piecewise_linear1_offsets = ops.reshape(known["S.piecewise_linear1.offsets"], R(28));
  const row_plus_cell_2 = ops.reshape(row_plus_cell, R(4 * h * w));
  const chosen = ops.rows(piecewise_linear1_offsets, row_plus_cell_2);
  const chosen_0 = ops.reshape(chosen, R(h, w, 4));
  const sum_2 = ops.map("row + (cell + 1)", { row, cell });
  const sum_2_reshaped = ops.reshape(sum_2, R(4 * h * w));
  const chosen_2 = ops.rows(piecewise_linear1_offsets, sum_2_reshaped);
  const chosen_1 = ops.reshape(chosen_2, R(h, w, 4));
  const difference = ops.map("chosen_1 - chosen_0", { chosen_1, chosen_0 });
  const tanh = ops.map("tanh(concat + (chosen_0 + within*difference))", {
    concat,
    chosen_0,
    within,
    difference,
  });
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
  const piecewise_linear1_bar = ops.map("(placeChannels + placeChannels_2)*(1 - square(tanh))", {
    placeChannels,
    placeChannels_2,
    tanh: saved.tanh,
  });
  const product = ops.map("piecewise_linear1_bar*within", { piecewise_linear1_bar, within: saved.within });
  const chosen_0_bar = ops.map("piecewise_linear1_bar - product", { piecewise_linear1_bar, product });
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
  const piecewise_linear1_bar = ops.map("(placeChannels + placeChannels_2)*(1 - square(tanh))", {
    placeChannels,
    placeChannels_2,
    tanh: saved.tanh,
  });
  const concat_bar = ops.map(
    "piecewise_linear1_bar + select(add < 6, select(0 < min(add, 6), piecewise_linear1_bar*sub, 0), 0)*3",
    { piecewise_linear1_bar, add: saved.sum, sub: saved.difference },
  );
  const channels = ops.channels(concat_bar, 0, 2);
  const channels_2 = ops.channels(concat_bar, 2, 2);
  return ops.map("imaginary(channels_2) + complex(channels)", { channels_2, channels });
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { h, w }: Data) {
  const fourier = ops.library("fourier", {}, C(h, w), []);
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
  const { h, w, fouriert_v, fourier, P, H, rho, eta } = known;
  const x_next = ops.solve(
    fouriert_v,
    null,
    (v) => {
      const fourier_v = ops.apply(fourier, v);
      const P_times_fourier_v = ops.map("P*fourier_v", { P, fourier_v });
      const fouriert_v = ops.applyAdjoint(fourier, P_times_fourier_v);
      const real = ops.map("real(v)", { v });
      const extendImage = ops.extendImage(real, { boundary: "periodic", before: 1, after: 1 });
      const extendImage_next = ops.reshape(extendImage, R(h + 2, w + 2, 1));
      const convolve = ops.convolve(extendImage_next, H, 1);
      const foldImage = ops.foldImage(convolve, { boundary: "zero", before: 1, after: 1 });
      const imag = ops.map("imag(v)", { v });
      const extendImage_2 = ops.extendImage(imag, { boundary: "periodic", before: 1, after: 1 });
      const extendImage_3 = ops.reshape(extendImage_2, R(h + 2, w + 2, 1));
      const convolve_next = ops.convolve(extendImage_3, H, 1);
      const foldImage_next = ops.foldImage(convolve_next, { boundary: "zero", before: 1, after: 1 });
      const sum = ops.map("complex(foldImage) + imaginary(foldImage_next)", { foldImage, foldImage_next });
      const real_next = ops.map("real(sum)", { sum });
      const extendImage_4 = ops.extendImage(real_next, { boundary: "zero", before: 1, after: 1 });
      const extendImage_4_images = ops.convolveInputGradient(extendImage_4, H, R(h + 2, w + 2, 1), 1);
      const convolveInput = ops.reshape(extendImage_4_images, R(h + 2, w + 2));
      const foldImage_2 = ops.foldImage(convolveInput, { boundary: "periodic", before: 1, after: 1 });
      const imag_next = ops.map("imag(sum)", { sum });
      const extendImage_5 = ops.extendImage(imag_next, { boundary: "zero", before: 1, after: 1 });
      const extendImage_5_images = ops.convolveInputGradient(extendImage_5, H, R(h + 2, w + 2, 1), 1);
      const convolveInput_next = ops.reshape(extendImage_5_images, R(h + 2, w + 2));
      const foldImage_3 = ops.foldImage(convolveInput_next, { boundary: "periodic", before: 1, after: 1 });
      return ops.map("fouriert_v + rho*(complex(foldImage_2) + imaginary(foldImage_3)) + 0.000001*v", {
        fouriert_v,
        rho,
        foldImage_2,
        foldImage_3,
        v,
      });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
  );
  const real = ops.map("real(x_next)", { x_next });
  const extendImage = ops.extendImage(real, { boundary: "periodic", before: 1, after: 1 });
  const extendImage_2 = ops.reshape(extendImage, R(h + 2, w + 2, 1));
  const convolve = ops.convolve(extendImage_2, H, 1);
  const foldImage = ops.foldImage(convolve, { boundary: "zero", before: 1, after: 1 });
  const imag = ops.map("imag(x_next)", { x_next });
  const extendImage_3 = ops.extendImage(imag, { boundary: "periodic", before: 1, after: 1 });
  const extendImage_4 = ops.reshape(extendImage_3, R(h + 2, w + 2, 1));
  const convolve_2 = ops.convolve(extendImage_4, H, 1);
  const foldImage_2 = ops.foldImage(convolve_2, { boundary: "zero", before: 1, after: 1 });
  const sum = ops.map("complex(foldImage) + imaginary(foldImage_2)", { foldImage, foldImage_2 });
  const z_next = S(ops, sum, known);
  const b_next = ops.map("eta*(sum - z_next)", { eta, sum, z_next });
  return { values: { x: x_next, b: b_next, z: z_next }, reports: {}, capped: null };
}

/** `firstStep`, and what its adjoint needs. */
function firstStepSaving(ops: Operations, known: Known) {
  const { h, w, fouriert_v, fourier, P, H, rho, eta } = known;
  const x_next = ops.solve(
    fouriert_v,
    null,
    (v) => {
      const fourier_v = ops.apply(fourier, v);
      const P_times_fourier_v = ops.map("P*fourier_v", { P, fourier_v });
      const fouriert_v = ops.applyAdjoint(fourier, P_times_fourier_v);
      const real = ops.map("real(v)", { v });
      const extendImage = ops.extendImage(real, { boundary: "periodic", before: 1, after: 1 });
      const extendImage_next = ops.reshape(extendImage, R(h + 2, w + 2, 1));
      const convolve = ops.convolve(extendImage_next, H, 1);
      const foldImage = ops.foldImage(convolve, { boundary: "zero", before: 1, after: 1 });
      const imag = ops.map("imag(v)", { v });
      const extendImage_2 = ops.extendImage(imag, { boundary: "periodic", before: 1, after: 1 });
      const extendImage_3 = ops.reshape(extendImage_2, R(h + 2, w + 2, 1));
      const convolve_next = ops.convolve(extendImage_3, H, 1);
      const foldImage_next = ops.foldImage(convolve_next, { boundary: "zero", before: 1, after: 1 });
      const sum = ops.map("complex(foldImage) + imaginary(foldImage_next)", { foldImage, foldImage_next });
      const real_next = ops.map("real(sum)", { sum });
      const extendImage_4 = ops.extendImage(real_next, { boundary: "zero", before: 1, after: 1 });
      const extendImage_4_images = ops.convolveInputGradient(extendImage_4, H, R(h + 2, w + 2, 1), 1);
      const convolveInput = ops.reshape(extendImage_4_images, R(h + 2, w + 2));
      const foldImage_2 = ops.foldImage(convolveInput, { boundary: "periodic", before: 1, after: 1 });
      const imag_next = ops.map("imag(sum)", { sum });
      const extendImage_5 = ops.extendImage(imag_next, { boundary: "zero", before: 1, after: 1 });
      const extendImage_5_images = ops.convolveInputGradient(extendImage_5, H, R(h + 2, w + 2, 1), 1);
      const convolveInput_next = ops.reshape(extendImage_5_images, R(h + 2, w + 2));
      const foldImage_3 = ops.foldImage(convolveInput_next, { boundary: "periodic", before: 1, after: 1 });
      return ops.map("fouriert_v + rho*(complex(foldImage_2) + imaginary(foldImage_3)) + 0.000001*v", {
        fouriert_v,
        rho,
        foldImage_2,
        foldImage_3,
        v,
      });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
  );
  const real = ops.map("real(x_next)", { x_next });
  const extendImage = ops.extendImage(real, { boundary: "periodic", before: 1, after: 1 });
  const extendImage_2 = ops.reshape(extendImage, R(h + 2, w + 2, 1));
  const convolve = ops.convolve(extendImage_2, H, 1);
  const foldImage = ops.foldImage(convolve, { boundary: "zero", before: 1, after: 1 });
  const imag = ops.map("imag(x_next)", { x_next });
  const extendImage_3 = ops.extendImage(imag, { boundary: "periodic", before: 1, after: 1 });
  const extendImage_4 = ops.reshape(extendImage_3, R(h + 2, w + 2, 1));
  const convolve_2 = ops.convolve(extendImage_4, H, 1);
  const foldImage_2 = ops.foldImage(convolve_2, { boundary: "zero", before: 1, after: 1 });
  const sum = ops.map("complex(foldImage) + imaginary(foldImage_2)", { foldImage, foldImage_2 });
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
        extendImage: extendImage_2,
        extendImage_2: extendImage_4,
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
    values: { x_next, extendImage, extendImage_2, sum_minus_z_next, ...S_saved },
  }: ReturnType<typeof firstStepSaving>["saved"],
  { x: x_next_bar, b: b_next_bar, z: z_next_bar }: State,
) {
  const { h, w, eta, H, fourier, P, rho } = known;
  const eta_bar_each = ops.dot(sum_minus_z_next, b_next_bar);
  const eta_bar = ops.sumSamples(eta_bar_each);
  const z_next_bar_2 = ops.map("z_next_bar - b_next_bar*eta", { z_next_bar, b_next_bar, eta });
  const [u1_bar, S_weights_bar] = S_adjoint(ops, S_saved, z_next_bar_2, known);
  const foldImage_bar = ops.map("imag(b_next_bar*eta + u1_bar)", { b_next_bar, eta, u1_bar });
  const foldImage_bar_2 = ops.map("real(b_next_bar*eta + u1_bar)", { b_next_bar, eta, u1_bar });
  const convolve_bar = ops.extendImage(foldImage_bar, { boundary: "zero", before: 1, after: 1 });
  const extendImage_bar = ops.convolveInputGradient(convolve_bar, H, R(h + 2, w + 2, 1), 1);
  const convolve_bar_filter = ops.convolveFilterGradient(extendImage_2, convolve_bar, R(3, 3, 1, 2), 1);
  const extendImage_bar_2 = ops.reshape(extendImage_bar, R(h + 2, w + 2));
  const foldImage = ops.foldImage(extendImage_bar_2, { boundary: "periodic", before: 1, after: 1 });
  const convolve_bar_2 = ops.extendImage(foldImage_bar_2, { boundary: "zero", before: 1, after: 1 });
  const extendImage_bar_3 = ops.convolveInputGradient(convolve_bar_2, H, R(h + 2, w + 2, 1), 1);
  const convolve_bar_2_filter = ops.convolveFilterGradient(extendImage, convolve_bar_2, R(3, 3, 1, 2), 1);
  const extendImage_bar_4 = ops.reshape(extendImage_bar_3, R(h + 2, w + 2));
  const foldImage_2 = ops.foldImage(extendImage_bar_4, { boundary: "periodic", before: 1, after: 1 });
  const x_next_bar_2 = ops.map("x_next_bar + imaginary(foldImage) + complex(foldImage_2)", {
    x_next_bar,
    foldImage,
    foldImage_2,
  });
  const solve = ops.solve(
    x_next_bar_2,
    null,
    (v) => {
      const fourier_v = ops.apply(fourier, v);
      const P_times_fourier_v = ops.map("P*fourier_v", { P, fourier_v });
      const fouriert_v = ops.applyAdjoint(fourier, P_times_fourier_v);
      const real = ops.map("real(v)", { v });
      const extendImage = ops.extendImage(real, { boundary: "periodic", before: 1, after: 1 });
      const extendImage_next = ops.reshape(extendImage, R(h + 2, w + 2, 1));
      const convolve = ops.convolve(extendImage_next, H, 1);
      const foldImage = ops.foldImage(convolve, { boundary: "zero", before: 1, after: 1 });
      const imag = ops.map("imag(v)", { v });
      const extendImage_2 = ops.extendImage(imag, { boundary: "periodic", before: 1, after: 1 });
      const extendImage_3 = ops.reshape(extendImage_2, R(h + 2, w + 2, 1));
      const convolve_next = ops.convolve(extendImage_3, H, 1);
      const foldImage_next = ops.foldImage(convolve_next, { boundary: "zero", before: 1, after: 1 });
      const sum = ops.map("complex(foldImage) + imaginary(foldImage_next)", { foldImage, foldImage_next });
      const real_next = ops.map("real(sum)", { sum });
      const extendImage_4 = ops.extendImage(real_next, { boundary: "zero", before: 1, after: 1 });
      const extendImage_4_images = ops.convolveInputGradient(extendImage_4, H, R(h + 2, w + 2, 1), 1);
      const convolveInput = ops.reshape(extendImage_4_images, R(h + 2, w + 2));
      const foldImage_2 = ops.foldImage(convolveInput, { boundary: "periodic", before: 1, after: 1 });
      const imag_next = ops.map("imag(sum)", { sum });
      const extendImage_5 = ops.extendImage(imag_next, { boundary: "zero", before: 1, after: 1 });
      const extendImage_5_images = ops.convolveInputGradient(extendImage_5, H, R(h + 2, w + 2, 1), 1);
      const convolveInput_next = ops.reshape(extendImage_5_images, R(h + 2, w + 2));
      const foldImage_3 = ops.foldImage(convolveInput_next, { boundary: "periodic", before: 1, after: 1 });
      return ops.map("fouriert_v + rho*(complex(foldImage_2) + imaginary(foldImage_3)) + 0.000001*v", {
        fouriert_v,
        rho,
        foldImage_2,
        foldImage_3,
        v,
      });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
  );
  const real = ops.map("real(x_next)", { x_next });
  const extendImage_3 = ops.extendImage(real, { boundary: "periodic", before: 1, after: 1 });
  const extendImage_4 = ops.reshape(extendImage_3, R(h + 2, w + 2, 1));
  const convolve = ops.convolve(extendImage_4, H, 1);
  const foldImage_3 = ops.foldImage(convolve, { boundary: "zero", before: 1, after: 1 });
  const imag = ops.map("imag(x_next)", { x_next });
  const extendImage_5 = ops.extendImage(imag, { boundary: "periodic", before: 1, after: 1 });
  const extendImage_6 = ops.reshape(extendImage_5, R(h + 2, w + 2, 1));
  const convolve_2 = ops.convolve(extendImage_6, H, 1);
  const foldImage_4 = ops.foldImage(convolve_2, { boundary: "zero", before: 1, after: 1 });
  const sum = ops.map("complex(foldImage_3) + imaginary(foldImage_4)", { foldImage_3, foldImage_4 });
  const real_2 = ops.map("real(sum)", { sum });
  const extendImage_7 = ops.extendImage(real_2, { boundary: "zero", before: 1, after: 1 });
  const extendImage_7_images = ops.convolveInputGradient(extendImage_7, H, R(h + 2, w + 2, 1), 1);
  const convolveInput = ops.reshape(extendImage_7_images, R(h + 2, w + 2));
  const foldImage_5 = ops.foldImage(convolveInput, { boundary: "periodic", before: 1, after: 1 });
  const imag_2 = ops.map("imag(sum)", { sum });
  const extendImage_8 = ops.extendImage(imag_2, { boundary: "zero", before: 1, after: 1 });
  const extendImage_8_images = ops.convolveInputGradient(extendImage_8, H, R(h + 2, w + 2, 1), 1);
  const convolveInput_2 = ops.reshape(extendImage_8_images, R(h + 2, w + 2));
  const foldImage_6 = ops.foldImage(convolveInput_2, { boundary: "periodic", before: 1, after: 1 });
  const sum_2 = ops.map("complex(foldImage_5) + imaginary(foldImage_6)", { foldImage_5, foldImage_6 });
  const minus_rho_bar_each = ops.dot(sum_2, solve);
  const minus_rho_bar = ops.sumSamples(minus_rho_bar_each);
  const rho_bar = ops.map("-minus_rho_bar", { minus_rho_bar });
  const imag_3 = ops.map("imag(-(solve*rho))", { solve, rho });
  const real_3 = ops.map("real(-(solve*rho))", { solve, rho });
  const extendImage_9 = ops.extendImage(imag_3, { boundary: "periodic", before: 1, after: 1 });
  const extendImage_10 = ops.reshape(extendImage_9, R(h + 2, w + 2, 1));
  const convolve_3 = ops.convolve(extendImage_10, H, 1);
  const extendImage_8_filter = ops.convolveFilterGradient(extendImage_10, extendImage_8, R(3, 3, 1, 2), 1);
  const foldImage_7 = ops.foldImage(convolve_3, { boundary: "zero", before: 1, after: 1 });
  const extendImage_11 = ops.extendImage(real_3, { boundary: "periodic", before: 1, after: 1 });
  const extendImage_12 = ops.reshape(extendImage_11, R(h + 2, w + 2, 1));
  const convolve_4 = ops.convolve(extendImage_12, H, 1);
  const extendImage_7_filter = ops.convolveFilterGradient(extendImage_12, extendImage_7, R(3, 3, 1, 2), 1);
  const foldImage_8 = ops.foldImage(convolve_4, { boundary: "zero", before: 1, after: 1 });
  const sum_3 = ops.map("imaginary(foldImage_7) + complex(foldImage_8)", { foldImage_7, foldImage_8 });
  const imag_4 = ops.map("imag(sum_3)", { sum_3 });
  const real_4 = ops.map("real(sum_3)", { sum_3 });
  const extendImage_13 = ops.extendImage(imag_4, { boundary: "zero", before: 1, after: 1 });
  const extendImage_13_filter = ops.convolveFilterGradient(extendImage_6, extendImage_13, R(3, 3, 1, 2), 1);
  const extendImage_14 = ops.extendImage(real_4, { boundary: "zero", before: 1, after: 1 });
  const extendImage_14_filter = ops.convolveFilterGradient(extendImage_4, extendImage_14, R(3, 3, 1, 2), 1);
  const H_bar = ops.map(
    "convolve_bar_filter + convolve_bar_2_filter + (extendImage_8_filter + extendImage_7_filter + extendImage_13_filter + extendImage_14_filter)",
    {
      convolve_bar_filter,
      convolve_bar_2_filter,
      extendImage_8_filter,
      extendImage_7_filter,
      extendImage_13_filter,
      extendImage_14_filter,
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
  const { h, w, eta, H, fourier, P, rho } = known;
  const z_next_bar_2 = ops.map("z_next_bar - b_next_bar*eta", { z_next_bar, b_next_bar, eta });
  const u1_bar = S_adjoint_inputs(ops, S_saved, z_next_bar_2, known);
  const foldImage_bar = ops.map("imag(b_next_bar*eta + u1_bar)", { b_next_bar, eta, u1_bar });
  const foldImage_bar_2 = ops.map("real(b_next_bar*eta + u1_bar)", { b_next_bar, eta, u1_bar });
  const convolve_bar = ops.extendImage(foldImage_bar, { boundary: "zero", before: 1, after: 1 });
  const extendImage_bar = ops.convolveInputGradient(convolve_bar, H, R(h + 2, w + 2, 1), 1);
  const extendImage_bar_2 = ops.reshape(extendImage_bar, R(h + 2, w + 2));
  const foldImage = ops.foldImage(extendImage_bar_2, { boundary: "periodic", before: 1, after: 1 });
  const convolve_bar_2 = ops.extendImage(foldImage_bar_2, { boundary: "zero", before: 1, after: 1 });
  const extendImage_bar_3 = ops.convolveInputGradient(convolve_bar_2, H, R(h + 2, w + 2, 1), 1);
  const extendImage_bar_4 = ops.reshape(extendImage_bar_3, R(h + 2, w + 2));
  const foldImage_2 = ops.foldImage(extendImage_bar_4, { boundary: "periodic", before: 1, after: 1 });
  const x_next_bar_2 = ops.map("x_next_bar + imaginary(foldImage) + complex(foldImage_2)", {
    x_next_bar,
    foldImage,
    foldImage_2,
  });
  const fouriert_v_bar = ops.solve(
    x_next_bar_2,
    null,
    (v) => {
      const fourier_v = ops.apply(fourier, v);
      const P_times_fourier_v = ops.map("P*fourier_v", { P, fourier_v });
      const fouriert_v = ops.applyAdjoint(fourier, P_times_fourier_v);
      const real = ops.map("real(v)", { v });
      const extendImage = ops.extendImage(real, { boundary: "periodic", before: 1, after: 1 });
      const extendImage_next = ops.reshape(extendImage, R(h + 2, w + 2, 1));
      const convolve = ops.convolve(extendImage_next, H, 1);
      const foldImage = ops.foldImage(convolve, { boundary: "zero", before: 1, after: 1 });
      const imag = ops.map("imag(v)", { v });
      const extendImage_2 = ops.extendImage(imag, { boundary: "periodic", before: 1, after: 1 });
      const extendImage_3 = ops.reshape(extendImage_2, R(h + 2, w + 2, 1));
      const convolve_next = ops.convolve(extendImage_3, H, 1);
      const foldImage_next = ops.foldImage(convolve_next, { boundary: "zero", before: 1, after: 1 });
      const sum = ops.map("complex(foldImage) + imaginary(foldImage_next)", { foldImage, foldImage_next });
      const real_next = ops.map("real(sum)", { sum });
      const extendImage_4 = ops.extendImage(real_next, { boundary: "zero", before: 1, after: 1 });
      const extendImage_4_images = ops.convolveInputGradient(extendImage_4, H, R(h + 2, w + 2, 1), 1);
      const convolveInput = ops.reshape(extendImage_4_images, R(h + 2, w + 2));
      const foldImage_2 = ops.foldImage(convolveInput, { boundary: "periodic", before: 1, after: 1 });
      const imag_next = ops.map("imag(sum)", { sum });
      const extendImage_5 = ops.extendImage(imag_next, { boundary: "zero", before: 1, after: 1 });
      const extendImage_5_images = ops.convolveInputGradient(extendImage_5, H, R(h + 2, w + 2, 1), 1);
      const convolveInput_next = ops.reshape(extendImage_5_images, R(h + 2, w + 2));
      const foldImage_3 = ops.foldImage(convolveInput_next, { boundary: "periodic", before: 1, after: 1 });
      return ops.map("fouriert_v + rho*(complex(foldImage_2) + imaginary(foldImage_3)) + 0.000001*v", {
        fouriert_v,
        rho,
        foldImage_2,
        foldImage_3,
        v,
      });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
  );
  const fourier_v = ops.apply(fourier, x_next);
  const fourier_neg = ops.apply(fourier, fouriert_v_bar);
  const P_bar = ops.map("real(-(fourier_neg*conj(fourier_v)))", { fourier_neg, fourier_v });
  return { P: P_bar, fouriert_v: fouriert_v_bar };
}

/** One iteration: the next state. */
function step(ops: Operations, known: Known, { b, z }: State) {
  const { h, w, H, fouriert_v, rho, fourier, P, eta } = known;
  const real = ops.map("real(z - b)", { z, b });
  const extendImage = ops.extendImage(real, { boundary: "zero", before: 1, after: 1 });
  const extendImage_images = ops.convolveInputGradient(extendImage, H, R(h + 2, w + 2, 1), 1);
  const convolveInput = ops.reshape(extendImage_images, R(h + 2, w + 2));
  const foldImage = ops.foldImage(convolveInput, { boundary: "periodic", before: 1, after: 1 });
  const imag = ops.map("imag(z - b)", { z, b });
  const extendImage_2 = ops.extendImage(imag, { boundary: "zero", before: 1, after: 1 });
  const extendImage_2_images = ops.convolveInputGradient(extendImage_2, H, R(h + 2, w + 2, 1), 1);
  const convolveInput_2 = ops.reshape(extendImage_2_images, R(h + 2, w + 2));
  const foldImage_2 = ops.foldImage(convolveInput_2, { boundary: "periodic", before: 1, after: 1 });
  const sum = ops.map("fouriert_v + rho*(complex(foldImage) + imaginary(foldImage_2))", {
    fouriert_v,
    rho,
    foldImage,
    foldImage_2,
  });
  const x_next = ops.solve(
    sum,
    null,
    (v) => {
      const fourier_v = ops.apply(fourier, v);
      const P_times_fourier_v = ops.map("P*fourier_v", { P, fourier_v });
      const fouriert_v = ops.applyAdjoint(fourier, P_times_fourier_v);
      const real = ops.map("real(v)", { v });
      const extendImage = ops.extendImage(real, { boundary: "periodic", before: 1, after: 1 });
      const extendImage_next = ops.reshape(extendImage, R(h + 2, w + 2, 1));
      const convolve = ops.convolve(extendImage_next, H, 1);
      const foldImage = ops.foldImage(convolve, { boundary: "zero", before: 1, after: 1 });
      const imag = ops.map("imag(v)", { v });
      const extendImage_2 = ops.extendImage(imag, { boundary: "periodic", before: 1, after: 1 });
      const extendImage_3 = ops.reshape(extendImage_2, R(h + 2, w + 2, 1));
      const convolve_next = ops.convolve(extendImage_3, H, 1);
      const foldImage_next = ops.foldImage(convolve_next, { boundary: "zero", before: 1, after: 1 });
      const sum = ops.map("complex(foldImage) + imaginary(foldImage_next)", { foldImage, foldImage_next });
      const real_next = ops.map("real(sum)", { sum });
      const extendImage_4 = ops.extendImage(real_next, { boundary: "zero", before: 1, after: 1 });
      const extendImage_4_images = ops.convolveInputGradient(extendImage_4, H, R(h + 2, w + 2, 1), 1);
      const convolveInput = ops.reshape(extendImage_4_images, R(h + 2, w + 2));
      const foldImage_2 = ops.foldImage(convolveInput, { boundary: "periodic", before: 1, after: 1 });
      const imag_next = ops.map("imag(sum)", { sum });
      const extendImage_5 = ops.extendImage(imag_next, { boundary: "zero", before: 1, after: 1 });
      const extendImage_5_images = ops.convolveInputGradient(extendImage_5, H, R(h + 2, w + 2, 1), 1);
      const convolveInput_next = ops.reshape(extendImage_5_images, R(h + 2, w + 2));
      const foldImage_3 = ops.foldImage(convolveInput_next, { boundary: "periodic", before: 1, after: 1 });
      return ops.map("fouriert_v + rho*(complex(foldImage_2) + imaginary(foldImage_3)) + 0.000001*v", {
        fouriert_v,
        rho,
        foldImage_2,
        foldImage_3,
        v,
      });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
  );
  const real_2 = ops.map("real(x_next)", { x_next });
  const extendImage_3 = ops.extendImage(real_2, { boundary: "periodic", before: 1, after: 1 });
  const extendImage_4 = ops.reshape(extendImage_3, R(h + 2, w + 2, 1));
  const convolve = ops.convolve(extendImage_4, H, 1);
  const foldImage_3 = ops.foldImage(convolve, { boundary: "zero", before: 1, after: 1 });
  const imag_2 = ops.map("imag(x_next)", { x_next });
  const extendImage_5 = ops.extendImage(imag_2, { boundary: "periodic", before: 1, after: 1 });
  const extendImage_6 = ops.reshape(extendImage_5, R(h + 2, w + 2, 1));
  const convolve_2 = ops.convolve(extendImage_6, H, 1);
  const foldImage_4 = ops.foldImage(convolve_2, { boundary: "zero", before: 1, after: 1 });
  const sum_2 = ops.map("complex(foldImage_3) + imaginary(foldImage_4)", { foldImage_3, foldImage_4 });
  const sum_plus_b = ops.map("sum_2 + b", { sum_2, b });
  const z_next = S(ops, sum_plus_b, known);
  const b_next = ops.map("b + eta*(sum_2 - z_next)", { b, eta, sum_2, z_next });
  return { values: { x: x_next, b: b_next, z: z_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, known: Known, { b, z }: State) {
  const { h, w, H, fouriert_v, rho, fourier, P, eta } = known;
  const real = ops.map("real(z - b)", { z, b });
  const extendImage = ops.extendImage(real, { boundary: "zero", before: 1, after: 1 });
  const extendImage_images = ops.convolveInputGradient(extendImage, H, R(h + 2, w + 2, 1), 1);
  const convolveInput = ops.reshape(extendImage_images, R(h + 2, w + 2));
  const foldImage = ops.foldImage(convolveInput, { boundary: "periodic", before: 1, after: 1 });
  const imag = ops.map("imag(z - b)", { z, b });
  const extendImage_2 = ops.extendImage(imag, { boundary: "zero", before: 1, after: 1 });
  const extendImage_2_images = ops.convolveInputGradient(extendImage_2, H, R(h + 2, w + 2, 1), 1);
  const convolveInput_2 = ops.reshape(extendImage_2_images, R(h + 2, w + 2));
  const foldImage_2 = ops.foldImage(convolveInput_2, { boundary: "periodic", before: 1, after: 1 });
  const sum = ops.map("complex(foldImage) + imaginary(foldImage_2)", { foldImage, foldImage_2 });
  const sum_2 = ops.map("fouriert_v + rho*sum", { fouriert_v, rho, sum });
  const x_next = ops.solve(
    sum_2,
    null,
    (v) => {
      const fourier_v = ops.apply(fourier, v);
      const P_times_fourier_v = ops.map("P*fourier_v", { P, fourier_v });
      const fouriert_v = ops.applyAdjoint(fourier, P_times_fourier_v);
      const real = ops.map("real(v)", { v });
      const extendImage = ops.extendImage(real, { boundary: "periodic", before: 1, after: 1 });
      const extendImage_next = ops.reshape(extendImage, R(h + 2, w + 2, 1));
      const convolve = ops.convolve(extendImage_next, H, 1);
      const foldImage = ops.foldImage(convolve, { boundary: "zero", before: 1, after: 1 });
      const imag = ops.map("imag(v)", { v });
      const extendImage_2 = ops.extendImage(imag, { boundary: "periodic", before: 1, after: 1 });
      const extendImage_3 = ops.reshape(extendImage_2, R(h + 2, w + 2, 1));
      const convolve_next = ops.convolve(extendImage_3, H, 1);
      const foldImage_next = ops.foldImage(convolve_next, { boundary: "zero", before: 1, after: 1 });
      const sum = ops.map("complex(foldImage) + imaginary(foldImage_next)", { foldImage, foldImage_next });
      const real_next = ops.map("real(sum)", { sum });
      const extendImage_4 = ops.extendImage(real_next, { boundary: "zero", before: 1, after: 1 });
      const extendImage_4_images = ops.convolveInputGradient(extendImage_4, H, R(h + 2, w + 2, 1), 1);
      const convolveInput = ops.reshape(extendImage_4_images, R(h + 2, w + 2));
      const foldImage_2 = ops.foldImage(convolveInput, { boundary: "periodic", before: 1, after: 1 });
      const imag_next = ops.map("imag(sum)", { sum });
      const extendImage_5 = ops.extendImage(imag_next, { boundary: "zero", before: 1, after: 1 });
      const extendImage_5_images = ops.convolveInputGradient(extendImage_5, H, R(h + 2, w + 2, 1), 1);
      const convolveInput_next = ops.reshape(extendImage_5_images, R(h + 2, w + 2));
      const foldImage_3 = ops.foldImage(convolveInput_next, { boundary: "periodic", before: 1, after: 1 });
      return ops.map("fouriert_v + rho*(complex(foldImage_2) + imaginary(foldImage_3)) + 0.000001*v", {
        fouriert_v,
        rho,
        foldImage_2,
        foldImage_3,
        v,
      });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
  );
  const real_2 = ops.map("real(x_next)", { x_next });
  const extendImage_3 = ops.extendImage(real_2, { boundary: "periodic", before: 1, after: 1 });
  const extendImage_4 = ops.reshape(extendImage_3, R(h + 2, w + 2, 1));
  const convolve = ops.convolve(extendImage_4, H, 1);
  const foldImage_3 = ops.foldImage(convolve, { boundary: "zero", before: 1, after: 1 });
  const imag_2 = ops.map("imag(x_next)", { x_next });
  const extendImage_5 = ops.extendImage(imag_2, { boundary: "periodic", before: 1, after: 1 });
  const extendImage_6 = ops.reshape(extendImage_5, R(h + 2, w + 2, 1));
  const convolve_2 = ops.convolve(extendImage_6, H, 1);
  const foldImage_4 = ops.foldImage(convolve_2, { boundary: "zero", before: 1, after: 1 });
  const sum_3 = ops.map("complex(foldImage_3) + imaginary(foldImage_4)", { foldImage_3, foldImage_4 });
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
        extendImage,
        extendImage_2,
        sum,
        x_next,
        extendImage_3: extendImage_4,
        extendImage_4: extendImage_6,
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
      extendImage,
      extendImage_2,
      sum,
      x_next,
      extendImage_3,
      extendImage_4,
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
  const { h, w, eta, H, fourier, P, rho } = known;
  const eta_bar_each = ops.dot(sum_minus_z_next, b_next_bar);
  const eta_bar = ops.sumSamples(eta_bar_each);
  const z_next_bar_2 = ops.map("z_next_bar - b_next_bar*eta", { z_next_bar, b_next_bar, eta });
  const [u1_bar, S_weights_bar] = S_adjoint(
    ops,
    { sum: sum_2, within, row_plus_cell, sum_2: sum_3, difference, tanh },
    z_next_bar_2,
    known,
  );
  const foldImage_bar = ops.map("imag(b_next_bar*eta + u1_bar)", { b_next_bar, eta, u1_bar });
  const foldImage_bar_2 = ops.map("real(b_next_bar*eta + u1_bar)", { b_next_bar, eta, u1_bar });
  const convolve_bar = ops.extendImage(foldImage_bar, { boundary: "zero", before: 1, after: 1 });
  const extendImage_bar = ops.convolveInputGradient(convolve_bar, H, R(h + 2, w + 2, 1), 1);
  const convolve_bar_filter = ops.convolveFilterGradient(extendImage_4, convolve_bar, R(3, 3, 1, 2), 1);
  const extendImage_bar_2 = ops.reshape(extendImage_bar, R(h + 2, w + 2));
  const foldImage = ops.foldImage(extendImage_bar_2, { boundary: "periodic", before: 1, after: 1 });
  const convolve_bar_2 = ops.extendImage(foldImage_bar_2, { boundary: "zero", before: 1, after: 1 });
  const extendImage_bar_3 = ops.convolveInputGradient(convolve_bar_2, H, R(h + 2, w + 2, 1), 1);
  const convolve_bar_2_filter = ops.convolveFilterGradient(extendImage_3, convolve_bar_2, R(3, 3, 1, 2), 1);
  const extendImage_bar_4 = ops.reshape(extendImage_bar_3, R(h + 2, w + 2));
  const foldImage_2 = ops.foldImage(extendImage_bar_4, { boundary: "periodic", before: 1, after: 1 });
  const x_next_bar_2 = ops.map("x_next_bar + imaginary(foldImage) + complex(foldImage_2)", {
    x_next_bar,
    foldImage,
    foldImage_2,
  });
  const sum_bar = ops.solve(
    x_next_bar_2,
    null,
    (v) => {
      const fourier_v = ops.apply(fourier, v);
      const P_times_fourier_v = ops.map("P*fourier_v", { P, fourier_v });
      const fouriert_v = ops.applyAdjoint(fourier, P_times_fourier_v);
      const real = ops.map("real(v)", { v });
      const extendImage = ops.extendImage(real, { boundary: "periodic", before: 1, after: 1 });
      const extendImage_next = ops.reshape(extendImage, R(h + 2, w + 2, 1));
      const convolve = ops.convolve(extendImage_next, H, 1);
      const foldImage = ops.foldImage(convolve, { boundary: "zero", before: 1, after: 1 });
      const imag = ops.map("imag(v)", { v });
      const extendImage_2 = ops.extendImage(imag, { boundary: "periodic", before: 1, after: 1 });
      const extendImage_3 = ops.reshape(extendImage_2, R(h + 2, w + 2, 1));
      const convolve_next = ops.convolve(extendImage_3, H, 1);
      const foldImage_next = ops.foldImage(convolve_next, { boundary: "zero", before: 1, after: 1 });
      const sum = ops.map("complex(foldImage) + imaginary(foldImage_next)", { foldImage, foldImage_next });
      const real_next = ops.map("real(sum)", { sum });
      const extendImage_4 = ops.extendImage(real_next, { boundary: "zero", before: 1, after: 1 });
      const extendImage_4_images = ops.convolveInputGradient(extendImage_4, H, R(h + 2, w + 2, 1), 1);
      const convolveInput = ops.reshape(extendImage_4_images, R(h + 2, w + 2));
      const foldImage_2 = ops.foldImage(convolveInput, { boundary: "periodic", before: 1, after: 1 });
      const imag_next = ops.map("imag(sum)", { sum });
      const extendImage_5 = ops.extendImage(imag_next, { boundary: "zero", before: 1, after: 1 });
      const extendImage_5_images = ops.convolveInputGradient(extendImage_5, H, R(h + 2, w + 2, 1), 1);
      const convolveInput_next = ops.reshape(extendImage_5_images, R(h + 2, w + 2));
      const foldImage_3 = ops.foldImage(convolveInput_next, { boundary: "periodic", before: 1, after: 1 });
      return ops.map("fouriert_v + rho*(complex(foldImage_2) + imaginary(foldImage_3)) + 0.000001*v", {
        fouriert_v,
        rho,
        foldImage_2,
        foldImage_3,
        v,
      });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
  );
  const real = ops.map("real(x_next)", { x_next });
  const extendImage_5 = ops.extendImage(real, { boundary: "periodic", before: 1, after: 1 });
  const extendImage_6 = ops.reshape(extendImage_5, R(h + 2, w + 2, 1));
  const convolve = ops.convolve(extendImage_6, H, 1);
  const foldImage_3 = ops.foldImage(convolve, { boundary: "zero", before: 1, after: 1 });
  const imag = ops.map("imag(x_next)", { x_next });
  const extendImage_7 = ops.extendImage(imag, { boundary: "periodic", before: 1, after: 1 });
  const extendImage_8 = ops.reshape(extendImage_7, R(h + 2, w + 2, 1));
  const convolve_2 = ops.convolve(extendImage_8, H, 1);
  const foldImage_4 = ops.foldImage(convolve_2, { boundary: "zero", before: 1, after: 1 });
  const sum_4 = ops.map("complex(foldImage_3) + imaginary(foldImage_4)", { foldImage_3, foldImage_4 });
  const real_2 = ops.map("real(sum_4)", { sum_4 });
  const extendImage_9 = ops.extendImage(real_2, { boundary: "zero", before: 1, after: 1 });
  const extendImage_9_images = ops.convolveInputGradient(extendImage_9, H, R(h + 2, w + 2, 1), 1);
  const convolveInput = ops.reshape(extendImage_9_images, R(h + 2, w + 2));
  const foldImage_5 = ops.foldImage(convolveInput, { boundary: "periodic", before: 1, after: 1 });
  const imag_2 = ops.map("imag(sum_4)", { sum_4 });
  const extendImage_10 = ops.extendImage(imag_2, { boundary: "zero", before: 1, after: 1 });
  const extendImage_10_images = ops.convolveInputGradient(extendImage_10, H, R(h + 2, w + 2, 1), 1);
  const convolveInput_2 = ops.reshape(extendImage_10_images, R(h + 2, w + 2));
  const foldImage_6 = ops.foldImage(convolveInput_2, { boundary: "periodic", before: 1, after: 1 });
  const sum_5 = ops.map("complex(foldImage_5) + imaginary(foldImage_6)", { foldImage_5, foldImage_6 });
  const sum_dot_sum_bar = ops.dot(sum_5, sum_bar);
  const total = ops.sumSamples(sum_dot_sum_bar);
  const sum_bar_times_rho = ops.map("sum_bar*rho", { sum_bar, rho });
  const imag_3 = ops.map("imag(-sum_bar_times_rho)", { sum_bar_times_rho });
  const real_3 = ops.map("real(-sum_bar_times_rho)", { sum_bar_times_rho });
  const extendImage_11 = ops.extendImage(imag_3, { boundary: "periodic", before: 1, after: 1 });
  const extendImage_12 = ops.reshape(extendImage_11, R(h + 2, w + 2, 1));
  const convolve_3 = ops.convolve(extendImage_12, H, 1);
  const extendImage_10_filter = ops.convolveFilterGradient(extendImage_12, extendImage_10, R(3, 3, 1, 2), 1);
  const foldImage_7 = ops.foldImage(convolve_3, { boundary: "zero", before: 1, after: 1 });
  const extendImage_13 = ops.extendImage(real_3, { boundary: "periodic", before: 1, after: 1 });
  const extendImage_14 = ops.reshape(extendImage_13, R(h + 2, w + 2, 1));
  const convolve_4 = ops.convolve(extendImage_14, H, 1);
  const extendImage_9_filter = ops.convolveFilterGradient(extendImage_14, extendImage_9, R(3, 3, 1, 2), 1);
  const foldImage_8 = ops.foldImage(convolve_4, { boundary: "zero", before: 1, after: 1 });
  const sum_6 = ops.map("imaginary(foldImage_7) + complex(foldImage_8)", { foldImage_7, foldImage_8 });
  const imag_4 = ops.map("imag(sum_6)", { sum_6 });
  const real_4 = ops.map("real(sum_6)", { sum_6 });
  const extendImage_15 = ops.extendImage(imag_4, { boundary: "zero", before: 1, after: 1 });
  const extendImage_15_filter = ops.convolveFilterGradient(extendImage_8, extendImage_15, R(3, 3, 1, 2), 1);
  const extendImage_16 = ops.extendImage(real_4, { boundary: "zero", before: 1, after: 1 });
  const extendImage_16_filter = ops.convolveFilterGradient(extendImage_6, extendImage_16, R(3, 3, 1, 2), 1);
  const sum_dot_sum_bar_2 = ops.dot(sum, sum_bar);
  const total_2 = ops.sumSamples(sum_dot_sum_bar_2);
  const rho_bar = ops.map("total_2 - total", { total_2, total });
  const foldImage_bar_3 = ops.map("imag(sum_bar_times_rho)", { sum_bar_times_rho });
  const foldImage_bar_4 = ops.map("real(sum_bar_times_rho)", { sum_bar_times_rho });
  const convolveInput_bar = ops.extendImage(foldImage_bar_3, { boundary: "periodic", before: 1, after: 1 });
  const convolveInput_bar_2 = ops.reshape(convolveInput_bar, R(h + 2, w + 2, 1));
  const extendImage_bar_5 = ops.convolve(convolveInput_bar_2, H, 1);
  const extendImage_2_filter = ops.convolveFilterGradient(
    convolveInput_bar_2,
    extendImage_2,
    R(3, 3, 1, 2),
    1,
  );
  const foldImage_9 = ops.foldImage(extendImage_bar_5, { boundary: "zero", before: 1, after: 1 });
  const convolveInput_bar_3 = ops.extendImage(foldImage_bar_4, { boundary: "periodic", before: 1, after: 1 });
  const convolveInput_bar_4 = ops.reshape(convolveInput_bar_3, R(h + 2, w + 2, 1));
  const extendImage_bar_6 = ops.convolve(convolveInput_bar_4, H, 1);
  const extendImage_filter = ops.convolveFilterGradient(convolveInput_bar_4, extendImage, R(3, 3, 1, 2), 1);
  const H_bar = ops.map(
    "convolve_bar_filter + convolve_bar_2_filter + (extendImage_10_filter + extendImage_9_filter + extendImage_15_filter + extendImage_16_filter) + extendImage_2_filter + extendImage_filter",
    {
      convolve_bar_filter,
      convolve_bar_2_filter,
      extendImage_10_filter,
      extendImage_9_filter,
      extendImage_15_filter,
      extendImage_16_filter,
      extendImage_2_filter,
      extendImage_filter,
    },
  );
  const foldImage_10 = ops.foldImage(extendImage_bar_6, { boundary: "zero", before: 1, after: 1 });
  const z_bar = ops.map("imaginary(foldImage_9) + complex(foldImage_10)", { foldImage_9, foldImage_10 });
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
  const { h, w, eta, H, fourier, P, rho } = known;
  const z_next_bar_2 = ops.map("z_next_bar - b_next_bar*eta", { z_next_bar, b_next_bar, eta });
  const u1_bar = S_adjoint_inputs(ops, { sum: sum_2, difference, tanh }, z_next_bar_2, known);
  const foldImage_bar = ops.map("imag(b_next_bar*eta + u1_bar)", { b_next_bar, eta, u1_bar });
  const foldImage_bar_2 = ops.map("real(b_next_bar*eta + u1_bar)", { b_next_bar, eta, u1_bar });
  const convolve_bar = ops.extendImage(foldImage_bar, { boundary: "zero", before: 1, after: 1 });
  const extendImage_bar = ops.convolveInputGradient(convolve_bar, H, R(h + 2, w + 2, 1), 1);
  const extendImage_bar_2 = ops.reshape(extendImage_bar, R(h + 2, w + 2));
  const foldImage = ops.foldImage(extendImage_bar_2, { boundary: "periodic", before: 1, after: 1 });
  const convolve_bar_2 = ops.extendImage(foldImage_bar_2, { boundary: "zero", before: 1, after: 1 });
  const extendImage_bar_3 = ops.convolveInputGradient(convolve_bar_2, H, R(h + 2, w + 2, 1), 1);
  const extendImage_bar_4 = ops.reshape(extendImage_bar_3, R(h + 2, w + 2));
  const foldImage_2 = ops.foldImage(extendImage_bar_4, { boundary: "periodic", before: 1, after: 1 });
  const x_next_bar_2 = ops.map("x_next_bar + imaginary(foldImage) + complex(foldImage_2)", {
    x_next_bar,
    foldImage,
    foldImage_2,
  });
  const fouriert_v_bar = ops.solve(
    x_next_bar_2,
    null,
    (v) => {
      const fourier_v = ops.apply(fourier, v);
      const P_times_fourier_v = ops.map("P*fourier_v", { P, fourier_v });
      const fouriert_v = ops.applyAdjoint(fourier, P_times_fourier_v);
      const real = ops.map("real(v)", { v });
      const extendImage = ops.extendImage(real, { boundary: "periodic", before: 1, after: 1 });
      const extendImage_next = ops.reshape(extendImage, R(h + 2, w + 2, 1));
      const convolve = ops.convolve(extendImage_next, H, 1);
      const foldImage = ops.foldImage(convolve, { boundary: "zero", before: 1, after: 1 });
      const imag = ops.map("imag(v)", { v });
      const extendImage_2 = ops.extendImage(imag, { boundary: "periodic", before: 1, after: 1 });
      const extendImage_3 = ops.reshape(extendImage_2, R(h + 2, w + 2, 1));
      const convolve_next = ops.convolve(extendImage_3, H, 1);
      const foldImage_next = ops.foldImage(convolve_next, { boundary: "zero", before: 1, after: 1 });
      const sum = ops.map("complex(foldImage) + imaginary(foldImage_next)", { foldImage, foldImage_next });
      const real_next = ops.map("real(sum)", { sum });
      const extendImage_4 = ops.extendImage(real_next, { boundary: "zero", before: 1, after: 1 });
      const extendImage_4_images = ops.convolveInputGradient(extendImage_4, H, R(h + 2, w + 2, 1), 1);
      const convolveInput = ops.reshape(extendImage_4_images, R(h + 2, w + 2));
      const foldImage_2 = ops.foldImage(convolveInput, { boundary: "periodic", before: 1, after: 1 });
      const imag_next = ops.map("imag(sum)", { sum });
      const extendImage_5 = ops.extendImage(imag_next, { boundary: "zero", before: 1, after: 1 });
      const extendImage_5_images = ops.convolveInputGradient(extendImage_5, H, R(h + 2, w + 2, 1), 1);
      const convolveInput_next = ops.reshape(extendImage_5_images, R(h + 2, w + 2));
      const foldImage_3 = ops.foldImage(convolveInput_next, { boundary: "periodic", before: 1, after: 1 });
      return ops.map("fouriert_v + rho*(complex(foldImage_2) + imaginary(foldImage_3)) + 0.000001*v", {
        fouriert_v,
        rho,
        foldImage_2,
        foldImage_3,
        v,
      });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
  );
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
