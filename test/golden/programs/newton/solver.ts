/**
 * Newton's method for robust regression: Huber's function (Huber, 1964) of the residual, and Tikhonov's
 * term.
 * The gradient has a kink where a residual changes sides, and the Hessian is one of those that fit (Qi,
 * Sun, 1993).
 *
 * Compiled by ipc from newton.ipx: a solver of at most 50 steps.
 */
import {
  defineProgram,
  type ArrayDatum,
  type Operations,
  type Operator,
  type OperatorDatum,
  type Space,
  type Value,
} from "ipc/runtime";

/** What `model` binds. */
export interface Givens {
  /** linear X -> Y */
  readonly A: OperatorDatum;
  /** R in (0, inf) */
  readonly delta?: ArrayDatum;
  /** R in (0, inf) */
  readonly alpha?: ArrayDatum;
}

/** What `run` takes; samples may be on a first axis. */
export interface Inputs {
  /** Y */
  readonly y: ArrayDatum;
}

/** What the program is run on. */
interface Data {
  /** a space */
  readonly X: Space;
  /** a space */
  readonly Y: Space;
  /** linear X -> Y */
  readonly A: Operator;
  /** R in (0, inf) */
  readonly delta: Value;
  /** R in (0, inf) */
  readonly alpha: Value;
  /** Y, of each sample */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** R */
  readonly alpha_over_two: Value;
  /** R */
  readonly product: Value;
}

/** All that a step may read. */
type Known = Data & Constants;

/** What lives on from step to step. */
interface State {
  /** X */
  readonly x: Value;
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { alpha, delta }: Data) {
  const alpha_over_two = ops.map("alpha/2", { alpha });
  const product = ops.map("0.5*square(delta)", { delta });
  return { alpha_over_two, product };
}

/** The first state. */
function initial(ops: Operations, { X }: Known) {
  const x = ops.fill(0, X);
  return { values: { x } };
}

/** One iteration: the next state. */
function step(ops: Operations, { Y, A, y, delta, alpha, product, alpha_over_two }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const one = ops.number(1);
  const ones = ops.fill(1, Y);
  const { modulus, is_at_most, product_2, signs, product_3 } = ops.mapAll(
    {
      modulus: "abs(A_x - y)",
      is_at_most: "modulus <= delta",
      product_2: "select(is_at_most, ones, 0)*0.5",
      signs: "sign(A_x - y)",
      product_3: "signs*(select(is_at_most, 0, ones)*delta + product_2*(2*modulus))",
    },
    { A_x, y, delta, ones },
  );
  const At_product = ops.applyAdjoint(A, product_3);
  const grad_f = ops.map("alpha*x + At_product", { alpha, x, At_product });
  const d = ops.solve(
    grad_f,
    null,
    (v) => {
      const A_v = ops.apply(A, v);
      const product = ops.map("signs*(A_v*signs*product_2*2)", { signs, A_v, product_2 });
      const At_product = ops.applyAdjoint(A, product);
      return ops.map("v*alpha + At_product + 0.000001*v", { v, alpha, At_product });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
  );
  const chosen = ops.map("select(is_at_most, 0.5*square(modulus), delta*modulus - product)", {
    is_at_most,
    modulus,
    delta,
    product,
  });
  const sum_chosen = ops.sum(chosen);
  const x_squared = ops.dot(x, x);
  const f = ops.map("sum_chosen + alpha_over_two*x_squared", { sum_chosen, alpha_over_two, x_squared });
  const grad_f_dot_d = ops.dot(grad_f, d);
  const product_4 = ops.map("0.000001*abs(f)", { f });
  const {
    carried: [c],
    capped,
  } = ops.loop(
    [one],
    ([c]) => {
      const difference = ops.map("x - c*d", { x, c, d });
      const A_difference = ops.apply(A, difference);
      const { chosen } = ops.mapAll(
        { r0: "abs(A_difference - y)", chosen: "select(r0 <= delta, 0.5*square(r0), delta*r0 - product)" },
        { A_difference, y, delta, product },
      );
      const sum_chosen = ops.sum(chosen);
      const difference_squared = ops.dot(difference, difference);
      return ops.map(
        "f - 0.0001*c*grad_f_dot_d + product_4 < sum_chosen + alpha_over_two*difference_squared",
        { f, c, grad_f_dot_d, product_4, sum_chosen, alpha_over_two, difference_squared },
      );
    },
    ([c]) => [ops.map("c/2", { c })],
    30,
  );
  const x_next = ops.map("x - c*d", { x, c, d });
  return { values: { x: x_next }, reports: {}, capped };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, { A, y, delta, product, alpha_over_two }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const { chosen } = ops.mapAll(
    { r0: "abs(A_x - y)", chosen: "select(r0 <= delta, 0.5*square(r0), delta*r0 - product)" },
    { A_x, y, delta, product },
  );
  const sum_chosen = ops.sum(chosen);
  const x_squared = ops.dot(x, x);
  return ops.map("sum_chosen + alpha_over_two*x_squared", { sum_chosen, alpha_over_two, x_squared });
}

/** 1 for the samples that may stop; `before` means the last test. */
function until(ops: Operations, { Y, A, y, delta, alpha }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const ones = ops.fill(1, Y);
  const product = ops.map(
    "sign(A_x - y)*(select(abs(A_x - y) <= delta, 0, ones)*delta + select(abs(A_x - y) <= delta, ones, 0)*0.5*(2*abs(A_x - y)))",
    { A_x, y, delta, ones },
  );
  const At_product = ops.applyAdjoint(A, product);
  const grad_f = ops.map("alpha*x + At_product", { alpha, x, At_product });
  const norm_grad_f = ops.norm2(grad_f);
  return ops.map("norm_grad_f < 0.0001", { norm_grad_f });
}

/**
 * Newton's method for robust regression: Huber's function (Huber, 1964) of the residual, and Tikhonov's term.
 * The gradient has a kink where a residual changes sides, and the Hessian is one of those that fit (Qi, Sun, 1993).
 */
export const newton = defineProgram<Known, State, Givens, Inputs>({
  name: "newton",
  doc: "Newton's method for robust regression: Huber's function (Huber, 1964) of the residual, and Tikhonov's term.\nThe gradient has a kink where a residual changes sides, and the Hessian is one of those that fit (Qi, Sun, 1993).",
  hash: "c736713ee0a21aabccf061a90d2676f06d1c7312299c2e359215b45a8d41c941",
  sizes: [],
  spaces: [
    { name: "X", field: "real" },
    { name: "Y", field: "real" },
  ],
  givens: [
    {
      name: "A",
      type: {
        kind: "operator",
        domain: { kind: "space", name: "X" },
        codomain: { kind: "space", name: "Y" },
      },
    },
    {
      name: "delta",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.1),
    },
    {
      name: "alpha",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.01),
    },
  ],
  inputs: [{ name: "y", type: { kind: "space", name: "Y" } }],
  parameters: [],
  states: [{ name: "x", type: { kind: "space", name: "X" }, assumedInterval: null, carried: true }],
  output: { type: { kind: "space", name: "X" } },
  constants,
  prepare: null,
  initial: { run: initial, reverse: null },
  step: { run: step, reverse: null },
  finish: { run: (_ops, _known, { x }) => ({ values: { output: x } }), reverse: null },
  objective,
  until,
  target: { kind: "solver", maximum: 50, every: 1, accelerate: null },
  certificate: null,
  notes: [],
});
