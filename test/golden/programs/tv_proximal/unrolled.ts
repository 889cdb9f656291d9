/**
 * Proximal gradient with total variation and a positivity constraint (Beck and Teboulle, IEEE Trans. Image
 * Process. 18,
 * 2009): the prox of the two is found by inner iterations on the dual variable, in each step from the
 * start.
 *
 * Compiled by ipc from tv_proximal.ipx: an unrolled network of 10 steps.
 *
 * Convergence: not found. no proof was found, and no counterexample: a prox by inner iterations is not
 * exact, and its errors need not have a finite sum. Take the dual variable as a state of its own
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
  /** linear R[h, w] -> Y */
  readonly A: OperatorDatum;
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
  /** linear R[h, w] -> Y */
  readonly A: Operator;
  /** Y, of each sample */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** linear R[h, w] -> R[h, w, 2] */
  readonly gradient: Operator;
  /** R */
  readonly reciprocal: Value;
  /** bool */
  readonly true: Value;
  /** linear R[h, w] -> R[h, w] with symmetric, positive */
  readonly gram_A: Operator;
}

/** What may be learned. */
interface Learned {
  /** R */
  readonly lambda: Value;
  /** R */
  readonly t: Value;
}

/** What does not change between steps. */
interface Prepared {
  /** R */
  readonly lambda_times_t: Value;
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

/** A round of a loop. */
function round(
  ops: Operations,
  [p, q, kp, kq, momentum]: readonly [Value, Value, Value, Value, Value, ...Value[]],
  difference: Value,
  norm_difference: Value,
  { gradient, reciprocal, lambda_times_t }: Known,
): [Value, Value, Value, Value, Value, Value] {
  const { larger, norm_larger_squared } = ops.mapAll(
    { larger: "max(difference - kq, 0)", norm_larger_squared: "larger*larger" },
    { difference, kq },
    { norm_larger_squared: "sum" },
  );
  const gradient_larger = ops.applied(gradient, larger);
  const product = ops.map(
    "(q + reciprocal*gradient_larger)*(lambda_times_t/max(lambda_times_t, pairNorm(q + reciprocal*gradient_larger)))",
    { q, reciprocal, gradient_larger, lambda_times_t },
  );
  const gradientt_v = ops.applyAdjoint(gradient, product);
  const { product_minus_p, inner_product } = ops.mapAll(
    { product_minus_p: "product - p", inner_product: "(q - product)*product_minus_p" },
    { q, product, p },
    { inner_product: "sum" },
  );
  const is_less = ops.map("0 < inner_product/reciprocal", { inner_product, reciprocal });
  const product_2 = ops.map("0.5*(1 + sqrt(1 + 4*square(momentum)))", { momentum });
  const chosen = ops.map("select(is_less, 1, product_2)", { is_less, product_2 });
  const chosen_2 = ops.map("select(is_less, 0, (momentum - 1)/product_2)", { is_less, momentum, product_2 });
  const sum = ops.map("product + chosen_2*product_minus_p", { product, chosen_2, product_minus_p });
  const { sum_2, norm_difference_squared } = ops.mapAll(
    {
      sum_2: "gradientt_v + chosen_2*(gradientt_v - kp)",
      norm_difference_squared: "(gradientt_v - kq)*(gradientt_v - kq)",
    },
    { gradientt_v, kq, chosen_2, kp },
    { norm_difference_squared: "sum" },
  );
  const norm_difference_2 = ops.map("sqrt(norm_difference_squared)", { norm_difference_squared });
  const norm_larger = ops.map("sqrt(norm_larger_squared)", { norm_larger_squared });
  const fails = ops.map("not(norm_difference_2 <= 1e-13*max(norm_difference, norm_larger))", {
    norm_difference_2,
    norm_difference,
    norm_larger,
  });
  return [product, sum, gradientt_v, sum_2, chosen, fails];
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { h, w, A }: Data) {
  const gradient = ops.at("tv_proximal.ipx:13:15").library("gradient", {}, R(h, w), []);
  const norm_gradient = ops.norm(gradient);
  const reciprocal = ops.map("reciprocal(max(square(norm_gradient), 1e-12))", { norm_gradient });
  const true_2 = ops.map("1 == 1", {});
  const gram_A = ops.gram(A);
  return { gradient, reciprocal, true: true_2, gram_A };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, { lambda, t, A, y }: Data & Constants & Learned) {
  const lambda_times_t = ops.map("lambda*t", { lambda, t });
  const At_y = ops.applyAdjoint(A, y);
  return { values: { lambda_times_t, At_y } };
}

/** The vector-Jacobian product of `prepare`: cotangents of what it returns become those of what it reads. */
function prepareAdjoint(
  ops: Operations,
  { t, lambda }: Data & Constants & Learned,
  _saved: unknown,
  { lambda_times_t: lambda_times_t_bar }: Prepared,
) {
  const lambda_bar = ops.map("lambda_times_t_bar*t", { lambda_times_t_bar, t });
  const t_bar = ops.map("lambda_times_t_bar*lambda", { lambda_times_t_bar, lambda });
  return { state: {}, known: { lambda: lambda_bar, t: t_bar } };
}

/** `prepareAdjoint` for the inputs alone. */
function prepareInputAdjoint(
  ops: Operations,
  { A }: Data & Constants & Learned,
  _saved: unknown,
  { At_y: At_y_bar }: Prepared,
) {
  const y_bar = ops.apply(A, At_y_bar);
  return { y: y_bar };
}

/** The first state. */
function initial(ops: Operations, { h, w }: Known) {
  const x = ops.fill(0, R(h, w));
  return { values: { x } };
}

/** One iteration: the next state. */
function step(ops: Operations, known: Known, { x }: State) {
  const { h, w, gram_A, t, At_y, true: true_2 } = known;
  const zeros = ops.fill(0, R(h, w));
  const one = ops.number(1);
  const gram_A_x = ops.apply(gram_A, x);
  const { difference, norm_difference_squared } = ops.mapAll(
    { difference: "x - t*(gram_A_x - At_y)", norm_difference_squared: "difference*difference" },
    { x, t, gram_A_x, At_y },
    { norm_difference_squared: "sum" },
  );
  const zeros_2 = ops.fill(0, R(h, w, 2));
  const norm_difference = ops.map("sqrt(norm_difference_squared)", { norm_difference_squared });
  const {
    carried: [, , kp],
  } = ops.loop(
    [zeros_2, zeros_2, zeros, zeros, one, true_2],
    ([, , , , , runs]) => runs,
    (carried) => round(ops, carried, difference, norm_difference, known),
    25,
  );
  const x_next = ops.map("max(difference - kp, 0)", { difference, kp });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, known: Known, { x }: State) {
  const { h, w, gram_A, At_y, t, true: true_2 } = known;
  const zeros = ops.fill(0, R(h, w));
  const one = ops.number(1);
  const gram_A_x = ops.apply(gram_A, x);
  const { residual, difference, norm_difference_squared } = ops.mapAll(
    {
      residual: "gram_A_x - At_y",
      difference: "x - t*residual",
      norm_difference_squared: "difference*difference",
    },
    { gram_A_x, At_y, x, t },
    { norm_difference_squared: "sum" },
  );
  const zeros_2 = ops.fill(0, R(h, w, 2));
  const norm_difference = ops.map("sqrt(norm_difference_squared)", { norm_difference_squared });
  const {
    carried: [, , kp],
    trace,
  } = ops.loopSaving(
    [zeros_2, zeros_2, zeros, zeros, one, true_2],
    ([, , , , , runs]) => runs,
    (carried) => round(ops, carried, difference, norm_difference, known),
    25,
  );
  const { difference_2, x_next } = ops.mapAll(
    { difference_2: "difference - kp", x_next: "max(difference_2, 0)" },
    { difference, kp },
  );
  return {
    values: { x: x_next },
    reports: {},
    capped: null,
    saved: { values: { residual, difference, difference_2 }, traces: { trace } },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  { h, w, gradient, reciprocal, lambda_times_t, t, gram_A }: Known,
  {
    values: { residual, difference, difference_2 },
    traces: { trace },
  }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const zeros = ops.fill(0, R(h, w));
  const zero = ops.number(0);
  const { difference_bar, kp_bar } = ops.mapAll(
    { difference_bar: "select(0 < difference_2, x_next_bar, 0)", kp_bar: "-difference_bar" },
    { difference_2, x_next_bar },
  );
  const zeros_2 = ops.fill(0, R(h, w, 2));
  const {
    captured: [lambda_times_t_bar, sub_bar],
  } = ops.loopAdjoint(
    trace,
    [zeros_2, zeros_2, kp_bar, zeros, zero, zero],
    ([p, q, , kq, momentum], [p_bar, q_bar, kp_bar, kq_bar], active) => {
      const larger = ops.map("max(difference - kq, 0)", { difference, kq });
      const gradient_larger = ops.applied(gradient, larger);
      const sum = ops.map("q + reciprocal*gradient_larger", { q, reciprocal, gradient_larger });
      const group_norms = ops.groupNorm(sum);
      const { larger_next, quotient } = ops.mapAll(
        { larger_next: "max(lambda_times_t, group_norms)", quotient: "lambda_times_t/larger_next" },
        { lambda_times_t, group_norms },
      );
      const { difference_squared } = ops.mapAll(
        { difference_squared: "(q - sum*quotient)*(sum*quotient - p)" },
        { q, sum, quotient, p },
        { difference_squared: "sum" },
      );
      const chosen = ops.map(
        "select(0 < difference_squared/reciprocal, 0, (momentum - 1)/(0.5*(1 + sqrt(1 + 4*square(momentum)))))",
        { difference_squared, reciprocal, momentum },
      );
      const { sum_next, kq_bar_scaled } = ops.mapAll(
        { sum_next: "kp_bar + kq_bar + kq_bar*chosen", kq_bar_scaled: "-(kq_bar*chosen)" },
        { kp_bar, kq_bar, chosen },
      );
      const gradient_sum = ops.applied(gradient, sum_next);
      const { q_bar_scaled, sum_2, sum_times_sum } = ops.mapAll(
        {
          q_bar_scaled: "-(q_bar*chosen)",
          sum_2: "p_bar + q_bar + q_bar*chosen + gradient_sum",
          sum_times_sum: "sum_2*sum",
        },
        { q_bar, chosen, p_bar, gradient_sum, sum },
      );
      const sum_times_sum_sum = ops.sumTo(sum_times_sum, R(h, w, 1));
      const { total } = ops.mapAll(
        { total: "sum_times_sum_sum/larger_next" },
        { sum_times_sum_sum, larger_next },
        { total: "sum" },
      );
      const chosen_next = ops.map("select(active, total, 0)", { active, total });
      const chosen_total = ops.sumSamples(chosen_next);
      const { negative, sum_chosen } = ops.mapAll(
        {
          negative: "-(quotient*sum_times_sum_sum/larger_next)",
          sum_chosen: "select(group_norms < lambda_times_t, negative, 0)",
        },
        { quotient, sum_times_sum_sum, larger_next, group_norms, lambda_times_t },
        { sum_chosen: "sum" },
      );
      const chosen_2 = ops.map("select(active, sum_chosen, 0)", { active, sum_chosen });
      const chosen_total_next = ops.sumSamples(chosen_2);
      const sum_3 = ops.map("chosen_total + chosen_total_next", { chosen_total, chosen_total_next });
      const chosen_3 = ops.map(
        "select(group_norms, select(lambda_times_t < group_norms, negative, 0)/group_norms, 0)",
        { group_norms, lambda_times_t, negative },
      );
      const { sum_4, product } = ops.mapAll(
        { sum_4: "sum_2*quotient + chosen_3*sum", product: "sum_4*reciprocal" },
        { sum_2, quotient, chosen_3, sum, reciprocal },
      );
      const gradientt_v = ops.appliedAdjoint(gradient, product);
      const { chosen_4, minus_chosen } = ops.mapAll(
        { chosen_4: "select(0 < difference - kq, gradientt_v, 0)", minus_chosen: "-chosen_4" },
        { difference, kq, gradientt_v },
      );
      return {
        carried: [q_bar_scaled, sum_4, kq_bar_scaled, minus_chosen, zero, zero],
        captured: [sum_3, chosen_4],
      };
    },
    [zero, zeros],
  );
  const { difference_bar_2, minus_t_bar_each } = ops.mapAll(
    { difference_bar_2: "difference_bar + sub_bar", minus_t_bar_each: "residual*difference_bar_2" },
    { difference_bar, sub_bar, residual },
    { minus_t_bar_each: "sum" },
  );
  const minus_t_bar = ops.sumSamples(minus_t_bar_each);
  const t_bar = ops.map("-minus_t_bar", { minus_t_bar });
  const minus_residual_bar = ops.map("difference_bar_2*t", { difference_bar_2, t });
  const gram_At_v = ops.applyAdjoint(gram_A, minus_residual_bar);
  const x_bar = ops.map("difference_bar_2 - gram_At_v", { difference_bar_2, gram_At_v });
  return { state: { x: x_bar }, known: { t: t_bar, lambda_times_t: lambda_times_t_bar } };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  { h, w, gradient, reciprocal, lambda_times_t, t }: Known,
  { values: { difference, difference_2 }, traces: { trace } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const zeros = ops.fill(0, R(h, w));
  const zero = ops.number(0);
  const { difference_bar, kp_bar } = ops.mapAll(
    { difference_bar: "select(0 < difference_2, x_next_bar, 0)", kp_bar: "-difference_bar" },
    { difference_2, x_next_bar },
  );
  const zeros_2 = ops.fill(0, R(h, w, 2));
  const {
    captured: [sub_bar],
  } = ops.loopAdjoint(
    trace,
    [zeros_2, zeros_2, kp_bar, zeros, zero, zero],
    ([p, q, , kq, momentum], [p_bar, q_bar, kp_bar, kq_bar]) => {
      const larger = ops.map("max(difference - kq, 0)", { difference, kq });
      const gradient_larger = ops.applied(gradient, larger);
      const sum = ops.map("q + reciprocal*gradient_larger", { q, reciprocal, gradient_larger });
      const group_norms = ops.groupNorm(sum);
      const quotient = ops.map("lambda_times_t/max(lambda_times_t, group_norms)", {
        lambda_times_t,
        group_norms,
      });
      const { difference_squared } = ops.mapAll(
        { difference_squared: "(q - sum*quotient)*(sum*quotient - p)" },
        { q, sum, quotient, p },
        { difference_squared: "sum" },
      );
      const chosen = ops.map(
        "select(0 < difference_squared/reciprocal, 0, (momentum - 1)/(0.5*(1 + sqrt(1 + 4*square(momentum)))))",
        { difference_squared, reciprocal, momentum },
      );
      const { sum_next, kq_bar_scaled } = ops.mapAll(
        { sum_next: "kp_bar + kq_bar + kq_bar*chosen", kq_bar_scaled: "-(kq_bar*chosen)" },
        { kp_bar, kq_bar, chosen },
      );
      const gradient_sum = ops.applied(gradient, sum_next);
      const { q_bar_scaled, sum_2, sum_times_sum } = ops.mapAll(
        {
          q_bar_scaled: "-(q_bar*chosen)",
          sum_2: "p_bar + q_bar + q_bar*chosen + gradient_sum",
          sum_times_sum: "sum_2*sum",
        },
        { q_bar, chosen, p_bar, gradient_sum, sum },
      );
      const sum_times_sum_sum = ops.sumTo(sum_times_sum, R(h, w, 1));
      const chosen_next = ops.map(
        "select(group_norms, select(lambda_times_t < group_norms, -(quotient*sum_times_sum_sum/max(lambda_times_t, group_norms)), 0)/group_norms, 0)",
        { group_norms, lambda_times_t, quotient, sum_times_sum_sum },
      );
      const { sum_3, product } = ops.mapAll(
        { sum_3: "sum_2*quotient + chosen_next*sum", product: "sum_3*reciprocal" },
        { sum_2, quotient, chosen_next, sum, reciprocal },
      );
      const gradientt_v = ops.appliedAdjoint(gradient, product);
      const { chosen_2, minus_chosen } = ops.mapAll(
        { chosen_2: "select(0 < difference - kq, gradientt_v, 0)", minus_chosen: "-chosen_2" },
        { difference, kq, gradientt_v },
      );
      return {
        carried: [q_bar_scaled, sum_3, kq_bar_scaled, minus_chosen, zero, zero],
        captured: [chosen_2],
      };
    },
    [zeros],
  );
  const At_y_bar = ops.map("(difference_bar + sub_bar)*t", { difference_bar, sub_bar, t });
  return { At_y: At_y_bar };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, { A, y, gradient, lambda }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const residual = ops.map("A_x - y", { A_x, y });
  const residual_squared = ops.dot(residual, residual);
  const gradient_x = ops.apply(gradient, x);
  const group_norms = ops.groupNorm(gradient_x);
  const sum_group_norms = ops.sum(group_norms);
  return ops.map("0.5*residual_squared + lambda*sum_group_norms", {
    residual_squared,
    lambda,
    sum_group_norms,
  });
}

/**
 * Proximal gradient with total variation and a positivity constraint (Beck and Teboulle, IEEE Trans. Image Process. 18,
 * 2009): the prox of the two is found by inner iterations on the dual variable, in each step from the start.
 */
export const tv_proximal = defineProgram<Known, State, Givens, Inputs>({
  name: "tv_proximal",
  doc: "Proximal gradient with total variation and a positivity constraint (Beck and Teboulle, IEEE Trans. Image Process. 18,\n2009): the prox of the two is found by inner iterations on the dual variable, in each step from the start.",
  hash: "552ea1d42ef28382a08d5a7e33e5b25f464057f20ed961ef5a2f89ec4e118345",
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
    },
  ],
  inputs: [{ name: "y", type: { kind: "space", name: "Y" } }],
  parameters: [
    {
      name: "lambda",
      type: { kind: "array", field: "real", dimensions: [] },
      initial: { kind: "value", evaluate: (ops) => ops.number(0.1) },
      interval: (ops) => {
        const low = ops.number(0);
        return { low, high: null, lowOpen: true, highOpen: true };
      },
    },
    {
      name: "t",
      type: { kind: "array", field: "real", dimensions: [] },
      initial: {
        kind: "value",
        evaluate: (ops, { A }) => {
          const norm_A = ops.norm(A);
          return ops.map("1/square(norm_A)", { norm_A });
        },
      },
      interval: (ops, { A }) => {
        const low = ops.number(0);
        const norm_A = ops.norm(A);
        const high = ops.map("2/square(norm_A)", { norm_A });
        return { low, high, lowOpen: true, highOpen: true };
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
      save: (ops, known) => ({ ...prepare(ops, known), saved: { values: {}, traces: {} } }),
      adjoint: prepareAdjoint,
      stateAdjoint: null,
      inputAdjoint: prepareInputAdjoint,
    },
  },
  initial: { run: initial, reverse: null },
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
  objective,
  until: null,
  target: { kind: "unrolled", steps: 10, beyond: "error" },
  certificate: {
    answer: "not_found",
    algorithm: "proximal gradient",
    statement:
      "no proof was found, and no counterexample: a prox by inner iterations is not exact, and its errors need not have a finite sum. Take the dual variable as a state of its own",
    conditions: [],
  },
  notes: [],
  inputGradients: true,
});
