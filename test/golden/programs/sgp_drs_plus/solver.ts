/**
 * DRS+: the scheme of Lee and Chun (2019), where a learned direction is taken only if it
 * descends (theory.md, section 2).
 * Converges for every network: O(1/k) for convex F; backtracking ends within a bound known beforehand.
 *
 * Compiled by ipc from sgp_drs_plus.ipx: a solver of at most 1200 steps.
 *
 * Convergence: proved. backtracking ends at a step that is bounded from below, F falls in every step, and
 * cluster points are minimisers; F(x_k) - F* = O(1/k) where the level sets are bounded; F is the objective
 * - D(z) <= s*D(z2), |z|^2 <= -M^2*t*D(z2), or z = z2
 * - Armijo on F with 0 < beta < 1
 * - up to the slack of the line search
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
  /** R in (0, inf) */
  readonly lambda?: ArrayDatum;
  /** R in (0, 1] */
  readonly s?: ArrayDatum;
  /** R in [1, inf) */
  readonly M?: ArrayDatum;
  /** R in (0, 0.5] */
  readonly beta?: ArrayDatum;
  /** R in (0, 1) */
  readonly eta1?: ArrayDatum;
  /** R in (0, 1) */
  readonly eta2?: ArrayDatum;
}

/** What `run` takes; samples may be on a first axis. */
export interface Inputs {
  /** linear R[h, w] -> Y with norm <= 1 */
  readonly A: OperatorDatum;
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
  /** R in (0, inf) */
  readonly lambda: Value;
  /** R in (0, 1] */
  readonly s: Value;
  /** R in [1, inf) */
  readonly M: Value;
  /** R in (0, 0.5] */
  readonly beta: Value;
  /** R in (0, 1) */
  readonly eta1: Value;
  /** R in (0, 1) */
  readonly eta2: Value;
  /** linear R[h, w] -> Y with norm <= 1, of each sample */
  readonly A: Operator;
  /** Y, of each sample */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** R */
  readonly M_squared: Value;
}

/** What may be learned. */
interface Learned {
  /** R[3, 3, 2, 3] */
  readonly "Psi.down1.conv1.filter": Value;
  /** R[3] */
  readonly "Psi.down1.conv1.bias": Value;
  /** R[3, 3, 3, 3] */
  readonly "Psi.down1.conv2.filter": Value;
  /** R[3] */
  readonly "Psi.down1.conv2.bias": Value;
  /** R[3, 3, 3, 6] */
  readonly "Psi.bottom.conv1.filter": Value;
  /** R[6] */
  readonly "Psi.bottom.conv1.bias": Value;
  /** R[3, 3, 6, 6] */
  readonly "Psi.bottom.conv2.filter": Value;
  /** R[6] */
  readonly "Psi.bottom.conv2.bias": Value;
  /** R[2, 2, 3, 6] */
  readonly "Psi.up1.upconv1.filter": Value;
  /** R[3] */
  readonly "Psi.up1.upconv1.bias": Value;
  /** R[3, 3, 6, 3] */
  readonly "Psi.up1.conv1.filter": Value;
  /** R[3] */
  readonly "Psi.up1.conv1.bias": Value;
  /** R[3, 3, 3, 3] */
  readonly "Psi.up1.conv2.filter": Value;
  /** R[3] */
  readonly "Psi.up1.conv2.bias": Value;
  /** R[1, 1, 3, 1] */
  readonly "Psi.conv1.filter": Value;
  /** R[1] */
  readonly "Psi.conv1.bias": Value;
}

/** All that a step may read. */
type Known = Data & Constants & Learned;

/** What lives on from step to step. */
interface State {
  /** R[h, w] */
  readonly x: Value;
  /** R */
  readonly gamma1: Value;
}

