import type { Expression } from "../../ast/tree.ts";
import { diagnose } from "../../diagnostics/diagnose.ts";
import { computedInterval, isInfinite } from "../../lower/program/ranges.ts";
import { LAYERS, type LayerName } from "../../library/layers/table.ts";
import type { LayerSignature } from "../../library/layers/signature.ts";
import { type NetName, NETS } from "../../library/nets/table.ts";
import type { Fact } from "../../types/property.ts";
import type { Typed } from "../../types/typing.ts";
import { boundsText, type DeclaredBounds } from "../bounds.ts";
import { type Environment, report } from "../context.ts";
import { type LayerUse, layersOf } from "./networks.ts";

/** Reports the layers of a learned network that break what it is declared with; each sort of them once. */
export function checkKept(
  environment: Environment,
  network: Expression<Typed>,
  facts: readonly Fact[],
): void {
  for (const fact of facts) {
    const rule = RULES[fact.property];
    if (rule === undefined) continue;
    const broken = new Map<string, LayerUse>();
    for (const use of layersOf(environment.run.knowledge, network)) {
      if (!broken.has(use.name) && (use.opaque || breaks(use.name, rule.keeps))) broken.set(use.name, use);
    }
    for (const { name, span, opaque } of broken.values()) {
      const hint = opaque ? OPAQUE : isSummed(name) ? SUMMED : rule.hint;
      const args = { property: fact.property, layer: name, hint };
      const [declared] = fact.evidence;
      report(environment, diagnose("IPX3310", span, args, declared === undefined ? {} : { declared }));
    }
  }
}

/** Reports an interval with computed ends that a network cannot be kept in beside what it is declared with. */
export function checkKeptRange(
  environment: Environment,
  bounds: DeclaredBounds | null,
  facts: readonly Fact[],
): void {
  if (bounds === null || computedInterval(bounds.tree) === null) return;
  const { low, high, lowOpen, highOpen } = bounds.tree;
  const isHalfLine = isInfinite(low) || isInfinite(high);
  const isSteep = !isHalfLine && (lowOpen || highOpen);
  const broken = facts.find(
    ({ property }) =>
      property === "residual_lipschitz" ||
      (property === "convex" && !isInfinite(high)) ||
      ((property === "lipschitz" || property === "nonexpansive") && isSteep),
  );
  if (broken === undefined) return;
  const [declared] = broken.evidence;
  const args = { property: broken.property, layer: boundsText(bounds.tree), hint: RANGE };
  report(environment, diagnose("IPX3310", bounds.span, args, declared === undefined ? {} : { declared }));
}

const RANGE =
  "Write the ends as plain numbers, or take a closed interval for a Lipschitz constant, and one up to `inf` for convexity.";

const OPAQUE =
  "Nothing is known of a network of a file. Where it is bound to a `given` map, such a property is assumed.";

const SUMMED =
  "A sum over the pixels is the steeper the more there are, and weights serve every size. End layers of your own in `globalpool`, a mean; or leave the bound out.";

interface KeptRule {
  readonly keeps: (layer: LayerSignature) => boolean;
  readonly hint: string;
}

/** Weights with norms; what a layer around others does follows from those; `prelu` is kept by bounds of its slopes. */
const WEIGHTED: ReadonlySet<string> = new Set<LayerName>(["conv", "upconv", "depthwise", "dense"]);
const BOUNDED: KeptRule = {
  keeps: ({ slope, mixesSamples }) => slope !== null || mixesSamples,
  hint: "Take layers whose slope is known, such as `relu`, `prelu`, `softplus`, `tanh`, `maxpool`; or leave the bound out.",
};
const RULES: { readonly [P in Fact["property"]]?: KeptRule } = {
  convex: {
    keeps: ({ convex }) => convex,
    hint: "Convex and nondecreasing are `relu`, `leaky_relu`, `elu`, `softplus`, `maxpool`, `avgpool`, `globalpool`.",
  },
  lipschitz: BOUNDED,
  nonexpansive: BOUNDED,
  residual_lipschitz: BOUNDED,
};

/** Whether it is a network of the library that sums over the pixels, of which there may be any number. */
function isSummed(name: string): boolean {
  return Object.hasOwn(NETS, name) && NETS[name as NetName].result === "number";
}

function breaks(name: string, keeps: KeptRule["keeps"]): boolean {
  if (isSummed(name)) return keeps === BOUNDED.keeps;
  if (!Object.hasOwn(LAYERS, name)) return false;
  const layer = LAYERS[name as LayerName];
  if (layer.shape === "residual" || layer.shape === "skip" || WEIGHTED.has(name)) return false;
  return !(name === "prelu" && keeps === BOUNDED.keeps) && !keeps(layer);
}
