import type { Block, Variable } from "./block.ts";
import type { Operation, OperationAttributes } from "./operation.ts";
import { freeVariables } from "./variables.ts";

/** Which outputs of an operation are the same for all samples of a batch. */
type SharingRule<P extends Operation> = (
  attributes: OperationAttributes[P],
  inputs: readonly Variable[],
) => boolean | readonly boolean[];

/**
 * Which of `count` outputs are shared. As a rule, an output is shared if all that the operation reads is. Sums over
 * the samples are shared. Outputs of branches and loops follow the results of their blocks, and are shared only if
 * the condition is.
 */
export function outputSharing<P extends Operation>(
  operation: P,
  attributes: OperationAttributes[P],
  inputs: readonly Variable[],
  count: number,
): readonly boolean[] {
  const rule: SharingRule<P> = SHARING_RULES[operation];
  const shared = rule(attributes, inputs);
  return typeof shared === "boolean" ? Array.from({ length: count }, () => shared) : shared;
}

const ofInputs = (_: unknown, inputs: readonly Variable[]): boolean => inputs.every((input) => input.shared);
const always = (): boolean => true;
const withMap = ({ map }: { readonly map: Block }, inputs: readonly Variable[]): boolean =>
  inputs.every((input) => input.shared) && freeVariables(map).every((variable) => variable.shared);
const looping: SharingRule<"loop"> = ({ condition, body }) => {
  const together = condition.results.every((result) => result.shared);
  return [...body.parameters.map((parameter) => together && parameter.shared), together];
};

const SHARING_RULES: { readonly [P in Operation]: SharingRule<P> } = {
  constant: always,
  size: always,
  fill: ofInputs,
  elementwise: ofInputs,
  fused: ofInputs,
  product: ofInputs,
  part: ofInputs,
  sum: ofInputs,
  maximum: ofInputs,
  minimum: ofInputs,
  dot: ofInputs,
  norm2: ofInputs,
  count: ofInputs,
  groupNorm: ofInputs,
  sumTo: ofInputs,
  sumSamples: always,
  largest: ofInputs,
  apply: ofInputs,
  norm: ofInputs,
  library: ofInputs,
  matvec: ofInputs,
  outerSum: always,
  materialise: withMap,
  solve: withMap,
  convolve: ofInputs,
  convolveInput: ofInputs,
  convolveFilter: always,
  maxPool: ofInputs,
  maxPoolGradient: ofInputs,
  concat: ofInputs,
  channels: ofInputs,
  placeChannels: ofInputs,
  padImage: ofInputs,
  cropImage: ofInputs,
  padImageTo: ofInputs,
  reshape: ofInputs,
  branch: ({ whenTrue, whenFalse }, inputs) =>
    whenTrue.results.map(
      (result, i) => ofInputs(null, inputs) && result.shared && whenFalse.results[i]?.shared === true,
    ),
  loop: looping,
  loopSaving: (attributes, inputs) => {
    const outputs = [looping(attributes, inputs)].flat();
    return [...outputs, outputs.every((shared) => shared)];
  },
  loopAdjoint: ({ body, carried }, inputs) =>
    body.results.map((result, i) => result.shared && (i >= carried || inputs[0]?.shared === true)),
  call: ofInputs,
  stopGradient: ofInputs,
};
