import { type Engine, EngineError } from "./engine.ts";
import { referenceEngine } from "./reference.ts";
import { tfjsEngine } from "./tfjs.ts";
import type { Tf } from "./tfjs/instance.ts";
import { hasNativeEngine, nativeEngine, wasmEngine } from "./wasm.ts";

/** The engines that can be asked for by name, with what they are. */
export const ENGINES = {
  auto: "the default: native where it has been set up, else wasm",
  wasm: "own kernels on WebAssembly, single precision",
  native: "the same kernels built for this computer: `ipc setup native`",
  reference: "plain TypeScript, double precision, slow: the oracle",
  tensorflow: "@tensorflow/tfjs-node, if it is installed",
  "tensorflow-gpu": "@tensorflow/tfjs-node-gpu, if it is installed",
} as const;

export type EngineName = keyof typeof ENGINES;

/** What to choose: a name, or a tfjs instance of one's own, with its backend. */
export interface EngineChoice {
  readonly name?: EngineName;
  readonly tf?: Tf;
}

/** Optional packages: named by variables, so that nothing tries to bundle or install them. */
const PACKAGES: { readonly [N in "tensorflow" | "tensorflow-gpu"]: string } = {
  tensorflow: "@tensorflow/tfjs-node",
  "tensorflow-gpu": "@tensorflow/tfjs-node-gpu",
};

/** Whether a word names an engine. */
export function isEngineName(name: string): name is EngineName {
  return Object.hasOwn(ENGINES, name);
}

/**
 * The engine of that choice, ready to compute.
 * @throws EngineError where it is not installed, does not start, or fails its first product
 */
export async function engine({ name = "auto", tf }: EngineChoice = {}): Promise<Engine> {
  if (tf !== undefined) {
    await tf.ready();
    return probed(tfjsEngine(tf, `tfjs (${tf.getBackend()})`));
  }
  switch (name) {
    case "auto":
      return (await hasNativeEngine()) ? nativeEngine() : wasmEngine();
    case "wasm":
      return wasmEngine();
    case "native":
      return nativeEngine();
    case "reference":
      return referenceEngine();
    case "tensorflow":
    case "tensorflow-gpu":
      return tensorflowEngine(name);
  }
}

async function tensorflowEngine(name: "tensorflow" | "tensorflow-gpu"): Promise<Engine> {
  const specifier = PACKAGES[name];
  let loaded: unknown;
  try {
    loaded = await import(specifier);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new EngineError(name, "start", [], `${specifier} cannot be loaded: ${reason}`);
  }
  const tf = [loaded, defaultOf(loaded)].find(isTfjs);
  if (tf === undefined) throw new EngineError(name, "start", [], `${specifier} is no tfjs`);
  await tf.setBackend("tensorflow");
  await tf.ready();
  return probed(tfjsEngine(tf, name));
}

function defaultOf(module: unknown): unknown {
  return typeof module === "object" && module !== null && "default" in module ? module.default : null;
}

function isTfjs(module: unknown): module is Tf {
  return (
    typeof module === "object" &&
    module !== null &&
    ["tidy", "matMul", "getBackend", "setBackend", "ready", "engine"].every(
      (name) => typeof Reflect.get(module, name) === "function",
    )
  );
}

/** The engine, if a small product on it is right. */
async function probed(candidate: Engine): Promise<Engine> {
  const [a, b] = [
    candidate.upload(Float32Array.of(1, 2, 3, 4), [2, 2]),
    candidate.upload(Float32Array.of(5, 6, 7, 8), [2, 2]),
  ];
  const product = candidate.matmul(a, b, { transposeLeft: true });
  const values = Array.from(await candidate.read(product));
  candidate.dispose([a, b, product]);
  if (values.join() === "26,30,38,44") return candidate;
  throw new EngineError(candidate.name, "start", [[2, 2]], `a product came out as ${values.join(", ")}`);
}
