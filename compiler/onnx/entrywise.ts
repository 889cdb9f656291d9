import type { ElementwiseFunction } from "../../runtime/arrays/expression.ts";
import type { IrBuilder } from "../ir/build.ts";
import type { Variable } from "../ir/block.ts";
import { elu, gelu, leaky } from "../lower/networks/layers.ts";
import { constant } from "../types/dimension.ts";
import { arraySpace } from "../types/space.ts";
import { ofNumbers } from "./constants.ts";
import { type Flow, type NodePlace, permuted, type Shape } from "./place.ts";
import { plainOf } from "./shapes.ts";
import type { OnnxTensor } from "./tensor.ts";

/** A function of one array, entry by entry. */
export function ofOne(compute: (b: IrBuilder, u: Variable, place: NodePlace) => Variable) {
  return (place: NodePlace): Flow =>
    withVariable(place, place.flow(), compute(place.b, place.variable(), place));
}

/** What the functions of several arrays are of numbers. */
const OF_NUMBERS = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  max: Math.max,
  min: Math.min,
  pow: Math.pow,
} as const satisfies { readonly [F in ElementwiseFunction]?: (a: number, b: number) => number };

/** A function of arrays of the library's name, entry by entry, numbers and axes of one entry repeated. */
export function ofSeveral(name: keyof typeof OF_NUMBERS) {
  return (place: NodePlace): Flow => {
    const numbers = ofNumbers(place, OF_NUMBERS[name]);
    if (numbers !== null) return numbers;
    const given = place.inputs.find((flow) => flow !== null && flow.kind !== "tensor") ?? null;
    if (given === null) throw place.fault("It has no inputs.");
    const meetsArray = place.inputs.some((flow) => flow?.kind === "tensor" && flow.tensor.values.length > 1);
    const shaped = meetsArray ? inOrder(place, given) : given;
    const [first, ...others] = place.inputs.map((_, index) => operand(place, index, shaped));
    if (first === undefined) throw place.fault("It has no inputs.");
    const result = others.reduce((left, right) => place.b.elementwise(name, [left, right]), first);
    return withVariable(place, shaped, result);
  };
}

function withVariable(place: NodePlace, flow: Flow, variable: Variable): Flow {
  if (flow.kind === "tensor") throw place.fault("It is of constants alone.");
  return { ...flow, variable };
}

/** What is no array of the file. */
type Computed = Exclude<Flow, { readonly kind: "tensor" }>;

/** A view with its entries in the order of ONNX, so that arrays of the file can be aligned with it. */
function inOrder(place: NodePlace, flow: Computed): Computed {
  if (flow.kind !== "view" || flow.from === null) return flow;
  return { ...flow, variable: plainOf(place, flow), from: null };
}

function operand(place: NodePlace, index: number, shaped: Flow): Variable {
  const given = place.flow(index);
  if (given.kind === "tensor") return constantArray(place, given.tensor, shaped);
  const flow = shaped.kind === "view" && shaped.from === null ? inOrder(place, given) : given;
  if (flow.kind !== shaped.kind || !isSeenAs(flow, shaped)) {
    throw place.fault("It is of an image and a vector, or of arrays under other shapes.");
  }
  return flow.variable;
}

/** Whether the entries of two arrays of one sort lie alike. */
function isSeenAs(flow: Flow, other: Flow): boolean {
  if (flow.kind === "vector" && other.kind === "vector") {
    return flow.flattened?.join() === other.flattened?.join();
  }
  if (flow.kind !== "view" || other.kind !== "view") return true;
  return flow.shape.join() === other.shape.join() && flow.from?.join() === other.from?.join();
}

/** A number without axes is a constant; any other array of the file a weight, an image [c, h, w] of it R[h, w, c]. */
function constantArray(place: NodePlace, tensor: OnnxTensor, shaped: Flow): Variable {
  const { shape, values, name } = tensor;
  const [first] = values;
  if (values.length === 1 && first !== undefined && (shape.length === 0 || name === "")) {
    return place.b.constant(first);
  }
  if (shaped.kind === "view" && values.length > 1) return repeatedOver(place, tensor, shaped.shape);
  const axes =
    shaped.kind === "image" || shaped.kind === "last" ? 4 : shaped.kind === "view" ? shape.length + 1 : 2;
  if (shape.length > axes) throw place.fault(`An array of [${shape.join(", ")}] is not aligned.`);
  const whole = [...Array.from({ length: Math.max(axes - shape.length, 0) }, () => 1), ...shape];
  const [samples, ...own] = whole;
  if (samples !== 1 || own.length !== axes - 1)
    throw place.fault(`An array of [${shape.join(", ")}] is not aligned.`);
  const isFlat = own.slice(1).every((extent) => extent === 1);
  if (shaped.kind === "vector" && shaped.flattened !== null && values.length > 1) {
    throw place.fault("An array meets the entries of an image in their order.");
  }
  if (shaped.kind === "last") {
    const onlyChannels = own.slice(0, -1).every((extent) => extent === 1);
    const sizes = values.length === 1 ? [] : onlyChannels ? own.slice(-1) : own;
    return place.weight(place.layer("array"), "value", name, sizes, values);
  }
  const sizes = values.length === 1 ? [] : isFlat ? own.slice(0, 1) : [own[1] ?? 1, own[2] ?? 1, own[0] ?? 1];
  const entries = isFlat ? values : permuted({ name, shape: own, values }, [1, 2, 0]);
  return place.weight(place.layer("array"), "value", name, sizes, entries);
}

