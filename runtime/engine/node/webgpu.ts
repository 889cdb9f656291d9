import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Host, refuse } from "../webgpu/device.ts";
import { ran } from "./command.ts";
import { cacheFolder } from "./nativeKernels.ts";

/** The npm package that brings WebGPU to Node (Dawn, its binary within), and the version that `ipc setup` takes. */
const PACKAGE = { name: "webgpu", version: "0.6.2" } as const;

/** The environment variable by which an adapter in software is taken, which tests want and users do not. */
export const SOFTWARE_VARIABLE = "IPC_WEBGPU_SOFTWARE";

/** Where `ipc setup webgpu` keeps the package, or would keep it. */
export function webgpuFolder(): string {
  return join(cacheFolder(), "webgpu", PACKAGE.version);
}

/**
 * WebGPU for this process: by the package in a folder, if one is named, else by what `ipc setup` keeps, or else by the
 * package that is installed beside this one.
 * @throws EngineError where there is none, or it cannot be loaded
 */
export async function nodeHost(folder?: string): Promise<Host> {
  const module = await hostModule(folder ?? (existsSync(webgpuFolder()) ? webgpuFolder() : null));
  const software = (process.env[SOFTWARE_VARIABLE] ?? "0") !== "0";
  const gpu = module.create([]);
  instances.push(gpu);
  return { gpu, software, ...answers() };
}

/** Held as long as the process, which Dawn ends where an instance is collected before all that came from it. */
const instances: GPU[] = [];

/**
 * Installs the package, no script of it run, in a folder beside the one in which it is looked for.
 * @returns the folder, to be renamed to `webgpuFolder` or removed
 * @throws EngineError where npm fails; then nothing is left
 */
export async function installWebgpu(signal: AbortSignal): Promise<string> {
  const folder = `${webgpuFolder()}-partial-${process.pid}`;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "private": true }\n');
  const wanted = `${PACKAGE.name}@${PACKAGE.version}`;
  const parts = ["install", "--ignore-scripts", "--no-audit", "--no-fund", wanted];
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const { code, text } = await ran(npm, parts, { cwd: folder, signal });
  if (code === 0) return folder;
  await rm(folder, { recursive: true, force: true });
  signal.throwIfAborted();
  throw refuse("setup", [], `npm install ${wanted} failed: ${text.trim().split("\n").at(-1) ?? ""}`);
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
  const { name } = PACKAGE;
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
