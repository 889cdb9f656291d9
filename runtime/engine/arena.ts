import { createMachine } from "./arena/machine.ts";
import { createStore } from "./arena/store.ts";
import { fillOf } from "./arena/fill.ts";
import type { Engine } from "./engine.ts";

/**
 * The engine on an arena of its own: one shared WebAssembly memory, and the kernels of runtime/kernels.
 * @throws EngineError where WebAssembly lacks SIMD or shared memory
 */
export function arenaEngine(name: string): Partial<Engine> {
  const store = createStore(createMachine(name));
  const { upload, read, readNow, dispose, scope, memory, reshape } = store;
  return {
    name,
    significand: 24,
    upload,
    read,
    readNow,
    dispose,
    scope,
    memory,
    reshape,
    ...fillOf(store),
  };
}
