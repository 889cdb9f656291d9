import { compute, type OptimiserRule } from "./rule.ts";

export interface SgdSettings {
  readonly name: "sgd";
  readonly rate: number;
}

/** Gradient descent: x <- x - rate g. As `tf.train.sgd`. */
export function sgd(): OptimiserRule {
  return {
    slots: {},
    update: ({ operations, value, gradient, rate }) => ({
      value: compute(operations, "x - r*g", { x: value, g: gradient }, { r: rate }),
      slots: {},
    }),
  };
}
