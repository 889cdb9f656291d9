import type { ElementwiseFunction } from "../../runtime/arrays/expression.ts";
import type { Equation, EquationOf } from "../ir/block.ts";
import type { Operation } from "../ir/operation.ts";

/** When a result is 0 everywhere, by which inputs are, for finite numbers. */
type Rule = "never" | "first" | "second" | "third" | "any" | "all";

const FUNCTIONS: { readonly [F in ElementwiseFunction]: Rule | "choices" } = {
  add: "all",
  sub: "all",
  mul: "any",
  div: "first",
  pow: "never",
  neg: "first",
  abs: "first",
  conj: "first",
  real: "first",
  imag: "first",
  complex: "first",
  imaginary: "first",
  phase: "first",
  sign: "first",
  exp: "never",
  log: "never",
  sqrt: "first",
  square: "first",
  reciprocal: "never",
  tanh: "first",
  sigmoid: "never",
  softplus: "never",
  erf: "first",
  relu: "first",
  positive: "first",
  floor: "first",
  max: "all",
  min: "all",
  mod: "first",
  soft: "first",
  hard: "first",
  less: "never",
  lessEqual: "never",
  equal: "never",
  and: "any",
  or: "all",
  not: "never",
  pairNorm: "first",
  select: "choices",
};

const OPERATIONS: { readonly [P in Exclude<Operation, "constant" | "elementwise" | "solve">]: Rule } = {
  size: "never",
  coordinate: "never",
  fill: "first",
  fused: "never",
  product: "all",
  part: "first",
  sum: "first",
  maximum: "first",
  minimum: "first",
  dot: "any",
  norm2: "first",
  count: "never",
  cumulativeSum: "first",
  groupNorm: "first",
  channelMaximum: "first",
  sumTo: "first",
  sumSamples: "first",
  slices: "first",
  joinSlices: "first",
  repeatSlices: "first",
  sumSlices: "first",
  nuclearNorm: "first",
  shrinkSingular: "first",
  shrinkSingularGradient: "never",
  samples: "never",
  inTraining: "all",
  observed: "never",
  largest: "never",
  apply: "second",
  applyMap: "never",
  applyMapReverse: "third",
  rows: "first",
  placeRows: "first",
  applyRows: "third",
  rowNorms: "never",
  norm: "never",
  gram: "never",
  diagonalise: "never",
  composition: "never",
  library: "never",
  filteredBackprojection: "never",
  matvec: "any",
  outerSum: "any",
  materialise: "never",
  frobenius: "never",
  convolve: "any",
  convolveInput: "any",
  convolveFilter: "any",
  maxPool: "first",
  maxPoolGradient: "second",
  depthwise: "any",
  depthwiseInput: "any",
  depthwiseFilter: "any",
  shuffle: "first",
  unshuffle: "first",
  concat: "all",
  channels: "first",
  placeChannels: "first",
  extendImage: "first",
  foldImage: "first",
  padImage: "first",
  cropImage: "first",
  padImageTo: "first",
  reshape: "first",
  branch: "never",
  loop: "never",
  loopSaving: "never",
  loopAdjoint: "never",
  call: "never",
  stopGradient: "first",
  fixedPoint: "never",
};

/**
 * Whether an equation gives 0 everywhere, whatever stands in the inputs that are not known to be 0: products, linear
 * operators, shrinkages at 0, sums of zeros. M x = 0 has the solution 0.
 */
export function givesZero(equation: Equation, isZero: readonly boolean[]): boolean {
  switch (equation.operation) {
    case "constant":
      return equation.attributes.value === 0;
    case "solve":
      return isZero[0] === true;
    case "elementwise":
      return elementwiseGivesZero(equation, isZero);
    default:
      return holds(OPERATIONS[equation.operation], isZero);
  }
}

function elementwiseGivesZero(equation: EquationOf<"elementwise">, isZero: readonly boolean[]): boolean {
  const rule = FUNCTIONS[equation.attributes.function];
  return rule === "choices" ? holds("all", isZero.slice(1)) : holds(rule, isZero);
}

function holds(rule: Rule, isZero: readonly boolean[]): boolean {
  switch (rule) {
    case "never":
      return false;
    case "first":
      return isZero[0] === true;
    case "second":
      return isZero[1] === true;
    case "third":
      return isZero[2] === true;
    case "any":
      return isZero.includes(true);
    case "all":
      return isZero.length > 0 && !isZero.includes(false);
  }
}
