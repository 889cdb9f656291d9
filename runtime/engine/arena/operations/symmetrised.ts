import type { Engine } from "../../engine.ts";
import { sizeOf } from "../../shape.ts";
import { symmetrisedShape } from "../../symmetrised.ts";
import { BOUNDARIES } from "./differences.ts";
import type { Store } from "../store.ts";

/** Floats of an item, about. */
const ITEM = 32_768;

/** Symmetrised gradients in one sweep. */
export function symmetrisedOf(store: Store): Pick<Engine, "symmetrised"> {
  return {
    symmetrised(array, options) {
      const shape = symmetrisedShape(array, options);
      if (shape === null) throw store.refuse("symmetrised", [array], "no plane fields");
      const result = store.make(shape);
      if (sizeOf(shape) === 0) return result;
      const [samples = 1, rows = 1, columns = 1, , pair = 1] = shape;
      const each = Math.max(1, Math.floor(ITEM / (columns * pair)));
      const words = [
        ...[store.offsetOf(array), store.offsetOf(result), Number(options.adjoint)],
        ...[samples, rows, columns, pair, BOUNDARIES[options.boundary], each],
      ];
      const items = Math.ceil((samples * rows) / each);
      store.machine.run("symmetrised", words, items, 12 * sizeOf(shape));
      return result;
    },
  };
}
