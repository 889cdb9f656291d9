import type { Block, Equation } from "../block.ts";
import { LANE_RULES, type LaneContext, type LaneOperation } from "./control.ts";
import { itemAt, type Item, type Lanes, type LaneValue, type Setting } from "./lanes.ts";
import type { Operation, OperationAttributes } from "../operation.ts";
import { SAMPLE_RULES, type SampleOperation } from "./rules.ts";

/**
 * The reference interpreter: the results of a block in double precision, by the definitions and without any regard
 * for speed. `inputs` are the values of its parameters; free variables are read from `outer`.
 */
export function evaluateBlock(
  block: Block,
  inputs: readonly LaneValue[],
  outer: Lanes,
  setting: Setting,
): readonly LaneValue[] {
  const lanes = runBlock(block, inputs, outer, setting);
  return block.results.map((result) => lanes.get(result));
}

/** The same, and all that the block defines. */
export function runBlock(block: Block, inputs: readonly LaneValue[], outer: Lanes, setting: Setting): Lanes {
  const lanes = outer.restricted(Array.from({ length: outer.count }, (_, lane) => lane));
  block.parameters.forEach((parameter, i) => {
    const value = inputs[i];
    if (value === undefined) throw new Error(`${parameter.name} has no value`);
    lanes.bind(parameter, value);
  });
  for (const equation of block.equations) {
    const outputs = evaluateEquation(equation, lanes, setting);
    equation.outputs.forEach((output, i) => {
      const value = outputs[i];
      if (value === undefined) throw new Error(`${equation.operation} has no output ${i}`);
      lanes.bind(output, value);
    });
  }
  return lanes;
}

function evaluateEquation(equation: Equation, lanes: Lanes, setting: Setting): readonly LaneValue[] {
  const inputs = equation.inputs.map((input) => lanes.get(input));
  const { operation, attributes } = equation;
  if (isSampleOperation(operation)) {
    const rule = SAMPLE_RULES[operation] as (
      attributes: OperationAttributes[Operation],
      inputs: readonly Item[],
      setting: Setting,
    ) => Item;
    const inLane = (lane: number): Item =>
      rule(
        attributes,
        inputs.map((input) => itemAt(input, lane)),
        setting,
      );
    if (inputs.every((input) => input.shared)) return [{ shared: true, value: inLane(0) }];
    return [{ shared: false, values: Array.from({ length: lanes.count }, (_, lane) => inLane(lane)) }];
  }
  const context: LaneContext = {
    lanes,
    outputs: equation.outputs,
    setting,
    evaluate: (block, values, outer) => evaluateBlock(block, values, outer, setting),
  };
  const rule = LANE_RULES[operation] as (
    attributes: OperationAttributes[Operation],
    inputs: readonly LaneValue[],
    context: LaneContext,
  ) => readonly LaneValue[];
  return rule(attributes, inputs, context);
}

function isSampleOperation(
  operation: Operation,
): operation is SampleOperation & Exclude<Operation, LaneOperation> {
  return Object.hasOwn(SAMPLE_RULES, operation);
}
