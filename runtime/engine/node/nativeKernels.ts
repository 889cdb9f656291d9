import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cpus, homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { NativeKernel, NativeKernels } from "../arena/machine.ts";
import { EngineError } from "../engine.ts";
import type { Objects } from "./compiledKernels.ts";

/** The name of the engine whose kernels were built for this computer. */
export const NATIVE = "native";

/** The folder of this package that holds the kernels. */
export function kernelFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json")) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, "runtime", "kernels");
}

/** The C sources of the kernels, by their path, in order. */
export function kernelSources(): readonly string[] {
  const folder = join(kernelFolder(), "source");
  return readdirSync(folder)
    .sort()
    .map((file) => join(folder, file));
}

/** Where the user's programs keep what can be made again. */
export function cacheFolder(): string {
  const own = process.env["XDG_CACHE_HOME"];
  if (own !== undefined && own !== "") return join(own, "ipc");
  switch (process.platform) {
    case "darwin":
      return join(homedir(), "Library", "Caches", "ipc");
    case "win32":
      return join(process.env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local"), "ipc");
    default:
      return join(homedir(), ".cache", "ipc");
  }
}

/** Where the addon of these sources for this processor is, or would be: another source or processor has another. */
export function nativeFile(): string {
  const hash = createHash("sha256");
  const native = ["addon.c", "elementwise.h"].map((file) => join(kernelFolder(), "native", file));
  for (const file of [...kernelSources(), ...native]) {
    hash.update(file.slice(kernelFolder().length)).update(readFileSync(file));
  }
  hash.update(`${process.platform} ${process.arch} ${cpus()[0]?.model ?? ""}`);
  return join(cacheFolder(), NATIVE, `${hash.digest("hex").slice(0, 16)}.node`);
}

/** Whether the native kernels have been built. */
export function hasNativeKernels(): boolean {
  return existsSync(join(cacheFolder(), NATIVE)) && existsSync(nativeFile());
}

interface Addon {
  readonly names: readonly string[];
  readonly kernelAt: (index: number, view: Float32Array) => NativeKernel;
  readonly kernelIn: (object: string, symbol: string, view: Float32Array) => NativeKernel;
}

/** The addon, on any memory. */
export type Native = Objects &
  Pick<NativeKernels, "names"> & {
    readonly kernelAt: (index: number, memory: WebAssembly.Memory) => NativeKernel;
  };

/**
 * The native kernels in a file.
 * @throws EngineError where the file is missing or is no addon of this project
 */
export function nativeKernels(file: string): Native {
  const module: { exports: unknown } = { exports: {} };
  try {
    process.dlopen(module, file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EngineError(NATIVE, "start", [], `${file} cannot be loaded: ${reason}`);
  }
  const addon = module.exports;
  if (!isAddon(addon)) throw new EngineError(NATIVE, "start", [], `${file} holds no kernels`);
  return {
    file,
    names: addon.names,
    kernelAt: (index, { buffer }) => addon.kernelAt(index, new Float32Array(buffer)),
    kernelIn: (object, symbol, { buffer }) => addon.kernelIn(object, symbol, new Float32Array(buffer)),
  };
}

function isAddon(found: unknown): found is Addon {
  return (
    typeof found === "object" &&
    found !== null &&
    "names" in found &&
    Array.isArray(found.names) &&
    "kernelAt" in found &&
    typeof found.kernelAt === "function" &&
    "kernelIn" in found &&
    typeof found.kernelIn === "function"
  );
}
