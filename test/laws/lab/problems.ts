import type { Operations } from "../../../runtime/arrays/operations.ts";
import { C, R } from "../../../runtime/arrays/spaces.ts";
import type { Space } from "../../../runtime/arrays/value.ts";
import { hostArray, realArray, stack, type HostArray } from "../../../runtime/io/hostArray.ts";
import { compose, hstack } from "../../../runtime/operators/algebra/algebra.ts";
import { matrixOperator } from "../../../runtime/operators/matrices/matrix.ts";
import type { Operator } from "../../../runtime/operators/operator.ts";
import type { Data } from "../../../runtime/program/datum.ts";
import { upload } from "../../../runtime/program/transfer.ts";
import { stream, type RandomStream } from "../../../runtime/random/stream.ts";
import type { Edit } from "./compiled.ts";
import { denoiser } from "./denoiser.ts";

/** A program with data of small sizes, drawn by a seed. */
export interface Problem {
  /** of the file, and what is special about the data */
  readonly name: string;
  readonly program: string;
  readonly edits: readonly Edit[];
  readonly sizes: Readonly<Record<string, number>>;
  readonly givens: (operations: Operations, seed: number) => Data | Promise<Data>;
  /** the samples of these numbers, on the first axis */
  readonly inputs: (operations: Operations, seed: number, samples: readonly number[]) => Data;
}

export const SAMPLES: readonly number[] = [0, 1, 2];
const [M, N] = [6, 9];
const [H, W] = [4, 6];
const SMALL_DNCNN: Edit = ["depth = 17, width = 64", "depth = 5, width = 4"];
/** Fewer layers: with five, some neuron of `de_grad` sees zeros alone, and stands on the kink of relu. */
const SHALLOW_DNCNN: Edit = ["depth = 17, width = 64", "depth = 3, width = 4"];
const EXACT_SOLVE: Edit = ["tol = 1e-6, max = 50", "tol = 1e-13, max = 90"];
const SMALL_DENOISER: Edit = ["dncnn17(width = 64)", "dncnn17(depth = 3, width = 4)"];
/** Three channels in the place of 32. */
export const SMALL_ISTA_NET_PLUS: readonly Edit[] = [
  ["R[h, w, 32]     per step = conv(32", "R[h, w, 3] per step = conv(3"],
  [
    "H     : net R[h, w, 32] -> R[h, w, 32] per step = ista_transform(width = 32)",
    "H : net R[h, w, 3] -> R[h, w, 3] per step = ista_transform(width = 3)",
  ],
  [
    "B     : net R[h, w, 32] -> R[h, w, 32] per step = ista_transform(width = 32)",
    "B : net R[h, w, 3] -> R[h, w, 3] per step = ista_transform(width = 3)",
  ],
  ["G     : net R[h, w, 32]", "G : net R[h, w, 3]"],
];
const SMALL_UNET: Edit = ["levels = 3, width = 32", "levels = 2, width = 3"];

function numbers(
  random: RandomStream,
  shape: readonly number[],
  entry = (x: number): number => x,
): HostArray {
  const length = shape.reduce((count, extent) => count * extent, 1);
  return realArray(
    shape,
    Float64Array.from({ length }, () => Math.fround(entry(random.normal()))),
  );
}

function complexNumbers(random: RandomStream, shape: readonly number[]): HostArray {
  const length = shape.reduce((count, extent) => count * extent, 2);
  return hostArray(
    "complex",
    shape,
    Float64Array.from({ length }, () => Math.fround(random.normal())),
  );
}

function gaussian(random: RandomStream, rows: number, columns: number): HostArray {
  return numbers(random, [rows, columns], (x) => x / Math.sqrt(rows));
}

/** Some pixels are lost, the others weighted: not a projection, after which one step would be the last. */
function mask(operations: Operations, random: RandomStream, space: Space): Operator {
  const pattern = numbers(random, [H, W], (x) => (x > -0.3 ? Math.min(1, 0.5 + Math.abs(x)) : 0));
  return operations.library("mask", {}, space, [upload(operations, pattern, false)]);
}

