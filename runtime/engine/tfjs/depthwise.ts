import type { Rank, Tensor } from "@tensorflow/tfjs-core";
import type { Engine } from "../engine.ts";
import { type Instance, refuse, run } from "./instance.ts";
import { sliced } from "./movement.ts";

type Depthwise = "depthwise" | "depthwiseFilterGradient";
type Padding = Parameters<Engine["depthwise"]>[2];

/** Convolutions of each channel with its own filter; the gradient by the filters tap by tap. */
export function depthwiseOf(instance: Instance): Pick<Engine, Depthwise> {
  const { tf } = instance;
  return {
    depthwise: (images, filters, padding) =>
      run(instance, "depthwise", [images, filters], (x, w) => {
        const [height = 0, width = 0, channels = 0] = w.shape;
        if (x.rank !== 4 || w.rank !== 3 || x.shape[3] !== channels) {
          throw refuse(instance, "depthwise", [x.shape, w.shape], "not [b, h, w, c] with [kh, kw, c]");
        }
        const padded = around(instance, x, padding);
        const [batch = 0, rows = 0, columns = 0] = padded.shape;
        const shape = [batch, rows - height + 1, columns - width + 1, channels];
        if (x.size === 0 || w.size === 0) return tf.zeros(shape);
        const image = tf.reshape<Rank.R4>(padded, [batch, rows, columns, channels]);
        return tf.depthwiseConv2d(image, tf.reshape<Rank.R4>(w, [height, width, channels, 1]), 1, "valid");
      }),
    depthwiseFilterGradient: (images, cotangent, shape, padding) =>
      run(instance, "depthwiseFilterGradient", [images, cotangent], (x, g) => {
        const [height = 0, width = 0] = shape;
        if (x.size === 0 || g.size === 0) return tf.zeros([...shape]);
        const padded = around(instance, x, padding);
        const taps = Array.from({ length: height * width }, (_, tap) => {
          const begin = [0, Math.floor(tap / width), tap % width, 0];
          return tf.sum(tf.mul(sliced(instance, padded, begin, g.shape), g), [0, 1, 2]);
        });
        return tf.reshape(tf.stack(taps), [...shape]);
      }),
  };
}

function around({ tf }: Instance, x: Tensor, [rows, columns]: Padding): Tensor {
  return tf.pad(x, [
    [0, 0],
    [rows[0], rows[1]],
    [columns[0], columns[1]],
    [0, 0],
  ]);
}
