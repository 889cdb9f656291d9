/**
 * A gradient step, then a network in the place of the prox.
 *
 * Compiled by ipc from denoiser.ipx: an unrolled network of 10 steps.
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

/** What may be learned. */
interface Learned {
  /** R[3, 3, 1, 4] */
  readonly "D.conv1.filter": Value;
  /** R[4] */
  readonly "D.conv1.bias": Value;
  /** R[3, 3, 4, 1] */
  readonly "D.conv2.filter": Value;
  /** R[1] */
  readonly "D.conv2.bias": Value;
  /** R, one for each step */
  readonly eta: Value;
}

/** All that a step may read. */
type Known = Data & Learned;

/** What lives on from step to step. */
interface State {
  /** R[h, w] */
  readonly x: Value;
}

/** The denoiser D: R[h, w] -> R[h, w], two convolutions that estimate the noise. */
function D(ops: Operations, u: Value, known: Known): Value {
  const { h, w } = known;
  const image = ops.reshape(u, R(h, w, 1));
  const c1 = ops.convolve(image, known["D.conv1.filter"], 1);
  const hidden = ops.map("relu(c1 + bias)", { c1, bias: known["D.conv1.bias"] });
  const c2 = ops.convolve(hidden, known["D.conv2.filter"], 1);
  const noise = ops.map("c2 + bias", { c2, bias: known["D.conv2.bias"] });
  const flat = ops.reshape(noise, R(h, w));
  return ops.map("u - flat", { u, flat });
}

/** `D`, with the values that its adjoint needs. */
function D_saving(ops: Operations, u: Value, known: Known): [Value, Value, Value] {
  const { h, w } = known;
  const image = ops.reshape(u, R(h, w, 1));
  const c1 = ops.convolve(image, known["D.conv1.filter"], 1);
  const hidden = ops.map("relu(c1 + bias)", { c1, bias: known["D.conv1.bias"] });
  const c2 = ops.convolve(hidden, known["D.conv2.filter"], 1);
  const noise = ops.map("c2 + bias", { c2, bias: known["D.conv2.bias"] });
  const flat = ops.reshape(noise, R(h, w));
  const clean = ops.map("u - flat", { u, flat });
  return [clean, image, hidden];
}

/** Cotangents of the argument and the weights of `D`, from that of its result. */
function D_adjoint(
  ops: Operations,
  image: Value,
  hidden: Value,
  clean_bar: Value,
  known: Known,
): [Value, Value, Value, Value, Value] {
  const { h, w } = known;
  const down = ops.map("-clean_bar", { clean_bar });
  const c2_bar = ops.reshape(down, R(h, w, 1));
  const c2_bar_sum = ops.sumTo(c2_bar, R(1));
  const c2_bar_sum_total = ops.sumSamples(c2_bar_sum);
  const c2_bar_filter = ops.convolveFilterGradient(hidden, c2_bar, R(3, 3, 4, 1), 1);
  const c2_bar_images = ops.convolveInputGradient(c2_bar, known["D.conv2.filter"], R(h, w, 4), 1);
  const c1_bar = ops.map("c2_bar_images*positive(hidden)", { c2_bar_images, hidden });
  const c1_bar_sum = ops.sumTo(c1_bar, R(4));
  const c1_bar_sum_total = ops.sumSamples(c1_bar_sum);
  const c1_bar_filter = ops.convolveFilterGradient(image, c1_bar, R(3, 3, 1, 4), 1);
  const c1_bar_images = ops.convolveInputGradient(c1_bar, known["D.conv1.filter"], R(h, w, 1), 1);
  const c1_bar_images_reshaped = ops.reshape(c1_bar_images, R(h, w));
  const u_bar = ops.map("clean_bar + c1_bar_images_reshaped", { clean_bar, c1_bar_images_reshaped });
  return [u_bar, c1_bar_filter, c1_bar_sum_total, c2_bar_filter, c2_bar_sum_total];
}

