import type { Variable } from "../ir/block.ts";
import type { IrBuilder } from "../ir/build.ts";
import type { Space } from "../types/space.ts";
import { isComplex, isNumber, isReal, sameShape, sameSpace, spaceOf } from "../ir/spaces.ts";
import { algebraOf, zeroOf, type Algebra } from "./algebra.ts";
import type { Savings, ReverseTools } from "./tools.ts";

/**
 * What becomes of the cotangents of shared variables: in the reverse of a program they are summed over the samples;
 * in a gradient that the program itself asks for, each sample has its own.
 */
export type Samples = "sum" | "separate";

export interface ReversalSettings {
  readonly builder: IrBuilder;
  readonly samples: Samples;
  /** 1 in the lanes that count, where the equations stand in for a branch or a round of a loop; null: all count */
  readonly mask: Variable | null;
  /** the variables that depend on those whose cotangents are wanted */
  readonly varied: ReadonlySet<Variable>;
  readonly savings: Savings;
  readonly tools: ReverseTools;
}

type Cotangent =
  | { readonly kind: "whole"; readonly variable: Variable }
  | { readonly kind: "parts"; readonly parts: readonly (Cotangent | null)[] };

/** The cotangents of one straight line of equations while it is walked backwards. */
export class Reversal {
  readonly builder: IrBuilder;
  readonly samples: Samples;
  readonly mask: Variable | null;
  readonly varied: ReadonlySet<Variable>;
  readonly savings: Savings;
  readonly tools: ReverseTools;
  readonly algebra: Algebra;
  readonly #cotangents = new Map<Variable, Cotangent>();

  constructor(settings: ReversalSettings) {
    this.builder = settings.builder;
    this.samples = settings.samples;
    this.mask = settings.mask !== null && !settings.mask.shared ? settings.mask : null;
    this.varied = settings.varied;
    this.savings = settings.savings;
    this.tools = settings.tools;
    this.algebra = algebraOf(settings.builder);
  }

  /** The variables that have a cotangent so far. */
  get reached(): readonly Variable[] {
    return [...this.#cotangents.keys()];
  }

  /** The cotangents so far, each with what it is the cotangent of. */
  get found(): ReadonlyMap<Variable, Variable> {
    const found = new Map<Variable, Variable>();
    for (const [of, cotangent] of this.#cotangents) {
      if (cotangent.kind === "whole" && !found.has(cotangent.variable)) found.set(cotangent.variable, of);
    }
    return found;
  }

  /** The cotangent of a variable so far, or null where nothing has reached it. */
  cotangent(variable: Variable): Variable | null {
    const cotangent = this.#cotangents.get(variable);
    return cotangent === undefined ? null : this.#whole(cotangent, spaceOf(variable));
  }

  /** Adds to the cotangent of a variable, brought into its space; nothing where it is not varied. */
  contribute(variable: Variable, cotangent: Variable | null): void {
    if (cotangent === null || !this.varied.has(variable)) return;
    this.#add(variable, { kind: "whole", variable: this.#projected(cotangent, variable, spaceOf(variable)) });
  }

  /** Adds to the cotangent of one part of a product. */
  contributePart(variable: Variable, index: number, cotangent: Variable): void {
    const space = spaceOf(variable);
    const part = space.kind === "product" ? space.parts[index] : undefined;
    if (space.kind !== "product" || part === undefined || !this.varied.has(variable)) return;
    const own: Cotangent = { kind: "whole", variable: this.#projected(cotangent, variable, part) };
    this.#add(variable, { kind: "parts", parts: space.parts.map((_, i) => (i === index ? own : null)) });
  }

  /** The value with zeros in the lanes that do not count. */
  masked(variable: Variable): Variable {
    return this.mask === null || variable.shared ? variable : this.algebra.where(this.mask, variable);
  }

  #projected(cotangent: Variable, of: Variable, target: Space): Variable {
    const fitted = this.#fitted(cotangent, target);
    if (this.samples === "separate" || !of.shared || fitted.shared) return fitted;
    return this.builder.sumSamples(this.masked(fitted));
  }

  #fitted(cotangent: Variable, target: Space): Variable {
    const space = spaceOf(cotangent);
    if (sameSpace(space, target)) return cotangent;
    if (target.kind === "product" && space.kind === "product") {
      return this.builder.product(
        target.parts.map((part, i) => this.#fitted(this.builder.part(cotangent, i), part)),
      );
    }
    if (sameShape(space, target)) return this.#inField(cotangent, target);
    if (isNumber(target) && isReal(target)) return this.builder.sum(this.algebra.real(cotangent));
    return this.#inField(this.builder.sumTo(cotangent, target), target);
  }

  #inField(cotangent: Variable, target: Space): Variable {
    const space = spaceOf(cotangent);
    if (isReal(target) && !isReal(space)) return this.algebra.real(cotangent);
    return isComplex(target) && isReal(space) ? this.algebra.call("complex", cotangent) : cotangent;
  }

  #add(variable: Variable, cotangent: Cotangent): void {
    const known = this.#cotangents.get(variable);
    const sum = known === undefined ? cotangent : this.#sum(known, cotangent);
    this.#cotangents.set(variable, sum);
  }

  #sum(a: Cotangent, b: Cotangent): Cotangent {
    if (a.kind === "whole" && b.kind === "whole") {
      return { kind: "whole", variable: this.algebra.add(a.variable, b.variable) };
    }
    const [first, second] = [this.#parts(a), this.#parts(b)];
    return {
      kind: "parts",
      parts: first.map((part, i) => {
        const other = second[i] ?? null;
        if (part === null || other === null) return part ?? other;
        return this.#sum(part, other);
      }),
    };
  }

  #parts(cotangent: Cotangent): readonly (Cotangent | null)[] {
    if (cotangent.kind === "parts") return cotangent.parts;
    const space = spaceOf(cotangent.variable);
    if (space.kind !== "product") throw new Error("a part of what is no product");
    return space.parts.map((_, i) => ({ kind: "whole", variable: this.builder.part(cotangent.variable, i) }));
  }

  #whole(cotangent: Cotangent, space: Space): Variable {
    if (cotangent.kind === "whole") return cotangent.variable;
    if (space.kind !== "product") throw new Error("a part of what is no product");
    return this.builder.product(
      space.parts.map((part, i) => {
        const own = cotangent.parts[i] ?? null;
        return own === null ? zeroOf(this.builder, part) : this.#whole(own, part);
      }),
    );
  }
}
