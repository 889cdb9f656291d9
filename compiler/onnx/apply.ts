import { IrBuilder } from "../ir/build.ts";
import type { Variable } from "../ir/block.ts";
import { ShapeFault } from "../ir/align.ts";
import { spaceOf } from "../ir/spaces.ts";
import { constant, constantValue, text } from "../types/dimension.ts";
import { arraySpace, equalSpaces, type Space, spaceText } from "../types/space.ts";
import { OnnxFault } from "./fault.ts";
import type { RawInput } from "./decode.ts";
import type { OnnxNetwork, OnnxNode } from "./network.ts";
import {
  type Flow,
  imageFlow,
  NodePlace,
  type Shape,
  shapeOfFlow,
  sizesOfImage,
  tensorFlow,
  type WeightPlaces,
} from "./place.ts";
import { ONNX_RULES } from "./rules.ts";

/** More channels than any network of images has: joining what was joined before doubles them each time. */
const MOST_CHANNELS = 65_536;

/** Sizes that nobody knows are multiples of this, so that networks can halve them. */
const MADE_UP = 64;

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
  const examples = exampleShapes(network, inputs);
  const last = flowsOf(b, network, inputs, places, examples).get(network.output);
  if (last === undefined || last.kind === "tensor")
    throw new OnnxFault("file", "Its output is computed by no node.");
  if (last.kind === "view" || last.kind === "last") {
    throw new OnnxFault("type", "It gives neither an image [1, c, h, w] nor a vector [1, n].");
  }
  if (last.kind === "vector" && last.flattened !== null) {
    throw new OnnxFault("type", "It gives the entries of an image in the order of PyTorch.");
  }
  return shapedAs(b, last.variable, axes);
}

/** All values of a network by their names. */
function flowsOf(
  b: IrBuilder,
  network: OnnxNetwork,
  inputs: readonly Variable[],
  places: WeightPlaces,
  examples: ReadonlyMap<string, Shape>,
): ReadonlyMap<string, Flow> {
  const values = new Map<string, Flow>();
  for (const [name, tensor] of network.initialisers) values.set(name, tensorFlow(tensor));
  network.inputs.forEach(({ name }, index) => {
    const input = inputs[index];
    if (input !== undefined) values.set(name, flowOf(b, input));
  });
  const weights = new Map<string, Variable>();
  for (const node of network.nodes) {
    const given = node.inputs.map((name) => values.get(name) ?? null);
    const place = new NodePlace(b, node, given, places, weights, examples);
    applied(place, node).forEach((flow, index) => values.set(node.outputs[index] ?? "", flow));
  }
  return values;
}

/**
 * The shape of every value in the example that the file was made with, since files of networks hold sizes of that
 * example; sizes that a file leaves open are the given ones, or any.
 */
function exampleShapes(network: OnnxNetwork, inputs: readonly Variable[]): ReadonlyMap<string, Shape> {
  const any = new Map<string, number>();
  const variables = inputs.map((input, index) => exampleOf(input, network.inputs[index]?.shape ?? [], any));
  const b = new IrBuilder();
  const shapes = new Map<string, Shape>();
  for (const [name, flow] of flowsOf(b, network, variables, anywhere(), new Map())) {
    const shape = shapeOfFlow(flow);
    if (shape !== null) shapes.set(name, shape);
  }
  return shapes;
}

/** An input of the sizes of the example; `any` holds those that were made up, by the names of sizes. */
function exampleOf(input: Variable, example: RawInput["shape"], any: Map<string, number>): Variable {
  const space = spaceOf(input);
  if (space.kind !== "array") return input;
  const [c, h, w] = example.slice(1);
  const known = example.length === 4 ? [h, w, c] : example.length === 2 ? [c] : [];
  const sizes = space.dimensions.map((dimension, axis) => {
    const size = known[axis] ?? constantValue(dimension);
    if (size !== null) return size;
    const name = text(dimension);
    const made = any.get(name) ?? MADE_UP * (any.size + 2);
    any.set(name, made);
    return made;
  });
  return { ...input, type: { kind: "value", space: arraySpace("real", sizes.map(constant)) } };
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

function applied(place: NodePlace, node: OnnxNode): readonly Flow[] {
  try {
    const result = ONNX_RULES[node.operator](place);
    const flows = "kind" in result ? [result] : result;
    for (const flow of flows) {
      if (flow.kind !== "image" && flow.kind !== "last") continue;
      const [, , channels] = sizesOfImage(flow.variable);
      if ((constantValue(channels) ?? 0) > MOST_CHANNELS) {
        throw place.fault(`It gives more than ${MOST_CHANNELS} channels.`);
      }
    }
    return flows;
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
  if (result.kind !== "array") throw new OnnxFault("type", "It gives one array.");
  const own = spaceOf(applyOnnx(b, network, inputs, result.dimensions.length, anywhere()));
  if (!equalSpaces(own, result)) throw new OnnxFault("type", `It gives ${spaceText(own)}.`);
}

/** Places of weights where they are only counted. */
function anywhere(): WeightPlaces {
  const counts = new Map<string, number>();
  return {
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
}
