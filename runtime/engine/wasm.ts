import { arenaEngine } from "./arena.ts";
import type { Engine } from "./engine.ts";
import type * as NodeEquipment from "./node/equipment.ts";

const WASM = "wasm";
const NATIVE = "native";

let wasm: Promise<Engine> | null = null;
let native: Promise<Engine> | null = null;

/**
 * The default engine: the kernels of this project on WebAssembly. Prepared once a process.
 * @throws EngineError where WebAssembly lacks SIMD or shared memory
 */
export function wasmEngine(): Promise<Engine> {
  wasm ??= forgotten(
    onThisHost().then((host) => arenaEngine(WASM, host?.nodeEquipment(WASM))),
    () => (wasm = null),
  );
  return wasm;
}

/**
 * The same kernels, built for this computer by `ipc setup native`. Prepared once a process.
 * @throws EngineError where they have not been built
 */
export function nativeEngine(): Promise<Engine> {
  native ??= forgotten(
    onThisHost().then((host) => arenaEngine(NATIVE, host?.nativeEquipment())),
    () => (native = null),
  );
  return native;
}

/** Whether `nativeEngine` can be prepared. */
export async function hasNativeEngine(): Promise<boolean> {
  return (await onThisHost())?.hasNativeKernels() ?? false;
}

/** The promise, which is forgotten where it fails: what was missing may be set up later. */
function forgotten(engine: Promise<Engine>, forget: () => void): Promise<Engine> {
  return engine.catch((error: unknown) => {
    forget();
    throw error;
  });
}

/** What Node has beside WebAssembly: threads, files; null in a browser. */
async function onThisHost(): Promise<typeof NodeEquipment | null> {
  return typeof process === "undefined" ? null : import("./node/equipment.ts");
}
