/**
 * Plug-and-play proximal gradient descent with a gradient-step denoiser (Hurault, Leclaire, Papadakis, ICLR
 * 2022):
 * the denoiser is the identity minus the gradient of a regulariser g, so that there is an objective. L
 * grows until g
 * lies below its model; then each step lowers f + g by L/2 |x+ - x|^2 or more, though g is not convex.
 *
 * Compiled by ipc from gradient_step_pnp.ipx: a solver of at most 1000 steps.
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
  /** R in (0, inf) */
  readonly lambda?: ArrayDatum;
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
  /** R in (0, inf) */
  readonly lambda: Value;
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
  /** R[3, 3, 1, 3] */
  readonly "gradient_step_regulariser.g.gradient_step1.drunet1.head.conv1.filter": Value;
  /** R[3, 3, 3, 3] */
  readonly "gradient_step_regulariser.g.gradient_step1.drunet1.down1.block1.conv1.filter": Value;
  /** R[3, 3, 3, 3] */
  readonly "gradient_step_regulariser.g.gradient_step1.drunet1.down1.block1.conv2.filter": Value;
  /** R[2, 2, 3, 6] */
  readonly "gradient_step_regulariser.g.gradient_step1.drunet1.down1.conv1.filter": Value;
  /** R[3, 3, 6, 6] */
  readonly "gradient_step_regulariser.g.gradient_step1.drunet1.bottom.block1.conv1.filter": Value;
  /** R[3, 3, 6, 6] */
  readonly "gradient_step_regulariser.g.gradient_step1.drunet1.bottom.block1.conv2.filter": Value;
  /** R[2, 2, 3, 6] */
  readonly "gradient_step_regulariser.g.gradient_step1.drunet1.up1.upconv1.filter": Value;
  /** R[3, 3, 3, 3] */
  readonly "gradient_step_regulariser.g.gradient_step1.drunet1.up1.block1.conv1.filter": Value;
  /** R[3, 3, 3, 3] */
  readonly "gradient_step_regulariser.g.gradient_step1.drunet1.up1.block1.conv2.filter": Value;
  /** R[3, 3, 3, 1] */
  readonly "gradient_step_regulariser.g.gradient_step1.drunet1.tail.conv1.filter": Value;
}

/** What does not change between steps. */
interface Prepared {
  /** R[h, w] */
  readonly At_residual: Value;
}

/** All that a step may read. */
type Known = Data & Constants & Learned & Prepared;

/** What lives on from step to step. */
interface State {
  /** R[h, w] */
  readonly x: Value;
  /** R */
  readonly L: Value;
}

/** What `gradient_step_regulariser_g_trained_save_inputs` keeps of the layers of `gradient_step_regulariser_g_trained` for its adjoints. */
type gradient_step_regulariser_g_trained_Saved = Record<
  | "gradient_step1_drunet1_down1_block1_conv1"
  | "exp"
  | "gradient_step1_drunet1_bottom_block1_conv1"
  | "exp_2"
  | "exp_3"
  | "gradient_step1_drunet1_up1_block1_conv1"
  | "difference",
  Value
>;