/** A batch: each sample is drawn for itself, one a little larger than the one before. */
function batch(
  seed: number,
  name: string,
  samples: readonly number[],
  draw: (random: RandomStream) => HostArray,
): HostArray {
  const drawn = samples.map((sample) => {
    const { field, shape, data } = draw(stream(seed, name, sample));
    return { field, shape, data: data.map((entry) => entry * 1.5 ** sample) };
  });
  const [first] = drawn;
  if (first === undefined) throw new Error("a batch without samples");
  const data = Float64Array.from(drawn.flatMap((each) => [...each.data]));
  return hostArray(first.field, [drawn.length, ...first.shape], data);
}

/** A small binomial blur, of norm 1. */
function blur(operations: Operations): Operator {
  const row = [0.25, 0.5, 0.25];
  const kernel = realArray([3, 3], Float64Array.from(row.flatMap((a) => row.map((b) => a * b))));
  return operations.library("blur", {}, R(H, W), [upload(operations, kernel, false)]);
}

/** y : R[M], measured through a Gaussian matrix. */
function measured(_operations: Operations, seed: number, samples: readonly number[]): Data {
  return { y: batch(seed, "y", samples, (random) => numbers(random, [M])) };
}

function matrix(_operations: Operations, seed: number): Data {
  return { A: gaussian(stream(seed, "A"), M, N) };
}

function onVectors(program: string, givens: Data = {}, edits: readonly Edit[] = []): Problem {
  const all = (operations: Operations, seed: number): Data => ({ ...matrix(operations, seed), ...givens });
  return { name: program, program, edits, sizes: {}, givens: all, inputs: measured };
}

/** So many entries that a share of one percent is more than none. */
function onManyEntries(program: string): Problem {
  return {
    ...onVectors(program),
    givens: (_operations, seed) => ({ A: gaussian(stream(seed, "A"), 2 * M, 20 * N) }),
    inputs: (_operations, seed, samples) => ({
      y: batch(seed, "y", samples, (random) => numbers(random, [2 * M])),
    }),
  };
}

/** Partial Fourier data: A = mask(P)*fourier on C[H, W]. */
function onComplexImages(program: string, givens: Data = {}, edits: readonly Edit[] = []): Problem {
  return {
    name: `${program}, complex`,
    program,
    edits,
    sizes: {},
    givens: (operations, seed) => {
      const fourier = operations.library("fourier", {}, C(H, W), []);
      return { A: compose(mask(operations, stream(seed, "A"), C(H, W)), fourier), ...givens };
    },
    inputs: (_operations, seed, samples) => ({
      y: batch(seed, "y", samples, (random) => complexNumbers(random, [H, W])),
    }),
  };
}

/** The unknown is a pair: A = hstack(B, C). */
function onPairs(program: string, givens: Data = {}): Problem {
  return {
    name: `${program}, pairs`,
    program,
    edits: [],
    sizes: {},
    givens: (operations, seed) => {
      const random = stream(seed, "A");
      const part = (columns: number): Operator =>
        matrixOperator(operations, gaussian(random, M, columns), { domain: R(columns), codomain: R(M) });
      return { A: hstack(part(5), part(4)), ...givens };
    },
    inputs: measured,
  };
}

/** Images measured through a Gaussian matrix. */
function onMeasuredImages(program: string, edits: readonly Edit[]): Problem {
  return {
    ...onVectors(program, {}, edits),
    givens: (operations, seed) => ({
      A: matrixOperator(operations, gaussian(stream(seed, "A"), M, H * W), {
        domain: R(H, W),
        codomain: R(M),
      }),
    }),
  };
}

/** Blurred images behind a mask. */
function onImages(program: string, edits: readonly Edit[] = [], givens: Data = {}): Problem {
  return {
    name: program,
    program,
    edits,
    sizes: {},
    givens: (operations, seed) => {
      const masked = mask(operations, stream(seed, "A"), R(H, W));
      return { A: compose(masked, blur(operations)), ...givens };
    },
    inputs: (_operations, seed, samples) => ({
      y: batch(seed, "y", samples, (random) => numbers(random, [H, W])),
    }),
  };
}

