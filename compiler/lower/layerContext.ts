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

/** Collects the weights of one network while its layers are lowered, and knows the sizes of its header. */
export class LayerContext {
  readonly weights: Weight[];
  readonly sizes: ReadonlyMap<string, Dimension>;
  readonly #counts: Map<string, number>;

  constructor(sizes: ReadonlyMap<string, Dimension>, shared: LayerContext | null = null) {
    this.sizes = sizes;
    this.weights = shared?.weights ?? [];
    this.#counts = shared?.counts ?? new Map<string, number>();
  }

  get counts(): Map<string, number> {
    return this.#counts;
  }

  /** The next layer of a sort: `conv3`. */
  layer(sort: string): string {
    const count = (this.#counts.get(sort) ?? 0) + 1;
    this.#counts.set(sort, count);
    return `${sort}${count}`;
  }

  weight(layer: string, role: string, dimensions: readonly Dimension[], start: WeightStart): Variable {
    const variable: Variable = {
      name: `${layer}_${role}`,
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
