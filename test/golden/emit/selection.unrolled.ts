/**
 * LISTA-CPSS (Chen, Liu, Wang, Yin, 2018): coupled weights and support selection.
 *
 * Compiled by ipc from step.ipx: an unrolled network of 10 steps.
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
  /** linear R[n] -> R[m] */
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
  readonly m: number;
  /** a size */
  readonly n: number;
  /** linear R[n] -> R[m] */
  readonly A: Operator;
  /** R[m], of each sample */
  readonly y: Value;
  /** the number of the step, from 0 */
  readonly k: Value;
}

/** What may be learned. */
interface Learned {
  /** R[n, m], one for each step: W, started from A' */
  readonly W: Value;
  /** R, one for each step */
  readonly theta: Value;
}

/** All that a step may read. */
type Known = Data & Learned;

/** What lives on from step to step. */
interface State {
  /** R[n] */
  readonly x: Value;
}

/** The first state. */
function initial(ops: Operations, { n }: Known) {
  const x = ops.fill(0, R(n));
  return { values: { x } };
}

/** One iteration: the next state. */
function step_2(ops: Operations, { n, A, y, W, k, theta }: Known, { x }: State) {
  const A_x = ops.apply(A, x);
  const r = ops.map("y - A_x", { y, A_x });
  const W_r = ops.matvec(W, r, R(n));
  const v = ops.map("x + W_r", { x, W_r });
  const share = ops.map("min(0.012*(k + 1), 0.13)", { k });
  const trusted = ops.largest(v, share);
  const x_next = ops.map("select(and(trusted, theta < abs(v)), v, soft(v, theta))", { trusted, v, theta });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** LISTA-CPSS (Chen, Liu, Wang, Yin, 2018): coupled weights and support selection. */
export const step = defineProgram<Known, State, Givens, Inputs>({
  name: "step",
  doc: "LISTA-CPSS (Chen, Liu, Wang, Yin, 2018): coupled weights and support selection.",
  hash: "0000000000000000000000000000000000000000000000000000000000000000",
  sizes: [
    { name: "m", initial: null },
    { name: "n", initial: null },
  ],
  spaces: [],
  givens: [
    {
      name: "A",
      type: {
        kind: "operator",
        domain: { kind: "array", field: "real", dimensions: ["n"] },
        codomain: { kind: "array", field: "real", dimensions: ["m"] },
      },
    },
  ],
  inputs: [{ name: "y", type: { kind: "array", field: "real", dimensions: ["m"] } }],
  parameters: [
    {
      name: "W",
      type: { kind: "array", field: "real", dimensions: ["n", "m"] },
      doc: "W, started from A'",
      perStep: true,
      initial: {
        kind: "value",
        evaluate: (ops, { m, A }) => ops.materialise(R(m), (v) => ops.applyAdjoint(A, v)),
      },
    },
    {
      name: "theta",
      type: { kind: "array", field: "real", dimensions: [] },
      perStep: true,
      initial: { kind: "value", evaluate: (ops) => ops.number(0.1) },
      interval: (ops) => {
        const low = ops.number(0);
        return { low, high: null, lowOpen: true, highOpen: true };
      },
      via: "softplus",
    },
  ],
  states: [
    {
      name: "x",
      type: { kind: "array", field: "real", dimensions: ["n"] },
      assumedInterval: null,
      carried: true,
    },
  ],
  counter: "k",
  output: { type: { kind: "array", field: "real", dimensions: ["n"] } },
  constants: () => ({}),
  prepare: null,
  initial: { run: initial, reverse: null },
  step: { run: step_2, reverse: null },
  finish: { run: (_ops, _known, { x }) => ({ values: { output: x } }), reverse: null },
  objective: null,
  until: null,
  target: { kind: "unrolled", steps: 10, beyond: "error" },
  certificate: null,
  notes: [],
});
