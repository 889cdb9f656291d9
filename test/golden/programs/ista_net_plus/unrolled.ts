/**
 * ISTA-Net+ (Zhang and Ghanem, CVPR 2018): the step of ISTA-Net for what the picture r has beyond smooth
 * parts. D takes
 * it out, H and B are the transform and its left inverse, G gives it back as a correction of r.
 *
 * Compiled by ipc from ista_net_plus.ipx: an unrolled network of 9 steps.
 */
import {
  defineProgram,
  R,
  type ArrayDatum,
  type Operations,
  type Operator,
  type OperatorDatum,
  type Value,
} from "ipc/runtime";

/** What `model` binds. */
export interface Givens {
  /** linear R[h, w] -> R[m] */
  readonly A: OperatorDatum;
}

/** What `run` takes; samples may be on a first axis. */
export interface Inputs {
  /** R[m] */
  readonly y: ArrayDatum;
}

/** What the program is run on. */
interface Data {
  /** a size */
  readonly h: number;
  /** a size */
  readonly w: number;
  /** a size */
  readonly m: number;
  /** linear R[h, w] -> R[m] */
  readonly A: Operator;
  /** R[m], of each sample */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** linear R[h, w] -> R[h, w] with symmetric, positive */
  readonly gram_A: Operator;
}

