/**
 * Tikhonov's regularised inverse of a masked Fourier transform.
 *
 * Its output is the image and its norm. * /
 *
 * Compiled by ipc from tikhonov.ipx: a formula that is evaluated once.
 */
import { defineProgram, R, C, productOf, type ArrayDatum, type Operations, type Value } from "ipc/runtime";

/** What `model` binds. */
export interface Givens {
  /** R in (0, inf) */
  readonly "λ₀": ArrayDatum;
}

/** What `run` takes; samples may be on a first axis. */
export interface Inputs {
  /** C[h/2, 2*w] */
  readonly y: ArrayDatum;
}

/** What the program is run on. */
interface Known {
  /** a size */
  readonly h: number;
  /** a size */
  readonly w: number;
  /** R in (0, inf) */
  readonly "λ₀": Value;
  /** C[h/2, 2*w], of each sample */
  readonly y: Value;
}

/** The output. */
function finish(ops: Operations, { h, w, y, "λ₀": λ0 }: Known) {
  const fourier = ops.library("fourier", { axes: [0, 1] }, C(h / 2, 2 * w), []);
  const fouriert_y = ops.applyAdjoint(fourier, y);
  const solve = ops.solve(
    fouriert_y,
    null,
    (v) => {
      const fourier_v = ops.apply(fourier, v);
      const fouriert_v = ops.applyAdjoint(fourier, fourier_v);
      return ops.map("fouriert_v + λ0*v", { fouriert_v, λ0, v });
    },
    { by: "cg", tolerance: 0.000001, maximum: 50 },
  );
  const ones = ops.fill(1, productOf(C(h / 2, 2 * w), R()));
  const norm_solve = ops.norm2(solve);
  const product = ops.product([solve, norm_solve]);
  const output = ops.map("product*ones", { product, ones });
  return { values: { output } };
}

/**
 * Tikhonov's regularised inverse of a masked Fourier transform.
 *
 * Its output is the image and its norm. * /
 */
export const tikhonov = defineProgram<Known, object, Givens, Inputs>({
  name: "tikhonov",
  doc: "Tikhonov's regularised inverse of a masked Fourier transform.\n\nIts output is the image and its norm. */",
  hash: "0000000000000000000000000000000000000000000000000000000000000000",
  sizes: [
    { name: "h", initial: null },
    { name: "w", initial: 16 },
  ],
  spaces: [],
  givens: [
    {
      name: "λ₀",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
    },
  ],
  inputs: [{ name: "y", type: { kind: "array", field: "complex", dimensions: ["h/2", "2*w"] } }],
  parameters: [],
  states: [],
  output: {
    type: {
      kind: "product",
      parts: [
        { kind: "array", field: "complex", dimensions: ["h/2", "2*w"] },
        { kind: "array", field: "real", dimensions: [] },
      ],
    },
  },
  constants: () => ({}),
  prepare: null,
  initial: { run: () => ({ values: {} }), reverse: null },
  step: null,
  finish: { run: finish, reverse: null },
  objective: null,
  until: null,
  target: { kind: "direct" },
  certificate: null,
  notes: [],
});
