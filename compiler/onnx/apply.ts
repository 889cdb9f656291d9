import type { IrBuilder } from "../ir/build.ts";
import type { Variable } from "../ir/block.ts";
import { ShapeFault } from "../ir/align.ts";
import { spaceOf } from "../ir/spaces.ts";
import { constant, constantValue } from "../types/dimension.ts";
import { arraySpace, equalSpaces, type Space, spaceText } from "../types/space.ts";
import { OnnxFault } from "./fault.ts";
import type { OnnxNetwork, OnnxNode } from "./network.ts";
import { type Flow, imageFlow, NodePlace, type WeightPlaces } from "./place.ts";
import { ONNX_RULES } from "./rules.ts";

/** More channels than any network of images has: joining what was joined before doubles them each time. */
const MOST_CHANNELS = 65_536;

/**
 * The equations of a network of a file on its inputs; its result has so many `axes`.
 * @throws OnnxFault where an operator has no rule for its settings, or the sizes do not fit
 */
export function applyOnnx(
  b: IrBuilder,
  network: OnnxNetwork,
  inputs: readonly Variable[],
  axes: number,
  places: WeightPlaces,
): Variable {
  if (inputs.length !== network.inputs.length) {
    throw new OnnxFault("type", `It takes ${network.inputs.length} arrays.`);
  }
  const values = new Map<string, Flow>();
  for (const [name, tensor] of network.initialisers) values.set(name, { kind: "tensor", tensor });
  network.inputs.forEach((name, index) => {
    const input = inputs[index];
    if (input !== undefined) values.set(name, flowOf(b, input));
  });
  const weights = new Map<string, Variable>();
  for (const node of network.nodes) {
    const [output] = node.outputs;
    if (output === undefined) continue;
    const given = node.inputs.map((name) => values.get(name) ?? null);
    values.set(output, applied(new NodePlace(b, node, given, places, weights), node));
  }
  const last = values.get(network.output);
  if (last === undefined || last.kind === "tensor")
    throw new OnnxFault("file", "Its output is computed by no node.");
  if (last.kind === "vector" && last.flattened !== null) {
    throw new OnnxFault("type", "It gives the entries of an image in the order of PyTorch.");
  }
  return shapedAs(b, last.variable, axes);
}

function flowOf(b: IrBuilder, input: Variable): Flow {
  const space = spaceOf(input);
  const axes = space.kind === "array" && space.element === "real" ? space.dimensions : null;
  if (axes?.length === 1) return { kind: "vector", variable: input, flattened: null };
  if (axes?.length === 3) return imageFlow(input);
  if (axes?.length === 2) return imageFlow(b.reshape(input, arraySpace("real", [...axes, constant(1)])));
  throw new OnnxFault(
    "type",
    `It takes images R[h, w], R[h, w, c] and vectors R[n], not ${spaceText(space)}.`,
  );
}

function applied(place: NodePlace, node: OnnxNode): Flow {
  try {
    const flow = ONNX_RULES[node.operator](place);
    if (flow.kind === "tensor") return flow;
    const space = spaceOf(flow.variable);
    const channels = space.kind === "array" ? space.dimensions.at(-1) : undefined;
    if (channels !== undefined && (constantValue(channels) ?? 0) > MOST_CHANNELS) {
      throw place.fault(`It gives more than ${MOST_CHANNELS} channels.`);
    }
    return flow;
  } catch (error) {
    if (error instanceof ShapeFault) throw place.fault(`Its arrays do not fit: ${error.message}.`);
    throw error;
  }
}

/** An image as one without channels, and the one entry of a vector as a number, where that is wanted. */
function shapedAs(b: IrBuilder, variable: Variable, axes: number): Variable {
  const own = spaceOf(variable);
  if (own.kind !== "array") throw new OnnxFault("type", `It gives ${spaceText(own)}.`);
  const last = own.dimensions.at(-1);
  const drops = own.dimensions.length === axes + 1 && last !== undefined && constantValue(last) === 1;
  const space = drops ? arraySpace("real", own.dimensions.slice(0, -1)) : own;
  if (space.dimensions.length !== axes) {
    throw new OnnxFault("type", `It gives ${spaceText(own)}.`);
  }
  return drops ? b.reshape(variable, space) : variable;
}

/**
 * Whether a network takes and gives what a type says.
 * @throws OnnxFault
 */
export function checkOnnx(
  b: IrBuilder,
  network: OnnxNetwork,
  inputs: readonly Variable[],
  result: Space,
): void {
  const counts = new Map<string, number>();
  const places: WeightPlaces = {
    layer: (sort) => {
      const count = (counts.get(sort) ?? 0) + 1;
      counts.set(sort, count);
      return `${sort}${count}`;
    },
    weight: (layer, role, dimensions) => ({
      name: `${layer}_${role}`,
      type: { kind: "value", space: arraySpace("real", dimensions) },
      shared: true,
    }),
  };
  if (result.kind !== "array") throw new OnnxFault("type", "It gives one array.");
  const own = spaceOf(applyOnnx(b, network, inputs, result.dimensions.length, places));
  if (!equalSpaces(own, result)) throw new OnnxFault("type", `It gives ${spaceText(own)}.`);
}
