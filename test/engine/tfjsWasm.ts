import * as tf from "@tensorflow/tfjs-core";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Engine } from "../../runtime/engine/engine.ts";
import { engine } from "../../runtime/engine/select.ts";

/** An engine on a user's own tfjs with its WebAssembly backend. */
export async function tfjsWasmEngine(): Promise<Engine> {
  const main = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(join(dirname(main), "/"));
  await tf.setBackend("wasm");
  return engine({ tf });
}
