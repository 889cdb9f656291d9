import { composedOperations } from "./composed.ts";
import { composedRealFourier } from "./realFourier.ts";
import { reducedInTurn } from "./reduced.ts";
import type { Engine } from "./engine.ts";
import { convolutionOf } from "./webgpu/convolution.ts";
import { depthwiseOf } from "./webgpu/depthwise.ts";
import { type Host, openDevice, WEBGPU } from "./webgpu/device.ts";
import { elementwiseOf } from "./webgpu/elementwise.ts";
import { fourierOf } from "./webgpu/fourier.ts";
import { gridsOf } from "./webgpu/grids.ts";
import { indexedOf } from "./webgpu/indexed.ts";
import { movementOf } from "./webgpu/movement.ts";
import { optimisersOf } from "./webgpu/optimisers.ts";
import { poolingOf } from "./webgpu/pooling.ts";
import { productsOf } from "./webgpu/products.ts";
import { projectionOf } from "./webgpu/projection.ts";
import { reductionsOf } from "./webgpu/reductions.ts";
import { singularOf } from "./webgpu/singular.ts";
import { createStore } from "./webgpu/store.ts";

/**
 * The engine on the graphics processor, by WebGPU; every operation is a kernel in WGSL. It reads at once where its
 * host can wait for the device, as Node can, and asynchronously only elsewhere.
 * @throws EngineError where there is no adapter, or only one in software that the host does not want
 */
export async function webgpuEngine(host: Host): Promise<Engine> {
  const store = createStore(await openDevice(host));
  const entries = elementwiseOf(store);
  const grids = gridsOf(store);
  const reductions = reductionsOf(store);
  const movement = movementOf(store);
  const fourier = fourierOf(store);
  const [indexed, products] = [indexedOf(store), productsOf(store)];
  const { upload, read, readNow, dispose, scope, memory, reshape } = store;
  const own = { name: WEBGPU, scope, upload, reshape };
  return {
    name: WEBGPU,
    significand: 24,
    computes: true,
    recorder: null,
    rehearse: null,
    ...{ upload, read, readNow, dispose, scope, memory, reshape },
    ...entries,
    ...reducedInTurn({ ...entries, ...reductions, dispose }),
    ...optimisersOf(store, entries.elementwise),
    ...movement,
    ...reductions,
    ...indexed,
    readsTransposed: false,
    ...products,
    ...convolutionOf(store),
    ...depthwiseOf(store),
    ...poolingOf(store),
    ...fourier,
    ...composedRealFourier({ ...own, ...entries, ...movement, ...fourier }),
    ...grids,
    ...composedOperations({ ...own, ...entries, ...movement, ...indexed, ...products, ...grids }),
    ...projectionOf(store),
    ...singularOf(store),
  };
}
