import { type Engine, EngineError } from "./engine.ts";
import type { TensorflowName } from "./node/tensorflow.ts";
import { referenceEngine } from "./reference.ts";
import { tfjsEngine } from "./tfjs.ts";
import type { Tf } from "./tfjs/instance.ts";
import { hasNativeEngine, nativeEngine, wasmEngine } from "./wasm.ts";
import type { Host } from "./webgpu/device.ts";
import { webgpuEngine } from "./webgpu.ts";

/** The engines that can be asked for by name, with what they are. */
export const ENGINES = {
  auto: "the default: native where it has been set up, else wasm",
  wasm: "own kernels on WebAssembly, single precision",
  native: "the same kernels built for this computer: `ipc setup native`",
  reference: "plain TypeScript, double precision, slow: the oracle",
  tensorflow: "TensorFlow's library, by @tensorflow/tfjs-node: `ipc setup tfjs-node`",
  "tensorflow-gpu": "the same on an NVIDIA GPU: `ipc setup tfjs-node-gpu`",
  webgpu: "own kernels on the graphics processor, by WebGPU: `ipc setup webgpu`",
} as const;

export type EngineName = keyof typeof ENGINES;

/** What to choose: a name, or a tfjs instance of one's own, with its backend. */
export interface EngineChoice {
  readonly name?: EngineName;
  readonly tf?: Tf;
}

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
    case "webgpu":
      return probed(await webgpuEngine(await foundHost()));
    case "tensorflow":
    case "tensorflow-gpu":
      return tensorflowEngine(name, await foundModule(name));
  }
}

/**
 * The engine over the TensorFlow backend of a module that has been loaded.
 * @throws EngineError where that is no tfjs, or its first product fails
 */
export async function tensorflowEngine(name: TensorflowName, module: unknown): Promise<Engine> {
  const tf = [module, defaultOf(module)].find(isTfjs);
  if (tf === undefined) throw new EngineError(name, "start", [], "the module is no tfjs");
  await tf.setBackend("tensorflow");
  await tf.ready();
  return probed(tfjsEngine(tf, name));
}

/** WebGPU for this process. @throws EngineError where it is not installed */
async function foundHost(): Promise<Host> {
  if (typeof process === "undefined") throw new EngineError("webgpu", "start", [], "it needs Node");
  const { nodeHost } = await import("./node/webgpu.ts");
  return nodeHost();
}

async function foundModule(name: TensorflowName): Promise<unknown> {
  if (typeof process === "undefined") throw new EngineError(name, "start", [], "it needs Node");
  const { tensorflowModule } = await import("./node/tensorflow.ts");
  return tensorflowModule(name);
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
