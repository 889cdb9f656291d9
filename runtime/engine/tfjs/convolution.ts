import type { Rank, Tensor, Tensor4D } from "@tensorflow/tfjs-core";
import type { ConvolutionOptions, Engine } from "../engine.ts";
import { sizeOf } from "../shape.ts";
import { type Instance, refuse, run } from "./instance.ts";
import { multiplied } from "./products.ts";
import { joined, sliced, strided, transposed } from "./movement.ts";

type Convolutions = "convolve" | "convolveInputGradient" | "convolveFilterGradient";

/**
 * Convolutions. The gradients are composed of forward convolutions and plain products, which every backend has fast
 * kernels for: WebAssembly lacks the kernel of the filter gradient.
 */
export function convolutionOf(instance: Instance): Pick<Engine, Convolutions> {
  return {
    convolve: (images, filters, options) =>
      run(instance, "convolve", [images, filters], (x, w) => convolved(instance, x, w, options)),
    convolveInputGradient: (cotangent, filters, shape, options) =>
      run(instance, "convolveInputGradient", [cotangent, filters], (g, w) =>
        inputGradient(instance, g, w, shape, options),
      ),
    convolveFilterGradient: (images, cotangent, shape, options) =>
      run(instance, "convolveFilterGradient", [images, cotangent], (x, g) =>
        filterGradient(instance, x, g, shape, options),
      ),
  };
}

function convolved(instance: Instance, x: Tensor, w: Tensor, options: ConvolutionOptions): Tensor {
  const { tf } = instance;
  const { stride, padding } = options;
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
  const [filterHeight = 0, filterWidth = 0, filterChannels = 0, count = 0] = w.shape;
  if (x.rank !== 4 || w.rank !== 4 || channels !== filterChannels) {
    const reason = "channels differ, or not [b, h, w, c] with [kh, kw, c, out]";
    throw refuse(instance, "convolve", [x.shape, w.shape], reason);
  }
  const extent = (size: number, filter: number, [before, after]: readonly [number, number]): number =>
    Math.floor((size + before + after - filter) / stride) + 1;
  const shape = [
    batch,
    extent(height, filterHeight, padding[0]),
    extent(width, filterWidth, padding[1]),
    count,
  ];
  if (sizeOf(shape) === 0 || x.size === 0 || w.size === 0) return tf.zeros(shape);
  return tf.conv2d(fourAxes(instance, x), fourAxes(instance, w), stride, explicit(padding));
}

function fourAxes({ tf }: Instance, x: Tensor): Tensor4D {
  const [a = 1, b = 1, c = 1, d = 1] = x.shape;
  return tf.reshape<Rank.R4>(x, [a, b, c, d]);
}

type Widths = readonly [number, number];
type ImageWidths = readonly [Widths, Widths];
type ExplicitPadding = [[number, number], [number, number], [number, number], [number, number]];

function explicit([rows, columns]: ImageWidths): ExplicitPadding {
  return [
    [0, 0],
    [rows[0], rows[1]],
    [columns[0], columns[1]],
    [0, 0],
  ];
}

/**
 * The input gradient: the cotangent, with stride - 1 zeros between its entries, convolved with the filters turned by
 * 180 degrees and their channels swapped.
 */
function inputGradient(
  instance: Instance,
  cotangent: Tensor,
  filters: Tensor,
  shape: readonly number[],
  { stride, padding }: ConvolutionOptions,
): Tensor {
  const { tf } = instance;
  const [, height = 0, width = 0] = shape;
  const [filterHeight = 0, filterWidth = 0] = filters.shape;
  if (sizeOf(shape) === 0 || cotangent.size === 0 || filters.size === 0) return tf.zeros([...shape]);
  const spread = spreadOut(instance, cotangent, stride);
  const [, rows = 0, columns = 0] = spread.shape;
  const widths = (size: number, have: number, filter: number, before: number): Widths => [
    filter - 1 - before,
    before + size - have,
  ];
  const around: ImageWidths = [
    widths(height, rows, filterHeight, padding[0][0]),
    widths(width, columns, filterWidth, padding[1][0]),
  ];
  const turned = tf.transpose(tf.reverse(filters, [0, 1]), [0, 1, 3, 2]);
  const fitted = fourAxes(instance, cropped(instance, spread, around));
  const [top, left] = around;
  const zeros: ImageWidths = [positivePart(top), positivePart(left)];
  return tf.conv2d(fitted, fourAxes(instance, turned), 1, explicit(zeros));
}

