/**
 * Deep K-SVD: every patch of a noisy image is sparse in a learned dictionary, by some steps of ISTA with a
 * threshold
 * that a network reads off the patch; the patches are then averaged with learned weights (Scetbon, Elad,
 * Milanfar,
 * IEEE Trans. Image Process. 30, 2021).
 *
 * Compiled by ipc from deep_ksvd.ipx: an unrolled network of 7 steps.
 */
import { defineProgram, R, type ArrayDatum, type Operations, type Operator, type Value } from "ipc/runtime";

/** What `run` takes; samples may be on a first axis. */
export interface Inputs {
  /** R[h, w] */
  readonly y: ArrayDatum;
}

/** What the program is run on. */
interface Data {
  /** a size */
  readonly h: number;
  /** a size */
  readonly w: number;
  /** a size */
  readonly p: number;
  /** a size */
  readonly atoms: number;
  /** R[h, w], of each sample */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** linear R[h, w] -> R[p, p, -h*p + h*w - p*w + p^2 + h - 2*p + w + 1] */
  readonly P: Operator;
  /** R[p, p, -h*p + h*w - p*w + p^2 + h - 2*p + w + 1] */
  readonly P_fill: Value;
  /** R[p, p] */
  readonly P_fill_slices: Value;
}

/** What may be learned. */
interface Learned {
  /** R[p^2, atoms] */
  readonly D: Value;
  /** R */
  readonly t: Value;
  /** R[4, p^2] */
  readonly "T.dense1.matrix": Value;
  /** R[4] */
  readonly "T.dense1.bias": Value;
  /** R[1, 4] */
  readonly "T.dense2.matrix": Value;
  /** R[1] */
  readonly "T.dense2.bias": Value;
  /** R[p, p] */
  readonly v: Value;
}

/** What does not change between steps. */
interface Prepared {
  /** R[p, p, -h*p + h*w - p*w + p^2 + h - 2*p + w + 1] */
  readonly P_y: Value;
  /** R */
  readonly t_times_T_P_y: Value;
}

/** All that a step may read. */
type Known = Data & Constants & Learned & Prepared;

/** What lives on from step to step. */
interface State {
  /** R[atoms, -h*p + h*w - p*w + p^2 + h - 2*p + w + 1] */
  readonly z: Value;
}

/** What `T_save` keeps of the layers of `T` for its adjoints. */
type T_Saved = Record<"u1_image" | "tanh" | "dense2_biased", Value>;
/** The cotangents of the weights of `T`. */
type T_Weights = Record<"T.dense1.matrix" | "T.dense2.matrix" | "T.dense1.bias" | "T.dense2.bias", Value>;

/** The learned network `T` with 2 layers of weights: its value at the arguments. */
function T(ops: Operations, u1: Value, known: Data & Constants & Learned): Value {
  const { p } = known;
  const u1_image = ops.reshape(u1, R(p, p, 1));
  const u1_image_2 = ops.reshape(u1_image, R(p * p));
  const dense1 = ops.matvec(known["T.dense1.matrix"], u1_image_2, R(4));
  const tanh = ops.map("tanh(dense1 + T_dense1_bias)", { dense1, T_dense1_bias: known["T.dense1.bias"] });
  const tanh_2 = ops.reshape(tanh, R(4));
  const dense2 = ops.matvec(known["T.dense2.matrix"], tanh_2, R(1));
  const softplus = ops.map("softplus(dense2 + T_dense2_bias)", {
    dense2,
    T_dense2_bias: known["T.dense2.bias"],
  });
  return ops.reshape(softplus, R());
}

/** `T`, and beside its value what its adjoints read of the layers. */
function T_save(ops: Operations, u1: Value, known: Data & Constants & Learned): [Value, T_Saved] {
  const { p } = known;
  const u1_image = ops.reshape(u1, R(p, p, 1));
  const u1_image_2 = ops.reshape(u1_image, R(p * p));
  const dense1 = ops.matvec(known["T.dense1.matrix"], u1_image_2, R(4));
  const tanh = ops.map("tanh(dense1 + T_dense1_bias)", { dense1, T_dense1_bias: known["T.dense1.bias"] });
  const tanh_2 = ops.reshape(tanh, R(4));
  const dense2 = ops.matvec(known["T.dense2.matrix"], tanh_2, R(1));
  const { dense2_biased, softplus } = ops.mapAll(
    { dense2_biased: "dense2 + T_dense2_bias", softplus: "softplus(dense2_biased)" },
    { dense2, T_dense2_bias: known["T.dense2.bias"] },
  );
  const softplus_2 = ops.reshape(softplus, R());
  return [softplus_2, { u1_image: u1_image_2, tanh, dense2_biased }];
}

