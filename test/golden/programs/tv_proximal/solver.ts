/**
 * Proximal gradient with total variation and a positivity constraint (Beck and Teboulle, IEEE Trans. Image
 * Process. 18,
 * 2009): the prox of the two is found by inner iterations on the dual variable, in each step from the
 * start.
 *
 * Compiled by ipc from tv_proximal.ipx: a solver of at most 1000 steps.
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

/** The first state. */
function initial(ops: Operations, { h, w }: Known) {
  const x = ops.fill(0, R(h, w));
  return { values: { x } };
}

/** One iteration: the next state. */
function step(
  ops: Operations,
  { h, w, gram_A, t, At_y, true: true_2, gradient, reciprocal, lambda_times_t }: Known,
  { x }: State,
) {
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
    ([p, q, kp, kq, momentum]) => {
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
      const product_next = ops.map("0.5*(1 + sqrt(1 + 4*square(momentum)))", { momentum });
      const chosen = ops.map("select(is_less, 1, product_next)", { is_less, product_next });
      const chosen_next = ops.map("select(is_less, 0, (momentum - 1)/product_next)", {
        is_less,
        momentum,
        product_next,
      });
      const sum = ops.map("product + chosen_next*product_minus_p", { product, chosen_next, product_minus_p });
      const { sum_next, norm_difference_squared } = ops.mapAll(
        {
          sum_next: "gradientt_v + chosen_next*(gradientt_v - kp)",
          norm_difference_squared: "(gradientt_v - kq)*(gradientt_v - kq)",
        },
        { gradientt_v, kq, chosen_next, kp },
        { norm_difference_squared: "sum" },
      );
      const norm_difference_next = ops.map("sqrt(norm_difference_squared)", { norm_difference_squared });
      const norm_larger = ops.map("sqrt(norm_larger_squared)", { norm_larger_squared });
      const fails = ops.map("not(norm_difference_next <= 1e-13*max(norm_difference, norm_larger))", {
        norm_difference_next,
        norm_difference,
        norm_larger,
      });
      return [product, sum, gradientt_v, sum_next, chosen, fails];
    },
    25,
  );
  const x_next = ops.map("max(difference - kp, 0)", { difference, kp });
  return { values: { x: x_next }, reports: {}, capped: null };
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

/** 1 for the samples that may stop; `before` means the last test. */
function until(ops: Operations, _known: Known, { x }: State, { x: x_before }: State) {
  const { norm_squared, norm_x_squared, norm_x_before_squared } = ops.mapAll(
    {
      norm_squared: "(x - x_before)*(x - x_before)",
      norm_x_squared: "x*x",
      norm_x_before_squared: "x_before*x_before",
    },
    { x, x_before },
    { norm_squared: "sum", norm_x_squared: "sum", norm_x_before_squared: "sum" },
  );
  const norm = ops.map("sqrt(norm_squared)", { norm_squared });
  const norm_x = ops.map("sqrt(norm_x_squared)", { norm_x_squared });
  const norm_x_before = ops.map("sqrt(norm_x_before_squared)", { norm_x_before_squared });
  return ops.map("select(0 < max(norm_x, norm_x_before), norm/max(norm_x, norm_x_before), 0) < 0.00001", {
    norm_x,
    norm_x_before,
    norm,
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
  prepare: { run: prepare, reverse: null },
  initial: { run: initial, reverse: null },
  step: { run: step, reverse: null },
  finish: { run: (_ops, _known, { x }) => ({ values: { output: x } }), reverse: null },
  objective,
  until,
  target: { kind: "solver", maximum: 1000, every: 1, accelerate: null },
  certificate: {
    answer: "not_found",
    algorithm: "proximal gradient",
    statement:
      "no proof was found, and no counterexample: a prox by inner iterations is not exact, and its errors need not have a finite sum. Take the dual variable as a state of its own",
    conditions: [],
  },
  notes: [],
});
