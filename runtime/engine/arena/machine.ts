import { IN_PLACE, KERNELS, type KernelName, MODULES, type ModuleName } from "../../kernels/catalogue.ts";
import { layoutOf, type Pattern } from "../../kernels/encode/pattern.ts";
import { EngineError } from "../engine.ts";
import { createCrew } from "./crew.ts";
import { createMemory, type Memory, type SharedMemory } from "./memory.ts";
import { ARGUMENT_WORDS, PLACE } from "./places.ts";
import { createReplays } from "./replay.ts";

/** A kernel: (arena, arguments, first, last); see runtime/kernels/source/kernel.h. */
export type Kernel = (arena: number, arguments_: number, first: number, last: number) => void;

/** A kernel of native code, with the address that native code calls it by. */
export interface NativeKernel extends Kernel {
  readonly address: number;
}

/** Where a kernel comes from, in a form that a thread can take up too. */
export type KernelSource =
  | {
      readonly kind: "wasm";
      readonly module: WebAssembly.Module;
      readonly name: string;
      /** a module whose exports this one imports as `library`, or null */
      readonly library: WebAssembly.Module | null;
    }
  | { readonly kind: "native"; readonly file: string; readonly index: number; readonly address: number }
  /** written as C at run time: a function of an object file, which the addon `file` takes up */
  | {
      readonly kind: "compiled";
      readonly file: string;
      readonly object: string;
      readonly symbol: string;
      readonly address: number;
    }
  /** does nothing: of a machine that only counts */
  | { readonly kind: "idle" };

/** What is known of where a kernel writes and reads. */
export interface Writing {
  /** which arguments are places of arrays that it writes whole, where it writes nothing else; none if not known */
  readonly results: readonly number[];
  /** whether a result may be the array whose place is the argument before it */
  readonly inPlace: boolean;
  /** which arguments are places of arrays that it reads and nothing else; none if not known */
  readonly reads: readonly number[];
}

/** A kernel that can be run. */
export interface Runnable extends Writing {
  readonly name: string;
  readonly source: KernelSource;
  readonly kernel: Kernel;
  /** What gives the same bits faster, once there is such a kernel; asked before each run, with the run's work. */
  readonly successor?: Successor;
}

export type Successor = (work: number) => Runnable | null;

/** Threads that take items of a kernel, beside the one that asks. */
export interface Threads {
  /** how many there are, this one included */
  readonly count: number;
  /** How many items are claimed at once. */
  chunkOf(items: number): number;
  /** What the process has had of processors so far, in milliseconds. */
  processorTime(): number;
  /** Tells the threads of a kernel. They are numbered as they come. */
  learn(runnable: Runnable): void;
  /** Runs a kernel, which has been learnt under that number, on all items; its arguments stand at `place`, in bytes. */
  run(runnable: Runnable, number: number, place: number, items: number): void;
}

/** Kernels that were built for this computer. */
export interface NativeKernels {
  readonly file: string;
  readonly names: readonly string[];
  readonly kernelAt: (index: number) => NativeKernel;
  /** Native code for kernels that are written at run time; null where none can be had. */
  readonly successorOf: ((kernel: Runnable, pattern: Pattern) => Successor) | null;
}

/** What a machine may have beside WebAssembly; nothing in a browser. */
export interface Equipment {
  readonly threads?: (memory: SharedMemory) => Threads;
  readonly native?: (memory: SharedMemory) => NativeKernels;
}

/** What computes on an arena. */
export interface Machine {
  readonly name: string;
  readonly memory: Memory;
  /**
   * Runs a kernel on the items [0, items). `words` are its arguments: whole numbers, offsets in bytes, and floats by
   * `bitsOf`. `work` is about how many operations it takes, by which threads are called in or not.
   * @throws EngineError where a kernel or a thread fails
   */
  run(kernel: KernelName | Runnable, words: readonly number[], items: number, work: number): void;
  /**
   * A kernel that was written at run time: a module that imports `env.memory` and exports `run`; with a library, it
   * may import that module's functions as `library.NAME`. Its first arguments are the places of its results.
   */
  generate(name: string, binary: Uint8Array<ArrayBuffer>, of: Generated): Runnable;
  /** Remembers all runs of `body`, which are done as well. Records do not nest. */
  record<T>(body: () => T): { readonly result: T; readonly runs: readonly Run[] };
  /**
   * Repeats runs whose arguments stand at these places. At `table` there is room for STEP_BYTES a run, where these runs,
   * and no others, find what they left when they were repeated before.
   */
  repeat(runs: readonly PlacedRun[], table: number): void;
}

/** What is known of a kernel that was written at run time. */
export interface Generated {
  readonly results: number;
  readonly library: ModuleName | null;
  /** what it was written for, where native code can be written for it too */
  readonly pattern?: Pattern;
}

/** A kernel with its arguments. */
export interface Run {
  readonly runnable: Runnable;
  readonly words: readonly number[];
  readonly items: number;
  readonly work: number;
}

/** A kernel whose arguments stay in the arena, at `place` in bytes. */
export interface PlacedRun extends Run {
  readonly place: number;
}

/** The export of modules that are written at run time. */
const GENERATED = "run";

const one = new DataView(new ArrayBuffer(4));

/** A float as the word that kernels read it from. */
export function bitsOf(value: number): number {
  one.setFloat32(0, value);
  return one.getUint32(0);
}

/**
 * A machine on a memory of its own.
 * @throws EngineError where WebAssembly lacks SIMD or shared memory
 */
