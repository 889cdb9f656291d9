import type { IrBuilder } from "../ir/build.ts";
import type { Variable } from "../ir/block.ts";
import { spaceOf } from "../ir/spaces.ts";
import { constant, constantValue, type Dimension } from "../types/dimension.ts";
import { arraySpace } from "../types/space.ts";
import { OnnxFault } from "./fault.ts";
import type { OnnxNode } from "./network.ts";
import { type OnnxTensor, wholeIf } from "./tensor.ts";

/** Where the weights of a network are declared: each by its layer, its role, its shape and its entries. */
export interface WeightPlaces {
  layer(sort: string): string;
  weight(
    layer: string,
    role: string,
    dimensions: readonly Dimension[],
    start: { readonly stored: Float32Array },
  ): Variable;
}

/**
 * What flows between nodes. An array [1, c, h, w] of ONNX is an image R[h, w, c], one [1, n] a vector; `flattened` are
 * the height, width and channels of the image that it was, where the two have other orders. One [1, h, w, c] has its
 * channels `last`. A `view` has another shape, of which the entries are an image's [1, c, h, w], whose shape is `from`,
 * or those of a vector in the order of ONNX. Shapes in numbers are those of the example that the file was made with.
 */
export type Flow =
  | { readonly kind: "image"; readonly variable: Variable }
  | { readonly kind: "last"; readonly variable: Variable }
  | { readonly kind: "vector"; readonly variable: Variable; readonly flattened: ImageSizes | null }
  | {
      readonly kind: "view";
      readonly variable: Variable;
      readonly from: Shape | null;
      readonly shape: Shape;
    }
  | TensorFlow;

/** An array of the file, or one that follows from the sizes of the example. */
export interface TensorFlow {
  readonly kind: "tensor";
  readonly tensor: OnnxTensor;
  readonly ofSizes: boolean;
}

export type Shape = readonly number[];

export type ImageSizes = readonly [height: number, width: number, channels: number];

/** Larger windows, margins and factors than any network of images has. */
const LARGEST_SETTING = 4096;

/** A node with what flows into it, where its equations and weights go, and its settings by name. */
export class NodePlace {
  readonly b: IrBuilder;
  readonly #node: OnnxNode;
  readonly #inputs: readonly (Flow | null)[];
  readonly #places: WeightPlaces;
  /** the weights so far, so that an array which two nodes read is one */
  readonly #weights: Map<string, Variable>;
  readonly #examples: ReadonlyMap<string, Shape>;

  constructor(
    b: IrBuilder,
    node: OnnxNode,
    inputs: readonly (Flow | null)[],
    places: WeightPlaces,
    weights: Map<string, Variable>,
    examples: ReadonlyMap<string, Shape>,
  ) {
    this.b = b;
    this.#node = node;
    this.#inputs = inputs;
    this.#places = places;
    this.#weights = weights;
    this.#examples = examples;
  }

  /** How many arrays it gives. */
  get outputs(): number {
    return this.#node.outputs.length;
  }

  /** The shape of an input in the example, as ONNX has it. */
  example(index = 0): Shape {
    const flow = this.flow(index);
    if (flow.kind === "tensor") return flow.tensor.shape;
    if (flow.kind === "view") return flow.shape;
    const shape = this.#examples.get(this.#node.inputs[index] ?? "") ?? shapeOfFlow(flow);
    if (shape === null) throw this.fault("The sizes of what flows into it are open.");
    return shape;
  }

  /** An axis of the first input, counted from the front. */
  axis(axis: number, rank = this.example().length): number {
    const known = axis < 0 ? axis + rank : axis;
    if (!Number.isInteger(known) || known < 0 || known >= rank) throw this.fault(`It has no axis ${axis}.`);
    return known;
  }

  get inputs(): readonly (Flow | null)[] {
    return this.#inputs;
  }

