import type { Engine } from "../engine.ts";
import { sizeOf, stridesOf } from "../shape.ts";
import { refuse, type Store } from "./array.ts";
import { eachIndex, positionOf } from "./indices.ts";

type Depthwise = "depthwise" | "depthwiseFilterGradient";
type Padding = Parameters<Engine["depthwise"]>[2];

/** Convolutions of each channel with its own filter, by their definition. */
export function depthwiseOf(store: Store): Pick<Engine, Depthwise> {
  return {
    depthwise(images, filters, padding) {
      const shape = shapeOf(images.shape, filters.shape, padding);
      const [x, w] = [store.open(images), store.open(filters)];
      const data = new Float64Array(sizeOf(shape));
      eachTap(images.shape, filters.shape, shape, padding, (image, filter, result) => {
        data[result] = (data[result] ?? 0) + (x[image] ?? 0) * (w[filter] ?? 0);
      });
      return store.make(data, shape);
    },
    depthwiseFilterGradient(images, cotangent, shape, padding) {
      const [x, g] = [store.open(images), store.open(cotangent)];
      const data = new Float64Array(sizeOf(shape));
      eachTap(images.shape, shape, cotangent.shape, padding, (image, filter, result) => {
        data[filter] = (data[filter] ?? 0) + (x[image] ?? 0) * (g[result] ?? 0);
      });
      return store.make(data, shape);
    },
  };
}

function shapeOf(
  image: readonly number[],
  filter: readonly number[],
  [[top, bottom], [left, right]]: Padding,
): readonly number[] {
  const [batch = 0, height = 0, width = 0, channels = 0] = image;
  const [filterHeight = 0, filterWidth = 0, filterChannels = 0] = filter;
  if (image.length !== 4 || filter.length !== 3 || channels !== filterChannels) {
    throw refuse("depthwise", [image, filter], "not [b, h, w, c] with [kh, kw, c]");
  }
  return [batch, height + top + bottom - filterHeight + 1, width + left + right - filterWidth + 1, channels];
}

function eachTap(
  image: readonly number[],
  filter: readonly number[],
  result: readonly number[],
  [[top], [left]]: Padding,
  visit: (image: number, filter: number, result: number) => void,
): void {
  const [, height = 0, width = 0] = image;
  const [filterHeight = 0, filterWidth = 0] = filter;
  const [imageStrides, filterStrides] = [stridesOf(image), stridesOf(filter)];
  eachIndex(result, ([b = 0, i = 0, j = 0, c = 0], position) => {
    eachIndex([filterHeight, filterWidth], ([k = 0, l = 0]) => {
      const [row, column] = [i + k - top, j + l - left];
      if (row < 0 || row >= height || column < 0 || column >= width) return;
      visit(positionOf([b, row, column, c], imageStrides), positionOf([k, l, c], filterStrides), position);
    });
  });
}
