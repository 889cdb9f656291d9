import type { Engine } from "../engine.ts";
import { rightSingularOf, singularRefusal } from "../singular.ts";
import { type Instance, refuse, run } from "./instance.ts";
import { valuesOf } from "./values.ts";

/** Singular vectors, on the host. */
export function singularOf(instance: Instance): Pick<Engine, "rightSingular"> {
  return {
    rightSingular: (matrices) =>
      run(instance, "rightSingular", [matrices], (x) => {
        const reason = singularRefusal(matrices);
        if (reason !== null) throw refuse(instance, "rightSingular", [x.shape], reason);
        const values = valuesOf(instance, x);
        if (values === null)
          throw refuse(instance, "rightSingular", [x.shape], "the matrices cannot be read at once");
        const [count = 0, , n = 0] = x.shape;
        return instance.tf.tensor3d(Float32Array.from(rightSingularOf(values, x.shape)), [count, n, n]);
      }),
  };
}
