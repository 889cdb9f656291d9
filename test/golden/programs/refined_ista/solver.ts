/**
 * An unrolled network whose weights are refined for each measurement: the step sizes and thresholds of
 * ISTA's layers
 * (Gregor and LeCun, 2010) descend the LASSO objective at the network's output, a loss that needs no ground
 * truth
 * (as in the test-time adaptation of Gilton, Ongie, Willett, 2021).
 *
 * Compiled by ipc from refined_ista.ipx: a solver of at most 200 steps.
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
  /** linear R[n] -> Y */
  readonly A: OperatorDatum;
  /** R in (0, inf) */
  readonly lambda?: ArrayDatum;
  /** R in (0, inf) */
  readonly tau?: ArrayDatum;
}

/** What `run` takes; samples may be on a first axis. */
export interface Inputs {
  /** Y */
  readonly y: ArrayDatum;
}

/** What the program is run on. */
interface Data {
  /** a size */
  readonly n: number;
  /** a space */
  readonly Y: Space;
  /** linear R[n] -> Y */
  readonly A: Operator;
  /** R in (0, inf) */
  readonly lambda: Value;
  /** R in (0, inf) */
  readonly tau: Value;
  /** Y, of each sample */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** R */
  readonly L: Value;
  /** Y */
  readonly A_x: Value;
  /** linear R[n] -> R[n] with symmetric, positive */
  readonly gram_A: Operator;
}

/** What may be learned. */
interface Learned {
  /** R[5] */
  readonly "layers.t": Value;
  /** R[5] */
  readonly "layers.theta": Value;
}

/** What does not change between steps. */
interface Prepared {
  /** R[n] */
  readonly At_residual: Value;
  /** R[n] */
  readonly At_y: Value;
}

/** All that a step may read. */
type Known = Data & Constants & Learned & Prepared;

/** What lives on from step to step. */
interface State {
  /** (R[5], R[5]) */
  readonly w: Value;
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { n, A }: Data) {
  const norm_A = ops.norm(A);
  const L = ops.map("square(norm_A)", { norm_A });
  const x = ops.fill(0, R(n));
  const A_x = ops.apply(A, x);
  const gram_A = ops.gram(A);
  return { L, A_x, gram_A };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, { A_x, y, A }: Data & Constants & Learned) {
  const residual = ops.map("A_x - y", { A_x, y });
  const At_residual = ops.applyAdjoint(A, residual);
  const At_y = ops.applyAdjoint(A, y);
  return { values: { At_residual, At_y } };
}

/** The first state. */
function initial(ops: Operations, known: Known) {
  const w = ops.product([known["layers.t"], known["layers.theta"]]);
  return { values: { w } };
}

