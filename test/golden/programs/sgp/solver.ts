/**
 * Scaled gradient projection (Bonettini, Zanella, Zanni, 2009; Algorithm 1 of Lee and Chun, 2019), x >= 0.
 * Step sizes by Barzilai and Borwein, scalings in [1/rho, rho] with rho^2 = 1 + c/(k+1)^p, p > 1.
 *
 * Compiled by ipc from sgp.ipx: a solver of at most 2000 steps.
 *
 * Convergence: proved. the iterates converge, and F(x_k) - F* = O(1/k), since t stays in [tmin, tmax] and
 * the scalings in [1/rho_k, rho_k] with sum(rho_k^2 - 1) < inf; F is the objective
 * - tmin <= t <= tmax
 * - sum(rho_k^2 - 1) < inf
 * - a minimiser exists
 * - the start lies in the set
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
  /** linear X -> Y with nonnegative */
  readonly A: OperatorDatum;
  /** R in (0, 1] */
  readonly tmin?: ArrayDatum;
  /** R in [1, inf) */
  readonly tmax?: ArrayDatum;
  /** R in (0, inf) */
  readonly c?: ArrayDatum;
  /** R in (1, inf) */
  readonly p?: ArrayDatum;
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
  /** linear X -> Y with nonnegative */
  readonly A: Operator;
  /** R in (0, 1] */
  readonly tmin: Value;
  /** R in [1, inf) */
  readonly tmax: Value;
  /** R in (0, inf) */
  readonly c: Value;
  /** R in (1, inf) */
  readonly p: Value;
  /** Y, of each sample */
  readonly y: Value;
  /** the number of the step, from 0 */
  readonly k: Value;
}

/** What lives on from step to step. */
interface State {
  /** X */
  readonly x: Value;
  /** R */
  readonly t: Value;
}

/** The first state. */
function initial(ops: Operations, { A, y }: Known) {
  const At_y = ops.applyAdjoint(A, y);
  const x = ops.map("max(At_y, 0)", { At_y });
  const t = ops.number(1);
  return { values: { x, t } };
}

/** One iteration: the next state. */
function step(ops: Operations, { c, k, p, A, y, tmin, tmax }: Known, { x, t }: State) {
  const one = ops.number(1);
  const rho = ops.map("sqrt(1 + c/(k + 1)^p)", { c, k, p });
  const A_x = ops.apply(A, x);
  const residual = ops.map("A_x - y", { A_x, y });
  const gx = ops.applyAdjoint(A, residual);
  const one_over_rho = ops.map("1/rho", { rho });
  const At_A_x = ops.applyAdjoint(A, A_x);
  const { d, z } = ops.mapAll(
    { d: "min(max(x/max(At_A_x, 1e-12), one_over_rho), rho)", z: "max(x - t*d*gx, 0) - x" },
    { x, At_A_x, one_over_rho, rho, t, gx },
  );
  const residual_squared = ops.dot(residual, residual);
  const fx = ops.map("0.5*residual_squared", { residual_squared });
  const gx_dot_z = ops.dot(gx, z);
  const product = ops.map("0.000001*abs(fx)", { fx });
  const {
    carried: [gamma],
    capped,
  } = ops.loop(
    [one],
    ([gamma]) => {
      const sum = ops.map("x + gamma*z", { x, gamma, z });
      const A_sum = ops.apply(A, sum);
      const residual = ops.map("A_sum - y", { A_sum, y });
      const residual_squared = ops.dot(residual, residual);
      return ops.map("fx + 0.0001*gamma*gx_dot_z + product < 0.5*residual_squared", {
        fx,
        gamma,
        gx_dot_z,
        product,
        residual_squared,
      });
    },
    ([gamma]) => [ops.map("0.4*gamma", { gamma })],
    60,
  );
  const { x_next, s } = ops.mapAll({ x_next: "x + gamma*z", s: "(x_next - x)/d" }, { x, gamma, z, d });
  const s_squared = ops.dot(s, s);
  const A_x_next = ops.apply(A, x_next);
  const residual_2 = ops.map("A_x_next - y", { A_x_next, y });
  const grad_f = ops.applyAdjoint(A, residual_2);
  const grad_f_minus_gx = ops.map("grad_f - gx", { grad_f, gx });
  const inner_product = ops.dot(s, grad_f_minus_gx);
  const t_next = ops.map("min(max(s_squared/max(inner_product, 1e-12), tmin), tmax)", {
    s_squared,
    inner_product,
    tmin,
    tmax,
  });
  return { values: { x: x_next, t: t_next }, reports: {}, capped };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, { A, y }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const residual = ops.map("A_x - y", { A_x, y });
  const residual_squared = ops.dot(residual, residual);
  return ops.map("0.5*residual_squared", { residual_squared });
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
 * Scaled gradient projection (Bonettini, Zanella, Zanni, 2009; Algorithm 1 of Lee and Chun, 2019), x >= 0.
 * Step sizes by Barzilai and Borwein, scalings in [1/rho, rho] with rho^2 = 1 + c/(k+1)^p, p > 1.
 */
export const sgp = defineProgram<Known, State, Givens, Inputs>({
  name: "sgp",
  doc: "Scaled gradient projection (Bonettini, Zanella, Zanni, 2009; Algorithm 1 of Lee and Chun, 2019), x >= 0.\nStep sizes by Barzilai and Borwein, scalings in [1/rho, rho] with rho^2 = 1 + c/(k+1)^p, p > 1.",
  hash: "c9cc53fe69f805fb38fb480a2f2cf60b07fb2d60d3626f7658478f2ebda98125",
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
      properties: [{ name: "nonnegative", bound: null }],
    },
    {
      name: "tmin",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: 1, lowOpen: true, highOpen: false },
      initial: (ops) => ops.number(0.00001),
    },
    {
      name: "tmax",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 1, high: Infinity, lowOpen: false, highOpen: true },
      initial: (ops) => ops.number(100000),
    },
    {
      name: "c",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(10000000000),
    },
    {
      name: "p",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 1, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(2.1),
    },
  ],
  inputs: [{ name: "y", type: { kind: "space", name: "Y" } }],
  parameters: [],
  states: [
    { name: "x", type: { kind: "space", name: "X" }, assumedInterval: null, carried: true },
    {
      name: "t",
      type: { kind: "array", field: "real", dimensions: [] },
      assumedInterval: null,
      carried: true,
    },
  ],
  counter: "k",
  output: { type: { kind: "space", name: "X" } },
  constants: () => ({}),
  prepare: null,
  initial: { run: initial, reverse: null },
  step: { run: step, reverse: null },
  finish: { run: (_ops, _known, { x }) => ({ values: { output: x } }), reverse: null },
  objective,
  until,
  target: { kind: "solver", maximum: 2000, every: 1, accelerate: null },
  certificate: {
    answer: "proved",
    algorithm: "scaled gradient projection (Bonettini, Zanella, Zanni, 2009)",
    statement:
      "the iterates converge, and F(x_k) - F* = O(1/k), since t stays in [tmin, tmax] and the scalings in [1/rho_k, rho_k] with sum(rho_k^2 - 1) < inf; F is the objective",
    conditions: [
      "tmin <= t <= tmax",
      "sum(rho_k^2 - 1) < inf",
      "a minimiser exists",
      "the start lies in the set",
      "up to the slack of the line search",
    ],
  },
  notes: [],
});
