import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Host, refuse } from "../webgpu/device.ts";
import { cacheFolder } from "./nativeKernels.ts";

/** The npm package that brings WebGPU to Node (Dawn, its binary within), and the version that `ipc setup` takes. */
export const WEBGPU_PACKAGE = { name: "webgpu", version: "0.6.2" } as const;

/** The environment variable by which an adapter in software is taken, which tests want and users do not. */
export const SOFTWARE_VARIABLE = "IPC_WEBGPU_SOFTWARE";

/** Where `ipc setup webgpu` keeps the package, or would keep it. */
export function webgpuFolder(): string {
  return join(cacheFolder(), "webgpu", WEBGPU_PACKAGE.version);
}

/**
 * WebGPU for this process, by what `ipc setup` keeps or by the package that is installed beside this one. Node's end
 * does not wait for it.
 * @throws EngineError where there is neither, or it cannot be loaded
 */
export async function nodeHost(): Promise<Host> {
  const folder = webgpuFolder();
  const module = await (existsSync(folder) ? hostModule(folder) : hostModule(null));
  const software = (process.env[SOFTWARE_VARIABLE] ?? "0") !== "0";
  return { gpu: module.create([]), software, ...answers() };
}

/** What the package exports. */
interface Module {
  create(options: readonly string[]): GPU;
}

/**
 * The package in a folder, or, for null, beside this one.
 * @throws EngineError where it cannot be loaded
 */
async function hostModule(folder: string | null): Promise<Module> {
  const { name } = WEBGPU_PACKAGE;
  try {
    const place: string =
      folder === null ? name : pathToFileURL(createRequire(join(folder, "package.json")).resolve(name)).href;
    const module: unknown = await import(place);
    if (isModule(module)) return module;
  } catch (error) {
    const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw refuse("start", [], `${name} cannot be loaded: ${line}; \`ipc setup webgpu\` sets it up`);
  }
  throw refuse("start", [], `${name} in ${folder ?? "this installation"} is not the package of that name`);
}

function isModule(module: unknown): module is Module {
  return typeof module === "object" && module !== null && typeof Reflect.get(module, "create") === "function";
}

/** Turns of the device before the thread pauses between two, and for how many milliseconds. */
const EAGER_TURNS = 50;
const PAUSE = 0.2;

/**
 * How Dawn gives answers on Node: while it owes some, a function of its own is handed to `setImmediate`, which
 * delivers what is there and hands itself over once more. `request` notices that function, and `wait` calls it until
 * the answer is there, so that numbers can be read at once; without it the engine reads asynchronously only.
 */
function answers(): Pick<Host, "request" | "wait"> {
  let deliver: (() => void) | null = null;
  const own = globalThis.setImmediate;
  const noticing = <T>(note: (turn: () => void) => void, body: () => T): T => {
    const replaced = (turn: () => void): void => {
      note(turn);
    };
    Reflect.set(globalThis, "setImmediate", replaced);
    try {
      return body();
    } finally {
      globalThis.setImmediate = own;
    }
  };
  const pauses = new Int32Array(new SharedArrayBuffer(4));
  return {
    request: (ask) =>
      noticing((turn) => {
        deliver ??= turn;
        own(turn);
      }, ask),
    wait: () => {
      const turn = deliver;
      if (turn === null) return null;
      const body = (ask: () => void, pending: () => boolean): void => {
        ask();
        for (let turns = 0; pending(); turns++) {
          turn();
          if (turns > EAGER_TURNS) Atomics.wait(pauses, 0, 0, PAUSE);
        }
      };
      return (ask, pending) => {
        noticing(
          () => undefined,
          () => {
            body(ask, pending);
          },
        );
      };
    },
  };
}
