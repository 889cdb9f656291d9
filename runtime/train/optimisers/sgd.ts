import { byEngine, type OptimiserRule } from "./rule.ts";

export interface SgdSettings {
  readonly name: "sgd";
  readonly rate: number;
}

/** Gradient descent: x <- x - rate g. As `tf.train.sgd`. */
export function sgd(): OptimiserRule {
  return {
    slots: {},
    update: (update) => byEngine(update, () => ({ kind: "sgd", rate: update.rate }), []),
  };
}