export function createMachine(name: string, equipment: Equipment = {}): Machine {
  const memory = createMemory(name, PLACE.end);
  const native = equipment.native?.(memory) ?? null;
  const kernels = new Map<KernelName, Runnable>();
  const moduleOf = compiledModules(name);
  const { threads } = equipment;
  const crew = createCrew(threads === undefined ? null : () => threads(memory), ({ name: kernel }, error) =>
    failure(name, kernel, [], error),
  );
  const recorder = createRunRecorder();

  const runnableOf = (kernel: KernelName): Runnable => {
    const index = native?.names.indexOf(kernel) ?? -1;
    if (native !== null && index >= 0) {
      const found = native.kernelAt(index);
      const source = { kind: "native", file: native.file, index, address: found.address } as const;
      return { name: kernel, source, kernel: found, ...writingOf(kernel) };
    }
    const source = { kind: "wasm", module: moduleOf(KERNELS[kernel]), name: kernel, library: null } as const;
    return { ...fromModule(name, memory.memory, source, kernel, crew.table), ...writingOf(kernel) };
  };
  const known = (kernel: KernelName): Runnable => {
    const before = kernels.get(kernel);
    if (before !== undefined) return before;
    const found = runnableOf(kernel);
    kernels.set(kernel, found);
    return found;
  };

  const replays = createReplays({ memory, crew, isNative: native !== null, kernel: () => known("replay") });

  return {
    name,
    memory,
    generate: (title, binary, of) => {
      const module = compiled(name, binary);
      const library = of.library === null ? null : moduleOf(of.library);
      const source = { kind: "wasm", module, name: GENERATED, library } as const;
      const found = { ...fromModule(name, memory.memory, source, title), ...generatedWriting(of) };
      const successorOf = native?.successorOf ?? null;
      if (successorOf === null || of.pattern === undefined) return found;
      return { ...found, successor: successorOf(found, of.pattern) };
    },
    run: (kernel, words, items, work) => {
      if (items === 0) return;
      if (words.length > ARGUMENT_WORDS) throw new RangeError("too many arguments of a kernel");
      const runnable = typeof kernel === "string" ? known(kernel) : kernel;
      recorder.note({ runnable, words, items, work });
      memory.writeWords(PLACE.arguments, words);
      const place = PLACE.arguments;
      crew.run(runnable.successor?.(work) ?? runnable, place, items, crew.chunkOf({ items, work }));
    },
    record: recorder.record,
    repeat: replays.repeat,
  };
}

/** Remembers the runs of a body; see `Machine.record`. */
export function createRunRecorder(): Pick<Machine, "record"> & { note(run: Run): void } {
  let recorded: Run[] | null = null;
  return {
    note: (run) => {
      recorded?.push(run);
    },
    record: (body) => {
      if (recorded !== null) throw new TypeError("records do not nest");
      const runs: Run[] = [];
      recorded = runs;
      try {
        return { result: body(), runs };
      } finally {
        recorded = null;
      }
    },
  };
}

function failure(name: string, kernel: string, words: readonly number[], error: unknown): EngineError {
  const reason = error instanceof Error ? error.message : String(error);
  return new EngineError(name, kernel, [words], `the kernel failed: ${reason}`);
}

/** Whether kernels fuse multiplications and additions. */
export function isRelaxed(): boolean {
  return WebAssembly.validate(RELAXED_PROBE);
}

/** Modules, compiled when they are first asked for. */
function compiledModules(name: string): (module: ModuleName) => WebAssembly.Module {
  const build = isRelaxed() ? "relaxed" : "plain";
  const modules = new Map<ModuleName, WebAssembly.Module>();
  return (module) => {
    const before = modules.get(module);
    if (before !== undefined) return before;
    const found = compiled(name, bytesOf(MODULES[module][build]));
    modules.set(module, found);
    return found;
  };
}

function compiled(name: string, binary: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  try {
    return new WebAssembly.Module(binary);
  } catch (error) {
    throw failure(name, "start", [], error);
  }
}

/**
 * A kernel of a module, on a memory; one that calls others finds them in the table.
 * @throws EngineError where the module has no such kernel
 */
export function fromModule(
  name: string,
  memory: WebAssembly.Memory,
  source: Extract<KernelSource, { kind: "wasm" }>,
  title: string,
  table?: WebAssembly.Table,
): Omit<Runnable, keyof Writing> {
  const env = { memory, ...(table === undefined ? {} : { __indirect_function_table: table }) };
  const library = source.library === null ? {} : new WebAssembly.Instance(source.library, { env }).exports;
  const { exports } = new WebAssembly.Instance(source.module, { env, library });
  const kernel = exports[source.name];
  if (!isKernel(kernel)) throw failure(name, title, [], `the module has no kernel ${source.name}`);
  return { name: title, source, kernel };
}

/** Where kernels that are written at run time write and read. */
export function generatedWriting({ results, pattern }: Generated): Writing {
  const reads = pattern?.modes.map((_, input) => layoutOf(pattern).offsets + input) ?? [];
  return { results: Array.from({ length: results }, (_, at) => at), inPlace: false, reads };
}

/** Where a kernel writes. */
export function writingOf(kernel: KernelName): Writing {
  const results = IN_PLACE[kernel] ?? [];
  return { results, inPlace: results.length > 0, reads: [] };
}

function isKernel(found: unknown): found is Kernel {
  return typeof found === "function";
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** A module of one function with `f32x4.relaxed_madd`, which validates where relaxed SIMD is on. */
const RELAXED_PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11],
);