/** The learned network `gradient_step_regulariser_g_trained` with 10 layers of weights: its value at the arguments. */
function gradient_step_regulariser_g_trained(ops: Operations, u1: Value, known: Known): Value {
  const { h, w } = known;
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const padded = ops.padImage(u1_image, 2);
  const gradient_step1_drunet1_head_conv1 = ops.convolve(
    padded,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.head.conv1.filter"],
    1,
  );
  const gradient_step1_drunet1_down1_block1_conv1 = ops.convolve(
    gradient_step1_drunet1_head_conv1,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.down1.block1.conv1.filter"],
    1,
  );
  const chosen = ops.map(
    "select(positive(gradient_step1_drunet1_down1_block1_conv1), gradient_step1_drunet1_down1_block1_conv1, exp(min(gradient_step1_drunet1_down1_block1_conv1, 0)) - 1)",
    { gradient_step1_drunet1_down1_block1_conv1 },
  );
  const gradient_step1_drunet1_down1_block1_conv2 = ops.convolve(
    chosen,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.down1.block1.conv2.filter"],
    1,
  );
  const sum = ops.map("gradient_step1_drunet1_head_conv1 + gradient_step1_drunet1_down1_block1_conv2", {
    gradient_step1_drunet1_head_conv1,
    gradient_step1_drunet1_down1_block1_conv2,
  });
  const gradient_step1_drunet1_down1_conv1 = ops.convolve(
    sum,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.down1.conv1.filter"],
    2,
  );
  const gradient_step1_drunet1_bottom_block1_conv1 = ops.convolve(
    gradient_step1_drunet1_down1_conv1,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.bottom.block1.conv1.filter"],
    1,
  );
  const chosen_2 = ops.map(
    "select(positive(gradient_step1_drunet1_bottom_block1_conv1), gradient_step1_drunet1_bottom_block1_conv1, exp(min(gradient_step1_drunet1_bottom_block1_conv1, 0)) - 1)",
    { gradient_step1_drunet1_bottom_block1_conv1 },
  );
  const gradient_step1_drunet1_bottom_block1_conv2 = ops.convolve(
    chosen_2,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.bottom.block1.conv2.filter"],
    1,
  );
  const sum_2 = ops.map(
    "gradient_step1_drunet1_down1_conv1 + gradient_step1_drunet1_bottom_block1_conv2 + gradient_step1_drunet1_down1_conv1",
    { gradient_step1_drunet1_down1_conv1, gradient_step1_drunet1_bottom_block1_conv2 },
  );
  const gradient_step1_drunet1_up1_upconv1 = ops.convolveInputGradient(
    sum_2,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.up1.upconv1.filter"],
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 3),
    2,
  );
  const gradient_step1_drunet1_up1_block1_conv1 = ops.convolve(
    gradient_step1_drunet1_up1_upconv1,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.up1.block1.conv1.filter"],
    1,
  );
  const chosen_3 = ops.map(
    "select(positive(gradient_step1_drunet1_up1_block1_conv1), gradient_step1_drunet1_up1_block1_conv1, exp(min(gradient_step1_drunet1_up1_block1_conv1, 0)) - 1)",
    { gradient_step1_drunet1_up1_block1_conv1 },
  );
  const gradient_step1_drunet1_up1_block1_conv2 = ops.convolve(
    chosen_3,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.up1.block1.conv2.filter"],
    1,
  );
  const sum_3 = ops.map(
    "gradient_step1_drunet1_up1_upconv1 + gradient_step1_drunet1_up1_block1_conv2 + gradient_step1_drunet1_head_conv1",
    {
      gradient_step1_drunet1_up1_upconv1,
      gradient_step1_drunet1_up1_block1_conv2,
      gradient_step1_drunet1_head_conv1,
    },
  );
  const gradient_step1_drunet1_tail_conv1 = ops.convolve(
    sum_3,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.tail.conv1.filter"],
    1,
  );
  const cropped = ops.cropImage(gradient_step1_drunet1_tail_conv1, R(h, w, 1));
  const { sum_square } = ops.mapAll(
    { sum_square: "square(u1_image - cropped)" },
    { u1_image, cropped },
    { sum_square: "sum" },
  );
  const product = ops.map("0.5*sum_square", { sum_square });
  const product_2 = ops.reshape(product, R(1));
  return ops.reshape(product_2, R());
}

