import { type Device, refuse } from "./device.ts";

/** A buffer of the device, and how many arrays stand in it. */
export interface Block {
  readonly buffer: GPUBuffer;
  /** bytes of the buffer */
  readonly size: number;
  users: number;
}

/** Buffers that are used again. */
export interface Pool {
  /**
   * A block of at least that many bytes, with one user and any content.
   * @throws EngineError where the device has no memory for it
   */
  take(operation: string, shape: readonly number[], bytes: number): Block;
  /** One user less; without users the block is used again. */
  release(block: Block): void;
}

/** Bytes of buffers that wait to be used again, at most; of more those that are freed are given back. */
const MOST_IDLE = 2 ** 29;

const LEAST_SIZE = 256;

/** A pool without buffers; `flush` is called before buffers are given back, which calls that wait may name. */
export function createPool({ own, largest, attempt }: Device, flush: () => void): Pool {
  const idle = new Map<number, Block[]>();
  let waiting = 0;

  const clear = (): void => {
    flush();
    for (const block of [...idle.values()].flat()) block.buffer.destroy();
    idle.clear();
    waiting = 0;
  };
  const made = (operation: string, shape: readonly number[], size: number): Block => {
    const usage = GPU_BUFFER_USAGE.storage | GPU_BUFFER_USAGE.copyFrom | GPU_BUFFER_USAGE.copyTo;
    const label = `${operation} [${shape.join(", ")}]`;
    const buffer = attempt(operation, [shape], () => own.createBuffer({ size, usage, label }));
    return { buffer, size, users: 1 };
  };

  return {
    take(operation, shape, bytes) {
      if (bytes > largest) {
        throw refuse(operation, [shape], `${bytes} bytes; the device takes ${largest} in an array`);
      }
      const size = Math.min(sizeClass(bytes), 4 * Math.floor(largest / 4));
      const block = idle.get(size)?.pop();
      if (block !== undefined) {
        waiting -= size;
        block.users = 1;
        return block;
      }
      if (waiting === 0) return made(operation, shape, size);
      try {
        return made(operation, shape, size);
      } catch {
        clear();
        return made(operation, shape, size);
      }
    },
    release(block) {
      block.users -= 1;
      if (block.users > 0) return;
      if (waiting + block.size > MOST_IDLE) {
        flush();
        block.buffer.destroy();
        return;
      }
      waiting += block.size;
      const others = idle.get(block.size);
      if (others === undefined) idle.set(block.size, [block]);
      else others.push(block);
    },
  };
}

/** The bits of WebGPU's buffer usages, which not every host has as globals. */
export const GPU_BUFFER_USAGE = { mapRead: 1, copyFrom: 4, copyTo: 8, storage: 128 } as const;

/** Four sizes between a power of 2 and the next: a quarter is wasted at most. */
function sizeClass(bytes: number): number {
  if (bytes <= LEAST_SIZE) return LEAST_SIZE;
  const step = 2 ** Math.floor(Math.log2(bytes - 1)) / 4;
  return Math.ceil(bytes / step) * step;
}
