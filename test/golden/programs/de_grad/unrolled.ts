/**
 * DE-Grad (Gilton, Ongie, Willett, 2021): gradient descent with a learned regulariser gradient R = I - N.
 *
 * Compiled by ipc from de_grad.ipx: an unrolled network of 10 steps.
 *
 * Convergence: proved. the step is a contraction with factor 0.95 at the start, since eta*norm(A)^2 +
 * 1.9*eta stays below 2 and `N` is 0.9-Lipschitz; the iterates converge to its one fixed point
 * - t*(1 + L + eps) < 2
 * - eps < 1
 * - `N` keeps its bound
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
  /** linear R[h, w] -> Y with norm <= 1 */
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
  /** linear R[h, w] -> Y with norm <= 1 */
  readonly A: Operator;
  /** Y, of each sample */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** linear R[h, w] -> R[h, w] with symmetric, positive */
  readonly gram_A: Operator;
}

/** What may be learned. */
interface Learned {
  /** R[3, 3, 1, 4] */
  readonly "N.conv1.filter": Value;
  /** R[4] */
  readonly "N.conv1.bias": Value;
  /** R[3, 3, 4, 4] */
  readonly "N.conv2.filter": Value;
  /** R[4] */
  readonly "N.conv2.bias": Value;
  /** R[3, 3, 4, 1] */
  readonly "N.conv3.filter": Value;
  /** R[1] */
  readonly "N.conv3.bias": Value;
  /** R */
  readonly eta: Value;
}