/** The vector-Jacobian product of `T`: the cotangents of its weights, given that of its value. */
function T_adjoint_weights(
  ops: Operations,
  saved: T_Saved,
  output_bar: Value,
  known: Data & Constants & Learned,
): T_Weights {
  const tanh = ops.reshape(saved.tanh, R(4));
  const output_bar_2 = ops.reshape(output_bar, R(1));
  const { dense2_biased_bar, dense2_bias_bar } = ops.mapAll(
    { dense2_biased_bar: "output_bar_2*sigmoid(dense2_biased)", dense2_bias_bar: "dense2_biased_bar" },
    { output_bar_2, dense2_biased: saved.dense2_biased },
    { dense2_bias_bar: "sumSamples" },
  );
  const dense2_matrixt_v = ops.matvecTransposed(known["T.dense2.matrix"], dense2_biased_bar, R(4));
  const outer = ops.outerSum(dense2_biased_bar, tanh);
  const dense2_matrixt_v_2 = ops.reshape(dense2_matrixt_v, R(4));
  const { dense1_biased_bar, dense1_bias_bar } = ops.mapAll(
    { dense1_biased_bar: "dense2_matrixt_v_2*(1 - square(tanh))", dense1_bias_bar: "dense1_biased_bar" },
    { dense2_matrixt_v_2, tanh: saved.tanh },
    { dense1_bias_bar: "sumSamples" },
  );
  const outer_2 = ops.outerSum(dense1_biased_bar, saved.u1_image);
  return {
    "T.dense1.matrix": outer_2,
    "T.dense1.bias": dense1_bias_bar,
    "T.dense2.matrix": outer,
    "T.dense2.bias": dense2_bias_bar,
  };
}

/** The vector-Jacobian product of `T`: the cotangent of `u1`, given that of its value. */
function T_adjoint_inputs(
  ops: Operations,
  saved: Record<"tanh" | "dense2_biased", Value>,
  output_bar: Value,
  known: Data & Constants & Learned,
): Value {
  const { p } = known;
  const output_bar_2 = ops.reshape(output_bar, R(1));
  const dense2_biased_bar = ops.map("output_bar_2*sigmoid(dense2_biased)", {
    output_bar_2,
    dense2_biased: saved.dense2_biased,
  });
  const dense2_matrixt_v = ops.matvecTransposed(known["T.dense2.matrix"], dense2_biased_bar, R(4));
  const dense2_matrixt_v_2 = ops.reshape(dense2_matrixt_v, R(4));
  const dense1_biased_bar = ops.map("dense2_matrixt_v_2*(1 - square(tanh))", {
    dense2_matrixt_v_2,
    tanh: saved.tanh,
  });
  const dense1_matrixt_v = ops.matvecTransposed(known["T.dense1.matrix"], dense1_biased_bar, R(p * p));
  const u1_image_bar = ops.reshape(dense1_matrixt_v, R(p, p, 1));
  return ops.reshape(u1_image_bar, R(p, p));
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { h, w, p }: Data) {
  const P = ops
    .at("deep_ksvd.ipx:6:11")
    .library(
      "patches",
      { boundary: "inside", stride: 1 },
      R(h, w),
      [],
      R(p, p, -h * p + h * w - p * w + p * p + h - 2 * p + w + 1),
    );
  const ones = ops.fill(1, R(h, w));
  const P_fill = ops.apply(P, ones);
  const P_fill_slices = ops.slices(P_fill, P_fill);
  return { P, P_fill, P_fill_slices };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, known: Data & Constants & Learned) {
  const { P, y, t } = known;
  const P_y = ops.apply(P, y);
  const P_y_slices = ops.slices(P_y, y);
  const T_P_y = T(ops, P_y_slices, known);
  const t_times_T_P_y = ops.map("t*T_P_y", { t, T_P_y });
  return { values: { P_y, t_times_T_P_y } };
}

