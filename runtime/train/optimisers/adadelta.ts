import { compute, EPSILON, slot, type OptimiserRule } from "./rule.ts";

export interface AdadeltaSettings {
  readonly name: "adadelta";
  readonly rate?: number;
  readonly rho?: number;
  readonly epsilon?: number;
}

/**
 * Adadelta (Zeiler, 2012) as `tf.train.adadelta` has it, with the mean of squares BEFORE the new gradient in the
 * denominator: u = g sqrt(t + e)/sqrt(s + e), then s <- p s + (1 - p) g^2, t <- p t + (1 - p) u^2, x <- x - rate u.
 */
export function adadelta({ rho: p = 0.95, epsilon: e = EPSILON }: AdadeltaSettings): OptimiserRule {
  return {
    slots: { square: 0, updates: 0 },
    update: (update) => {
      const { operations, value: x, gradient: g, rate: r } = update;
      const [s, t] = [slot(update, "square"), slot(update, "updates")];
      const u = compute(operations, "sqrt(t + e)/sqrt(s + e)*g", { s, t, g }, { e });
      const mean = "m*p + v*v*n";
      return {
        value: compute(operations, "x - r*u", { x, u }, { r }),
        slots: {
          square: compute(operations, mean, { m: s, v: g }, { p, n: 1 - p }),
          updates: compute(operations, mean, { m: t, v: u }, { p, n: 1 - p }),
        },
      };
    },
  };
}
