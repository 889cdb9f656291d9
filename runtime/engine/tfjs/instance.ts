import type * as TfCore from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { EngineError, type Handle } from "../engine.ts";
import { type Heap, heapOf } from "./heap.ts";

/** The module `@tensorflow/tfjs-core`, or a module that has all of it, such as `@tensorflow/tfjs`. */
export type Tf = typeof TfCore;

/** What the operations of one tfjs engine share. */
export interface Instance {
  readonly name: string;
  readonly tf: Tf;
  /** the WebAssembly backend's memory, null on other backends */
  readonly heap: Heap | null;
}

/** The instance as it is now: its backend must have been chosen and be ready. */
export function instanceOf(tf: Tf, name: string): Instance {
  return { tf, name, heap: heapOf(tf) };
}

/** The tensor of a handle: tensors are the handles of tfjs engines. */
export function tensorOf(instance: Instance, handle: Handle): Tensor {
  const { Tensor: TensorClass } = instance.tf;
  if (handle instanceof TensorClass) return handle;
  throw refuse(instance, "read", [handle.shape], "an array of another engine");
}

/** An error of this engine. */
export function refuse(
  instance: Instance,
  operation: string,
  shapes: readonly (readonly number[])[],
  reason: string,
): EngineError {
  return new EngineError(instance.name, operation, shapes, reason);
}

/**
 * Runs one operation: frees what it made on the way, and says which operation and sizes failed.
 * @throws EngineError
 */
export function run(
  instance: Instance,
  operation: string,
  handles: readonly Handle[],
  body: (...tensors: Tensor[]) => Tensor,
): Tensor {
  try {
    const tensors = handles.map((handle) => tensorOf(instance, handle));
    return instance.tf.tidy(() => {
      const result = body(...tensors);
      return tensors.includes(result) ? instance.tf.clone(result) : result;
    });
  } catch (error) {
    if (error instanceof EngineError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw refuse(
      instance,
      operation,
      handles.map((handle) => handle.shape),
      reason,
    );
  }
}