/** `gradient_step_regulariser_g_trained`, and beside its value what its adjoints read of the layers. */
function gradient_step_regulariser_g_trained_save_inputs(
  ops: Operations,
  u1: Value,
  known: Known,
): [Value, gradient_step_regulariser_g_trained_Saved] {
  const { h, w } = known;
  const u1_image = ops.reshape(u1, R(h, w, 1));
  const padded = ops.padImage(u1_image, 2);
  const gradient_step1_drunet1_head_conv1 = ops.convolve(
    padded,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.head.conv1.filter"],
    1,
  );
  const gradient_step1_drunet1_down1_block1_conv1 = ops.convolve(
    gradient_step1_drunet1_head_conv1,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.down1.block1.conv1.filter"],
    1,
  );
  const { exp, chosen } = ops.mapAll(
    {
      exp: "exp(min(gradient_step1_drunet1_down1_block1_conv1, 0))",
      chosen:
        "select(positive(gradient_step1_drunet1_down1_block1_conv1), gradient_step1_drunet1_down1_block1_conv1, exp - 1)",
    },
    { gradient_step1_drunet1_down1_block1_conv1 },
  );
  const gradient_step1_drunet1_down1_block1_conv2 = ops.convolve(
    chosen,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.down1.block1.conv2.filter"],
    1,
  );
  const sum = ops.map("gradient_step1_drunet1_head_conv1 + gradient_step1_drunet1_down1_block1_conv2", {
    gradient_step1_drunet1_head_conv1,
    gradient_step1_drunet1_down1_block1_conv2,
  });
  const gradient_step1_drunet1_down1_conv1 = ops.convolve(
    sum,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.down1.conv1.filter"],
    2,
  );
  const gradient_step1_drunet1_bottom_block1_conv1 = ops.convolve(
    gradient_step1_drunet1_down1_conv1,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.bottom.block1.conv1.filter"],
    1,
  );
  const { exp_2, chosen_2 } = ops.mapAll(
    {
      exp_2: "exp(min(gradient_step1_drunet1_bottom_block1_conv1, 0))",
      chosen_2:
        "select(positive(gradient_step1_drunet1_bottom_block1_conv1), gradient_step1_drunet1_bottom_block1_conv1, exp_2 - 1)",
    },
    { gradient_step1_drunet1_bottom_block1_conv1 },
  );
  const gradient_step1_drunet1_bottom_block1_conv2 = ops.convolve(
    chosen_2,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.bottom.block1.conv2.filter"],
    1,
  );
  const sum_2 = ops.map(
    "gradient_step1_drunet1_down1_conv1 + gradient_step1_drunet1_bottom_block1_conv2 + gradient_step1_drunet1_down1_conv1",
    { gradient_step1_drunet1_down1_conv1, gradient_step1_drunet1_bottom_block1_conv2 },
  );
  const gradient_step1_drunet1_up1_upconv1 = ops.convolveInputGradient(
    sum_2,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.up1.upconv1.filter"],
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 3),
    2,
  );
  const gradient_step1_drunet1_up1_block1_conv1 = ops.convolve(
    gradient_step1_drunet1_up1_upconv1,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.up1.block1.conv1.filter"],
    1,
  );
  const { exp_3, chosen_3 } = ops.mapAll(
    {
      exp_3: "exp(min(gradient_step1_drunet1_up1_block1_conv1, 0))",
      chosen_3:
        "select(positive(gradient_step1_drunet1_up1_block1_conv1), gradient_step1_drunet1_up1_block1_conv1, exp_3 - 1)",
    },
    { gradient_step1_drunet1_up1_block1_conv1 },
  );
  const gradient_step1_drunet1_up1_block1_conv2 = ops.convolve(
    chosen_3,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.up1.block1.conv2.filter"],
    1,
  );
  const sum_3 = ops.map(
    "gradient_step1_drunet1_up1_upconv1 + gradient_step1_drunet1_up1_block1_conv2 + gradient_step1_drunet1_head_conv1",
    {
      gradient_step1_drunet1_up1_upconv1,
      gradient_step1_drunet1_up1_block1_conv2,
      gradient_step1_drunet1_head_conv1,
    },
  );
  const gradient_step1_drunet1_tail_conv1 = ops.convolve(
    sum_3,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.tail.conv1.filter"],
    1,
  );
  const cropped = ops.cropImage(gradient_step1_drunet1_tail_conv1, R(h, w, 1));
  const { difference, total } = ops.mapAll(
    { difference: "u1_image - cropped", total: "square(difference)" },
    { u1_image, cropped },
    { total: "sum" },
  );
  const product = ops.map("0.5*total", { total });
  const product_2 = ops.reshape(product, R(1));
  const product_3 = ops.reshape(product_2, R());
  return [
    product_3,
    {
      gradient_step1_drunet1_down1_block1_conv1,
      exp,
      gradient_step1_drunet1_bottom_block1_conv1,
      exp_2,
      gradient_step1_drunet1_up1_block1_conv1,
      exp_3,
      difference,
    },
  ];
}

