/**
 * DE-ADMM (Gilton, Ongie, Willett, 2021): the fixed point of the pair (z, u).
 *
 * Compiled by ipc from de_admm.ipx: an equilibrium model, solved by anderson(memory = 5, damping = 1, ridge
 * = 1e-8) to 0.00001 in at most 100 steps; gradients by gmres(tol = 0.00001, restart = 20, max = 100);
 * samples that do not converge are an error.
 *
 * Convergence: not found. no proof was found, and no counterexample: f need not be strongly convex, so mu =
 * 0: a fixed point is not proved. Try a Tikhonov term in f, DE-Grad with eps < 1, or an averaged denoiser
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
  /** Y */
  readonly A_fill: Value;
  /** linear R[h, w] -> R[h, w] with symmetric, positive */
  readonly basis_A: Operator;
}

/** What may be learned. */
interface Learned {
  /** R[3, 3, 1, 4] */
  readonly "D.conv1.filter": Value;
  /** R[4] */
  readonly "D.conv1.bias": Value;
  /** R[3, 3, 4, 4] */
  readonly "D.conv2.filter": Value;
  /** R[4] */
  readonly "D.conv2.bias": Value;
  /** R[3, 3, 4, 1] */
  readonly "D.conv3.filter": Value;
  /** R[1] */
  readonly "D.conv3.bias": Value;
  /** R */
  readonly alpha: Value;
}

/** What does not change between steps. */
interface Prepared {
  /** R[h, w] */
  readonly product: Value;
}

/** All that a step may read. */
type Known = Data & Constants & Learned & Prepared;

/** What lives on from step to step. */
interface State {
  /** R[h, w] */
  readonly z: Value;
  /** R[h, w] */
  readonly u: Value;
}

/** What `D_save` keeps of the layers of `D` for its adjoints. */
type D_Saved = Record<"conv1_biased" | "conv2_biased", Value>;
/** The cotangents of the weights of `D`. */
type D_Weights = Record<`D.conv${1 | 2 | 3}.filter` | `D.conv${1 | 2 | 3}.bias`, Value>;

/** The learned network `D` with 3 layers of weights: its value at the arguments. */
function D(ops: Operations, u1: Value, known: Known): Value {
  const { h, w } = known;
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const conv1 = ops.convolve(u1_image, known["D.conv1.filter"], 1);
  const relu = ops.map("relu(conv1 + D_conv1_bias)", { conv1, D_conv1_bias: known["D.conv1.bias"] });
  const conv2 = ops.convolve(relu, known["D.conv2.filter"], 1);
  const relu_2 = ops.map("relu(conv2 + D_conv2_bias)", { conv2, D_conv2_bias: known["D.conv2.bias"] });
  const conv3 = ops.convolve(relu_2, known["D.conv3.filter"], 1);
  const difference = ops.map("u1_image - (conv3 + D_conv3_bias)", {
    u1_image,
    conv3,
    D_conv3_bias: known["D.conv3.bias"],
  });
  return ops.reshape(difference, R(h, w));
}

/** `D`, and beside its value what its adjoints read of the layers. */
function D_save(ops: Operations, u1: Value, known: Known): [Value, D_Saved] {
  const { h, w } = known;
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const conv1 = ops.convolve(u1_image, known["D.conv1.filter"], 1);
  const { conv1_biased, relu } = ops.mapAll(
    { conv1_biased: "conv1 + D_conv1_bias", relu: "relu(conv1_biased)" },
    { conv1, D_conv1_bias: known["D.conv1.bias"] },
  );
  const conv2 = ops.convolve(relu, known["D.conv2.filter"], 1);
  const { conv2_biased, relu_2 } = ops.mapAll(
    { conv2_biased: "conv2 + D_conv2_bias", relu_2: "relu(conv2_biased)" },
    { conv2, D_conv2_bias: known["D.conv2.bias"] },
  );
  const conv3 = ops.convolve(relu_2, known["D.conv3.filter"], 1);
  const difference = ops.map("u1_image - (conv3 + D_conv3_bias)", {
    u1_image,
    conv3,
    D_conv3_bias: known["D.conv3.bias"],
  });
  const difference_2 = ops.reshape(difference, R(h, w));
  return [difference_2, { conv1_biased, conv2_biased }];
}

