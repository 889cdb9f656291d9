import { convolutionOf } from "./arena/operations/convolution.ts";
import { depthwiseOf } from "./arena/operations/depthwise.ts";
import { differencesOf } from "./arena/operations/differences.ts";
import { elementwiseOf } from "./arena/operations/elementwise.ts";
import { fillOf } from "./arena/operations/fill.ts";
import { fourierOf } from "./arena/operations/fourier.ts";
import { createLedger } from "./arena/ledger.ts";
import { createMachine, type Equipment, type Machine } from "./arena/machine.ts";
import { LARGEST_ARENA } from "./arena/memory.ts";
import { movementOf } from "./arena/operations/movement.ts";
import { namingOperations } from "./arena/naming.ts";
import { optimisersOf } from "./arena/operations/optimisers.ts";
import { patchesOf } from "./arena/operations/patches.ts";
import { poolingOf } from "./arena/operations/pooling.ts";
import { productsOf } from "./arena/operations/products.ts";
import { projectionOf } from "./arena/operations/projection.ts";
import { reductionsOf } from "./arena/operations/reductions.ts";
import { indexedOf } from "./arena/operations/indexed.ts";
import { createStore, type Store } from "./arena/store.ts";
import { singularOf } from "./arena/operations/singular.ts";
import { realFourierOf } from "./arena/operations/realFourier.ts";
import { sparseOf } from "./arena/operations/sparse.ts";
import { symmetrisedOf } from "./arena/operations/symmetrised.ts";
import { type Watch, watchedMachine } from "./arena/watch.ts";
import { waveletOf } from "./arena/operations/wavelet.ts";
import { composedRealFourier } from "./realFourier.ts";
import type { Answer, Engine, Rehearsal } from "./engine.ts";

/**
 * The engine on an arena of its own: one shared WebAssembly memory, and the kernels of runtime/kernels, on the threads
 * and with the native kernels that the equipment brings. A watcher is told of each run of a kernel.
 * @throws EngineError where WebAssembly lacks SIMD or shared memory
 */
export function arenaEngine(name: string, equipment: Equipment = {}, watch: Watch | null = null): Engine {
  const machine = createMachine(name, equipment);
  return engineOn(watch === null ? machine : watchedMachine(machine, watch), null, 0);
}

/** The engine on a machine; one that rehearses for the engine `outside`, beside `held` bytes of that one. */
function engineOn(machine: Machine, outside: Engine | null, held: number): Engine {
  const engine: Engine = {
    ...namingOperations(operationsOf(createStore(machine, outside))),
    computes: outside === null,
    rehearse: (answer, within) => rehearsal(engine, machine, held, answer, within === "room"),
  };
  return engine;
}

/** What a computation on an arena takes, by the same operations on a machine that only counts. */
function rehearsal(
  of: Engine,
  { name, memory }: Machine,
  elsewhere: number,
  answer: Answer,
  isWithin: boolean,
): Rehearsal {
  const held = elsewhere + memory.used;
  const ledger = createLedger(name, answer, isWithin ? held : null);
  const engine = engineOn(ledger, of, held);
  const begun = ledger.memory.used;
  return { engine, peak: () => ledger.memory.peak - begun, room: LARGEST_ARENA - held };
}

function operationsOf(store: Store): Omit<Engine, "rehearse" | "computes"> {
  const { upload, read, readNow, dispose, scope, memory, reshape } = store;
  const { name } = store.machine;
  const arrays = { scope, reshape, ...fillOf(store), ...elementwiseOf(store), ...movementOf(store) };
  const fourier = fourierOf(store);
  const composed = { ...arrays, ...composedRealFourier({ name, ...arrays, ...fourier }) };
  return {
    name,
    significand: 24,
    upload,
    read,
    readNow,
    dispose,
    memory,
    ...arrays,
    ...reductionsOf(store),
    ...singularOf(store),
    ...indexedOf(store),
    readsTransposed: true,
    ...productsOf(store),
    ...convolutionOf(store),
    ...depthwiseOf(store),
    ...poolingOf(store),
    ...fourier,
    ...realFourierOf(store, composed),
    ...waveletOf(store),
    ...differencesOf(store),
    ...symmetrisedOf(store),
    ...patchesOf(store),
    ...sparseOf(store),
    ...projectionOf(store),
    ...optimisersOf(store),
  };
}
