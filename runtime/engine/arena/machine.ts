import { KERNELS, type KernelName, MODULES, type ModuleName } from "../../kernels/catalogue.ts";
import { EngineError } from "../engine.ts";
import { createMemory, type Memory } from "./memory.ts";

/** The first bytes of the arena: the stack of the thread that computes. */
const STACK = 1048576;

/** Behind the stack: the arguments of the kernel that runs. */
const ARGUMENTS = STACK;
const ARGUMENT_WORDS = 256;

/** A kernel: (arena, arguments, first, last); see runtime/kernels/source/kernel.h. */
export type Kernel = (arena: number, arguments_: number, first: number, last: number) => void;

/** What computes on an arena. */
export interface Machine {
  readonly name: string;
  readonly memory: Memory;
  /**
   * Runs a kernel on the items [0, items). `words` are its arguments: whole numbers, offsets in bytes, and floats by
   * `bitsOf`. `work` is about how many operations it takes, by which threads are called in or not.
   */
  run(kernel: KernelName | GeneratedKernel, words: readonly number[], items: number, work: number): void;
  /** A kernel that was written at run time: a module that imports `env.memory` and exports `run`. */
  generate(binary: Uint8Array<ArrayBuffer>): GeneratedKernel;
}

export interface GeneratedKernel {
  readonly kernel: Kernel;
}

const one = new DataView(new ArrayBuffer(4));

/** A float as the word that kernels read it from. */
export function bitsOf(value: number): number {
  one.setFloat32(0, value);
  return one.getUint32(0);
}

/**
 * A machine of one thread.
 * @throws EngineError where WebAssembly lacks SIMD or shared memory
 */
export function createMachine(name: string): Machine {
  const memory = createMemory(name, ARGUMENTS + 4 * ARGUMENT_WORDS);
  const build = relaxedIsAvailable() ? "relaxed" : "plain";
  const instances = new Map<ModuleName, WebAssembly.Exports>();
  const kernels = new Map<KernelName, Kernel>();

  const instanceOf = (module: ModuleName): WebAssembly.Exports => {
    const before = instances.get(module);
    if (before !== undefined) return before;
    const { exports } = instantiated(name, bytesOf(MODULES[module][build]), memory);
    instances.set(module, exports);
    return exports;
  };
  const kernelOf = (kernel: KernelName): Kernel => {
    const before = kernels.get(kernel);
    if (before !== undefined) return before;
    const found = functionOf(instanceOf(KERNELS[kernel]), kernel);
    kernels.set(kernel, found);
    return found;
  };

  return {
    name,
    memory,
    generate: (binary) => ({ kernel: functionOf(instantiated(name, binary, memory).exports, "run") }),
    run: (kernel, words, items) => {
      if (items === 0) return;
      memory.words.set(words, ARGUMENTS / 4);
      const run = typeof kernel === "string" ? kernelOf(kernel) : kernel.kernel;
      run(0, ARGUMENTS, 0, items);
    },
  };
}

function instantiated(
  name: string,
  binary: Uint8Array<ArrayBuffer>,
  { memory }: Memory,
): WebAssembly.Instance {
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EngineError(name, "start", [], `a kernel does not load: ${reason}`);
  }
}

function functionOf(exports: WebAssembly.Exports, name: string): Kernel {
  const found = exports[name];
  if (!isKernel(found)) throw new TypeError(`the module has no kernel ${name}`);
  return found;
}

function isKernel(found: unknown): found is Kernel {
  return typeof found === "function";
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** A module of one function with `f32x4.relaxed_madd`, which validates where relaxed SIMD is on. */
const RELAXED_PROBE = Uint8Array.of(
  0,
  97,
  115,
  109,
  1,
  0,
  0,
  0,
  1,
  8,
  1,
  96,
  3,
  123,
  123,
  123,
  1,
  123,
  3,
  2,
  1,
  0,
  10,
  13,
  1,
  11,
  0,
  32,
  0,
  32,
  1,
  32,
  2,
  253,
  133,
  2,
  11,
);

function relaxedIsAvailable(): boolean {
  return WebAssembly.validate(RELAXED_PROBE);
}
