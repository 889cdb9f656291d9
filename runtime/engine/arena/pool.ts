import { type Block, classOf, type Room } from "./memory.ts";

/** Blocks that belong to something that is recorded: nobody else gets them until it is released. */
export interface Pool extends Room {
  /** A block that is not given out again: what the host writes into it stays. */
  pin(bytes: number): Block;
  /** Gives all blocks back. Blocks that are freed later are not missed. */
  release(): void;
}

/** A pool of blocks of a room, which grows as it is used; blocks that are freed serve again. */
export function createPool(room: Room): Pool {
  const owned: Block[] = [];
  const free = new Map<number, Block[]>();
  const pin = (bytes: number): Block => {
    const block = room.allocate(bytes);
    owned.push(block);
    return block;
  };
  return {
    pin,
    allocate: (bytes) => free.get(classOf(bytes))?.pop() ?? pin(bytes),
    free: (block) => {
      const same = free.get(block.size);
      if (same === undefined) free.set(block.size, [block]);
      else same.push(block);
    },
    release: () => {
      for (const block of owned) room.free(block);
      owned.length = 0;
      free.clear();
    },
  };
}