  fault(why: string): OnnxFault {
    return new OnnxFault("operator", why, this.#node.operator);
  }

  /** The first input, or another one. */
  flow(index = 0): Flow {
    const flow = this.#inputs[index];
    if (flow === undefined || flow === null) throw this.fault(`Its input ${index + 1} is missing.`);
    return flow;
  }

  image(index = 0): Variable {
    const flow = this.flow(index);
    if (flow.kind !== "image") throw this.fault(`Its input ${index + 1} is no image [1, c, h, w].`);
    return flow.variable;
  }

  /** An image or a vector. */
  variable(index = 0): Variable {
    const flow = this.flow(index);
    if (flow.kind === "tensor") throw this.fault("It is of constants alone.");
    return flow.variable;
  }

  /** An array of the file; null where the input is left out. */
  optionalTensor(index: number): OnnxTensor | null {
    const flow = this.#inputs[index] ?? null;
    if (flow === null) return null;
    if (flow.kind !== "tensor" || flow.ofSizes) {
      throw this.fault(`Its input ${index + 1} is computed, and not in the file.`);
    }
    return flow.tensor;
  }

  /** Whole numbers that are in the file or follow from sizes; null where the input is left out. */
  sizes(index: number): readonly number[] | null {
    const flow = this.#inputs[index] ?? null;
    if (flow === null) return null;
    if (flow.kind !== "tensor") throw this.fault(`Its input ${index + 1} is computed, and not in the file.`);
    return flow.tensor.values.length === 0 ? null : [...flow.tensor.values];
  }

  /** Whether an input follows from sizes. */
  isOfSizes(index: number): boolean {
    const flow = this.#inputs[index] ?? null;
    return flow?.kind === "tensor" && flow.ofSizes;
  }

  /** A list that older versions of an operator have as a setting, and later ones as an input. */
  list(name: string, index: number): readonly number[] | null {
    const set = this.#node.attributes.get(name)?.numbers ?? this.optionalTensor(index)?.values;
    return set === undefined || set.length === 0 ? null : this.asCounts(name, [...set]);
  }

  tensor(index: number): OnnxTensor {
    const tensor = this.optionalTensor(index);
    if (tensor === null) throw this.fault(`Its input ${index + 1} is missing.`);
    return tensor;
  }

  number(name: string, initial: number): number {
    return this.#node.attributes.get(name)?.numbers[0] ?? initial;
  }

  word(name: string, initial: string): string {
    return this.#node.attributes.get(name)?.text ?? initial;
  }

  /** A list of whole numbers, such as sizes of windows. */
  counts(name: string, initial: readonly number[]): readonly number[] {
    return this.asCounts(name, this.#node.attributes.get(name)?.numbers ?? initial);
  }

  asCounts(name: string, counts: readonly number[]): readonly number[] {
    const isCount = (value: number): boolean => Number.isInteger(value) && Math.abs(value) <= LARGEST_SETTING;
    if (!counts.every(isCount)) throw this.fault(`Its setting \`${name}\` is [${counts.join(", ")}].`);
    return counts;
  }

  /** The array that a `Constant` holds. */
  get constant(): OnnxTensor | null {
    const attributes = this.#node.attributes;
    const tensor = attributes.get("value")?.tensor;
    if (tensor !== undefined && tensor !== null) return tensor;
    const [float, int] = ["value_float", "value_int"].map((name) => attributes.get(name)?.numbers[0]);
    const single = float ?? int;
    if (single !== undefined) {
      return { name: "", shape: [], values: Float64Array.of(single), ...wholeIf(float === undefined) };
    }
    const floats = attributes.get("value_floats");
    const list = floats ?? attributes.get("value_ints");
    return list === undefined
      ? null
      : {
          name: "",
          shape: [list.numbers.length],
          values: Float64Array.from(list.numbers),
          ...wholeIf(floats === undefined),
        };
  }

  layer(sort: string): string {
    return this.#places.layer(sort);
  }

  /** A weight with these entries; `source` names the array of the file that it comes from. */
  weight(
    layer: string,
    role: string,
    source: string,
    shape: readonly number[],
    values: Float64Array,
  ): Variable {
    const key = `${source} ${role} ${shape.join()}`;
    const before = source === "" ? undefined : this.#weights.get(key);
    if (before !== undefined) return before;
    const made = this.#places.weight(layer, role, shape.map(constant), { stored: Float32Array.from(values) });
    this.#weights.set(key, made);
    return made;
  }
}

/** The entries of an array with its axes in another order. */
export function permuted({ shape, values }: OnnxTensor, axes: readonly number[]): Float64Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((size, extent) => size * extent, 1));
  const order = axes.map((axis) => ({ extent: shape[axis] ?? 1, stride: strides[axis] ?? 0 }));
  return values.map((_, position) => {
    let rest = position;
    let source = 0;
    for (const { extent, stride } of order.toReversed()) {
      source += (rest % extent) * stride;
      rest = Math.floor(rest / extent);
    }
    return values[source] ?? 0;
  });
}

/** The height, width and channels of an image. */
export function sizesOfImage(image: Variable): readonly [Dimension, Dimension, Dimension] {
  const space = spaceOf(image);
  const [h, w, c] = space.kind === "array" ? space.dimensions : [];
  if (h === undefined || w === undefined || c === undefined) throw new Error(`${image.name} is no image`);
  return [h, w, c];
}

export function imageFlow(variable: Variable): Extract<Flow, { readonly kind: "image" }> {
  return { kind: "image", variable };
}

export function imageSpace(h: Dimension, w: Dimension, c: Dimension): ReturnType<typeof arraySpace> {
  return arraySpace("real", [h, w, c]);
}

/** What an array of the file is while it flows. */
export function tensorFlow(tensor: OnnxTensor, ofSizes = false): TensorFlow {
  return { kind: "tensor", tensor, ofSizes };
}

/** The shape of what flows as ONNX has it; null where a size is open. */
export function shapeOfFlow(flow: Flow): Shape | null {
  if (flow.kind === "tensor") return flow.tensor.shape;
  if (flow.kind === "view") return flow.shape;
  const space = spaceOf(flow.variable);
  const sizes = space.kind === "array" ? space.dimensions.map((size) => constantValue(size)) : [];
  const known = sizes.filter((size) => size !== null);
  if (known.length < sizes.length) return null;
  const [h = 1, w = 1, c = 1] = known;
  if (flow.kind === "image") return [1, c, h, w];
  return flow.kind === "last" ? [1, h, w, c] : [1, ...known];
}

/** The channels of an image, which a file's arrays fix. */
export function channelsOf(place: NodePlace, image = place.image()): number {
  const known = constantValue(sizesOfImage(image)[2]);
  if (known === null) throw place.fault("The number of its channels is open.");
  return known;
}
