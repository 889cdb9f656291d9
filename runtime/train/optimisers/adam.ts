import { compute, EPSILON, slot, type OptimiserRule } from "./rule.ts";

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
      const { operations, value: x, gradient: g, rate: r, step } = update;
      const m = compute(operations, "m*b + g*n", { m: slot(update, "first"), g }, { b: beta1, n: 1 - beta1 });
      const v = compute(
        operations,
        "v*b + g*g*n",
        { v: slot(update, "second"), g },
        { b: beta2, n: 1 - beta2 },
      );
      // both corrections folded into rate and epsilon, to spare two passes
      const d = Math.sqrt(1 - beta2 ** (step + 1));
      const numbers = { r: (r * d) / (1 - beta1 ** (step + 1)), e: e * d };
      const value = compute(operations, "x - r*m/(sqrt(v) + e)", { x, m, v }, numbers);
      return { value, slots: { first: m, second: v } };
    },
  };
}
