/**
 * Super-resolution by RED (Romano, Elad, Milanfar, 2017): regularisation by denoising, steepest descent.
 *
 * Compiled by ipc from superresolution_red.ipx: an unrolled network of 10 steps.
 *
 * Convergence: proved. the step is averaged, since t*norm(downsample(q)*blur(kernel, boundary =
 * periodic))^2 + 2*t*mu stays below 2 and `D` is nonexpansive; the iterates converge to a fixed point, if
 * there is one
 * - t*(L + 2*mu) < 2
 * - `D` is nonexpansive
 * - a fixed point exists
 */
import {
  defineProgram,
  R,
  type ArrayDatum,
  type GivenMap,
  type Operations,
  type Operator,
  type Value,
} from "ipc/runtime";

/** What `model` binds. */
export interface Givens {
  /** R[3, 3] */
  readonly kernel?: ArrayDatum;
  /** R in (0, inf) */
  readonly mu?: ArrayDatum;
  /** R[h*q, q*w] -> R[h*q, q*w] with nonexpansive */
  readonly D: GivenMap;
}

/** What `run` takes; samples may be on a first axis. */
export interface Inputs {
  /** R[h, w] */
  readonly y: ArrayDatum;
}

/** What the program is run on. */
interface Data {
  /** a size */
  readonly h: number;
  /** a size */
  readonly w: number;
  /** a size */
  readonly q: number;
  /** R[3, 3] */
  readonly kernel: Value;
  /** R in (0, inf) */
  readonly mu: Value;
  /** R[h*q, q*w] -> R[h*q, q*w] with nonexpansive */
  readonly D: GivenMap;
  /** R[h, w], of each sample */
  readonly y: Value;
}

/** What follows from the givens. */
interface Constants {
  /** linear R[h*q, q*w] -> R[h, w] */
  readonly downsample: Operator;
  /** linear R[h*q, q*w] -> R[h*q, q*w] */
  readonly blur: Operator;
  /** linear R[h, w] -> R[h*q, q*w] */
  readonly bicubic: Operator;
  /** R */
  readonly norm_downsample_blur: Value;
}

/** What may be learned. */
interface Learned {
  /** R */
  readonly t: Value;
}

/** All that a step may read. */
type Known = Data & Constants & Learned;

/** What lives on from step to step. */
interface State {
  /** R[h*q, q*w] */
  readonly x: Value;
}

/** What follows from the givens, once a run. */
function constants(ops: Operations, { h, q, w, kernel }: Data) {
  const downsample = ops
    .at("superresolution_red.ipx:8:43")
    .library("downsample", { antialias: "none" }, R(h * q, q * w), [], R(h, w));
  const blur = ops
    .at("superresolution_red.ipx:8:57")
    .library("blur", { boundary: "periodic" }, R(h * q, q * w), [kernel]);
  const bicubic = ops
    .at("superresolution_red.ipx:12:27")
    .library("bicubic", {}, R(h, w), [], R(h * q, q * w));
  const downsample_blur = ops.composition([downsample, blur]);
  const norm_downsample_blur = ops.norm(downsample_blur);
  return { downsample, blur, bicubic, norm_downsample_blur };
}

/** The first state. */
function initial(ops: Operations, { bicubic, y }: Known) {
  const x = ops.apply(bicubic, y);
  return { values: { x } };
}

/** The vector-Jacobian product of `initial` for the inputs. */
function initialInputAdjoint(ops: Operations, { bicubic }: Known, _saved: unknown, { x: x_bar }: State) {
  const y_bar = ops.applyAdjoint(bicubic, x_bar);
  return { y: y_bar };
}

/** One iteration: the next state. */
function step(ops: Operations, { blur, downsample, y, D, t, mu }: Known, { x }: State) {
  const blur_x = ops.apply(blur, x);
  const downsample_v = ops.apply(downsample, blur_x);
  const residual = ops.map("downsample_v - y", { downsample_v, y });
  const downsamplet_v = ops.applyAdjoint(downsample, residual);
  const grad_f = ops.applyAdjoint(blur, downsamplet_v);
  const D_x = ops.applyMap(D, x);
  const x_next = ops.map("x - t*(grad_f + mu*(x - D_x))", { x, t, grad_f, mu, D_x });
  return { values: { x: x_next }, reports: {}, capped: null };
}

/** `step`, and what its adjoint needs. */
function stepSaving(ops: Operations, { blur, downsample, y, D, mu, t }: Known, { x }: State) {
  const blur_x = ops.apply(blur, x);
  const downsample_v = ops.apply(downsample, blur_x);
  const residual = ops.map("downsample_v - y", { downsample_v, y });
  const downsamplet_v = ops.applyAdjoint(downsample, residual);
  const grad_f = ops.applyAdjoint(blur, downsamplet_v);
  const D_x = ops.applyMap(D, x);
  const { sum, x_next } = ops.mapAll(
    { sum: "grad_f + mu*(x - D_x)", x_next: "x - t*sum" },
    { grad_f, mu, x, D_x, t },
  );
  return { values: { x: x_next }, reports: {}, capped: null, saved: { values: { x, sum }, traces: {} } };
}

