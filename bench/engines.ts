import { engine, type EngineChoice, operations, type Operations } from "ipc/runtime";

/** The name by which tfjs's own WebAssembly backend, without kernels of ours, takes part as a peer. */
export const STOCK = "tfjs-wasm";

/**
 * The operations of the language on an engine by its name, or on stock tfjs.
 * @throws EngineError, or Error for a name that this build does not know
 */
export async function openOperations(name: string): Promise<Operations> {
  if (name === STOCK) return operations(await engine({ tf: await stockTfjs() }));
  // names come from the command line, and the runtime knows which there are: none is given for a stranger
  const chosen = await engine({ name } as EngineChoice);
  if (chosen === undefined) throw new Error(`this build has no engine ${name}`);
  return operations(chosen);
}

/** tfjs with its WebAssembly backend, as its users load it. */
async function stockTfjs() {
  const tf = await import("@tensorflow/tfjs-core");
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(
    new URL(".", import.meta.resolve("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm")).pathname,
  );
  if (!(await tf.setBackend("wasm"))) throw new Error("tfjs could not start its WebAssembly backend");
  await tf.ready();
  return tf;
}
