import { axesOf, joinAlong, sliceAlong } from "../lower/networks/axes.ts";
import { add, constant, constantValue, type Dimension, divideBy, subtract } from "../types/dimension.ts";
import { arraySpace } from "../types/space.ts";
import { type Flow, type NodePlace, type Shape, tensorFlow } from "./place.ts";
import { strided } from "./pooling.ts";
import { fromPlain, plainOf } from "./shapes.ts";
import { wholeIf } from "./tensor.ts";

/** An axis of ONNX as one of the variable's; null for that of the samples. */
const AXES: { readonly [K in "image" | "last" | "vector"]: readonly (number | null)[] } = {
  image: [null, 2, 0, 1],
  last: [null, 0, 1, 2],
  vector: [null, 0],
};

/** More than lists of sizes have. */
const MOST_NUMBERS = 4096;

type Whole = Extract<Flow, { readonly kind: keyof typeof AXES }>;

/** `Split` into parts one after the other. */
export function split(place: NodePlace): readonly Flow[] {
  const flow = place.flow();
  const axis = place.axis(place.number("axis", 0));
  const extent = place.example()[axis] ?? 1;
  const count = place.number("num_outputs", place.outputs);
  if (!Number.isInteger(count) || count < 1 || count > extent) throw place.fault(`It gives ${count} parts.`);
  const each = Math.ceil(extent / count);
  const equal = Array.from({ length: count }, (_, i) => Math.min(each, extent - i * each));
  if (place.isOfSizes(1)) demandKnown(place, flow, axis, extent);
  const sizes = (place.isOfSizes(1) ? place.sizes(1) : place.list("split", 1)) ?? equal;
  if (sizes.some((size) => size < 1) || sizes.reduce((sum, size) => sum + size, 0) !== extent) {
    throw place.fault(`Its parts are [${sizes.join(", ")}].`);
  }
  const begins = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
  return sizes.map((size, i) => partOf(place, flow, axis, begins[i] ?? 0, size));
}

/** `Slice` with steps of 1, or larger ones that divide the part. */
export function sliced(place: NodePlace): Flow {
  const first = place.flow();
  const starts = place.sizes(1) ?? place.list("starts", -1) ?? [];
  const ends = place.sizes(2) ?? place.list("ends", -1) ?? [];
  const axes = place.sizes(3) ?? place.list("axes", -1) ?? starts.map((_, index) => index);
  const steps = place.sizes(4) ?? starts.map(() => 1);
  const own = place.example();
  if (first.kind === "tensor") return slicedTensor(place, starts[0] ?? 0, ends[0] ?? 0, steps[0] ?? 1);
  return axes.reduce<Flow>((flow, named, index) => {
    const axis = place.axis(named, own.length);
    const extent = own[axis] ?? 1;
    const [begin, end] = [within(starts[index] ?? 0, extent), within(ends[index] ?? 0, extent)];
    const step = steps[index] ?? 1;
    const size = end - begin;
    if (step < 1 || size < 1) throw place.fault("Its part is empty, or runs backwards.");
    if (begin === 0 && end === extent && step === 1) return flow;
    if (place.isOfSizes(1) || place.isOfSizes(2)) demandKnown(place, flow, axis, extent);
    const toEnd = end === extent && (ends[index] ?? 0) >= extent;
    const taken = toEnd || (ends[index] ?? 0) < 0 ? null : size;
    const part = partOf(place, flow, axis, begin, taken, { beyond: extent - end });
    return step === 1 ? part : everyStep(place, whole(place, part), axis, step);
  }, first);
}

/** Ends that are computed from sizes are those of the example: the axis has to be as long as there. */
function demandKnown(place: NodePlace, flow: Flow, axis: number, extent: number): void {
  if (flow.kind === "view") return;
  const own = ownAxis(place, whole(place, flow), axis);
  const known = flow.kind === "tensor" ? null : constantValue(axesOf(flow.variable)[own] ?? constant(0));
  if (known === extent) return;
  throw place.fault(
    "Its ends are computed from sizes that are open: declare the network for the size of the file's example.",
  );
}

function within(place: number, extent: number): number {
  return Math.min(Math.max(place < 0 ? place + extent : place, 0), extent);
}

