import type { Tensor } from "@tensorflow/tfjs-core";
import { composedOperations } from "./composed.ts";
import { elementwiseInTurn } from "./differences.ts";
import type { Engine } from "./engine.ts";
import { convolutionOf } from "./tfjs/convolution.ts";
import { depthwiseOf } from "./tfjs/depthwise.ts";
import { differencesOf } from "./tfjs/differences.ts";
import { elementwiseOf } from "./tfjs/elementwise.ts";
import { composedRealFourier } from "./realFourier.ts";
import { fourierOf } from "./tfjs/fourier.ts";
import { instanceOf, run, type Tf, tensorOf } from "./tfjs/instance.ts";
import { movementOf } from "./tfjs/movement.ts";
import { patchesOf } from "./tfjs/patches.ts";
import { poolingOf } from "./tfjs/pooling.ts";
import { productsOf } from "./tfjs/products.ts";
import { projectionOf } from "./tfjs/projection.ts";
import { reductionsOf } from "./tfjs/reductions.ts";
import { indexedOf } from "./tfjs/indexed.ts";
import { tensorflowOf, updateByTensorflow } from "./tfjs/tensorflow.ts";
import { valuesOf } from "./tfjs/values.ts";
import { singularOf } from "./tfjs/singular.ts";
import { sparseOf } from "./tfjs/sparse.ts";
import { waveletOf } from "./tfjs/wavelet.ts";
import { reducedInTurn } from "./reduced.ts";
import { updateOf } from "./update.ts";

/**
 * The engine over an instance of tfjs, on the backend that it has chosen, which must be ready. Its handles are
 * tensors, and its memory is that of the instance: it counts tensors of others, too.
 */
export function tfjsEngine(tf: Tf, name: string): Engine {
  const instance = instanceOf(tf, name);
  const { elementwise } = elementwiseOf(instance);
  const { differences } = differencesOf(instance);
  const update = updateOf(name, elementwise);
  const dispose: Engine["dispose"] = (arrays) => {
    for (const array of arrays) tensorOf(instance, array).dispose();
  };
  const scope: Engine["scope"] = (body, kept) => {
    const engine = tf.engine();
    let survivors: Tensor[] = [];
    engine.startScope("scope");
    try {
      const result = body();
      survivors = kept(result).map((handle) => tensorOf(instance, handle));
      return result;
    } finally {
      engine.endScope(survivors);
    }
  };
  const fill: Engine["fill"] = (value, shape) =>
    run(instance, "fill", [], () => tf.fill([...shape], value, "float32"));
  const upload: Engine["upload"] = (data, shape) =>
    run(instance, "upload", [], () => tf.tensor(Float32Array.from(data), [...shape], "float32"));
  const movement = movementOf(instance);
  const fourier = fourierOf(instance);
  const [indexed, products] = [indexedOf(instance), productsOf(instance)];
  const arrays = {
    name,
    scope,
    upload,
    fill,
    elementwise,
    differences,
    ...movement,
    ...indexed,
    ...products,
  };
  const composed = composedOperations(arrays);
  const tensorflow = tensorflowOf(tf);
  const all = elementwiseInTurn({ elementwise, differences, dispose });
  const reductions = reductionsOf(instance);
  return {
    name,
    significand: 24,
    computes: true,
    recorder: null,
    rehearse: null,
    upload,
    read: async (array) => Float32Array.from(await tensorOf(instance, array).data()),
    readNow: (array) => valuesOf(instance, tensorOf(instance, array)),
    dispose,
    scope,
    memory: () => {
      const { numTensors, numBytes } = tf.memory();
      return { arrays: numTensors, bytes: numBytes };
    },
    fill,
    ...all,
    ...reducedInTurn({ ...all, ...reductions, dispose }),
    differences,
    ...(tensorflow === null ? update : updateByTensorflow(instance, tensorflow, update.update)),
    ...movement,
    ...reductions,
    ...singularOf(instance),
    ...indexed,
    readsTransposed: false,
    ...products,
    ...convolutionOf(instance),
    ...depthwiseOf(instance),
    ...poolingOf(instance),
    ...fourier,
    ...composedRealFourier({ name, scope, fill, elementwise, ...movement, ...fourier }),
    ...waveletOf(instance),
    ...projectionOf(instance),
    ...composed,
    ...patchesOf(instance, composed),
    ...sparseOf(instance, composed),
  };
}
