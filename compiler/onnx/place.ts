import type { IrBuilder } from "../ir/build.ts";
import type { Variable } from "../ir/block.ts";
import { spaceOf } from "../ir/spaces.ts";
import { constant, type Dimension } from "../types/dimension.ts";
import { arraySpace } from "../types/space.ts";
import { OnnxFault } from "./fault.ts";
import type { OnnxNode } from "./network.ts";
import type { OnnxTensor } from "./tensor.ts";

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
 * the height, width and channels of the image that it was, where the two have other orders.
 */
export type Flow =
  | { readonly kind: "image"; readonly variable: Variable }
  | { readonly kind: "vector"; readonly variable: Variable; readonly flattened: ImageSizes | null }
  | { readonly kind: "tensor"; readonly tensor: OnnxTensor };

type ImageSizes = readonly [height: number, width: number, channels: number];

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

  constructor(
    b: IrBuilder,
    node: OnnxNode,
    inputs: readonly (Flow | null)[],
    places: WeightPlaces,
    weights: Map<string, Variable>,
  ) {
    this.b = b;
    this.#node = node;
    this.#inputs = inputs;
    this.#places = places;
    this.#weights = weights;
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
    if (flow.kind !== "tensor") throw this.fault(`Its input ${index + 1} is computed, and not in the file.`);
    return flow.tensor;
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
    const [one, many] = ["value_float", "value_int"].map((name) => attributes.get(name)?.numbers[0]);
    const single = one ?? many;
    if (single !== undefined) return { name: "", shape: [], values: Float64Array.of(single) };
    const list = attributes.get("value_floats") ?? attributes.get("value_ints");
    return list === undefined
      ? null
      : { name: "", shape: [list.numbers.length], values: Float64Array.from(list.numbers) };
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

export function imageFlow(variable: Variable): Flow {
  return { kind: "image", variable };
}

export function imageSpace(h: Dimension, w: Dimension, c: Dimension): ReturnType<typeof arraySpace> {
  return arraySpace("real", [h, w, c]);
}