/** `prepare`, and what its adjoint needs. */
function prepareSaving(ops: Operations, known: Data & Constants & Learned) {
  const { P, y, t } = known;
  const P_y = ops.apply(P, y);
  const P_y_slices = ops.slices(P_y, y);
  const [T_P_y, T_saved] = T_save(ops, P_y_slices, known);
  const t_times_T_P_y = ops.map("t*T_P_y", { t, T_P_y });
  return { values: { P_y, t_times_T_P_y }, saved: { values: { T_P_y, ...T_saved }, traces: {} } };
}

/** The vector-Jacobian product of `prepare`: cotangents of what it returns become those of what it reads. */
function prepareAdjoint(
  ops: Operations,
  known: Data & Constants & Learned,
  { values: { T_P_y, ...T_saved } }: ReturnType<typeof prepareSaving>["saved"],
  { t_times_T_P_y: t_times_T_P_y_bar }: Prepared,
) {
  const { t } = known;
  const t_bar_each = ops.map("t_times_T_P_y_bar*T_P_y", { t_times_T_P_y_bar, T_P_y });
  const t_bar = ops.sumSamples(t_bar_each);
  const T_P_y_bar = ops.map("t_times_T_P_y_bar*t", { t_times_T_P_y_bar, t });
  const T_weights_bar = T_adjoint_weights(ops, T_saved, T_P_y_bar, known);
  return { state: {}, known: { t: t_bar, ...T_weights_bar } };
}

/** `prepareAdjoint` for the inputs alone. */
function prepareInputAdjoint(
  ops: Operations,
  known: Data & Constants & Learned,
  { values: T_saved }: ReturnType<typeof prepareSaving>["saved"],
  { P_y: P_y_bar, t_times_T_P_y: t_times_T_P_y_bar }: Prepared,
) {
  const { h, p, w, t, y, P } = known;
  const T_P_y_bar = ops.map("t_times_T_P_y_bar*t", { t_times_T_P_y_bar, t });
  const u1_bar = T_adjoint_inputs(ops, T_saved, T_P_y_bar, known);
  const dense1_matrixt_v = ops.joinSlices(u1_bar, -h * p + h * w - p * w + p * p + h - 2 * p + w + 1, y);
  const P_y_bar_2 = ops.map("P_y_bar + dense1_matrixt_v", { P_y_bar, dense1_matrixt_v });
  const y_bar = ops.applyAdjoint(P, P_y_bar_2);
  return { y: y_bar };
}

/** The first state. */
function initial(ops: Operations, { atoms, h, p, w }: Known) {
  const z = ops.fill(0, R(atoms, -h * p + h * w - p * w + p * p + h - 2 * p + w + 1));
  return { values: { z } };
}

/** The first iteration, where the state is still 0. */
function firstStep(ops: Operations, { atoms, h, p, w, P_y, y, D, t, t_times_T_P_y }: Known) {
  const minus_P_y = ops.map("-P_y", { P_y });
  const sub_slices = ops.slices(minus_P_y, y);
  const Dt_sub = ops.matvecTransposed(D, sub_slices, R(atoms));
  const Dt_sub_2 = ops.joinSlices(Dt_sub, -h * p + h * w - p * w + p * p + h - 2 * p + w + 1, y);
  const negative = ops.map("-(t*Dt_sub_2)", { t, Dt_sub_2 });
  const sub_slices_2 = ops.slices(negative, y);
  const shrink = ops.map("soft(sub_slices_2, t_times_T_P_y)", { sub_slices_2, t_times_T_P_y });
  const z_next = ops.joinSlices(shrink, -h * p + h * w - p * w + p * p + h - 2 * p + w + 1, y);
  return { values: { z: z_next }, reports: {}, capped: null };
}

/** `firstStep`, and what its adjoint needs. */
function firstStepSaving(ops: Operations, { atoms, h, p, w, P_y, y, D, t, t_times_T_P_y }: Known) {
  const minus_P_y = ops.map("-P_y", { P_y });
  const sub_slices = ops.slices(minus_P_y, y);
  const Dt_sub = ops.matvecTransposed(D, sub_slices, R(atoms));
  const Dt_sub_2 = ops.joinSlices(Dt_sub, -h * p + h * w - p * w + p * p + h - 2 * p + w + 1, y);
  const negative = ops.map("-(t*Dt_sub_2)", { t, Dt_sub_2 });
  const sub_slices_2 = ops.slices(negative, y);
  const shrink = ops.map("soft(sub_slices_2, t_times_T_P_y)", { sub_slices_2, t_times_T_P_y });
  const z_next = ops.joinSlices(shrink, -h * p + h * w - p * w + p * p + h - 2 * p + w + 1, y);
  return {
    values: { z: z_next },
    reports: {},
    capped: null,
    saved: { values: { sub_slices, Dt_sub: Dt_sub_2, sub_slices_2 }, traces: {} },
  };
}

