import { type Engine, EngineError, type Handle, type Recorder } from "../engine.ts";
import { createScopes } from "../scopes.ts";
import { sizeOf } from "../shape.ts";
import { ALLOCATE, type Block, type Memory, type Room } from "./memory.ts";
import { createRecorder } from "./record.ts";
import type { Machine } from "./machine.ts";
import { PLACE } from "./places.ts";

/** An array in the arena; arrays that differ in shape only share their block. */
class ArenaArray implements Handle {
  readonly shape: readonly number[];
  /** which arena */
  readonly arena: Memory;
  /** how many arrays share the block; null once this one is freed */
  shared: SharedBlock | null;
  constructor(shape: readonly number[], arena: Memory, shared: SharedBlock) {
    this.shape = shape;
    this.arena = arena;
    this.shared = shared;
  }
}

interface SharedBlock {
  readonly block: Block;
  /** where the block goes back to */
  readonly room: Room;
  arrays: number;
}

/** Makes arrays, opens them, and counts those that nobody has freed. */
export interface Store extends Pick<
  Engine,
  "upload" | "read" | "readNow" | "dispose" | "scope" | "memory" | "reshape"
> {
  readonly machine: Machine;
  readonly recorder: Omit<Recorder, "update">;
  /** A new array of that shape, its entries whatever stood there. */
  make(shape: readonly number[]): Handle;
  /** The place of an array's first entry, in bytes from the start of the arena. */
  offsetOf(array: Handle): number;
  /**
   * Runs `body` with room for so many floats, given back behind it; the place in bytes. For kernels alone: what the
   * host would write there is not repeated with a record; `constants` are for that.
   */
  scratch<T>(floats: number, body: (offset: number) => T): T;
  /** Runs `body` with these words in the arena, such as indices; the place in bytes. */
  constants<T>(words: Uint32Array, body: (offset: number) => T): T;
  /** The place of a table of a kernel, made at the first call and kept as long as the engine lives. */
  table(key: string, values: () => Float32Array): number;
  refuse(operation: string, arrays: readonly Pick<Handle, "shape">[], reason: string): EngineError;
}

/** A store on a machine, with no arrays. Arrays of the engine `outside` are read there, and take no place here. */
export function createStore(machine: Machine, outside: Engine | null = null): Store {
  const { memory } = machine;
  const refuse: Store["refuse"] = (operation, handles, reason) =>
    new EngineError(
      machine.name,
      operation,
      handles.map(({ shape }) => shape),
      reason,
    );
  const recording = createRecorder(machine, refuse);
  const { make, again, blockOf, ...counted } = createArrays(memory, outside !== null, refuse);
  const copied = (handle: Handle): Float32Array | Float64Array => {
    recording.refuseReading(handle);
    const block = blockOf(handle);
    const elsewhere = block === ELSEWHERE ? (outside?.readNow(handle) ?? null) : null;
    return elsewhere ?? memory.readFloats(block.offset, sizeOf(handle.shape));
  };
  const lent = <T>(room: Room, bytes: number, body: (offset: number) => T): T => {
    const block = room.allocate(bytes);
    try {
      return body(block.offset);
    } finally {
      room.free(block);
    }
  };
  return {
    ...counted,
    machine,
    refuse,
    make: (shape) => make(shape, recording.room()),
    offsetOf: (array) => blockOf(array).offset,
    recorder: recording.recorder(blockOf),
    scratch: (floats, body) => lent(recording.room(), 4 * floats, body),
    constants: (words, body) =>
      lent(recording.lasting(), 4 * words.length, (offset) => {
        memory.writeWords(offset, words);
        return body(offset);
      }),
    table: tablesOf(memory),
    upload: (data, shape) => {
      if (data.length !== sizeOf(shape)) throw refuse("upload", [{ shape }], `not ${data.length} numbers`);
      const array = make(shape, recording.lasting());
      memory.writeFloats(blockOf(array).offset, data);
      return array;
    },
    read: (array) => Promise.resolve(copied(array)),
    readNow: copied,
    reshape: again,
  };
}

interface Arrays extends Pick<Engine, "dispose" | "scope" | "memory"> {
  readonly make: (shape: readonly number[], room: Room) => Handle;
  /** The same entries in another shape. */
  readonly again: Engine["reshape"];
  readonly blockOf: (array: Handle) => Block;
}

/** The place of arrays of another engine. */
const ELSEWHERE: Block = { offset: PLACE.end, size: 0 };

function createArrays(arena: Memory, takesOthers: boolean, refuse: Store["refuse"]): Arrays {
  let arrays = 0;
  let bytes = 0;

  const isOwn = (handle: Handle): handle is ArenaArray =>
    handle instanceof ArenaArray && handle.arena === arena;
  const holding = (shape: readonly number[], shared: SharedBlock): Handle => {
    const array = new ArenaArray([...shape], arena, shared);
    note(array);
    arrays += 1;
    return array;
  };
  const sharedOf = (handle: Handle): SharedBlock => {
    if (!isOwn(handle)) {
      if (!takesOthers) throw refuse("read", [handle], "an array of another engine");
      return { block: ELSEWHERE, room: { allocate: arena.allocate, free: () => undefined }, arrays: 1 };
    }
    if (handle.shared === null) throw refuse("read", [handle], "the array has been freed");
    return handle.shared;
  };
  const dispose: Engine["dispose"] = (handles) => {
    for (const handle of handles) {
      if (!isOwn(handle) || handle.shared === null) continue;
      arrays -= 1;
      handle.shared.arrays -= 1;
      if (handle.shared.arrays === 0) {
        bytes -= 4 * sizeOf(handle.shape);
        handle.shared.room.free(handle.shared.block);
      }
      handle.shared = null;
    }
  };
  const roomFor = (shape: readonly number[], size: number, room: Room): Block => {
    try {
      return room.allocate(size);
    } catch (error) {
      throw error instanceof EngineError ? refuse(ALLOCATE, [{ shape }], error.reason) : error;
    }
  };
  const { note, scope } = createScopes<ArenaArray>(dispose);
  return {
    dispose,
    blockOf: (handle) => sharedOf(handle).block,
    make: (shape, room) => {
      const size = 4 * sizeOf(shape);
      if (!Number.isSafeInteger(size) || size < 0)
        throw refuse(ALLOCATE, [{ shape }], "no shape of an array");
      const block = roomFor(shape, size, room);
      bytes += size;
      return holding(shape, { block, room, arrays: 1 });
    },
    again: (array, shape) => {
      if (sizeOf(array.shape) !== sizeOf(shape))
        throw refuse("reshape", [array, { shape }], "the sizes differ");
      const shared = sharedOf(array);
      shared.arrays += 1;
      return holding(shape, shared);
    },
    scope,
    memory: () => ({ arrays, bytes }),
  };
}

/** Tables that stay in the arena, by key. */
function tablesOf(memory: Memory): Store["table"] {
  const tables = new Map<string, number>();
  return (key, values) => {
    const before = tables.get(key);
    if (before !== undefined) return before;
    const found = values();
    const { offset } = memory.allocate(4 * found.length);
    memory.writeFloats(offset, found);
    tables.set(key, offset);
    return offset;
  };
}
