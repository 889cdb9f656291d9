import type { Rank, Tensor } from "@tensorflow/tfjs-core";
import type { Engine } from "../engine.ts";
import { type Instance, refuse, run } from "./instance.ts";
import { transposed } from "./movement.ts";

/** Pooling by tiles. */
export function poolingOf(instance: Instance): Pick<Engine, "maxPool" | "maxPoolGradient"> {
  const { tf } = instance;
  return {
    maxPool: (images, q) =>
      run(instance, "maxPool", [images], (x) => {
        const shape = pooledShape(instance, x, q);
        if (x.size === 0) return tf.zeros(shape);
        const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
        return tf.maxPool(tf.reshape<Rank.R4>(x, [batch, height, width, channels]), q, q, "valid");
      }),
    maxPoolGradient: (images, cotangent, q) =>
      run(instance, "maxPoolGradient", [images, cotangent], (x, g) => gradient(instance, x, g, q)),
  };
}

function pooledShape(instance: Instance, x: Tensor, q: number): number[] {
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
  if (x.rank !== 4 || height % q !== 0 || width % q !== 0) {
    throw refuse(instance, "maxPool", [x.shape], `${q} does not divide the image`);
  }
  return [batch, height / q, width / q, channels];
}

/** The cotangent at the entry of each tile that argMax finds: the first largest. */
function gradient(instance: Instance, x: Tensor, cotangent: Tensor, q: number): Tensor {
  const { tf } = instance;
  const [batch = 0, rows = 0, columns = 0, channels = 0] = pooledShape(instance, x, q);
  if (x.size === 0) return tf.zeros(x.shape);
  if (q === 1) return cotangent;
  const tiled = tf.reshape(x, [batch, rows, q, columns, q, channels]);
  const tiles = transposed(instance, tiled, [0, 1, 3, 5, 2, 4]);
  const count = batch * rows * columns * channels;
  const winners = tf.argMax(tf.reshape(tiles, [count, q * q]), 1);
  const marks = tf.cast(tf.oneHot(winners, q * q), "float32");
  const placed = tf.mul(marks, tf.reshape(cotangent, [count, 1]));
  const back = transposed(
    instance,
    tf.reshape(placed, [batch, rows, columns, channels, q, q]),
    [0, 1, 4, 2, 5, 3],
  );
  return tf.reshape(back, x.shape);
}
