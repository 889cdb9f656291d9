import { compute, EPSILON, slot, type OptimiserRule } from "./rule.ts";

export interface AdadeltaSettings {
  readonly name: "adadelta";
  readonly rate?: number;
  readonly rho?: number;
  readonly epsilon?: number;
}

/**
 * Adadelta: s <- p s + (1 - p) g^2, u = g sqrt(t + e)/sqrt(s + e), t <- p t + (1 - p) u^2, x <- x - rate u.
 * `tf.train.adadelta` divides by the mean of squares before the new gradient, so that both means stay equal and every step
 * is one of plain gradient descent; here it is the new one, as in the paper and in PyTorch.
 * Source: Zeiler, ADADELTA: An Adaptive Learning Rate Method, Algorithm 1 (2012).
 */
export function adadelta({ rho: p = 0.95, epsilon: e = EPSILON }: AdadeltaSettings): OptimiserRule {
  return {
    slots: { square: 0, updates: 0 },
    update: (update) => {
      const { operations, value: x, gradient: g, rate: r } = update;
      const [s, t] = [slot(update, "square"), slot(update, "updates")];
      const mean = "m*p + v*v*n";
      const square = compute(operations, mean, { m: s, v: g }, { p, n: 1 - p });
      const u = compute(operations, "sqrt(t + e)/sqrt(q + e)*g", { q: square, t, g }, { e });
      return {
        value: compute(operations, "x - r*u", { x, u }, { r }),
        slots: {
          square,
          updates: compute(operations, mean, { m: t, v: u }, { p, n: 1 - p }),
        },
      };
    },
  };
}
