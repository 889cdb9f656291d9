import { EngineError } from "../engine.ts";

/** The name under which the engine is chosen and reports errors. */
export const WEBGPU = "webgpu";

/** An error of this engine. */
export function refuse(
  operation: string,
  shapes: readonly (readonly number[])[],
  reason: string,
): EngineError {
  return new EngineError(WEBGPU, operation, shapes, reason);
}

/** What an implementation of WebGPU brings. */
export interface Host {
  readonly gpu: GPU;
  /** whether an adapter that computes on the processor will do */
  readonly software: boolean;
  /** Makes the request for the device, which some hosts must notice in order to `wait`. */
  readonly request: <T>(ask: () => Promise<T>) => Promise<T>;
  /** How to wait for answers of the device that was asked for; null on hosts that answer later only. */
  readonly wait: () => Wait | null;
}

/** Asks the device for an answer, and returns when it is no longer pending. */
export type Wait = (ask: () => void, pending: () => boolean) => void;

/** A device, and what it has found wrong. */
export interface Device {
  readonly own: GPUDevice;
  /** held as long as the device: Dawn on Node frees with it what the device still needs */
  readonly gpu: GPU;
  /** bytes of the largest array */
  readonly largest: number;
  /** arrays that a kernel may name */
  readonly arrays: number;
  /** null on hosts that answer later only */
  readonly wait: Wait | null;
  /**
   * Runs `body`, in which the device is asked for something on behalf of an operation.
   * @throws EngineError that names the operation and its shapes, for what the device has found wrong until now
   */
  attempt<T>(operation: string, shapes: readonly (readonly number[])[], body: () => T): T;
}

/**
 * The host's fastest adapter.
 * @throws EngineError where there is none, or only one in software that was not asked for
 */
export async function adapterOf({ gpu, software }: Host): Promise<GPUAdapter> {
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) throw refuse("start", [], "no graphics adapter was found");
  if (!isSoftware(adapter.info) || software) return adapter;
  throw refuse("start", [], `there is no graphics adapter but ${adapter.info.description}, in software`);
}

/**
 * The device of the host's fastest adapter, with as large arrays as it allows.
 * @throws EngineError as `adapterOf`
 */
export async function openDevice(host: Host): Promise<Device> {
  const adapter = await adapterOf(host);
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } = adapter.limits;
  const requiredLimits = { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage };
  const own = await host.request(() => adapter.requestDevice({ requiredLimits }));
  return {
    own,
    gpu: host.gpu,
    largest: Math.min(maxBufferSize, maxStorageBufferBindingSize),
    arrays: maxStorageBuffersPerShaderStage,
    wait: host.wait(),
    attempt: attemptOn(own),
  };
}

/** Whether an adapter computes on the processor, by what it says of itself. */
function isSoftware({ isFallbackAdapter, architecture, description, device }: GPUAdapterInfo): boolean {
  const words = `${architecture} ${description} ${device}`.toLowerCase();
  return isFallbackAdapter || /software|llvmpipe|lavapipe|swiftshader|basic render/u.test(words);
}

/**
 * Errors of a device are events. Where they come at once, as on Node, the operation that runs is at fault; else they
 * are thrown by the next one, with the label of the object at fault in their text.
 */
function attemptOn(device: GPUDevice): Device["attempt"] {
  let running: { readonly operation: string; readonly shapes: readonly (readonly number[])[] } | null = null;
  let found: EngineError | null = null;
  let lost: string | null = null;
  device.addEventListener("uncapturederror", (event) => {
    event.preventDefault();
    const { operation, shapes } = running ?? { operation: "an operation", shapes: [] };
    found ??= refuse(operation, shapes, reasonOf(event.error));
  });
  void device.lost.then(({ message }) => {
    lost = message === "" ? "no reason is known" : message;
  });
  return (operation, shapes, body) => {
    if (lost !== null) throw refuse(operation, shapes, `the device was lost: ${lost}`);
    const outer = running;
    running = { operation, shapes };
    try {
      const result = body();
      if (found !== null) throw found;
      return result;
    } finally {
      running = outer;
      found = null;
    }
  };
}

function reasonOf(error: GPUError): string {
  const kind = "GPUOutOfMemoryError" === error.constructor.name ? "out of memory: " : "";
  return kind + error.message.trim().replace(/\s*\n\s*/gu, " ");
}
