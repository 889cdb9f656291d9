import { bytesText } from "../../measure/bytes.ts";
import { EngineError } from "../engine.ts";

/** Blocks begin at multiples of this many bytes: a cache line, and the widest register. */
const ALIGNMENT = 64;

const PAGE = 65536;
const LARGEST_PAGES = 65536;

/** Memory grows by at least this many pages at once. */
const GROWTH_PAGES = 256;

/** A stretch of the arena. */
export interface Block {
  readonly offset: number;
  /** bytes, a multiple of 64 */
  readonly size: number;
}

/** Where blocks come from, and go back to. */
export interface Room {
  /** @throws EngineError where the arena (4 GiB) has no room */
  allocate(bytes: number): Block;
  free(block: Block): void;
}

/** Room for blocks, and how much of it is taken. */
export interface Blocks extends Room {
  /** bytes in blocks now, and the most that ever were */
  readonly used: number;
  readonly peak: number;
}

/** What the host does with an arena. Places are in bytes. */
export interface Memory extends Blocks {
  writeFloats(place: number, floats: ArrayLike<number>): void;
  writeWords(place: number, words: ArrayLike<number>): void;
  /** copies, which stay as they are */
  readFloats(place: number, count: number): Float32Array;
  readWords(place: number, count: number): Uint32Array;
}

/** One WebAssembly memory that threads and native code share, and the blocks that stand in it. */
export interface SharedMemory extends Memory {
  readonly memory: WebAssembly.Memory;
}

/** The most bytes that an arena holds: what 32 bits address. */
export const LARGEST_ARENA = LARGEST_PAGES * PAGE;

/**
 * An arena whose first `reserved` bytes are taken; see `createBlocks`. Kernels may read, not write, up to 64 bytes
 * behind a block.
 * @throws EngineError where there is no shared memory
 */
export function createMemory(name: string, reserved: number): SharedMemory {
  const memory = sharedMemory(name, reserved);
  let views = viewsOf(memory);

  const grownTo = (bytes: number): boolean => {
    const pages = Math.ceil(bytes / PAGE);
    const have = memory.buffer.byteLength / PAGE;
    if (pages <= have) return true;
    if (pages > LARGEST_PAGES) return false;
    const roomy = Math.min(LARGEST_PAGES, Math.max(pages, have + Math.max(GROWTH_PAGES, have >> 2)));
    for (const wanted of [roomy, pages]) {
      try {
        memory.grow(wanted - have);
        views = viewsOf(memory);
        return true;
      } catch {
        continue;
      }
    }
    return false;
  };
  const blocks = createBlocks(name, reserved, grownTo);
  return {
    memory,
    get used() {
      return blocks.used;
    },
    get peak() {
      return blocks.peak;
    },
    allocate: blocks.allocate,
    free: blocks.free,
    writeFloats: (place, floats) => views.floats.set(floats, place / 4),
    writeWords: (place, words) => views.words.set(words, place / 4),
    readFloats: (place, count) => Float32Array.from(views.floats.subarray(place / 4, place / 4 + count)),
    readWords: (place, count) => Uint32Array.from(views.words.subarray(place / 4, place / 4 + count)),
  };
}

/**
 * Blocks behind `reserved` bytes of a memory that `grownTo` makes larger, if it can. They are of size classes, four
 * between powers of two, and kept for the next of their class when they are freed: allocation takes constant time and
 * little is wasted (at most a fifth). Where a class has none and the memory cannot grow, free neighbours are joined.
 */
export function createBlocks(name: string, reserved: number, grownTo: (bytes: number) => boolean): Blocks {
  const free = new Map<number, number[]>();
  let end = aligned(reserved);
  let used = 0;
  let peak = 0;

  const fresh = (size: number): number | null => {
    if (!grownTo(end + size + ALIGNMENT)) return null;
    const offset = end;
    end += size;
    return offset;
  };
  const place = (size: number): number | null => free.get(size)?.pop() ?? fresh(size) ?? joined(free, size);

  return {
    get used() {
      return used;
    },
    get peak() {
      return peak;
    },
    allocate: (bytes) => {
      const size = classOf(bytes);
      const offset = place(size);
      if (offset === null) {
        throw noRoom(name, bytes, used);
      }
      used += size;
      peak = Math.max(peak, used);
      return { offset, size };
    },
    free: ({ offset, size }) => {
      used -= size;
      const same = free.get(size);
      if (same === undefined) free.set(size, [offset]);
      else same.push(offset);
    },
  };
}

/** The operation of an error that lacks memory, until the operation that asked for it is known. */
export const ALLOCATE = "allocate";

/** The error of an arena that has no room for so many bytes beside those that are in use. */
export function noRoom(name: string, bytes: number, used: number): EngineError {
  const reason = `no room for ${bytesText(bytes)} beside the ${bytesText(used)} in use`;
  return new EngineError(
    name,
    ALLOCATE,
    [],
    `${reason}; the arena holds ${bytesText(LARGEST_ARENA)} at most`,
  );
}

function sharedMemory(name: string, reserved: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({
      initial: Math.ceil(reserved / PAGE) + GROWTH_PAGES,
      maximum: LARGEST_PAGES,
      shared: true,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const room =
      "it takes 4 GiB of addresses, and V8 as many again around it: is there a limit of them (`ulimit -v`)?";
    throw new EngineError(name, "start", [], `there is no shared WebAssembly memory: ${reason}; ${room}`);
  }
}

function viewsOf({ buffer }: WebAssembly.Memory): {
  readonly floats: Float32Array<SharedArrayBuffer>;
  readonly words: Uint32Array<SharedArrayBuffer>;
} {
  return { floats: new Float32Array(buffer), words: new Uint32Array(buffer) };
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** The least size of a block that holds so many bytes: 64 k up to 1 KiB, then four sizes between powers of two. */
export function classOf(bytes: number): number {
  const least = Math.max(ALIGNMENT, aligned(bytes));
  if (least <= 1024) return least;
  const step = 2 ** Math.max(6, Math.floor(Math.log2(least)) - 2);
  return Math.ceil(least / step) * step;
}

/** A place of that size out of free neighbours, or null; what is left of them goes back as blocks of their own. */
function joined(free: Map<number, number[]>, size: number): number | null {
  const blocks = [...free].flatMap(([each, offsets]) => offsets.map((offset) => ({ offset, size: each })));
  blocks.sort((a, b) => a.offset - b.offset);
  const runs: Block[] = [];
  for (const block of blocks) {
    const last = runs.at(-1);
    if (last !== undefined && last.offset + last.size === block.offset) {
      runs[runs.length - 1] = { offset: last.offset, size: last.size + block.size };
    } else runs.push(block);
  }
  const [found] = runs.filter((run) => run.size >= size).sort((a, b) => a.size - b.size);
  if (found === undefined) return null;
  free.clear();
  for (const run of runs) {
    const rest = run === found ? { offset: run.offset + size, size: run.size - size } : run;
    for (const part of classesOf(rest)) {
      const same = free.get(part.size);
      if (same === undefined) free.set(part.size, [part.offset]);
      else same.push(part.offset);
    }
  }
  return found.offset;
}

/** A stretch cut into blocks of the size classes, largest first. */
function classesOf({ offset, size }: Block): Block[] {
  const parts: Block[] = [];
  let [at, left] = [offset, size];
  while (left > 0) {
    const step = left <= 1024 ? ALIGNMENT : 2 ** Math.max(6, Math.floor(Math.log2(left)) - 2);
    const part = Math.floor(left / step) * step;
    parts.push({ offset: at, size: part });
    at += part;
    left -= part;
  }
  return parts;
}
