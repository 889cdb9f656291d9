import { RESULT_ENDINGS } from "../../runtime/arrays/expression.ts";
import type { Block, Variable } from "./block.ts";
import type { Operation, OperationAttributes } from "./operation.ts";
import type { FunctionLookup } from "./shape.ts";
import { freeVariables } from "./variables.ts";

/** Which outputs of an operation are the same for all samples of a batch. */
type SharingRule<P extends Operation> = (
  attributes: OperationAttributes[P],
  inputs: readonly Variable[],
  functions: FunctionLookup,
) => boolean | readonly boolean[];

/**
 * Which of `count` outputs are shared. As a rule, an output is shared if all that the operation reads is. Sums over
 * the samples are shared. Outputs of branches and loops follow the results of their blocks, and are shared only if
 * the condition is; those of a call follow the results of the function.
 */
export function outputSharing<P extends Operation>(
  operation: P,
  attributes: OperationAttributes[P],
  inputs: readonly Variable[],
  count: number,
  functions: FunctionLookup,
): readonly boolean[] {
  const rule: SharingRule<P> = SHARING_RULES[operation];
  const shared = rule(attributes, inputs, functions);
  return typeof shared === "boolean" ? Array.from({ length: count }, () => shared) : shared;
}

const ofInputs = (_: unknown, inputs: readonly Variable[]): boolean => inputs.every((input) => input.shared);
const always = (): boolean => true;
const unlessApart = ({ apart }: { readonly apart: boolean }, inputs: readonly Variable[]): boolean =>
  !apart || inputs.every((input) => input.shared);
const withMap = ({ map }: { readonly map: Block }, inputs: readonly Variable[]): boolean =>
  inputs.every((input) => input.shared) && freeVariables(map).every((variable) => variable.shared);
const looping: SharingRule<"loop"> = ({ condition, body }) => {
  const together = condition.results.every((result) => result.shared);
  return [...body.parameters.map((parameter) => together && parameter.shared), together];
};

const SHARING_RULES: { readonly [P in Operation]: SharingRule<P> } = {
  constant: always,
  size: always,
  coordinate: always,
  fill: ofInputs,
  elementwise: ofInputs,
  fused: ({ results, endings }, inputs) =>
    Object.keys(results).map((name) => {
      const ending = endings?.[name];
      return ofInputs(null, inputs) || (ending !== undefined && RESULT_ENDINGS[ending].over === "samples");
    }),
  product: ofInputs,
  part: ofInputs,
  sum: ofInputs,
  maximum: ofInputs,
  minimum: ofInputs,
  dot: ofInputs,
  norm2: ofInputs,
  count: ofInputs,
  cumulativeSum: ofInputs,
  groupNorm: ofInputs,
  channelMaximum: ofInputs,
  sumTo: ofInputs,
  sumSamples: always,
  slices: () => false,
  joinSlices: (_, [, like]) => like?.shared === true,
  repeatSlices: (_, [v]) => v?.shared === true,
  sumSlices: (_, [, like]) => like?.shared === true,
  nuclearNorm: ofInputs,
  shrinkSingular: ofInputs,
  shrinkSingularGradient: ofInputs,
  samples: always,
  inTraining: ofInputs,
  observed: (_, [x]) => x?.shared === true,
  largest: ofInputs,
  apply: ofInputs,
  applyMap: ofInputs,
  applyMapReverse: ofInputs,
  rows: ofInputs,
  placeRows: ofInputs,
  applyRows: ofInputs,
  rowNorms: ofInputs,
  norm: ofInputs,
  gram: ofInputs,
  diagonalise: ofInputs,
  composition: ofInputs,
  library: ofInputs,
  filteredBackprojection: ofInputs,
  matvec: ofInputs,
  outerSum: always,
  materialise: withMap,
  frobenius: withMap,
  solve: withMap,
  convolve: ofInputs,
  convolveInput: ofInputs,
  convolveFilter: unlessApart,
  maxPool: ofInputs,
  maxPoolGradient: ofInputs,
  depthwise: ofInputs,
  depthwiseInput: ofInputs,
  depthwiseFilter: unlessApart,
  shuffle: ofInputs,
  unshuffle: ofInputs,
  concat: ofInputs,
  channels: ofInputs,
  placeChannels: ofInputs,
  extendImage: ofInputs,
  foldImage: ofInputs,
  padImage: ofInputs,
  cropImage: ofInputs,
  padImageTo: ofInputs,
  reshape: ofInputs,
  branch: ({ whenTrue, whenFalse }, inputs) =>
    whenTrue.results.map(
      (result, i) => ofInputs(null, inputs) && result.shared && whenFalse.results[i]?.shared === true,
    ),
  loop: looping,
  loopSaving: (attributes, inputs, functions) => {
    const outputs = [looping(attributes, inputs, functions)].flat();
    return [...outputs, outputs.every((shared) => shared)];
  },
  loopAdjoint: ({ body, carried }, inputs) =>
    body.results.map((result, i) => result.shared && (i >= carried || inputs[0]?.shared === true)),
  call: (attributes, inputs, functions) => {
    const results = functions(attributes.function)?.body.results ?? [];
    return results.map((result) => result.shared || ofInputs(null, inputs));
  },
  stopGradient: ofInputs,
  fixedPoint: ({ step }, inputs) => withMap({ map: step }, inputs),
};
