import type { Engine } from "../engine.ts";
import { projectByDefinition } from "../joseph.ts";
import { projectionRefusal, projectionShape } from "../projection.ts";
import { refuse, type Store } from "./array.ts";

/** The X-ray transform, line by line. */
export function projectionOf(store: Store): Pick<Engine, "project"> {
  return {
    project(array, options) {
      const reason = projectionRefusal(array, options);
      if (reason !== null) throw refuse("project", [array.shape], reason);
      const data = projectByDefinition(store.open(array), array.shape[0] ?? 0, options);
      return store.make(data, projectionShape(array, options));
    },
  };
}
