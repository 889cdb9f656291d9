/**
 * FISTA with backtracking (Beck and Teboulle, SIAM J. Imaging Sci. 2, 2009).
 * No Lipschitz constant is needed, L grows until the upper bound holds.
 *
 * Compiled by ipc from fista_backtracking.ipx: a solver of at most 5000 steps.
 *
 * Convergence: proved. F(x_k) - F* <= 2*eta*L*R^2/(k + 1)^2 with eta the growth of L in a round and R the
 * distance from the start to a minimiser, by the Lyapunov function of Beck and Teboulle; F is the objective
 * - L never falls
 * - the loop ends before its cap
 * - t_{k+1}^2 - t_{k+1} <= t_k^2
 * - a minimiser exists
 * - up to the slack of the line search
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
  readonly lambda?: ArrayDatum;
}

/** What `run` takes; samples may be on a first axis. */
export interface Inputs {
  /** Y */
  readonly y: ArrayDatum;
}

/** What the program is run on. */
interface Known {
  /** a space */
  readonly X: Space;
  /** a space */
  readonly Y: Space;
  /** linear X -> Y */
  readonly A: Operator;
  /** R in (0, inf) */
  readonly lambda: Value;
  /** Y, of each sample */
  readonly y: Value;
}

/** What lives on from step to step. */
interface State {
  /** X */
  readonly x: Value;
  /** X */
  readonly z: Value;
  /** R */
  readonly s: Value;
  /** R */
  readonly L: Value;
}

/** The first state. */
function initial(ops: Operations, { X }: Known) {
  const x = ops.fill(0, X);
  const s = ops.number(1);
  return { values: { x, z: x, s, L: s } };
}

/** One iteration: the next state. */
function step(ops: Operations, { A, y, lambda }: Known, { x, z, s, L }: State) {
  const A_z = ops.apply(A, z);
  const residual = ops.map("A_z - y", { A_z, y });
  const residual_squared = ops.dot(residual, residual);
  const fz = ops.map("0.5*residual_squared", { residual_squared });
  const gz = ops.applyAdjoint(A, residual);
  const lambda_over_L = ops.map("lambda/L", { lambda, L });
  const xn = ops.map("soft(z - gz/L, lambda_over_L)", { z, gz, L, lambda_over_L });
  const product = ops.map("0.000001*abs(fz)", { fz });
  const {
    carried: [L_next, x_next],
    capped,
  } = ops.loop(
    [L, xn],
    ([L, xn]) => {
      const A_xn = ops.apply(A, xn);
      const residual = ops.map("A_xn - y", { A_xn, y });
      const residual_squared = ops.dot(residual, residual);
      const xn_minus_z = ops.map("xn - z", { xn, z });
      const gz_dot_xn_minus_z = ops.dot(gz, xn_minus_z);
      const xn_minus_z_squared = ops.dot(xn_minus_z, xn_minus_z);
      return ops.map("fz + gz_dot_xn_minus_z + L/2*xn_minus_z_squared + product < 0.5*residual_squared", {
        fz,
        gz_dot_xn_minus_z,
        L,
        xn_minus_z_squared,
        product,
        residual_squared,
      });
    },
    ([L]) => {
      const L_next = ops.map("2*L", { L });
      const lambda_over_L_next = ops.map("lambda/L_next", { lambda, L_next });
      const xn = ops.map("soft(z - gz/L_next, lambda_over_L_next)", { z, gz, L_next, lambda_over_L_next });
      return [L_next, xn];
    },
    60,
  );
  const s_next = ops.map("(1 + sqrt(1 + 4*square(s)))/2", { s });
  const quotient = ops.map("(s - 1)/s_next", { s, s_next });
  const z_next = ops.map("x_next + quotient*(x_next - x)", { x_next, quotient, x });
  return { values: { x: x_next, z: z_next, s: s_next, L: L_next }, reports: {}, capped };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, { A, y, lambda }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const residual = ops.map("A_x - y", { A_x, y });
  const residual_squared = ops.dot(residual, residual);
  const abs_x = ops.map("abs(x)", { x });
  const sum_abs_x = ops.sum(abs_x);
  return ops.map("0.5*residual_squared + lambda*sum_abs_x", { residual_squared, lambda, sum_abs_x });
}

/** 1 for the samples that may stop; `before` means the last test. */
function until(ops: Operations, _known: Known, { x }: State, { x: x_before }: State) {
  const x_minus_x_before = ops.map("x - x_before", { x, x_before });
  const norm = ops.norm2(x_minus_x_before);
  const norm_x = ops.norm2(x);
  const norm_x_before = ops.norm2(x_before);
  return ops.map("select(0 < max(norm_x, norm_x_before), norm/max(norm_x, norm_x_before), 0) < 0.000001", {
    norm_x,
    norm_x_before,
    norm,
  });
}

/**
 * FISTA with backtracking (Beck and Teboulle, SIAM J. Imaging Sci. 2, 2009).
 * No Lipschitz constant is needed, L grows until the upper bound holds.
 */
export const fista_backtracking = defineProgram<Known, State, Givens, Inputs>({
  name: "fista_backtracking",
  doc: "FISTA with backtracking (Beck and Teboulle, SIAM J. Imaging Sci. 2, 2009).\nNo Lipschitz constant is needed, L grows until the upper bound holds.",
  hash: "97b309855fe63578b8bdf7f7af9abdf12f7892cd2182affdc927344a3e9518ad",
  sizes: [],
  spaces: [
    { name: "X", field: "any" },
    { name: "Y", field: "any" },
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
      name: "lambda",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.1),
    },
  ],
  inputs: [{ name: "y", type: { kind: "space", name: "Y" } }],
  parameters: [],
  states: [
    { name: "x", type: { kind: "space", name: "X" }, assumedInterval: null, carried: true },
    { name: "z", type: { kind: "space", name: "X" }, assumedInterval: null, carried: true },
    {
      name: "s",
      type: { kind: "array", field: "real", dimensions: [] },
      assumedInterval: null,
      carried: true,
    },
    {
      name: "L",
      type: { kind: "array", field: "real", dimensions: [] },
      assumedInterval: null,
      carried: true,
    },
  ],
  output: { type: { kind: "space", name: "X" } },
  constants: () => ({}),
  prepare: null,
  initial: { run: initial, reverse: null },
  step: { run: step, reverse: null },
  finish: { run: (_ops, _known, { x }) => ({ values: { output: x } }), reverse: null },
  objective,
  until,
  target: { kind: "solver", maximum: 5000, every: 1, accelerate: null },
  certificate: {
    answer: "proved",
    algorithm: "FISTA with backtracking",
    statement:
      "F(x_k) - F* <= 2*eta*L*R^2/(k + 1)^2 with eta the growth of L in a round and R the distance from the start to a minimiser, by the Lyapunov function of Beck and Teboulle; F is the objective",
    conditions: [
      "L never falls",
      "the loop ends before its cap",
      "t_{k+1}^2 - t_{k+1} <= t_k^2",
      "a minimiser exists",
      "up to the slack of the line search",
    ],
  },
  notes: [],
});
