import { compute, EPSILON, slot, type OptimiserRule } from "./rule.ts";

export interface RmspropSettings {
  readonly name: "rmsprop";
  readonly rate: number;
  readonly decay?: number;
  readonly momentum?: number;
  readonly epsilon?: number;
  readonly centered?: boolean;
}

/**
 * RMSProp (Tieleman and Hinton, 2012): s <- d s + (1 - d) g^2, a <- m a + rate g/sqrt(s + e), x <- x - a; with
 * `centered` c <- d c + (1 - d) g and sqrt(s - (c^2 + e)). As `tf.train.rmsprop`.
 */
export function rmsprop(settings: RmspropSettings): OptimiserRule {
  const { decay: d = 0.9, momentum: m = 0, epsilon: e = EPSILON, centered = false } = settings;
  return {
    slots: centered ? { square: 0, momentum: 0, mean: 0 } : { square: 0, momentum: 0 },
    update: (update) => {
      const { operations, value: x, gradient: g, rate: r } = update;
      const s = compute(operations, "s*d + g*g*n", { s: slot(update, "square"), g }, { d, n: 1 - d });
      const c = centered
        ? compute(operations, "c*d + g*n", { c: slot(update, "mean"), g }, { d, n: 1 - d })
        : null;
      const before = slot(update, "momentum");
      const a =
        c === null
          ? compute(operations, "a*m + g*r/sqrt(s + e)", { a: before, g, s }, { m, r, e })
          : compute(operations, "a*m + g*r/sqrt(s - (c*c + e))", { a: before, g, s, c }, { m, r, e });
      const value = operations.map("x - a", { x, a });
      return { value, slots: { square: s, momentum: a, ...(c === null ? {} : { mean: c }) } };
    },
  };
}