/** One iteration: the next state. */
function step(ops: Operations, { n, At_residual, gram_A, At_y, lambda, tau }: Known, { w }: State) {
  const zero = ops.number(0);
  const one = ops.number(1);
  const v2 = ops.number(2);
  const w_0 = ops.part(w, 0);
  const w_1 = ops.part(w, 1);
  const w_0_0 = ops.rows(w_0, zero);
  const w_1_0 = ops.rows(w_1, zero);
  const { negative, x_next } = ops.mapAll(
    { negative: "-(w_0_0*At_residual)", x_next: "soft(negative, w_1_0)" },
    { w_0_0, At_residual, w_1_0 },
  );
  const w_0_1 = ops.rows(w_0, one);
  const w_1_1 = ops.rows(w_1, one);
  const gram_A_x_next = ops.apply(gram_A, x_next);
  const { residual, difference, x_next_2 } = ops.mapAll(
    {
      residual: "gram_A_x_next - At_y",
      difference: "x_next - w_0_1*residual",
      x_next_2: "soft(difference, w_1_1)",
    },
    { gram_A_x_next, At_y, x_next, w_0_1, w_1_1 },
  );
  const w_0_2 = ops.rows(w_0, v2);
  const w_1_2 = ops.rows(w_1, v2);
  const gram_A_x_next_2 = ops.apply(gram_A, x_next_2);
  const { residual_2, difference_2, x_next_3 } = ops.mapAll(
    {
      residual_2: "gram_A_x_next_2 - At_y",
      difference_2: "x_next_2 - w_0_2*residual_2",
      x_next_3: "soft(difference_2, w_1_2)",
    },
    { gram_A_x_next_2, At_y, x_next_2, w_0_2, w_1_2 },
  );
  const v3 = ops.number(3);
  const w_0_3 = ops.rows(w_0, v3);
  const w_1_3 = ops.rows(w_1, v3);
  const gram_A_x_next_3 = ops.apply(gram_A, x_next_3);
  const { residual_3, difference_3, x_next_4 } = ops.mapAll(
    {
      residual_3: "gram_A_x_next_3 - At_y",
      difference_3: "x_next_3 - w_0_3*residual_3",
      x_next_4: "soft(difference_3, w_1_3)",
    },
    { gram_A_x_next_3, At_y, x_next_3, w_0_3, w_1_3 },
  );
  const v4 = ops.number(4);
  const w_0_4 = ops.rows(w_0, v4);
  const w_1_4 = ops.rows(w_1, v4);
  const gram_A_x_next_4 = ops.apply(gram_A, x_next_4);
  const filled = ops.fill(lambda, R(n));
  const { residual_4, difference_4, f, product } = ops.mapAll(
    {
      residual_4: "gram_A_x_next_4 - At_y",
      difference_4: "x_next_4 - w_0_4*residual_4",
      f: "soft(difference_4, w_1_4)",
      product: "sign(f)*filled",
    },
    { gram_A_x_next_4, At_y, x_next_4, w_0_4, w_1_4, filled },
  );
  const { is_less, chosen, sign_difference, sum_chosen } = ops.mapAll(
    {
      is_less: "max(w_1_4, 0) < abs(difference_4)",
      chosen: "select(is_less, product, 0)",
      sign_difference: "sign(difference_4)",
      sum_chosen: "select(is_less, -(sign_difference*product), 0)",
    },
    { w_1_4, difference_4, product },
    { sum_chosen: "sum" },
  );
  const inner_product = ops.dot(residual_4, chosen);
  const negative_2 = ops.map("-inner_product", { inner_product });
  const chosen_times_w_0_4 = ops.map("chosen*w_0_4", { chosen, w_0_4 });
  const gram_A_v = ops.apply(gram_A, chosen_times_w_0_4);
  const placed = ops.placeRows(sum_chosen, v4, R(5));
  const placed_2 = ops.placeRows(negative_2, v4, R(5));
  const { is_less_2, chosen_2, sign_difference_2, sum_chosen_2 } = ops.mapAll(
    {
      is_less_2: "max(w_1_3, 0) < abs(difference_3)",
      chosen_2: "select(is_less_2, chosen - gram_A_v, 0)",
      sign_difference_2: "sign(difference_3)",
      sum_chosen_2: "select(is_less_2, -(sign_difference_2*(chosen - gram_A_v)), 0)",
    },
    { w_1_3, difference_3, chosen, gram_A_v },
    { sum_chosen_2: "sum" },
  );
  const inner_product_2 = ops.dot(residual_3, chosen_2);
  const negative_3 = ops.map("-inner_product_2", { inner_product_2 });
  const chosen_times_w_0_3 = ops.map("chosen_2*w_0_3", { chosen_2, w_0_3 });
  const gram_A_v_2 = ops.apply(gram_A, chosen_times_w_0_3);
  const placed_3 = ops.placeRows(sum_chosen_2, v3, R(5));
  const placed_4 = ops.placeRows(negative_3, v3, R(5));
  const { is_less_3, chosen_3, sign_difference_3, sum_chosen_3 } = ops.mapAll(
    {
      is_less_3: "max(w_1_2, 0) < abs(difference_2)",
      chosen_3: "select(is_less_3, chosen_2 - gram_A_v_2, 0)",
      sign_difference_3: "sign(difference_2)",
      sum_chosen_3: "select(is_less_3, -(sign_difference_3*(chosen_2 - gram_A_v_2)), 0)",
    },
    { w_1_2, difference_2, chosen_2, gram_A_v_2 },
    { sum_chosen_3: "sum" },
  );
  const inner_product_3 = ops.dot(residual_2, chosen_3);
  const negative_4 = ops.map("-inner_product_3", { inner_product_3 });
  const chosen_times_w_0_2 = ops.map("chosen_3*w_0_2", { chosen_3, w_0_2 });
  const gram_A_v_3 = ops.apply(gram_A, chosen_times_w_0_2);
  const placed_5 = ops.placeRows(sum_chosen_3, v2, R(5));
  const placed_6 = ops.placeRows(negative_4, v2, R(5));
  const { is_less_4, chosen_4, sign_difference_4, sum_chosen_4 } = ops.mapAll(
    {
      is_less_4: "max(w_1_1, 0) < abs(difference)",
      chosen_4: "select(is_less_4, chosen_3 - gram_A_v_3, 0)",
      sign_difference_4: "sign(difference)",
      sum_chosen_4: "select(is_less_4, -(sign_difference_4*(chosen_3 - gram_A_v_3)), 0)",
    },
    { w_1_1, difference, chosen_3, gram_A_v_3 },
    { sum_chosen_4: "sum" },
  );
  const inner_product_4 = ops.dot(residual, chosen_4);
  const negative_5 = ops.map("-inner_product_4", { inner_product_4 });
  const chosen_times_w_0_1 = ops.map("chosen_4*w_0_1", { chosen_4, w_0_1 });
  const gram_A_v_4 = ops.apply(gram_A, chosen_times_w_0_1);
  const placed_7 = ops.placeRows(sum_chosen_4, one, R(5));
  const placed_8 = ops.placeRows(negative_5, one, R(5));
  const { is_less_5, chosen_5, sign_negative, sum_chosen_5 } = ops.mapAll(
    {
      is_less_5: "max(w_1_0, 0) < abs(negative)",
      chosen_5: "select(is_less_5, chosen_4 - gram_A_v_4, 0)",
      sign_negative: "sign(negative)",
      sum_chosen_5: "select(is_less_5, -(sign_negative*(chosen_4 - gram_A_v_4)), 0)",
    },
    { w_1_0, negative, chosen_4, gram_A_v_4 },
    { sum_chosen_5: "sum" },
  );
  const inner_product_5 = ops.dot(At_residual, chosen_5);
  const negative_6 = ops.map("-inner_product_5", { inner_product_5 });
  const placed_9 = ops.placeRows(sum_chosen_5, zero, R(5));
  const placed_10 = ops.placeRows(negative_6, zero, R(5));
  const gram_A_f = ops.apply(gram_A, f);
  const { chosen_6, sum_chosen_6, inner_product_6 } = ops.mapAll(
    {
      chosen_6: "select(is_less, gram_A_f - At_y, 0)",
      sum_chosen_6: "select(is_less, -(sign_difference*(gram_A_f - At_y)), 0)",
      inner_product_6: "residual_4*chosen_6",
    },
    { is_less, gram_A_f, At_y, sign_difference, residual_4 },
    { sum_chosen_6: "sum", inner_product_6: "sum" },
  );
  const negative_7 = ops.map("-inner_product_6", { inner_product_6 });
  const chosen_times_w_0_4_2 = ops.map("chosen_6*w_0_4", { chosen_6, w_0_4 });
  const gram_A_v_5 = ops.apply(gram_A, chosen_times_w_0_4_2);
  const placed_11 = ops.placeRows(sum_chosen_6, v4, R(5));
  const placed_12 = ops.placeRows(negative_7, v4, R(5));
  const { chosen_7, sum_chosen_7, inner_product_7 } = ops.mapAll(
    {
      chosen_7: "select(is_less_2, chosen_6 - gram_A_v_5, 0)",
      sum_chosen_7: "select(is_less_2, -(sign_difference_2*(chosen_6 - gram_A_v_5)), 0)",
      inner_product_7: "residual_3*chosen_7",
    },
    { is_less_2, chosen_6, gram_A_v_5, sign_difference_2, residual_3 },
    { sum_chosen_7: "sum", inner_product_7: "sum" },
  );
  const negative_8 = ops.map("-inner_product_7", { inner_product_7 });
  const chosen_times_w_0_3_2 = ops.map("chosen_7*w_0_3", { chosen_7, w_0_3 });
  const gram_A_v_6 = ops.apply(gram_A, chosen_times_w_0_3_2);
  const placed_13 = ops.placeRows(sum_chosen_7, v3, R(5));
  const placed_14 = ops.placeRows(negative_8, v3, R(5));
  const { chosen_8, sum_chosen_8, inner_product_8 } = ops.mapAll(
    {
      chosen_8: "select(is_less_3, chosen_7 - gram_A_v_6, 0)",
      sum_chosen_8: "select(is_less_3, -(sign_difference_3*(chosen_7 - gram_A_v_6)), 0)",
      inner_product_8: "residual_2*chosen_8",
    },
    { is_less_3, chosen_7, gram_A_v_6, sign_difference_3, residual_2 },
    { sum_chosen_8: "sum", inner_product_8: "sum" },
  );
  const negative_9 = ops.map("-inner_product_8", { inner_product_8 });
  const chosen_times_w_0_2_2 = ops.map("chosen_8*w_0_2", { chosen_8, w_0_2 });
  const gram_A_v_7 = ops.apply(gram_A, chosen_times_w_0_2_2);
  const placed_15 = ops.placeRows(sum_chosen_8, v2, R(5));
  const placed_16 = ops.placeRows(negative_9, v2, R(5));
  const { chosen_9, sum_chosen_9, inner_product_9 } = ops.mapAll(
    {
      chosen_9: "select(is_less_4, chosen_8 - gram_A_v_7, 0)",
      sum_chosen_9: "select(is_less_4, -(sign_difference_4*(chosen_8 - gram_A_v_7)), 0)",
      inner_product_9: "residual*chosen_9",
    },
    { is_less_4, chosen_8, gram_A_v_7, sign_difference_4, residual },
    { sum_chosen_9: "sum", inner_product_9: "sum" },
  );
  const negative_10 = ops.map("-inner_product_9", { inner_product_9 });
  const chosen_times_w_0_1_2 = ops.map("chosen_9*w_0_1", { chosen_9, w_0_1 });
  const gram_A_v_8 = ops.apply(gram_A, chosen_times_w_0_1_2);
  const placed_17 = ops.placeRows(sum_chosen_9, one, R(5));
  const placed_18 = ops.placeRows(negative_10, one, R(5));
  const { sum_chosen_10, inner_product_10 } = ops.mapAll(
    {
      sum_chosen_10: "select(is_less_5, -(sign_negative*(chosen_9 - gram_A_v_8)), 0)",
      inner_product_10: "At_residual*select(is_less_5, chosen_9 - gram_A_v_8, 0)",
    },
    { is_less_5, chosen_9, gram_A_v_8, sign_negative, At_residual },
    { sum_chosen_10: "sum", inner_product_10: "sum" },
  );
  const negative_11 = ops.map("-inner_product_10", { inner_product_10 });
  const placed_19 = ops.placeRows(sum_chosen_10, zero, R(5));
  const placed_20 = ops.placeRows(negative_11, zero, R(5));
  const sum = ops.map(
    "placed + placed_3 + placed_5 + placed_7 + placed_9 + (placed_11 + placed_13 + placed_15 + placed_17 + placed_19)",
    { placed, placed_3, placed_5, placed_7, placed_9, placed_11, placed_13, placed_15, placed_17, placed_19 },
  );
  const sum_2 = ops.map(
    "placed_2 + placed_4 + placed_6 + placed_8 + placed_10 + (placed_12 + placed_14 + placed_16 + placed_18 + placed_20)",
    {
      placed_2,
      placed_4,
      placed_6,
      placed_8,
      placed_10,
      placed_12,
      placed_14,
      placed_16,
      placed_18,
      placed_20,
    },
  );
  const grad_J = ops.product([sum_2, sum]);
  const w_next = ops.map("w - tau*grad_J", { w, tau, grad_J });
  return { values: { w: w_next }, reports: {}, capped: null };
}

