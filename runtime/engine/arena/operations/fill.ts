import type { Engine } from "../../engine.ts";
import { sizeOf } from "../../shape.ts";
import { bitsOf } from "../machine.ts";
import type { Store } from "../store.ts";

/** Entries of one work item: 16 KiB. */
const ITEM = 4096;

/** Arrays of one number. */
export function fillOf(store: Store): Pick<Engine, "fill"> {
  return {
    fill(value, shape) {
      const array = store.make(shape);
      const entries = sizeOf(shape);
      const words = [store.offsetOf(array), entries, bitsOf(value), ITEM];
      store.machine.run("fill", words, Math.ceil(entries / ITEM), entries);
      return array;
    },
  };
}
