/**
 * Ordered subsets expectation maximisation (Hudson and Larkin, IEEE Trans. Med. Imaging 13, 1994): the
 * multiplicative
 * step of ML-EM (Shepp and Vardi, 1982) for Poisson data, on one subset of interleaved measurements after
 * the other.
 *
 * Compiled by ipc from osem.ipx: an unrolled network of 10 steps.
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
  /** linear X -> R[m] with nonnegative */
  readonly A: OperatorDatum;
}

/** What `run` takes; samples may be on a first axis. */
export interface Inputs {
  /** R[m] in [0, inf) */
  readonly y: ArrayDatum;
}

/** What the program is run on. */
interface Data {
  /** a size */
  readonly m: number;
  /** a space */
  readonly X: Space;
  /** linear X -> R[m] with nonnegative */
  readonly A: Operator;
  /** R[m] in [0, inf), of each sample */
  readonly y: Value;
  /** the number of the step, from 0 */
  readonly k: Value;
}

/** What follows from the givens. */
interface Constants {
  /** R[m/3] */
  readonly product: Value;
}

/** What does not change between steps. */
interface Prepared {
  /** R */
  readonly v0: Value;
  /** bool[m] */
  readonly is_less: Value;
  /** R[m] */
  readonly chosen: Value;
}

/** All that a step may read. */
type Known = Data & Constants & Prepared;

/** What lives on from step to step. */
interface State {
  /** X in [0, inf) */
  readonly x: Value;
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { m }: Data) {
  const size = ops.number(m / 3);
  const quotient = ops.map("(size - 1)/2", { size });
  const coordinate = ops.coordinate(R(m / 3), 0);
  const size_2 = ops.number(3);
  const product = ops.map("size_2*(coordinate + quotient)", { size_2, coordinate, quotient });
  return { product };
}

/** What does not change between steps, once a batch. */
function prepare(ops: Operations, { y }: Data & Constants) {
  const v0 = ops.number(0);
  const { is_less, chosen } = ops.mapAll({ is_less: "0 < y", chosen: "select(is_less, y, 1)" }, { y });
  return { values: { v0, is_less, chosen } };
}

/** The vector-Jacobian product of `prepare` for the inputs. */
function prepareInputAdjoint(
  ops: Operations,
  { y }: Data & Constants,
  _saved: unknown,
  { chosen: chosen_bar }: Prepared,
) {
  const y_bar = ops.map("select(0 < y, chosen_bar, 0)", { y, chosen_bar });
  return { y: y_bar };
}

/** The first state. */
function initial(ops: Operations, { X }: Known) {
  const x = ops.fill(1, X);
  return { values: { x } };
}