/** The output. */
function finish(ops: Operations, { At_residual, A, y }: Known, { w }: State) {
  const zero = ops.number(0);
  const w_0 = ops.part(w, 0);
  const w_1 = ops.part(w, 1);
  const w_0_0 = ops.rows(w_0, zero);
  const w_1_0 = ops.rows(w_1, zero);
  const x_next = ops.map("soft(-(w_0_0*At_residual), w_1_0)", { w_0_0, At_residual, w_1_0 });
  const one = ops.number(1);
  const w_0_1 = ops.rows(w_0, one);
  const w_1_1 = ops.rows(w_1, one);
  const A_x = ops.apply(A, x_next);
  const residual = ops.map("A_x - y", { A_x, y });
  const At_residual_2 = ops.applyAdjoint(A, residual);
  const x_next_2 = ops.map("soft(x_next - w_0_1*At_residual_2, w_1_1)", {
    x_next,
    w_0_1,
    At_residual_2,
    w_1_1,
  });
  const v2 = ops.number(2);
  const w_0_2 = ops.rows(w_0, v2);
  const w_1_2 = ops.rows(w_1, v2);
  const A_x_2 = ops.apply(A, x_next_2);
  const residual_2 = ops.map("A_x_2 - y", { A_x_2, y });
  const At_residual_3 = ops.applyAdjoint(A, residual_2);
  const x_next_3 = ops.map("soft(x_next_2 - w_0_2*At_residual_3, w_1_2)", {
    x_next_2,
    w_0_2,
    At_residual_3,
    w_1_2,
  });
  const v3 = ops.number(3);
  const w_0_3 = ops.rows(w_0, v3);
  const w_1_3 = ops.rows(w_1, v3);
  const A_x_3 = ops.apply(A, x_next_3);
  const residual_3 = ops.map("A_x_3 - y", { A_x_3, y });
  const At_residual_4 = ops.applyAdjoint(A, residual_3);
  const x_next_4 = ops.map("soft(x_next_3 - w_0_3*At_residual_4, w_1_3)", {
    x_next_3,
    w_0_3,
    At_residual_4,
    w_1_3,
  });
  const v4 = ops.number(4);
  const w_0_4 = ops.rows(w_0, v4);
  const w_1_4 = ops.rows(w_1, v4);
  const A_x_4 = ops.apply(A, x_next_4);
  const residual_4 = ops.map("A_x_4 - y", { A_x_4, y });
  const At_residual_5 = ops.applyAdjoint(A, residual_4);
  const output = ops.map("soft(x_next_4 - w_0_4*At_residual_5, w_1_4)", {
    x_next_4,
    w_0_4,
    At_residual_5,
    w_1_4,
  });
  return { values: { output } };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, { At_residual, A, y, lambda }: Known, { w }: State) {
  const zero = ops.number(0);
  const w_0 = ops.part(w, 0);
  const w_1 = ops.part(w, 1);
  const w_0_0 = ops.rows(w_0, zero);
  const w_1_0 = ops.rows(w_1, zero);
  const x_next = ops.map("soft(-(w_0_0*At_residual), w_1_0)", { w_0_0, At_residual, w_1_0 });
  const one = ops.number(1);
  const w_0_1 = ops.rows(w_0, one);
  const w_1_1 = ops.rows(w_1, one);
  const A_x = ops.apply(A, x_next);
  const residual = ops.map("A_x - y", { A_x, y });
  const At_residual_2 = ops.applyAdjoint(A, residual);
  const x_next_2 = ops.map("soft(x_next - w_0_1*At_residual_2, w_1_1)", {
    x_next,
    w_0_1,
    At_residual_2,
    w_1_1,
  });
  const v2 = ops.number(2);
  const w_0_2 = ops.rows(w_0, v2);
  const w_1_2 = ops.rows(w_1, v2);
  const A_x_2 = ops.apply(A, x_next_2);
  const residual_2 = ops.map("A_x_2 - y", { A_x_2, y });
  const At_residual_3 = ops.applyAdjoint(A, residual_2);
  const x_next_3 = ops.map("soft(x_next_2 - w_0_2*At_residual_3, w_1_2)", {
    x_next_2,
    w_0_2,
    At_residual_3,
    w_1_2,
  });
  const v3 = ops.number(3);
  const w_0_3 = ops.rows(w_0, v3);
  const w_1_3 = ops.rows(w_1, v3);
  const A_x_3 = ops.apply(A, x_next_3);
  const residual_3 = ops.map("A_x_3 - y", { A_x_3, y });
  const At_residual_4 = ops.applyAdjoint(A, residual_3);
  const x_next_4 = ops.map("soft(x_next_3 - w_0_3*At_residual_4, w_1_3)", {
    x_next_3,
    w_0_3,
    At_residual_4,
    w_1_3,
  });
  const v4 = ops.number(4);
  const w_0_4 = ops.rows(w_0, v4);
  const w_1_4 = ops.rows(w_1, v4);
  const A_x_4 = ops.apply(A, x_next_4);
  const residual_4 = ops.map("A_x_4 - y", { A_x_4, y });
  const At_residual_5 = ops.applyAdjoint(A, residual_4);
  const f = ops.map("soft(x_next_4 - w_0_4*At_residual_5, w_1_4)", { x_next_4, w_0_4, At_residual_5, w_1_4 });
  const A_f = ops.apply(A, f);
  const residual_5 = ops.map("A_f - y", { A_f, y });
  const residual_squared = ops.dot(residual_5, residual_5);
  const { sum_abs_f } = ops.mapAll({ sum_abs_f: "abs(f)" }, { f }, { sum_abs_f: "sum" });
  return ops.map("0.5*residual_squared + lambda*sum_abs_f", { residual_squared, lambda, sum_abs_f });
}