/** Weighted images: the data term is so strongly convex that a step with any denoiser of residual 0.9 contracts. */
export function onWeightedImages(program: string, givens: Data = {}, edits: readonly Edit[] = []): Problem {
  return {
    ...onImages(program, edits),
    givens: (operations, seed) => {
      const pattern = numbers(stream(seed, "A"), [H, W], (x) => 0.8 + 0.2 / (1 + x * x));
      return { A: operations.library("mask", {}, R(H, W), [upload(operations, pattern, false)]), ...givens };
    },
  };
}

/** Real images with Fourier data: the operator's complex domain is restricted by its declaration. */
function onFourierImages(program: string, edits: readonly Edit[] = [], givens: Data = {}): Problem {
  return {
    ...onImages(program, edits, givens),
    name: `${program}, Fourier data`,
    givens: (operations, seed) => {
      const fourier = operations.library("fourier", {}, C(H, W), []);
      return { A: compose(mask(operations, stream(seed, "A"), C(H, W)), fourier), ...givens };
    },
    inputs: (_operations, seed, samples) => ({
      y: batch(seed, "y", samples, (random) => complexNumbers(random, [H, W])),
    }),
  };
}

/** Blurred images behind masks: every sample has a mask of its own. */
function withMaskOfItsOwn(program: string, edits: readonly Edit[]): Problem {
  return {
    name: program,
    program,
    edits,
    sizes: { h: H, w: W },
    givens: () => ({ lambda: 0.3 }),
    inputs: (operations, seed, samples) => {
      const binary = (x: number): number => (x > -0.3 ? 1 : 0);
      const patterns = samples.map((sample) => numbers(stream(seed, "mask", sample), [H, W], binary));
      const all = realArray(
        [samples.length, H, W],
        Float64Array.from(patterns.flatMap(({ data }) => [...data])),
      );
      const masks = operations.library("mask", {}, R(H, W), [upload(operations, all, true)]);
      const y = batch(seed, "y", samples, (random) => numbers(random, [H, W]));
      return { A: compose(masks, blur(operations)), y };
    },
  };
}

/** Multi-coil data: every sample has maps and a pattern of its own. */
function onCoils(program: string, givens: Data = {}, edits: readonly Edit[] = []): Problem {
  const shape = [H, W, 2];
  return {
    name: program,
    program,
    edits,
    sizes: { h: H, w: W, c: 2 },
    givens: () => givens,
    inputs: (_operations, seed, samples) => ({
      S: batch(seed, "S", samples, (random) => complexNumbers(random, shape)),
      P: stack(
        samples.map((sample) => numbers(stream(seed, "P", sample), [H, W], (x) => (x > -0.3 ? 1 : 0))),
      ),
      y: batch(seed, "y", samples, (random) => complexNumbers(random, shape)),
    }),
  };
}

/** Partial Fourier data of complex images, where every sample has a pattern of its own. */
function withPatterns(program: string, edits: readonly Edit[]): Problem {
  return {
    name: program,
    program,
    edits,
    sizes: { h: H, w: W },
    givens: () => ({}),
    inputs: (_operations, seed, samples) => ({
      P: stack(
        samples.map((sample) => numbers(stream(seed, "P", sample), [H, W], (x) => (x > -0.3 ? 1 : 0))),
      ),
      y: batch(seed, "y", samples, (random) => complexNumbers(random, [H, W])),
    }),
  };
}

/** The program's given map is a small DnCNN, on images of every size. */
function withDenoiser(problem: Problem): Problem {
  const givens = async (operations: Operations, seed: number): Promise<Data> => ({
    ...(await problem.givens(operations, seed)),
    D: await denoiser(operations, seed, [SMALL_DENOISER]),
  });
  return { ...problem, givens };
}

