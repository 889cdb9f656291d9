import { type Engine, EngineError, type Handle } from "../engine.ts";
import { createScopes } from "../scopes.ts";
import { sizeOf } from "../shape.ts";

/** The name under which the reference engine is chosen and reports errors. */
export const REFERENCE = "reference";

/** An error of the reference engine. */
export function refuse(
  operation: string,
  shapes: readonly (readonly number[])[],
  reason: string,
): EngineError {
  return new EngineError(REFERENCE, operation, shapes, reason);
}

class ReferenceArray implements Handle {
  readonly shape: readonly number[];
  data: Float64Array | null;
  constructor(shape: readonly number[], data: Float64Array) {
    this.shape = shape;
    this.data = data;
  }
}

/** Makes arrays, opens them, and counts those that nobody has freed. */
export interface Store extends Pick<
  Engine,
  "upload" | "read" | "readNow" | "dispose" | "scope" | "memory" | "fill"
> {
  make(data: Float64Array, shape: readonly number[]): Handle;
  /** The numbers of a handle; not to be written. */
  open(handle: Handle): Float64Array;
}

/** A store with no arrays. */
export function createStore(): Store {
  let arrays = 0;
  let bytes = 0;

  const make = (data: Float64Array, shape: readonly number[]): Handle => {
    if (data.length !== sizeOf(shape)) throw refuse("upload", [shape], `not ${data.length} numbers`);
    const array = new ReferenceArray([...shape], data);
    note(array);
    arrays += 1;
    bytes += data.byteLength;
    return array;
  };
  const open = (handle: Handle): Float64Array => {
    if (!(handle instanceof ReferenceArray))
      throw refuse("read", [handle.shape], "an array of another engine");
    if (handle.data === null) throw refuse("read", [handle.shape], "the array has been freed");
    return handle.data;
  };
  const dispose = (handles: readonly Handle[]): void => {
    for (const handle of handles) {
      if (!(handle instanceof ReferenceArray) || handle.data === null) continue;
      arrays -= 1;
      bytes -= handle.data.byteLength;
      handle.data = null;
    }
  };
  const { note, scope } = createScopes<ReferenceArray>(dispose);

  return {
    make,
    open,
    dispose,
    scope,
    upload: (data, shape) => make(Float64Array.from(data), shape),
    read: (array) => Promise.resolve(open(array).slice()),
    readNow: (array) => open(array).slice(),
    memory: () => ({ arrays, bytes }),
    fill: (value, shape) => make(new Float64Array(sizeOf(shape)).fill(value), shape),
  };
}
