import { byEngine, type OptimiserRule } from "./rule.ts";

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
    update: (update) =>
      byEngine(update, () => ({ kind: "momentum", rate: update.rate, momentum: m, nesterov }), ["momentum"]),
  };
}
