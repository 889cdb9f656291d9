import type { Operations } from "../arrays/operations.ts";
import { handlesOf, type ArrayValue, type Value } from "../arrays/value.ts";

/** The loss of each sample, and its cotangent: the gradient of each sample's own loss by the output. */
export interface LossValue {
  readonly value: ArrayValue;
  readonly cotangent: Value;
}

/** A loss of the output alone; the target is in the closure. */
export type OutputLoss = (operations: Operations, output: Value) => LossValue;

/** The handles of a loss. */
export function lossHandles({ value, cotangent }: LossValue) {
  return [value.handle, ...handlesOf(cotangent)];
}

/** The loss with its cotangent times a weight for each sample. */
export function weighted(operations: Operations, loss: LossValue, weights: ArrayValue): LossValue {
  const { value, cotangent } = loss;
  return { value, cotangent: operations.map("w*c", { w: weights, c: cotangent }) };
}