/** The learned network `Psi` with 8 layers of weights: its value at the arguments. */
function Psi(ops: Operations, u1: Value, u2: Value, known: Known): Value {
  const { h, w } = known;
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const u2_image = ops.reshape(u2, R(h, w, 1));
  const concat = ops.concat([u1_image, u2_image]);
  const padded = ops.padImage(concat, 2);
  const down1_conv1 = ops.convolve(padded, known["Psi.down1.conv1.filter"], 1);
  const relu = ops.map("relu(down1_conv1 + Psi_down1_conv1_bias)", {
    down1_conv1,
    Psi_down1_conv1_bias: known["Psi.down1.conv1.bias"],
  });
  const down1_conv2 = ops.convolve(relu, known["Psi.down1.conv2.filter"], 1);
  const relu_2 = ops.map("relu(down1_conv2 + Psi_down1_conv2_bias)", {
    down1_conv2,
    Psi_down1_conv2_bias: known["Psi.down1.conv2.bias"],
  });
  const down1_pooled = ops.maxPool(relu_2, 2);
  const bottom_conv1 = ops.convolve(down1_pooled, known["Psi.bottom.conv1.filter"], 1);
  const relu_3 = ops.map("relu(bottom_conv1 + Psi_bottom_conv1_bias)", {
    bottom_conv1,
    Psi_bottom_conv1_bias: known["Psi.bottom.conv1.bias"],
  });
  const bottom_conv2 = ops.convolve(relu_3, known["Psi.bottom.conv2.filter"], 1);
  const relu_4 = ops.map("relu(bottom_conv2 + Psi_bottom_conv2_bias)", {
    bottom_conv2,
    Psi_bottom_conv2_bias: known["Psi.bottom.conv2.bias"],
  });
  const up1_upconv1 = ops.convolveInputGradient(
    relu_4,
    known["Psi.up1.upconv1.filter"],
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 3),
    2,
  );
  const up1_upconv1_biased = ops.map("up1_upconv1 + Psi_up1_upconv1_bias", {
    up1_upconv1,
    Psi_up1_upconv1_bias: known["Psi.up1.upconv1.bias"],
  });
  const up1_joined = ops.concat([relu_2, up1_upconv1_biased]);
  const up1_conv1 = ops.convolve(up1_joined, known["Psi.up1.conv1.filter"], 1);
  const relu_5 = ops.map("relu(up1_conv1 + Psi_up1_conv1_bias)", {
    up1_conv1,
    Psi_up1_conv1_bias: known["Psi.up1.conv1.bias"],
  });
  const up1_conv2 = ops.convolve(relu_5, known["Psi.up1.conv2.filter"], 1);
  const relu_6 = ops.map("relu(up1_conv2 + Psi_up1_conv2_bias)", {
    up1_conv2,
    Psi_up1_conv2_bias: known["Psi.up1.conv2.bias"],
  });
  const conv1 = ops.convolve(relu_6, known["Psi.conv1.filter"], 1);
  const conv1_biased = ops.map("conv1 + Psi_conv1_bias", { conv1, Psi_conv1_bias: known["Psi.conv1.bias"] });
  const cropped = ops.cropImage(conv1_biased, R(h, w, 1));
  const softplus = ops.map("softplus(cropped)", { cropped });
  return ops.reshape(softplus, R(h, w));
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { M }: Data) {
  const M_squared = ops.map("square(M)", { M });
  return { M_squared };
}

/** The first state. */
function initial(ops: Operations, { A, y }: Known) {
  const gamma1 = ops.number(1);
  const x = ops.applyAdjoint(A, y);
  return { values: { x, gamma1 } };
}

