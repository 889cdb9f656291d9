import v8 from "node:v8";
import type { Equipment } from "../arena/machine.ts";
import { EngineError } from "../engine.ts";
import { hasNativeKernels, NATIVE, nativeFile, nativeKernels } from "./nativeKernels.ts";
import { createThreads } from "./threads.ts";

/** The threads of this computer, and WebAssembly's fused multiplications, which Node 20 must be asked for (later ones know no such flag). */
export function nodeEquipment(name: string): Equipment {
  if (process.versions.node.startsWith("20.")) v8.setFlagsFromString("--experimental-wasm-relaxed-simd");
  return { threads: (memory) => createThreads(name, memory) };
}

/**
 * The same with the native kernels.
 * @throws EngineError where they have not been built
 */
export function nativeEquipment(): Equipment {
  if (!hasNativeKernels()) {
    throw new EngineError(
      NATIVE,
      "start",
      [],
      "its kernels are not built for this computer: `ipc setup native`",
    );
  }
  return { ...nodeEquipment(NATIVE), native: nativeKernels(nativeFile()) };
}

export { hasNativeKernels } from "./nativeKernels.ts";