/** The first state. */
function initial(ops: Operations, { A, y }: Known) {
  const x = ops.applyAdjoint(A, y);
  return { values: { x } };
}

/** One iteration: the next state. */
function step(ops: Operations, known: Known, { x }: State) {
  const { A, y, eta } = known;
  const A_x = ops.apply(A, x);
  const r = ops.map("A_x - y", { A_x, y });
  const g = ops.applyAdjoint(A, r);
  const v = ops.map("x - eta*g", { x, eta, g });
  const x_next = D(ops, v, known);
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, known: Known, { x }: State) {
  const { A, y, eta } = known;
  const A_x = ops.apply(A, x);
  const r = ops.map("A_x - y", { A_x, y });
  const g = ops.applyAdjoint(A, r);
  const v = ops.map("x - eta*g", { x, eta, g });
  const [x_next, image, hidden] = D_saving(ops, v, known);
  return {
    values: { x: x_next },
    reports: {},
    capped: null,
    saved: { values: { g, image, hidden }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  known: Known,
  { values: { g, image, hidden } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { A, eta } = known;
  const [u_bar, D_conv1_filter_bar, D_conv1_bias_bar, D_conv2_filter_bar, D_conv2_bias_bar] = D_adjoint(
    ops,
    image,
    hidden,
    x_next_bar,
    known,
  );
  const A_u_bar = ops.apply(A, u_bar);
  const At_A_u_bar = ops.applyAdjoint(A, A_u_bar);
  const x_bar = ops.map("u_bar - eta*At_A_u_bar", { u_bar, eta, At_A_u_bar });
  const g_dot_u_bar = ops.dot(g, u_bar);
  const eta_bar_2 = ops.map("-g_dot_u_bar", { g_dot_u_bar });
  const eta_bar = ops.sumSamples(eta_bar_2);
  return {
    state: { x: x_bar },
    known: {
      eta: eta_bar,
      "D.conv1.filter": D_conv1_filter_bar,
      "D.conv1.bias": D_conv1_bias_bar,
      "D.conv2.filter": D_conv2_filter_bar,
      "D.conv2.bias": D_conv2_bias_bar,
    },
  };
}

/** A gradient step, then a network in the place of the prox. */
export const denoiser = defineProgram<Known, State, Givens, Inputs>({
  name: "denoiser",
  doc: "A gradient step, then a network in the place of the prox.",
  hash: "0000000000000000000000000000000000000000000000000000000000000000",
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
      properties: [{ name: "norm", bound: 1 }],
    },
  ],
  inputs: [{ name: "y", type: { kind: "space", name: "Y" } }],
  parameters: [
    {
      name: "D.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "1", "4"] },
      initial: { kind: "random", init: "he" },
    },
    {
      name: "D.conv1.bias",
      type: { kind: "array", field: "real", dimensions: ["4"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "D.conv2.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "4", "1"] },
      initial: { kind: "random", init: "he" },
    },
    {
      name: "D.conv2.bias",
      type: { kind: "array", field: "real", dimensions: ["1"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "eta",
      type: { kind: "array", field: "real", dimensions: [] },
      perStep: true,
      initial: { kind: "value", evaluate: (ops) => ops.number(1) },
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
  constants: () => ({}),
  prepare: null,
  initial: { run: initial, reverse: null },
  step: { run: step, reverse: { save: stepSaving, adjoint: stepAdjoint, stateAdjoint: null } },
  finish: {
    run: (_ops, _known, { x }) => ({ values: { output: x } }),
    reverse: {
      save: (_ops, _known, { x }) => ({ values: { output: x }, saved: { values: {}, traces: {} } }),
      adjoint: (_ops, _known, _saved, { output: output_bar }) => ({ state: { x: output_bar }, known: {} }),
      stateAdjoint: null,
    },
  },
  objective: null,
  until: null,
  target: { kind: "unrolled", steps: 10, beyond: "error" },
  certificate: null,
  notes: [],
});
