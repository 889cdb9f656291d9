import { compute, EPSILON, slot, type OptimiserRule } from "./rule.ts";

export interface AdamaxSettings {
  readonly name: "adamax";
  readonly rate?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** the rate is divided by 1 + decay t */
  readonly decay?: number;
}

/**
 * Adamax (Kingma and Ba, 2015): m <- b1 m + (1 - b1) g, u <- max(b2 u, |g|),
 * x <- x - rate/(1 + decay t)/(1 - b1^(t+1)) m/(u + e). As `tf.train.adamax`.
 */
export function adamax(settings: AdamaxSettings): OptimiserRule {
  const { beta1 = 0.9, beta2 = 0.999, epsilon: e = EPSILON, decay = 0 } = settings;
  return {
    slots: { first: 0, largest: 0 },
    update: (update) => {
      const { operations, value: x, gradient: g, rate, step } = update;
      const m = compute(operations, "m*b + g*n", { m: slot(update, "first"), g }, { b: beta1, n: 1 - beta1 });
      const u = compute(operations, "max(u*b, abs(g))", { u: slot(update, "largest"), g }, { b: beta2 });
      const r = rate / (1 + decay * step) / (1 - beta1 ** (step + 1));
      const value = compute(operations, "x - r*(m/(u + e))", { x, m, u }, { r, e });
      return { value, slots: { first: m, largest: u } };
    },
  };
}