/** The vector-Jacobian product of `D`: the cotangent of `u1` and those of its weights, given that of its value. */
function D_adjoint(
  ops: Operations,
  u1: Value,
  saved: D_Saved,
  output_bar: Value,
  known: Known,
): [Value, D_Weights] {
  const { h, w } = known;
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const difference_bar = ops.reshape(output_bar, R(h, w, 1));
  const conv3_biased_bar = ops.map("-difference_bar", { difference_bar });
  const minus_conv3_bias_bar_each = ops.sumTo(difference_bar, R(1));
  const minus_conv3_bias_bar = ops.sumSamples(minus_conv3_bias_bar_each);
  const conv3_bias_bar = ops.map("-minus_conv3_bias_bar", { minus_conv3_bias_bar });
  const conv3_input_bar = ops.convolveInputGradient(conv3_biased_bar, known["D.conv3.filter"], R(h, w, 4), 1);
  const relu = ops.map("relu(conv2_biased)", { conv2_biased: saved.conv2_biased });
  const conv3_filter_bar = ops.convolveFilterGradient(relu, conv3_biased_bar, R(3, 3, 4, 1), 1);
  const { conv2_biased_bar, conv2_bias_bar } = ops.mapAll(
    { conv2_biased_bar: "positive(conv2_biased)*conv3_input_bar", conv2_bias_bar: "conv2_biased_bar" },
    { conv2_biased: saved.conv2_biased, conv3_input_bar },
    { conv2_bias_bar: "sumChannels" },
  );
  const conv2_input_bar = ops.convolveInputGradient(conv2_biased_bar, known["D.conv2.filter"], R(h, w, 4), 1);
  const relu_2 = ops.map("relu(conv1_biased)", { conv1_biased: saved.conv1_biased });
  const conv2_filter_bar = ops.convolveFilterGradient(relu_2, conv2_biased_bar, R(3, 3, 4, 4), 1);
  const { conv1_biased_bar, conv1_bias_bar } = ops.mapAll(
    { conv1_biased_bar: "positive(conv1_biased)*conv2_input_bar", conv1_bias_bar: "conv1_biased_bar" },
    { conv1_biased: saved.conv1_biased, conv2_input_bar },
    { conv1_bias_bar: "sumChannels" },
  );
  const conv1_input_bar = ops.convolveInputGradient(conv1_biased_bar, known["D.conv1.filter"], R(h, w, 1), 1);
  const u1_image_bar = ops.map("difference_bar + conv1_input_bar", { difference_bar, conv1_input_bar });
  const conv1_filter_bar = ops.convolveFilterGradient(u1_image, conv1_biased_bar, R(3, 3, 1, 4), 1);
  const u1_bar = ops.reshape(u1_image_bar, R(h, w));
  return [
    u1_bar,
    {
      "D.conv1.filter": conv1_filter_bar,
      "D.conv1.bias": conv1_bias_bar,
      "D.conv2.filter": conv2_filter_bar,
      "D.conv2.bias": conv2_bias_bar,
      "D.conv3.filter": conv3_filter_bar,
      "D.conv3.bias": conv3_bias_bar,
    },
  ];
}

