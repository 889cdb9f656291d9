import type { IrBuilder } from "../../ir/build.ts";
import type { Variable } from "../../ir/block.ts";
import type { IrParameter } from "../../ir/program.ts";
import type { Span } from "../../source/span.ts";
import type { Fact } from "../../types/property.ts";
import type { LayerContext, Weight, WeightStart } from "./layerContext.ts";
import { Limitation, UnreachableBound } from "../limitation.ts";
import { convexNetwork } from "./networkConvexity.ts";
import { lipschitzOfNetwork, normWithin } from "./networkLipschitz.ts";

/** The result of a network, and its layers' input and output before that is shaped. */
export interface NetworkBody {
  readonly result: Variable;
  /** null for a network that takes its inputs one by one */
  readonly input: Variable | null;
  readonly output: Variable;
}

/** What training keeps the weights of a network to. */
export interface KeptLimits {
  /** the largest norm of each layer's linear map; null: any */
  readonly norm: number | null;
  readonly nonnegative: ReadonlySet<Variable>;
}

/**
 * What keeps the properties that a network is declared with: norms of layers for a Lipschitz constant, nonnegative
 * weights for convexity.
 * @throws Limitation where a network has another structure than the rules know
 */
export function limitsOf(
  b: IrBuilder,
  context: LayerContext,
  body: NetworkBody,
  facts: readonly Fact[],
  span: Span,
): KeptLimits {
  return {
    norm: normOf(b, context, body, facts, span),
    nonnegative: facts.some(({ property }) => property === "convex")
      ? nonnegativeOf(b, context, body, span)
      : new Set(),
  };
}

function normOf(
  b: IrBuilder,
  context: LayerContext,
  { input, output }: NetworkBody,
  facts: readonly Fact[],
  span: Span,
): number | null {
  const fact = facts.find(({ property }) => LIPSCHITZ.has(property));
  const count = context.weights.filter((weight) => weight.bounded).length;
  if (fact === undefined || count === 0) return null;
  const bound = fact.property === "nonexpansive" ? 1 : fact.bound;
  if (bound === null) return null;
  const residual = fact.property === "residual_lipschitz";
  const constantAt = (norm: number): number => {
    const found = input === null ? null : lipschitzOfNetwork(b, context, input, output, residual, norm);
    if (found === null) throw new Limitation("the Lipschitz constant of this network", span);
    return found;
  };
  const norm = normWithin(constantAt, bound, count);
  if (norm === null) throw new UnreachableBound(fact, constantAt(0), span);
  return norm;
}

const LIPSCHITZ: ReadonlySet<Fact["property"]> = new Set([
  "lipschitz",
  "residual_lipschitz",
  "nonexpansive",
] as const);

function nonnegativeOf(
  b: IrBuilder,
  context: LayerContext,
  { input, output }: NetworkBody,
  span: Span,
): ReadonlySet<Variable> {
  const found = input === null ? null : convexNetwork(b, context, input, output);
  if (found === null) throw new Limitation("the convexity of this network", span);
  return found.nonnegative;
}

/** The interval that a weight is projected onto: [0, inf), or [-1, 1] for slopes in a network with a Lipschitz bound. */
export function intervalOf(b: IrBuilder, weight: Weight, kept: KeptLimits): IrParameter["interval"] {
  const end = (value: number) => b.block([], (inner) => [inner.constant(value)]);
  const closed = { lowOpen: false, highOpen: false };
  if (weight.nonnegative || kept.nonnegative.has(weight.variable)) {
    return { ...closed, low: end(0), high: null };
  }
  const isSlope = weight.path.endsWith(".slope");
  return isSlope && kept.norm !== null ? { ...closed, low: end(-1), high: end(1) } : null;
}

/** A weight that has to be nonnegative begins so. */
export function startWithin(weight: Weight, kept: KeptLimits): WeightStart {
  const random = typeof weight.start === "string" && weight.start !== "zero";
  return random && kept.nonnegative.has(weight.variable) ? "average" : weight.start;
}

/** The smaller of two bounds that may be absent. */
export function smaller(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}
