import type { Engine } from "./engine.ts";
import { EngineError } from "./engine.ts";
import { tfjsEngine } from "./tfjs.ts";

/** The files of the WebAssembly backend, of which one is loaded. */
const BINARIES = [
  "tfjs-backend-wasm.wasm",
  "tfjs-backend-wasm-simd.wasm",
  "tfjs-backend-wasm-threaded-simd.wasm",
] as const;

let prepared: Promise<Engine> | null = null;

/**
 * The default engine: tfjs on WebAssembly (SIMD where the machine has it). Prepared once a process, in about 0.2 s.
 * @throws EngineError where WebAssembly cannot be started
 */
export function wasmEngine(): Promise<Engine> {
  prepared ??= prepare();
  return prepared;
}

async function prepare(): Promise<Engine> {
  const [tf, { setWasmPaths }] = await Promise.all([
    import("@tensorflow/tfjs-core"),
    import("@tensorflow/tfjs-backend-wasm"),
  ]);
  const paths = installedBinaries();
  if (paths !== null) setWasmPaths(paths);
  if (!(await tf.setBackend("wasm"))) {
    throw new EngineError("wasm", "start", [], "tfjs could not start its WebAssembly backend");
  }
  await tf.ready();
  return tfjsEngine(tf, "wasm");
}

/** Where the package's binaries are installed, or null where tfjs itself must find them, as in browsers. */
function installedBinaries(): Record<(typeof BINARIES)[number], string> | null {
  if (typeof process === "undefined" || typeof import.meta.resolve !== "function") return null;
  const path = (file: string): string => {
    const { pathname } = new URL(import.meta.resolve(`@tensorflow/tfjs-backend-wasm/dist/${file}`));
    return decodeURIComponent(pathname).replace(/^\/([A-Za-z]:)/, "$1");
  };
  const [plain, simd, threaded] = BINARIES;
  return { [plain]: path(plain), [simd]: path(simd), [threaded]: path(threaded) };
}
