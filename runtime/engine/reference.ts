import { composedOperations } from "./composed.ts";
import { elementwiseInTurn } from "./differences.ts";
import type { Engine } from "./engine.ts";
import { createStore, REFERENCE } from "./reference/array.ts";
import { depthwiseOf } from "./reference/depthwise.ts";
import { elementwiseOf } from "./reference/elementwise.ts";
import { fourierOf } from "./reference/fourier.ts";
import { gridsOf } from "./reference/grids.ts";
import { layersOf } from "./reference/layers.ts";
import { movementOf } from "./reference/movement.ts";
import { productsOf } from "./reference/products.ts";
import { projectionOf } from "./reference/projection.ts";
import { reductionsOf } from "./reference/reductions.ts";
import { indexedOf } from "./reference/indexed.ts";
import { singularOf } from "./reference/singular.ts";
import { composedFilter } from "./realFourier.ts";
import { reducedInTurn } from "./reduced.ts";
import { updateOf } from "./update.ts";

/**
 * The engine in plain TypeScript and double precision, every operation by its definition: slow, and the oracle of all
 * other engines.
 */
export function referenceEngine(): Engine {
  const store = createStore();
  const arrays = elementwiseOf(store);
  const grids = gridsOf(store);
  const entries = elementwiseInTurn({ ...arrays, ...grids, dispose: store.dispose });
  const { upload, read, readNow, dispose, scope, memory, fill } = store;
  const reductions = reductionsOf(store);
  const movement = movementOf(store);
  const fourier = fourierOf(store);
  const [indexed, products] = [indexedOf(store), productsOf(store)];
  const parts = {
    name: REFERENCE,
    scope,
    upload,
    fill,
    ...entries,
    ...movement,
    ...indexed,
    ...products,
    ...grids,
  };
  return {
    name: REFERENCE,
    significand: 53,
    computes: true,
    recorder: null,
    rehearse: null,
    upload,
    read,
    readNow,
    dispose,
    scope,
    memory,
    fill,
    ...entries,
    ...updateOf(REFERENCE, entries.elementwise),
    ...movement,
    ...reductions,
    ...reducedInTurn({ ...entries, ...reductions, dispose }),
    ...singularOf(store),
    ...indexed,
    readsTransposed: false,
    ...products,
    ...layersOf(store),
    ...depthwiseOf(store),
    ...fourier,
    ...composedFilter({ name: REFERENCE, scope, ...entries, fill, ...movement, ...fourier }),
    ...grids,
    ...composedOperations(parts),
    ...projectionOf(store),
  };
}
