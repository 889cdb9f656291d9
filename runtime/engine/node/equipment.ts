import v8 from "node:v8";
import type { Equipment } from "../arena/machine.ts";
import { EngineError } from "../engine.ts";
import { type CompiledKernels, compiledKernels } from "./compiledKernels.ts";
import { knownCompiler } from "./compiler.ts";
import { kernelCache } from "./kernelCache.ts";
import { hasNativeKernels, NATIVE, nativeFile, nativeKernels } from "./nativeKernels.ts";
import { createThreads } from "./threads.ts";

/** The threads of this computer, and WebAssembly's fused multiplications, which Node 20 must be asked for (later ones know no such flag). */
export function nodeEquipment(name: string): Equipment {
  if (process.versions.node.startsWith("20.")) v8.setFlagsFromString("--experimental-wasm-relaxed-simd");
  return { threads: (memory) => createThreads(name, memory) };
}

/**
 * The same with the native kernels, and native code for those that are written at run time where its compiler is known;
 * `watch` is given what compiles them.
 * @throws EngineError where they have not been built
 */
export function nativeEquipment(watch?: (kernels: CompiledKernels) => void): Equipment {
  if (!hasNativeKernels()) {
    throw new EngineError(
      NATIVE,
      "start",
      [],
      "its kernels are not built for this computer: `ipc setup native`",
    );
  }
  const native = nativeKernels(nativeFile());
  const compiler = knownCompiler();
  const cache = compiler === null ? null : kernelCache(compiler);
  return {
    ...nodeEquipment(NATIVE),
    native: ({ memory }) => {
      const compiled = cache === null ? null : compiledKernels(memory, native, cache);
      if (compiled !== null) watch?.(compiled);
      return {
        file: native.file,
        names: native.names,
        kernelAt: (index) => native.kernelAt(index, memory),
        successorOf: compiled?.successorOf ?? null,
      };
    },
  };
}

export { hasNativeKernels } from "./nativeKernels.ts";