/** The vector-Jacobian product of `gradient_step_regulariser_g_trained`: the cotangent of `u1`, given that of its value. */
function gradient_step_regulariser_g_trained_adjoint_inputs(
  ops: Operations,
  saved: gradient_step_regulariser_g_trained_Saved,
  known: Known,
): Value {
  const { h, w, lambda } = known;
  const product_bar = ops.reshape(lambda, R(1));
  const product_bar_2 = ops.reshape(product_bar, R());
  const sum_square_bar = ops.map("product_bar_2*0.5", { product_bar_2 });
  const filled = ops.fill(sum_square_bar, R(h, w, 1));
  const cropped_bar = ops.map("-(filled*(2*sub))", { filled, sub: saved.difference });
  const gradient_step1_drunet1_tail_conv1_bar = ops.padImageTo(
    cropped_bar,
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 1),
  );
  const sum_bar = ops.convolveInputGradient(
    gradient_step1_drunet1_tail_conv1_bar,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.tail.conv1.filter"],
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 3),
    1,
  );
  const chosen_bar = ops.convolveInputGradient(
    sum_bar,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.up1.block1.conv2.filter"],
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 3),
    1,
  );
  const { gradient_step1_drunet1_up1_block1_conv1_bar } = ops.mapAll(
    {
      r0: "positive(gradient_step1_drunet1_up1_block1_conv1)",
      gradient_step1_drunet1_up1_block1_conv1_bar:
        "select(r0, chosen_bar, 0) + select(gradient_step1_drunet1_up1_block1_conv1 < 0, select(r0, 0, chosen_bar)*exp, 0)",
    },
    {
      gradient_step1_drunet1_up1_block1_conv1: saved.gradient_step1_drunet1_up1_block1_conv1,
      chosen_bar,
      exp: saved.exp_3,
    },
  );
  const gradient_step1_drunet1_up1_block1_conv1_input_bar = ops.convolveInputGradient(
    gradient_step1_drunet1_up1_block1_conv1_bar,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.up1.block1.conv1.filter"],
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 3),
    1,
  );
  const gradient_step1_drunet1_up1_upconv1_bar = ops.map(
    "sum_bar + gradient_step1_drunet1_up1_block1_conv1_input_bar",
    { sum_bar, gradient_step1_drunet1_up1_block1_conv1_input_bar },
  );
  const sum_bar_2 = ops.convolve(
    gradient_step1_drunet1_up1_upconv1_bar,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.up1.upconv1.filter"],
    2,
  );
  const chosen_bar_2 = ops.convolveInputGradient(
    sum_bar_2,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.bottom.block1.conv2.filter"],
    R((Math.ceil(h / 2) * 2) / 2, (Math.ceil(w / 2) * 2) / 2, 6),
    1,
  );
  const { gradient_step1_drunet1_bottom_block1_conv1_bar } = ops.mapAll(
    {
      r0: "positive(gradient_step1_drunet1_bottom_block1_conv1)",
      gradient_step1_drunet1_bottom_block1_conv1_bar:
        "select(r0, chosen_bar_2, 0) + select(gradient_step1_drunet1_bottom_block1_conv1 < 0, select(r0, 0, chosen_bar_2)*exp, 0)",
    },
    {
      gradient_step1_drunet1_bottom_block1_conv1: saved.gradient_step1_drunet1_bottom_block1_conv1,
      chosen_bar_2,
      exp: saved.exp_2,
    },
  );
  const gradient_step1_drunet1_bottom_block1_conv1_input_bar = ops.convolveInputGradient(
    gradient_step1_drunet1_bottom_block1_conv1_bar,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.bottom.block1.conv1.filter"],
    R((Math.ceil(h / 2) * 2) / 2, (Math.ceil(w / 2) * 2) / 2, 6),
    1,
  );
  const gradient_step1_drunet1_down1_conv1_bar = ops.map(
    "sum_bar_2 + sum_bar_2 + gradient_step1_drunet1_bottom_block1_conv1_input_bar",
    { sum_bar_2, gradient_step1_drunet1_bottom_block1_conv1_input_bar },
  );
  const sum_bar_3 = ops.convolveInputGradient(
    gradient_step1_drunet1_down1_conv1_bar,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.down1.conv1.filter"],
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 3),
    2,
  );
  const chosen_bar_3 = ops.convolveInputGradient(
    sum_bar_3,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.down1.block1.conv2.filter"],
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 3),
    1,
  );
  const { gradient_step1_drunet1_down1_block1_conv1_bar } = ops.mapAll(
    {
      r0: "positive(gradient_step1_drunet1_down1_block1_conv1)",
      gradient_step1_drunet1_down1_block1_conv1_bar:
        "select(r0, chosen_bar_3, 0) + select(gradient_step1_drunet1_down1_block1_conv1 < 0, select(r0, 0, chosen_bar_3)*exp, 0)",
    },
    {
      gradient_step1_drunet1_down1_block1_conv1: saved.gradient_step1_drunet1_down1_block1_conv1,
      chosen_bar_3,
      exp: saved.exp,
    },
  );
  const gradient_step1_drunet1_down1_block1_conv1_input_bar = ops.convolveInputGradient(
    gradient_step1_drunet1_down1_block1_conv1_bar,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.down1.block1.conv1.filter"],
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 3),
    1,
  );
  const gradient_step1_drunet1_head_conv1_bar = ops.map(
    "sum_bar + sum_bar_3 + gradient_step1_drunet1_down1_block1_conv1_input_bar",
    { sum_bar, sum_bar_3, gradient_step1_drunet1_down1_block1_conv1_input_bar },
  );
  const padded_bar = ops.convolveInputGradient(
    gradient_step1_drunet1_head_conv1_bar,
    known["gradient_step_regulariser.g.gradient_step1.drunet1.head.conv1.filter"],
    R(Math.ceil(h / 2) * 2, Math.ceil(w / 2) * 2, 1),
    1,
  );
  const cropImage = ops.cropImage(padded_bar, R(h, w, 1));
  const u1_image_bar = ops.map("filled*(2*sub) + cropImage", { filled, sub: saved.difference, cropImage });
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
function prepare(ops: Operations, { A_fill, y, A }: Data & Constants & Learned) {
  const residual = ops.map("A_fill - y", { A_fill, y });
  const At_residual = ops.applyAdjoint(A, residual);
  return { values: { At_residual } };
}

