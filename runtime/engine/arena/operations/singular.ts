import type { Engine } from "../../engine.ts";
import { sizeOf } from "../../shape.ts";
import { singularRefusal } from "../../singular.ts";
import type { Store } from "../store.ts";

/** Rounds of rotations that matrices take, as a rule. */
const SWEEPS = 8;

/** Singular vectors by one-sided Jacobi rotations, a matrix an item. */
export function singularOf(store: Store): Pick<Engine, "rightSingular"> {
  return {
    rightSingular(matrices) {
      const reason = singularRefusal(matrices);
      if (reason !== null) throw store.refuse("rightSingular", [matrices], reason);
      const [count = 0, m = 0, n = 0] = matrices.shape;
      const result = store.make([count, n, n]);
      store.scratch(sizeOf(matrices.shape), (room) => {
        const words = [store.offsetOf(result), store.offsetOf(matrices), room, m, n];
        store.machine.run("right_singular", words, count, count * n * n * (m + n) * SWEEPS);
      });
      return result;
    },
  };
}
