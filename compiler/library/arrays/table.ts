import type { ARRAY_NAMES } from "../names.ts";
import { batch, index, normal, rademacher, uniform } from "./draws.ts";
import { abs, clip, conj, exp, log, max, min, phase, relu, sigmoid, sign, sqrt, tanh } from "./entrywise.ts";
import { array, image, matrix, sparse } from "./files.ts";
import { channel, concat, diskKernel, gaussianKernel, mod, motionKernel, ones, pi } from "./images.ts";
import { consecutive, interleaved } from "./indexSets.ts";
import { dot, lip, maximum, mean, minimum, norm, rowNorms, sum } from "./reductions.ts";
import { choose, hard, soft, softSelect, stopGradient } from "./selection.ts";
import type { ArraySignature } from "./signature.ts";
import { change, derivative, each, proj, prox, solve } from "./solvers.ts";

export type ArrayName = (typeof ARRAY_NAMES)[number];

/** The signatures of all names for numbers and arrays. */
export const ARRAYS: { readonly [N in ArrayName]: ArraySignature } = {
  dot,
  sum,
  mean,
  maximum,
  minimum,
  norm,
  lip,
  row_norms: rowNorms,
  abs,
  conj,
  phase,
  exp,
  log,
  sqrt,
  sign,
  relu,
  tanh,
  sigmoid,
  max,
  min,
  clip,
  soft,
  hard,
  soft_select: softSelect,
  choose,
  stop_gradient: stopGradient,
  ones,
  concat,
  channel,
  mod,
  pi,
  gaussian_kernel: gaussianKernel,
  motion_kernel: motionKernel,
  disk_kernel: diskKernel,
  index,
  batch,
  normal,
  uniform,
  rademacher,
  array,
  image,
  matrix,
  sparse,
  prox,
  proj,
  solve,
  change,
  derivative,
  each,
  interleaved,
  consecutive,
};
