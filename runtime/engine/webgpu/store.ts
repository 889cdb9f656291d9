import type { Engine, Handle } from "../engine.ts";
import { sizeOf } from "../shape.ts";
import { type Device, refuse } from "./device.ts";
import type { Kernel } from "./kernel.ts";
import { createArrays } from "./arrays.ts";
import { type Block, createPool } from "./pool.ts";
import { createQueue } from "./queue.ts";
import { createReader } from "./reader.ts";

/** Numbers that kernels look up, made once and kept; of the type that the kernel reads. */
export type Table = Float32Array | Uint32Array;

/** What a kernel is asked for. */
export interface Work {
  readonly operation: string;
  readonly kernel: Kernel;
  readonly inputs: readonly Handle[];
  /** read behind the inputs */
  readonly tables?: readonly Table[];
  readonly words?: readonly number[];
}

/** Makes arrays on the device, counts those that nobody has freed, and calls kernels on them. */
export interface Store extends Pick<
  Engine,
  "upload" | "read" | "readNow" | "dispose" | "scope" | "memory" | "reshape"
> {
  /** arrays that a kernel may read and write, without its words */
  readonly arrays: number;
  /** An array of any content. */
  make(operation: string, shape: readonly number[]): Handle;
  /** Calls a kernel that writes arrays, by default an invocation or a group for each entry of the first. */
  write(work: Work, results: readonly Handle[], count?: number): void;
  /** An array of that shape that a kernel writes. */
  compute(work: Work, shape: readonly number[]): Handle;
  /** Arrays of these shapes that a kernel writes, by default an invocation or a group for each entry of the first. */
  computeAll(work: Work, shapes: readonly (readonly number[])[], count?: number): readonly Handle[];
}

/** A store with no arrays. */
export function createStore(device: Device): Store {
  const queue = createQueue(device);
  const pool = createPool(device, queue.flush);
  const reader = createReader(device, queue.flush);
  const tables = new WeakMap<Table, Block>();
  const { blockOf, noted, dispose, scope, memory } = createArrays(pool);

  const make = (operation: string, shape: readonly number[]): Handle =>
    noted(shape, pool.take(operation, shape, 4 * sizeOf(shape)));
  const tableOf = (operation: string, table: Table): Block => {
    const known = tables.get(table);
    if (known !== undefined) return known;
    const block = pool.take(operation, [table.length], table.byteLength);
    queue.write(block, table);
    tables.set(table, block);
    return block;
  };
  const write: Store["write"] = (
    { operation, kernel, inputs, tables: own = [], words = [] },
    results,
    count,
  ) => {
    queue.call({
      operation,
      shapes: inputs.map(({ shape }) => shape),
      kernel,
      reads: [
        ...inputs.map((each) => blockOf(operation, each)),
        ...own.map((each) => tableOf(operation, each)),
      ],
      writes: results.map((each) => blockOf(operation, each)),
      count: count ?? sizeOf(results[0]?.shape ?? []),
      words,
    });
  };

  const computeAll: Store["computeAll"] = (work, shapes, count) => {
    for (const input of work.inputs) blockOf(work.operation, input);
    const results: Handle[] = [];
    try {
      for (const shape of shapes) results.push(make(work.operation, shape));
      write(work, results, count);
    } catch (error) {
      dispose(results);
      throw error;
    }
    return results;
  };

  return {
    arrays: device.arrays - 1,
    make,
    write,
    dispose,
    scope,
    compute(work, shape) {
      const [result] = computeAll(work, [shape]);
      if (result === undefined) throw refuse(work.operation, [shape], "a kernel without a result");
      return result;
    },
    computeAll,
    upload(data, shape) {
      if (data.length !== sizeOf(shape)) throw refuse("upload", [shape], `not ${data.length} numbers`);
      const array = make("upload", shape);
      queue.write(blockOf("upload", array), Float32Array.from(data));
      return array;
    },
    read: (array) => reader.read(blockOf("read", array), sizeOf(array.shape)),
    readNow: (array) => reader.readNow(blockOf("read", array), sizeOf(array.shape)),
    memory,
    reshape(array, shape) {
      if (sizeOf(array.shape) !== sizeOf(shape)) {
        throw refuse("reshape", [array.shape, shape], "sizes differ");
      }
      const block = blockOf("reshape", array);
      block.users += 1;
      return noted(shape, block);
    },
  };
}
