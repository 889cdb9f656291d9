import type { Block, Equation } from "../block.ts";
import { LANE_RULES, type LaneContext, type LaneOperation } from "./control.ts";
import { itemAt, type Item, type Lanes, type LanesOfValue, type LaneValue, type Setting } from "./lanes.ts";
import type { Operation, OperationAttributes } from "../operation.ts";
import { readBy } from "../variables.ts";
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
    const within = lanesOf(equation, lanes);
    const outputs = evaluateEquation(equation, lanes, within.count, setting);
    equation.outputs.forEach((output, i) => {
      const value = outputs[i];
      if (value === undefined) throw new Error(`${equation.operation} has no output ${i}`);
      lanes.bind(output, value, within);
    });
  }
  return lanes;
}

/** The lanes of an equation: those of the values that it reads, which between slices are more than those around. */
function lanesOf(equation: Equation, lanes: Lanes): LanesOfValue {
  for (const variable of readBy(equation)) {
    const value = variable.shared ? null : lanes.get(variable);
    if (value !== null && !value.shared)
      return { count: value.values.length, apart: lanes.isApart(variable) };
  }
  return { count: lanes.count, apart: equation.operation === "slices" };
}

function evaluateEquation(
  equation: Equation,
  lanes: Lanes,
  count: number,
  setting: Setting,
): readonly LaneValue[] {
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
    return [{ shared: false, values: Array.from({ length: count }, (_, lane) => inLane(lane)) }];
  }
  const context: LaneContext = {
    lanes: count === lanes.count ? lanes : lanes.sliced(count),
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