/** What does not change between steps. */
interface Prepared {
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

/** What `N_save` keeps of the layers of `N` for its adjoints. */
type N_Saved = Record<"conv1_biased" | "conv2_biased", Value>;
/** The cotangents of the weights of `N`. */
type N_Weights = Record<`N.conv${1 | 2 | 3}.filter` | `N.conv${1 | 2 | 3}.bias`, Value>;

/** The learned network `N` with 3 layers of weights: its value at the arguments. */
function N(ops: Operations, u1: Value, known: Known): Value {
  const { h, w } = known;
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const conv1 = ops.convolve(u1_image, known["N.conv1.filter"], 1);
  const relu = ops.map("relu(conv1 + N_conv1_bias)", { conv1, N_conv1_bias: known["N.conv1.bias"] });
  const conv2 = ops.convolve(relu, known["N.conv2.filter"], 1);
  const relu_2 = ops.map("relu(conv2 + N_conv2_bias)", { conv2, N_conv2_bias: known["N.conv2.bias"] });
  const conv3 = ops.convolve(relu_2, known["N.conv3.filter"], 1);
  const conv3_biased = ops.map("conv3 + N_conv3_bias", { conv3, N_conv3_bias: known["N.conv3.bias"] });
  return ops.reshape(conv3_biased, R(h, w));
}

/** `N`, and beside its value what its adjoints read of the layers. */
function N_save(ops: Operations, u1: Value, known: Known): [Value, N_Saved] {
  const { h, w } = known;
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const conv1 = ops.convolve(u1_image, known["N.conv1.filter"], 1);
  const { conv1_biased, relu } = ops.mapAll(
    { conv1_biased: "conv1 + N_conv1_bias", relu: "relu(conv1_biased)" },
    { conv1, N_conv1_bias: known["N.conv1.bias"] },
  );
  const conv2 = ops.convolve(relu, known["N.conv2.filter"], 1);
  const { conv2_biased, relu_2 } = ops.mapAll(
    { conv2_biased: "conv2 + N_conv2_bias", relu_2: "relu(conv2_biased)" },
    { conv2, N_conv2_bias: known["N.conv2.bias"] },
  );
  const conv3 = ops.convolve(relu_2, known["N.conv3.filter"], 1);
  const conv3_biased = ops.map("conv3 + N_conv3_bias", { conv3, N_conv3_bias: known["N.conv3.bias"] });
  const conv3_biased_2 = ops.reshape(conv3_biased, R(h, w));
  return [conv3_biased_2, { conv1_biased, conv2_biased }];
}

/** The vector-Jacobian product of `N`: the cotangent of `u1` and those of its weights, given that of its value. */
function N_adjoint(
  ops: Operations,
  u1: Value,
  saved: N_Saved,
  output_bar: Value,
  known: Known,
): [Value, N_Weights] {
  const { h, w } = known;
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const conv3_biased_bar = ops.reshape(output_bar, R(h, w, 1));
  const conv3_bias_bar_each = ops.sumTo(conv3_biased_bar, R(1));
  const conv3_bias_bar = ops.sumSamples(conv3_bias_bar_each);
  const conv3_input_bar = ops.convolveInputGradient(conv3_biased_bar, known["N.conv3.filter"], R(h, w, 4), 1);
  const relu = ops.map("relu(conv2_biased)", { conv2_biased: saved.conv2_biased });
  const conv3_filter_bar = ops.convolveFilterGradient(relu, conv3_biased_bar, R(3, 3, 4, 1), 1);
  const { conv2_biased_bar, conv2_bias_bar } = ops.mapAll(
    { conv2_biased_bar: "positive(conv2_biased)*conv3_input_bar", conv2_bias_bar: "conv2_biased_bar" },
    { conv2_biased: saved.conv2_biased, conv3_input_bar },
    { conv2_bias_bar: "sumChannels" },
  );
  const conv2_input_bar = ops.convolveInputGradient(conv2_biased_bar, known["N.conv2.filter"], R(h, w, 4), 1);
  const relu_2 = ops.map("relu(conv1_biased)", { conv1_biased: saved.conv1_biased });
  const conv2_filter_bar = ops.convolveFilterGradient(relu_2, conv2_biased_bar, R(3, 3, 4, 4), 1);
  const { conv1_biased_bar, conv1_bias_bar } = ops.mapAll(
    { conv1_biased_bar: "positive(conv1_biased)*conv2_input_bar", conv1_bias_bar: "conv1_biased_bar" },
    { conv1_biased: saved.conv1_biased, conv2_input_bar },
    { conv1_bias_bar: "sumChannels" },
  );
  const u1_image_bar = ops.convolveInputGradient(conv1_biased_bar, known["N.conv1.filter"], R(h, w, 1), 1);
  const conv1_filter_bar = ops.convolveFilterGradient(u1_image, conv1_biased_bar, R(3, 3, 1, 4), 1);
  const u1_bar = ops.reshape(u1_image_bar, R(h, w));
  return [
    u1_bar,
    {
      "N.conv1.filter": conv1_filter_bar,
      "N.conv1.bias": conv1_bias_bar,
      "N.conv2.filter": conv2_filter_bar,
      "N.conv2.bias": conv2_bias_bar,
      "N.conv3.filter": conv3_filter_bar,
      "N.conv3.bias": conv3_bias_bar,
    },
  ];
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { A }: Data) {
  const gram_A = ops.gram(A);
  return { gram_A };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, { A, y }: Data & Constants & Learned) {
  const At_y = ops.applyAdjoint(A, y);
  return { values: { At_y } };
}

/** The vector-Jacobian product of `prepare` for the inputs. */
function prepareInputAdjoint(
  ops: Operations,
  { A }: Data & Constants & Learned,
  _saved: unknown,
  { At_y: At_y_bar }: Prepared,
) {
  const y_bar = ops.apply(A, At_y_bar);
  return { y: y_bar };
}

/** One iteration: the next state. */
function step(ops: Operations, known: Known, { x }: State) {
  const { gram_A, eta, At_y } = known;
  const gram_A_x = ops.apply(gram_A, x);
  const N_x = N(ops, x, known);
  const x_next = ops.map("x - eta*(gram_A_x - At_y + x - N_x)", { x, eta, gram_A_x, At_y, N_x });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, known: Known, { x }: State) {
  const { gram_A, At_y, eta } = known;
  const gram_A_x = ops.apply(gram_A, x);
  const [N_x, N_saved] = N_save(ops, x, known);
  const { difference, x_next } = ops.mapAll(
    { difference: "gram_A_x - At_y + x - N_x", x_next: "x - eta*difference" },
    { gram_A_x, At_y, x, N_x, eta },
  );
  return {
    values: { x: x_next },
    reports: {},
    capped: null,
    saved: { values: { x, ...N_saved, difference }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  known: Known,
  { values: { x, difference, ...N_saved } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { eta, gram_A } = known;
  const minus_eta_bar_each = ops.dot(difference, x_next_bar);
  const minus_eta_bar = ops.sumSamples(minus_eta_bar_each);
  const eta_bar = ops.map("-minus_eta_bar", { minus_eta_bar });
  const minus_difference_bar = ops.map("x_next_bar*eta", { x_next_bar, eta });
  const [u1_bar, N_weights_bar] = N_adjoint(ops, x, N_saved, minus_difference_bar, known);
  const gram_At_v = ops.applyAdjoint(gram_A, minus_difference_bar);
  const x_bar = ops.map("x_next_bar + u1_bar - minus_difference_bar - gram_At_v", {
    x_next_bar,
    u1_bar,
    minus_difference_bar,
    gram_At_v,
  });
  return { state: { x: x_bar }, known: { ...N_weights_bar, eta: eta_bar } };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(ops: Operations, { eta }: Known, _saved: unknown, { x: x_next_bar }: State) {
  const At_y_bar = ops.map("x_next_bar*eta", { x_next_bar, eta });
  return { At_y: At_y_bar };
}

/** DE-Grad (Gilton, Ongie, Willett, 2021): gradient descent with a learned regulariser gradient R = I - N. */
export const de_grad = defineProgram<Known, State, Givens, Inputs>({
  name: "de_grad",
  doc: "DE-Grad (Gilton, Ongie, Willett, 2021): gradient descent with a learned regulariser gradient R = I - N.",
  hash: "4527d77d48fc07d2131446e775cb17cc98cc86ebfa83e7689cbb98e709e0b00b",
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
      name: "N.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "1", "4"] },
      initial: { kind: "random", init: "he" },
      spectralBound: 0.9654893846056297,
    },
    {
      name: "N.conv1.bias",
      type: { kind: "array", field: "real", dimensions: ["4"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "N.conv2.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "4", "4"] },
      initial: { kind: "random", init: "he" },
      spectralBound: 0.9654893846056297,
    },
    {
      name: "N.conv2.bias",
      type: { kind: "array", field: "real", dimensions: ["4"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "N.conv3.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "4", "1"] },
      initial: { kind: "random", init: "he" },
      spectralBound: 0.9654893846056297,
    },
    {
      name: "N.conv3.bias",
      type: { kind: "array", field: "real", dimensions: ["1"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "eta",
      type: { kind: "array", field: "real", dimensions: [] },
      initial: { kind: "value", evaluate: (ops) => ops.number(0.5) },
      interval: (ops) => {
        const low = ops.number(0);
        const high = ops.number(0.6666666666666666);
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
      adjoint: null,
      stateAdjoint: null,
      inputAdjoint: prepareInputAdjoint,
    },
  },
  initial: {
    run: (_ops, { At_y }) => ({ values: { x: At_y } }),
    reverse: {
      save: (_ops, { At_y }) => ({ values: { x: At_y }, saved: { values: {}, traces: {} } }),
      adjoint: null,
      stateAdjoint: null,
      inputAdjoint: (_ops, _known, _saved, { x: x_bar }) => ({ At_y: x_bar }),
    },
  },
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
  objective: null,
  until: null,
  target: { kind: "unrolled", steps: 10, beyond: "error" },
  certificate: {
    answer: "proved",
    algorithm: "DE-Grad (Gilton, Ongie, Willett, 2021)",
    statement:
      "the step is a contraction with factor 0.95 at the start, since eta*norm(A)^2 + 1.9*eta stays below 2 and `N` is 0.9-Lipschitz; the iterates converge to its one fixed point",
    conditions: ["t*(1 + L + eps) < 2", "eps < 1", "`N` keeps its bound"],
  },
  notes: [],
  inputGradients: true,
});
