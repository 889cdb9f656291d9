import type { Block, Equation, Variable } from "../ir/block.ts";
import type { Operation } from "../ir/operation.ts";
import { blocksOf, freeVariables } from "../ir/variables.ts";
import { isConstantAlmostEverywhere } from "./elementwise.ts";

/** Whether the outputs of an operation can change with its inputs so that a derivative shows it. */
const CARRIES: { readonly [P in Operation]: boolean } = {
  constant: false,
  size: false,
  coordinate: false,
  fill: true,
  elementwise: true,
  fused: true,
  product: true,
  part: true,
  sum: true,
  maximum: true,
  minimum: true,
  dot: true,
  norm2: true,
  count: false,
  cumulativeSum: true,
  groupNorm: true,
  channelMaximum: true,
  sumTo: true,
  sumSamples: true,
  slices: true,
  joinSlices: true,
  repeatSlices: true,
  sumSlices: true,
  nuclearNorm: true,
  shrinkSingular: true,
  shrinkSingularGradient: true,
  samples: false,
  inTraining: true,
  observed: true,
  largest: false,
  apply: true,
  applyMap: true,
  applyMapReverse: true,
  rows: true,
  placeRows: true,
  applyRows: true,
  rowNorms: true,
  norm: true,
  gram: true,
  diagonalise: true,
  composition: true,
  library: true,
  filteredBackprojection: true,
  matvec: true,
  outerSum: true,
  materialise: true,
  frobenius: true,
  solve: true,
  convolve: true,
  convolveInput: true,
  convolveFilter: true,
  maxPool: true,
  maxPoolGradient: true,
  depthwise: true,
  depthwiseInput: true,
  depthwiseFilter: true,
  shuffle: true,
  unshuffle: true,
  concat: true,
  channels: true,
  placeChannels: true,
  extendImage: true,
  foldImage: true,
  padImage: true,
  cropImage: true,
  padImageTo: true,
  reshape: true,
  branch: true,
  loop: true,
  loopSaving: true,
  loopAdjoint: true,
  call: true,
  stopGradient: false,
  fixedPoint: true,
};

/** Adds to `varied` the variables of a straight line of equations that depend on those in it. */
export function markVaried(equations: readonly Equation[], varied: Set<Variable>): void {
  for (const equation of equations) {
    variedOutputs(equation, varied).forEach((is, i) => {
      const output = equation.outputs[i];
      if (is && output !== undefined) varied.add(output);
    });
  }
}

function variedOutputs(equation: Equation, varied: ReadonlySet<Variable>): readonly boolean[] {
  const all = (is: boolean): readonly boolean[] => equation.outputs.map(() => is);
  const reads = (): boolean =>
    equation.inputs.some((input) => varied.has(input)) ||
    blocksOf(equation).some((block) => freeVariables(block).some((variable) => varied.has(variable)));
  switch (equation.operation) {
    case "elementwise":
      return all(!isConstantAlmostEverywhere(equation.attributes.function) && reads());
    case "branch": {
      const { whenTrue, whenFalse } = equation.attributes;
      const sides = [variedResults(whenTrue, varied), variedResults(whenFalse, varied)];
      return equation.outputs.map((_, i) => sides.some((side) => side[i] === true));
    }
    case "loop":
    case "loopSaving": {
      const carried = variedCarried(
        equation.attributes.body,
        equation.inputs.map((input) => varied.has(input)),
        varied,
      );
      return equation.outputs.map((_, i) => carried[i] === true);
    }
    default:
      return all(CARRIES[equation.operation] && reads());
  }
}

/** Which carried values of a loop are varied, given those that are when it begins. */
export function variedCarried(
  body: Block,
  initially: readonly boolean[],
  varied: ReadonlySet<Variable>,
): readonly boolean[] {
  const inside = new Set(varied);
  body.parameters.forEach((parameter, i) => {
    if (initially[i] === true) inside.add(parameter);
  });
  const after = variedResults(body, inside);
  const joined = initially.map((is, i) => is || after[i] === true);
  return joined.some((is, i) => is !== initially[i]) ? variedCarried(body, joined, varied) : joined;
}

function variedResults(block: Block, varied: ReadonlySet<Variable>): readonly boolean[] {
  const inside = new Set(varied);
  markVaried(block.equations, inside);
  return block.results.map((result) => inside.has(result));
}
