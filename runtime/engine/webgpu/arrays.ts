import type { Engine, Handle } from "../engine.ts";
import { createScopes } from "../scopes.ts";
import { sizeOf } from "../shape.ts";
import { refuse } from "./device.ts";
import type { Block, Pool } from "./pool.ts";

class WebgpuArray implements Handle {
  readonly shape: readonly number[];
  block: Block | null;
  constructor(shape: readonly number[], block: Block) {
    this.shape = shape;
    this.block = block;
  }
}

/** The arrays of a device: each stands in a block, which several may share. */
export interface Arrays extends Pick<Engine, "dispose" | "scope" | "memory"> {
  /** The block of an array. @throws EngineError for arrays of other engines and those that have been freed */
  blockOf(operation: string, handle: Handle): Block;
  /** An array in a block of which it is a user. */
  noted(shape: readonly number[], block: Block): Handle;
}

/** No arrays; blocks without users go back to the pool. */
export function createArrays(pool: Pool): Arrays {
  let arrays = 0;
  let bytes = 0;

  const dispose = (handles: readonly Handle[]): void => {
    for (const handle of handles) {
      if (!(handle instanceof WebgpuArray) || handle.block === null) continue;
      arrays -= 1;
      bytes -= 4 * sizeOf(handle.shape);
      pool.release(handle.block);
      handle.block = null;
    }
  };
  const { note, scope } = createScopes<WebgpuArray>(dispose);
  const blockOf = (operation: string, handle: Handle): Block => {
    if (!(handle instanceof WebgpuArray))
      throw refuse(operation, [handle.shape], "an array of another engine");
    if (handle.block === null) throw refuse(operation, [handle.shape], "the array has been freed");
    return handle.block;
  };
  const noted = (shape: readonly number[], block: Block): Handle => {
    const array = new WebgpuArray([...shape], block);
    note(array);
    arrays += 1;
    bytes += 4 * sizeOf(shape);
    return array;
  };
  return { blockOf, noted, dispose, scope, memory: () => ({ arrays, bytes }) };
}
