import type { Engine } from "../engine.ts";
import { imageShape, patchExtents, patchShape } from "../patches.ts";
import { stridesOf } from "../shape.ts";
import { refuse } from "./device.ts";
import type { Kernel } from "./kernel.ts";
import { TAKE } from "./movement.ts";
import type { Store } from "./store.ts";

/** An invocation for each entry of images, which adds up the patches that cover it. */
const ADD: Kernel = {
  form: "entries",
  reads: ["f32"],
  writes: 1,
  numbers: ["rows", "columns", "size", "stride", "deep", "down", "across", "pair"],
  declarations: `
fn first(pixel: u32, size: u32, stride: u32) -> u32 {
  if (pixel < size) { return 0u; }
  return (pixel - size) / stride + 1u;
}`,
  body: `
  let behind = i % pair;
  let depth = i / pair % deep;
  let column = i / (pair * deep) % columns;
  let row = i / (pair * deep * columns) % rows;
  let sample = i / (pair * deep * columns * rows);
  var sum = 0.0;
  for (var k = first(row, size, stride); k < min(down, row / stride + 1u); k++) {
    for (var l = first(column, size, stride); l < min(across, column / stride + 1u); l++) {
      let within = ((sample * size + row - k * stride) * size + column - l * stride) * deep + depth;
      sum += a0[((within * down + k) * across + l) * pair + behind];
    }
  }
  r0[i] = sum;`,
};

/** Patches as they lie in an image, by one copy at strides, and their sum, where each pixel gathers. */
export function patchesOf(store: Store): Pick<Engine, "patches"> {
  return {
    patches(array, options) {
      const extents = patchExtents(array, options);
      if (extents === null) throw refuse("patches", [array.shape], "they do not fit");
      const { size, stride, adjoint } = options;
      const { rows, columns, deep, pair, down, across } = extents;
      const whole = imageShape(extents);
      if (adjoint) {
        const words = [rows, columns, size, stride, deep, down, across, pair];
        return store.compute({ operation: "patches", kernel: ADD, inputs: [array], words }, whole);
      }
      const inside = patchShape(extents, options);
      const [image = 0, row = 0, pixel = 0, depth = 0, part = 0] = stridesOf(whole);
      const strides = [image, row, pixel, depth, stride * row, stride * pixel, part];
      const words = [0, inside.length, ...inside, ...strides];
      return store.compute({ operation: "patches", kernel: TAKE, inputs: [array], words }, inside);
    },
  };
}
