import type { ParameterStart } from "../../runtime/program/definition.ts";
import type { Variable } from "../ir/block.ts";
import type { Dimension } from "../types/dimension.ts";
import { arraySpace } from "../types/space.ts";

export type WeightStart = Extract<ParameterStart, { kind: "random" }>["init"] | { readonly value: number };

/** A weight of a network: a parameter of its function. */
export interface Weight {
  readonly variable: Variable;
  /** under the learnable's name: `conv3.filter` */
  readonly path: string;
  readonly start: WeightStart;
  /** whether the bound of the network's Lipschitz constant is kept by this weight */
  readonly bounded: boolean;
}

/**
 * Collects the weights of one network while its layers are lowered, and knows the sizes of its header. Layers are
 * numbered by sort within their place: `conv2`, and inside of a block `block1.conv2`.
 */
export class LayerContext {
  readonly weights: Weight[];
  readonly sizes: ReadonlyMap<string, Dimension>;
  readonly #path: readonly string[];
  readonly #counts = new Map<string, number>();

  constructor(sizes: ReadonlyMap<string, Dimension>, weights: Weight[] = [], path: readonly string[] = []) {
    this.sizes = sizes;
    this.weights = weights;
    this.#path = path;
  }

  /** The place of layers that belong together: `name` where there is one of them. */
  place(name: string): LayerContext {
    return new LayerContext(this.sizes, this.weights, [...this.#path, name]);
  }

  /** The next place of a sort: `block2`. */
  nextPlace(sort: string): LayerContext {
    return this.place(this.#next(sort));
  }

  /** The same place, in a network with sizes of its own. */
  withSizes(sizes: ReadonlyMap<string, Dimension>): LayerContext {
    return new LayerContext(sizes, this.weights, this.#path);
  }

  /** The next layer of a sort: `conv3`, or `block1.conv3`. */
  layer(sort: string): string {
    return [...this.#path, this.#next(sort)].join(".");
  }

  #next(sort: string): string {
    const count = (this.#counts.get(sort) ?? 0) + 1;
    this.#counts.set(sort, count);
    return /\d$/u.test(sort) ? `${sort}_${count}` : `${sort}${count}`;
  }

  weight(layer: string, role: string, dimensions: readonly Dimension[], start: WeightStart): Variable {
    const variable: Variable = {
      name: `${hintOf(layer)}_${role}`,
      type: { kind: "value", space: arraySpace("real", dimensions) },
      shared: true,
    };
    this.weights.push({
      variable,
      path: `${layer}.${role}`,
      start,
      bounded: role === "filter" || role === "matrix",
    });
    return variable;
  }
}

/** The name of a layer's place as a part of names of variables. */
export function hintOf(layer: string): string {
  return layer.replaceAll(".", "_");
}