/** The vector-Jacobian product of `firstStep`: cotangents of what it returns become those of what it reads. */
function firstStepAdjoint(
  ops: Operations,
  { h, p, w, y, t_times_T_P_y, t }: Known,
  { values: { sub_slices, Dt_sub, sub_slices_2 } }: ReturnType<typeof firstStepSaving>["saved"],
  { z: z_next_bar }: State,
) {
  const z_next_bar_slices = ops.slices(z_next_bar, y);
  const { sub_slices_bar, t_times_T_P_y_bar } = ops.mapAll(
    {
      sub_slices_bar: "select(max(t_times_T_P_y, 0) < abs(sub_slices_2), z_next_bar_slices, 0)",
      t_times_T_P_y_bar:
        "select(max(t_times_T_P_y, 0) < abs(sub_slices_2), -(sign(sub_slices_2)*z_next_bar_slices), 0)",
    },
    { t_times_T_P_y, sub_slices_2, z_next_bar_slices },
    { t_times_T_P_y_bar: "sum" },
  );
  const negative_bar = ops.joinSlices(sub_slices_bar, -h * p + h * w - p * w + p * p + h - 2 * p + w + 1, y);
  const minus_t_bar_each = ops.dot(Dt_sub, negative_bar);
  const minus_t_bar = ops.sumSamples(minus_t_bar_each);
  const t_bar = ops.map("-minus_t_bar", { minus_t_bar });
  const Dt_sub_bar = ops.map("-(negative_bar*t)", { negative_bar, t });
  const mul_slices = ops.slices(Dt_sub_bar, y);
  const D_bar = ops.outerSum(sub_slices, mul_slices);
  return { state: {}, known: { D: D_bar, t: t_bar, t_times_T_P_y: t_times_T_P_y_bar } };
}

/** `firstStepAdjoint` for the inputs alone. */
function firstStepInputAdjoint(
  ops: Operations,
  { h, p, w, y, t_times_T_P_y, t, D }: Known,
  { values: { sub_slices_2 } }: ReturnType<typeof firstStepSaving>["saved"],
  { z: z_next_bar }: State,
) {
  const z_next_bar_slices = ops.slices(z_next_bar, y);
  const sub_slices_bar = ops.map("select(max(t_times_T_P_y, 0) < abs(sub_slices_2), z_next_bar_slices, 0)", {
    t_times_T_P_y,
    sub_slices_2,
    z_next_bar_slices,
  });
  const negative_bar = ops.joinSlices(sub_slices_bar, -h * p + h * w - p * w + p * p + h - 2 * p + w + 1, y);
  const Dt_sub_bar = ops.map("-(negative_bar*t)", { negative_bar, t });
  const mul_slices = ops.slices(Dt_sub_bar, y);
  const D_mul_slices = ops.matvec(D, mul_slices, R(p, p));
  const D_mul_slices_2 = ops.joinSlices(D_mul_slices, -h * p + h * w - p * w + p * p + h - 2 * p + w + 1, y);
  const P_y_bar = ops.map("-D_mul_slices_2", { D_mul_slices_2 });
  return { P_y: P_y_bar };
}

