import type { Device } from "./device.ts";
import { groupsOf, type Kernel, moduleOf } from "./kernel.ts";
import { type Block, GPU_BUFFER_USAGE } from "./pool.ts";

/** A kernel with what it is called with. */
export interface Call {
  /** for errors: the operation, and the shapes of what it works on */
  readonly operation: string;
  readonly shapes: readonly (readonly number[])[];
  readonly kernel: Kernel;
  readonly reads: readonly Block[];
  readonly writes: readonly Block[];
  /** entries or groups */
  readonly count: number;
  readonly words: readonly number[];
}

/** Calls of kernels in the order in which they are asked for, handed to the device many at once. */
export interface Queue {
  call(call: Call): void;
  /** Hands over what waits. */
  flush(): void;
  /** Numbers of the host into the first bytes of a block. */
  write(block: Block, data: Float32Array | Uint32Array): void;
}

/** Calls that wait at most. */
const MOST_CALLS = 128;

/** Bytes of the words of waiting calls, and the alignment of each call's words: WebGPU's on every device. */
const WORD_BYTES = 2 ** 18;
const ALIGNMENT = 256;

/** A queue with nothing in it. */
export function createQueue(device: Device): Queue {
  const { own } = device;
  const pipelineOf = pipelines(device);
  const words = new Uint32Array(WORD_BYTES / 4);
  const usage = GPU_BUFFER_USAGE.storage | GPU_BUFFER_USAGE.copyTo;
  const wordBuffer = own.createBuffer({ size: WORD_BYTES, usage, label: "words" });
  let encoder: GPUCommandEncoder | null = null;
  let pass: GPUComputePassEncoder | null = null;
  let calls = 0;
  let filled = 0;
  const touched = new Set<Block>();

  const flush = (): void => {
    if (encoder === null || pass === null) return;
    const [finished, last] = [encoder, pass];
    [encoder, pass] = [null, null];
    device.attempt("submission", [], () => {
      last.end();
      own.queue.writeBuffer(wordBuffer, 0, words, 0, filled / 4);
      own.queue.submit([finished.finish()]);
    });
    [calls, filled] = [0, 0];
    touched.clear();
  };

  /** The place of words in the buffer of the waiting calls. */
  const placed = (numbers: readonly number[]): GPUBufferBinding => {
    const bytes = 4 * numbers.length;
    if (filled + bytes > WORD_BYTES) flush();
    words.set(numbers, filled / 4);
    const binding = { buffer: wordBuffer, offset: filled, size: bytes };
    filled = Math.ceil((filled + bytes) / ALIGNMENT) * ALIGNMENT;
    return binding;
  };

  return {
    flush,
    call({ operation, shapes, kernel, reads, writes, count, words: numbers }) {
      if (count === 0) return;
      const [across, down] = groupsOf(kernel, count);
      const { pipeline, layout } = pipelineOf(operation, shapes, kernel);
      const bound = device.attempt(operation, shapes, () => {
        const label = `${operation} of ${shapes.map((shape) => `[${shape.join(", ")}]`).join(" and ")}`;
        const resources = [
          placed([count, ...numbers]),
          ...[...reads, ...writes].map(({ buffer }) => ({ buffer })),
        ];
        const entries = resources.map((resource, index) => ({ binding: index, resource }));
        return own.createBindGroup({ layout, entries, label });
      });
      encoder ??= own.createCommandEncoder();
      pass ??= encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bound);
      pass.dispatchWorkgroups(across, down);
      for (const block of [...reads, ...writes]) touched.add(block);
      calls += 1;
      if (calls === MOST_CALLS) flush();
    },
    write(block, data) {
      if (touched.has(block)) flush();
      if (data.length > 0) own.queue.writeBuffer(block.buffer, 0, data);
    },
  };
}

interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** The pipelines of kernels, made when they are first called; one that the device refuses is tried again. */
function pipelines({
  own,
  attempt,
}: Device): (operation: string, shapes: Call["shapes"], kernel: Kernel) => Pipeline {
  const made = new WeakMap<Kernel, Pipeline>();
  const layouts = new Map<string, GPUBindGroupLayout>();
  const COMPUTE = 4;
  const layoutOf = ({ reads, writes }: Kernel): GPUBindGroupLayout => {
    const key = `${reads.length} ${writes}`;
    const known = layouts.get(key);
    if (known !== undefined) return known;
    const entries = Array.from({ length: 1 + reads.length + writes }, (_, binding) => {
      const type = binding <= reads.length ? ("read-only-storage" as const) : ("storage" as const);
      return { binding, visibility: COMPUTE, buffer: { type } };
    });
    const layout = own.createBindGroupLayout({ entries, label: key });
    layouts.set(key, layout);
    return layout;
  };
  const make = (kernel: Kernel): Pipeline => {
    const layout = layoutOf(kernel);
    const module = own.createShaderModule({ code: moduleOf(kernel) });
    const pipeline = own.createComputePipeline({
      layout: own.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: "main" },
    });
    return { pipeline, layout };
  };
  return (operation, shapes, kernel) => {
    const known = made.get(kernel);
    if (known !== undefined) return known;
    const found = attempt(operation, shapes, () => make(kernel));
    made.set(kernel, found);
    return found;
  };
}