/** Every sample has a level of noise of its own. */
function withLevels(problem: Problem): Problem {
  return {
    ...problem,
    inputs: (operations, seed, samples) => ({
      ...problem.inputs(operations, seed, samples),
      sigma: batch(seed, "sigma", samples, () => realArray([], Float64Array.of(0.4))),
    }),
  };
}

/** Every program that is compiled, on data for which it makes sense. */
export const PROBLEMS: readonly Problem[] = [
  onVectors("landweber", { delta: 0.1 }),
  onComplexImages("landweber"),
  onVectors("kaczmarz", { delta: 0.1 }),
  onVectors("sgd", {}, [["b = 8", "b = 4"]]),
  onVectors("gradient_descent_tikhonov", { alpha: 0.2 }),
  onVectors("ista"),
  onComplexImages("ista", { lambda: 0.3 }),
  onPairs("ista"),
  onVectors("fista"),
  onComplexImages("fista"),
  onPairs("fista"),
  onVectors("fista_backtracking"),
  onComplexImages("fista_backtracking", { lambda: 0.3 }),
  onVectors("admm_lasso", {}, [EXACT_SOLVE]),
  onComplexImages("admm_lasso", {}, [EXACT_SOLVE]),
  onImages("tv_chambolle_pock"),
  onFourierImages("tv_chambolle_pock"),
  onCoils("mri_multicoil_tv", { lambda: 0.1 }),
  onCoils("modl", {}, [
    ["depth = 5, width = 64", "depth = 3, width = 4"],
    ["tol = 1e-6, max = 10", "tol = 1e-13, max = 90"],
  ]),
  onCoils("varnet", {}, [
    ["unet(levels = 4, width = 18)", "dncnn(depth = 3, width = 4)"],
    ["per step = 1", "per step = 0.2"],
  ]),
  // no identity at first, with which K would have no gradient
  onCoils("variational_network", {}, [
    ["C[h, w, 24] per step = convolution(24, kernel = 11", "C[h, w, 2] per step = convolution(2, kernel = 3"],
    [
      "net C[h, w, 24] -> C[h, w, 24] per step = spline(31, range = 1)",
      "net C[h, w, 2] -> C[h, w, 2] per step = spline(7, range = 1) |> tanh",
    ],
    ["per step = 1", "per step = 0.2"],
  ]),
  // no identity at first, with which b would stay 0
  withPatterns("admm_net", [
    ["C[h, w, 8] per step = convolution(8, kernel = 5", "C[h, w, 2] per step = convolution(2, kernel = 3"],
    [
      "net C[h, w, 8] -> C[h, w, 8] per step = piecewise_linear(points = 101, range = 1)",
      "net C[h, w, 2] -> C[h, w, 2] per step = piecewise_linear(points = 7, range = 1) |> tanh",
    ],
    ["state b : C[h, w, 8]", "state b : C[h, w, 2]"],
    ["state z : C[h, w, 8]", "state z : C[h, w, 2]"],
    ["A'*y + rho*H'*(z - b))", "A'*y + rho*H'*(z - b), by = cg(tol = 1e-13, max = 90))"],
  ]),
  onImages("admm_tv", [EXACT_SOLVE]),
  onImages("condat_vu"),
  onFourierImages("condat_vu"),
  onImages("davis_yin"),
  onImages("tv_proximal", [["tol = 1e-6, max = 100", "tol = 1e-13, max = 25"]]),
  onImages("tgv"),
  onImages("de_admm", [
    ["depth = 17, width = 64", "depth = 3, width = 4"],
    ["tol = 1e-6, max = 30", "tol = 1e-13, max = 90"],
  ]),
  withDenoiser(onImages("pnp_admm", [["tol = 1e-6, max = 50", "tol = 1e-13, max = 30"]])),
  onImages("gradient_step_pnp", [
    ["levels = 4, width = 64, blocks = 2", "levels = 2, width = 3, blocks = 1"],
    EXACT_SOLVE,
    EXACT_SOLVE,
  ]),
  withDenoiser({
    ...onImages("superresolution_red", [
      ["q = 4", "q = 2"],
      ["R[7, 7] = gaussian_kernel(7", "R[3, 3] = gaussian_kernel(3"],
    ]),
    sizes: { h: H / 2, w: W / 2 },
    givens: () => ({ mu: 0.2 }),
    inputs: (_operations, seed, samples) => ({
      y: batch(seed, "y", samples, (random) => numbers(random, [H / 2, W / 2])),
    }),
  }),
  onImages("equilibrium_tikhonov", [["depth = 7, width = 32", "depth = 3, width = 4"]]),
  onMeasuredImages("ista_net", [
    [
      "net R[h, w] -> R[h, w, 32] per step = ista_transform(width = 32)",
      "net R[h, w] -> R[h, w, 3] per step = ista_transform(width = 3)",
    ],
    [
      "net R[h, w, 32] -> R[h, w] per step = ista_transform(width = 32)",
      "net R[h, w, 3] -> R[h, w] per step = ista_transform(width = 3)",
    ],
  ]),
  onMeasuredImages("ista_net_plus", SMALL_ISTA_NET_PLUS),
  {
    // thresholds of about 0.007, so that some entries pass, and no kink of relu
    ...onImages("deep_ksvd", [
      [
        "dense(128) |> relu |> dense(64) |> relu |> dense(32) |> relu |> dense(1)",
        "dense(4) |> tanh |> dense(1)",
      ],
    ]),
    sizes: { h: H, w: W, p: 3, atoms: 5 },
    givens: () => ({}),
  },
  onVectors("learned_fista"),
  onVectors("lista"),
  onVectors("lista_cp"),
  onVectors("tilista"),
  onManyEntries("lista_cpss"),
  onManyEntries("alista"),
  onImages("de_grad", [SHALLOW_DNCNN]),
  onFourierImages("de_grad", [SHALLOW_DNCNN]),
  onImages("de_prox", [SMALL_DNCNN]),
  onWeightedImages("model_adaptation", { t: 0.02 }),
  onVectors("refined_ista", { tau: 0.05 }),
  withLevels(
    onImages("hyper_prox", [
      ["dense(16)", "dense(3)"],
      ["depth = 5, width = 16", "depth = 2, width = 2"],
    ]),
  ),
  onVectors("newton", {}, [["tol = 1e-6, max = 100", "tol = 1e-13, max = 90"]]),
  onVectors("levenberg_marquardt", {}, [EXACT_SOLVE]),
  {
    ...onVectors("sgp"),
    givens: (_operations, seed) => ({ A: numbers(stream(seed, "A"), [N, M], (x) => Math.abs(x)) }),
    inputs: (_operations, seed, samples) => ({
      y: batch(seed, "y", samples, (random) => numbers(random, [N], Math.abs)),
    }),
  },
  {
    ...onVectors("osem", {}, [["parts = 8, part = mod(k, 8)", "parts = 3, part = mod(k, 3)"]]),
    givens: (_operations, seed) => ({ A: numbers(stream(seed, "A"), [M, N], (x) => 0.1 + Math.abs(x)) }),
    inputs: (_operations, seed, samples) => ({
      y: batch(seed, "y", samples, (random) => numbers(random, [M], (x) => 0.1 + Math.abs(x))),
    }),
  },
  withMaskOfItsOwn("sgp_drs_step", [SMALL_UNET]),
  withMaskOfItsOwn("sgp_drs_diag", [SMALL_UNET]),
  withMaskOfItsOwn("sgp_drs_plus", [SMALL_UNET]),
];

/** The problem of that name. */
export function problem(name: string): Problem {
  const found = PROBLEMS.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no problem ${name}`);
  return found;
}

/** More data than unknowns, so that the data term is strongly convex. */
export function tall(program: string, edits: readonly Edit[] = []): Problem {
  return {
    ...onVectors(program, {}, edits),
    name: `${program}, strongly convex`,
    givens: (_operations, seed) => ({ A: gaussian(stream(seed, "tall"), 3 * M, M) }),
    inputs: (_operations, seed, samples) => ({
      y: batch(seed, "y", samples, (random) => numbers(random, [3 * M])),
    }),
  };
}
