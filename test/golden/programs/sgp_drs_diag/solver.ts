/**
 * SGP with a learned diagonal scaling and direction relaxation (Lee and Chun, arXiv:1902.02449, 2019,
 * Algorithms 3 and 4, as printed).
 * The slack 1e-6*abs(fx) is for single precision, and not in the paper.
 *
 * Compiled by ipc from sgp_drs_diag.ipx: a solver of at most 1200 steps.
 *
 * Convergence: not found. no proof was found, and no counterexample: the step is none of the algorithms
 * that have a rule around its loop
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
  readonly alpha?: ArrayDatum;
  /** R in (0, 1) */
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
  readonly alpha: Value;
  /** R in (0, 1) */
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
  /** bool */
  readonly use_net_0: Value;
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
  /** bool */
  readonly use_net: Value;
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
function constants(ops: Operations) {
  const use_net_0 = ops.map("1 == 1", {});
  return { use_net_0 };
}

/** The first state. */
function initial(ops: Operations, { A, y, use_net_0 }: Known) {
  const gamma1 = ops.number(1);
  const x = ops.applyAdjoint(A, y);
  return { values: { x, use_net: use_net_0, gamma1 } };
}

/** One iteration: the next state. */
function step(ops: Operations, known: Known, { x, use_net, gamma1 }: State) {
  const { A, y, lambda, alpha, beta, eta1, eta2 } = known;
  const one = ops.number(1);
  const A_x = ops.apply(A, x);
  const residual = ops.map("A_x - y", { A_x, y });
  const gx = ops.applyAdjoint(A, residual);
  const z2 = ops.map("soft(x - gx, lambda) - x", { x, gx, lambda });
  const [z, use_net_next] = ops.branch(
    use_net,
    () => {
      const d = Psi(ops, x, gx, known);
      const xt = ops.map("soft(x - d*gx, d*lambda)", { x, d, gx, lambda });
      const A_xt = ops.apply(A, xt);
      const residual = ops.map("A_xt - y", { A_xt, y });
      const grad_f = ops.applyAdjoint(A, residual);
      const { z1, norm_z1_squared } = ops.mapAll(
        { z1: "soft(xt - grad_f, lambda) - x", norm_z1_squared: "z1*z1" },
        { xt, grad_f, lambda, x },
        { norm_z1_squared: "sum" },
      );
      const norm_z1 = ops.map("sqrt(norm_z1_squared)", { norm_z1_squared });
      const one_minus_gamma1 = ops.map("1 - gamma1", { gamma1 });
      const norm_z2 = ops.norm2(z2);
      const is_less = ops.map("alpha*one_minus_gamma1*norm_z2 < gamma1*norm_z1", {
        alpha,
        one_minus_gamma1,
        norm_z2,
        gamma1,
        norm_z1,
      });
      const [z, use_net_next] = ops.branch(
        is_less,
        () => {
          const z = ops.map("gamma1*z1 + one_minus_gamma1*z2", { gamma1, z1, one_minus_gamma1, z2 });
          return [z, use_net];
        },
        () => {
          const use_net_next = ops.map("1 == 0", {});
          return [z2, use_net_next];
        },
      );
      return [z, use_net_next];
    },
    () => [z2, use_net],
  );
  const residual_squared = ops.dot(residual, residual);
  const fx = ops.map("0.5*residual_squared", { residual_squared });
  const gx_dot_z = ops.dot(gx, z);
  const product = ops.map("0.000001*abs(fx)", { fx });
  const {
    carried: [gamma1_next, gamma2],
    capped,
  } = ops.loop(
    [gamma1, one],
    ([, gamma2]) => {
      const sum = ops.map("x + gamma2*z", { x, gamma2, z });
      const A_sum = ops.apply(A, sum);
      const residual = ops.map("A_sum - y", { A_sum, y });
      const residual_squared = ops.dot(residual, residual);
      return ops.map("fx + beta*gamma2*gx_dot_z + product < 0.5*residual_squared", {
        fx,
        beta,
        gamma2,
        gx_dot_z,
        product,
        residual_squared,
      });
    },
    ([gamma1, gamma2]) => {
      const gamma1_next = ops.map("eta1*gamma1", { eta1, gamma1 });
      const gamma2_next = ops.map("eta2*gamma2", { eta2, gamma2 });
      return [gamma1_next, gamma2_next];
    },
    60,
  );
  const x_next = ops.map("x + gamma2*z", { x, gamma2, z });
  return { values: { x: x_next, use_net: use_net_next, gamma1: gamma1_next }, reports: {}, capped };
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
 * SGP with a learned diagonal scaling and direction relaxation (Lee and Chun, arXiv:1902.02449, 2019,
 * Algorithms 3 and 4, as printed).
 * The slack 1e-6*abs(fx) is for single precision, and not in the paper.
 */
export const sgp_drs_diag = defineProgram<Known, State, Givens, Inputs>({
  name: "sgp_drs_diag",
  doc: "SGP with a learned diagonal scaling and direction relaxation (Lee and Chun, arXiv:1902.02449, 2019,\nAlgorithms 3 and 4, as printed).\nThe slack 1e-6*abs(fx) is for single precision, and not in the paper.",
  hash: "ee631b123fc7c26692223261f0f48684c7f7790c4f4ad41b42ffba775061daf9",
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
      name: "alpha",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: 1, lowOpen: true, highOpen: false },
      initial: (ops) => ops.number(0.01),
    },
    {
      name: "beta",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: 1, lowOpen: true, highOpen: true },
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
      name: "use_net",
      type: { kind: "array", field: "real", dimensions: [] },
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
    answer: "not_found",
    algorithm: null,
    statement:
      "no proof was found, and no counterexample: the step is none of the algorithms that have a rule around its loop",
    conditions: [],
  },
  notes: [],
});
