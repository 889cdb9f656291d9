/**
 * ADMM (Goldstein and Osher, SIAM J. Imaging Sci. 2, 2009) for isotropic total variation, x >= 0:
 * min 1/2 |Ax - y|^2 + lambda |Dx|_{2,1}.
 *
 * Compiled by ipc from admm_tv.ipx: an unrolled network of 10 steps.
 *
 * Convergence: not found. no proof was found, and no counterexample: the step is none of the algorithms
 * that have a rule
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
  /** R in (0, inf) */
  readonly rho?: ArrayDatum;
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
  /** R in (0, inf) */
  readonly rho: Value;
  /** Y, of each sample */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** linear R[h, w] -> R[h, w, 2] */
  readonly D: Operator;
  /** R */
  readonly lambda_over_rho: Value;
  /** linear R[h, w] -> R[h, w] with symmetric, positive */
  readonly basis_A: Operator;
  /** linear R[h, w] -> R[h, w] with symmetric, positive */
  readonly basis_D: Operator;
}

/** What does not change between steps. */
interface Prepared {
  /** R[h, w] */
  readonly At_y: Value;
}

/** All that a step may read. */
type Known = Data & Constants & Prepared;

/** What lives on from step to step. */
interface State {
  /** R[h, w] */
  readonly x: Value;
  /** R[h, w, 2] */
  readonly p: Value;
  /** R[h, w] */
  readonly q: Value;
  /** R[h, w, 2] */
  readonly u: Value;
  /** R[h, w] */
  readonly v: Value;
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { h, w, lambda, rho, A }: Data) {
  const D = ops.at("admm_tv.ipx:9:42").library("gradient", { axes: 2, boundary: "periodic" }, R(h, w), []);
  const lambda_over_rho = ops.map("lambda/rho", { lambda, rho });
  const basis_A = ops.diagonalise(A, null, { alone: false });
  const basis_D = ops.diagonalise(D, null, { alone: false });
  return { D, lambda_over_rho, basis_A, basis_D };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, { A, y }: Data & Constants) {
  const At_y = ops.applyAdjoint(A, y);
  return { values: { At_y } };
}

/** The vector-Jacobian product of `prepare` for the inputs. */
function prepareInputAdjoint(
  ops: Operations,
  { A }: Data & Constants,
  _saved: unknown,
  { At_y: At_y_bar }: Prepared,
) {
  const y_bar = ops.apply(A, At_y_bar);
  return { y: y_bar };
}

/** The first state. */
function initial(ops: Operations, { h, w }: Known) {
  const x = ops.fill(0, R(h, w));
  const p = ops.fill(0, R(h, w, 2));
  return { values: { x, p, q: x, u: p, v: x } };
}

