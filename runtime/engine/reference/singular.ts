import type { Engine } from "../engine.ts";
import { rightSingularOf, singularRefusal } from "../singular.ts";
import { refuse, type Store } from "./array.ts";

/** Singular vectors. */
export function singularOf(store: Store): Pick<Engine, "rightSingular"> {
  return {
    rightSingular(matrices) {
      const reason = singularRefusal(matrices);
      if (reason !== null) throw refuse("rightSingular", [matrices.shape], reason);
      const [count = 0, , n = 0] = matrices.shape;
      return store.make(rightSingularOf(store.open(matrices), matrices.shape), [count, n, n]);
    },
  };
}
