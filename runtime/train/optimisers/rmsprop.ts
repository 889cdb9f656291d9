import { byEngine, EPSILON, type OptimiserRule } from "./rule.ts";

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
  const { decay = 0.9, momentum = 0, epsilon = EPSILON, centered = false } = settings;
  return {
    slots: centered ? { square: 0, momentum: 0, mean: 0 } : { square: 0, momentum: 0 },
    update: (update) => {
      const rule = { kind: "rmsprop", rate: update.rate, decay, momentum, epsilon, centered } as const;
      return byEngine(update, () => rule, centered ? ["square", "momentum", "mean"] : ["square", "momentum"]);
    },
  };
}
