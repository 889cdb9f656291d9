import type { RandomStart } from "../../../runtime/program/definition.ts";
import type { Equation, Variable } from "../../ir/block.ts";
import type { IrBuilder } from "../../ir/build.ts";
import type { Dimension } from "../../types/dimension.ts";
import { arraySpace, type Space } from "../../types/space.ts";

export type WeightStart = RandomStart | { readonly value: number } | { readonly stored: Float32Array };

/** A weight of a network: a parameter of its function. */
export interface Weight {
  readonly variable: Variable;
  /** under the learnable's name: `conv3.filter` */
  readonly path: string;
  readonly start: WeightStart;
  /** whether it is a linear map, whose norm keeps the bound of the network's Lipschitz constant */
  readonly bounded: boolean;
  /** whether it is projected to stay at or above 0, whatever the network is declared to be */
  readonly nonnegative: boolean;
  /** the largest norm that it may have in any case; null where there is none */
  readonly norm: number | null;
  /** the weight that counts the batches of a running average; null for what an optimiser moves */
  readonly average: string | null;
}

/** Random numbers on [0, 1) for each sample, of which training makes a mask: a parameter of its function. */
export interface Mask {
  readonly variable: Variable;
  readonly layer: string;
}

/** What is known of a layer that was applied, beside its equations. */
export interface AppliedLayer {
  readonly input: Variable;
  /** a bound of its slope; null where there is none */
  readonly slope: number | null;
  readonly convex: boolean;
  readonly nondecreasing: boolean;
  /** of a layer to R that is bent as a whole: a bound of its second derivative, by its weights outside */
  readonly curvature?: (b: IrBuilder, outside: (weight: Variable) => Variable | null) => Variable | null;
}

/** What a weight is kept to, whatever the network is declared to be. */
export interface WeightLimits {
  readonly nonnegative?: boolean;
  readonly norm?: number;
  readonly average?: string;
}

/**
 * Collects the weights of one network while its layers are lowered, and knows the sizes of its header. Layers are
 * numbered by sort within their place: `conv2`, and inside of a block `block1.conv2`.
 */
export class LayerContext {
  readonly weights: Weight[];
  readonly masks: Mask[];
  readonly sizes: ReadonlyMap<string, Dimension>;
  readonly #path: readonly string[];
  readonly #counts = new Map<string, number>();
  /** by the attributes of the equation that gives the layer's result, which keep their identity */
  readonly #applied: Map<object, AppliedLayer>;

  constructor(
    sizes: ReadonlyMap<string, Dimension>,
    shared: {
      readonly weights: Weight[];
      readonly masks: Mask[];
      readonly path: readonly string[];
      readonly applied: Map<object, AppliedLayer>;
    } = { weights: [], masks: [], path: [], applied: new Map() },
  ) {
    this.sizes = sizes;
    this.weights = shared.weights;
    this.masks = shared.masks;
    this.#path = shared.path;
    this.#applied = shared.applied;
  }

  /** Remembers what is known of a layer whose result an equation gives. */
  remember({ attributes }: Equation, layer: AppliedLayer): void {
    this.#applied.set(attributes, layer);
  }

  /** The layer whose result an equation gives; null where its parts speak for themselves. */
  layerOf({ attributes }: Equation): AppliedLayer | null {
    return this.#applied.get(attributes) ?? null;
  }

  /** The place of layers that belong together: `name` where there is one of them. */
  place(name: string): LayerContext {
    return new LayerContext(this.sizes, {
      weights: this.weights,
      masks: this.masks,
      path: [...this.#path, name],
      applied: this.#applied,
    });
  }

  /** The next place of a sort: `block2`. */
  nextPlace(sort: string): LayerContext {
    return this.place(this.#next(sort));
  }

  /** The same place, in a network with sizes of its own. */
  withSizes(sizes: ReadonlyMap<string, Dimension>): LayerContext {
    const { weights, masks } = this;
    return new LayerContext(sizes, { weights, masks, path: this.#path, applied: this.#applied });
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

  /** Random numbers of a space, those of each sample and each place that calls the network. */
  mask(layer: string, space: Space): Variable {
    const name = `${hintOf(layer)}_mask`;
    const variable: Variable = { name, type: { kind: "value", space }, shared: false };
    this.masks.push({ variable, layer });
    return variable;
  }

  weight(
    layer: string,
    role: string,
    dimensions: readonly Dimension[],
    start: WeightStart,
    limits: WeightLimits = {},
  ): Variable {
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
      nonnegative: limits.nonnegative ?? false,
      norm: limits.norm ?? null,
      average: limits.average ?? null,
    });
    return variable;
  }
}

/** The name of a layer's place as a part of names of variables. */
export function hintOf(layer: string): string {
  return layer.replaceAll(".", "_");
}