/** The vector-Jacobian product of `D`: the cotangent of `u1`, given that of its value. */
function D_adjoint_inputs(ops: Operations, saved: D_Saved, output_bar: Value, known: Known): Value {
  const { h, w } = known;
  const difference_bar = ops.reshape(output_bar, R(h, w, 1));
  const conv3_biased_bar = ops.map("-difference_bar", { difference_bar });
  const conv3_input_bar = ops.convolveInputGradient(conv3_biased_bar, known["D.conv3.filter"], R(h, w, 4), 1);
  const conv2_biased_bar = ops.map("positive(conv2_biased)*conv3_input_bar", {
    conv2_biased: saved.conv2_biased,
    conv3_input_bar,
  });
  const conv2_input_bar = ops.convolveInputGradient(conv2_biased_bar, known["D.conv2.filter"], R(h, w, 4), 1);
  const conv1_biased_bar = ops.map("positive(conv1_biased)*conv2_input_bar", {
    conv1_biased: saved.conv1_biased,
    conv2_input_bar,
  });
  const conv1_input_bar = ops.convolveInputGradient(conv1_biased_bar, known["D.conv1.filter"], R(h, w, 1), 1);
  const u1_image_bar = ops.map("difference_bar + conv1_input_bar", { difference_bar, conv1_input_bar });
  return ops.reshape(u1_image_bar, R(h, w));
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { h, w, A }: Data) {
  const zeros = ops.fill(0, R(h, w));
  const A_fill = ops.apply(A, zeros);
  const basis_A = ops.diagonalise(A, null, { alone: true });
  return { A_fill, basis_A };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, { A_fill, y, A, alpha }: Data & Constants & Learned) {
  const residual = ops.map("A_fill - y", { A_fill, y });
  const At_residual = ops.applyAdjoint(A, residual);
  const product = ops.map("alpha*At_residual", { alpha, At_residual });
  return { values: { product } };
}

/** `prepare`, and what its adjoint needs. */
function prepareSaving(ops: Operations, { A_fill, y, A, alpha }: Data & Constants & Learned) {
  const residual = ops.map("A_fill - y", { A_fill, y });
  const At_residual = ops.applyAdjoint(A, residual);
  const product = ops.map("alpha*At_residual", { alpha, At_residual });
  return { values: { product }, saved: { values: { At_residual }, traces: {} } };
}

/** The vector-Jacobian product of `prepare`: cotangents of what it returns become those of what it reads. */
function prepareAdjoint(
  ops: Operations,
  _known: Data & Constants & Learned,
  { values: { At_residual } }: ReturnType<typeof prepareSaving>["saved"],
  { product: product_bar }: Prepared,
) {
  const alpha_bar_each = ops.dot(At_residual, product_bar);
  const alpha_bar = ops.sumSamples(alpha_bar_each);
  return { state: {}, known: { alpha: alpha_bar } };
}

/** `prepareAdjoint` for the inputs alone. */
function prepareInputAdjoint(
  ops: Operations,
  { alpha, A }: Data & Constants & Learned,
  _saved: unknown,
  { product: product_bar }: Prepared,
) {
  const At_residual_bar = ops.map("product_bar*alpha", { product_bar, alpha });
  const A_v = ops.apply(A, At_residual_bar);
  const y_bar = ops.map("-A_v", { A_v });
  return { y: y_bar };
}

/** The first state. */
function initial(ops: Operations, { h, w, A, y }: Known) {
  const u = ops.fill(0, R(h, w));
  const z = ops.applyAdjoint(A, y);
  return { values: { z, u } };
}

/** The vector-Jacobian product of `initial` for the inputs. */
function initialInputAdjoint(ops: Operations, { A }: Known, _saved: unknown, { z: z_bar }: State) {
  const y_bar = ops.apply(A, z_bar);
  return { y: y_bar };
}

