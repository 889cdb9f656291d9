/**
 * Levenberg-Marquardt (Marquardt, 1963) for transmissions: photons that pass a body decay by the law of
 * Beer and Lambert.
 * min_x 1/2 |exp(-A x) - y|^2, linearised anew in every step; the damping mu falls where a step helps, and
 * grows where not.
 *
 * Compiled by ipc from levenberg_marquardt.ipx: a solver of at most 200 steps.
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
  /** Y, of each sample */
  readonly y: Value;
}

/** What lives on from step to step. */
interface State {
  /** X */
  readonly x: Value;
  /** R */
  readonly mu: Value;
}

/** The first state. */
function initial(ops: Operations, { X }: Known) {
  const x = ops.fill(0, X);
  const mu = ops.number(0.1);
  return { values: { x, mu } };
}

/** One iteration: the next state. */
function step(ops: Operations, { A, y }: Known, { x, mu }: State) {
  const A_x = ops.apply(A, x);
  const { F, product } = ops.mapAll({ F: "exp(-A_x)", product: "(y - F)*F" }, { A_x, y });
  const At_product = ops.applyAdjoint(A, product);
  const minus_At_product = ops.map("-At_product", { At_product });
  const h = ops.solve(
    minus_At_product,
    null,
    (v) => {
      const A_v = ops.apply(A, v);
      const product = ops.map("A_v*F*F", { A_v, F });
      const At_product = ops.applyAdjoint(A, product);
      return ops.map("mu*v + At_product", { mu, v, At_product });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
  );
  const x_plus_h = ops.map("x + h", { x, h });
  const A_x_plus_h = ops.apply(A, x_plus_h);
  const residual = ops.map("exp(-A_x_plus_h) - y", { A_x_plus_h, y });
  const residual_squared = ops.dot(residual, residual);
  const F_minus_y = ops.map("F - y", { F, y });
  const F_minus_y_squared = ops.dot(F_minus_y, F_minus_y);
  const is_less = ops.map("0.5*residual_squared < 0.5*F_minus_y_squared", {
    residual_squared,
    F_minus_y_squared,
  });
  const [x_next, mu_next] = ops.branch(
    is_less,
    () => {
      const mu_next = ops.map("mu/3", { mu });
      return [x_plus_h, mu_next];
    },
    () => {
      const mu_next = ops.map("2*mu", { mu });
      return [x, mu_next];
    },
  );
  return { values: { x: x_next, mu: mu_next }, reports: {}, capped: null };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, { A, y }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const residual = ops.map("exp(-A_x) - y", { A_x, y });
  const residual_squared = ops.dot(residual, residual);
  return ops.map("0.5*residual_squared", { residual_squared });
}

/** 1 for the samples that may stop; `before` means the last test. */
function until(ops: Operations, { A, y }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const { product } = ops.mapAll({ r0: "exp(-A_x)", product: "(r0 - y)*r0" }, { A_x, y });
  const grad_f = ops.applyAdjoint(A, product);
  const minus_grad_f = ops.map("-grad_f", { grad_f });
  const norm_minus_grad_f = ops.norm2(minus_grad_f);
  return ops.map("norm_minus_grad_f < 0.00001", { norm_minus_grad_f });
}

/**
 * Levenberg-Marquardt (Marquardt, 1963) for transmissions: photons that pass a body decay by the law of Beer and Lambert.
 * min_x 1/2 |exp(-A x) - y|^2, linearised anew in every step; the damping mu falls where a step helps, and grows where not.
 */
export const levenberg_marquardt = defineProgram<Known, State, Givens, Inputs>({
  name: "levenberg_marquardt",
  doc: "Levenberg-Marquardt (Marquardt, 1963) for transmissions: photons that pass a body decay by the law of Beer and Lambert.\nmin_x 1/2 |exp(-A x) - y|^2, linearised anew in every step; the damping mu falls where a step helps, and grows where not.",
  hash: "3b29585e0d93e92e3d800267168a9074d12752f164b20cdff1b5f4c0f0438fc7",
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
  ],
  inputs: [{ name: "y", type: { kind: "space", name: "Y" } }],
  parameters: [],
  states: [
    { name: "x", type: { kind: "space", name: "X" }, assumedInterval: null, carried: true },
    {
      name: "mu",
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
  target: { kind: "solver", maximum: 200, every: 1, accelerate: null },
  certificate: null,
  notes: [],
});