/** One iteration: the next state. */
function step(ops: Operations, known: Known, { x, gamma1 }: State) {
  const { A, y, lambda, s, M_squared, eta1, beta, eta2 } = known;
  const one = ops.number(1);
  const A_x = ops.apply(A, x);
  const residual = ops.map("A_x - y", { A_x, y });
  const gx = ops.applyAdjoint(A, residual);
  const { z2, gx_dot_z2 } = ops.mapAll(
    { z2: "soft(x - gx, lambda) - x", gx_dot_z2: "gx*z2" },
    { x, gx, lambda },
    { gx_dot_z2: "sum" },
  );
  const { sum_modulus } = ops.mapAll({ sum_modulus: "abs(x + z2)" }, { x, z2 }, { sum_modulus: "sum" });
  const { sum_abs_x } = ops.mapAll({ sum_abs_x: "abs(x)" }, { x }, { sum_abs_x: "sum" });
  const g = ops.map("lambda*sum_abs_x", { lambda, sum_abs_x });
  const d = Psi(ops, x, gx, known);
  const xt = ops.map("soft(x - d*gx, d*lambda)", { x, d, gx, lambda });
  const A_xt = ops.apply(A, xt);
  const residual_2 = ops.map("A_xt - y", { A_xt, y });
  const grad_f = ops.applyAdjoint(A, residual_2);
  const { z1, z } = ops.mapAll(
    { z1: "soft(xt - grad_f, lambda) - x", z: "gamma1*z1 + (1 - gamma1)*z2" },
    { xt, grad_f, lambda, x, gamma1, z2 },
  );
  const product = ops.map("s*(gx_dot_z2 + lambda*sum_modulus - g)", { s, gx_dot_z2, lambda, sum_modulus, g });
  const negative = ops.map("-(M_squared*(gx_dot_z2 + lambda*sum_modulus - g))", {
    M_squared,
    gx_dot_z2,
    lambda,
    sum_modulus,
    g,
  });
  const {
    carried: [gamma1_2, z_next],
    capped: capped_next,
  } = ops.loop(
    [gamma1, z],
    ([, z]) => {
      const gx_dot_z = ops.dot(gx, z);
      const { sum_modulus, z_squared } = ops.mapAll(
        { sum_modulus: "abs(x + z)", z_squared: "z*z" },
        { x, z },
        { sum_modulus: "sum", z_squared: "sum" },
      );
      return ops.map("not(and(gx_dot_z + lambda*sum_modulus - g <= product, z_squared <= negative))", {
        gx_dot_z,
        lambda,
        sum_modulus,
        g,
        product,
        z_squared,
        negative,
      });
    },
    ([gamma1]) => {
      const gamma1_next = ops.map("eta1*gamma1", { eta1, gamma1 });
      const z = ops.map("gamma1_next*z1 + (1 - gamma1_next)*z2", { gamma1_next, z1, z2 });
      return [gamma1_next, z];
    },
    6,
  );
  const gx_dot_z = ops.dot(gx, z_next);
  const { sum_modulus_2, z_squared } = ops.mapAll(
    { sum_modulus_2: "abs(x + z_next)", z_squared: "z_next*z_next" },
    { x, z_next },
    { sum_modulus_2: "sum", z_squared: "sum" },
  );
  const fails = ops.map("not(and(gx_dot_z + lambda*sum_modulus_2 - g <= product, z_squared <= negative))", {
    gx_dot_z,
    lambda,
    sum_modulus_2,
    g,
    product,
    z_squared,
    negative,
  });
  const [z_2] = ops.branch(
    fails,
    () => [z2],
    () => [z_next],
  );
  const residual_squared = ops.dot(residual, residual);
  const Fx = ops.map("0.5*residual_squared + g", { residual_squared, g });
  const gx_dot_z_2 = ops.dot(gx, z_2);
  const { sum_modulus_3 } = ops.mapAll(
    { sum_modulus_3: "abs(x + z_2)" },
    { x, z_2 },
    { sum_modulus_3: "sum" },
  );
  const slope = ops.map("gx_dot_z_2 + lambda*sum_modulus_3 - g", { gx_dot_z_2, lambda, sum_modulus_3, g });
  const product_2 = ops.map("0.000001*abs(Fx)", { Fx });
  const {
    carried: [gamma1_next, gamma2],
    capped: capped_2,
  } = ops.loop(
    [gamma1_2, one],
    ([, gamma2]) => {
      const sum = ops.map("x + gamma2*z_2", { x, gamma2, z_2 });
      const A_sum = ops.apply(A, sum);
      const residual = ops.map("A_sum - y", { A_sum, y });
      const residual_squared = ops.dot(residual, residual);
      const { sum_abs_sum } = ops.mapAll({ sum_abs_sum: "abs(sum)" }, { sum }, { sum_abs_sum: "sum" });
      return ops.map("Fx + beta*gamma2*slope + product_2 < 0.5*residual_squared + lambda*sum_abs_sum", {
        Fx,
        beta,
        gamma2,
        slope,
        product_2,
        residual_squared,
        lambda,
        sum_abs_sum,
      });
    },
    ([gamma1, gamma2]) => {
      const gamma1_next = ops.map("eta1*gamma1", { eta1, gamma1 });
      const gamma2_next = ops.map("eta2*gamma2", { eta2, gamma2 });
      return [gamma1_next, gamma2_next];
    },
    60,
  );
  const capped = ops.map("or(capped_next, capped_2)", { capped_next, capped_2 });
  const x_next = ops.map("x + gamma2*z_2", { x, gamma2, z_2 });
  return { values: { x: x_next, gamma1: gamma1_next }, reports: {}, capped };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, { A, y, lambda }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const residual = ops.map("A_x - y", { A_x, y });
  const residual_squared = ops.dot(residual, residual);
  const { sum_abs_x } = ops.mapAll({ sum_abs_x: "abs(x)" }, { x }, { sum_abs_x: "sum" });
  return ops.map("0.5*residual_squared + lambda*sum_abs_x", { residual_squared, lambda, sum_abs_x });
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
  return ops.map("select(0 < max(norm_x, norm_x_before), norm/max(norm_x, norm_x_before), 0) < 0.000001", {
    norm_x,
    norm_x_before,
    norm,
  });
}

/**
 * DRS+: the scheme of Lee and Chun (2019), where a learned direction is taken only if it
 * descends (theory.md, section 2).
 * Converges for every network: O(1/k) for convex F; backtracking ends within a bound known beforehand.
 */