/** One iteration: the next state. */
function step(ops: Operations, known: Known, { z, u }: State) {
  const { product, A, alpha, basis_A } = known;
  const { z_minus_u, difference } = ops.mapAll(
    { z_minus_u: "z - u", difference: "z_minus_u - product" },
    { z, u, product },
  );
  const one = ops.number(1);
  const x = ops.solveDiagonalised(
    difference,
    z_minus_u,
    (v) => {
      const A_v = ops.apply(A, v);
      const At_A_v = ops.applyAdjoint(A, A_v);
      return ops.map("v + alpha*At_A_v", { v, alpha, At_A_v });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
    [basis_A],
    [alpha, one],
  );
  const x_plus_u = ops.map("x + u", { x, u });
  const z_next = D(ops, x_plus_u, known);
  const u_next = ops.map("x_plus_u - z_next", { x_plus_u, z_next });
  return { values: { z: z_next, u: u_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, known: Known, { z, u }: State) {
  const { product, A, alpha, basis_A } = known;
  const { z_minus_u, difference } = ops.mapAll(
    { z_minus_u: "z - u", difference: "z_minus_u - product" },
    { z, u, product },
  );
  const one = ops.number(1);
  const x = ops.solveDiagonalised(
    difference,
    z_minus_u,
    (v) => {
      const A_v = ops.apply(A, v);
      const At_A_v = ops.applyAdjoint(A, A_v);
      return ops.map("v + alpha*At_A_v", { v, alpha, At_A_v });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
    [basis_A],
    [alpha, one],
  );
  const x_plus_u = ops.map("x + u", { x, u });
  const [z_next, D_saved] = D_save(ops, x_plus_u, known);
  const u_next = ops.map("x_plus_u - z_next", { x_plus_u, z_next });
  return {
    values: { z: z_next, u: u_next },
    reports: {},
    capped: null,
    saved: { values: { x, x_plus_u, ...D_saved }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  known: Known,
  { values: { x, x_plus_u, ...D_saved } }: ReturnType<typeof stepSaving>["saved"],
  { z: z_next_bar, u: u_next_bar }: State,
) {
  const { A, alpha, basis_A } = known;
  const one = ops.number(1);
  const z_next_bar_2 = ops.map("z_next_bar - u_next_bar", { z_next_bar, u_next_bar });
  const [u1_bar, D_weights_bar] = D_adjoint(ops, x_plus_u, D_saved, z_next_bar_2, known);
  const x_plus_u_bar = ops.map("u_next_bar + u1_bar", { u_next_bar, u1_bar });
  const z_bar = ops.solveDiagonalised(
    x_plus_u_bar,
    null,
    (v) => {
      const A_v = ops.apply(A, v);
      const At_A_v = ops.applyAdjoint(A, A_v);
      return ops.map("v + alpha*At_A_v", { v, alpha, At_A_v });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
    [basis_A],
    [alpha, one],
  );
  const A_v = ops.apply(A, x);
  const At_A_v = ops.applyAdjoint(A, A_v);
  const minus_alpha_bar_each = ops.dot(At_A_v, z_bar);
  const minus_alpha_bar = ops.sumSamples(minus_alpha_bar_each);
  const alpha_bar = ops.map("-minus_alpha_bar", { minus_alpha_bar });
  const { product_bar, u_bar } = ops.mapAll(
    { product_bar: "-z_bar", u_bar: "x_plus_u_bar - z_bar" },
    { z_bar, x_plus_u_bar },
  );
  return {
    state: { z: z_bar, u: u_bar },
    known: { ...D_weights_bar, alpha: alpha_bar, product: product_bar },
  };
}

/** `stepAdjoint` for the state alone. */
function stepStateAdjoint(
  ops: Operations,
  known: Known,
  { values: D_saved }: ReturnType<typeof stepSaving>["saved"],
  { z: z_next_bar, u: u_next_bar }: State,
) {
  const { A, alpha, basis_A } = known;
  const one = ops.number(1);
  const z_next_bar_2 = ops.map("z_next_bar - u_next_bar", { z_next_bar, u_next_bar });
  const u1_bar = D_adjoint_inputs(ops, D_saved, z_next_bar_2, known);
  const x_plus_u_bar = ops.map("u_next_bar + u1_bar", { u_next_bar, u1_bar });
  const z_bar = ops.solveDiagonalised(
    x_plus_u_bar,
    null,
    (v) => {
      const A_v = ops.apply(A, v);
      const At_A_v = ops.applyAdjoint(A, A_v);
      return ops.map("v + alpha*At_A_v", { v, alpha, At_A_v });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
    [basis_A],
    [alpha, one],
  );
  const u_bar = ops.map("x_plus_u_bar - z_bar", { x_plus_u_bar, z_bar });
  return { z: z_bar, u: u_bar };
}

/** The vector-Jacobian product of `finish`: cotangents of what it returns become those of what it reads. */
function finishAdjoint(
  ops: Operations,
  { h, w }: Known,
  _saved: unknown,
  { output: output_bar }: { readonly output: Value },
) {
  const u_bar = ops.fill(0, R(h, w));
  return { state: { z: output_bar, u: u_bar }, known: {} };
}

/** DE-ADMM (Gilton, Ongie, Willett, 2021): the fixed point of the pair (z, u). */
export const de_admm = defineProgram<Known, State, Givens, Inputs>({
  name: "de_admm",
  doc: "DE-ADMM (Gilton, Ongie, Willett, 2021): the fixed point of the pair (z, u).",
  hash: "8c080f6c5502a8b108639e185e12dc577c617a22f82eee5e7e3863ac993622d3",
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
      spectralBound: 0.8434326653017492,
    },
    {
      name: "D.conv1.bias",
      type: { kind: "array", field: "real", dimensions: ["4"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "D.conv2.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "4", "4"] },
      initial: { kind: "random", init: "he" },
      spectralBound: 0.8434326653017492,
    },
    {
      name: "D.conv2.bias",
      type: { kind: "array", field: "real", dimensions: ["4"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "D.conv3.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "4", "1"] },
      initial: { kind: "random", init: "he" },
      spectralBound: 0.8434326653017492,
    },
    {
      name: "D.conv3.bias",
      type: { kind: "array", field: "real", dimensions: ["1"] },
      initial: { kind: "random", init: "zero" },
    },
    {
      name: "alpha",
      type: { kind: "array", field: "real", dimensions: [] },
      initial: { kind: "value", evaluate: (ops) => ops.number(1) },
      interval: (ops) => {
        const low = ops.number(0);
        return { low, high: null, lowOpen: true, highOpen: true };
      },
    },
  ],
  states: [
    {
      name: "z",
      type: { kind: "array", field: "real", dimensions: ["h", "w"] },
      assumedInterval: null,
      carried: true,
    },
    {
      name: "u",
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
      save: prepareSaving,
      adjoint: prepareAdjoint,
      stateAdjoint: null,
      inputAdjoint: prepareInputAdjoint,
    },
  },
  initial: {
    run: initial,
    reverse: {
      save: (ops, known) => ({ ...initial(ops, known), saved: { values: {}, traces: {} } }),
      adjoint: null,
      stateAdjoint: null,
      inputAdjoint: initialInputAdjoint,
    },
  },
  step: { run: step, reverse: { save: stepSaving, adjoint: stepAdjoint, stateAdjoint: stepStateAdjoint } },
  finish: {
    run: (_ops, _known, { z }) => ({ values: { output: z } }),
    reverse: {
      save: (_ops, _known, { z }) => ({ values: { output: z }, saved: { values: {}, traces: {} } }),
      adjoint: finishAdjoint,
      stateAdjoint: null,
    },
  },
  objective: null,
  until: null,
  target: {
    kind: "equilibrium",
    solver: { kind: "anderson", memory: 5, damping: 1, ridge: 1e-8 },
    tolerance: 0.00001,
    maximum: 100,
    backward: { kind: "gmres", restart: 20, tolerance: 0.00001, maximum: 100 },
    otherwise: { kind: "error" },
  },
  certificate: {
    answer: "not_found",
    algorithm: "plug-and-play ADMM",
    statement:
      "no proof was found, and no counterexample: f need not be strongly convex, so mu = 0: a fixed point is not proved. Try a Tikhonov term in f, DE-Grad with eps < 1, or an averaged denoiser",
    conditions: [],
  },
  notes: [],
  inputGradients: true,
});
