/**
 * Super-resolution by RED (Romano, Elad, Milanfar, 2017): regularisation by denoising, steepest descent.
 *
 * Compiled by ipc from superresolution_red.ipx: a solver of at most 500 steps.
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
  initial: { run: initial, reverse: null },
  step: { run: step, reverse: null },
  finish: { run: (_ops, _known, { x }) => ({ values: { output: x } }), reverse: null },
  objective: null,
  until,
  target: { kind: "solver", maximum: 500, every: 1, accelerate: null },
  certificate: {
    answer: "proved",
    algorithm: "gradient descent with a denoiser (RED)",
    statement:
      "the step is averaged, since t*norm(downsample(q)*blur(kernel, boundary = periodic))^2 + 2*t*mu stays below 2 and `D` is nonexpansive; the iterates converge to a fixed point, if there is one",
    conditions: ["t*(L + 2*mu) < 2", "`D` is nonexpansive", "a fixed point exists"],
  },
  notes: [],
});