/** 1 for the samples that may stop; `before` means the last test. */
function until(ops: Operations, _known: Known, { w }: State, { w: w_before }: State) {
  const w_minus_w_before = ops.map("w - w_before", { w, w_before });
  const norm = ops.norm2(w_minus_w_before);
  const norm_w = ops.norm2(w);
  const norm_w_before = ops.norm2(w_before);
  return ops.map("select(0 < max(norm_w, norm_w_before), norm/max(norm_w, norm_w_before), 0) < 0.0001", {
    norm_w,
    norm_w_before,
    norm,
  });
}

/**
 * An unrolled network whose weights are refined for each measurement: the step sizes and thresholds of ISTA's layers
 * (Gregor and LeCun, 2010) descend the LASSO objective at the network's output, a loss that needs no ground truth
 * (as in the test-time adaptation of Gilton, Ongie, Willett, 2021).
 */
export const refined_ista = defineProgram<Known, State, Givens, Inputs>({
  name: "refined_ista",
  doc: "An unrolled network whose weights are refined for each measurement: the step sizes and thresholds of ISTA's layers\n(Gregor and LeCun, 2010) descend the LASSO objective at the network's output, a loss that needs no ground truth\n(as in the test-time adaptation of Gilton, Ongie, Willett, 2021).",
  hash: "1f2a71455a040f893f639729ff7d7c787a2f3c34b8c6cb4da7162ed4554b902c",
  sizes: [{ name: "n", initial: null }],
  spaces: [{ name: "Y", field: "any" }],
  givens: [
    {
      name: "A",
      type: {
        kind: "operator",
        domain: { kind: "array", field: "real", dimensions: ["n"] },
        codomain: { kind: "space", name: "Y" },
      },
    },
    {
      name: "lambda",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.1),
    },
    {
      name: "tau",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.01),
    },
  ],
  inputs: [{ name: "y", type: { kind: "space", name: "Y" } }],
  parameters: [
    {
      name: "layers.t",
      type: { kind: "array", field: "real", dimensions: ["5"] },
      initial: {
        kind: "value",
        evaluate: (ops, { L }) => {
          const one_over_L = ops.map("1/L", { L });
          const zeros = ops.fill(0, R(5));
          return ops.map("zeros + one_over_L", { zeros, one_over_L });
        },
      },
      of: {
        program: "layers",
        hash: "d4efa02e22b7b46764bc9177f184151e36c628504733b01d2b9ea2710ee2a49b",
        name: "t",
      },
    },
    {
      name: "layers.theta",
      type: { kind: "array", field: "real", dimensions: ["5"] },
      initial: {
        kind: "value",
        evaluate: (ops, { lambda, L }) => {
          const lambda_over_L = ops.map("lambda/L", { lambda, L });
          const zeros = ops.fill(0, R(5));
          return ops.map("zeros + lambda_over_L", { zeros, lambda_over_L });
        },
      },
      of: {
        program: "layers",
        hash: "d4efa02e22b7b46764bc9177f184151e36c628504733b01d2b9ea2710ee2a49b",
        name: "theta",
      },
    },
  ],
  states: [
    {
      name: "w",
      type: {
        kind: "product",
        parts: [
          { kind: "array", field: "real", dimensions: ["5"] },
          { kind: "array", field: "real", dimensions: ["5"] },
        ],
      },
      assumedInterval: null,
      carried: true,
    },
  ],
  output: { type: { kind: "array", field: "real", dimensions: ["n"] } },
  constants,
  prepare: { run: prepare, reverse: null },
  initial: { run: initial, reverse: null },
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
