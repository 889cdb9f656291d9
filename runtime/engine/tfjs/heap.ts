import type { Tensor, TensorInfo } from "@tensorflow/tfjs-core";
import type { Tf } from "./instance.ts";

/**
 * The memory of tfjs's WebAssembly backend. Its own kernels for slicing, joining and repeating copy whole arrays or
 * move entries one by one through JavaScript objects; loops over views of its memory are 10 to 40 times faster.
 */
export interface Heap {
  /** A tensor whose entries `write` fills; views are valid within the call only. */
  make(
    shape: readonly number[],
    inputs: readonly Tensor[],
    write: (result: Float32Array, ...inputs: Float32Array[]) => void,
  ): Tensor;
}

interface WasmBackend {
  typedArrayFromHeap(info: TensorInfo): Float32Array;
  makeOutput(shape: readonly number[], dtype: "float32"): TensorInfo;
}

/** The heap of the backend in use, or null if that is not WebAssembly. */
export function heapOf(tf: Tf): Heap | null {
  const backend: unknown = tf.backend();
  if (tf.getBackend() !== "wasm" || !isWasmBackend(backend)) return null;
  return {
    make(shape, inputs, write) {
      const info = backend.makeOutput([...shape], "float32");
      write(backend.typedArrayFromHeap(info), ...inputs.map((input) => backend.typedArrayFromHeap(input)));
      return tf.engine().makeTensorFromTensorInfo(info);
    },
  };
}

function isWasmBackend(backend: unknown): backend is WasmBackend {
  return (
    typeof backend === "object" &&
    backend !== null &&
    "typedArrayFromHeap" in backend &&
    "makeOutput" in backend
  );
}
