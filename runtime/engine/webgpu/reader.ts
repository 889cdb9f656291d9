import { type Device, refuse } from "./device.ts";
import { type Block, GPU_BUFFER_USAGE } from "./pool.ts";

/** Brings numbers to the host: the first floats of a block. */
export interface Reader {
  read(block: Block, count: number): Promise<Float32Array>;
  /** null where the host cannot wait for the device */
  readNow(block: Block, count: number): Float32Array | null;
}

/** WebGPU's bit for mapping in order to read. */
const MAP_READ = 1;

/** A reader, which has all that waits done before: by `flush`. */
export function createReader(device: Device, flush: () => void): Reader {
  const { own } = device;
  const copied = (block: Block, count: number): GPUBuffer => {
    flush();
    return device.attempt("read", [[count]], () => {
      const size = Math.max(4, 4 * count);
      const target = own.createBuffer({
        size,
        usage: GPU_BUFFER_USAGE.mapRead | GPU_BUFFER_USAGE.copyTo,
        label: `read [${count}]`,
      });
      const copying = own.createCommandEncoder();
      copying.copyBufferToBuffer(block.buffer, 0, target, 0, size);
      own.queue.submit([copying.finish()]);
      return target;
    });
  };
  const taken = (target: GPUBuffer, count: number): Float32Array =>
    device.attempt("read", [[count]], () => {
      if (target.mapState !== "mapped") throw refuse("read", [[count]], "the device gives nothing back");
      const numbers = new Float32Array(target.getMappedRange().slice(0, 4 * count));
      target.destroy();
      return numbers;
    });

  return {
    async read(block, count) {
      const target = copied(block, count);
      await target.mapAsync(MAP_READ).catch(() => undefined);
      return taken(target, count);
    },
    readNow(block, count) {
      if (device.wait === null) return null;
      const target = copied(block, count);
      device.wait(
        () => {
          target.mapAsync(MAP_READ).catch(() => undefined);
        },
        () => target.mapState === "pending",
      );
      return taken(target, count);
    },
  };
}
