import type { ArrayValue } from "../../arrays/value.ts";
import type { ConvolutionOptions, Engine, Handle } from "../../engine/engine.ts";
import { reachOf, type BlurMethod, type Reach } from "./blurMethod.ts";
import { extend, extendAdjoint, type Extension } from "./extension.ts";
import { fromImages, toImages } from "../images.ts";
import type { ArraySpace } from "../spaces.ts";

/**
 * Blur by direct convolution with a shared kernel on one or two axes. The engine's convolution is a correlation, so
 * the kernel is turned for the product and stays for the adjoint, which is the full correlation of the extended image.
 */
export function directBlur(
  engine: Engine,
  kernel: ArrayValue,
  space: ArraySpace,
  extension: Extension,
): BlurMethod {
  const [rows = 1, columns = 1] = kernel.shape;
  const [height = 1, width = 1] = space.shape.slice(0, kernel.shape.length);
  const filters = engine.reshape(kernel.handle, [rows, columns, 1, 1]);
  const turned = engine.reshape(turn(engine, kernel.handle), [rows, columns, 1, 1]);
  const reach = reachOf([rows, columns]);
  const margins = reach.map((each, axis) => ({ ...each, axis: axis + 1 }));
  const zeros = extension === "zero";
  const forward = zeros ? reach : reach.map(() => ({ before: 0, after: 0 }));
  const backward = forward.map(({ before, after }, axis) => {
    const full = (kernel.shape[axis] ?? 1) - 1;
    return { before: full - before, after: full - after };
  });
  const convolve = (using: Engine, images: Handle, filter: Handle, around: readonly Reach[]): Handle => {
    const result = using.convolve(using.reshape(images, [...images.shape, 1]), filter, options(around));
    return using.reshape(result, result.shape.slice(0, 3));
  };
  return {
    handles: [filters, turned],
    gram: null,
    apply: ({ engine: using }, x) => {
      const images = toImages(using, x, height, width);
      const extended = zeros ? images : extend(using, images, extension, margins);
      return fromImages(using, x, convolve(using, extended, turned, forward));
    },
    adjoint: ({ engine: using }, y) => {
      const extended = convolve(using, toImages(using, y, height, width), filters, backward);
      const folded = zeros ? extended : extendAdjoint(using, extended, extension, margins);
      return fromImages(using, y, folded);
    },
  };
}

function options(margins: readonly Reach[]): ConvolutionOptions {
  const [rows, columns] = margins;
  return {
    stride: 1,
    padding: [
      [rows?.before ?? 0, rows?.after ?? 0],
      [columns?.before ?? 0, columns?.after ?? 0],
    ],
  };
}

function turn(engine: Engine, kernel: Handle): Handle {
  return kernel.shape.reduce(
    (turned, extent, axis) =>
      engine.gather(
        turned,
        Array.from({ length: extent }, (_, j) => extent - 1 - j),
        axis,
      ),
    kernel,
  );
}
