import type { Value } from "../arrays/value.ts";
import type { Engine, Recorder } from "../engine/engine.ts";

/** A value with the same entries on handles of its own; in a body that is recorded, copied at each replay. */
export function copyOf<V extends Value>(engine: Engine, recorder: Recorder, value: V): V;
export function copyOf(engine: Engine, recorder: Recorder, value: Value): Value {
  if (value.kind === "product") {
    return { kind: "product", parts: value.parts.map((part) => copyOf(engine, recorder, part)) };
  }
  const handle = engine.fill(0, value.handle.shape);
  recorder.copy(value.handle, handle);
  return { ...value, handle };
}