/** An array of the file, repeated over a shape, as a vector in the order of ONNX. */
function repeatedOver(place: NodePlace, { shape, values, name }: OnnxTensor, onto: Shape): Variable {
  const { b } = place;
  const aligned = [...Array.from({ length: onto.length - shape.length }, () => 1), ...shape];
  if (aligned.length !== onto.length || aligned.some((size, axis) => size !== 1 && size !== onto[axis])) {
    throw place.fault(`Arrays of [${shape.join(", ")}] and [${onto.join(", ")}] are not aligned.`);
  }
  const weight = place.weight(place.layer("array"), "value", name, shape, values);
  const whole = arraySpace("real", onto.map(constant));
  const repeated = b.elementwise("add", [
    b.fill(b.constant(0), whole),
    b.reshape(weight, arraySpace("real", aligned.map(constant))),
  ]);
  const count = onto.reduce((size, extent) => size * extent, 1);
  return b.reshape(repeated, arraySpace("real", [constant(count)]));
}

/** `Clip` onto [min, max], which are inputs, and settings in files before version 11. */
export function clip(place: NodePlace): Flow {
  const { b } = place;
  const end = (index: number, name: string, none: number): number =>
    place.optionalTensor(index)?.values[0] ?? place.number(name, none);
  const [low, high] = [end(1, "min", -Infinity), end(2, "max", Infinity)];
  const above = low > -3e38 ? b.elementwise("max", [place.variable(), b.constant(low)]) : place.variable();
  const result = high < 3e38 ? b.elementwise("min", [above, b.constant(high)]) : above;
  return withVariable(place, place.flow(), result);
}

/** `PRelu`: a slope for each channel, or one. */
export function slopes(place: NodePlace): Flow {
  const { values, name, shape } = place.tensor(1);
  if (shape.filter((extent) => extent !== 1).length > 1) throw place.fault("It has a slope for each pixel.");
  const sizes = values.length === 1 ? [] : [values.length];
  const slope = place.weight(place.layer("prelu"), "slope", name, sizes, values);
  return withVariable(place, place.flow(), leaky(place.b, place.variable(), slope));
}

export function leakyRelu(b: IrBuilder, u: Variable, place: NodePlace): Variable {
  return leaky(b, u, b.constant(place.number("alpha", 0.01)));
}

/** u where positive, alpha (e^u - 1) elsewhere. */
export function scaledElu(b: IrBuilder, u: Variable, place: NodePlace): Variable {
  const alpha = place.number("alpha", 1);
  if (alpha === 1) return elu(b, u);
  const below = b.elementwise("exp", [b.elementwise("min", [u, b.constant(0)])]);
  const curve = b.elementwise("mul", [b.constant(alpha), b.elementwise("sub", [below, b.constant(1)])]);
  return b.elementwise("add", [b.elementwise("relu", [u]), curve]);
}

/** clip(alpha u + beta, 0, 1). */
export function hardSigmoid(b: IrBuilder, u: Variable, place: NodePlace): Variable {
  return clippedLine(b, u, place.number("alpha", 0.2), place.number("beta", 0.5));
}

/** u clip(u/6 + 1/2, 0, 1). */
export function hardSwish(b: IrBuilder, u: Variable): Variable {
  return b.elementwise("mul", [u, clippedLine(b, u, 1 / 6, 1 / 2)]);
}

function clippedLine(b: IrBuilder, u: Variable, slope: number, offset: number): Variable {
  const line = b.elementwise("add", [b.elementwise("mul", [b.constant(slope), u]), b.constant(offset)]);
  return b.elementwise("min", [b.elementwise("max", [line, b.constant(0)]), b.constant(1)]);
}

/** u tanh(log(1 + e^u)). */
export function mish(b: IrBuilder, u: Variable): Variable {
  return b.elementwise("mul", [u, b.elementwise("tanh", [b.elementwise("softplus", [u])])]);
}

/** u Phi(u), or its approximation by tanh (Hendrycks, Gimpel, 2016). */
export function gaussianUnit(b: IrBuilder, u: Variable, place: NodePlace): Variable {
  if (place.word("approximate", "none") !== "tanh") return gelu(b, u);
  const cube = b.elementwise("mul", [u, b.elementwise("square", [u])]);
  const inner = b.elementwise("add", [u, b.elementwise("mul", [b.constant(0.044715), cube])]);
  const curve = b.elementwise("tanh", [b.elementwise("mul", [b.constant(Math.sqrt(2 / Math.PI)), inner])]);
  const share = b.elementwise("add", [b.constant(1), curve]);
  return b.elementwise("mul", [b.constant(0.5), b.elementwise("mul", [u, share])]);
}

/** `Identity`, and `Dropout` of a network that runs. */
export function unchanged(place: NodePlace): Flow {
  return place.flow();
}