/** `Concat` along any axis but that of the samples; of constants, one after the other. */
export function joined(place: NodePlace): Flow {
  const flows = place.inputs.map((_, index) => place.flow(index));
  const [first] = flows;
  if (first === undefined) throw place.fault("It joins nothing.");
  const tensors = flows.filter((flow) => flow.kind === "tensor");
  if (tensors.length === flows.length) {
    const values = tensors.flatMap(({ tensor }) => [...tensor.values]);
    if (values.length > MOST_NUMBERS) throw place.fault("It joins long lists of constants.");
    const ofSizes = tensors.some((flow) => flow.ofSizes);
    const whole = wholeIf(tensors.every(({ tensor }) => tensor.whole === true));
    const list = { name: "", shape: [values.length], values: Float64Array.from(values), ...whole };
    return tensorFlow(list, ofSizes);
  }
  if (flows.some(({ kind }) => kind !== first.kind)) throw place.fault("It joins arrays of several sorts.");
  const flow = whole(place, first);
  const axis = ownAxis(place, flow, place.axis(place.number("axis", 1)));
  const variables = flows.map((_, index) => place.variable(index));
  const last = axesOf(flow.variable).length - 1;
  const variable = axis === last ? place.b.concat(variables) : joinAlong(place.b, variables, axis);
  return { ...flow, variable };
}

function whole(place: NodePlace, flow: Flow): Whole {
  const isPart = flow.kind === "vector" && flow.flattened !== null;
  if (flow.kind === "tensor" || flow.kind === "view" || isPart) {
    throw place.fault("It takes apart an array that was seen under another shape.");
  }
  return flow;
}

function ownAxis(place: NodePlace, flow: Whole, axis: number): number {
  const own = AXES[flow.kind][axis];
  if (own === undefined || own === null) throw place.fault(`It is along the axis ${axis}.`);
  return own;
}

/** A part of an axis of ONNX, also of what is seen under another shape. */
function partOf(
  place: NodePlace,
  flow: Flow,
  axis: number,
  begin: number,
  size: number | null,
  { beyond }: { readonly beyond: number } = { beyond: 0 },
): Flow {
  if (flow.kind !== "view") return withPart(place, whole(place, flow), axis, begin, size, { beyond });
  const { b } = place;
  const extent = flow.shape[axis] ?? 1;
  const taken = size ?? extent - begin - beyond;
  const count = (shape: Shape): number => shape.reduce((product, each) => product * each, 1);
  const [outer, inner] = [count(flow.shape.slice(0, axis)), count(flow.shape.slice(axis + 1))];
  const rows = b.reshape(plainOf(place, flow), arraySpace("real", [outer, extent, inner].map(constant)));
  const part = sliceAlong(b, rows, 1, constant(begin), constant(taken));
  const plain = b.reshape(part, arraySpace("real", [constant(outer * taken * inner)]));
  return fromPlain(place, plain, flow.shape.with(axis, taken));
}

/** A part of an axis of ONNX: `size` points, or up to so many `beyond` it before the end. */
function withPart(
  place: NodePlace,
  flow: Whole,
  axis: number,
  begin: number,
  size: number | null,
  { beyond }: { readonly beyond: number } = { beyond: 0 },
): Whole {
  const own = ownAxis(place, flow, axis);
  const extent = axesOf(flow.variable)[own] ?? constant(1);
  const taken: Dimension = size === null ? subtract(extent, constant(begin + beyond)) : constant(size);
  const least = constantValue(subtract(extent, add(taken, constant(begin))));
  if (least !== null && least < 0) throw place.fault("Its part is larger than the image.");
  const variable = sliceAlong(place.b, flow.variable, own, constant(begin), taken);
  return { ...flow, variable };
}

function everyStep(place: NodePlace, flow: Whole, axis: number, step: number): Flow {
  const own = ownAxis(place, flow, axis);
  const extent = axesOf(flow.variable)[own] ?? constant(1);
  const known = constantValue(extent);
  if (known !== null && known % step !== 0) throw place.fault(`Its step ${step} does not divide ${known}.`);
  return { ...flow, variable: strided(place.b, flow.variable, own, step, divideBy(extent, step)) };
}

function slicedTensor(place: NodePlace, start: number, end: number, step: number): Flow {
  const flow = place.flow();
  if (flow.kind !== "tensor" || flow.tensor.shape.length !== 1 || step !== 1) {
    throw place.fault("It is of an array of the file.");
  }
  const { values } = flow.tensor;
  const part = values.slice(within(start, values.length), within(end, values.length));
  return { ...flow, tensor: { ...flow.tensor, name: "", shape: [part.length], values: part } };
}
