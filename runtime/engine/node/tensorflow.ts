import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { EngineError } from "../engine.ts";
import { cacheFolder } from "./nativeKernels.ts";

/** The engines that compute with TensorFlow's library. */
export type TensorflowName = "tensorflow" | "tensorflow-gpu";

/** A wheel by its name and version at the Python package index, and the SHA-256 of the file. */
export interface Wheel {
  readonly requirement: string;
  readonly hash: string;
}

/** What an engine is made of. */
export interface Distribution {
  /** the npm package, its version, and the word for it after `ipc setup` */
  readonly module: string;
  readonly version: string;
  readonly setup: string;
  readonly wheel: Wheel;
  /** wheels whose folder `nvidia` is wanted as it is */
  readonly libraries: readonly Wheel[];
  /** MB that are downloaded, that are needed while it is built, and that remain */
  readonly megabytes: { readonly download: number; readonly building: number; readonly kept: number };
}

/** By engine. The wheels are those of CPython 3.11 for Linux on x86-64: Python itself is not used by what is built. */
export const DISTRIBUTIONS: { readonly [N in TensorflowName]: Distribution } = {
  tensorflow: {
    module: "@tensorflow/tfjs-node",
    version: "4.22.0",
    setup: "tfjs-node",
    wheel: {
      requirement: "tensorflow-cpu==2.15.1",
      hash: "54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26",
    },
    libraries: [],
    megabytes: { download: 270, building: 1500, kept: 570 },
  },
  "tensorflow-gpu": {
    module: "@tensorflow/tfjs-node-gpu",
    version: "4.22.0",
    setup: "tfjs-node-gpu",
    wheel: {
      requirement: "tensorflow==2.18.1",
      hash: "c9f87e5d2a680a4595f5dc30daf6bbaec9d4129b46d7ef1b2af63c46ac7d2828",
    },
    libraries: [
      {
        requirement: "nvidia-cublas-cu12==12.5.3.2",
        hash: "ca070ad70e9fa6654084575d01bd001f30cc4665e33d4bb9fc8e0f321caa034b",
      },
      {
        requirement: "nvidia-cuda-cupti-cu12==12.5.82",
        hash: "bde77a5feb66752ec61db2adfe47f56b941842825b4c7e2068aff27c9d107953",
      },
      {
        requirement: "nvidia-cuda-nvcc-cu12==12.5.82",
        hash: "b03e545b8e8c3ce7ebcd7fc44063180ff52ff01d064ece2127ed90a04ef12cd0",
      },
      {
        requirement: "nvidia-cuda-nvrtc-cu12==12.5.82",
        hash: "3dbd97b0104b4bfbc3c4f8c79cd2496307c89c43c29a9f83125f1d76296ff3fd",
      },
      {
        requirement: "nvidia-cuda-runtime-cu12==12.5.82",
        hash: "3e79a060e126df40fd3a068f3f787eb000fa51b251ec6cd97d09579632687115",
      },
      {
        requirement: "nvidia-cudnn-cu12==9.3.0.75",
        hash: "9ad9c6929ebb5295eb4a1728024666d1c88283373e265a0c5c883e6f9d5cd76d",
      },
      {
        requirement: "nvidia-cufft-cu12==11.2.3.61",
        hash: "9a6e8df162585750f61983a638104a48c756aa13f9f48e19ab079b38e3c828b8",
      },
      {
        requirement: "nvidia-curand-cu12==10.3.6.82",
        hash: "2823fb27de4e44dbb22394a6adf53aa6e1b013aca0f8c22867d1cfae58405536",
      },
      {
        requirement: "nvidia-cusolver-cu12==11.6.3.83",
        hash: "93cfafacde4428b71778eeb092ec615a02a3d05404da1bcf91c53e3fa1bce42b",
      },
      {
        requirement: "nvidia-cusparse-cu12==12.5.1.3",
        hash: "016df8e993c437e8301e62739f01775cba988fd5253cd4c64173f8e8d2f8e752",
      },
      {
        requirement: "nvidia-nccl-cu12==2.21.5",
        hash: "8579076d30a8c24988834445f8d633c697d42397e92ffc3f63fa26766d25e0a0",
      },
      {
        requirement: "nvidia-nvjitlink-cu12==12.5.82",
        hash: "f9b37bc5c8cf7509665cb6ada5aaa0ce65618f2332b7d3e78e9790511f111212",
      },
    ],
    megabytes: { download: 2400, building: 6000, kept: 4000 },
  },
};

/** Where `ipc setup` keeps an engine's module, or would keep it: other versions have other folders. */
export function tensorflowFolder(name: TensorflowName): string {
  const { setup, version, wheel } = DISTRIBUTIONS[name];
  const library = wheel.requirement.replace("==", "-");
  return join(cacheFolder(), name, `${setup}-${version}-${library}`);
}

/**
 * The module of an engine: what `ipc setup` keeps, or else the package that is installed beside this one.
 * @throws EngineError where there is neither, or it cannot be loaded
 */
export async function tensorflowModule(name: TensorflowName): Promise<unknown> {
  const folder = tensorflowFolder(name);
  if (existsSync(folder)) return moduleIn(folder, name);
  const { module, setup } = DISTRIBUTIONS[name];
  prepareHost();
  try {
    const specifier: string = module;
    return await import(specifier);
  } catch (error) {
    throw refused(name, `${module} cannot be loaded: ${firstLine(error)}; \`ipc setup ${setup}\` sets it up`);
  }
}

/**
 * The module of an engine in a folder.
 * @throws EngineError where it cannot be loaded
 */
export function moduleIn(folder: string, name: TensorflowName): unknown {
  prepareHost();
  const { module } = DISTRIBUTIONS[name];
  try {
    return createRequire(join(folder, "package.json"))(module);
  } catch (error) {
    throw refused(name, `${module} in ${folder} cannot be loaded: ${firstLine(error)}`);
  }
}

/**
 * What the module needs of its host before its first operation: `util.isNullOrUndefined`, which Node 23 took away, and
 * `util.isArray`, of which it warns. TensorFlow itself is asked to be quiet about what it found, and not to take all of
 * a GPU's memory.
 */
function prepareHost(): void {
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
  process.env["TF_FORCE_GPU_ALLOW_GROWTH"] ??= "true";
  const util: Record<string, unknown> = createRequire(import.meta.url)("util");
  util["isNullOrUndefined"] ??= (value: unknown) => value === null || value === undefined;
  util["isArray"] = Array.isArray;
}

function refused(name: TensorflowName, reason: string): EngineError {
  return new EngineError(name, "start", [], reason);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}