/** What may be learned. */
interface Learned {
  /** R, one for each step */
  readonly t: Value;
  /** R, one for each step */
  readonly theta: Value;
  /** R[3, 3, 1, 3], one for each step */
  readonly "D.conv1.filter": Value;
  /** R[3, 3, 3, 3], one for each step */
  readonly "H.conv1.filter": Value;
  /** R[3, 3, 3, 3], one for each step */
  readonly "H.conv2.filter": Value;
  /** R[3, 3, 3, 3], one for each step */
  readonly "B.conv1.filter": Value;
  /** R[3, 3, 3, 3], one for each step */
  readonly "B.conv2.filter": Value;
  /** R[3, 3, 3, 1], one for each step */
  readonly "G.conv1.filter": Value;
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

/** What `H_save` keeps of the layers of `H` for its adjoints. */
type H_Saved = Record<"conv1", Value>;
/** The cotangents of the weights of `G`. */
type G_Weights = Record<"G.conv1.filter", Value>;
/** The cotangents of the weights of `B`. */
type B_Weights = Record<"B.conv1.filter" | "B.conv2.filter", Value>;
/** The cotangents of the weights of `H`. */
type H_Weights = Record<"H.conv1.filter" | "H.conv2.filter", Value>;
/** The cotangents of the weights of `D`. */
type D_Weights = Record<"D.conv1.filter", Value>;

/** The learned network `D` with 1 layers of weights: its value at the arguments. */
function D(ops: Operations, u1: Value, known: Known): Value {
  const { h, w } = known;
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const conv1 = ops.convolve(u1_image, known["D.conv1.filter"], 1);
  return ops.reshape(conv1, R(h, w, 3));
}

/** The learned network `H` with 2 layers of weights: its value at the arguments. */
function H(ops: Operations, u1: Value, known: Known): Value {
  const { h, w } = known;
  const conv1 = ops.convolve(u1, known["H.conv1.filter"], 1);
  const relu = ops.map("relu(conv1)", { conv1 });
  const conv2 = ops.convolve(relu, known["H.conv2.filter"], 1);
  return ops.reshape(conv2, R(h, w, 3));
}

/** The learned network `B` with 2 layers of weights: its value at the arguments. */
function B(ops: Operations, u1: Value, known: Known): Value {
  const { h, w } = known;
  const conv1 = ops.convolve(u1, known["B.conv1.filter"], 1);
  const relu = ops.map("relu(conv1)", { conv1 });
  const conv2 = ops.convolve(relu, known["B.conv2.filter"], 1);
  return ops.reshape(conv2, R(h, w, 3));
}

/** The learned network `G` with 1 layers of weights: its value at the arguments. */
function G(ops: Operations, u1: Value, known: Known): Value {
  const { h, w } = known;
  const conv1 = ops.convolve(u1, known["G.conv1.filter"], 1);
  return ops.reshape(conv1, R(h, w));
}

/** `H`, and beside its value what its adjoints read of the layers. */
function H_save(ops: Operations, u1: Value, known: Known): [Value, H_Saved] {
  const { h, w } = known;
  const conv1 = ops.convolve(u1, known["H.conv1.filter"], 1);
  const relu = ops.map("relu(conv1)", { conv1 });
  const conv2 = ops.convolve(relu, known["H.conv2.filter"], 1);
  const conv2_2 = ops.reshape(conv2, R(h, w, 3));
  return [conv2_2, { conv1 }];
}

/** `B`, and beside its value what its adjoints read of the layers. */
function B_save(ops: Operations, u1: Value, known: Known): [Value, H_Saved] {
  const { h, w } = known;
  const conv1 = ops.convolve(u1, known["B.conv1.filter"], 1);
  const relu = ops.map("relu(conv1)", { conv1 });
  const conv2 = ops.convolve(relu, known["B.conv2.filter"], 1);
  const conv2_2 = ops.reshape(conv2, R(h, w, 3));
  return [conv2_2, { conv1 }];
}

/** The vector-Jacobian product of `G`: the cotangent of `u1` and those of its weights, given that of its value. */
function G_adjoint(ops: Operations, u1: Value, output_bar: Value, known: Known): [Value, G_Weights] {
  const { h, w } = known;
  const conv1_bar = ops.reshape(output_bar, R(h, w, 1));
  const u1_bar = ops.convolveInputGradient(conv1_bar, known["G.conv1.filter"], R(h, w, 3), 1);
  const conv1_filter_bar = ops.convolveFilterGradient(u1, conv1_bar, R(3, 3, 3, 1), 1);
  return [u1_bar, { "G.conv1.filter": conv1_filter_bar }];
}

/** The vector-Jacobian product of `B`: the cotangent of `u1` and those of its weights, given that of its value. */
function B_adjoint(
  ops: Operations,
  u1: Value,
  saved: H_Saved,
  output_bar: Value,
  known: Known,
): [Value, B_Weights] {
  const { h, w } = known;
  const conv2_bar = ops.reshape(output_bar, R(h, w, 3));
  const conv2_input_bar = ops.convolveInputGradient(conv2_bar, known["B.conv2.filter"], R(h, w, 3), 1);
  const relu = ops.map("relu(conv1)", { conv1: saved.conv1 });
  const conv2_filter_bar = ops.convolveFilterGradient(relu, conv2_bar, R(3, 3, 3, 3), 1);
  const conv1_bar = ops.map("positive(conv1)*conv2_input_bar", { conv1: saved.conv1, conv2_input_bar });
  const u1_bar = ops.convolveInputGradient(conv1_bar, known["B.conv1.filter"], R(h, w, 3), 1);
  const conv1_filter_bar = ops.convolveFilterGradient(u1, conv1_bar, R(3, 3, 3, 3), 1);
  return [u1_bar, { "B.conv1.filter": conv1_filter_bar, "B.conv2.filter": conv2_filter_bar }];
}

/** The vector-Jacobian product of `H`: the cotangent of `u1` and those of its weights, given that of its value. */
function H_adjoint(
  ops: Operations,
  u1: Value,
  saved: H_Saved,
  output_bar: Value,
  known: Known,
): [Value, H_Weights] {
  const { h, w } = known;
  const conv2_bar = ops.reshape(output_bar, R(h, w, 3));
  const conv2_input_bar = ops.convolveInputGradient(conv2_bar, known["H.conv2.filter"], R(h, w, 3), 1);
  const relu = ops.map("relu(conv1)", { conv1: saved.conv1 });
  const conv2_filter_bar = ops.convolveFilterGradient(relu, conv2_bar, R(3, 3, 3, 3), 1);
  const conv1_bar = ops.map("positive(conv1)*conv2_input_bar", { conv1: saved.conv1, conv2_input_bar });
  const u1_bar = ops.convolveInputGradient(conv1_bar, known["H.conv1.filter"], R(h, w, 3), 1);
  const conv1_filter_bar = ops.convolveFilterGradient(u1, conv1_bar, R(3, 3, 3, 3), 1);
  return [u1_bar, { "H.conv1.filter": conv1_filter_bar, "H.conv2.filter": conv2_filter_bar }];
}

/** The vector-Jacobian product of `D`: the cotangent of `u1` and those of its weights, given that of its value. */
function D_adjoint(ops: Operations, u1: Value, output_bar: Value, known: Known): [Value, D_Weights] {
  const { h, w } = known;
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const conv1_bar = ops.reshape(output_bar, R(h, w, 3));
  const u1_image_bar = ops.convolveInputGradient(conv1_bar, known["D.conv1.filter"], R(h, w, 1), 1);
  const conv1_filter_bar = ops.convolveFilterGradient(u1_image, conv1_bar, R(3, 3, 1, 3), 1);
  const u1_bar = ops.reshape(u1_image_bar, R(h, w));
  return [u1_bar, { "D.conv1.filter": conv1_filter_bar }];
}

/** The vector-Jacobian product of `G`: the cotangent of `u1`, given that of its value. */
function G_adjoint_inputs(ops: Operations, output_bar: Value, known: Known): Value {
  const { h, w } = known;
  const conv1_bar = ops.reshape(output_bar, R(h, w, 1));
  return ops.convolveInputGradient(conv1_bar, known["G.conv1.filter"], R(h, w, 3), 1);
}

/** The vector-Jacobian product of `B`: the cotangent of `u1`, given that of its value. */
function B_adjoint_inputs(ops: Operations, saved: H_Saved, output_bar: Value, known: Known): Value {
  const { h, w } = known;
  const conv2_bar = ops.reshape(output_bar, R(h, w, 3));
  const conv2_input_bar = ops.convolveInputGradient(conv2_bar, known["B.conv2.filter"], R(h, w, 3), 1);
  const conv1_bar = ops.map("positive(conv1)*conv2_input_bar", { conv1: saved.conv1, conv2_input_bar });
  return ops.convolveInputGradient(conv1_bar, known["B.conv1.filter"], R(h, w, 3), 1);
}

/** The vector-Jacobian product of `H`: the cotangent of `u1`, given that of its value. */
function H_adjoint_inputs(ops: Operations, saved: H_Saved, output_bar: Value, known: Known): Value {
  const { h, w } = known;
  const conv2_bar = ops.reshape(output_bar, R(h, w, 3));
  const conv2_input_bar = ops.convolveInputGradient(conv2_bar, known["H.conv2.filter"], R(h, w, 3), 1);
  const conv1_bar = ops.map("positive(conv1)*conv2_input_bar", { conv1: saved.conv1, conv2_input_bar });
  return ops.convolveInputGradient(conv1_bar, known["H.conv1.filter"], R(h, w, 3), 1);
}

/** The vector-Jacobian product of `D`: the cotangent of `u1`, given that of its value. */
function D_adjoint_inputs(ops: Operations, output_bar: Value, known: Known): Value {
  const { h, w } = known;
  const conv1_bar = ops.reshape(output_bar, R(h, w, 3));
  const u1_image_bar = ops.convolveInputGradient(conv1_bar, known["D.conv1.filter"], R(h, w, 1), 1);
  return ops.reshape(u1_image_bar, R(h, w));
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
  const { gram_A, t, At_y, theta } = known;
  const gram_A_x = ops.apply(gram_A, x);
  const r = ops.map("x - t*(gram_A_x - At_y)", { x, t, gram_A_x, At_y });
  const d = D(ops, r, known);
  const c = H(ops, d, known);
  const B_c = B(ops, c, known);
  const { symmetry } = ops.mapAll({ symmetry: "(B_c - d)*(B_c - d)" }, { B_c, d }, { symmetry: "sum" });
  const shrunk = ops.map("soft(c, theta)", { c, theta });
  const B_soft = B(ops, shrunk, known);
  const G_B_soft = G(ops, B_soft, known);
  const x_next = ops.map("r + G_B_soft", { r, G_B_soft });
  return { values: { x: x_next }, reports: { symmetry }, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, known: Known, { x }: State) {
  const { gram_A, At_y, t, theta } = known;
  const gram_A_x = ops.apply(gram_A, x);
  const { residual, r } = ops.mapAll(
    { residual: "gram_A_x - At_y", r: "x - t*residual" },
    { gram_A_x, At_y, x, t },
  );
  const d = D(ops, r, known);
  const [c, H_saved] = H_save(ops, d, known);
  const B_c = B(ops, c, known);
  const { symmetry } = ops.mapAll({ symmetry: "(B_c - d)*(B_c - d)" }, { B_c, d }, { symmetry: "sum" });
  const shrunk = ops.map("soft(c, theta)", { c, theta });
  const [B_soft, { conv1 }] = B_save(ops, shrunk, known);
  const G_B_soft = G(ops, B_soft, known);
  const x_next = ops.map("r + G_B_soft", { r, G_B_soft });
  return {
    values: { x: x_next },
    reports: { symmetry },
    capped: null,
    saved: { values: { residual, r, d, c, ...H_saved, B_soft, conv1_2: conv1 }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  known: Known,
  { values: { residual, r, d, c, B_soft, conv1_2, ...H_saved } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { theta, t, gram_A } = known;
  const shrunk = ops.map("soft(c, theta)", { c, theta });
  const [u1_bar, G_weights_bar] = G_adjoint(ops, B_soft, x_next_bar, known);
  const [u1_bar_next, B_weights_bar] = B_adjoint(ops, shrunk, { conv1: conv1_2 }, u1_bar, known);
  const { c_bar, theta_bar_each } = ops.mapAll(
    {
      c_bar: "select(theta < abs(c), u1_bar_next, 0)",
      theta_bar_each: "select(theta < abs(c), -(sign(c)*u1_bar_next), 0)",
    },
    { theta, c, u1_bar_next },
    { theta_bar_each: "sum" },
  );
  const theta_bar = ops.sumSamples(theta_bar_each);
  const [u1_bar_2, H_weights_bar] = H_adjoint(ops, d, H_saved, c_bar, known);
  const [u1_bar_3, D_weights_bar] = D_adjoint(ops, r, u1_bar_2, known);
  const { r_bar, minus_t_bar_each } = ops.mapAll(
    { r_bar: "x_next_bar + u1_bar_3", minus_t_bar_each: "residual*r_bar" },
    { x_next_bar, u1_bar_3, residual },
    { minus_t_bar_each: "sum" },
  );
  const minus_t_bar = ops.sumSamples(minus_t_bar_each);
  const t_bar = ops.map("-minus_t_bar", { minus_t_bar });
  const minus_residual_bar = ops.map("r_bar*t", { r_bar, t });
  const gram_At_v = ops.applyAdjoint(gram_A, minus_residual_bar);
  const x_bar = ops.map("r_bar - gram_At_v", { r_bar, gram_At_v });
  return {
    state: { x: x_bar },
    known: {
      t: t_bar,
      theta: theta_bar,
      ...D_weights_bar,
      ...H_weights_bar,
      ...B_weights_bar,
      ...G_weights_bar,
    },
  };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  known: Known,
  { values: { c, conv1_2, ...H_saved } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const { theta, t } = known;
  const u1_bar = G_adjoint_inputs(ops, x_next_bar, known);
  const u1_bar_2 = B_adjoint_inputs(ops, { conv1: conv1_2 }, u1_bar, known);
  const c_bar = ops.map("select(theta < abs(c), u1_bar_2, 0)", { theta, c, u1_bar_2 });
  const u1_bar_3 = H_adjoint_inputs(ops, H_saved, c_bar, known);
  const u1_bar_4 = D_adjoint_inputs(ops, u1_bar_3, known);
  const At_y_bar = ops.map("(x_next_bar + u1_bar_4)*t", { x_next_bar, u1_bar_4, t });
  return { At_y: At_y_bar };
}

/**
 * ISTA-Net+ (Zhang and Ghanem, CVPR 2018): the step of ISTA-Net for what the picture r has beyond smooth parts. D takes
 * it out, H and B are the transform and its left inverse, G gives it back as a correction of r.
 */
export const ista_net_plus = defineProgram<Known, State, Givens, Inputs>({
  name: "ista_net_plus",
  doc: "ISTA-Net+ (Zhang and Ghanem, CVPR 2018): the step of ISTA-Net for what the picture r has beyond smooth parts. D takes\nit out, H and B are the transform and its left inverse, G gives it back as a correction of r.",
  hash: "207ef5c7880388ab7ce47847d0f84b99075a32d858f4ad0543eb39a645cd031b",
  sizes: [
    { name: "h", initial: null },
    { name: "w", initial: null },
    { name: "m", initial: null },
  ],
  spaces: [],
  givens: [
    {
      name: "A",
      type: {
        kind: "operator",
        domain: { kind: "array", field: "real", dimensions: ["h", "w"] },
        codomain: { kind: "array", field: "real", dimensions: ["m"] },
      },
    },
  ],
  inputs: [{ name: "y", type: { kind: "array", field: "real", dimensions: ["m"] } }],
  parameters: [
    {
      name: "t",
      type: { kind: "array", field: "real", dimensions: [] },
      perStep: true,
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
    {
      name: "theta",
      type: { kind: "array", field: "real", dimensions: [] },
      perStep: true,
      initial: { kind: "value", evaluate: (ops) => ops.number(0.01) },
      interval: (ops) => {
        const low = ops.number(0);
        return { low, high: null, lowOpen: true, highOpen: true };
      },
    },
    {
      name: "D.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "1", "3"] },
      perStep: true,
      initial: { kind: "random", init: "xavier" },
    },
    {
      name: "H.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "3", "3"] },
      perStep: true,
      initial: { kind: "random", init: "xavier" },
    },
    {
      name: "H.conv2.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "3", "3"] },
      perStep: true,
      initial: { kind: "random", init: "xavier" },
    },
    {
      name: "B.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "3", "3"] },
      perStep: true,
      initial: { kind: "random", init: "xavier" },
    },
    {
      name: "B.conv2.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "3", "3"] },
      perStep: true,
      initial: { kind: "random", init: "xavier" },
    },
    {
      name: "G.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "3", "1"] },
      perStep: true,
      initial: { kind: "random", init: "xavier" },
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
  target: { kind: "unrolled", steps: 9, beyond: "error" },
  certificate: null,
  notes: [],
  inputGradients: true,
});