const positivePart = ([before, after]: Widths): Widths => [Math.max(before, 0), Math.max(after, 0)];

/** Without the rows and columns that negative widths take away. */
function cropped(instance: Instance, x: Tensor, [rows, columns]: ImageWidths): Tensor {
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
  const cut = ([before, after]: Widths): Widths => [Math.max(-before, 0), Math.max(-after, 0)];
  const [[top, bottom], [left, right]] = [cut(rows), cut(columns)];
  if (top + bottom + left + right === 0) return x;
  return sliced(
    instance,
    x,
    [0, top, left, 0],
    [batch, height - top - bottom, width - left - right, channels],
  );
}

/** [b, h, w, c] -> [b, h stride, w stride, c]: zeros after each entry. */
function spreadOut({ tf }: Instance, x: Tensor, stride: number): Tensor {
  if (stride === 1) return x;
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
  const after: [number, number] = [0, stride - 1];
  const none: [number, number] = [0, 0];
  const apart = tf.pad(tf.reshape(x, [batch, height, 1, width, channels]), [none, none, after, none, none]);
  const wide = tf.reshape(apart, [batch, height * stride, width, 1, channels]);
  return tf.reshape(tf.pad(wide, [none, none, none, after, none]), [
    batch,
    height * stride,
    width * stride,
    channels,
  ]);
}

/**
 * The filter gradient, a plain product for each tap of the filter: the image entries that it meets, as
 * [channels, b h' w'], times the cotangent as [b h' w', out], which the products share.
 */
function filterGradient(
  instance: Instance,
  images: Tensor,
  cotangent: Tensor,
  shape: readonly number[],
  options: ConvolutionOptions,
): Tensor {
  const { tf } = instance;
  const [filterHeight = 0, filterWidth = 0, channels = 0, count = 0] = shape;
  const [batch = 0, rows = 0, columns = 0] = cotangent.shape;
  if (sizeOf(shape) === 0 || images.size === 0 || cotangent.size === 0) return tf.zeros([...shape]);
  const { stride, padding } = options;
  const byChannel = paddedByChannel(instance, images, padding);
  const right = tf.reshape(cotangent, [batch * rows * columns, count]);
  const taps: Tensor[] = [];
  for (let k = 0; k < filterHeight; k++) {
    for (let l = 0; l < filterWidth; l++) {
      const product = tf.tidy(() => {
        const size = [channels, batch, rows, columns];
        const met = strided(instance, byChannel, [0, 0, k, l], size, [1, 1, stride, stride]);
        return multiplied(instance, tf.reshape(met, [channels, batch * rows * columns]), right);
      });
      taps.push(tf.reshape(product, [1, channels, count]));
    }
  }
  return tf.reshape(joined(instance, taps, 0), [...shape]);
}

/** The padded images as [c, b, h, w]. */
function paddedByChannel(instance: Instance, images: Tensor, [rows, columns]: ImageWidths): Tensor {
  const { tf } = instance;
  const padded = tf.pad(images, explicit([rows, columns]));
  const [batch = 0, height = 0, width = 0, channels = 0] = padded.shape;
  const flat = transposed(instance, tf.reshape(padded, [batch * height * width, channels]), [1, 0]);
  return tf.reshape(flat, [channels, batch, height, width]);
}
