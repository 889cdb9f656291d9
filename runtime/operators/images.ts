import { handleShape } from "../arrays/layout.ts";
import type { ArrayValue } from "../arrays/value.ts";
import type { Engine, Handle } from "../engine/engine.ts";
import { sizeOf } from "../engine/shape.ts";
import { samplesOf, withHandle } from "./handles.ts";

/** The images of an array, one for each index of batch, further axes and pair: [images, height, width]. */
export function toImages(engine: Engine, x: ArrayValue, height: number, width: number): Handle {
  const samples = samplesOf(x);
  const inner = sizeOf(x.handle.shape) / (samples * height * width);
  if (inner === 1) return engine.reshape(x.handle, [samples, height, width]);
  const pixels = engine.reshape(x.handle, [samples, height * width, inner]);
  return engine.reshape(engine.transpose(pixels, [0, 2, 1]), [samples * inner, height, width]);
}

/** The array like `x` that has the given images: the inverse of `toImages`. */
export function fromImages(engine: Engine, x: ArrayValue, images: Handle): ArrayValue {
  const samples = samplesOf(x);
  const [, height = 1, width = 1] = images.shape;
  const inner = sizeOf(images.shape) / (samples * height * width);
  const shape = handleShape(x.batch, x.shape, x.field);
  if (inner === 1) return withHandle(x, engine.reshape(images, shape), x.shape);
  const channels = engine.reshape(images, [samples, inner, height * width]);
  return withHandle(x, engine.reshape(engine.transpose(channels, [0, 2, 1]), shape), x.shape);
}
