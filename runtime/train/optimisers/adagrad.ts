import { compute, EPSILON, slot, type OptimiserRule } from "./rule.ts";

export interface AdagradSettings {
  readonly name: "adagrad";
  readonly rate: number;
  /** the accumulator's first value */
  readonly initial?: number;
}

/** Adagrad (Duchi, Hazan, Singer, 2011): s <- s + g^2, x <- x - rate g/sqrt(s + e). As `tf.train.adagrad`. */
export function adagrad({ initial = 0.1 }: AdagradSettings): OptimiserRule {
  return {
    slots: { square: initial },
    update: (update) => {
      const { operations, value: x, gradient: g, rate: r } = update;
      const s = operations.map("s + g*g", { s: slot(update, "square"), g });
      const value = compute(operations, "x - r*(g/sqrt(s + e))", { x, g, s }, { r, e: EPSILON });
      return { value, slots: { square: s } };
    },
  };
}
