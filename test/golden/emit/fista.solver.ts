/**
 * FISTA (Beck and Teboulle, 2009) with the step 1/L.
 *
 * Compiled by ipc from fista.ipx: a solver of at most 5000 steps.
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
  /** a space */
  readonly X: Space;
  /** a space */
  readonly Y: Space;
  /** linear X -> Y */
  readonly A: Operator;
  /** R in (0, inf) */
  readonly lambda: Value;
  /** Y, of each sample */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** R */
  readonly L: Value;
}

/** All that a step may read. */
type Known = Data & Constants;

/** What lives on from step to step. */
interface State {
  /** X */
  readonly x: Value;
  /** X: the extrapolated point */
  readonly z: Value;
  /** R in [1, inf) */
  readonly s: Value;
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { A }: Data) {
  const norm_A = ops.norm(A);
  const L = ops.map("square(norm_A)", { norm_A });
  return { L };
}

/** The first state. */
function initial(ops: Operations, { X }: Known) {
  const x = ops.fill(0, X);
  const s = ops.number(1);
  return { values: { x, z: x, s } };
}

/** One iteration: the next state. */
function step(ops: Operations, { A, y, L, lambda }: Known, { x, z, s }: State) {
  const A_z = ops.apply(A, z);
  const r = ops.map("A_z - y", { A_z, y });
  const g = ops.applyAdjoint(A, r);
  const x_next = ops.map("soft(z - g/L, lambda/L)", { z, g, L, lambda });
  const s_next = ops.map("(1 + sqrt(1 + 4*square(s)))/2", { s });
  const z_next = ops.map("x_next + (s - 1)/s_next*(x_next - x)", { x_next, s, s_next, x });
  return { values: { x: x_next, z: z_next, s: s_next }, reports: {}, capped: null };
}

/** FISTA (Beck and Teboulle, 2009) with the step 1/L. */
export const fista = defineProgram<Known, State, Givens, Inputs>({
  name: "fista",
  doc: "FISTA (Beck and Teboulle, 2009) with the step 1/L.",
  hash: "0000000000000000000000000000000000000000000000000000000000000000",
  sizes: [],
  spaces: [
    { name: "X", field: "any" },
    { name: "Y", field: "any" },
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
    {
      name: "lambda",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.1),
    },
  ],
  inputs: [{ name: "y", type: { kind: "space", name: "Y" } }],
  parameters: [],
  states: [
    { name: "x", type: { kind: "space", name: "X" }, assumedInterval: null, carried: true },
    { name: "z", type: { kind: "space", name: "X" }, assumedInterval: null, carried: true },
    {
      name: "s",
      type: { kind: "array", field: "real", dimensions: [] },
      assumedInterval: { low: 1, high: Infinity, lowOpen: false, highOpen: true },
      carried: true,
    },
  ],
  output: { type: { kind: "space", name: "X" } },
  constants,
  prepare: null,
  initial: { run: initial, reverse: null },
  step: { run: step, reverse: null },
  finish: { run: (_ops, _known, { x }) => ({ values: { output: x } }), reverse: null },
  objective: null,
  until: null,
  target: { kind: "solver", maximum: 5000, every: 1, accelerate: null },
  certificate: null,
  notes: [],
});
