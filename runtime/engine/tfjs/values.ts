import type { Tensor } from "@tensorflow/tfjs-core";
import type { Instance } from "./instance.ts";

/** Thresholds of at most this size are read whole; of larger ones the least is computed first. */
const SMALL = 4096;

/** The numbers of a tensor at once, or null where the backend reads asynchronously only. */
export function valuesOf(instance: Instance, tensor: Tensor): Float32Array | null {
  if (instance.tf.getBackend() === "webgpu") return null;
  return Float32Array.from(tensor.dataSync());
}

/** Whether no entry is negative; false where that cannot be known at once. */
export function nonnegative(instance: Instance, tensor: Tensor): boolean {
  if (tensor.size === 0) return true;
  const few = tensor.size <= SMALL ? tensor : instance.tf.min(tensor);
  return valuesOf(instance, few)?.every((value) => !(value < 0)) ?? false;
}
