import { byEngine, EPSILON, type OptimiserRule } from "./rule.ts";

export interface AdamSettings {
  readonly name: "adam";
  readonly rate?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/**
 * Adam (Kingma and Ba, 2015): m <- b1 m + (1 - b1) g, v <- b2 v + (1 - b2) g^2, and with both divided by 1 - b^t
 * x <- x - rate m/(sqrt(v) + e). As `tf.train.adam`.
 */
export function adam({ beta1 = 0.9, beta2 = 0.999, epsilon: e = EPSILON }: AdamSettings): OptimiserRule {
  return {
    slots: { first: 0, second: 0 },
    update: (update) => {
      // both corrections folded into rate and epsilon, to spare two passes
      const ruleAt = (step: number) => {
        const d = Math.sqrt(1 - beta2 ** (step + 1));
        const rate = (update.rate * d) / (1 - beta1 ** (step + 1));
        return { kind: "adam", rate, beta1, beta2, epsilon: e * d } as const;
      };
      return byEngine(update, ruleAt, ["first", "second"]);
    },
  };
}