/** The first state. */
function initial(ops: Operations, { A, y }: Known) {
  const x = ops.applyAdjoint(A, y);
  const L = ops.number(0.1);
  return { values: { x, L } };
}

/** One iteration: the next state. */
function step(ops: Operations, known: Known, { x, L }: State) {
  const { lambda, At_residual, A, basis_A } = known;
  const [, gradient_step_regulariser_g_trained_saved] = gradient_step_regulariser_g_trained_save_inputs(
    ops,
    x,
    known,
  );
  const one = ops.number(1);
  const g_x = gradient_step_regulariser_g_trained(ops, x, known);
  const gx = ops.map("lambda*g_x", { lambda, g_x });
  const dx = gradient_step_regulariser_g_trained_adjoint_inputs(
    ops,
    gradient_step_regulariser_g_trained_saved,
    known,
  );
  const one_over_L = ops.map("1/L", { L });
  const { difference, difference_2 } = ops.mapAll(
    { difference: "x - dx/L", difference_2: "difference - one_over_L*At_residual" },
    { x, dx, L, one_over_L, At_residual },
  );
  const xn = ops.solveDiagonalised(
    difference_2,
    difference,
    (v) => {
      const A_v = ops.apply(A, v);
      const At_A_v = ops.applyAdjoint(A, A_v);
      return ops.map("v + one_over_L*At_A_v", { v, one_over_L, At_A_v });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
    [basis_A],
    [one_over_L, one],
  );
  const product = ops.map("0.000001*abs(gx)", { gx });
  const {
    carried: [L_next, x_next],
    capped,
  } = ops.loop(
    [L, xn],
    ([L, xn]) => {
      const g_xn = gradient_step_regulariser_g_trained(ops, xn, known);
      const { dx_dot_xn_minus_x, xn_minus_x_squared } = ops.mapAll(
        { dx_dot_xn_minus_x: "dx*(xn - x)", xn_minus_x_squared: "(xn - x)*(xn - x)" },
        { xn, x, dx },
        { dx_dot_xn_minus_x: "sum", xn_minus_x_squared: "sum" },
      );
      return ops.map("gx + dx_dot_xn_minus_x + L/2*xn_minus_x_squared + product < lambda*g_xn", {
        gx,
        dx_dot_xn_minus_x,
        L,
        xn_minus_x_squared,
        product,
        lambda,
        g_xn,
      });
    },
    ([L]) => {
      const L_next = ops.map("2*L", { L });
      const one_over_L_next = ops.map("1/L_next", { L_next });
      const { difference, difference_next } = ops.mapAll(
        { difference: "x - dx/L_next", difference_next: "difference - one_over_L_next*At_residual" },
        { x, dx, L_next, one_over_L_next, At_residual },
      );
      const xn = ops.solveDiagonalised(
        difference_next,
        difference,
        (v) => {
          const A_v = ops.apply(A, v);
          const At_A_v = ops.applyAdjoint(A, A_v);
          return ops.map("v + one_over_L_next*At_A_v", { v, one_over_L_next, At_A_v });
        },
        { by: "cg", tolerance: 1e-13, maximum: 90 },
        [basis_A],
        [one_over_L_next, one],
      );
      return [L_next, xn];
    },
    30,
  );
  return { values: { x: x_next, L: L_next }, reports: {}, capped };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, known: Known, { x }: State) {
  const { A, y, lambda } = known;
  const A_x = ops.apply(A, x);
  const residual = ops.map("A_x - y", { A_x, y });
  const residual_squared = ops.dot(residual, residual);
  const g_x = gradient_step_regulariser_g_trained(ops, x, known);
  return ops.map("0.5*residual_squared + lambda*g_x", { residual_squared, lambda, g_x });
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
 * Plug-and-play proximal gradient descent with a gradient-step denoiser (Hurault, Leclaire, Papadakis, ICLR 2022):
 * the denoiser is the identity minus the gradient of a regulariser g, so that there is an objective. L grows until g
 * lies below its model; then each step lowers f + g by L/2 |x+ - x|^2 or more, though g is not convex.
 */
export const gradient_step_pnp = defineProgram<Known, State, Givens, Inputs>({
  name: "gradient_step_pnp",
  doc: "Plug-and-play proximal gradient descent with a gradient-step denoiser (Hurault, Leclaire, Papadakis, ICLR 2022):\nthe denoiser is the identity minus the gradient of a regulariser g, so that there is an objective. L grows until g\nlies below its model; then each step lowers f + g by L/2 |x+ - x|^2 or more, though g is not convex.",
  hash: "e1de4ed4b2fce517f8dd947fbe3a0e654eba2e43554b3f1ece71fbe4a3b28b83",
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
    {
      name: "lambda",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.1),
    },
  ],
  inputs: [{ name: "y", type: { kind: "space", name: "Y" } }],
  parameters: [
    {
      name: "gradient_step_regulariser.g.gradient_step1.drunet1.head.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "1", "3"] },
      initial: { kind: "random", init: "xavier" },
      of: {
        program: "gradient_step_regulariser",
        hash: "2fa41a322a2d3c4ef987c19472065e5244422f745903d663f24843fda65f4362",
        name: "g.gradient_step1.drunet1.head.conv1.filter",
      },
    },
    {
      name: "gradient_step_regulariser.g.gradient_step1.drunet1.down1.block1.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "3", "3"] },
      initial: { kind: "random", init: "he" },
      of: {
        program: "gradient_step_regulariser",
        hash: "2fa41a322a2d3c4ef987c19472065e5244422f745903d663f24843fda65f4362",
        name: "g.gradient_step1.drunet1.down1.block1.conv1.filter",
      },
    },
    {
      name: "gradient_step_regulariser.g.gradient_step1.drunet1.down1.block1.conv2.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "3", "3"] },
      initial: { kind: "random", init: "zero" },
      of: {
        program: "gradient_step_regulariser",
        hash: "2fa41a322a2d3c4ef987c19472065e5244422f745903d663f24843fda65f4362",
        name: "g.gradient_step1.drunet1.down1.block1.conv2.filter",
      },
    },
    {
      name: "gradient_step_regulariser.g.gradient_step1.drunet1.down1.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["2", "2", "3", "6"] },
      initial: { kind: "random", init: "xavier" },
      of: {
        program: "gradient_step_regulariser",
        hash: "2fa41a322a2d3c4ef987c19472065e5244422f745903d663f24843fda65f4362",
        name: "g.gradient_step1.drunet1.down1.conv1.filter",
      },
    },
    {
      name: "gradient_step_regulariser.g.gradient_step1.drunet1.bottom.block1.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "6", "6"] },
      initial: { kind: "random", init: "he" },
      of: {
        program: "gradient_step_regulariser",
        hash: "2fa41a322a2d3c4ef987c19472065e5244422f745903d663f24843fda65f4362",
        name: "g.gradient_step1.drunet1.bottom.block1.conv1.filter",
      },
    },
    {
      name: "gradient_step_regulariser.g.gradient_step1.drunet1.bottom.block1.conv2.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "6", "6"] },
      initial: { kind: "random", init: "zero" },
      of: {
        program: "gradient_step_regulariser",
        hash: "2fa41a322a2d3c4ef987c19472065e5244422f745903d663f24843fda65f4362",
        name: "g.gradient_step1.drunet1.bottom.block1.conv2.filter",
      },
    },
    {
      name: "gradient_step_regulariser.g.gradient_step1.drunet1.up1.upconv1.filter",
      type: { kind: "array", field: "real", dimensions: ["2", "2", "3", "6"] },
      initial: { kind: "random", init: "xavier" },
      of: {
        program: "gradient_step_regulariser",
        hash: "2fa41a322a2d3c4ef987c19472065e5244422f745903d663f24843fda65f4362",
        name: "g.gradient_step1.drunet1.up1.upconv1.filter",
      },
    },
    {
      name: "gradient_step_regulariser.g.gradient_step1.drunet1.up1.block1.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "3", "3"] },
      initial: { kind: "random", init: "he" },
      of: {
        program: "gradient_step_regulariser",
        hash: "2fa41a322a2d3c4ef987c19472065e5244422f745903d663f24843fda65f4362",
        name: "g.gradient_step1.drunet1.up1.block1.conv1.filter",
      },
    },
    {
      name: "gradient_step_regulariser.g.gradient_step1.drunet1.up1.block1.conv2.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "3", "3"] },
      initial: { kind: "random", init: "zero" },
      of: {
        program: "gradient_step_regulariser",
        hash: "2fa41a322a2d3c4ef987c19472065e5244422f745903d663f24843fda65f4362",
        name: "g.gradient_step1.drunet1.up1.block1.conv2.filter",
      },
    },
    {
      name: "gradient_step_regulariser.g.gradient_step1.drunet1.tail.conv1.filter",
      type: { kind: "array", field: "real", dimensions: ["3", "3", "3", "1"] },
      initial: { kind: "random", init: "xavier" },
      of: {
        program: "gradient_step_regulariser",
        hash: "2fa41a322a2d3c4ef987c19472065e5244422f745903d663f24843fda65f4362",
        name: "g.gradient_step1.drunet1.tail.conv1.filter",
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
    {
      name: "L",
      type: { kind: "array", field: "real", dimensions: [] },
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
  certificate: null,
  notes: [],
});
