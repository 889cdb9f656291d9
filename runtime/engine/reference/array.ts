import { type Engine, EngineError, type Handle } from "../engine.ts";
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
  const scopes: ReferenceArray[][] = [];
  let arrays = 0;
  let bytes = 0;

  const make = (data: Float64Array, shape: readonly number[]): Handle => {
    if (data.length !== sizeOf(shape)) throw refuse("upload", [shape], `not ${data.length} numbers`);
    const array = new ReferenceArray([...shape], data);
    scopes.at(-1)?.push(array);
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
  const scope = <T>(body: () => T, kept: (result: T) => readonly Handle[]): T => {
    scopes.push([]);
    let survivors: ReadonlySet<Handle> = new Set();
    try {
      const result = body();
      survivors = new Set(kept(result));
      return result;
    } finally {
      const made = scopes.pop() ?? [];
      dispose(made.filter((array) => !survivors.has(array)));
      scopes.at(-1)?.push(...made.filter((array) => survivors.has(array)));
    }
  };

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
