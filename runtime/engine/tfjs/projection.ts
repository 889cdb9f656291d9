import type { Engine } from "../engine.ts";
import { projectByDefinition } from "../joseph.ts";
import { projectionRefusal, projectionShape } from "../projection.ts";
import { type Instance, refuse, run } from "./instance.ts";
import { valuesOf } from "./values.ts";

/**
 * The X-ray transform on the host, line by line: no operation of tfjs walks lines, and the matrix would not fit.
 * Refused on backends that give numbers back asynchronously only.
 */
export function projectionOf(instance: Instance): Pick<Engine, "project"> {
  return {
    project: (array, options) =>
      run(instance, "project", [array], (x) => {
        const reason = projectionRefusal(array, options);
        if (reason !== null) throw refuse(instance, "project", [x.shape], reason);
        const values = valuesOf(instance, x);
        if (values === null)
          throw refuse(instance, "project", [x.shape], "it computes on the host, which cannot read at once");
        const result = projectByDefinition(values, x.shape[0] ?? 0, options);
        return instance.tf.tensor(Float32Array.from(result), [...projectionShape(array, options)], "float32");
      }),
  };
}