/** The vector-Jacobian product of `step`: cotangents of what it returns become those of what it reads. */
function stepAdjoint(
  ops: Operations,
  { t, mu, D, blur, downsample }: Known,
  { values: { x, sum } }: ReturnType<typeof stepSaving>["saved"],
  { x: x_next_bar }: State,
) {
  const minus_t_bar_each = ops.dot(sum, x_next_bar);
  const minus_t_bar = ops.sumSamples(minus_t_bar_each);
  const t_bar = ops.map("-minus_t_bar", { minus_t_bar });
  const { minus_sum_bar, minus_sum_bar_scaled } = ops.mapAll(
    { minus_sum_bar: "x_next_bar*t", minus_sum_bar_scaled: "minus_sum_bar*mu" },
    { x_next_bar, t, mu },
  );
  const D_back = ops.applyMapReverse(D, x, minus_sum_bar_scaled);
  const blur_v = ops.apply(blur, minus_sum_bar);
  const downsample_v = ops.apply(downsample, blur_v);
  const downsamplet_v = ops.applyAdjoint(downsample, downsample_v);
  const blurt_v = ops.applyAdjoint(blur, downsamplet_v);
  const x_bar = ops.map("x_next_bar - minus_sum_bar_scaled + D_back - blurt_v", {
    x_next_bar,
    minus_sum_bar_scaled,
    D_back,
    blurt_v,
  });
  return { state: { x: x_bar }, known: { t: t_bar } };
}

/** `stepAdjoint` for the inputs alone. */
function stepInputAdjoint(
  ops: Operations,
  { t, blur, downsample }: Known,
  _saved: unknown,
  { x: x_next_bar }: State,
) {
  const minus_sum_bar = ops.map("x_next_bar*t", { x_next_bar, t });
  const blur_v = ops.apply(blur, minus_sum_bar);
  const y_bar = ops.apply(downsample, blur_v);
  return { y: y_bar };
}

/** Super-resolution by RED (Romano, Elad, Milanfar, 2017): regularisation by denoising, steepest descent. */
export const superresolution_red = defineProgram<Known, State, Givens, Inputs>({
  name: "superresolution_red",
  doc: "Super-resolution by RED (Romano, Elad, Milanfar, 2017): regularisation by denoising, steepest descent.",
  hash: "eca650d94ec4c867ab9dd591ef6be843a1bc094b436d81b230e913707a72f7b2",
  sizes: [
    { name: "h", initial: null },
    { name: "w", initial: null },
    { name: "q", initial: 2 },
  ],
  spaces: [],
  givens: [
    {
      name: "kernel",
      type: { kind: "array", field: "real", dimensions: ["3", "3"] },
      initial: (ops) => {
        const coordinate = ops.coordinate(R(3, 3), 0);
        const coordinate_2 = ops.coordinate(R(3, 3), 1);
        const { exp, sum_exp } = ops.mapAll(
          { exp: "exp((square(coordinate) + square(coordinate_2))/-5.120000000000001)", sum_exp: "exp" },
          { coordinate, coordinate_2 },
          { sum_exp: "sum" },
        );
        return ops.map("exp/sum_exp", { exp, sum_exp });
      },
    },
    {
      name: "mu",
      type: { kind: "array", field: "real", dimensions: [] },
      interval: { low: 0, high: Infinity, lowOpen: true, highOpen: true },
      initial: (ops) => ops.number(0.02),
    },
    {
      name: "D",
      type: {
        kind: "map",
        domain: { kind: "array", field: "real", dimensions: ["h*q", "q*w"] },
        codomain: { kind: "array", field: "real", dimensions: ["h*q", "q*w"] },
      },
      properties: [{ name: "nonexpansive", bound: null }],
    },
  ],
  inputs: [{ name: "y", type: { kind: "array", field: "real", dimensions: ["h", "w"] } }],
  parameters: [
    {
      name: "t",
      type: { kind: "array", field: "real", dimensions: [] },
      initial: {
        kind: "value",
        evaluate: (ops, { downsample, blur, norm_downsample_blur, mu }) => {
          const norm_downsample = ops.norm(downsample);
          const norm_blur = ops.norm(blur);
          return ops.map("1/(square(min(norm_downsample*norm_blur, norm_downsample_blur)) + 2*mu)", {
            norm_downsample,
            norm_blur,
            norm_downsample_blur,
            mu,
          });
        },
      },
      interval: (ops, { downsample, blur, norm_downsample_blur, mu }) => {
        const low = ops.number(0);
        const norm_downsample = ops.norm(downsample);
        const norm_blur = ops.norm(blur);
        const high = ops.map("2/(square(min(norm_downsample*norm_blur, norm_downsample_blur)) + 2*mu)", {
          norm_downsample,
          norm_blur,
          norm_downsample_blur,
          mu,
        });
        return { low, high, lowOpen: true, highOpen: true };
      },
    },
  ],
  states: [
    {
      name: "x",
      type: { kind: "array", field: "real", dimensions: ["h*q", "q*w"] },
      assumedInterval: null,
      carried: true,
    },
  ],
  output: { type: { kind: "array", field: "real", dimensions: ["h*q", "q*w"] } },
  constants,
  prepare: null,
  initial: {
    run: initial,
    reverse: {
      save: (ops, known) => ({ ...initial(ops, known), saved: { values: {}, traces: {} } }),
      adjoint: null,
      stateAdjoint: null,
      inputAdjoint: initialInputAdjoint,
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
  target: { kind: "unrolled", steps: 10, beyond: "error" },
  certificate: {
    answer: "proved",
    algorithm: "gradient descent with a denoiser (RED)",
    statement:
      "the step is averaged, since t*norm(downsample(q)*blur(kernel, boundary = periodic))^2 + 2*t*mu stays below 2 and `D` is nonexpansive; the iterates converge to a fixed point, if there is one",
    conditions: ["t*(L + 2*mu) < 2", "`D` is nonexpansive", "a fixed point exists"],
  },
  notes: [],
  inputGradients: true,
});
