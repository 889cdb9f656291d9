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
  wasm ??= onThisHost().then((host) => arenaEngine(WASM, host?.nodeEquipment(WASM)));
  return wasm;
}

/**
 * The same kernels, built for this computer by `ipc setup native`. Prepared once a process.
 * @throws EngineError where they have not been built
 */
export function nativeEngine(): Promise<Engine> {
  native ??= onThisHost().then((host) => arenaEngine(NATIVE, host?.nativeEquipment()));
  return native;
}

/** Whether `nativeEngine` can be prepared. */
export async function hasNativeEngine(): Promise<boolean> {
  return (await onThisHost())?.hasNativeKernels() ?? false;
}

/** What Node has beside WebAssembly: threads, files; null in a browser. */
async function onThisHost(): Promise<typeof NodeEquipment | null> {
  return typeof process === "undefined" ? null : import("./node/equipment.ts");
}
