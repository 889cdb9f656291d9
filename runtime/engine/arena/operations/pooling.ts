import type { Engine, Handle } from "../../engine.ts";
import { sameShape, sizeOf } from "../../shape.ts";
import type { Store } from "../store.ts";

type Pooling = "maxPool" | "maxPoolGradient";

/** Pooling by tiles. Of equals the first wins; NaN wins only as the first entry of its tile, as by the definition. */
export function poolingOf(store: Store): Pick<Engine, Pooling> {
  return {
    maxPool(images, q) {
      const shape = pooledShape(store, images, q);
      const result = store.make(shape);
      const words = [store.offsetOf(images), store.offsetOf(result), ...sizes(shape), q];
      store.machine.run("max_pool", words, rowsOf(shape), sizeOf(images.shape));
      return result;
    },
    maxPoolGradient(images, cotangent, q) {
      const shape = pooledShape(store, images, q);
      if (!sameShape(shape, cotangent.shape)) {
        const reason = `the cotangent should be [${shape.join(", ")}]`;
        throw store.refuse("maxPoolGradient", [images, cotangent], reason);
      }
      const result = store.make(images.shape);
      const places = [store.offsetOf(images), store.offsetOf(result)];
      const words = [...places, ...sizes(shape), q, store.offsetOf(cotangent)];
      store.machine.run("max_pool_gradient", words, rowsOf(shape), 2 * sizeOf(images.shape));
      return result;
    },
  };
}

function pooledShape(store: Store, images: Handle, q: number): readonly number[] {
  const [batch = 0, height = 0, width = 0, channels = 0] = images.shape;
  if (images.shape.length !== 4 || !(q >= 1) || height % q !== 0 || width % q !== 0) {
    throw store.refuse("maxPool", [images], `${q} does not divide the image`);
  }
  return [batch, height / q, width / q, channels];
}

/** Columns and channels. */
function sizes([, , columns = 0, channels = 0]: readonly number[]): readonly number[] {
  return [columns, channels];
}

function rowsOf([batch = 0, rows = 0]: readonly number[]): number {
  return batch * rows;
}
