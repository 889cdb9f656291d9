import type { Tensor } from "@tensorflow/tfjs-core";
import type { Engine } from "../engine.ts";
import { imageShape, patchExtents, type PatchExtents, type PatchOptions, patchShape } from "../patches.ts";
import { sizeOf, stridesOf } from "../shape.ts";
import { copyBox } from "./copy.ts";
import type { Heap } from "./heap.ts";
import { type Instance, refuse, run } from "./instance.ts";

/** Patches in one sweep over the memory of WebAssembly; on other backends as `composed` has them. */
export function patchesOf(instance: Instance, composed: Pick<Engine, "patches">): Pick<Engine, "patches"> {
  const { heap } = instance;
  if (heap === null) return composed;
  return {
    patches: (array, options) =>
      run(instance, "patches", [array], (x) => {
        const extents = patchExtents(array, options);
        if (extents === null) throw refuse(instance, "patches", [x.shape], "they do not fit");
        return options.adjoint ? added(heap, x, extents, options) : taken(heap, x, extents, options);
      }),
  };
}

/** From a pixel to the next along each axis of patches: sample, row and column within, depth, patch down and across, pair. */
function stridesWithin(extents: PatchExtents, { stride }: PatchOptions): readonly number[] {
  const [image = 0, row = 0, pixel = 0, depth = 0, part = 0] = stridesOf(imageShape(extents));
  return [image, row, pixel, depth, stride * row, stride * pixel, part];
}

function taken(heap: Heap, x: Tensor, extents: PatchExtents, options: PatchOptions): Tensor {
  const shape = patchShape(extents, options);
  return heap.make(shape, [x], (result, data) => {
    const to = { data: result, offset: 0, strides: stridesOf(shape) };
    copyBox(to, { data, offset: 0, strides: stridesWithin(extents, options) }, shape);
  });
}

function added(heap: Heap, x: Tensor, extents: PatchExtents, options: PatchOptions): Tensor {
  const [across = 1, pair = 1] = patchShape(extents, options).slice(-2);
  const outer = patchShape(extents, options).slice(0, -2);
  const strides = stridesWithin(extents, options);
  const step = strides[5] ?? 1;
  return heap.make(imageShape(extents), [x], (result, data) => {
    result.fill(0);
    for (let line = 0; line < sizeOf(outer); line++) {
      const to = placeOf(line, outer, strides);
      for (let at = 0; at < across * pair; at++) {
        const place = to + Math.floor(at / pair) * step + (at % pair);
        result[place] = (result[place] ?? 0) + (data[line * across * pair + at] ?? 0);
      }
    }
  });
}

/** Where the entry of that number, among those of some extents, stands by strides. */
function placeOf(number: number, extents: readonly number[], strides: readonly number[]): number {
  let rest = number;
  let place = 0;
  for (let axis = extents.length - 1; axis >= 0; axis--) {
    const extent = extents[axis] ?? 1;
    place += (rest % extent) * (strides[axis] ?? 0);
    rest = Math.floor(rest / extent);
  }
  return place;
}
