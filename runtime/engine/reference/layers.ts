import type { ConvolutionOptions, Engine } from "../engine.ts";
import { sizeOf, stridesOf } from "../shape.ts";
import { refuse, type Store } from "./array.ts";
import { eachIndex, positionOf } from "./indices.ts";

type Layers = "convolve" | "convolveInputGradient" | "convolveFilterGradient" | "maxPool" | "maxPoolGradient";

/** Convolutions and pooling by their definitions. */
export function layersOf(store: Store): Pick<Engine, Layers> {
  return {
    convolve(images, filters, options) {
      const shape = convolvedShape(images.shape, filters.shape, options);
      const [x, w] = [store.open(images), store.open(filters)];
      const data = new Float64Array(sizeOf(shape));
      eachTap(images.shape, filters.shape, shape, options, (image, filter, result) => {
        data[result] = (data[result] ?? 0) + (x[image] ?? 0) * (w[filter] ?? 0);
      });
      return store.make(data, shape);
    },
    convolveInputGradient(cotangent, filters, shape, options) {
      const [g, w] = [store.open(cotangent), store.open(filters)];
      const data = new Float64Array(sizeOf(shape));
      eachTap(shape, filters.shape, cotangent.shape, options, (image, filter, result) => {
        data[image] = (data[image] ?? 0) + (g[result] ?? 0) * (w[filter] ?? 0);
      });
      return store.make(data, shape);
    },
    convolveFilterGradient(images, cotangent, shape, options) {
      const [x, g] = [store.open(images), store.open(cotangent)];
      const data = new Float64Array(sizeOf(shape));
      eachTap(images.shape, shape, cotangent.shape, options, (image, filter, result) => {
        data[filter] = (data[filter] ?? 0) + (x[image] ?? 0) * (g[result] ?? 0);
      });
      return store.make(data, shape);
    },
    maxPool(images, q) {
      const x = store.open(images);
      const shape = pooledShape(images.shape, q);
      const winners = winnersOf(x, images.shape, shape, q);
      return store.make(
        Float64Array.from(winners, (winner) => x[winner] ?? NaN),
        shape,
      );
    },
    maxPoolGradient(images, cotangent, q) {
      const g = store.open(cotangent);
      const winners = winnersOf(store.open(images), images.shape, pooledShape(images.shape, q), q);
      const data = new Float64Array(sizeOf(images.shape));
      winners.forEach((winner, position) => {
        data[winner] = g[position] ?? 0;
      });
      return store.make(data, images.shape);
    },
  };
}

function convolvedShape(
  image: readonly number[],
  filter: readonly number[],
  { stride, padding: [[top, bottom], [left, right]] }: ConvolutionOptions,
): readonly number[] {
  const [batch = 0, height = 0, width = 0, channels = 0] = image;
  const [filterHeight = 0, filterWidth = 0, filterChannels = 0, count = 0] = filter;
  if (image.length !== 4 || filter.length !== 4 || channels !== filterChannels) {
    throw refuse("convolve", [image, filter], "channels differ, or not [b, h, w, c] with [kh, kw, c, out]");
  }
  return [
    batch,
    Math.floor((height + top + bottom - filterHeight) / stride) + 1,
    Math.floor((width + left + right - filterWidth) / stride) + 1,
    count,
  ];
}

/** Every product of the convolution's sum: the positions of its image entry, filter entry and result. */
function eachTap(
  image: readonly number[],
  filter: readonly number[],
  result: readonly number[],
  { stride, padding: [[top], [left]] }: ConvolutionOptions,
  visit: (image: number, filter: number, result: number) => void,
): void {
  const [, height = 0, width = 0] = image;
  const [filterHeight = 0, filterWidth = 0, channels = 0, count = 0] = filter;
  const [imageStrides, filterStrides] = [stridesOf(image), stridesOf(filter)];
  eachIndex(result, ([b = 0, i = 0, j = 0, o = 0], position) => {
    eachIndex([filterHeight, filterWidth, channels], ([k = 0, l = 0, c = 0]) => {
      const [row, column] = [i * stride + k - top, j * stride + l - left];
      if (row < 0 || row >= height || column < 0 || column >= width || o >= count) return;
      visit(positionOf([b, row, column, c], imageStrides), positionOf([k, l, c, o], filterStrides), position);
    });
  });
}

function pooledShape(
  [batch = 0, height = 0, width = 0, channels = 0]: readonly number[],
  q: number,
): number[] {
  if (height % q !== 0 || width % q !== 0) {
    throw refuse("maxPool", [[batch, height, width, channels]], `${q} does not divide the image`);
  }
  return [batch, height / q, width / q, channels];
}

/** For each tile the position of its first largest entry. */
function winnersOf(
  x: Float64Array,
  image: readonly number[],
  pooled: readonly number[],
  q: number,
): readonly number[] {
  const strides = stridesOf(image);
  const winners: number[] = [];
  eachIndex(pooled, ([b = 0, i = 0, j = 0, c = 0]) => {
    let winner = positionOf([b, i * q, j * q, c], strides);
    eachIndex([q, q], ([k = 0, l = 0]) => {
      const position = positionOf([b, i * q + k, j * q + l, c], strides);
      if ((x[position] ?? 0) > (x[winner] ?? 0)) winner = position;
    });
    winners.push(winner);
  });
  return winners;
}
