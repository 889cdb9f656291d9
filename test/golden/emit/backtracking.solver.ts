/**
 * Proximal gradient whose L grows until the upper bound holds.
 *
 * Compiled by ipc from backtracking.ipx: a solver of at most 5000 steps.
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
  readonly lambda: ArrayDatum;
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
  /** R in (0, inf) */
  readonly lambda: Value;
  /** Y, of each sample */
  readonly y: Value;
}

/** What lives on from step to step. */
interface State {
  /** X */
  readonly x: Value;
  /** R in (0, inf): the inverse of the step */
  readonly L: Value;
}

/** The first state. */
function initial(ops: Operations, { X }: Known) {
  const x = ops.fill(0, X);
  const L = ops.number(1);
  return { values: { x, L } };
}

/** One iteration: the next state. */
function step(ops: Operations, { A, y, lambda }: Known, { x, L }: State) {
  const A_x = ops.apply(A, x);
  const r = ops.map("A_x - y", { A_x, y });
  const g = ops.applyAdjoint(A, r);
  const rr = ops.dot(r, r);
  const fx = ops.map("0.5*rr", { rr });
  const xn = ops.map("soft(x - g/L, lambda/L)", { x, g, L, lambda });
  const {
    carried: [L_2, x_next],
    capped,
  } = ops.loop(
    [L, xn],
    ([L, xn]) => {
      const A_xn = ops.apply(A, xn);
      const r = ops.map("A_xn - y", { A_xn, y });
      const rr = ops.dot(r, r);
      const fn = ops.map("0.5*rr", { rr });
      const d = ops.map("xn - x", { xn, x });
      const gd = ops.dot(g, d);
      const dd = ops.dot(d, d);
      return ops.map("fx + gd + L/2*dd + 0.000001*abs(fx) < fn", { fx, gd, L, dd, fn });
    },
    ([L]) => {
      const L_next = ops.map("2*L", { L });
      const xn = ops.map("soft(x - g/L_next, lambda/L_next)", { x, g, L_next, lambda });
      return [L_next, xn];
    },
    60,
  );
  const A_xn = ops.apply(A, x_next);
  const r_2 = ops.map("A_xn - y", { A_xn, y });
  const rr_2 = ops.dot(r_2, r_2);
  const fn = ops.map("0.5*rr_2", { rr_2 });
  const descent = ops.map("fx - fn", { fx, fn });
  const easy = ops.map("0 < descent", { descent });
  const [L_next] = ops.branch(
    easy,
    () => [ops.map("L_2/1.1", { L_2 })],
    () => [L_2],
  );
  return { values: { x: x_next, L: L_next }, reports: { descent }, capped };
}

/** Proximal gradient whose L grows until the upper bound holds. */
export const backtracking = defineProgram<Known, State, Givens, Inputs>({
  name: "backtracking",
  doc: "Proximal gradient whose L grows until the upper bound holds.",
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
    },
  ],
  inputs: [{ name: "y", type: { kind: "space", name: "Y" } }],
  parameters: [],
  states: [
    { name: "x", type: { kind: "space", name: "X" }, assumedInterval: null, carried: true },
    {
      name: "L",
      type: { kind: "array", field: "real", dimensions: [] },
      assumedInterval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      carried: true,
    },
  ],
  output: { type: { kind: "space", name: "X" } },
  constants: () => ({}),
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
