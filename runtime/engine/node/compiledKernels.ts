import type { Pattern } from "../../kernels/encode/pattern.ts";
import { sourceOf } from "../../kernels/encode/native.ts";
import { fromModule, isRelaxed, type NativeKernel, type Runnable, type Successor } from "../arena/machine.ts";
import { givesSameBits, provingGround } from "../arena/proof.ts";
import type { KernelCache } from "./kernelCache.ts";

/** Work that is worth a compiler: some 50 milliseconds of one thread, and a kernel's share in it. */
const WORTH_COMPILING = 5e8;
const WORTH_A_KERNEL = 1e7;

/** How often one looks whether the compiler is done, in milliseconds. */
const LOOK = 5;

/** The addon, as far as it takes up objects. */
export interface Objects {
  readonly file: string;
  readonly kernelIn: (object: string, symbol: string, memory: WebAssembly.Memory) => NativeKernel;
}

/** The native code of kernels that are written at run time. */
export interface CompiledKernels {
  readonly successorOf: (kernel: Runnable, pattern: Pattern) => Successor;
  /** Compiles what has been written so far, while one waits; null, or why it failed. */
  readonly finish: () => string | null;
  /** how many kernels run as native code, and how many have been written */
  readonly counts: () => { readonly compiled: number; readonly written: number };
}

/** A kernel that has been written. */
interface Written {
  readonly kernel: Runnable;
  readonly pattern: Pattern;
  readonly key: string;
  /** what it has done so far */
  work: number;
  state: "new" | "asked for" | "settled";
  compiled: Runnable | null;
}

/**
 * Native code for kernels of one memory. A kernel whose object is in the cache has it at once. Others run as they are
 * until their work is worth a compiler; then those that do most of it are compiled in one call, beside the program, and
 * taken when they are there. It does not matter when that is: native code is taken only if it gives the same bits.
 */
export function compiledKernels(
  memory: WebAssembly.Memory,
  objects: Objects,
  cache: KernelCache,
): CompiledKernels {
  const all: Written[] = [];
  let ground: WebAssembly.Memory | null = null;
  let work = 0;
  let nextLook = 0;

  /** Takes a kernel out of the cache, if it is there. */
  const look = (written: Written): void => {
    const object = cache.objectOf(written.key);
    if (object === null) return;
    ground ??= provingGround();
    written.state = "settled";
    written.compiled = proven(written, { object, objects, memory, ground });
  };
  const lookAll = (): void => {
    for (const written of all) if (written.state === "asked for") look(written);
  };
  const ask = (): void => {
    work = 0;
    const chosen = chosenOf(WORTH_A_KERNEL);
    if (chosen.length === 0) return;
    const ended = (): void => {
      lookAll();
      for (const written of chosen) written.state = "settled";
    };
    try {
      cache.compile(sourceOfAll(chosen), keysOf(chosen), ended);
    } catch {
      ended();
    }
  };
  const chosenOf = (least: number): readonly Written[] => {
    const chosen = all.filter(({ state, work: done }) => state === "new" && done >= least);
    for (const written of chosen) written.state = "asked for";
    return chosen;
  };

  return {
    successorOf: (kernel, pattern) => {
      const key = cache.keyOf(sourceOfAll([{ pattern, key: "" }]));
      const written: Written = { kernel, pattern, key, work: 0, state: "new", compiled: null };
      all.push(written);
      look(written);
      return (more) => {
        if (written.state === "new") {
          work += more;
          written.work += more;
          if (work >= WORTH_COMPILING) ask();
        } else if (written.state === "asked for" && performance.now() > nextLook) {
          nextLook = performance.now() + LOOK;
          lookAll();
        }
        return written.compiled;
      };
    },
    finish: () => {
      const chosen = chosenOf(0);
      if (chosen.length === 0) return null;
      const failure = cache.compileNow(sourceOfAll(chosen), keysOf(chosen));
      lookAll();
      for (const written of chosen) written.state = "settled";
      return failure;
    },
    counts: () => ({
      compiled: all.filter(({ compiled }) => compiled !== null).length,
      written: all.length,
    }),
  };
}

/** A kernel as an object has it; null where that gives other bits on the proving ground, or cannot be loaded. */
function proven(
  { kernel, pattern, key }: Written,
  {
    object,
    objects,
    memory,
    ground,
  }: {
    readonly object: string;
    readonly objects: Objects;
    readonly memory: WebAssembly.Memory;
    readonly ground: WebAssembly.Memory;
  },
): Runnable | null {
  if (kernel.source.kind !== "wasm") return null;
  const symbol = symbolOf(key);
  try {
    const wanted = fromModule(kernel.name, ground, kernel.source, kernel.name).kernel;
    if (!givesSameBits(ground, pattern, [wanted, objects.kernelIn(object, symbol, ground)])) return null;
    const native = objects.kernelIn(object, symbol, memory);
    const { address } = native;
    return {
      ...kernel,
      source: { kind: "compiled", file: objects.file, object, symbol, address },
      kernel: native,
    };
  } catch {
    return null;
  }
}

const symbolOf = (key: string): string => `kernel_${key}`;

type Keyed = Pick<Written, "pattern" | "key">;

const keysOf = (kernels: readonly Keyed[]): readonly string[] => [...new Set(kernels.map(({ key }) => key))];

/** Kernels as one C source, each once. */
function sourceOfAll(kernels: readonly Keyed[]): string {
  const head = `#define FUSED ${isRelaxed() ? 1 : 0}\n#include "elementwise.h"\n`;
  const patterns = new Map(kernels.map(({ pattern, key }) => [key, pattern]));
  return [head, ...[...patterns].map(([key, pattern]) => sourceOf(pattern, symbolOf(key)))].join("\n");
}
