import type { Engine } from "../../engine.ts";
import { imageShape, patchExtents, patchShape } from "../../patches.ts";
import { sizeOf, stridesOf } from "../../shape.ts";
import { axesOf, move } from "./move.ts";
import type { Store } from "../store.ts";

/** Entries of patches that an item adds, about. */
const ITEM = 65_536;

/** Patches as they lie in an image, by one copy at strides, and their sum by one sweep. */
export function patchesOf(store: Store): Pick<Engine, "patches"> {
  return {
    patches(array, options) {
      const extents = patchExtents(array, options);
      if (extents === null) throw store.refuse("patches", [array], "they do not fit");
      const { size, stride, adjoint } = options;
      const { samples, rows, columns, deep, pair, down, across } = extents;
      const inside = patchShape(extents, options);
      const result = store.make(adjoint ? imageShape(extents) : inside);
      if (sizeOf(result.shape) === 0) return result;
      const [to, from] = [store.offsetOf(result), store.offsetOf(array)];
      if (!adjoint) {
        const [image = 0, row = 0, pixel = 0, depth = 0, part = 0] = stridesOf(imageShape(extents));
        const strides = [image, row, pixel, depth, stride * row, stride * pixel, part];
        move(store, { to, from }, axesOf(inside, stridesOf(inside), strides));
        return result;
      }
      const entries = sizeOf(array.shape);
      const ofItem = Math.max(1, Math.floor((ITEM * samples * rows) / Math.max(1, entries)));
      const words = [to, from, samples, rows, columns, size, stride, deep, down, across, pair, ofItem];
      store.machine.run("add_patches", words, Math.ceil((samples * rows) / ofItem), 4 * entries);
      return result;
    },
  };
}
