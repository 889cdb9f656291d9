import { composedPairs } from "./composedPairs.ts";
import { composedRealFourier } from "./realFourier.ts";
import { reducedInTurn } from "./reduced.ts";
import type { Engine } from "./engine.ts";
import { convolutionOf } from "./webgpu/convolution.ts";
import { depthwiseOf } from "./webgpu/depthwise.ts";
import { type Host, openDevice, WEBGPU } from "./webgpu/device.ts";
import { elementwiseOf } from "./webgpu/elementwise.ts";
import { endingsOf } from "./webgpu/endings.ts";
import { createRoots, fourierOf } from "./webgpu/fourier.ts";
import { gridsOf } from "./webgpu/grids.ts";
import { indexedOf } from "./webgpu/indexed.ts";
import { movementOf } from "./webgpu/movement.ts";
import { optimisersOf } from "./webgpu/optimisers.ts";
import { pairsOf } from "./webgpu/pairs.ts";
import { patchesOf } from "./webgpu/patches.ts";
import { poolingOf } from "./webgpu/pooling.ts";
import { productsOf } from "./webgpu/products.ts";
import { projectionOf } from "./webgpu/projection.ts";
import { realFourierOf } from "./webgpu/realFourier.ts";
import { reductionsOf } from "./webgpu/reductions.ts";
import { singularOf } from "./webgpu/singular.ts";
import { sparseOf } from "./webgpu/sparse.ts";
import { createStore } from "./webgpu/store.ts";
import { symmetrisedOf } from "./webgpu/symmetrised.ts";

/**
 * The engine on the graphics processor, by WebGPU; every operation is a kernel in WGSL. It reads at once where its
 * host can wait for the device, as Node can, and asynchronously only elsewhere.
 * @throws EngineError where there is no adapter, or only one in software that the host does not want
 */
export async function webgpuEngine(host: Host): Promise<Engine> {
  const store = createStore(await openDevice(host));
  const entries = elementwiseOf(store);
  const reductions = reductionsOf(store);
  const movement = movementOf(store);
  const roots = createRoots();
  const fourier = fourierOf(store, roots);
  const { upload, read, readNow, dispose, scope, memory, reshape } = store;
  const moving = { scope, reshape, ...entries, ...movement };
  const pairs = pairsOf(store, composedPairs(moving));
  const real = composedRealFourier({ name: WEBGPU, ...moving, ...fourier });
  return {
    name: WEBGPU,
    significand: 24,
    computes: true,
    recorder: null,
    rehearse: null,
    ...{ upload, read, readNow, dispose, scope, memory, reshape },
    ...entries,
    ...endingsOf(store, reducedInTurn({ ...entries, ...reductions, dispose })),
    ...optimisersOf(store, entries.elementwise),
    ...movement,
    ...reductions,
    ...indexedOf(store),
    readsTransposed: false,
    ...productsOf(store),
    ...convolutionOf(store),
    ...depthwiseOf(store),
    ...poolingOf(store),
    ...fourier,
    ...realFourierOf(store, roots, { ...fourier, ...movement, ...pairs }, real),
    ...gridsOf(store),
    ...pairs,
    ...patchesOf(store),
    ...sparseOf(store),
    ...symmetrisedOf(store),
    ...projectionOf(store),
    ...singularOf(store),
  };
}