export const sgp_drs_plus = defineProgram<Known, State, Givens, Inputs>({
  name: "sgp_drs_plus",
  doc: "DRS+: the scheme of Lee and Chun (2019), where a learned direction is taken only if it\ndescends (theory.md, section 2).\nConverges for every network: O(1/k) for convex F; backtracking ends within a bound known beforehand.",
  hash: "49d3e356b2b2285f999e5f7dc8057efe03aeb2dde9a240060c597f51f73b4b5f",
  sizes: [
    { name: "h", initial: null },
    { name: "w", initial: null },
  ],
  spaces: [{ name: "Y", field: "any" }],
  givens: [
    {
      name: "lambda",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.1),
    },
    {
      name: "s",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: 1, lowOpen: true, highOpen: false },
      initial: (ops) => ops.number(0.1),
    },
    {
      name: "M",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 1, high: Infinity, lowOpen: false, highOpen: true },
      initial: (ops) => ops.number(100),
    },
    {
      name: "beta",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: 0.5, lowOpen: true, highOpen: false },
      initial: (ops) => ops.number(0.0001),
    },
    {
      name: "eta1",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: 1, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.8),
    },
    {
      name: "eta2",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: 1, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.5),
    },
  ],
  inputs: [
    {
      name: "A",
      type: {
        kind: "operator",
        domain: { kind: "array", field: "real", dimensions: ["h", "w"] },
        codomain: { kind: "space", name: "Y" },
      },
      properties: [{ name: "norm", bound: 1 }],
    },
    { name: "y", type: { kind: "space", name: "Y" } },
  ],
  parameters: [
    {
      name: "Psi.down1.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "2", "3"] },
      initial: { kind: "random", init: "he" },
    },
    {
      name: "Psi.down1.conv1.bias",
      type: { kind: "array", field: "real", dimensions: ["3"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "Psi.down1.conv2.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "3", "3"] },
      initial: { kind: "random", init: "he" },
    },
    {
      name: "Psi.down1.conv2.bias",
      type: { kind: "array", field: "real", dimensions: ["3"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "Psi.bottom.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "3", "6"] },
      initial: { kind: "random", init: "he" },
    },
    {
      name: "Psi.bottom.conv1.bias",
      type: { kind: "array", field: "real", dimensions: ["6"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "Psi.bottom.conv2.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "6", "6"] },
      initial: { kind: "random", init: "he" },
    },
    {
      name: "Psi.bottom.conv2.bias",
      type: { kind: "array", field: "real", dimensions: ["6"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "Psi.up1.upconv1.filter",
      type: { kind: "array", field: "real", dimensions: ["2", "2", "3", "6"] },
      initial: { kind: "random", init: "he" },
    },
    {
      name: "Psi.up1.upconv1.bias",
      type: { kind: "array", field: "real", dimensions: ["3"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "Psi.up1.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "6", "3"] },
      initial: { kind: "random", init: "he" },
    },
    {
      name: "Psi.up1.conv1.bias",
      type: { kind: "array", field: "real", dimensions: ["3"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "Psi.up1.conv2.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "3", "3"] },
      initial: { kind: "random", init: "he" },
    },
    {
      name: "Psi.up1.conv2.bias",
      type: { kind: "array", field: "real", dimensions: ["3"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "Psi.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["1", "1", "3", "1"] },
      initial: { kind: "random", init: "uniform" },
    },
    {
      name: "Psi.conv1.bias",
      type: { kind: "array", field: "real", dimensions: ["1"] },
      initial: { kind: "random", init: "zero" },
    },
  ],
  states: [
    {
      name: "x",
      type: { kind: "array", field: "real", dimensions: ["h", "w"] },
      assumedInterval: null,
      carried: true,
    },
    {
      name: "gamma1",
      type: { kind: "array", field: "real", dimensions: [] },
      assumedInterval: null,
      carried: true,
    },
  ],
  output: { type: { kind: "array", field: "real", dimensions: ["h", "w"] } },
  constants,
  prepare: null,
  initial: { run: initial, reverse: null },
  step: { run: step, reverse: null },
  finish: { run: (_ops, _known, { x }) => ({ values: { output: x } }), reverse: null },
  objective,
  until,
  target: { kind: "solver", maximum: 1200, every: 1, accelerate: null },
  certificate: {
    answer: "proved",
    algorithm: "DRS+",
    statement:
      "backtracking ends at a step that is bounded from below, F falls in every step, and cluster points are minimisers; F(x_k) - F* = O(1/k) where the level sets are bounded; F is the objective",
    conditions: [
      "D(z) <= s*D(z2), |z|^2 <= -M^2*t*D(z2), or z = z2",
      "Armijo on F with 0 < beta < 1",
      "up to the slack of the line search",
    ],
  },
  notes: [],
});