/** One iteration: the next state. */
function step(ops: Operations, { p, h, w, atoms, y, D, P_y, t, t_times_T_P_y }: Known, { z }: State) {
  const z_slices = ops.slices(z, y);
  const D_z = ops.matvec(D, z_slices, R(p, p));
  const D_z_2 = ops.joinSlices(D_z, -h * p + h * w - p * w + p * p + h - 2 * p + w + 1, y);
  const residual = ops.map("D_z_2 - P_y", { D_z_2, P_y });
  const sub_slices = ops.slices(residual, y);
  const Dt_sub = ops.matvecTransposed(D, sub_slices, R(atoms));
  const Dt_sub_2 = ops.joinSlices(Dt_sub, -h * p + h * w - p * w + p * p + h - 2 * p + w + 1, y);
  const difference = ops.map("z - t*Dt_sub_2", { z, t, Dt_sub_2 });
  const sub_slices_2 = ops.slices(difference, y);
  const shrink = ops.map("soft(sub_slices_2, t_times_T_P_y)", { sub_slices_2, t_times_T_P_y });
  const z_next = ops.joinSlices(shrink, -h * p + h * w - p * w + p * p + h - 2 * p + w + 1, y);
  return { values: { z: z_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, { p, h, w, atoms, y, D, P_y, t, t_times_T_P_y }: Known, { z }: State) {
  const z_slices = ops.slices(z, y);
  const D_z = ops.matvec(D, z_slices, R(p, p));
  const D_z_2 = ops.joinSlices(D_z, -h * p + h * w - p * w + p * p + h - 2 * p + w + 1, y);
  const residual = ops.map("D_z_2 - P_y", { D_z_2, P_y });
  const sub_slices = ops.slices(residual, y);
  const Dt_sub = ops.matvecTransposed(D, sub_slices, R(atoms));
  const Dt_sub_2 = ops.joinSlices(Dt_sub, -h * p + h * w - p * w + p * p + h - 2 * p + w + 1, y);
  const difference = ops.map("z - t*Dt_sub_2", { z, t, Dt_sub_2 });
  const sub_slices_2 = ops.slices(difference, y);
  const shrink = ops.map("soft(sub_slices_2, t_times_T_P_y)", { sub_slices_2, t_times_T_P_y });
  const z_next = ops.joinSlices(shrink, -h * p + h * w - p * w + p * p + h - 2 * p + w + 1, y);
  return {
    values: { z: z_next },
    reports: {},
    capped: null,
    saved: { values: { z_slices, sub_slices, Dt_sub: Dt_sub_2, sub_slices_2 }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  { h, p, w, atoms, y, t_times_T_P_y, t, D }: Known,
  { values: { z_slices, sub_slices, Dt_sub, sub_slices_2 } }: ReturnType<typeof stepSaving>["saved"],
  { z: z_next_bar }: State,
) {
  const z_next_bar_slices = ops.slices(z_next_bar, y);
  const { sub_slices_bar, t_times_T_P_y_bar } = ops.mapAll(
    {
      sub_slices_bar: "select(max(t_times_T_P_y, 0) < abs(sub_slices_2), z_next_bar_slices, 0)",
      t_times_T_P_y_bar:
        "select(max(t_times_T_P_y, 0) < abs(sub_slices_2), -(sign(sub_slices_2)*z_next_bar_slices), 0)",
    },
    { t_times_T_P_y, sub_slices_2, z_next_bar_slices },
    { t_times_T_P_y_bar: "sum" },
  );
  const difference_bar = ops.joinSlices(
    sub_slices_bar,
    -h * p + h * w - p * w + p * p + h - 2 * p + w + 1,
    y,
  );
  const minus_t_bar_each = ops.dot(Dt_sub, difference_bar);
  const minus_t_bar = ops.sumSamples(minus_t_bar_each);
  const t_bar = ops.map("-minus_t_bar", { minus_t_bar });
  const Dt_sub_bar = ops.map("-(difference_bar*t)", { difference_bar, t });
  const mul_slices = ops.slices(Dt_sub_bar, y);
  const D_mul_slices = ops.matvec(D, mul_slices, R(p, p));
  const outer = ops.outerSum(sub_slices, mul_slices);
  const Dt_v = ops.matvecTransposed(D, D_mul_slices, R(atoms));
  const outer_2 = ops.outerSum(D_mul_slices, z_slices);
  const D_bar = ops.map("outer + outer_2", { outer, outer_2 });
  const Dt_v_2 = ops.joinSlices(Dt_v, -h * p + h * w - p * w + p * p + h - 2 * p + w + 1, y);
  const z_bar = ops.map("difference_bar + Dt_v_2", { difference_bar, Dt_v_2 });
  return { state: { z: z_bar }, known: { D: D_bar, t: t_bar, t_times_T_P_y: t_times_T_P_y_bar } };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  { h, p, w, y, t_times_T_P_y, t, D }: Known,
  { values: { sub_slices_2 } }: ReturnType<typeof stepSaving>["saved"],
  { z: z_next_bar }: State,
) {
  const z_next_bar_slices = ops.slices(z_next_bar, y);
  const sub_slices_bar = ops.map("select(max(t_times_T_P_y, 0) < abs(sub_slices_2), z_next_bar_slices, 0)", {
    t_times_T_P_y,
    sub_slices_2,
    z_next_bar_slices,
  });
  const difference_bar = ops.joinSlices(
    sub_slices_bar,
    -h * p + h * w - p * w + p * p + h - 2 * p + w + 1,
    y,
  );
  const Dt_sub_bar = ops.map("-(difference_bar*t)", { difference_bar, t });
  const mul_slices = ops.slices(Dt_sub_bar, y);
  const D_mul_slices = ops.matvec(D, mul_slices, R(p, p));
  const D_mul_slices_2 = ops.joinSlices(D_mul_slices, -h * p + h * w - p * w + p * p + h - 2 * p + w + 1, y);
  const P_y_bar = ops.map("-D_mul_slices_2", { D_mul_slices_2 });
  return { P_y: P_y_bar };
}

/** The output. */
function finish(ops: Operations, { p, h, w, y, D, v, P, P_fill_slices, P_fill }: Known, { z }: State) {
  const z_slices = ops.slices(z, y);
  const D_z = ops.matvec(D, z_slices, R(p, p));
  const weighted = ops.map("v*D_z", { v, D_z });
  const weighted_2 = ops.joinSlices(weighted, -h * p + h * w - p * w + p * p + h - 2 * p + w + 1, y);
  const Pt_weighted = ops.applyAdjoint(P, weighted_2);
  const weighted_3 = ops.map("v*P_fill_slices", { v, P_fill_slices });
  const weighted_4 = ops.joinSlices(weighted_3, -h * p + h * w - p * w + p * p + h - 2 * p + w + 1, P_fill);
  const Pt_weighted_2 = ops.applyAdjoint(P, weighted_4);
  const output = ops.map("Pt_weighted/Pt_weighted_2", { Pt_weighted, Pt_weighted_2 });
  return { values: { output } };
}

/** `finish`, and what its adjoint needs. */
function finishSaving(ops: Operations, { p, h, w, y, D, v, P, P_fill_slices, P_fill }: Known, { z }: State) {
  const z_slices = ops.slices(z, y);
  const D_z = ops.matvec(D, z_slices, R(p, p));
  const weighted = ops.map("v*D_z", { v, D_z });
  const weighted_2 = ops.joinSlices(weighted, -h * p + h * w - p * w + p * p + h - 2 * p + w + 1, y);
  const Pt_weighted = ops.applyAdjoint(P, weighted_2);
  const weighted_3 = ops.map("v*P_fill_slices", { v, P_fill_slices });
  const weighted_4 = ops.joinSlices(weighted_3, -h * p + h * w - p * w + p * p + h - 2 * p + w + 1, P_fill);
  const Pt_weighted_2 = ops.applyAdjoint(P, weighted_4);
  const output = ops.map("Pt_weighted/Pt_weighted_2", { Pt_weighted, Pt_weighted_2 });
  return {
    values: { output },
    saved: { values: { z_slices, D_z, Pt_weighted: Pt_weighted_2, quotient: output }, traces: {} },
  };
}

/** The vector-Jacobian product of `finish`: cotangents of what it returns become those of what it reads. */
function finishAdjoint(
  ops: Operations,
  { atoms, h, p, w, P, P_fill, P_fill_slices, y, v, D }: Known,
  { values: { z_slices, D_z, Pt_weighted, quotient } }: ReturnType<typeof finishSaving>["saved"],
  { output: output_bar }: { readonly output: Value },
) {
  const { Pt_weighted_bar, minus_Pt_weighted_bar } = ops.mapAll(
    { Pt_weighted_bar: "output_bar/Pt_weighted", minus_Pt_weighted_bar: "quotient*output_bar/Pt_weighted" },
    { output_bar, Pt_weighted, quotient },
    { minus_Pt_weighted_bar: "sumSamples" },
  );
  const P_v = ops.apply(P, minus_Pt_weighted_bar);
  const weighted_bar = ops.map("-P_v", { P_v });
  const P_neg_slices = ops.slices(weighted_bar, P_fill);
  const { product_total } = ops.mapAll(
    { product_total: "P_neg_slices*P_fill_slices" },
    { P_neg_slices, P_fill_slices },
    { product_total: "sumSamples" },
  );
  const P_v_2 = ops.apply(P, Pt_weighted_bar);
  const P_div_slices = ops.slices(P_v_2, y);
  const { product_total_2 } = ops.mapAll(
    { product_total_2: "P_div_slices*D_z" },
    { P_div_slices, D_z },
    { product_total_2: "sumSamples" },
  );
  const v_bar = ops.map("product_total + product_total_2", { product_total, product_total_2 });
  const D_z_bar = ops.map("P_div_slices*v", { P_div_slices, v });
  const Dt_D_z_bar = ops.matvecTransposed(D, D_z_bar, R(atoms));
  const D_bar = ops.outerSum(D_z_bar, z_slices);
  const z_bar = ops.joinSlices(Dt_D_z_bar, -h * p + h * w - p * w + p * p + h - 2 * p + w + 1, y);
  return { state: { z: z_bar }, known: { D: D_bar, v: v_bar } };
}

/**
 * Deep K-SVD: every patch of a noisy image is sparse in a learned dictionary, by some steps of ISTA with a threshold
 * that a network reads off the patch; the patches are then averaged with learned weights (Scetbon, Elad, Milanfar,
 * IEEE Trans. Image Process. 30, 2021).
 */
export const deep_ksvd = defineProgram<Known, State, Record<string, never>, Inputs>({
  name: "deep_ksvd",
  doc: "Deep K-SVD: every patch of a noisy image is sparse in a learned dictionary, by some steps of ISTA with a threshold\nthat a network reads off the patch; the patches are then averaged with learned weights (Scetbon, Elad, Milanfar,\nIEEE Trans. Image Process. 30, 2021).",
  hash: "7a438e1712765651b3975992287d7adc60f98fd97453319e44d9dd897f42ab36",
  sizes: [
    { name: "h", initial: null },
    { name: "w", initial: null },
    { name: "p", initial: 8 },
    { name: "atoms", initial: 256 },
  ],
  spaces: [],
  givens: [],
  inputs: [{ name: "y", type: { kind: "array", field: "real", dimensions: ["h", "w"] } }],
  parameters: [
    {
      name: "D",
      type: { kind: "array", field: "real", dimensions: ["p^2", "atoms"] },
      initial: {
        kind: "value",
        evaluate: (ops, { p, atoms }) => {
          const reshape = ops.at("deep_ksvd.ipx:8:42").library("reshape", {}, R(p * p), [], R(p, p));
          const gaussian = ops
            .at("deep_ksvd.ipx:8:50")
            .library("gaussian", { normalise: "columns", seed: 0 }, R(atoms), [], R(p * p));
          return ops.materialise(R(atoms), (v) => {
            const gaussian_v = ops.apply(gaussian, v);
            return ops.apply(reshape, gaussian_v);
          });
        },
      },
    },
    {
      name: "t",
      type: { kind: "array", field: "real", dimensions: [] },
      initial: { kind: "value", evaluate: (ops) => ops.number(0.1) },
      interval: (ops) => {
        const low = ops.number(0);
        return { low, high: null, lowOpen: true, highOpen: true };
      },
    },
    {
      name: "T.dense1.matrix",
      type: { kind: "array", field: "real", dimensions: ["4", "p^2"] },
      initial: { kind: "random", init: "he" },
    },
    {
      name: "T.dense1.bias",
      type: { kind: "array", field: "real", dimensions: ["4"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "T.dense2.matrix",
      type: { kind: "array", field: "real", dimensions: ["1", "4"] },
      initial: { kind: "random", init: "he" },
    },
    {
      name: "T.dense2.bias",
      type: { kind: "array", field: "real", dimensions: ["1"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "v",
      type: { kind: "array", field: "real", dimensions: ["p", "p"] },
      initial: { kind: "value", evaluate: (ops, { p }) => ops.fill(1, R(p, p)) },
      interval: (ops) => {
        const low = ops.number(0);
        return { low, high: null, lowOpen: true, highOpen: true };
      },
    },
  ],
  states: [
    {
      name: "z",
      type: {
        kind: "array",
        field: "real",
        dimensions: ["atoms", "-h*p + h*w - p*w + p^2 + h - 2*p + w + 1"],
      },
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
  finish: { run: finish, reverse: { save: finishSaving, adjoint: finishAdjoint, stateAdjoint: null } },
  objective: null,
  until: null,
  target: { kind: "unrolled", steps: 7, beyond: "error" },
  certificate: null,
  notes: [],
  inputGradients: true,
});