/** The first iteration, where the state is still 0. */
function firstStep(ops: Operations, { h, w, At_y, A, D, rho, basis_A, basis_D, lambda_over_rho }: Known) {
  const zeros = ops.fill(0, R(h, w));
  const one = ops.number(1);
  const x_next = ops.solveDiagonalised(
    At_y,
    zeros,
    (v) => {
      const A_v = ops.apply(A, v);
      const At_A_v = ops.applyAdjoint(A, A_v);
      const D_v = ops.apply(D, v);
      const Dt_D_v = ops.appliedAdjoint(D, D_v);
      return ops.map("At_A_v + rho*Dt_D_v + rho*v", { At_A_v, rho, Dt_D_v, v });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
    [basis_A, basis_D],
    [one, rho, rho],
  );
  const D_x_next = ops.apply(D, x_next);
  const { p_next, u_next } = ops.mapAll(
    {
      r0: "pairNorm(D_x_next)",
      p_next: "max(r0 - lambda_over_rho, 0)/max(r0, lambda_over_rho)*D_x_next",
      u_next: "D_x_next - p_next",
    },
    { D_x_next, lambda_over_rho },
  );
  const { q_next, v_next } = ops.mapAll({ q_next: "max(x_next, 0)", v_next: "x_next - q_next" }, { x_next });
  return { values: { x: x_next, p: p_next, q: q_next, u: u_next, v: v_next }, reports: {}, capped: null };
}

/** `firstStep`, and what its adjoint needs. */
function firstStepSaving(
  ops: Operations,
  { h, w, At_y, A, D, rho, basis_A, basis_D, lambda_over_rho }: Known,
) {
  const zeros = ops.fill(0, R(h, w));
  const one = ops.number(1);
  const x_next = ops.solveDiagonalised(
    At_y,
    zeros,
    (v) => {
      const A_v = ops.apply(A, v);
      const At_A_v = ops.applyAdjoint(A, A_v);
      const D_v = ops.apply(D, v);
      const Dt_D_v = ops.appliedAdjoint(D, D_v);
      return ops.map("At_A_v + rho*Dt_D_v + rho*v", { At_A_v, rho, Dt_D_v, v });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
    [basis_A, basis_D],
    [one, rho, rho],
  );
  const D_x_next = ops.apply(D, x_next);
  const group_norms = ops.groupNorm(D_x_next);
  const quotient = ops.map("max(group_norms - lambda_over_rho, 0)/max(group_norms, lambda_over_rho)", {
    group_norms,
    lambda_over_rho,
  });
  const { p_next, u_next } = ops.mapAll(
    { p_next: "quotient*D_x_next", u_next: "D_x_next - p_next" },
    { quotient, D_x_next },
  );
  const { q_next, v_next } = ops.mapAll({ q_next: "max(x_next, 0)", v_next: "x_next - q_next" }, { x_next });
  return {
    values: { x: x_next, p: p_next, q: q_next, u: u_next, v: v_next },
    reports: {},
    capped: null,
    saved: { values: { x_next, D_x_next, group_norms, quotient }, traces: {} },
  };
}

/** The vector-Jacobian product of `firstStep` for the inputs. */
function firstStepInputAdjoint(
  ops: Operations,
  { h, w, lambda_over_rho, D, A, rho, basis_A, basis_D }: Known,
  { values: { x_next, D_x_next, group_norms, quotient } }: ReturnType<typeof firstStepSaving>["saved"],
  { x: x_next_bar, p: p_next_bar, q: q_next_bar, u: u_next_bar, v: v_next_bar }: State,
) {
  const one = ops.number(1);
  const quotient_bar_each = ops.map("(p_next_bar - u_next_bar)*D_x_next", {
    p_next_bar,
    u_next_bar,
    D_x_next,
  });
  const quotient_bar = ops.sumTo(quotient_bar_each, R(h, w, 1));
  const chosen = ops.map(
    "select(group_norms, (select(lambda_over_rho < group_norms, -(quotient*quotient_bar/max(group_norms, lambda_over_rho)), 0) + select(0 < group_norms - lambda_over_rho, quotient_bar/max(group_norms, lambda_over_rho), 0))/group_norms, 0)",
    { group_norms, lambda_over_rho, quotient, quotient_bar },
  );
  const D_x_next_bar = ops.map("u_next_bar + (p_next_bar - u_next_bar)*quotient + chosen*D_x_next", {
    u_next_bar,
    p_next_bar,
    quotient,
    chosen,
    D_x_next,
  });
  const Dt_D_x_next_bar = ops.appliedAdjoint(D, D_x_next_bar);
  const x_next_bar_2 = ops.map(
    "x_next_bar + v_next_bar + select(0 < x_next, q_next_bar - v_next_bar, 0) + Dt_D_x_next_bar",
    { x_next_bar, v_next_bar, x_next, q_next_bar, Dt_D_x_next_bar },
  );
  const At_y_bar = ops.solveDiagonalised(
    x_next_bar_2,
    null,
    (v) => {
      const A_v = ops.apply(A, v);
      const At_A_v = ops.applyAdjoint(A, A_v);
      const D_v = ops.apply(D, v);
      const Dt_D_v = ops.appliedAdjoint(D, D_v);
      return ops.map("At_A_v + rho*Dt_D_v + rho*v", { At_A_v, rho, Dt_D_v, v });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
    [basis_A, basis_D],
    [one, rho, rho],
  );
  return { At_y: At_y_bar };
}

/** One iteration: the next state. */
function step(
  ops: Operations,
  { D, At_y, rho, A, basis_A, basis_D, lambda_over_rho }: Known,
  { x, p, q, u, v }: State,
) {
  const p_minus_u = ops.map("p - u", { p, u });
  const Dt_p_minus_u = ops.appliedAdjoint(D, p_minus_u);
  const sum = ops.map("At_y + rho*Dt_p_minus_u + rho*(q - v)", { At_y, rho, Dt_p_minus_u, q, v });
  const one = ops.number(1);
  const x_next = ops.solveDiagonalised(
    sum,
    x,
    (v) => {
      const A_v = ops.apply(A, v);
      const At_A_v = ops.applyAdjoint(A, A_v);
      const D_v = ops.apply(D, v);
      const Dt_D_v = ops.appliedAdjoint(D, D_v);
      return ops.map("At_A_v + rho*Dt_D_v + rho*v", { At_A_v, rho, Dt_D_v, v });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
    [basis_A, basis_D],
    [one, rho, rho],
  );
  const D_x_next = ops.applied(D, x_next);
  const { p_next, u_next } = ops.mapAll(
    {
      r0: "D_x_next + u",
      r1: "pairNorm(r0)",
      p_next: "max(r1 - lambda_over_rho, 0)/max(r1, lambda_over_rho)*r0",
      u_next: "r0 - p_next",
    },
    { D_x_next, u, lambda_over_rho },
  );
  const { q_next, v_next } = ops.mapAll(
    { q_next: "max(x_next + v, 0)", v_next: "x_next + v - q_next" },
    { x_next, v },
  );
  return { values: { x: x_next, p: p_next, q: q_next, u: u_next, v: v_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(
  ops: Operations,
  { D, At_y, rho, A, basis_A, basis_D, lambda_over_rho }: Known,
  { x, p, q, u, v }: State,
) {
  const p_minus_u = ops.map("p - u", { p, u });
  const Dt_p_minus_u = ops.appliedAdjoint(D, p_minus_u);
  const sum = ops.map("At_y + rho*Dt_p_minus_u + rho*(q - v)", { At_y, rho, Dt_p_minus_u, q, v });
  const one = ops.number(1);
  const x_next = ops.solveDiagonalised(
    sum,
    x,
    (v) => {
      const A_v = ops.apply(A, v);
      const At_A_v = ops.applyAdjoint(A, A_v);
      const D_v = ops.apply(D, v);
      const Dt_D_v = ops.appliedAdjoint(D, D_v);
      return ops.map("At_A_v + rho*Dt_D_v + rho*v", { At_A_v, rho, Dt_D_v, v });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
    [basis_A, basis_D],
    [one, rho, rho],
  );
  const D_x_next = ops.applied(D, x_next);
  const D_x_next_plus_u = ops.map("D_x_next + u", { D_x_next, u });
  const group_norms = ops.groupNorm(D_x_next_plus_u);
  const quotient = ops.map("max(group_norms - lambda_over_rho, 0)/max(group_norms, lambda_over_rho)", {
    group_norms,
    lambda_over_rho,
  });
  const { p_next, u_next } = ops.mapAll(
    { p_next: "quotient*D_x_next_plus_u", u_next: "D_x_next_plus_u - p_next" },
    { quotient, D_x_next_plus_u },
  );
  const { x_next_plus_v, q_next, v_next } = ops.mapAll(
    { x_next_plus_v: "x_next + v", q_next: "max(x_next_plus_v, 0)", v_next: "x_next_plus_v - q_next" },
    { x_next, v },
  );
  return {
    values: { x: x_next, p: p_next, q: q_next, u: u_next, v: v_next },
    reports: {},
    capped: null,
    saved: { values: { D_x_next_plus_u, group_norms, quotient, x_next_plus_v }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  { h, w, lambda_over_rho, D, A, rho, basis_A, basis_D }: Known,
  {
    values: { D_x_next_plus_u, group_norms, quotient, x_next_plus_v },
  }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar, p: p_next_bar, q: q_next_bar, u: u_next_bar, v: v_next_bar }: State,
) {
  const one = ops.number(1);
  const quotient_bar_each = ops.map("(p_next_bar - u_next_bar)*D_x_next_plus_u", {
    p_next_bar,
    u_next_bar,
    D_x_next_plus_u,
  });
  const quotient_bar = ops.sumTo(quotient_bar_each, R(h, w, 1));
  const chosen = ops.map(
    "select(group_norms, (select(lambda_over_rho < group_norms, -(quotient*quotient_bar/max(group_norms, lambda_over_rho)), 0) + select(0 < group_norms - lambda_over_rho, quotient_bar/max(group_norms, lambda_over_rho), 0))/group_norms, 0)",
    { group_norms, lambda_over_rho, quotient, quotient_bar },
  );
  const D_x_next_plus_u_bar = ops.map(
    "u_next_bar + (p_next_bar - u_next_bar)*quotient + chosen*D_x_next_plus_u",
    { u_next_bar, p_next_bar, quotient, chosen, D_x_next_plus_u },
  );
  const Dt_v = ops.appliedAdjoint(D, D_x_next_plus_u_bar);
  const { x_next_plus_v_bar, x_next_bar_2 } = ops.mapAll(
    {
      x_next_plus_v_bar: "v_next_bar + select(0 < x_next_plus_v, q_next_bar - v_next_bar, 0)",
      x_next_bar_2: "x_next_bar + x_next_plus_v_bar + Dt_v",
    },
    { v_next_bar, x_next_plus_v, q_next_bar, x_next_bar, Dt_v },
  );
  const sum_bar = ops.solveDiagonalised(
    x_next_bar_2,
    null,
    (v) => {
      const A_v = ops.apply(A, v);
      const At_A_v = ops.applyAdjoint(A, A_v);
      const D_v = ops.apply(D, v);
      const Dt_D_v = ops.appliedAdjoint(D, D_v);
      return ops.map("At_A_v + rho*Dt_D_v + rho*v", { At_A_v, rho, Dt_D_v, v });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
    [basis_A, basis_D],
    [one, rho, rho],
  );
  const { q_bar, v_bar } = ops.mapAll(
    { q_bar: "sum_bar*rho", v_bar: "x_next_plus_v_bar - q_bar" },
    { sum_bar, rho, x_next_plus_v_bar },
  );
  const p_bar = ops.apply(D, q_bar);
  const u_bar = ops.map("D_x_next_plus_u_bar - p_bar", { D_x_next_plus_u_bar, p_bar });
  const x_bar = ops.fill(0, R(h, w));
  return { state: { x: x_bar, p: p_bar, q: q_bar, u: u_bar, v: v_bar }, known: {} };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  { h, w, lambda_over_rho, D, A, rho, basis_A, basis_D }: Known,
  {
    values: { D_x_next_plus_u, group_norms, quotient, x_next_plus_v },
  }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar, p: p_next_bar, q: q_next_bar, u: u_next_bar, v: v_next_bar }: State,
) {
  const one = ops.number(1);
  const quotient_bar_each = ops.map("(p_next_bar - u_next_bar)*D_x_next_plus_u", {
    p_next_bar,
    u_next_bar,
    D_x_next_plus_u,
  });
  const quotient_bar = ops.sumTo(quotient_bar_each, R(h, w, 1));
  const chosen = ops.map(
    "select(group_norms, (select(lambda_over_rho < group_norms, -(quotient*quotient_bar/max(group_norms, lambda_over_rho)), 0) + select(0 < group_norms - lambda_over_rho, quotient_bar/max(group_norms, lambda_over_rho), 0))/group_norms, 0)",
    { group_norms, lambda_over_rho, quotient, quotient_bar },
  );
  const D_x_next_plus_u_bar = ops.map(
    "u_next_bar + (p_next_bar - u_next_bar)*quotient + chosen*D_x_next_plus_u",
    { u_next_bar, p_next_bar, quotient, chosen, D_x_next_plus_u },
  );
  const Dt_v = ops.appliedAdjoint(D, D_x_next_plus_u_bar);
  const x_next_bar_2 = ops.map(
    "x_next_bar + (v_next_bar + select(0 < x_next_plus_v, q_next_bar - v_next_bar, 0)) + Dt_v",
    { x_next_bar, v_next_bar, x_next_plus_v, q_next_bar, Dt_v },
  );
  const At_y_bar = ops.solveDiagonalised(
    x_next_bar_2,
    null,
    (v) => {
      const A_v = ops.apply(A, v);
      const At_A_v = ops.applyAdjoint(A, A_v);
      const D_v = ops.apply(D, v);
      const Dt_D_v = ops.appliedAdjoint(D, D_v);
      return ops.map("At_A_v + rho*Dt_D_v + rho*v", { At_A_v, rho, Dt_D_v, v });
    },
    { by: "cg", tolerance: 1e-13, maximum: 90 },
    [basis_A, basis_D],
    [one, rho, rho],
  );
  return { At_y: At_y_bar };
}

/** The vector-Jacobian product of `finish`: cotangents of what it returns become those of what it reads. */
function finishAdjoint(
  ops: Operations,
  { h, w }: Known,
  _saved: unknown,
  { output: output_bar }: { readonly output: Value },
) {
  const x_bar = ops.fill(0, R(h, w));
  const p_bar = ops.fill(0, R(h, w, 2));
  const u_bar = ops.fill(0, R(h, w, 2));
  const v_bar = ops.fill(0, R(h, w));
  return { state: { x: x_bar, p: p_bar, q: output_bar, u: u_bar, v: v_bar }, known: {} };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, { A, y, D, lambda }: Known, { q }: State) {
  const A_q = ops.apply(A, q);
  const residual = ops.map("A_q - y", { A_q, y });
  const residual_squared = ops.dot(residual, residual);
  const D_q = ops.apply(D, q);
  const group_norms = ops.groupNorm(D_q);
  const sum_group_norms = ops.sum(group_norms);
  return ops.map("0.5*residual_squared + lambda*sum_group_norms", {
    residual_squared,
    lambda,
    sum_group_norms,
  });
}

/**
 * ADMM (Goldstein and Osher, SIAM J. Imaging Sci. 2, 2009) for isotropic total variation, x >= 0:
 * min 1/2 |Ax - y|^2 + lambda |Dx|_{2,1}.
 */
export const admm_tv = defineProgram<Known, State, Givens, Inputs>({
  name: "admm_tv",
  doc: "ADMM (Goldstein and Osher, SIAM J. Imaging Sci. 2, 2009) for isotropic total variation, x >= 0:\nmin 1/2 |Ax - y|^2 + lambda |Dx|_{2,1}.",
  hash: "ff67f7e4396453f773a05b6f433d8041e5bc7d7addfbced197a3f923949aa679",
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
    {
      name: "rho",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(1),
    },
  ],
  inputs: [{ name: "y", type: { kind: "space", name: "Y" } }],
  parameters: [],
  states: [
    {
      name: "x",
      type: { kind: "array", field: "real", dimensions: ["h", "w"] },
      assumedInterval: null,
      carried: true,
    },
    {
      name: "p",
      type: { kind: "array", field: "real", dimensions: ["h", "w", "2"] },
      assumedInterval: null,
      carried: true,
    },
    {
      name: "q",
      type: { kind: "array", field: "real", dimensions: ["h", "w"] },
      assumedInterval: null,
      carried: true,
    },
    {
      name: "u",
      type: { kind: "array", field: "real", dimensions: ["h", "w", "2"] },
      assumedInterval: null,
      carried: true,
    },
    {
      name: "v",
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
  initial: { run: initial, reverse: null },
  firstStep: {
    run: firstStep,
    reverse: {
      save: firstStepSaving,
      adjoint: null,
      stateAdjoint: null,
      inputAdjoint: firstStepInputAdjoint,
    },
  },
  step: {
    run: step,
    reverse: { save: stepSaving, adjoint: stepAdjoint, stateAdjoint: null, inputAdjoint: stepInputAdjoint },
  },
  finish: {
    run: (_ops, _known, { q }) => ({ values: { output: q } }),
    reverse: {
      save: (_ops, _known, { q }) => ({ values: { output: q }, saved: { values: {}, traces: {} } }),
      adjoint: finishAdjoint,
      stateAdjoint: null,
    },
  },
  objective,
  until: null,
  target: { kind: "unrolled", steps: 10, beyond: "error" },
  certificate: {
    answer: "not_found",
    algorithm: null,
    statement:
      "no proof was found, and no counterexample: the step is none of the algorithms that have a rule",
    conditions: [],
  },
  notes: [],
  inputGradients: true,
});
