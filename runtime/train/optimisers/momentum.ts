import { compute, slot, type OptimiserRule } from "./rule.ts";

export interface MomentumSettings {
  readonly name: "momentum";
  readonly rate: number;
  readonly momentum: number;
  readonly nesterov?: boolean;
}

/**
 * Momentum (Polyak, 1964): a <- m a + g, x <- x - rate a; with `nesterov` x <- x - rate (g + m a). As
 * `tf.train.momentum`.
 */
export function momentum({ momentum: m, nesterov = false }: MomentumSettings): OptimiserRule {
  return {
    slots: { momentum: 0 },
    update: (update) => {
      const { operations, value, gradient, rate } = update;
      const a = compute(operations, "m*a + g", { a: slot(update, "momentum"), g: gradient }, { m });
      const next = nesterov
        ? compute(operations, "x - r*(g + a*m)", { x: value, g: gradient, a }, { m, r: rate })
        : compute(operations, "x - r*a", { x: value, a }, { r: rate });
      return { value: next, slots: { momentum: a } };
    },
  };
}