/** One iteration: the next state. */
function step(ops: Operations, { m, k, product, A, y }: Known, { x }: State) {
  const mod = ops.map("mod(k, 3)", { k });
  const J = ops.map("mod + product", { mod, product });
  const AJ_x = ops.applyRows(A, J, x);
  const ones = ops.fill(1, R(m / 3));
  const AJt_fill = ops.applyRowsAdjoint(A, J, ones);
  const y_J = ops.rows(y, J);
  const quotient = ops.map("y_J/max(AJ_x, 0.000001)", { y_J, AJ_x });
  const AJt_div = ops.applyRowsAdjoint(A, J, quotient);
  const x_next = ops.map("x/max(AJt_fill, 0.000001)*AJt_div", { x, AJt_fill, AJt_div });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, { m, k, product, A, y }: Known, { x }: State) {
  const mod = ops.map("mod(k, 3)", { k });
  const J = ops.map("mod + product", { mod, product });
  const AJ_x = ops.applyRows(A, J, x);
  const ones = ops.fill(1, R(m / 3));
  const AJt_fill = ops.applyRowsAdjoint(A, J, ones);
  const sensitivity = ops.map("max(AJt_fill, 0.000001)", { AJt_fill });
  const y_J = ops.rows(y, J);
  const quotient = ops.map("y_J/max(AJ_x, 0.000001)", { y_J, AJ_x });
  const AJt_div = ops.applyRowsAdjoint(A, J, quotient);
  const { x_over_sensitivity, x_next } = ops.mapAll(
    { x_over_sensitivity: "x/sensitivity", x_next: "x_over_sensitivity*AJt_div" },
    { x, sensitivity, AJt_div },
  );
  return {
    values: { x: x_next },
    reports: {},
    capped: null,
    saved: { values: { J, AJ_x, sensitivity, quotient, AJt_div, x_over_sensitivity }, traces: {} },
  };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  { A }: Known,
  {
    values: { J, AJ_x, sensitivity, quotient, AJt_div, x_over_sensitivity },
  }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const AJt_div_bar = ops.map("x_next_bar*x_over_sensitivity", { x_next_bar, x_over_sensitivity });
  const AJ_mul = ops.applyRows(A, J, AJt_div_bar);
  const AJ_x_bar = ops.map("select(0.000001 < AJ_x, -(quotient*AJ_mul/max(AJ_x, 0.000001)), 0)", {
    AJ_x,
    quotient,
    AJ_mul,
  });
  const AJt_select = ops.applyRowsAdjoint(A, J, AJ_x_bar);
  const x_bar = ops.map("x_next_bar*AJt_div/sensitivity + AJt_select", {
    x_next_bar,
    AJt_div,
    sensitivity,
    AJt_select,
  });
  return { state: { x: x_bar }, known: {} };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  { m, A }: Known,
  { values: { J, AJ_x, x_over_sensitivity } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const AJt_div_bar = ops.map("x_next_bar*x_over_sensitivity", { x_next_bar, x_over_sensitivity });
  const AJ_mul = ops.applyRows(A, J, AJt_div_bar);
  const y_J_bar = ops.map("AJ_mul/max(AJ_x, 0.000001)", { AJ_mul, AJ_x });
  const y_bar = ops.placeRows(y_J_bar, J, R(m));
  return { y: y_bar };
}

/** What the iteration makes small, for each sample. */
function objective(ops: Operations, { A, y, chosen, is_less }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const { sum_chosen } = ops.mapAll(
    { sum_chosen: "select(A_x < 0, inf, A_x - y + y*log(chosen/select(is_less, A_x, 1)))" },
    { A_x, y, chosen, is_less },
    { sum_chosen: "sum" },
  );
  return sum_chosen;
}

/**
 * Ordered subsets expectation maximisation (Hudson and Larkin, IEEE Trans. Med. Imaging 13, 1994): the multiplicative
 * step of ML-EM (Shepp and Vardi, 1982) for Poisson data, on one subset of interleaved measurements after the other.
 */
export const osem = defineProgram<Known, State, Givens, Inputs>({
  name: "osem",
  doc: "Ordered subsets expectation maximisation (Hudson and Larkin, IEEE Trans. Med. Imaging 13, 1994): the multiplicative\nstep of ML-EM (Shepp and Vardi, 1982) for Poisson data, on one subset of interleaved measurements after the other.",
  hash: "01da29ecab5066ef940fe3b1e2f8b34b70fcb0f7c7be88efa46f7ca763b3b7ca",
  sizes: [{ name: "m", initial: null }],
  spaces: [{ name: "X", field: "real" }],
  givens: [
    {
      name: "A",
      type: {
        kind: "operator",
        domain: { kind: "space", name: "X" },
        codomain: { kind: "array", field: "real", dimensions: ["m"] },
      },
      properties: [{ name: "nonnegative", bound: null }],
    },
  ],
  inputs: [
    {
      name: "y",
      type: { kind: "array", field: "real", dimensions: ["m"] },
      interval: { low: 0, high: Infinity, lowOpen: false, highOpen: true },
    },
  ],
  parameters: [],
  divisions: [{ dividend: "m", divisor: 3, place: "osem.ipx:9:23" }],
  states: [
    {
      name: "x",
      type: { kind: "space", name: "X" },
      assumedInterval: { low: 0, high: Infinity, lowOpen: false, highOpen: true },
      carried: true,
    },
  ],
  counter: "k",
  output: { type: { kind: "space", name: "X" } },
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
